"""一户一策页: a household's team and measures, what is done about each, and a sheet to print."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from uuid6 import uuid7
from werkzeug.wrappers import Response

from field import clock
from field.auth import actor, allow
from field.casework import done
from field.codes import RiskFactor
from field.db import db
from field.help_codes import HelpAction, MeasureState, TeamRole
from field.monitoring.cases.case_around import photos
from field.monitoring.cases.cases import case_of
from field.monitoring.help import planning
from field.monitoring.help.measure_rules import NEEDS
from field.monitoring.help.plan import newest_seq
from field.monitoring.traces import Look
from field.monitoring.workdays import china_day
from field.problems import Problem
from field.registry import regions
from field.registry.reach import household as of
from field.registry.rights import Right
from field.registry.staff import staff_names
from field.traced import traced
from field.web.forms import sent_id, sent_key, sent_seq
from field.web.plan_words import content_of, plan_shown, proposals

plan_page = Blueprint("plan_page", __name__, url_prefix="/households")
LABELS = {
    "states": MeasureState.labels(), "risk_labels": RiskFactor.labels(), "roles": TeamRole.labels(),
}  # fmt: skip


@plan_page.get("/<id:household_id>/plan")
@allow(Right.READ_PLANS)
@traced(Look.FILE)
def one(household_id: str) -> str:
    """The plan of one household."""
    session, by, now = db.session(), actor(), clock.now()
    household = of(session, by, household_id, Right.READ_PLANS)
    today, pack = china_day(now), planning.catalogue(session, household_id, now)
    plan = plan_shown(session, household, by.role, today)
    return render_template(
        "plan.html", household=household, plan=plan, today=today, pack=pack, key=str(uuid7()),
        seq=newest_seq(session, household_id), names=regions.names(session, {household.region, household.region[:9]}),
        staff=staff_names(session, plan.actors), proposals=proposals(pack, household, plan),
        photos=sorted(photos(session, household_id)), needs=NEEDS, leave=HelpAction.LEAVE,
        may_plan=planning.to_be_helped(household, case_of(session, household_id)), **LABELS,
    )  # fmt: skip


@plan_page.post("/<id:household_id>/plan")
@allow(Right.WORK_PLANS)
def act(household_id: str) -> Response:
    """Do the next thing."""
    by, now = actor(), clock.now()
    of(db.session(), by, household_id, Right.WORK_PLANS)
    if (action := request.form.get("action", "")) not in HelpAction.labels():
        raise Problem(422, "no_action", _("不知道要办什么，请返回上一页再选"))
    what = HelpAction(action)
    content = content_of(what, request.form, planning.catalogue(db.session(), household_id, now))
    asked = planning.Asked(what, content, sent_key(), sent_seq(), sent_id(request.form, "of"))
    stale = _("刚才有人改过这一户的帮扶，请刷新后再看，没有重复记录")
    done(lambda session: planning.act(session, household_id, asked, by, now), stale)
    return _back(household_id)


def _back(household_id: str) -> Response:
    return redirect(url_for(".one", household_id=household_id), 303)
