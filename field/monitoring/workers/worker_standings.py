"""务工情况: who works away, and when each fact about him was seen last, from each entry on; derived."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, bindparam, func, or_, select, update
from sqlalchemy import case as sql_case
from sqlalchemy.orm import InstrumentedAttribute, Mapped, Session, mapped_column

from field.ledger.chain import Line
from field.ledger.entries import Entry
from field.ledger.facts import Fact
from field.monitoring.board.standings import STILL
from field.monitoring.board.until import AGEING
from field.monitoring.workers.due_checkins import away, works_away
from field.orm import Base, Id, Utc, insert_many
from field.prepared import Prepared
from field.registry.households import Household, Person

ASKED = AGEING
Key = tuple[str, str]
Seen = tuple[datetime | None, ...]


class WorkerStanding(Base):
    """务工情况 of a person who works away, from `recorded_at` on, up to `until` (STILL where nothing was heard since).

    Who has come home, has left the household or is merged away has none from then on.
    """

    __tablename__ = "worker_standing"
    __table_args__ = {"sqlite_with_rowid": False}

    household_id: Mapped[Id] = mapped_column(primary_key=True)
    person_id: Mapped[Id] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    recorded_at: Mapped[Utc]
    until: Mapped[Utc]
    phone_at: Mapped[Utc | None]
    work_place_at: Mapped[Utc | None]
    monthly_income_at: Mapped[Utc | None]


_last = [func.max(sql_case((Fact.attribute == name, Fact.observed_at))) for name in ASKED]
_seen = (
    select(Person.household_id, Person.id, Person.last_heard_at, *_last)
    .join(Household, Household.id == Person.household_id)
    .outerjoin(Fact, and_(Fact.subject == Person.id, or_(*(Fact.attribute == name for name in ASKED))))
    .where(Person.left.is_(None), Person.merged_into.is_(None), away())
    .group_by(Person.household_id, Person.id, Person.last_heard_at)
)
_seen_at_home = Prepared(_seen.where(Person.household_id == bindparam("home")))
_held = select(
    WorkerStanding.household_id, WorkerStanding.person_id, WorkerStanding.seq,
    *(getattr(WorkerStanding, f"{name}_at") for name in ASKED),
).where(WorkerStanding.until == STILL)  # fmt: skip
_held_at_home = Prepared(_held.where(WorkerStanding.household_id == bindparam("home")))


def note_workers(session: Session, entries: Sequence[Entry]) -> None:
    """What is known of the workers of households from entries on, one entry each; what is as before is passed over."""
    if not entries:
        return
    of = {entry.chain_id: entry for entry in entries}
    now, before = _now(session, list(of)), _before(session, list(of))
    ended = [key for key, (_, seen) in before.items() if now.get(key) != seen]
    for home, person in ended:
        mine = WorkerStanding.household_id == home, WorkerStanding.person_id == person
        this = WorkerStanding.seq == before[home, person][0]
        session.execute(update(WorkerStanding).where(*mine, this).values(until=of[home].recorded_at))
    insert_many(session, WorkerStanding, [
        {"household_id": home, "person_id": person, "seq": of[home].seq, "recorded_at": of[home].recorded_at,
         "until": STILL, **dict(zip((f"{name}_at" for name in ASKED), seen, strict=True))}
        for (home, person), seen in now.items() if before.get((home, person), (0, None))[1] != seen
    ])  # fmt: skip


def first_standings(
    entry: Entry | Line, region: str, people: Iterable[Mapping[str, Any]], facts: Iterable[Mapping[str, Any]]
) -> Iterator[dict[str, Any]]:
    """The same of a household that its first entry brings, without asking: nobody said anything before."""
    told = {(fact["subject"], fact["attribute"]) for fact in facts}
    for person in people:
        if works_away(person["work_place"], person["months_away"], region):
            seen = {f"{name}_at": entry.occurred_at if (person["id"], name) in told else None for name in ASKED}
            yield {"household_id": entry.chain_id, "person_id": person["id"], "seq": entry.seq,
                   "recorded_at": entry.recorded_at, "until": STILL, **seen}  # fmt: skip


def _now(session: Session, ids: Sequence[str]) -> dict[Key, Seen]:
    """When each fact was seen last; who answered a message has that number still."""
    found = _of_homes(session, ids, _seen, _seen_at_home, Person.household_id)
    return {
        (home, person): (max(filter(None, (phone, heard)), default=None), *others)
        for home, person, heard, phone, *others in found
    }


def _before(session: Session, ids: Sequence[str]) -> dict[Key, tuple[int, Seen]]:
    found = _of_homes(session, ids, _held, _held_at_home, WorkerStanding.household_id)
    return {(home, person): (seq, tuple(times)) for home, person, seq, *times in found}


def _of_homes(
    session: Session,
    ids: Sequence[str],
    rows: Select[*tuple[Any, ...]],
    of_one: Prepared,
    home: InstrumentedAttribute[str],
) -> Iterable[Any]:
    if len(ids) == 1:
        return of_one.rows(session, {"home": ids[0]})
    return session.execute(rows.where(home.in_(ids)))
