"""救助状况: what each person's bills of a year came to from each entry on, before any rule is applied; derived."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Index, Select, delete, select
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from field.codes import EntryKind
from field.ledger.entries import Entry, opened
from field.monitoring.bill_count import Paid, distinct
from field.monitoring.bills import keep_told
from field.monitoring.relief_sheet import COUNTS_IN, of_households, told_of
from field.monitoring.standings import STILL, HouseholdStanding
from field.orm import Base, Id, Utc, insert_many
from field.registry.households import Person

_kept = aliased(Person)
_homes = of_households(select(COUNTS_IN)).distinct()
Key = tuple[str, int]


class Sums(NamedTuple):
    """合计 in 分: all that is clear, and its compliant part whole and since the day of identification."""

    amount: int = 0
    whole: int = 0
    since: int = 0


class ReliefStanding(Base):
    """救助状况 of a person and year from `recorded_at` on, up to `until` (STILL where nothing has changed it since)."""

    __tablename__ = "relief_standing"
    __table_args__ = (Index(None, "year", "until"), {"sqlite_with_rowid": False})

    household_id: Mapped[Id] = mapped_column(primary_key=True)
    person_id: Mapped[Id] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    recorded_at: Mapped[Utc] = mapped_column(primary_key=True)
    until: Mapped[Utc]
    amount: Mapped[int] = mapped_column(BigInteger)
    whole: Mapped[int] = mapped_column(BigInteger)
    since: Mapped[int] = mapped_column(BigInteger)


def derive_bills(session: Session, entry: Entry, said: dict[str, Any]) -> None:
    """票据 of one entry, as it arrives and in every rebuild."""
    derive_many(session, [(entry, said)])


def derive_many(session: Session, several: Sequence[tuple[Entry, dict[str, Any]]]) -> None:
    """The same of many entries."""
    told = keep_told(session, several)
    if whole := [chain for chain, is_whole in told.items() if is_whole]:
        restate(session, whole)
    if rest := told.keys() - whole:  # what is not whole counts for nothing, but may take the place of what counted
        for home in sorted(session.scalars(_standing(_all_homes(session, rest)))):
            _rewrite(session, home)


def restate(session: Session, household_ids: Collection[str]) -> None:
    """Write the whole course of households anew, from their bills and identifications; two people made one count once.

    Who is one person is as known now, also of the past: a merging says what had always been so.
    """
    homes = _all_homes(session, household_ids)
    for home in sorted(session.scalars(_homes.where(COUNTS_IN.in_(homes)).union(_standing(homes)))):
        _rewrite(session, home)


def restate_all(session: Session) -> None:
    """The same of every household that has bills, at the end of a rebuild."""
    session.execute(delete(ReliefStanding))
    for home in sorted(session.scalars(_homes)):
        _rewrite(session, home)


def _all_homes(session: Session, household_ids: Collection[str]) -> set[str]:
    """The households, and those in which bills of their people count who stood twice."""
    kept = select(_kept.household_id).join(Person, Person.merged_into == _kept.id)
    return {*household_ids, *session.scalars(kept.where(Person.household_id.in_(household_ids)))}


def _standing(homes: Collection[str]) -> Select[str]:
    return select(ReliefStanding.household_id).where(ReliefStanding.household_id.in_(homes)).distinct()


def sums(bills: Iterable[Paid], identified_on: date | None) -> dict[Key, Sums]:
    """What clear bills come to, by person and year; pure."""
    found: dict[Key, Sums] = {}
    for one in bills:
        if one.unclear or not one.person_id:
            continue
        compliant = one.compliant_amount or 0
        since = compliant if identified_on is not None and one.day >= identified_on else 0
        before = found.get(key := (one.person_id, one.day.year), Sums())
        found[key] = Sums(before.amount + (one.amount or 0), before.whole + compliant, before.since + since)
    return found


def _rewrite(session: Session, home: str) -> None:
    session.execute(delete(ReliefStanding).where(ReliefStanding.household_id == home))
    rows = [
        {"household_id": home, "person_id": person, "year": year, "recorded_at": since, "until": until, **one._asdict()}
        for (person, year), since, until, one in _course(session, home)
    ]
    insert_many(session, ReliefStanding, rows)


def _course(session: Session, home: str) -> Iterator[tuple[Key, datetime, datetime, Sums]]:
    """What each person's bills of a year came to, from when to when."""
    told = list(told_of(session, home))
    heard = _heard(session, told)
    identified = _identified(session, home)
    now: dict[Key, tuple[datetime, Sums]] = {}
    for moment in sorted({*heard.values(), *identified}):
        since = [day for at, day in identified.items() if at <= moment]
        bills = distinct(one for one in told if heard[one.chain_id, one.seq] <= moment)
        then = sums(bills, since[-1] if since else None)
        for key in [key for key, (_, one) in now.items() if then.get(key) != one]:
            begun, one = now.pop(key)
            yield key, begun, moment, one
        now |= {key: (moment, one) for key, one in then.items() if key not in now}
    for key, (begun, one) in now.items():
        yield key, begun, STILL, one


def _heard(session: Session, told: Iterable[Any]) -> dict[tuple[str, int], datetime]:
    """When each telling came to count: a held visit's when it was taken in."""
    keys = {(one.chain_id, one.seq): one.source for one in told}
    rows = select(Entry.chain_id, Entry.seq, Entry.recorded_at).where(Entry.chain_id.in_({chain for chain, _ in keys}))
    heard = {(chain, seq): at for chain, seq, at in session.execute(rows) if (chain, seq) in keys}
    if held := {chain for (chain, _), source in keys.items() if source == EntryKind.HELD_VISIT}:
        mine = Entry.chain_id.in_(held), Entry.kind == EntryKind.HELD_DECISION.value
        decisions = list(session.scalars(select(Entry).where(*mine).order_by(Entry.chain_id, Entry.seq)))
        for entry, said in zip(decisions, opened(session, decisions), strict=True):
            if said["accepted"] and (entry.chain_id, said["seq"]) in heard:
                heard[entry.chain_id, said["seq"]] = entry.recorded_at
    return heard


def _identified(session: Session, home: str) -> dict[datetime, date | None]:
    """The day of identification, by the moments from which it was known, oldest first."""
    rows = select(HouseholdStanding.recorded_at, HouseholdStanding.identified_on)
    mine = rows.where(HouseholdStanding.household_id == home).order_by(HouseholdStanding.seq)
    return dict(session.execute(mine).all())
