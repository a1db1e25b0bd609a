"""救助测算表: what is known of bills, read for one household or for all of a region, and counted by the packs."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from types import SimpleNamespace
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, extract, func, or_, select, true
from sqlalchemy.orm import Session, aliased

from field.ledger.entries import Entry
from field.monitoring.cases.monitored import Spans, spans_of
from field.monitoring.policy.shapes import ReliefRule
from field.monitoring.policy.shelf import pack_on
from field.monitoring.relief.bill_count import Paid, distinct
from field.monitoring.relief.bills import ToldBill
from field.monitoring.relief.relief_year import PersonYear, Rules, person_years
from field.prepared import Prepared
from field.registry.households import Household, Person
from field.registry.regions import in_region
from field.registry.rights import Actor, NotAllowed, Right

COLUMNS = [column.key for column in ToldBill.__table__.columns if column.key != "person_id"]
_own, _kept = aliased(Person), aliased(Person)
COUNTS_IN = func.coalesce(_kept.household_id, ToldBill.chain_id)  # the household of a bill


@dataclass(frozen=True)
class Sheet:
    """一户的测算: each person and year, and the bills that cannot be counted yet."""

    household: Household
    years: tuple[PersonYear, ...]
    unclear: tuple[Paid, ...]

    def sum_of(self, name: str) -> int:
        """A figure of all persons and years together."""
        return sum(int(getattr(one, name)) for one in self.years)


def rule_of(year: int, day: date) -> ReliefRule:
    """The layers of a year: those of the pack in force at its end, or today where it is not over."""
    return pack_on(min(day, date(year, 12, 31))).relief


def _rules(day: date) -> Rules:
    return cache(lambda year: rule_of(year, day))


def sheet(session: Session, household: Household, day: date) -> Sheet:
    """All that is known of one household's bills."""
    told = told_of(session, household.id)
    monitored = spans_of(session, [household.id])[household.id] if told else ()
    return _sheet(household, told, monitored, _rules(day))


def told_of(session: Session, household_id: str) -> list[Any]:
    """Each telling of the bills that count in a household, with the moment at which it was recorded."""
    return [one for one in _told_of.named(session, {"home": household_id}) if one.home == household_id]


def sheets(
    session: Session, by: Actor, region: str, year: int, day: date, only: Collection[str] | None = None
) -> list[Sheet]:
    """Every household of a region (or those named) with bills of a year, that year alone."""
    if not by.may(Right.READ_RELIEF, region):
        raise NotAllowed
    told: dict[str, list[Any]] = {}
    named = Household.id.in_(only) if only is not None else true()
    here = and_(in_region(Household.region, region), named)
    for home, one in _told(session, _rows().join(Household, Household.id == COUNTS_IN).where(here, _of(year))):
        told.setdefault(home, []).append(one)
    rule = _rules(day)
    having = of_households(select(COUNTS_IN)).where(_of(year))
    homes = [one for one in session.scalars(select(Household).where(here, Household.id.in_(having))) if one.id in told]
    monitored = spans_of(session, [one.id for one in homes])
    found = (_sheet(one, told[one.id], monitored[one.id], rule) for one in homes)
    return [one for one in (_in(sheet, year) for sheet in found) if one.years or one.unclear]


_first = (_own, _own.id == ToldBill.person_id)
_second = (_kept, _kept.id == _own.merged_into)


def of_households(rows: Select[Any]) -> Select[Any]:
    """Bills beside the people whose they are, by whom their household is found."""
    return rows.select_from(ToldBill).outerjoin(*_first).outerjoin(*_second)


def _rows() -> Select[Any]:
    """Each telling, in whose household it counts, and whose bill it is when the same person stood twice."""
    whose = func.coalesce(_own.merged_into, ToldBill.person_id).label("person_id")
    return of_households(select(COUNTS_IN.label("home"), whose, *(getattr(ToldBill, name) for name in COLUMNS)))


_ours = select(_own.id).join(_kept, _kept.id == _own.merged_into).where(_kept.household_id == bindparam("home"))
_told_of = Prepared(
    _rows()
    .add_columns(Entry.recorded_at)
    .join(Entry, and_(Entry.chain_id == ToldBill.chain_id, Entry.seq == ToldBill.seq))
    .where(or_(ToldBill.chain_id == bindparam("home"), ToldBill.person_id.in_(_ours)))
)


def _of(year: int) -> ColumnElement[bool]:
    """Bills of which any telling is of the year."""
    told = aliased(ToldBill)
    day = func.coalesce(told.issued_on, told.told_on)
    same = and_(told.chain_id == ToldBill.chain_id, told.known_as == ToldBill.known_as)
    return exists(select(told.seq).where(same, extract("year", day) == year))


def _told(session: Session, rows: Select[Any]) -> Iterable[tuple[str, Any]]:
    for row in session.execute(rows):
        yield row.home, SimpleNamespace(**row._asdict())


def _sheet(household: Household, told: Iterable[Any], monitored: Spans, rule: Rules) -> Sheet:
    bills = distinct(told)
    unclear = tuple(bill for bill in bills if bill.unclear)
    return Sheet(household, tuple(person_years(bills, monitored, rule)), unclear)


def _in(whole: Sheet, year: int) -> Sheet:
    years = tuple(one for one in whole.years if one.year == year)
    return replace(whole, years=years, unclear=tuple(one for one in whole.unclear if one.day.year == year))
