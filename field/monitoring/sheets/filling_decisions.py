"""认定填报冲突: what waits, and the decision on it, cell by cell, a household or a whole sheet at once."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, String, cast, exists, func, select
from sqlalchemy.orm import Session, aliased

from field.codes import Channel, EntryKind
from field.ledger.chain import canonical
from field.ledger.entries import Draft, Entry, Head, append, lock_head, opened, recorded
from field.ledger.facts import Fact
from field.monitoring.risk.judgement import judge
from field.monitoring.sheets.filling import standing, stated
from field.monitoring.sheets.filling_derived import derive_filling
from field.registry import reach
from field.registry.households import Household
from field.registry.regions import in_region
from field.registry.rights import Actor, NotAllowed, Right
from field.registry.sealing import keyring

AT_ONCE = 100
TOLD = (EntryKind.ROSTER.value, EntryKind.SCREENING.value, EntryKind.SCREENING_UNDONE.value)


class AlreadyDecided(Exception):
    """已经认定: somebody has decided on these cells before."""


class Undecided(Exception):
    """没有选全: these cells of the household were left open; nothing half decided."""

    def __init__(self, places: Collection[int]) -> None:
        super().__init__("undecided")
        self.places = places


class Moved(Exception):
    """台账又变了: what the ledger says is no longer what the person was shown."""


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


class Standing(NamedTuple):
    """等着的一户: the entry that holds its cells, and the newest entry of its chain."""

    chain_id: str
    seq: int
    newest: int


def waiting(session: Session, by: Actor, *only: ColumnElement[bool], page: int = 1) -> list[Entry]:
    """有冲突的填报 of the actor's region on which nobody has decided, oldest first."""
    rows = undecided(by.region).where(*only).order_by(Entry.recorded_at, Entry.chain_id)
    return list(session.scalars(rows.limit(AT_ONCE).offset((page - 1) * AT_ONCE)))


def contested(session: Session, by: Actor, *only: ColumnElement[bool]) -> int:
    """How many of them there are."""
    return session.scalar(select(func.count()).select_from(undecided(by.region).where(*only).subquery())) or 0


def undecided(region: str) -> Select[Entry]:
    """Every entry of a region with cells in conflict on which nobody has decided."""
    decided = aliased(Entry)
    key = "filled-decided:" + Entry.chain_id + ":" + cast(Entry.seq, String)
    still = ~exists(select(decided.seq).where(decided.idempotency_key == key))
    rows = select(Entry).join(Household, Household.id == Entry.chain_id).join(Head, Head.chain_id == Entry.chain_id)
    here = in_region(Household.region, region), Head.closed.is_(False)
    return rows.where(Entry.kind == EntryKind.FILLED_HELD.value, *here, still)


def of_sheet(sheet: str) -> ColumnElement[bool]:
    """Those that came with one file; what people write cannot look so, its quotes are escaped in an entry."""
    return Entry.payload.contains(f'"sheet":"{sheet}"', autoescape=True)


def standings(session: Session, by: Actor, sheet: str) -> list[Standing]:
    """All that waits of one file, in the order in which chains are locked."""
    rows = undecided(by.region).where(of_sheet(sheet)).with_only_columns(Entry.chain_id, Entry.seq, Head.seq)
    return [Standing(*row) for row in session.execute(rows.order_by(Entry.chain_id, Entry.seq))]


def seen_of(several: Iterable[Standing]) -> str:
    """A digest of what the ledger was shown to hold of a whole file."""
    return keyring().name(canonical([list(one) for one in several]).encode())[:32]


def conflicts(session: Session, entry: Entry, said: dict[str, Any]) -> list[Conflict]:
    """The cells of an entry that were in conflict, with what the ledger says of them now."""
    now = standing(session, entry.chain_id)
    return [
        Conflict(place, one["person_id"], one["key"], one["sent"].get(one["key"]), one["written"][one["key"]],
                 now.get(one["person_id"], {}).get(one["key"]),
                 _source(session, entry.chain_id, one["person_id"], one["key"]))
        for place, one in enumerate(said["held"])
    ]  # fmt: skip


def shown_now(several: Iterable[Conflict]) -> str:
    """A keyed digest of what the ledger was shown to say, which tells nothing of it."""
    return keyring().name(canonical([one.now for one in several]).encode())[:32]


def decide(
    session: Session,
    chain_id: str,
    seq: int,
    verdicts: Mapping[int, bool] | bool,
    seen: str,
    by: Actor,
    now: datetime,
) -> Entry:
    """逐格认定: by place, or for all places alike, whether the cell is taken as written or the ledger keeps its own.

    NotAllowed outside the region; AlreadyDecided the second time; Undecided where a cell is left open; Moved where
    the ledger no longer says what was `seen`.
    """
    lock_head(session, chain_id)
    held = session.get(Entry, (chain_id, seq))
    if held is None or held.kind != EntryKind.FILLED_HELD:
        raise NotAllowed
    reach.household(session, by, chain_id, Right.FILL_SHEETS)
    if recorded(session, _key(held)):
        raise AlreadyDecided
    [said] = opened(session, [held])
    several = conflicts(session, held, said)
    chosen = {one.place: verdicts for one in several} if isinstance(verdicts, bool) else verdicts
    if set(chosen) != (asked := {one.place for one in several}):
        raise Undecided(sorted(asked - set(chosen)) or sorted(asked))
    if shown_now(several) != seen:
        raise Moved
    entry = _settle(session, held, said["held"], [place for place, ours in sorted(chosen.items()) if ours], by, now)
    judge(session, [chain_id], now)
    return entry


def decide_all(session: Session, several: Sequence[Standing], by: Actor, now: datetime, *, ours: bool) -> int:
    """整份认定: all cells of these households alike, each by an entry of its own; how many households.

    One that got another entry since it was shown is left, to be looked at again.
    """
    still = [one for one in several if lock_head(session, one.chain_id)[0] == one.newest]
    entries = [session.get_one(Entry, (one.chain_id, one.seq)) for one in still]
    for held, said in zip(entries, opened(session, entries), strict=True):
        reach.household(session, by, held.chain_id, Right.FILL_SHEETS)
        _settle(session, held, said["held"], range(len(said["held"])) if ours else (), by, now)
    judge(session, [one.chain_id for one in still], now)
    return len(still)


def _settle(
    session: Session, held: Entry, cells: Sequence[Mapping[str, Any]], ours: Sequence[int], by: Actor, now: datetime
) -> Entry:
    taken = [cells[place] for place in ours]
    content = {"seq": held.seq, "ours": list(ours), "of": len(cells)}
    content |= stated((one["person_id"], one["key"], one["written"][one["key"]]) for one in taken)
    kind = EntryKind.FILLED_DECIDED
    entry = append(session, Draft(held.chain_id, kind, Channel.SHEET, by.username, now, _key(held), content), now)
    derive_filling(session, entry, content)
    return entry


def _key(held: Entry) -> str:
    return f"filled-decided:{held.chain_id}:{held.seq}"


def _source(session: Session, chain_id: str, person_id: str | None, key: str) -> Fact | Entry | None:
    """The newest fact of a cell, or the newest list that may have said it."""
    subject = person_id or chain_id
    facts = select(Fact).where(Fact.subject == subject, Fact.attribute == key, Fact.chain_id == chain_id)
    fact = session.scalar(facts.order_by(Fact.seq.desc(), Fact.place.desc()).limit(1))
    lists = select(Entry).where(Entry.chain_id == chain_id, Entry.kind.in_(TOLD))
    listed = session.scalar(lists.order_by(Entry.seq.desc()).limit(1))
    return max((one for one in (fact, listed) if one), key=lambda one: one.seq, default=None)
