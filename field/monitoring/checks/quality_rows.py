"""数据质量的查询: of which the checks are made; a row is a household and, where it is about one, a person."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, case, exists, extract, func, null, or_, select
from sqlalchemy.orm import aliased

from field.case_codes import CaseState
from field.china_time import opens
from field.codes import Grade
from field.ledger.facts import Fact
from field.monitoring.cases.case_rules import LADDER
from field.monitoring.cases.cases import MonitoringCase
from field.monitoring.duties.tasks import Task
from field.monitoring.leads.leads import Lead
from field.monitoring.policy.quality_shapes import Quality
from field.monitoring.policy.shapes import Pack
from field.monitoring.relief.bills import ToldBill
from field.monitoring.risk.judgement import Judgement
from field.monitoring.risk.sections import trust
from field.monitoring.workdays import months_after
from field.registry.households import Household, Person
from field.registry.regions import in_region

Condition = ColumnElement[bool]
Rows = Select[*tuple[Any, ...]]
MONITORED = Household.kind.is_not(None)
PUPIL = Person.details["pupil"].as_string()
NO_PUPIL, LEFT_SCHOOL = "非在校生", ("辍学", "失学")
YOUNGER = {"之子": 1, "之女": 1, "之孙子": 2, "之孙女": 2, "之外孙子": 2, "之外孙女": 2}
OLDER = {"之父": 1, "之母": 1, "之祖父": 2, "之祖母": 2}
HEAD, SPOUSE = "户主", "配偶"


class Terms(NamedTuple):
    """依据: the pack and the day by which is checked, and whether many households are, so that sets are made first."""

    pack: Pack
    day: date
    whole: bool = False

    @property
    def rule(self) -> Quality:
        """What the pack says of data quality."""
        return self.pack.quality

    def years_ago(self, years: int) -> date:
        """The same day so many years ago."""
        return months_after(self.day, -12 * years)

    def days_ago(self, days: int) -> datetime:
        """The beginning of the day so many days ago, in China."""
        return opens(self.day - timedelta(days=days))


def households(*conditions: Condition) -> Rows:
    """农户 of which all of that is true."""
    return select(Household.id.label("household_id"), null().label("person_id")).where(*conditions)


def people(*conditions: Condition) -> Rows:
    """在家的人 of whom all of that is true; read person after person, not household after household."""
    return select(Person.household_id, Person.id.label("person_id")).where(*here(Person), *conditions)


def members(*conditions: Condition) -> Rows:
    """The same where something is asked of their households too."""
    rows = select(Household.id.label("household_id"), Person.id.label("person_id"))
    return rows.join(Person, Person.household_id == Household.id).where(*here(Person), *conditions)


def within(rows: Rows, region: str) -> Rows:
    """Those of a region."""
    ours = in_region(Household.region, region)
    if _by_household(rows):
        return rows.where(ours)
    return rows.where(exists(select(Household.id).where(Household.id == Person.household_id, ours)))


def of(rows: Rows, household_id: ColumnElement[str]) -> Rows:
    """Those of one household."""
    return rows.where(_household(rows) == household_id)


def among(rows: Rows, household_ids: Sequence[str] | Select[str]) -> Rows:
    """Those of some households."""
    return rows.where(_household(rows).in_(household_ids))


def _household(rows: Rows) -> Any:
    return Household.id if _by_household(rows) else Person.household_id


def _by_household(rows: Rows) -> bool:
    return any(one.is_derived_from(Household.__table__) for one in rows.get_final_froms())


def here(person: Any) -> tuple[Condition, Condition]:
    """Who has not left and is nobody's second row."""
    merged = func.coalesce(person.merged_into, "")  # bare, SQLite would read everybody by the index of the merged
    return person.left.is_(None), merged == ""


def member(terms: Terms, *conditions: Condition) -> Condition:
    """Whether a household has somebody of whom all of that is true."""
    if terms.whole:
        return Household.id.in_(select(Person.household_id).where(*here(Person), *conditions))
    return exists(select(Person.id).where(Person.household_id == Household.id, *here(Person), *conditions))


def best_told(pack: Pack, section: str) -> tuple[Any, Condition]:
    """A household's best fact of a section, and the condition that it is that."""
    told = aliased(Fact, name=f"told_{section}")
    ours = Fact.subject == Household.id, Fact.attribute == section
    best = select(Fact.seq).where(*ours).order_by(*trust(Fact, pack)).limit(1).correlate(Household).scalar_subquery()
    same = told.chain_id == Household.id, told.seq == best, told.subject == Household.id, told.attribute == section
    return told, and_(*same)


def income(pack: Pack, what: Any) -> Rows:
    """农户 whose best income fact says something of that kind."""
    told, best = best_told(pack, "income")
    return households(what(told.value)).join(told, best)


def told_of_income() -> Condition:
    """Whether a household's income was ever told."""
    return exists(select(Fact.seq).where(Fact.subject == Household.id, Fact.attribute == "income"))


def eliminated(*conditions: Condition) -> Condition:
    """风险已消除 and not monitored anew."""
    state = func.coalesce(MonitoringCase.state, "")  # nor all that were ever eliminated, for each household
    ended = MonitoringCase.household_id == Household.id, state == CaseState.ELIMINATED.value
    return and_(Household.kind.is_(None), exists(select(MonitoringCase.id).where(*ended, *conditions)))


def urgent() -> Condition:
    """红色、橙色 as judged last."""
    grave = Judgement.grade.in_((Grade.RED.value, Grade.ORANGE.value))
    return exists(select(Judgement.household_id).where(Judgement.household_id == Household.id, grave))


def under_way() -> Condition:
    """A case on its way to identify the household."""
    ladder = MonitoringCase.state.in_([one.value for one in LADDER])
    return exists(select(MonitoringCase.id).where(MonitoringCase.household_id == Household.id, ladder))


def to_check() -> Condition:
    """A lead that somebody has still to look into."""
    return exists(select(Task.seq).where(Task.household_id == Household.id, Task.done.is_(False)))


def heard_of() -> Condition:
    """A lead of the household, from which a case can be opened; what a visit finds has one after the night."""
    return exists(select(Lead.seq).where(Lead.household_id == Household.id))


def months_between(first: Any, last: Any) -> ColumnElement[Any]:
    """Whole months from one date to another, as far as the calendar's months go."""
    months = (extract("year", last) - extract("year", first)) * 12 + extract("month", last) - extract("month", first)
    ended: ColumnElement[Any] = months
    return ended


def of_school_age(terms: Terms) -> Condition:
    """学龄: of an age at which everybody is at school."""
    born, rule = Person.birth_date, terms.rule
    return and_(born > terms.years_ago(rule.school_to + 1), born <= terms.years_ago(rule.school_from))


def out_of_school(terms: Terms) -> Condition:
    """学龄, and not at school."""
    left = or_(PUPIL == NO_PUPIL, *(Person.schooling.contains(word) for word in LEFT_SCHOOL))
    return and_(of_school_age(terms), left)


def twin(terms: Terms, column: Any, other_household: bool) -> Condition:
    """Whether somebody else, of another household or of any, has the same number."""
    other = aliased(Person)
    same = getattr(other, column.key) == column
    apart = other.household_id != Person.household_id if other_household else other.id != Person.id
    twice = exists(select(other.id).where(same, apart, *here(other)))
    if not terms.whole:
        return and_(column.is_not(None), twice)
    number = getattr(aliased(Person), column.key)
    several = select(number).where(number.is_not(None)).group_by(number).having(func.count() > 1)
    return and_(column.in_(several), twice)


def wrong_generation(terms: Terms) -> Rows:
    """Children who are too old for the head of their household, and parents too young."""
    head = aliased(Person, name="head")
    gap, own, heads = terms.rule.generation_years, extract("year", Person.birth_date), extract("year", head.birth_date)
    sides = [(YOUNGER, own < heads + gap * case(YOUNGER, value=Person.relation)),
             (OLDER, heads < own + gap * case(OLDER, value=Person.relation))]  # fmt: skip
    wrong = or_(*(and_(Person.relation.in_(list(words)), condition) for words, condition in sides))
    joined = and_(head.household_id == Person.household_id, head.relation == HEAD, *here(head))
    return people(Person.relation.in_((*YOUNGER, *OLDER)), wrong).join(head, joined)


def wrong_pupil(terms: Terms) -> Condition:
    """At a school for which one is too young or too old."""
    return or_(*(
        and_(one.name == PUPIL, or_(Person.birth_date > terms.years_ago(one.low),
                                    Person.birth_date <= terms.years_ago(one.high + 1)))
        for one in terms.rule.pupil
    ))  # fmt: skip


def unclear_bill() -> Condition:
    """Whether the newest telling of a bill leaves open whose it is, of when, or how much."""
    later = aliased(ToldBill)
    again = later.chain_id == ToldBill.chain_id, later.known_as == ToldBill.known_as, later.seq > ToldBill.seq
    lacking = [column.is_(None) for column in (ToldBill.person_id, ToldBill.issued_on, ToldBill.amount,
                                               ToldBill.compliant_amount)]  # fmt: skip
    wrong = or_(*lacking, ToldBill.compliant_amount > ToldBill.amount)
    ours = ToldBill.chain_id == Household.id, ~ToldBill.void, wrong
    return exists(select(ToldBill.seq).where(*ours, ~exists(select(later.seq).where(*again))))
