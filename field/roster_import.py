"""名册导入: a file becomes entries batch by batch, from the terminal or by the worker; done twice, it adds nothing."""

import gc
import io
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session
from uuid6 import uuid7

from field.codes import JobKind
from field.db import transact
from field.media.vault import Vault
from field.monitoring.enrol import BATCH, Counts, enrol
from field.registry.rights import Actor, NotAllowed, Right
from field.registry.roster_excel import write_faults
from field.registry.roster_household import Fault
from field.registry.roster_reading import Opened, Read, read_roster
from field.registry.roster_sheet import Refused
from field.registry.staff import Staff
from field.registry.villages import village_names
from field.work import Assignment, GiveUp, enqueue

SHANGHAI = ZoneInfo("Asia/Shanghai")
ROSTER, FAULTS = "roster", "roster-faults"
Begin = Callable[[], Session]


@dataclass
class Imported:
    """导入结果: people read, what became of their households, and every fault of those held back."""

    sheet: str = ""
    people: int = 0
    counts: Counts = field(default_factory=Counts)
    held_back: int = 0
    faults: list[Fault] = field(default_factory=list)

    @property
    def told(self) -> dict[str, Any]:
        """The result in numbers."""
        numbers = asdict(self.counts) | {"people": self.people, "held_back": self.held_back}
        return numbers | {"sheet": self.sheet, "faults": len(self.faults)}


def import_roster(
    path: Path, region: str, actor: str, begin: Begin, clock: Callable[[], datetime],
    advance: Callable[[int, int], None],
) -> Imported:  # fmt: skip
    """Load the good households of a file in transactions of BATCH households; raises Refused for the whole file.

    `advance(done, total)` is told after each batch, in people, and may raise to stop; what is in stays in.
    """
    with begin() as session:
        villages = village_names(session, region)
    found = Imported()
    gc.freeze()  # what is loaded by now need not be searched again and again for garbage
    try:
        for batch in _batches(read_roster(path, villages, clock().astimezone(SHANGHAI).date()), found):
            households = [read.household for read in batch if read.household]
            with begin() as session:
                found.counts += transact(lambda session: enrol(session, households, actor, clock()), session)  # noqa: B023
            advance(batch[-1].done, found.people)
    finally:
        gc.unfreeze()
    return found


def _batches(reading: Iterator[Opened | Read], found: Imported) -> Iterator[list[Read]]:
    batch: list[Read] = []
    for read in reading:
        if isinstance(read, Opened):
            found.sheet, found.people = read.sheet, read.total
            continue
        batch.append(read)
        found.held_back += read.household is None
        found.faults += read.faults
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def ask_for_import(session: Session, vault: Vault, file: bytes, by: Actor, now: datetime) -> str:
    """Keep an uploaded file sealed and put its import on the table; the job's id. NotAllowed without the right."""
    if not by.may(Right.IMPORT_ROSTER, by.region):
        raise NotAllowed
    key = str(uuid7())
    vault.put(key, file, ROSTER)
    return enqueue(session, JobKind.ROSTER_IMPORT, {"file": key}, now, staff_id=by.staff_id, region=by.region)


def work(task: Assignment, vault: Vault, folder: Path) -> dict[str, Any]:
    """What the worker does; the file lies unsealed in `folder` only meanwhile. GiveUp tells why it cannot be used."""
    with task.begin() as session:
        staff = session.get_one(Staff, task.staff_id)
        post = staff.post_at(task.clock())
    if post is None:
        raise GiveUp("这个账号已经没有岗位，没有导入任何内容")
    key, path = task.payload["file"], folder / task.id
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.write_bytes(vault.get(key, ROSTER))
    try:
        found = import_roster(path, post.region, staff.username, task.begin, task.clock, task.advance)
    except Refused as refused:
        raise GiveUp(str(refused)) from refused
    finally:
        path.unlink()
    if found.faults:
        vault.delete(key, FAULTS)
        vault.put(key, faults_file(found), FAULTS)
    vault.delete(key, ROSTER)
    return found.told


def faults_file(found: Imported) -> bytes:
    """The Excel file that names every fault."""
    file = io.BytesIO()
    write_faults(file, found.sheet, found.faults)
    return file.getvalue()
