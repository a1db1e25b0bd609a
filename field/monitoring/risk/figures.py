"""指标: what the rules look at, each counted by one SQL expression over what is known of a household."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import CTE, BigInteger, ColumnElement, Integer, and_, case, cast, func, literal_column, or_, select
from sqlalchemy.orm import aliased

from field.ledger.facts import Fact
from field.monitoring.policy.shapes import Pack
from field.monitoring.risk.sections import SECTIONS, Scope, amount, given, materialized, sections, trust, until

RIGID = ("medical_self_paid", "schooling", "housing", "other")
KEPT = ("id", "persons", "formerly_poor", "period_from", "period_to", "lead_at")


def number(value: int) -> ColumnElement[int]:
    """A whole number of the pack, written into the statement."""
    return literal_column(str(int(value)), BigInteger)


def figures(pack: Pack, line: int, scope: Scope) -> CTE:
    """One row a household in scope: each figure (null where it is not known), and the entries that it is from."""
    known = _on_its_window(pack, sections(pack, scope))
    c = known.c
    spent = _sum(c, RIGID, "spent_")
    deducted = _sum(c, pack.income.deduct, "spent_") if pack.income.deduct else number(0)
    per_head = _over(c.income - deducted, c.persons)
    labour = case((c.able > 0, 0), (or_(c.flagged, c.labour_known > 0), 1))
    health = case((c.health_known > 0, 1))
    columns = {
        "income": c.income, "income_before": c.before, "income_per_head": per_head, "line": number(line),
        "income_of_line": _over(per_head * 100, number(line)), "medical_borne": c.spent_medical_self_paid,
        "schooling_cost": c.spent_schooling, "rigid": spent,
        "rigid_share": case((and_(c.income <= 0, spent > 0), number(999)), else_=_over(spent * 100, c.income)),
        "income_fall": case((c.before > 0, _over((c.before - c.income) * 100, c.before))),
        "guarantees_missing": c.problems, "sudden": case((c.told_sudden > 0, 1), else_=c.sudden),
        "declared": c.declared, "out_of_touch": c.silent, "no_labour": labour,
        "drug_cost_month": case((c.ill > 0, _over(c.spent_medical_self_paid, number(12))), (health == 1, number(0))),
        "labour_seq": labour, "health_seq": health,
    }  # fmt: skip
    places = [c[f"{name}_{what}"] for name in SECTIONS for what in ("seq", "at")]
    several = [expression.label(name) for name, expression in columns.items()]
    return materialized(select(*(c[name] for name in KEPT), *places, *several), "figures")


def _on_its_window(pack: Pack, found: CTE) -> CTE:
    """What is known, where an income counts only for whole months that are long enough, late enough and over."""
    c = found.c
    least = case((c.monitored, given("monitored_from", Integer)), else_=given("new_from", Integer))
    length = _month(c.period_to) - _month(c.period_from) + 1
    length_counts = length.between(pack.income.months, pack.income.months + 1)
    counts = and_(length_counts, _month(c.period_to).between(least, given("latest", Integer)))
    income = _sum(c, pack.income.parts) - (_sum(c, pack.income.minus) if pack.income.minus else number(0))
    before = case((counts, _before(pack, c)))
    replaced = ("income_seq", "income_at")
    columns = [column for column in c if column.name not in replaced]
    columns += [case((counts, c[name])).label(name) for name in replaced]
    return materialized(select(*columns, case((counts, income)).label("income"), before.label("before")), "known")


def _before(pack: Pack, c: Any) -> ColumnElement[int]:
    """The net income of the period before."""
    fact = aliased(Fact, name="earlier")
    ended = fact.value[("period", "to")].as_string()
    net = sum((amount(fact.value, name) for name in pack.income.parts), number(0))
    net = net - sum((amount(fact.value, name) for name in pack.income.minus), number(0))
    here = fact.subject == c.id, fact.attribute == "income", fact.observed_at < until, ended < c.period_to
    return select(net).where(*here).order_by(ended.desc(), *trust(fact, pack)).limit(1).scalar_subquery()


def _over(amount: ColumnElement[int], by: ColumnElement[int]) -> ColumnElement[int]:
    """Whole-number division, null by nothing."""
    whole: ColumnElement[int] = amount // func.nullif(by, 0, type_=BigInteger)
    return whole


def _sum(c: Any, names: Iterable[str], prefix: str = "") -> ColumnElement[int]:
    first, *others = (c[prefix + name] for name in names)
    total: ColumnElement[int] = sum(others, first)
    return total


def _month(day: ColumnElement[str]) -> ColumnElement[int]:
    """Months since the year 0 of an ISO date."""
    return cast(func.substr(day, 1, 4), Integer) * 12 + cast(func.substr(day, 6, 2), Integer)
