"""填报入账: a filled-in sheet becomes one entry a household; what the ledger contradicts waits for a person."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Select, String, cast, exists, func, select
from sqlalchemy.orm import Session, aliased

from field.codes import Channel, EntryKind
from field.ledger.chain import canonical
from field.ledger.entries import Draft, Entry, append, lock_head, opened, recorded
from field.ledger.facts import Fact
from field.monitoring.filling_derived import derive_filling
from field.monitoring.filling_sheet import Sent, compared, values
from field.monitoring.judgement import judge
from field.registry.filling import PHONE, Turn, weigh
from field.registry.households import Household, Person
from field.registry.masking import mask_phone
from field.registry.regions import in_region
from field.registry.rights import Actor, NotAllowed, Right
from field.registry.sealing import keyring

AT_ONCE = 100
TOLD = (EntryKind.ROSTER.value, EntryKind.SCREENING.value, EntryKind.SCREENING_UNDONE.value)


class AlreadyDecided(Exception):
    """已经认定: somebody has decided on these cells before."""


class Undecided(Exception):
    """没有选全: a cell of the household was left open; nothing half decided."""


class Moved(Exception):
    """台账又变了: what the ledger says is no longer what the person was shown."""


@dataclass(frozen=True)
class Written:
    """写回的一格: of which row, which column, the new value."""

    sent: Sent
    key: str
    value: Any


@dataclass(frozen=True)
class Conflict:
    """冲突的一格: of whom; what was sent, what was written, what stands now, and which entry or fact says so."""

    place: int
    person_id: str | None
    key: str
    sent: Any
    written: Any
    now: Any
    source: Fact | Entry | None


@dataclass
class Outcome:
    """入账结果: households that had changes, that had them already, and cells in conflict; cells taken in."""

    changed: list[str] = field(default_factory=list)
    already: int = 0
    cells: int = 0
    conflicts: int = 0


def enter(session: Session, homes: Mapping[str, Sequence[Written]], by: Actor, now: datetime) -> Outcome:
    """Record what differs, one entry a household, none where nothing is new. Flushes, never commits.

    NotAllowed outside the region. The chains are locked in order, so that two at once come one after another.
    """
    found = Outcome()
    for household_id in sorted(homes):
        lock_head(session, household_id)
    for household_id in sorted(homes):
        _enter(session, household_id, homes[household_id], by, now, found)
    if found.changed:
        judge(session, found.changed, now)
    return found


def waiting(session: Session, by: Actor, limit: int = AT_ONCE) -> list[Entry]:
    """有冲突的填报 of the actor's region on which nobody has decided, oldest first."""
    rows = undecided(by.region).order_by(Entry.recorded_at, Entry.chain_id)
    return list(session.scalars(rows.limit(limit)))


def contested(session: Session, by: Actor) -> int:
    """How many of them there are."""
    return session.scalar(select(func.count()).select_from(undecided(by.region).subquery())) or 0


def undecided(region: str) -> Select[Entry]:
    """Every entry of a region with cells in conflict on which nobody has decided."""
    decided = aliased(Entry)
    key = "filled-decided:" + Entry.chain_id + ":" + cast(Entry.seq, String)
    still = ~exists(select(decided.seq).where(decided.idempotency_key == key))
    rows = select(Entry).join(Household, Household.id == Entry.chain_id)
    return rows.where(Entry.kind == EntryKind.FILLED_HELD.value, in_region(Household.region, region), still)


def conflicts(session: Session, entry: Entry, said: dict[str, Any]) -> list[Conflict]:
    """The cells of an entry that were in conflict, with what the ledger says of them now."""
    standing = _standing(session, entry.chain_id)
    return [
        Conflict(place, one["person_id"], one["key"], one["sent"].get(one["key"]), one["written"][one["key"]],
                 standing.get(one["person_id"], {}).get(one["key"]),
                 _source(session, entry.chain_id, one["person_id"], one["key"]))
        for place, one in enumerate(said["held"])
    ]  # fmt: skip


def shown_now(several: Iterable[Conflict]) -> str:
    """A keyed digest of what the ledger was shown to say, which tells nothing of it."""
    return keyring().name(canonical([one.now for one in several]).encode())[:32]


def decide(
    session: Session, chain_id: str, seq: int, verdicts: Mapping[int, bool], seen: str, by: Actor, now: datetime
) -> Entry:
    """逐格认定: by place, whether a cell is taken as the office wrote it or the ledger keeps its own.

    NotAllowed outside the region; AlreadyDecided the second time; Undecided where a cell is left open; Moved where
    the ledger no longer says what was `seen`.
    """
    lock_head(session, chain_id)
    held = session.get(Entry, (chain_id, seq))
    if held is None or held.kind != EntryKind.FILLED_HELD:
        raise NotAllowed
    _allow(session.get(Household, chain_id), by)
    key = f"filled-decided:{chain_id}:{seq}"
    if recorded(session, key):
        raise AlreadyDecided
    several = conflicts(session, held, opened(session, [held])[0])
    if set(verdicts) != {one.place for one in several}:
        raise Undecided
    if shown_now(several) != seen:
        raise Moved
    taken = [one for one in several if verdicts[one.place]]
    content = {"seq": seq, "ours": [one.place for one in taken], "of": len(several)}
    content |= _stated((one.person_id, one.key, one.written) for one in taken)
    draft = Draft(chain_id, EntryKind.FILLED_DECIDED, Channel.SHEET, by.username, now, key, content)
    entry = append(session, draft, now)
    derive_filling(session, entry, content)
    judge(session, [chain_id], now)
    return entry


def _enter(
    session: Session, household_id: str, cells: Sequence[Written], by: Actor, now: datetime, found: Outcome
) -> None:
    _allow(session.get(Household, household_id, populate_existing=True), by)
    key = f"filled:{household_id}:{_digest(cells)}"
    if recorded(session, key):
        found.already += 1
        return
    standing = _standing(session, household_id)
    turns = [(one, _turn(one, standing.get(one.sent.person_id, {}).get(one.key))) for one in cells]
    new = [one for one, turn in turns if turn is Turn.CHANGE]
    held = [one for one, turn in turns if turn is Turn.CONFLICT]
    if not new and not held:
        found.already += 1
        return
    content = _stated((one.sent.person_id, one.key, one.value) for one in new) | _held(held)
    kind = EntryKind.FILLED_HELD if held else EntryKind.FILLED_IN
    entry = append(session, Draft(household_id, kind, Channel.SHEET, by.username, now, key, content), now)
    derive_filling(session, entry, content)
    found.changed.append(household_id)
    found.cells += len(new)
    found.conflicts += len(held)


def _turn(one: Written, now: Any) -> Turn:
    return weigh(one.sent.values.get(one.key), compared(one.key, one.value), compared(one.key, now))


def _digest(cells: Sequence[Written]) -> str:
    told = [[one.sent.person_id, one.key, one.sent.seq, one.value] for one in cells]
    return keyring().name(canonical(sorted(told, key=canonical)).encode())


def _stated(cells: Iterable[tuple[str | None, str, Any]]) -> dict[str, Any]:
    """Cells as an entry says them: of the household, and person by person."""
    household: dict[str, Any] = {}
    members: dict[str, dict[str, Any]] = {}
    for person_id, key, value in cells:
        of = household if person_id is None else members.setdefault(person_id, {"person_id": person_id})
        of[key] = value
    said = {"household": household, "members": list(members.values())}
    return {name: what for name, what in said.items() if what}


def _held(cells: Sequence[Written]) -> dict[str, Any]:
    several = [
        {"person_id": one.sent.person_id, "key": one.key, "sent": _sent(one), "written": {one.key: one.value}}
        for one in cells
    ]
    return {"held": several} if several else {}


def _sent(one: Written) -> dict[str, Any]:
    """What went out, a telephone as it was shown."""
    if one.key not in one.sent.values:
        return {}
    return {one.key: one.sent.cells.get(PHONE) if one.key == PHONE else one.sent.values[one.key]}


def _standing(session: Session, household_id: str) -> dict[str | None, dict[str, Any]]:
    household = session.get_one(Household, household_id, populate_existing=True)
    rows = select(Person).where(Person.household_id == household_id).execution_options(populate_existing=True)
    return {None: values(household)} | {one.id: values(one) for one in session.scalars(rows)}


def _source(session: Session, chain_id: str, person_id: str | None, key: str) -> Fact | Entry | None:
    """The newest fact of a cell, or the newest list that may have said it."""
    subject = person_id or chain_id
    facts = select(Fact).where(Fact.subject == subject, Fact.attribute == key, Fact.chain_id == chain_id)
    fact = session.scalar(facts.order_by(Fact.seq.desc(), Fact.place.desc()).limit(1))
    lists = select(Entry).where(Entry.chain_id == chain_id, Entry.kind.in_(TOLD))
    listed = session.scalar(lists.order_by(Entry.seq.desc()).limit(1))
    return max((one for one in (fact, listed) if one), key=lambda one: one.seq, default=None)


def _allow(household: Household | None, by: Actor) -> None:
    if household is None or not by.may(Right.FILL_SHEETS, household.region):
        raise NotAllowed


def masked_phone(key: str, value: Any) -> Any:
    """A value that people see: a telephone only masked."""
    return mask_phone(value) if key == PHONE and isinstance(value, str) and "*" not in value else value
