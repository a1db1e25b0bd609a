"""已知各节: the best fact of each section of households in columns, with people and leads counted, in SQL."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Select,
    Text,
    and_,
    case,
    cast,
    false,
    func,
    literal_column,
    or_,
    select,
)  # fmt: skip
from sqlalchemy.orm import aliased

from field.codes import Expense, Guarantee, Income, LeadKind, Source
from field.ledger.facts import Fact, trusted
from field.monitoring.leads.leads import Lead, looked_into
from field.monitoring.policy.shapes import Pack
from field.orm import UtcDateTime
from field.registry.households import Household, Person

Scope = Callable[[ColumnElement[Any]], ColumnElement[bool]]
SECTIONS = ("income", "expenses", "guarantees", "risk_factors")
ILL = ("患有大病", "长期慢性病")
WITHOUT_LABOUR = ("无劳动力", "丧失劳动力")
SUDDEN = ("disaster", "accident")
COUNTS = ("able", "labour_known", "ill", "health_known")
LEADS = ("silent", "declared", "told_sudden")


def given(name: str, kind: Any = Text) -> ColumnElement[Any]:
    """A value that is given with each execution; all others are written into the statement."""
    return literal_column(f":{name}", kind)


since, until = given("since", UtcDateTime()), given("until", UtcDateTime())


def materialized(rows: Select[Any], name: str) -> CTE:
    """A step whose columns are counted once, however often the next step names them."""
    return rows.cte(name).prefix_with("MATERIALIZED")


def sections(pack: Pack, scope: Scope) -> CTE:
    """One row a household in scope; what is too old or was never told is null."""
    picked = _picked(pack, scope)
    people, leads = _people(scope), _leads(scope)
    facts = {name: aliased(Fact, name=f"of_{name}") for name in SECTIONS}
    income, expenses, guarantees = (facts[name].value for name in SECTIONS[:3])
    columns = [
        *(c for c in picked.c if c.name not in SECTIONS),
        *(amount(income, one.value).label(one.value) for one in Income),
        *(amount(expenses, one.value).label(f"spent_{one.value}") for one in Expense),
        *(income[("period", name)].as_string().label(f"period_{name}") for name in ("from", "to")),
        case((facts["guarantees"].seq.is_not(None), _problems(guarantees))).label("problems"),
        names_sudden(facts["risk_factors"].value).label("sudden"),
        *(fact.seq.label(f"{name}_seq") for name, fact in facts.items()),
        *(fact.observed_at.label(f"{name}_at") for name, fact in facts.items()),
        *(func.coalesce(people.c[name], 0).label(name) for name in COUNTS),
        *(func.coalesce(leads.c[name], 0).label(name) for name in LEADS), leads.c.lead_at,
    ]  # fmt: skip
    joined = picked.outerjoin(people, people.c.household_id == picked.c.id)
    joined = joined.outerjoin(leads, leads.c.household_id == picked.c.id)
    for name, fact in facts.items():
        here = [fact.chain_id == picked.c.id, fact.seq == picked.c[name]]
        fresh = [] if name == "income" else [fact.observed_at >= since]  # an income has its own period
        joined = joined.outerjoin(fact, and_(*here, fact.attribute == name, *fresh))
    return materialized(select(*columns).select_from(joined), "sections")


def trust(fact: Any, pack: Pack) -> tuple[ColumnElement[Any], ...]:
    """Best first."""
    seconds = trusted(fact, pack.half_life_days.others)
    return seconds.desc(), fact.observed_at.desc(), fact.recorder.desc(), cast(fact.value, Text).desc(), fact.seq.desc()


def amount(value: Any, name: str) -> ColumnElement[int]:
    """One amount of a fact, in 分."""
    return cast(value[name].as_string(), BigInteger)


def names_sudden(risks: Any) -> ColumnElement[int]:
    """1 where a list of risk factors names a disaster or an accident, 0 where not, null where there is none."""
    text = cast(risks, Text)
    return case((or_(*(text.contains(f'"{one}"') for one in SUDDEN)), 1), (text.is_not(None), 0))


def _picked(pack: Pack, scope: Scope) -> CTE:
    """The households in scope, and where the best fact of each section stands."""
    best = [
        select(Fact.seq).where(Fact.subject == Household.id, Fact.attribute == name, Fact.observed_at < until)
        .order_by(*trust(Fact, pack)).limit(1).correlate(Household).scalar_subquery().label(name)
        for name in SECTIONS
    ]  # fmt: skip
    what = Household.id, Household.persons, Household.formerly_poor, Household.no_labour.label("flagged")
    monitored = Household.kind.is_not(None).label("monitored")
    return materialized(select(*what, monitored, *best).where(scope(Household.id.expression)), "picked")


def _problems(guarantees: Any) -> ColumnElement[int]:
    first, *others = (
        case((guarantees[(one.value, "status")].as_string() == "problem", 1), else_=0) for one in Guarantee
    )
    return sum(others, first)


def _people(scope: Scope) -> Any:
    labour, health = Person.labour, Person.health
    several = labour.not_in(WITHOUT_LABOUR), labour.is_not(None), health.in_(ILL), health.is_not(None)
    sums = [
        func.sum(case((condition, 1), else_=0)).label(name) for name, condition in zip(COUNTS, several, strict=True)
    ]
    rows = select(Person.household_id, *sums).where(scope(Person.household_id.expression), Person.left.is_(None))
    return rows.group_by(Person.household_id).subquery("people")


def _leads(scope: Scope) -> Any:
    """What came in and nobody has looked into yet, other than by our own analysis."""
    heard = func.coalesce(Person.last_heard_at > Lead.opened_at, false())
    silent = and_(Lead.kind == LeadKind.OUT_OF_TOUCH.value, ~heard)
    declared = and_(Lead.kind == LeadKind.HARDSHIP.value, Lead.source != Source.VISIT.value)  # there a cadre has been
    several = silent, declared, and_(declared, names_sudden(Lead.risk_factors) == 1)
    sums = [func.sum(case((condition, 1), else_=0)).label(name) for name, condition in zip(LEADS, several, strict=True)]
    first = func.min(case((or_(silent, declared), Lead.opened_at)), type_=UtcDateTime()).label("lead_at")
    rows = select(Lead.household_id, *sums, first).join(Household, Household.id == Lead.household_id)
    rows = rows.outerjoin(Person, Person.id == Lead.person_id)
    rows = rows.where(scope(Lead.household_id.expression), ~looked_into(), Lead.source != Source.ANALYSIS.value)
    return rows.group_by(Lead.household_id).subquery("leads")
