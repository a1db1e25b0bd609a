"""收入稳不稳: what a household earned a head in the periods before the one it is judged by, from what is known."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from field.china_time import opens
from field.ledger.facts import Fact
from field.monitoring.cases.elimination import Earned
from field.monitoring.policy.shapes import Pack
from field.monitoring.risk.judgement import Basis, months
from field.registry.households import Household


def before(
    session: Session, several: Sequence[tuple[Household, date | None]], by: Basis
) -> Mapping[str, tuple[Earned, ...]]:
    """以前各期 of households, each with the last day of its present period: as many as the pack asks for."""
    most = by.pack.elimination.income_periods - 1
    homes = {home.id: (home, until) for home, until in several if until}
    if not most or not homes:
        return {}
    ends = opens(by.day + timedelta(days=1))
    rows = select(Fact).where(Fact.subject.in_(homes), Fact.attribute.in_(("income", "expenses")))
    told: dict[str, dict[str, list[Fact]]] = defaultdict(lambda: {"income": [], "expenses": []})
    for fact in session.scalars(rows.where(Fact.observed_at < ends).order_by(Fact.observed_at, Fact.seq)):
        told[fact.subject][fact.attribute].append(fact)
    return {
        one: _earned(*homes[one], facts["income"], facts["expenses"], by.pack)[:most] for one, facts in told.items()
    }


def _earned(
    home: Household, until: date, income: Sequence[Fact], expenses: Sequence[Fact], pack: Pack
) -> tuple[Earned, ...]:
    """One for each whole period that ended long enough before the next one, by what was told of it last."""
    by_period = {ends: fact for fact in income if (ends := _whole(fact.value, pack)) and ends < until}
    return tuple(
        Earned(ends, _per_head(home, by_period[ends], expenses, pack), pack.line_in(ends.year).yuan * 100)
        for ends in _apart(until, sorted(by_period, reverse=True), pack.elimination.income_apart)
    )


def _apart(until: date, several: Sequence[date], least: int) -> Iterator[date]:
    """Of the last days of periods, newest first, those that end at least so many months before the one after."""
    for ends in several:
        if months(until) - months(ends) >= least:
            yield ends
            until = ends


def _whole(value: Any, pack: Pack) -> date | None:
    """The last day of a period that is long enough to count."""
    if "period" not in value:
        return None
    first, last = (date.fromisoformat(value["period"][name]) for name in ("from", "to"))
    length = months(last) - months(first) + 1
    return last if pack.income.months <= length <= pack.income.months + 1 else None


def _per_head(home: Household, fact: Fact, expenses: Sequence[Fact], pack: Pack) -> int | None:
    """人均 less what the pack deducts, as it was known then; None where that was not known."""
    spent = [one for one in expenses if one.observed_at <= fact.observed_at]
    if not home.persons or (pack.income.deduct and not spent):
        return None
    net = sum(fact.value[name] for name in pack.income.parts) - sum(fact.value[name] for name in pack.income.minus)
    net -= sum(spent[-1].value[name] for name in pack.income.deduct)
    return int(net // home.persons)
