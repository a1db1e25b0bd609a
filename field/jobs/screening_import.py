"""名单收件: a department's list is taken in once; a short one is answered at once, a long one by the worker."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy.orm import Session
from uuid6 import uuid7

from field.codes import JobKind, JobState
from field.db import transact
from field.media.vault import Vault
from field.monitoring.screening.screening import SLICE, Filing, answer_rows, file_list, known_list
from field.monitoring.screening.screening_answers import counts
from field.monitoring.screening.screening_lists import ScreeningList
from field.monitoring.workdays import china_day
from field.registry.rights import Actor
from field.registry.screening_reading import Listed, Row, packed, read_file, unpacked
from field.registry.villages import village_names
from field.work import Assignment, Job, cancel, enqueue, resume

ROWS = "screening"
AT_ONCE, LONGEST_NAME = 50, 60
LEFT_BEHIND = timedelta(hours=1)


class TakenIn(NamedTuple):
    """收件结果: the list, and whether it is new."""

    listed: ScreeningList
    fresh: bool


def read_upload(session: Session, content: bytes, name: str, folder: Path, by: Actor, now: datetime) -> Listed:
    """What an uploaded file of a name says; it lies unsealed in `folder` only meanwhile. Raises Refused."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for old in folder.iterdir():  # left by a process that died
        if old.stat().st_mtime < (now - LEFT_BEHIND).timestamp():
            old.unlink(missing_ok=True)
    path = folder / str(uuid7())
    path.write_bytes(content)
    try:
        found = read_file(path, village_names(session, by.region), china_day(now))
        return replace(found, sheet=Path(name).stem[:LONGEST_NAME]) if found.sheet == path.stem else found
    finally:
        path.unlink()


def take_in(session: Session, vault: Vault, filing: Filing, rows: Sequence[Row], by: Actor, now: datetime) -> TakenIn:
    """收下 a list: the same content again is the list of the first time, and goes on where that one was stopped."""
    if known := known_list(session, filing):
        _go_on(session, vault, known, rows, now)
        return TakenIn(known, False)
    if len(rows) <= AT_ONCE:
        listed = file_list(session, filing, None, by, now)
        answer_rows(session, listed, rows, now)
        return TakenIn(listed, True)
    vault.put(filing.digest, packed(rows), ROWS)
    payload = {"list": filing.list_id, "file": filing.digest}
    job = enqueue(session, JobKind.SCREENING, payload, now, staff_id=by.staff_id, region=by.region)
    return TakenIn(file_list(session, filing, job, by, now), True)


def stop(session: Session, vault: Vault, listed: ScreeningList, now: datetime) -> None:
    """停下: what was answered stays; the rows are not kept any longer."""
    job = job_of(session, listed)
    if job and cancel(session, job, now):
        vault.delete(listed.digest, ROWS)


def job_of(session: Session, listed: ScreeningList) -> Job | None:
    """The job that answers a long list."""
    return session.get(Job, listed.job_id) if listed.job_id else None


def work(task: Assignment, vault: Vault) -> dict[str, Any]:
    """What the worker does: a slice a transaction; what is answered is not answered again."""
    list_id, file = task.payload["list"], task.payload["file"]
    rows, task.afterwards = unpacked(vault.get(file, ROWS)), lambda: vault.delete(file, ROWS)
    for start in range(0, len(rows), SLICE):
        part, now = rows[start : start + SLICE], task.clock()
        with task.begin() as session:
            transact(lambda s: answer_rows(s, s.get_one(ScreeningList, list_id), part, now), session)  # noqa: B023
        task.advance(start + len(part), len(rows))
    with task.begin() as session:
        return {"answers": counts(session, [list_id])[list_id]}


def _go_on(session: Session, vault: Vault, listed: ScreeningList, rows: Sequence[Row], now: datetime) -> None:
    job = job_of(session, listed)
    if job:
        session.refresh(job, with_for_update=True)  # the night's clearing takes files away under the same lock
    if job and job.state in (JobState.CANCELLED, JobState.FAILED):
        vault.put(listed.digest, packed(rows), ROWS)
        resume(session, job, now)
