"""救助合计: what relief pays on the bills of a year, what families bear, and what a late identification cost."""

from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    Select,
    SQLColumnExpression,
    String,
    Subquery,
    bindparam,
    case,
    func,
    literal,
    select,
)
from sqlalchemy.orm import Session

from field.monitoring.board.until import ASKED, Moments, Until
from field.monitoring.policy.shapes import Layer, ReliefRule
from field.monitoring.relief.relief import YUAN
from field.monitoring.relief.relief_sheet import rule_of
from field.monitoring.relief.relief_standings import ReliefStanding
from field.prepared import Prepared
from field.registry.households import Household

RELIEVED = ("paid", "borne", "lost")


class Sums(NamedTuple):
    """合计 in 分 of a place, each with the number of households that have any of it."""

    paid: int = 0
    borne: int = 0
    lost: int = 0
    paid_households: int = 0
    borne_households: int = 0
    lost_households: int = 0

    def __add__(self, other: Any) -> "Sums":
        return Sums(*(one + more for one, more in zip(self, other, strict=True)))


def relief_by(session: Session, region: str, digits: int, until: Until) -> dict[str, Sums]:
    """The sums of the day's year as it stood then, by the regions of so many digits, in one statement."""
    given = {"here": f"{region}%", "digits": digits, "year": until.on.year, "ends": until.ends}
    rows = _summing(rule_of(until.on.year, until.on).model_dump_json()).rows(session, given)
    return {code: Sums(*map(int, several)) for code, *several in rows}


def relieved(until: Until) -> list[Select[str, str]]:
    """Each household that has any of a sum, by the sum's name."""
    homes = _homes(until, until.on.year, rule_of(until.on.year, until.on))
    return [
        select(literal(name, String()).label("name"), homes.c.id).where(homes.c[name] > 0) for name in RELIEVED
    ]  # fmt: skip


@cache
def _summing(rule: str) -> Prepared:
    homes = _homes(ASKED, bindparam("year"), ReliefRule.model_validate_json(rule))
    part = func.substr(Household.region, 1, bindparam("digits")).label("part")
    sums = [func.sum(homes.c[name]) for name in RELIEVED]
    having = [func.sum(case((homes.c[name] > 0, 1), else_=0)) for name in RELIEVED]
    rows = select(part, *sums, *having).join(Household, Household.id == homes.c.id)
    here = Household.region.like(bindparam("here"))
    return Prepared(rows.where(here).group_by("part"))


def _homes(until: Moments, year: Any, rule: ReliefRule) -> Subquery:
    """What each household got, bears and lost, by the bills known before a moment."""
    one = ReliefStanding
    since, whole = paid(one.since, rule), paid(one.whole, rule)
    sums = {"paid": since, "borne": one.amount - since, "lost": whole - since}
    rows = select(one.household_id.label("id"), *(func.sum(money).label(name) for name, money in sums.items()))
    then = one.year == year, one.recorded_at < until.ends, one.until >= until.ends
    return rows.where(*then).group_by(one.household_id).subquery()


def paid(cost: SQLColumnExpression[int], rule: ReliefRule) -> SQLColumnExpression[int]:
    """What the layers pay together on a compliant cost in 分, as `relief.relief` counts it, in SQL."""
    whole: SQLColumnExpression[int] = literal(0)
    for layer in rule.layer:
        if rule.second_on == "remainder":  # no layer pays more than the cost that it is paid on
            whole = whole + _pays(layer, cost - whole)
        else:
            whole = whole + _least(_pays(layer, cost), cost - whole)
    return whole


def _pays(layer: Layer, cost: SQLColumnExpression[int]) -> SQLColumnExpression[int]:
    """Nothing below the threshold; above it a share, up to the cap, from the cost on at which that is reached."""
    above = layer.above_yuan * YUAN
    share = ((cost - above) * layer.percent + 50) // 100
    if layer.cap_yuan is None or not layer.percent:
        return case((cost > above, share), else_=0)
    cap = layer.cap_yuan * YUAN
    full = above + -(-(cap * 100 - 50) // layer.percent)
    return case((cost <= above, 0), (cost >= full, cap), else_=share)


def _least(one: SQLColumnExpression[int], other: SQLColumnExpression[int]) -> SQLColumnExpression[int]:
    return case((one < other, one), else_=other)
