"""手机接口: how many visits a phone still holds, so that nobody waits for what lies in a drawer."""

from typing import Any

from flask import Blueprint, Response
from pydantic import Field

from field import clock
from field.api.describe import Moment, Strict, describe
from field.auth import actor
from field.db import db, transact
from field.monitoring.visiting import phones
from field.registry.rights import Right

api = Blueprint("phones", __name__, url_prefix="/api")


class Holding(Strict):
    """手机待发情况."""

    device: str = Field(pattern="^[0-9a-f-]{36}$")
    waiting: int = Field(ge=0, le=100_000)
    oldest: Moment | None = None


class PhoneLine(Strict):
    """一部手机."""

    name: str
    region: str
    waiting: int
    oldest: str | None
    reported_at: str


class PhoneList(Strict):
    """还有走访没发出来的手机."""

    items: list[PhoneLine]


@api.post("/phones")
@describe(Right.RECORD_VISITS, "报告待发数", {204: "已记下"}, body=Holding)
def report_phone(body: Holding) -> Response:
    by, now = actor(), clock.now()
    transact(lambda session: phones.report(session, body.device, body.waiting, body.oldest, by, now))
    return Response(status=204)


@api.get("/phones")
@describe(Right.READ_PHONES, "还有走访没发出来的手机", {200: PhoneList})
def list_phones() -> dict[str, Any]:
    return {"items": phones.holding(db.session(), actor())}
