"""救助状况: what each person's bills of a year came to from each entry on, before any rule is applied; derived."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple, cast

from sqlalchemy import BigInteger, BindParameter, Index, Table, bindparam, delete, select
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from field.codes import EntryKind
from field.ledger.entries import Entry, opened
from field.monitoring.board.standings import STILL, HouseholdStanding
from field.monitoring.cases.monitored import Spans, Stood, older, spans, within
from field.monitoring.relief.bill_count import Paid, distinct
from field.monitoring.relief.bills import keep_told
from field.monitoring.relief.relief_sheet import COUNTS_IN, of_households, told_of
from field.orm import Base, Id, Utc
from field.prepared import Prepared
from field.registry.households import Person

_kept, _told_in = aliased(Person), of_households(select(COUNTS_IN)).distinct()
Key = tuple[str, int]


class Sums(NamedTuple):
    """合计 in 分: all that is clear, and its compliant part of the days on which it was monitored (`since`).

    `whole` is that with what an earlier identification would have covered.
    """

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


_standings = cast(Table, ReliefStanding.__table__)
_home: BindParameter[str] = bindparam("home")
_new_standings = Prepared(_standings.insert())
_forget = Prepared(_standings.delete().where(_standings.c.household_id == _home))
_any_standing = Prepared(select(_standings.c.year).where(_standings.c.household_id == _home).limit(1))
_identifications = Prepared(
    select(HouseholdStanding.recorded_at, HouseholdStanding.kind, HouseholdStanding.identified_on)
    .where(HouseholdStanding.household_id == _home)
    .order_by(HouseholdStanding.seq)
)
_merged_into = Prepared(
    select(_kept.household_id)
    .join(Person, Person.merged_into == _kept.id)
    .where(Person.household_id == bindparam("chain"))
)


def derive_bills(session: Session, entry: Entry, said: dict[str, Any]) -> None:
    """票据 of one entry, as it arrives and in every rebuild."""
    derive_many(session, [(entry, said)])


def derive_many(session: Session, several: Sequence[tuple[Entry, dict[str, Any]]]) -> None:
    """The same of many entries; what is not whole counts for nothing, but may take the place of what counted."""
    for chain, whole in keep_told(session, several).items():
        for home in _homes(session, [chain]):
            if whole or _any_standing.rows(session, {"home": home}):
                _rewrite(session, home)


def restate(session: Session, household_ids: Collection[str]) -> None:
    """Write the whole course of households anew, from their bills and identifications; two people made one count once.

    Who is one person is as known now, also of the past: a merging says what had always been so.
    """
    homes = _homes(session, household_ids)
    stand = select(ReliefStanding.household_id).where(ReliefStanding.household_id.in_(homes))
    for home in sorted(session.scalars(_told_in.where(COUNTS_IN.in_(homes)).union(stand))):
        _rewrite(session, home)


def restate_all(session: Session) -> None:
    """The same of every household that has bills, at the end of a rebuild."""
    session.execute(delete(ReliefStanding))
    for home in sorted(session.scalars(_told_in)):
        _rewrite(session, home)


def _homes(session: Session, chains: Collection[str]) -> list[str]:
    """The households, and those in which bills of their people count who stood twice; in order, as rows are locked."""
    merged = {home for chain in chains for (home,) in _merged_into.rows(session, {"chain": chain})}
    return sorted({*chains, *merged})


def sums(bills: Iterable[Paid], monitored: Spans) -> dict[Key, Sums]:
    """What clear bills come to, by person and year; pure."""
    found: dict[Key, Sums] = {}
    for one in bills:
        if one.unclear or not one.person_id:
            continue
        compliant = one.compliant_amount or 0
        since = compliant if within(one.day, monitored) else 0
        before = found.get(key := (one.person_id, one.day.year), Sums())
        whole = compliant if since or older(one.day, monitored) else 0
        found[key] = Sums(before.amount + (one.amount or 0), before.whole + whole, before.since + since)
    return found


def _rewrite(session: Session, home: str) -> None:
    _forget.run(session, {"home": home})
    _new_standings.run(session, *(
        {"household_id": home, "person_id": person, "year": year, "recorded_at": since, "until": until, **one._asdict()}
        for (person, year), since, until, one in _course(session, home)
    ))  # fmt: skip


def _course(session: Session, home: str) -> Iterator[tuple[Key, datetime, datetime, Sums]]:
    """What each person's bills of a year came to, from when to when."""
    told = told_of(session, home)
    heard = _heard(session, told)
    identified = _identified(session, home)
    now: dict[Key, tuple[datetime, Sums]] = {}
    for moment in sorted({*heard.values(), *(one.recorded_at for one in identified)}):
        monitored = spans(one for one in identified if one.recorded_at <= moment)
        bills = distinct(one for one in told if heard[one.chain_id, one.seq] <= moment)
        then = sums(bills, monitored)
        for key in [key for key, (_, one) in now.items() if then.get(key) != one]:
            begun, one = now.pop(key)
            yield key, begun, moment, one
        now |= {key: (moment, one) for key, one in then.items() if key not in now}
    for key, (begun, one) in now.items():
        yield key, begun, STILL, one


def _heard(session: Session, told: Sequence[Any]) -> dict[tuple[str, int], datetime]:
    """When each telling came to count: a held visit's when it was taken in."""
    heard = {(one.chain_id, one.seq): one.recorded_at for one in told}
    if held := {one.chain_id for one in told if one.source == EntryKind.HELD_VISIT}:
        mine = Entry.chain_id.in_(held), Entry.kind == EntryKind.HELD_DECISION.value
        decisions = list(session.scalars(select(Entry).where(*mine).order_by(Entry.chain_id, Entry.seq)))
        for entry, said in zip(decisions, opened(session, decisions), strict=True):
            if said["accepted"] and (entry.chain_id, said["seq"]) in heard:
                heard[entry.chain_id, said["seq"]] = entry.recorded_at
    return heard


def _identified(session: Session, home: str) -> list[Stood]:
    """How the household stood, oldest first."""
    return [Stood(*row) for row in _identifications.rows(session, {"home": home})]
