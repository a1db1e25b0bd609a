"""一户一策 as programs and the phone read it; telephones masked, money in 分, dates ISO."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from field.help_codes import MeasureState, TeamRole
from field.monitoring.help.measures import days_late
from field.monitoring.help.plan import Measure, Plan, PlanMember


def plan_shown(plan: Plan, risk_factors: Sequence[str], day: date) -> dict[str, Any]:
    """The team of a day, the measures, and the risk factors for which nothing is planned."""
    return {
        "team": [_member(one) for one in plan.team if one.there(day)],
        "measures": [_measure(one, day) for one in plan.measures],
        "bare": bare(plan.measures, risk_factors),
    }


def help_shown(plan: Plan) -> dict[str, Any]:
    """What the phone shows of it at the door; whether something is late by then is for the phone to say."""
    team = [(one, TeamRole.label_of(one.role)) for one in plan.team if one.until is None]
    several = [one for one in plan.measures if one.state != MeasureState.DROPPED]
    return {
        "team": [{"name": one.name, "role": role, "unit": one.unit} for one, role in team],
        "measures": [
            {"name": one.title, "risk_factor": one.risk_factor, "owner": one.owner, "due_on": one.due_on.isoformat(),
             "state": one.state, "state_name": MeasureState.label_of(one.state), "done_on": _day(one.done_on)}
            for one in several
        ],
    }  # fmt: skip


def bare(measures: Sequence[Measure], risk_factors: Sequence[str]) -> list[str]:
    """还没有措施的风险点: those for which nothing is planned, or all was dropped."""
    met = {one.risk_factor for one in measures if one.state != MeasureState.DROPPED}
    return [code for code in risk_factors if code not in met]


def _member(one: PlanMember) -> dict[str, Any]:
    return {
        "id": one.id, "seq": one.seq, "role": one.role, "role_name": TeamRole.label_of(one.role), "name": one.name,
        "unit": one.unit, "phone": one.phone, "since": one.since.isoformat(), "until": _day(one.until),
    }  # fmt: skip


def _measure(one: Measure, day: date) -> dict[str, Any]:
    return {
        "id": one.id, "seq": one.seq, "code": one.code, "name": one.title, "risk_factor": one.risk_factor,
        "owner": one.owner, "begins_on": one.begins_on.isoformat(), "due_on": one.due_on.isoformat(),
        "days_late": days_late(one.state, one.due_on, day), "state": one.state,
        "state_name": MeasureState.label_of(one.state), "done_on": _day(one.done_on), "done_seq": one.done_seq,
        "amount": one.amount,
    }  # fmt: skip


def _day(value: date | None) -> str | None:
    return value.isoformat() if value else None
