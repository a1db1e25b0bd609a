"""帮扶接口: a household's plan, and the next thing that is done to it."""

from typing import Any

from flask import Blueprint, Response
from pydantic import Field

from field import clock
from field.api.describe import Id, Strict, created, describe
from field.auth import actor
from field.casework import done
from field.codes import Channel
from field.db import db
from field.help_codes import HelpAction
from field.monitoring.help import planning
from field.monitoring.help.plan import newest_seq, plans
from field.monitoring.help.plan_shown import plan_shown
from field.monitoring.refusals import Refused
from field.monitoring.traces import Look
from field.monitoring.workdays import china_day
from field.problems import Problem
from field.registry import reach
from field.registry.rights import Right
from field.traced import traced

api = Blueprint("measures", __name__, url_prefix="/api")


class TeamLine(Strict):
    """专班成员, the telephone masked."""

    id: str
    seq: int
    role: str
    role_name: str
    name: str
    unit: str | None
    phone: str | None
    since: str
    until: str | None


class MeasureLine(Strict):
    """帮扶措施; money in 分; `done_seq` is the entry by which it was carried out."""

    id: str
    seq: int
    code: str
    name: str
    risk_factor: str
    owner: str
    begins_on: str
    due_on: str
    days_late: int
    state: str
    state_name: str
    done_on: str | None
    done_seq: int | None
    amount: int | None


class PlanDetail(Strict):
    """一户一策: `seq` is its newest entry, to be sent back as `expected`; `bare` are risk factors without a measure."""

    household_id: str
    seq: int
    team: list[TeamLine]
    measures: list[MeasureLine]
    bare: list[str]


class HelpAsked(Strict):
    """要办的事: `of` is the measure or member; `expected` its `seq`, or the plan's for "join" and "plan"."""

    key: Id
    action: str = Field(json_schema_extra={"enum": list(HelpAction.labels())}, max_length=20)
    of: str = Field("", max_length=36)
    expected: int = Field(0, ge=0, le=2**31 - 1)
    content: dict[str, Any] = Field(default_factory=dict)


@api.get("/households/<id:household_id>/measures")
@describe(Right.READ_PLANS, "一户一策", {200: PlanDetail})
@traced(Look.FILE)
def read_plan(household_id: str) -> dict[str, Any]:
    one = reach.household(db.session(), actor(), household_id, Right.READ_PLANS)
    return _shown(one.id, one.risk_factors)


@api.post("/households/<id:household_id>/measures")
@describe(Right.WORK_PLANS, "办理帮扶", {201: PlanDetail, 200: PlanDetail}, body=HelpAsked)
def work_plan(household_id: str, body: HelpAsked) -> Response:
    by, now = actor(), clock.now()
    one = reach.household(db.session(), by, household_id, Right.WORK_PLANS)
    if body.action not in HelpAction.labels():
        raise Problem(422, "invalid", "填写有误", [{"field": "action", "message": "请在给出的选项里选"}])
    asked = planning.Asked(HelpAction(body.action), body.content, body.key, body.expected, body.of, Channel.WEB)
    stale, other = "刚才有人改过这一户的帮扶，请重新读取后再办", "这个 key 已经交过别的内容"
    try:
        entry = done(lambda session: planning.act(session, one.id, asked, by, now), stale, other)
    except Refused as error:
        raise Problem(422, "invalid", "填写有误，请改正后再提交", _within(error.faults)) from None
    db.session.refresh(one)
    return created(_shown(one.id, one.risk_factors), entry.recorded_at == now)


def _shown(household_id: str, risk_factors: list[str]) -> dict[str, Any]:
    plan = plans(db.session(), [household_id])[household_id]
    shown = plan_shown(plan, risk_factors, china_day(clock.now()))
    return {"household_id": household_id, "seq": newest_seq(db.session(), household_id), **shown}


def _within(faults: list[dict[str, str]]) -> list[dict[str, str]]:
    """The faults of a content, by where they stand in the body."""
    return [one | {"field": f"content.{one['field']}"} for one in faults]
