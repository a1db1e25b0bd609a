"""名册导入: a file becomes entries batch by batch, from the terminal or by the worker; done twice, it adds nothing."""

import gc
import io
import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session
from uuid6 import uuid7

from field.codes import JobKind, Role
from field.db import count_anew, transact
from field.jobs.roster_beside import Beside
from field.media.vault import Vault
from field.mending import place
from field.monitoring.checks.quality import checks_called, of_households, of_region, terms
from field.monitoring.checks.quality_checks import TITLES
from field.monitoring.roster.enrol import BATCH, Counts, enrol, registered
from field.monitoring.roster.first_entries import Made
from field.monitoring.workdays import SHANGHAI
from field.prepared import line, through
from field.registry.deputies import as_signed
from field.registry.households import Household
from field.registry.regions import in_region
from field.registry.rights import Actor, NotAllowed, Right
from field.registry.roster import RosterHousehold
from field.registry.roster_excel import SheetFault, write_faults
from field.registry.roster_household import ANOTHER_FAMILY, HEADERS, Fault
from field.registry.roster_reading import Opened, Read, read_roster
from field.registry.roster_sheet import Refused
from field.registry.villages import village_names
from field.work import Assignment, GiveUp, enqueue

ROSTER, FAULTS, DOUBTS = "roster", "roster-faults", "roster-doubts"
ROOM = "PRAGMA cache_size=-65536"  # 64 MB, so that pages of the indexes, of which a batch changes most, stay at hand
Begin = Callable[[], Session]


class Doubt(NamedTuple):
    """要核对的一处: the household of the roster, and the code of the check that found something."""

    household_id: str
    number: str
    check: str


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
        several = Counter(doubt.check for doubt in self.doubts)
        numbers |= {"faults": len(self.faults), "doubtful": len({doubt.household_id for doubt in self.doubts})}
        return numbers | {"sheet": self.sheet, "doubts": {code: several[code] for code in TITLES if code in several}}

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


def doubts(session: Session, numbers: Sequence[str], now: datetime, region: str) -> list[Doubt]:
    """要核对的 of households of a region by number, as the live checks see them now that they are in."""
    rows = select(Household.id, Household.number).order_by(Household.number)
    if len(numbers) > BATCH:  # of many, it is quicker to look at all who live there
        found, theirs = of_region(session, region, terms(now)), set(numbers)
        homes = [
            home for home in session.execute(rows.where(in_region(Household.region, region))) if home.number in theirs
        ]
    else:
        homes = list(session.execute(rows.where(Household.number.in_(numbers))))
        found = of_households(session, [home.id for home in homes], terms(now))
    return [Doubt(home.id, home.number, check.code) for home in homes for check in found.get(home.id, ())]


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
    asked = {"file": key, "signed": by.username}
    return enqueue(session, JobKind.ROSTER_IMPORT, asked, now, staff_id=by.staff_id, region=by.region)


def work(task: Assignment, vault: Vault, folder: Path, address: str) -> dict[str, Any]:
    """What the worker does; the file lies unsealed in `folder` only meanwhile. GiveUp tells why it cannot be used.

    `address` is where the house is found, for the links in the Excel file.
    """
    with task.begin() as session:
        by = as_signed(session, task.staff_id or "", task.payload.get("signed"), task.clock())
    if by is None:
        raise GiveUp("这个账号已经没有岗位，什么也没有收进来")
    key, path = task.payload["file"], folder / task.id
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.write_bytes(vault.get(key, ROSTER))
    try:
        found = import_roster(path, by.region, by.username, task.begin, task.clock, task.advance)
    except Refused as refused:
        raise GiveUp(str(refused)) from refused
    finally:
        path.unlink()
    if found.faults or found.doubts:
        for kept in (FAULTS, DOUBTS):
            vault.delete(key, kept)
        vault.put(key, faults_file(found, address), FAULTS)
        vault.put(key, json.dumps(found.doubts).encode(), DOUBTS)
    vault.delete(key, ROSTER)
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


def mended(doubt: Doubt, address: str) -> tuple[str, str, str, str]:
    """A doubt as the Excel file tells it: number, what, what to do, the address of the page for it."""
    [check] = checks_called(doubt.check)
    return doubt.number, check.title, check.words, address + place(check, doubt.household_id, Role.COUNTY)
