"""帮扶的话: what an entry of a plan says, what a form's fields make of a content, and a plan as pages show it."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any, NamedTuple

from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from field.codes import RiskFactor, Role
from field.help_codes import HelpAction, MeasureState, TeamRole
from field.monitoring.help.measure_rules import NEEDS, steps
from field.monitoring.help.measures import days_late
from field.monitoring.help.plan import Measure, PlanMember, plan_entries, plans
from field.monitoring.help.plan_shown import bare
from field.monitoring.policy.shapes import Measure as Proposed
from field.monitoring.policy.shapes import Pack
from field.monitoring.timeline import masked
from field.registry.households import Household
from field.registry.masking import mask_phone
from field.web.forms import fen
from field.web.visit_words import Line
from field.web.wording import day as in_words
from field.web.wording import yuan

FIELDS: Mapping[str, tuple[str, ...]] = {
    "join": ("role", "name", "unit", "phone", "from", "to"), "leave": ("to",), "plan": ("owner", "from", "due_on"),
    "nothing": (), "progress": (), "postpone": ("due_on", "owner"), "proof": (), "reason": (),
}  # fmt: skip
LONGEST = 1000


class Told(NamedTuple):
    """办过的一步: by whom, when, in which entry, and what it says."""

    seq: int
    actor: str
    at: Any
    lines: list[Line]
    photos: list[str]


class Shown(NamedTuple):
    """一项措施 as a page shows it: days late, its steps, the proof among them, and what the reader may do."""

    measure: Measure
    late: int
    told: list[Told]
    proof: Told | None
    actions: list[HelpAction]


class PlanShown(NamedTuple):
    """一户一策 as a page shows it; `bare` are risk factors for which nothing is planned."""

    team: list[PlanMember]
    former: list[PlanMember]
    measures: list[Shown]
    bare: list[str]
    actors: set[str]


def plan_shown(session: Session, household: Household, role: Role, day: date) -> PlanShown:
    """The plan of a household, what is open before what is done."""
    plan = plans(session, [household.id])[household.id]
    told = _told(plan_entries(session, household.id) if plan.measures else [])
    several = [_shown(one, told.get(one.id, []), role, day) for one in plan.measures]
    order = [state.value for state in (MeasureState.UNDER_WAY, MeasureState.PLANNED, MeasureState.CARRIED_OUT)]
    several.sort(key=lambda one: order.index(one.measure.state) if one.measure.state in order else len(order))
    return PlanShown(
        [one for one in plan.team if one.there(day)], [one for one in plan.team if not one.there(day)], several,
        bare(plan.measures, household.risk_factors),
        {one.actor for lines in told.values() for one in lines},
    )  # fmt: skip


def proposals(pack: Pack, household: Household, plan: PlanShown) -> list[tuple[str, list[Proposed]]]:
    """措施建议: the pack's measures by risk factor, those for which nothing is planned first."""
    own = [*plan.bare, *(code for code in household.risk_factors if code not in plan.bare)]
    return [(code, pack.measures_for(code)) for code in (own or RiskFactor.labels())]


def content_of(action: HelpAction, form: MultiDict[str, str], pack: Pack) -> dict[str, Any]:
    """A content from the flat fields of a form; what was left empty is left out."""
    needs = NEEDS[action]
    said: dict[str, Any] = {name: text for name in (*FIELDS[needs], "note") if (text := _line(form, name))}
    if action is HelpAction.PLAN:
        said["risk_factor"], _colon, said["code"] = _line(form, "what").partition(":")
        said |= _proposed_day(said, pack)
    if needs in ("progress", "proof"):
        said["photos"] = form.getlist("photo")[:40]
    if needs == "proof" and (amount := _line(form, "amount")):
        said["amount"] = fen(amount)
    return said


def help_lines(payload: Mapping[str, Any]) -> list[Line]:
    """What an entry of a plan says."""
    said, phone = payload.get("content") or {}, (payload.get("content") or {}).get("phone")
    amount = said.get("amount")
    lines = [
        Line(_("做了什么"), HelpAction.label_of(payload.get("action"))),
        Line(_("措施"), payload.get("title") or ""),
        Line(_("风险点"), RiskFactor.label_of(said.get("risk_factor"))),
        Line(_("分工"), TeamRole.label_of(said.get("role"))),
        Line(_("姓名"), said.get("name") or (_("（已删除）") if "name" in said else "")),
        Line(_("单位"), said.get("unit") or ""),
        Line(_("电话"), mask_phone(phone) or ""),
        Line(_("负责人"), said.get("owner") or ""),
        Line(_("从"), in_words(said["from"]) if "from" in said else ""),
        Line(_("到"), in_words(said["to"]) if "to" in said else ""),
        Line(_("完成期限"), in_words(said["due_on"]) if "due_on" in said else ""),
        Line(_("金额"), yuan(amount) if amount is not None else ""),
        Line(_("照片"), _("%(count)s 张", count=len(said["photos"])) if said.get("photos") else ""),
        Line(_("说明"), said.get("note") or ""),
    ]
    return [line for line in lines if line.text]


def _told(entries: Iterable[tuple[Any, dict[str, Any]]]) -> dict[str, list[Told]]:
    """By measure what was done to it, oldest first."""
    told: dict[str, list[Told]] = {}
    for entry, said in entries:
        if "measure_id" in said:
            photos = said["content"].get("photos", [])
            one = Told(entry.seq, entry.actor, entry.recorded_at, help_lines(masked(said)), photos)
            told.setdefault(said["measure_id"], []).append(one)
    return told


def _shown(measure: Measure, told: list[Told], role: Role, day: date) -> Shown:
    proof = next((one for one in told if one.seq == measure.done_seq), None)
    late = days_late(measure.state, measure.due_on, day)
    return Shown(measure, late, told, proof, steps(MeasureState(measure.state), role))


def _proposed_day(said: Mapping[str, Any], pack: Pack) -> dict[str, str]:
    """The last day as the pack proposes it, where none was written."""
    days = next((one.days for one in pack.measures_for(said["risk_factor"]) if one.code == said["code"]), None)
    if "due_on" in said or days is None or "from" not in said:
        return {}
    try:
        return {"due_on": (date.fromisoformat(said["from"]) + timedelta(days=days)).isoformat()}
    except ValueError:
        return {}


def _line(form: MultiDict[str, str], name: str) -> str:
    return " ".join(form.get(name, "").replace("\0", "").split())[:LONGEST]
