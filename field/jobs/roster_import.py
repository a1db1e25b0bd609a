"""名册导入: a file becomes entries batch by batch, from the terminal or by the worker; done twice, it adds nothing."""

import gc
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from field.codes import JobKind
from field.db import count_anew, transact
from field.jobs.doubts import Doubt, doubts, in_numbers, mended
from field.jobs.roster_beside import Beside
from field.jobs.uploaded import Upload, unsealed
from field.media.vault import Vault
from field.monitoring.roster.enrol import BATCH, Counts, enrol, registered
from field.monitoring.roster.first_entries import Made
from field.monitoring.workdays import SHANGHAI
from field.prepared import line, through
from field.registry.rights import Right
from field.registry.roster import HEADERS, RosterHousehold
from field.registry.roster_excel import SheetFault, write_faults
from field.registry.roster_household import ANOTHER_FAMILY, Fault
from field.registry.roster_reading import Opened, Read, read_roster
from field.registry.villages import village_names
from field.work import Assignment

ROSTER = Upload(JobKind.ROSTER_IMPORT, Right.IMPORT_ROSTER, "roster")
FAULTS, DOUBTS = "roster-faults", "roster-doubts"
ROOM = "PRAGMA cache_size=-65536"  # 64 MB, so that pages of the indexes, of which a batch changes most, stay at hand
Begin = Callable[[], Session]


class Batch(NamedTuple):
    """一批: households with their rows, how many people in the file up to them, and what was made of the new ones."""

    done: int
    households: list[RosterHousehold]
    rows: dict[str, list[int]]
    made: Made | None = None


@dataclass
class Imported:
    """导入结果: people read, what became of their households, all faults of those held back, all doubts of others."""

    sheet: str = ""
    people: int = 0
    counts: Counts = field(default_factory=Counts)
    held_back: int = 0
    faults: list[Fault] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)

    @property
    def told(self) -> dict[str, Any]:
        """The result in numbers."""
        numbers = asdict(self.counts) | {"people": self.people, "held_back": self.held_back}
        del numbers["others"]
        return numbers | {"faults": len(self.faults), "sheet": self.sheet} | in_numbers(self.doubts)

    def add(self, counts: Counts, rows: dict[str, list[int]]) -> None:
        """What became of a batch, whose households stand on these rows."""
        self.counts += counts
        self.held_back += len(counts.others)
        for number in counts.others:
            self.faults += [Fault(row, HEADERS["number"], number, ANOTHER_FAMILY) for row in rows[number]]


def import_roster(
    path: Path, region: str, actor: str, begin: Begin, clock: Callable[[], datetime],
    advance: Callable[[int, int], None],
) -> Imported:  # fmt: skip
    """Load the good households of a file in transactions of BATCH households; raises Refused for the whole file.

    `advance(done, total)` is told after each batch, in people, and may raise to stop; what is in stays in.
    """
    with begin() as session:
        villages = village_names(session, region)
    found, listed = Imported(), list[str]()
    batches = _batches(read_roster(path, villages, clock().astimezone(SHANGHAI).date()), found)
    gc.disable()  # it would search all the rows of a batch again and again
    try:
        with Beside(actor) as beside:
            for nth, batch in enumerate(_prepared(batches, beside, begin, clock), 1):
                with begin() as session:
                    counts = transact(lambda session: _enter(session, batch, actor, clock()), session)  # noqa: B023
                found.add(counts, batch.rows)
                listed += [number for number in batch.rows if number not in counts.others]
                if nth == 1:
                    with begin() as session:
                        transact(count_anew, session)
                gc.collect(0)
                advance(batch.done, found.people)
    finally:
        gc.enable()
    found.faults.sort()
    with begin() as session:
        transact(count_anew, session)
        found.doubts = doubts(session, listed, clock(), region)
    return found


def _enter(session: Session, batch: Batch, actor: str, now: datetime) -> Counts:
    if session.get_bind().dialect.name == "sqlite":
        through(line(session), ROOM)
    return enrol(session, batch.households, actor, now, batch.made)


def _prepared(
    batches: Iterator[list[Read]], beside: Beside, begin: Begin, clock: Callable[[], datetime]
) -> Iterator[Batch]:
    """Each batch with what was made of its new households, while the next one is being made."""
    before: Batch | None = None
    for reads in batches:
        rows = {read.household["number"]: read.rows for read in reads if read.household}
        households = [read.household for read in reads if read.household]
        with begin() as session:
            here = registered(session, list(rows))
        made = beside.take() if before else None
        beside.give([one for one in households if one["number"] not in here], clock())
        if before:
            yield before._replace(made=made)
        before = Batch(reads[-1].done, households, rows)
    if before:
        yield before._replace(made=beside.take())


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


def work(task: Assignment, vault: Vault, folder: Path, address: str) -> dict[str, Any]:
    """What the worker does; the file lies unsealed in `folder` only meanwhile. GiveUp tells why it cannot be used.

    `address` is where the house is found, for the links in the Excel file.
    """
    key = task.payload["file"]
    with unsealed(ROSTER, task, vault, folder) as (by, path):
        found = import_roster(path, by.region, by.username, task.begin, task.clock, task.advance)
        if found.faults or found.doubts:
            vault.replace(key, faults_file(found, address), FAULTS)
            vault.replace(key, json.dumps(found.doubts).encode(), DOUBTS)
    return found.told


def faults_file(found: Imported, address: str) -> bytes:
    """The Excel file that names every fault, and on a second sheet every doubt with the page on which it is mended."""
    file = io.BytesIO()
    faults = (SheetFault(found.sheet, *fault) for fault in found.faults)
    write_faults(file, faults, (mended(doubt, address) for doubt in found.doubts))
    return file.getvalue()


def kept_doubts(vault: Vault, key: str) -> list[Doubt]:
    """The doubts of an import that is done."""
    return [Doubt(*one) for one in json.loads(vault.get(key, DOUBTS))] if vault.has(key, DOUBTS) else []
