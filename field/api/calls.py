"""电话回访接口: what a cadre heard by telephone, in a minute, also without network."""

from datetime import datetime
from typing import Any, Literal, Self

from flask import Blueprint, Response
from pydantic import Field, field_validator, model_validator

from field import clock
from field.api.describe import Id, Moment, Said, Strict, created, describe
from field.api.visits import Receipt, both, receipt
from field.auth import actor
from field.codes import Channel
from field.db import transact
from field.monitoring.repeats import OtherContent
from field.monitoring.workers.checkins import CheckedIn, record_call
from field.problems import Problem
from field.registry.divisions import is_known
from field.registry.numbers import e164
from field.registry.rights import Right

api = Blueprint("calls", __name__, url_prefix="/api")


class CallFacts(Strict):
    """电话里说的: only what was said; money in 分 a month."""

    phone: str | None = Field(None, max_length=20)
    work_place: str | None = Field(None, pattern="^[0-9]{2}([0-9]{2}){0,2}$|^[0-9]{9}$|^[0-9]{12}$")
    work: Said | None = None
    months_away: int | None = Field(None, ge=0, le=12)
    monthly_income: int | None = Field(None, ge=0, le=100_000_000)

    @field_validator("phone")
    @classmethod
    def _a_number(cls, value: str | None) -> str | None:
        if value is None:
            return None
        known = e164(value)
        if known is None:
            raise ValueError("no number")
        return known

    @field_validator("work_place")
    @classmethod
    def _a_place(cls, value: str | None) -> str | None:
        if value and not is_known(value):
            raise ValueError("no such place")
        return value


class Call(Strict):
    """电话回访: `id` is made on the phone; something must have been said."""

    id: Id
    person_id: Id
    called_at: Moment
    answered_by: Literal["self", "family"]
    said_by: Said | None = None
    unchanged: bool = False
    declined: bool = False
    asks_help: bool = False
    facts: CallFacts | None = None
    note: str = Field("", max_length=500)

    @model_validator(mode="after")
    def _something_was_said(self) -> Self:
        if not (self.unchanged or self.declined or self.asks_help or self.note.strip() or self.given()):
            raise ValueError("nothing")
        return self

    def given(self) -> dict[str, Any]:
        """The facts that were told."""
        return self.facts.model_dump(exclude_none=True) if self.facts else {}


class CallRecorded(Strict):
    """回访已入台账."""

    id: str
    receipt: Receipt


def _both(error: OtherContent, called_at: datetime) -> dict[str, Any]:
    """Both versions, each with when the call was, which an entry keeps beside what was said."""
    told, times = both(error), {"kept": error.entry.occurred_at, "sent": called_at}
    return told | {side: told[side] | {"called_at": at.isoformat()} for side, at in times.items()}


@api.post("/calls")
@describe(Right.RECORD_CALLS, "记下一次电话回访", {201: CallRecorded, 200: CallRecorded}, body=Call)
def post_call(body: Call) -> Response:
    by, now = actor(), clock.now()
    said = CheckedIn(
        key=f"call:{body.id}", channel=Channel.CALL, person_id=body.person_id, household_id="", facts=body.given(),
        unchanged=body.unchanged, declined=body.declined, asks_help=body.asks_help, recorder=by.username,
        said_by=(body.said_by or "家里人") if body.answered_by == "family" else None, note=body.note,
    )  # fmt: skip
    try:
        digest, fresh = transact(lambda session: record_call(session, said, body.called_at, by, now))
    except OtherContent as error:
        raise Problem(
            409, "other_content", "这次回访已经入账，内容和这次交的不一样", more=_both(error, body.called_at)
        ) from error
    return created({"id": body.id, "receipt": receipt(digest)}, fresh)
