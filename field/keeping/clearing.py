"""清理: once a night what was sent and nobody needs any more is taken out of the vault."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from field.codes import JobKind, JobState
from field.db import transact
from field.jobs.filling import FILLING
from field.jobs.roster_import import ROSTER
from field.jobs.screening_import import ROWS
from field.keeping import retention
from field.media.vault import Vault
from field.messaging import declare_draft
from field.messaging.conversations import Dialog
from field.messaging.inbox import InboundMessage
from field.monitoring.leftovers import forget, looked_at, unnamed
from field.monitoring.visiting.evidence import Evidence
from field.work import Assignment, Job

SENT = {ROSTER.job.value: ROSTER.version, FILLING.job.value: FILLING.version, JobKind.SCREENING.value: ROWS}


def clear(task: Assignment, vault: Vault, kept: timedelta, file: Path | None = None) -> dict[str, Any]:
    """What the worker does: rows first, then bytes; what a killed worker left between the two, the next one finds."""
    before, count = task.clock() - kept, 0
    with task.begin() as session:
        gone: list[str] | None = session.get_one(Job, task.id).payload.get("gone", [])
    while gone is not None:
        for sha256 in gone:
            take_out(task, vault, sha256)
        count += len(gone)
        task.advance(count)
        gone = _next(task, before)
    rules = retention.rules(file)
    files = let_go(task, vault, timedelta(days=rules["jobs"].days))
    return {"removed": count, "files": files, **retention.apply(task, rules)}


def _next(task: Assignment, before: datetime) -> list[str] | None:
    """The next photographs of which nothing is kept, noted with the job; None after the last."""

    def work(session: Session) -> list[str] | None:
        job = session.get_one(Job, task.id)
        still_spoken_of = spared(session, task.clock())
        found = looked_at(session, before, job.payload.get("last", ""))
        if not found:
            return None
        gone = forget(session, unnamed(session, found, still_spoken_of), before)
        job.payload = {"last": found[-1], "gone": gone}
        return gone

    with task.begin() as session:
        return transact(work, session)


def let_go(task: Assignment, vault: Vault, kept: timedelta) -> int:
    """交来的文件 of jobs that are over, and of those tried in vain once nobody can want them tried again; how many."""
    tried_in_vain = (Job.state == JobState.FAILED.value) & (Job.finished_at < task.clock() - kept)
    over = or_(Job.state.in_((JobState.DONE.value, JobState.CANCELLED.value)), tried_in_vain)
    with task.begin() as session:  # locked until the files are gone, so that none goes on meanwhile
        several = session.scalars(select(Job).where(Job.kind.in_(SENT), over).order_by(Job.id).with_for_update())
        left = [(job.payload["file"], SENT[job.kind]) for job in several]
        left = [one for one in left if vault.has(*one)]
        for one in left:
            vault.delete(*one)
        session.commit()
    return len(left)


def take_out(task: Assignment, vault: Vault, sha256: str) -> None:
    """The bytes; put back where somebody sent the same meanwhile."""
    moved = vault.set_aside(sha256)
    with task.begin() as session:
        is_back = session.get(Evidence, sha256) is not None
    (vault.put_back if is_back else vault.throw_away)(moved)


def spared(session: Session, now: datetime) -> set[str]:
    """What somebody still speaks of: the photographs of open web forms and of conversations that go on."""
    drafts = session.scalars(select(declare_draft.DeclareDraft).where(declare_draft.is_open(now)))
    photos = {digest for draft in drafts for digest in draft.state.get("answers", {}).get("photos", [])}
    talked = select(InboundMessage.photos).join(Dialog, Dialog.id == InboundMessage.dialog_id)
    for several in session.scalars(talked.where(Dialog.closed_at.is_(None), Dialog.expires_at > now)):
        photos.update(several)
    return photos
