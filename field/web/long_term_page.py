"""长期户页: households with a risk that cannot end soon, and the twelve months to come of each."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from uuid6 import uuid7
from werkzeug.wrappers import Response

from field import clock
from field.auth import actor, allow
from field.db import db, transact
from field.monitoring import household_file
from field.monitoring.cases.cases import OtherContent
from field.monitoring.policy.shelf import pack_on
from field.monitoring.relief import long_term
from field.monitoring.relief.long_term import Mark
from field.monitoring.relief.long_term_list import long_case, long_cases
from field.monitoring.traces import Look
from field.monitoring.workdays import china_day
from field.problems import Problem
from field.registry import reach, regions
from field.registry.rights import Right
from field.registry.staff import staff_names
from field.traced import traced
from field.web.asked import asked_page
from field.web.forms import at_fields, lacking, sent_fen, sent_key, written
from field.web.whereabouts import here

long_term_room = Blueprint("long_term_page", __name__, url_prefix="/long-term")
PER_PAGE = 50


@long_term_room.get("")
@allow(Right.READ_RELIEF)
@traced(Look.LIST)
def listed() -> str:
    """The long-term households of a region, the dearest first."""
    where, day, page = here(Right.READ_RELIEF), china_day(clock.now()), asked_page()
    found = long_cases(db.session(), actor(), where.code, day)
    shown = found[(page - 1) * PER_PAGE : page * PER_PAGE]
    names = regions.names(db.session(), {one.household.region for one in shown})
    return render_template(
        "long_term.html", here=where, cases=shown, total=len(found), page=page, pages=-(-len(found) // PER_PAGE),
        names=names, rule=pack_on(day).long_term, sums={name: sum(one.sum_of(name) for one in found)
                                                       for name in ("cost", "borne")},
    )  # fmt: skip


@long_term_room.get("/<id:household_id>")
@allow(Right.READ_RELIEF)
@traced(Look.MONEY)
def one(household_id: str) -> str:
    """One household's months, and its mark."""
    session, day = db.session(), china_day(clock.now())
    home = reach.household(session, actor(), household_id, Right.READ_RELIEF)
    found = long_case(session, home, day)
    people = household_file.people(session, [home.id])[home.id]
    return render_template(
        "long_term_one.html", household=home, case=found, key=str(uuid7()),
        place=regions.names(session, {home.region, home.region[:9]}), names={one.id: one.name for one in people},
        staff=staff_names(session, {found.mark.marked_by} if found.mark else set()), rule=pack_on(day).long_term,
    )  # fmt: skip


@long_term_room.post("/<id:household_id>")
@allow(Right.MARK_LONG_TERM)
def mark(household_id: str) -> Response:
    """标为长期户, or take the mark away, with a reason."""
    reach.household(db.session(), actor(), household_id, Right.MARK_LONG_TERM)
    by, now, key, note = actor(), clock.now(), sent_key(), written("note")
    cost, compliant = sent_fen("month_cost"), sent_fen("month_compliant")
    if faults := [*lacking("note"), *_faults(cost, compliant)]:
        raise at_fields(faults)
    said = Mark(note, cost, compliant)
    try:
        if request.form.get("unmark"):
            transact(lambda session: long_term.unmark(session, household_id, note, key, by, now))
        else:
            transact(lambda session: long_term.mark(session, household_id, said, key, by, now))
    except OtherContent:
        raise Problem(409, "other_content", _("这一页已经交过别的内容，请刷新后再办")) from None
    return _back(household_id)


def _faults(cost: int | None, compliant: int | None) -> list[dict[str, str]]:
    """What is wrong with the amounts; both may be left empty."""
    sent = {name: request.form.get(name, "").strip() for name in ("month_cost", "month_compliant")}
    faults = []
    if sent["month_cost"] and cost is None:
        faults.append({"field": "month_cost", "message": _("每月费用要写成元，最多两位小数")})
    if sent["month_compliant"] and (compliant is None or cost is None or compliant > cost):
        faults.append({"field": "month_compliant", "message": _("合规费用要写成元，并且不能比每月费用大")})
    return faults


def _back(household_id: str) -> Response:
    return redirect(url_for(".one", household_id=household_id), 303)
