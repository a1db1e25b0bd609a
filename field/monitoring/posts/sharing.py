"""乡镇共享: the households of a town that concern one of its units, read with what the rule shows and no more."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Text, and_, cast, func, or_, select, true
from sqlalchemy.orm import Session

from field.codes import Income
from field.monitoring.checks import quality_rows as q
from field.monitoring.checks.quality_rows import Condition, Terms
from field.monitoring.policy.shapes import Pack
from field.monitoring.policy.sharing_shapes import Sharing, When
from field.monitoring.policy.shelf import pack_on
from field.monitoring.posts.sharing_codes import GUARANTEES, OF_PEOPLE, Concerns, SharedField
from field.monitoring.posts.sharing_rules import Home, rule_of, shown
from field.monitoring.risk.grades import JUDGED, grades, judged_grade
from field.monitoring.risk.sections import ILL
from field.monitoring.traces import Look, leave_trace
from field.monitoring.workdays import china_day
from field.registry import regions
from field.registry.households import Household, Person
from field.registry.regions import in_region
from field.registry.rights import Actor, NotAllowed, Right

IS: dict[Concerns, Callable[[Terms], Condition]] = {
    Concerns.EVERYONE: lambda _: true(),
    Concerns.PUPIL: lambda _: q.PUPIL != q.NO_PUPIL,  # of whom nothing is told, neither is true
    Concerns.SCHOOL_AGE: q.of_school_age,
    Concerns.ILL: lambda _: Person.health.in_(ILL),
    Concerns.DISABLED: lambda _: or_(Person.health == "残疾", Person.details["disability"].as_string().is_not(None)),
    Concerns.MINIMUM_LIVING: lambda _: Person.details["minimum_living"].as_boolean(),
    Concerns.EXTREME_HARDSHIP: lambda _: Person.details["extreme_hardship"].as_boolean(),
}


class Page(NamedTuple):
    """一页: the rule, whose households these are, what is shown of each, and how many there are in all."""

    rule: Sharing
    ids: list[str]
    items: list[dict[str, Any]]
    total: int


def shared(session: Session, by: Actor, region: str, now: datetime, page: int, per_page: int) -> Page:
    """One page of the households of a region that concern the unit, to be traced; NotAllowed outside its town."""
    if not by.may(Right.READ_SHARED, region):
        raise NotAllowed
    day = china_day(now)
    pack = pack_on(day)
    rule, terms = rule_of(by.unit, by.region, pack), Terms(pack, day)
    concerned = in_region(Household.region, region), Household.persons > 0, or_(*(_is(one, terms) for one in rule.when))
    counted = select(func.count()).select_from(Household).outerjoin(*JUDGED).where(*concerned)
    rows = select(Household).outerjoin(*JUDGED).where(*concerned).order_by(Household.region, Household.number)
    found = session.scalars(rows.offset((page - 1) * per_page).limit(per_page)).all()
    items = [shown(rule, home, day) for home in _homes(session, rule, terms, found)]
    return Page(rule, [one.id for one in found], items, session.scalar(counted) or 0)


def trace(session: Session, by: Actor, page: Page, now: datetime) -> None:
    """留痕 of each household that a page showed, and to which unit."""
    for one in page.ids:
        leave_trace(session, by, Look.SHARED, one, now, page.rule.unit)


def _is(when: When, terms: Terms) -> ColumnElement[bool]:
    """Whether all that a `when` says is true of a household."""
    several: list[Condition] = []
    if when.monitored is not None:
        several.append(q.MONITORED if when.monitored else ~q.MONITORED)
    if when.grades:
        several.append(judged_grade.in_(when.grades))
    if when.risk_factors:
        risks = cast(Household.risk_factors, Text)
        several.append(or_(*(risks.contains(f'"{one}"') for one in when.risk_factors)))
    if when.guarantees:
        several.append(_lacks(when.guarantees, terms.pack))
    if when.people:
        several.append(q.member(terms, _who(when.people, terms)))
    return and_(*several)


def _lacks(guarantees: Sequence[str], pack: Pack) -> Condition:
    told, best = q.best_told(pack, "guarantees")
    problem = or_(*(told.value[(one, "status")].as_string() == "problem" for one in guarantees))
    return select(told.seq).where(best, problem).exists()


def _who(people: Iterable[str], terms: Terms) -> Condition:
    return or_(*(IS[Concerns(one)](terms) for one in people))


def _homes(session: Session, rule: Sharing, terms: Terms, found: Sequence[Household]) -> list[Home]:
    """What may be shown of households, in a constant number of statements; what the rule does not name is not read."""
    ids, shows = [one.id for one in found], set(rule.shows)
    names = regions.names(session, {one.region for one in found})
    people = _people(session, ids, _who(rule.people, terms)) if shows & OF_PEOPLE else {}
    phones = _phones(session, ids) if SharedField.PHONE in shows else {}
    graded = grades(session, ids) if SharedField.GRADE in shows else {}
    income = _told(session, terms.pack, "income", ids) if SharedField.INCOME in shows else {}
    guarantees = _told(session, terms.pack, "guarantees", ids) if shows & GUARANTEES.keys() else {}
    return [
        Home(one, names.get(one.region, one.region), people.get(one.id, []), phones.get(one.id), graded.get(one.id, ""),
             _amounts(income.get(one.id)), guarantees.get(one.id, {}))
        for one in found
    ]  # fmt: skip


def _people(session: Session, ids: Sequence[str], who: Condition) -> dict[str, list[Person]]:
    rows = select(Person).where(Person.household_id.in_(ids), *q.here(Person), who)
    found: dict[str, list[Person]] = {}
    for one in session.scalars(rows.order_by(Person.position)):
        found.setdefault(one.household_id, []).append(one)
    return found


def _phones(session: Session, ids: Sequence[str]) -> dict[str, str]:
    """The number by which a household is reached: that of the first on the roster who has one."""
    rows = select(Person.household_id, Person.phone)
    rows = rows.where(Person.household_id.in_(ids), *q.here(Person), Person.phone_index.is_not(None))
    return {home: phone or "" for home, phone in session.execute(rows.order_by(Person.position.desc()))}


def _told(session: Session, pack: Pack, section: str, ids: Sequence[str]) -> dict[str, Any]:
    """The best that was told of a section, by household."""
    told, best = q.best_told(pack, section)
    rows = select(Household.id, told.value).join(told, best).where(Household.id.in_(ids))
    return dict(session.execute(rows).all())


def _amounts(income: dict[str, Any] | None) -> dict[str, Any] | None:
    """收入 by its parts and its period, money in 分; nothing else that may once have been sent with it."""
    return income and {key: income[key] for key in (*Income.labels(), "period") if key in income}
