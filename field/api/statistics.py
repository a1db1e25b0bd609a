"""统计接口: the reference table as numbers."""

from typing import Any

from flask import Blueprint
from pydantic import Field

from field.api.describe import Strict, describe
from field.auth import actor
from field.db import db
from field.monitoring.board.statistics import statistics
from field.monitoring.help.fund_books import balances
from field.registry.rights import NotAllowed, Right

api = Blueprint("statistics", __name__, url_prefix="/api")


class RegionQuery(Strict):
    """地区."""

    region: str | None = Field(None, pattern="^([0-9]{2,12})?$", max_length=12)


class Share(Strict):
    """户数和人数."""

    households: int
    persons: int


class FundShare(Strict):
    """村级救助基金 in 分: what is there, and what was paid out or is promised; for who may read the books."""

    balance: int
    relief_paid: int


class Figures(Share):
    """监测对象统计; risk factors count households by their main one, `at_risk` those recorded as 防止返贫致贫对象.

    In `by_kind` these stand with the three kinds, by whether they were formerly poor.
    """

    region: str
    at_risk: int
    by_kind: dict[str, Share]
    by_risk_factor: dict[str, int]
    by_grade: dict[str, int]
    fund: FundShare | None


@api.get("/statistics")
@describe(Right.READ_STATISTICS, "监测对象统计", {200: Figures}, query=RegionQuery)
def get_statistics(query: RegionQuery) -> dict[str, Any]:
    region = query.region or actor().region
    if not actor().may(Right.READ_STATISTICS, region):
        raise NotAllowed
    return statistics(db.session(), region) | {"fund": _fund(region) if actor().has(Right.READ_FUND) else None}


def _fund(region: str) -> dict[str, int]:
    books = balances(db.session(), region)
    return {"balance": books.cash, "relief_paid": books.relief_paid}
