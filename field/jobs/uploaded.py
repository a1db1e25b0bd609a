"""交来的文件: kept sealed until the worker has read it, who lays it unsealed beside itself only meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from sqlalchemy.orm import Session
from uuid6 import uuid7

from field.codes import JobKind, JobState
from field.jobs.ordered import orderer
from field.media.vault import Vault
from field.registry.rights import Actor, NotAllowed, Right
from field.registry.roster_sheet import Refused
from field.work import Assignment, GiveUp, Job, cancel, enqueue, resume


class Upload(NamedTuple):
    """一种文件: by which job it is read, who may send it, and as which version it lies in the vault."""

    job: JobKind
    right: Right
    version: str


def ask_for(what: Upload, session: Session, vault: Vault, file: bytes, by: Actor, now: datetime) -> str:
    """Keep a file sealed and put its reading on the table; the job's id. NotAllowed without the right."""
    if not by.may(what.right, by.region):
        raise NotAllowed
    key = str(uuid7())
    vault.put(key, file, what.version)
    asked = {"file": key, "signed": by.username}
    return enqueue(session, what.job, asked, now, staff_id=by.staff_id, region=by.region)


@contextmanager
def unsealed(what: Upload, task: Assignment, vault: Vault, folder: Path) -> Iterator[tuple[Actor, Path]]:
    """Who sent a file, and the file while it is read; once that is noted it is gone, also where GiveUp tells why."""
    key = task.payload["file"]
    task.afterwards = lambda: vault.delete(key, what.version)
    try:
        with task.begin() as session:
            by = orderer(session, task, lambda one: one.may(what.right, one.region))
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = folder / f"{task.id}-{task.worker}"
        path.write_bytes(vault.get(key, what.version))
        try:
            yield by, path
        finally:
            path.unlink()
    except Refused as no_use:
        raise GiveUp(str(no_use)) from no_use


def stop(what: Upload, session: Session, vault: Vault, job: Job, now: datetime) -> None:
    """停下: what is in stays in; the file is not kept any longer."""
    if cancel(session, job, now):
        vault.delete(job.payload["file"], what.version)


def may_go_again(what: Upload, vault: Vault, job: Job) -> bool:
    """可以再做: whether a job was tried in vain and its file is still here."""
    return job.state == JobState.FAILED and vault.has(job.payload["file"], what.version)


def go_again(what: Upload, session: Session, vault: Vault, job: Job, now: datetime) -> bool:
    """再做一次 what was tried in vain, as if it had never been tried; false where the file is gone."""
    session.refresh(job, with_for_update=True)  # the night's clearing takes files away under the same lock
    if not may_go_again(what, vault, job):
        return False
    resume(session, job, now)
    return True
