"""交来的文件: kept sealed until the worker has read it, who lays it unsealed beside itself only meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from sqlalchemy.orm import Session
from uuid6 import uuid7

from field.codes import JobKind
from field.media.vault import Vault
from field.registry.deputies import as_signed
from field.registry.rights import Actor, NotAllowed, Right
from field.registry.roster_sheet import Refused
from field.work import Assignment, GiveUp, enqueue


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


def sender(task: Assignment) -> Actor | None:
    """Who sent it, in the same post if it is still held."""
    with task.begin() as session:
        return as_signed(session, task.staff_id or "", task.payload.get("signed"), task.clock())


@contextmanager
def unsealed(what: Upload, task: Assignment, vault: Vault, folder: Path) -> Iterator[Path]:
    """The file while it is read; GiveUp tells why it cannot be used."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{task.id}-{task.worker}"
    path.write_bytes(vault.get(task.payload["file"], what.version))
    try:
        yield path
    except Refused as refused:
        raise GiveUp(str(refused)) from refused
    finally:
        path.unlink()
