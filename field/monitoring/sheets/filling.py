"""填报入账: a filled-in sheet becomes one entry a household; what the ledger contradicts waits for a person."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from field.codes import Channel, EntryKind
from field.ledger.chain import canonical
from field.ledger.entries import Draft, append, lock_head, recorded
from field.monitoring.risk.judgement import judge
from field.monitoring.sheets.filling_derived import derive_filling
from field.monitoring.sheets.filling_sheet import Sent, compared, values
from field.registry import reach
from field.registry.filling import PHONE, Turn, weigh
from field.registry.households import Household, Person
from field.registry.masking import mask_phone
from field.registry.rights import Actor, Right
from field.registry.sealing import keyring


@dataclass(frozen=True)
class Written:
    """写回的一格: of which row, which column, the new value."""

    sent: Sent
    key: str
    value: Any


@dataclass
class Outcome:
    """入账结果: households with cells taken in, that had them already, and cells in conflict; cells taken in."""

    changed: list[str] = field(default_factory=list)
    already: int = 0
    cells: int = 0
    conflicts: int = 0


def enter(
    session: Session, homes: Mapping[str, Sequence[Written]], by: Actor, now: datetime, sheet: str | None = None
) -> Outcome:
    """Record what differs, one entry a household, none where nothing is new. Flushes, never commits.

    NotAllowed outside the region. The chains are locked in order, so that two at once come one after another.
    `sheet` is the file that it came with, by which all that waits of it is found again.
    """
    found = Outcome()
    for household_id in sorted(homes):
        lock_head(session, household_id)
    for household_id in sorted(homes):
        _enter(session, household_id, homes[household_id], by, now, sheet, found)
    if found.changed:
        judge(session, found.changed, now)
    return found


def _enter(
    session: Session,
    household_id: str,
    cells: Sequence[Written],
    by: Actor,
    now: datetime,
    sheet: str | None,
    found: Outcome,
) -> None:
    reach.reached(session.get(Household, household_id, populate_existing=True), by, Right.FILL_SHEETS)
    key = f"filled:{household_id}:{_digest(cells)}"
    if recorded(session, key):
        found.already += 1
        return
    here = standing(session, household_id)
    turns = [(one, _turn(one, here.get(one.sent.person_id, {}).get(one.key))) for one in cells]
    new = [one for one, turn in turns if turn is Turn.CHANGE]
    held = [one for one, turn in turns if turn is Turn.CONFLICT]
    if not new and not held:
        found.already += 1
        return
    content = stated((one.sent.person_id, one.key, one.value) for one in new) | _held(held, sheet)
    kind = EntryKind.FILLED_HELD if held else EntryKind.FILLED_IN
    entry = append(session, Draft(household_id, kind, Channel.SHEET, by.username, now, key, content), now)
    derive_filling(session, entry, content)
    found.changed += [household_id] if new else []
    found.cells += len(new)
    found.conflicts += len(held)


def _turn(one: Written, now: Any) -> Turn:
    return weigh(one.sent.values.get(one.key), compared(one.key, one.value), compared(one.key, now))


def _digest(cells: Sequence[Written]) -> str:
    told = [[one.sent.person_id, one.key, one.sent.seq, one.value] for one in cells]
    return keyring().name(canonical(sorted(told, key=canonical)).encode())


def stated(cells: Iterable[tuple[str | None, str, Any]]) -> dict[str, Any]:
    """Cells as an entry says them: of the household, and person by person."""
    household: dict[str, Any] = {}
    members: dict[str, dict[str, Any]] = {}
    for person_id, key, value in cells:
        of = household if person_id is None else members.setdefault(person_id, {"person_id": person_id})
        of[key] = value
    said = {"household": household, "members": list(members.values())}
    return {name: what for name, what in said.items() if what}


def _held(cells: Sequence[Written], sheet: str | None) -> dict[str, Any]:
    several = [
        {"person_id": one.sent.person_id, "key": one.key, "sent": _sent(one), "written": {one.key: one.value}}
        for one in cells
    ]
    return {"held": several, **({"sheet": sheet} if sheet else {})} if several else {}


def _sent(one: Written) -> dict[str, Any]:
    """What went out, a telephone as it was shown."""
    if one.key not in one.sent.values:
        return {}
    return {one.key: one.sent.cells.get(PHONE) if one.key == PHONE else one.sent.values[one.key]}


def standing(session: Session, household_id: str) -> dict[str | None, dict[str, Any]]:
    """What the ledger has of a household and of each of its people now."""
    household = session.get_one(Household, household_id, populate_existing=True)
    rows = select(Person).where(Person.household_id == household_id).execution_options(populate_existing=True)
    return {None: values(household)} | {one.id: values(one) for one in session.scalars(rows)}


def masked_phone(key: str, value: Any) -> Any:
    """A value that people see: a telephone only masked."""
    return mask_phone(value) if key == PHONE and isinstance(value, str) and "*" not in value else value
