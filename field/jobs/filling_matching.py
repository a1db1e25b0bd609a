"""对上填报表: each row that came back beside the row that went out; which cells differ, and which cannot be used."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from field.monitoring.sheets.filling import Written
from field.monitoring.sheets.filling_sheet import OldVersion, Sent, compared, unseal
from field.registry.filling import FILLED, NAME, NUMBER, PHONE, SEAL, text
from field.registry.filling_reading import Cell, Row
from field.registry.households import Household, Person
from field.registry.rights import Actor, Right
from field.registry.roster_excel import SheetFault
from field.registry.roster_sheet import Refused
from field.registry.sealing import CannotOpen

OURS = "这不是本县发出的填报表，没有登记任何内容；请从农户列表按条件另取一份"
OLD = "这是旧版的填报表，已经不能用，没有登记任何内容；请另取一份，照它填"
NOT_SENT = "这一行不是发出去的行，核对码没有或被改动；请在发出的表里填"
MIXED = "和隐藏的核对码对不上，可能跨行复制过；请另取一份再填这一户"
TWICE = "这一行出现了两次，请留一行"
OUTSIDE = "这一户不在您的地区"
GONE = "这个人已经不在这一户"
EMPTIED = "原来有内容，不能清空；没有变化请照原来的填"
STARS = "号码要写完整，不能有星号；没有变化请照原来的留着"
HELD_BACK = "同户其他格有错，整户暂不登记；改好后再交一次"


class Met(NamedTuple):
    """对上的一行: what came back and what went out."""

    row: Row
    sent: Sent


@dataclass
class Matched:
    """对上的结果: cells that differ by household, all faults, and how many rows, households unchanged and held back."""

    rows: int = 0
    same: int = 0
    homes: dict[str, list[Written]] = field(default_factory=dict)
    held_back: set[str] = field(default_factory=set)
    faults: list[SheetFault] = field(default_factory=list)


def match(session: Session, rows: Sequence[Row], by: Actor) -> Matched:
    """Every row beside what was sent; Refused where no row is ours. A household with a fault is held back whole."""
    found = Matched(rows=len(rows))
    met = list(_met(rows, found))
    where = _regions(session, {one.sent.household_id for one in met})
    here = _present(session, {one.sent.household_id for one in met})
    seen: set[tuple[str, str | None]] = set()
    for one in met:
        sent = one.sent
        wrong = _mixed(one, seen)
        seen.add((sent.household_id, sent.person_id))
        cells, unread = ([], []) if wrong else _cells(one)
        if cells or unread:
            wrong = _not_here(one, by, where.get(sent.household_id), here)
        if faults := [wrong] if wrong else unread:
            found.faults += faults
            found.held_back.add(sent.household_id)
        found.homes.setdefault(sent.household_id, []).extend(cells)
    _hold_back(found, met)
    found.same = sum(not cells for cells in found.homes.values())
    found.homes = {household_id: cells for household_id, cells in found.homes.items() if cells}
    return found


def _met(rows: Sequence[Row], found: Matched) -> Iterator[Met]:
    old = 0
    several = []
    for row in rows:
        try:
            several.append(Met(row, unseal(row.seal)))
        except (OldVersion, CannotOpen) as error:
            old += isinstance(error, OldVersion)
            found.faults.append(SheetFault(row.sheet, row.row, SEAL.header, row.number, NOT_SENT))
    if not several:
        raise Refused(OLD if old else OURS)
    return iter(several)


def _mixed(one: Met, seen: set[tuple[str, str | None]]) -> SheetFault | None:
    """Why a row cannot be the one that was sent."""
    row, sent = one
    if row.number != text(sent.number):
        return _fault(one, NUMBER.header, MIXED)
    if row.name != text(sent.name) or (sent.person_id is None) != ("group" in row.cells):
        return _fault(one, NAME.header, MIXED)
    return _fault(one, NUMBER.header, TWICE) if (sent.household_id, sent.person_id) in seen else None


def _not_here(one: Met, by: Actor, region: str | None, here: set[str]) -> SheetFault | None:
    """Why what was written in a row cannot be taken in; a row that nobody touched is nobody's trouble."""
    if region is None or not by.may(Right.FILL_SHEETS, region):
        return _fault(one, NUMBER.header, OUTSIDE)
    gone = one.sent.person_id and one.sent.person_id not in here
    return _fault(one, NAME.header, GONE) if gone else None


def _cells(one: Met) -> tuple[list[Written], list[SheetFault]]:
    cells, faults = [], []
    for key, cell in one.row.cells.items():
        before = one.sent.cells.get(key, "")
        if cell.text == before:
            continue
        if reason := _reason(key, cell):
            faults.append(_fault(one, FILLED[key].header, reason))
        elif compared(key, cell.value) != one.sent.values.get(key):
            cells.append(Written(one.sent, key, cell.value))
    return cells, faults


def _reason(key: str, cell: Cell) -> str | None:
    if key == PHONE and "*" in cell.text:
        return STARS
    return cell.reason or (EMPTIED if cell.value is None else None)


def _hold_back(found: Matched, met: Sequence[Met]) -> None:
    wrong = {(fault.sheet, fault.row) for fault in found.faults}
    for one in met:
        home = one.sent.household_id
        changed = any(cell.sent is one.sent for cell in found.homes.get(home, ()))
        if home in found.held_back and changed and (one.row.sheet, one.row.row) not in wrong:
            found.faults.append(_fault(one, "", HELD_BACK))
    for household_id in found.held_back:
        found.homes.pop(household_id, None)
    found.faults.sort(key=lambda fault: (fault.sheet, fault.row))


def _fault(one: Met, column: str, reason: str) -> SheetFault:
    return SheetFault(one.row.sheet, one.row.row, column, one.sent.number, reason)


def _regions(session: Session, ids: set[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    several = sorted(ids)
    for start in range(0, len(several), 1000):
        rows = select(Household.id, Household.region).where(Household.id.in_(several[start : start + 1000]))
        found |= dict(session.execute(rows).all())
    return found


def _present(session: Session, ids: set[str]) -> set[str]:
    """People who still live in these households."""
    found: set[str] = set()
    several = sorted(ids)
    for start in range(0, len(several), 1000):
        here = Person.household_id.in_(several[start : start + 1000]), Person.left.is_(None)
        found |= set(session.scalars(select(Person.id).where(*here, Person.merged_into.is_(None))))
    return found
