"""演示走访: invented visits of the months before, as a phone would have sent them."""

from datetime import date, datetime, timedelta
from random import Random
from typing import Any, NamedTuple
from uuid import UUID

from field.codes import Guarantee

NEED = {"illness": "medical", "disability": "social_security", "schooling": "schooling", "unstable_work": "job",
        "failed_business": "industry", "housing": "housing", "water": "water", "lack_of_labour": "social_security",
        "disaster": "cash", "accident": "cash"}  # fmt: skip
NOTES = ("", "", "情况平稳", "老人需要人照看", "家里有人住院，刚出院", "子女在外务工，每月寄钱回来")
SPOILT = {"illness": (Guarantee.MEDICAL, "自费药未报销"), "housing": (Guarantee.HOUSING, "屋顶漏雨"),
          "water": (Guarantee.WATER, "旱季缺水"), "schooling": (Guarantee.SCHOOLING, "上学费用有困难")}  # fmt: skip
NO_PLACE = "屋里没有信号，定位不了"


class Home(NamedTuple):
    """住处: what a visit needs to know of a household; its `wages` in 分 a year, `patient` whose receipts they are.

    Every other receipt is from before the household was identified, as the report found it.
    """

    id: str
    region: str
    main_risk: str | None
    risk_factors: list[str]
    latitude: float | None
    longitude: float | None
    wages: int
    patient: str | None = None
    identified_on: date | None = None


def visit(home: Home, at: datetime, rng: Random, placed: bool = True) -> dict[str, Any]:
    """A whole visit of a household at a time (UTC), without photographs; `placed` says whether with a position."""
    told: dict[str, Any] = {
        "id": uuid7_at(at, rng), "household_id": home.id, "visited_at": moment(at),
        "informant": rng.choice(("户主", "户主", "配偶", "邻居")), "members": [],
        "income": _income(home.wages, at.date(), rng), "expenses": _expenses(home.main_risk, rng),
        "guarantees": _guarantees(home.main_risk, rng), "risk_factors": home.risk_factors,
        "needs": [NEED[home.main_risk]] if home.main_risk in NEED and rng.random() < 0.6 else [],
        "note": rng.choice(NOTES), "unchanged": [], "evidence": [],
    }  # fmt: skip
    if placed and home.latitude is not None and home.longitude is not None and rng.random() < 0.95:
        told["location"] = {
            "latitude": round(home.latitude + rng.gauss(0, 0.0002), 6),
            "longitude": round(home.longitude + rng.gauss(0, 0.0002), 6),
            "accuracy_m": round(rng.uniform(6, 45), 1), "fix_at": moment(at - timedelta(seconds=rng.randint(2, 50))),
            "datum": "WGS-84",
        }  # fmt: skip
    else:
        told["location_reason"] = NO_PLACE
    return told


def moment(time: datetime) -> str:
    """A time as phones write it."""
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def uuid7_at(time: datetime, rng: Random) -> str:
    """A UUIDv7 as a phone would have made it at that time."""
    value = int(time.timestamp() * 1000) << 80 | 7 << 76 | rng.getrandbits(12) << 64 | 2 << 62 | rng.getrandbits(62)
    return str(UUID(int=value))


def _income(wages: int, day: date, rng: Random) -> dict[str, Any]:
    """In 分, for the twelve months to 30 September of the year."""
    business = rng.randrange(300_000, 4_500_000, 10_000)
    return {
        "wages": wages, "business": business, "property": rng.choice((0, 0, 50_000, 120_000)),
        "transfers": rng.randrange(60_000, 1_500_000, 10_000), "production_cost": business // rng.randint(3, 6),
        "period": {"from": f"{day.year - 1}-10-01", "to": f"{day.year}-09-30"},
    }  # fmt: skip


def _expenses(risk: str | None, rng: Random) -> dict[str, int]:
    ill = risk in ("illness", "accident", "disability")
    return {
        "medical_self_paid": rng.randrange(200_000, rng.randrange(400_000, 4_500_000), 10_000)
        if ill
        else rng.randrange(0, 200_000, 10_000),
        "schooling": rng.randrange(300_000, 1_500_000, 50_000) if risk == "schooling" else 0,
        "housing": rng.randrange(0, 3_000_000, 100_000) if risk == "housing" else 0,
        "other": rng.choice((0, 0, 100_000)),
    }


def _guarantees(risk: str | None, rng: Random) -> dict[str, dict[str, str]]:
    found = {guarantee.value: {"status": "ok"} for guarantee in Guarantee}
    if risk in SPOILT and rng.random() < 0.3:
        guarantee, note = SPOILT[risk]
        found[guarantee] = {"status": "problem", "note": note}
    return found
