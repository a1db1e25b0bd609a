"""救助接口: a household's bills with the share of each layer, what it bears, and what it lost."""

from typing import Any

from flask import Blueprint

from field import clock
from field.api.describe import Strict, describe
from field.auth import actor
from field.db import db
from field.monitoring.relief.bill_count import Paid
from field.monitoring.relief.relief_sheet import sheet
from field.monitoring.relief.relief_year import PersonYear
from field.monitoring.traces import Look
from field.monitoring.workdays import china_day
from field.registry.reach import household
from field.registry.rights import Right
from field.traced import traced

api = Blueprint("relief", __name__, url_prefix="/api")


class BillLine(Strict):
    """票据, money in 分; `told` are the entries that tell of it, `times` how often it came and was counted once."""

    issued_on: str | None
    amount: int | None
    compliant_amount: int | None
    source: str
    told: list[int]
    times: int
    corrected: bool


class ShareLine(BillLine):
    """票据的份额; the two layers and what is borne add up to the amount."""

    since_identified: bool
    basic: int
    tilted: int
    borne: int


class UnclearLine(BillLine):
    """还不能算的票据, and why."""

    why: list[str]


class CapLine(Strict):
    """封顶的一层, and the month."""

    layer: str
    month: int


class YearLine(Strict):
    """一人一年, money in 分."""

    person_id: str
    year: int
    amount: int
    compliant: int
    non_compliant: int
    before_identification: int
    basic: int
    tilted: int
    borne: int
    lost: int
    left: int
    capped: list[CapLine]
    bills: list[ShareLine]


class Relief(Strict):
    """一户的救助测算."""

    household_id: str
    identified_on: str | None
    years: list[YearLine]
    unclear: list[UnclearLine]


@api.get("/households/<id:household_id>/relief")
@describe(Right.READ_RELIEF, "一户的救助测算", {200: Relief})
@traced(Look.MONEY)
def household_relief(household_id: str) -> dict[str, Any]:
    one = household(db.session(), actor(), household_id, Right.READ_RELIEF)
    found = sheet(db.session(), one, china_day(clock.now()))
    return {
        "household_id": one.id, "identified_on": one.identified_on.isoformat() if one.identified_on else None,
        "years": [_year(year) for year in found.years],
        "unclear": [_bill(bill) | {"why": [why.value for why in bill.unclear]} for bill in found.unclear],
    }  # fmt: skip


def _year(one: PersonYear) -> dict[str, Any]:
    shares = [
        _bill(share.bill) | {"since_identified": share.since_identified, "basic": share.basic,
                             "tilted": share.tilted, "borne": share.borne}
        for share in one.shares
    ]  # fmt: skip
    return {
        "person_id": one.person_id, "year": one.year, "amount": one.amount, "compliant": one.compliant,
        "non_compliant": one.non_compliant, "before_identification": one.before, "basic": one.basic,
        "tilted": one.tilted, "borne": one.borne, "lost": one.lost, "left": one.left,
        "capped": [{"layer": cap.layer, "month": cap.month} for cap in one.capped], "bills": shares,
    }  # fmt: skip


def _bill(bill: Paid) -> dict[str, Any]:
    return {
        "issued_on": bill.issued_on.isoformat() if bill.issued_on else None, "amount": bill.amount,
        "compliant_amount": bill.compliant_amount, "source": bill.source, "told": list(bill.seqs),
        "times": bill.times, "corrected": bill.corrected,
    }  # fmt: skip
