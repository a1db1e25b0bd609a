"""一户一档: households as lists, as the form on the phone needs them, and as people know them."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select, tuple_
from sqlalchemy.orm import Session

from field.china_time import written
from field.codes import Grade
from field.ledger.entries import Entry, opened
from field.ledger.facts import INCOME_MOST, Fact, Known, known
from field.monitoring.board.counted import among
from field.monitoring.board.standings import HouseholdStanding, newest, stood
from field.monitoring.board.statistics import of_kind
from field.monitoring.board.until import Until
from field.monitoring.cases.case_form import case_forms
from field.monitoring.help.plan import plans
from field.monitoring.help.plan_shown import help_shown
from field.monitoring.leads.own_words import own_words
from field.monitoring.policy.shelf import pack_on
from field.monitoring.risk.grade_standings import grade_on
from field.monitoring.risk.grades import JUDGED, by_urgency, grades, judged_grade, risk_shown, risks
from field.monitoring.risk.judgement import Judgement
from field.monitoring.roster.roster_corrections import NAMES
from field.monitoring.search import DENSE, Words, read
from field.monitoring.timeline import masked
from field.monitoring.workdays import china_day
from field.monitoring.workers.checkins import earns_at_least
from field.registry import regions
from field.registry.households import Household, Person
from field.registry.masking import mask_account, mask_id_number, mask_phone
from field.registry.rights import Actor, NotAllowed, Right
from field.registry.staff import staff_names

Most = dict[tuple[str, int], int | None]  # by the entry; None where it says no most, nothing where it names one figure
SECTIONS = ("informant", "income", "expenses", "guarantees", "risk_factors", "needs", "note")
ORDERS = {
    "number": (Household.number,),
    "longest_unvisited": (Household.last_visit_at.is_not(None), Household.last_visit_at, Household.number),
    "urgent": (by_urgency, Judgement.since.is_(None), Judgement.since, Household.number),
}


@dataclass(frozen=True)
class Sought:
    """查询条件: `region` must lie within the actor's own; `kind`, `grade` a code, "any" or "none"; `q` free words.

    `among` is a number of the board (counted.py); `on` a past day as of which kind and risk are meant.
    """

    region: str | None = None
    kind: str | None = None
    risk: str | None = None
    grade: str | None = None
    q: str | None = None
    on: date | None = None
    among: str | None = None
    days: int = 0
    order: str = "number"
    page: int = 1
    per_page: int = 20

    def within(self, by: Actor) -> str:
        """The region asked for; of a past day the actor's, since who moved inside it is found where they were."""
        return by.region if self.on and not self.among else self.region or by.region


def households(session: Session, by: Actor, sought: Sought) -> tuple[list[Household], int]:
    """One page of the households that the actor may read, and how many there are in all."""
    region = sought.region or by.region
    if not by.may(Right.READ_HOUSEHOLDS, region):
        raise NotAllowed
    words = read(session, region, sought.q) if sought.q else None
    meant = session.scalar(select(func.count()).select_from(words.households().subquery())) or 0 if words else 0
    few = list(session.scalars(words.households())) if words and meant < DENSE else None
    wanted = conditions(sought, sought.within(by), words, meant, few)
    counted = select(func.count()).select_from(Household).outerjoin(*JUDGED).where(wanted)
    total = (
        meant
        if words and not (sought.kind or sought.risk or sought.grade or sought.among or sought.on)
        else session.scalar(counted) or 0
    )
    rows = select(Household).outerjoin(*JUDGED).where(wanted).order_by(*ORDERS[sought.order])
    page = session.scalars(rows.offset((sought.page - 1) * sought.per_page).limit(sought.per_page))
    return list(page), total


def persons(session: Session, by: Actor, sought: Sought) -> int:
    """How many people are in the households that are sought without words, on a past day those of then."""
    rows = select(Household.persons).outerjoin(*JUDGED).where(conditions(sought, sought.within(by), None))
    if sought.on:
        then = and_(HouseholdStanding.household_id == Household.id, *newest(Until(sought.on).ends))
        number = func.coalesce(HouseholdStanding.persons, Household.persons).label("persons")
        rows = rows.outerjoin(HouseholdStanding, then).with_only_columns(number)
    return session.scalar(select(func.sum(rows.subquery().c.persons))) or 0


def people(session: Session, household_ids: Iterable[str], *, merged: bool = False) -> dict[str, list[Person]]:
    """The members of households, those who left at the end; `merged`: with those who are somebody else's second row."""
    found: dict[str, list[Person]] = {household_id: [] for household_id in household_ids}
    rows = select(Person).where(Person.household_id.in_(list(found)))
    if not merged:
        rows = rows.where(Person.merged_into.is_(None))
    last = Person.merged_into.is_not(None), Person.left.is_not(None)
    for person in session.scalars(rows.order_by(*last, Person.position)):
        found[person.household_id].append(person)
    return found


def facts(session: Session, subjects: Iterable[str], as_of: datetime) -> dict[tuple[str, str], Known]:
    """What is known of households and people, each with what contradicts it; of merged people under who is kept."""
    return facts_and_most(session, subjects, as_of)[0]


def facts_and_most(
    session: Session, subjects: Iterable[str], as_of: datetime
) -> tuple[dict[tuple[str, str], Known], Most]:
    """The same, and what belongs to a figure of theirs: the most that its entry says."""
    wanted = list(subjects)
    merged = session.execute(select(Person.id, Person.merged_into).where(Person.merged_into.in_(wanted)))
    whose = {one: one for one in wanted} | {dup: kept for dup, kept in merged if kept}
    shown = Fact.observed_at <= as_of, Fact.attribute.not_in(NAMES)
    rows = session.scalars(select(Fact).where(Fact.subject.in_(list(whose)), *shown)).all()
    half_lives = pack_on(china_day(as_of)).half_life_days.model_dump()
    most = {(fact.chain_id, fact.seq): fact.value for fact in rows if fact.attribute == INCOME_MOST}
    return known((fact for fact in rows if fact.attribute != INCOME_MOST), as_of, whose, half_lives), most


def forms(session: Session, several: Sequence[Household]) -> list[dict[str, Any]]:
    """What the phone's form needs of each household, with a constant number of statements."""
    ids = [one.id for one in several]
    members = people(session, ids)
    visits = _last_visits(session, several)
    places = {person.work_place for group in members.values() for person in group if person.work_place}
    names = regions.names(session, {one.region for one in several} | places)
    known, said = risks(session, ids), own_words(session, ids)
    least = earns_at_least(session, [person.id for group in members.values() for person in group])
    helped, standing = plans(session, ids), case_forms(session, ids)
    return [
        _form(one, members[one.id], visits.get(one.id), names, least) | risk_shown(known[one.id]) | standing[one.id]
        | {"said": said.get(one.id, []), "plan": help_shown(helped[one.id])}
        for one in several
    ]  # fmt: skip


def lines(session: Session, several: Sequence[Household]) -> list[dict[str, Any]]:
    """农户 as lists show them, with a constant number of statements."""
    names = regions.names(session, {one.region for one in several})
    graded = grades(session, [one.id for one in several])
    return [{**household_shown(one, names), "grade": graded.get(one.id, Grade.NONE.value)} for one in several]


def person_shown(person: Person, names: dict[str, str] | None = None) -> dict[str, Any]:
    """人员 with every number masked; money in 分, dates ISO."""
    return {
        "id": person.id, "name": person.name, "sex": person.sex, "relation": person.relation,
        "birth_date": _day(person.birth_date), "id_number": mask_id_number(person.id_number),
        "phone": mask_phone(person.phone), "bank_account": mask_account(person.bank_account),
        "work_place": person.work_place, "work_place_name": (names or {}).get(person.work_place or ""),
        "work": person.work, "months_away": person.months_away, "monthly_income": person.monthly_income,
        "health": person.health, "schooling": person.schooling, "labour": person.labour,
        "left": person.left, "details": person.details,
    }  # fmt: skip


def household_shown(one: Household, names: dict[str, str]) -> dict[str, Any]:
    """农户 as lists show it."""
    return {
        "id": one.id, "number": one.number, "head": one.head, "village": names.get(one.region, one.region),
        "region": one.region, "kind": one.kind, "persons": one.persons, "group": one.group,
        "main_risk": one.main_risk, "risk_factors": one.risk_factors, "address": one.address,
        "formerly_poor": one.formerly_poor, "no_labour": one.no_labour,
        "identified_on": _day(one.identified_on), "last_visit_at": one.last_visit_at and written(one.last_visit_at),
    }  # fmt: skip


def conditions(
    sought: Sought, region: str, words: Words | None, meant: int = 0, few: Sequence[str] | None = None
) -> ColumnElement[bool]:
    """Which households of a region are sought, by their own columns and their judgement; `meant` by the words alone."""
    several = [words.means(meant, few) if words else regions.in_region(Household.region, region)]
    if sought.on and sought.among:
        several.append(among(sought.among, Until(sought.on, sought.days)))
    elif sought.on:
        kind = None if sought.kind in ("any", "none") else sought.kind
        several.append(Household.id.in_(stood(Until(sought.on).ends, sought.region or region, kind, sought.risk)))
        return and_(*several, *_graded(sought))
    if not sought.on:
        several.append(Household.erased_at.is_(None))
    if sought.kind == "any":
        several.append(Household.kind.is_not(None))
    elif sought.kind == "none":
        several.append(Household.kind.is_(None))
    elif sought.kind:
        several.append(of_kind(sought.kind))
    if sought.risk:
        several.append(Household.main_risk == sought.risk)
    return and_(*several, *_graded(sought))


def _graded(sought: Sought) -> Iterator[ColumnElement[bool]]:
    """Of the grade that is sought, on a past day of that of then; "any": of any but none, as who was never judged."""
    if sought.grade:
        grade = grade_on(Household.id, sought.on) if sought.on else judged_grade
        yield grade != Grade.NONE.value if sought.grade == "any" else grade == sought.grade


def _last_visits(session: Session, several: Sequence[Household]) -> dict[str, tuple[Entry, dict[str, Any], str]]:
    keys = [(one.id, one.last_visit_seq) for one in several if one.last_visit_seq]
    found = select(Entry).where(tuple_(Entry.chain_id, Entry.seq).in_(keys))
    entries = list(session.scalars(found)) if keys else []
    names = staff_names(session, {entry.actor for entry in entries})
    sections = _sections_as_known(session, keys)
    return {
        entry.chain_id: (entry, sections.get(entry.chain_id, {}) | payload, names.get(entry.actor, entry.actor))
        for entry, payload in zip(entries, opened(session, entries), strict=True)
    }


def _sections_as_known(session: Session, keys: Sequence[tuple[str, int | None]]) -> dict[str, dict[str, Any]]:
    """The sections of visits from their facts, where "unchanged" has become what it confirmed."""
    rows = select(Fact).where(tuple_(Fact.chain_id, Fact.seq).in_(keys), Fact.subject == Fact.chain_id)
    sections: dict[str, dict[str, Any]] = {}
    for fact in session.scalars(rows) if keys else ():
        sections.setdefault(fact.chain_id, {})[fact.attribute] = fact.value
    return sections


def _form(
    one: Household,
    members: list[Person],
    visit: tuple[Entry, dict[str, Any], str] | None,
    names: dict[str, str],
    least: Collection[str],
) -> dict[str, Any]:
    place = None
    if one.latitude is not None and one.longitude is not None:
        place = {"latitude": one.latitude, "longitude": one.longitude}
    last = None
    if visit:
        _, payload, by = visit
        last = {"id": payload["id"], "visited_at": one.last_visit_at and written(one.last_visit_at), "by": by}
        last |= masked({section: payload[section] for section in SECTIONS if section in payload})
    present = [
        person_shown(person, names) | {"earns_at_least": person.id in least} for person in members if not person.left
    ]
    return {**household_shown(one, names), "place": place, "persons": present, "last_visit": last}


def _day(value: date | None) -> str | None:
    return value.isoformat() if value else None
