"""演示困难: what has befallen a household with a case, so that roster, visits and risk factors tell one story; pure."""

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

from field.codes import RiskFactor
from field.registry.roster import RosterHousehold

YUAN = 100
ILL = ("长期慢性病", "患有大病")
EARNINGS = ("work_place", "work", "months_away", "monthly_income")
SUDDEN = (RiskFactor.ACCIDENT, RiskFactor.DISASTER)
SLOW = (RiskFactor.ILLNESS, RiskFactor.UNSTABLE_WORK)
COSTS = {  # what it costs a household in a year, in yuan
    RiskFactor.ILLNESS: ("medical_self_paid", 12_000, 45_000),
    RiskFactor.ACCIDENT: ("medical_self_paid", 9_000, 30_000),
    RiskFactor.DISABILITY: ("medical_self_paid", 3_000, 12_000), RiskFactor.SCHOOLING: ("schooling", 9_000, 16_000),
    RiskFactor.HOUSING: ("housing", 12_000, 30_000), RiskFactor.DISASTER: ("other", 6_000, 20_000),
    RiskFactor.WATER: ("other", 2_000, 5_000),
}  # fmt: skip


def reasons(one: RosterHousehold, turn: int, *, slow: bool) -> list[str]:
    """风险点 of a household: those that it is listed for, what its members show, else what befalls anybody in turn."""
    members = one["members"]
    if any(member.get("health") in ILL for member in members):
        shown = RiskFactor.ILLNESS
    elif any(member.get("pupil") in ("高中", "大专") for member in members):
        shown = RiskFactor.SCHOOLING
    else:
        shown = (SLOW if slow else SUDDEN + SLOW)[turn % (2 if slow else 4)]
    return one.get("risk_factors") or [shown.value]


def struck(members: Sequence[Mapping[str, Any]], risk: str) -> list[dict[str, Any]]:
    """Nobody earns elsewhere any more, and where it is illness somebody is ill."""
    home = [{key: said for key, said in one.items() if key not in EARNINGS} for one in members]
    if risk == RiskFactor.ILLNESS and not any(one.get("health") in ILL for one in home):
        home[0]["health"] = ILL[1]
    return home


def hard_year(persons: int, risks: Sequence[str], rng: Random) -> dict[str, dict[str, int]]:
    """收入 and 支出 of the year, in 分: what is left a head lies below the line, or a little above it."""
    spent = {"medical_self_paid": rng.randrange(300, 1_500, 100), "schooling": 0, "housing": 0, "other": 0}
    for name, least, most in (COSTS[RiskFactor(risk)] for risk in risks if risk in COSTS):
        spent[name] += rng.randrange(least, most, 100)
    business, transfers = rng.randrange(1_500, 6_000, 100), rng.randrange(800, 4_000, 100)
    left = persons * rng.randrange(4_200, 8_800, 100)
    wages = max(left + spent["medical_self_paid"] + spent["schooling"] - business + business // 3 - transfers, 0)
    income = {"wages": wages, "business": business, "property": 0, "transfers": transfers,
              "production_cost": business // 3}  # fmt: skip
    return {"income": _in_fen(income), "expenses": _in_fen(spent)}


def _in_fen(yuan: Mapping[str, int]) -> dict[str, int]:
    return {name: value * YUAN for name, value in yuan.items()}
