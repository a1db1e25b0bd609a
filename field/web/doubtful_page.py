"""名单认定页: rows that several or only near people fit, those not on the roster, and decisions with their undoing."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from field import clock
from field.auth import actor, allow
from field.db import db, transact
from field.monitoring.checks.merging import homes
from field.monitoring.household_file import person_shown
from field.monitoring.screening import screening_decisions, screening_undoing
from field.monitoring.screening.screening_decisions import AlreadyDecided, NotNear
from field.monitoring.screening.screening_undoing import CaseOpened, NotDecided
from field.monitoring.traces import Look
from field.problems import Problem
from field.registry import regions
from field.registry.rights import Right
from field.registry.screening import ScreeningAnswer, ScreeningReason
from field.registry.staff import staff_names
from field.traced import traced
from field.web.asked import asked_code, asked_page
from field.web.forms import at_field, at_fields, lacking, sent_id, sent_seq, written

doubtful_room = Blueprint("doubtful_page", __name__, url_prefix="/doubtful")
PER_PAGE = 10
TABS = (ScreeningAnswer.WAITING, ScreeningAnswer.NOT_LISTED)
NOBODY, DECIDED = "nobody", "decided"


@doubtful_room.get("")
@allow(Right.DECIDE_SCREENING)
@traced(Look.LIST)
def page() -> str:
    """Rows of the reader's region, those that wait for somebody first."""
    session, by, at = db.session(), actor(), asked_page()
    if (state := asked_code("state", (DECIDED, *TABS))) == DECIDED:
        return _decided()
    tab = ScreeningAnswer(state) if state else ScreeningAnswer.WAITING
    found, total = screening_decisions.waiting(session, by, tab, at, PER_PAGE)
    people = [near.person for one in found for near in one.near]
    codes = {near.region for one in found for near in one.near}
    codes |= {one.said["village"] for one in found if one.said.get("village")}
    return render_template(
        "doubtful.html", rows=found, total=total, page=at, pages=-(-total // PER_PAGE), tab=tab, tabs=TABS,
        shown={one.id: person_shown(one) for one in people}, homes=homes(session, people),
        names=regions.names(session, codes), reasons=ScreeningReason.labels(), nobody=NOBODY, decided=DECIDED,
    )  # fmt: skip


def _decided() -> str:
    """The newest decisions of the reader's region, each with its undoing."""
    session, by = db.session(), actor()
    found = screening_undoing.decisions(session, by)
    people = [one.person for one in found if one.person]
    return render_template(
        "doubtful_decided.html", decisions=found, tabs=TABS, decided=DECIDED, homes=homes(session, people),
        reasons=ScreeningReason.labels(), answers=ScreeningAnswer.labels(),
        staff=staff_names(session, {one.entry.actor for one in found}),
    )  # fmt: skip


@doubtful_room.post("/<id:list_id>/<seq:row>")
@allow(Right.DECIDE_SCREENING)
def decide(list_id: str, row: int) -> Response:
    """Say whom a row means, or that it is none of them."""
    by, now, note = actor(), clock.now(), written("note")
    chosen = sent_id(request.form, "person")
    unchosen = [] if chosen else [{"field": "person", "message": _("请先选是哪一位，或选“都不是”")}]
    if faults := [*unchosen, *lacking("note")]:
        raise at_fields(faults)
    person_id = None if chosen == NOBODY else chosen
    try:
        transact(lambda session: screening_decisions.decide(session, list_id, row, person_id, note, by, now))
    except AlreadyDecided:
        raise Problem(409, "already_decided", _("这一行刚才已经有人认定了，请刷新后再看")) from None
    except NotNear:
        raise at_field("person", _("这一位已经不在相近的人里，请另选一位")) from None
    return redirect(url_for(".page"), 303)


@doubtful_room.post("/<id:list_id>/<seq:row>/undo")
@allow(Right.DECIDE_SCREENING)
def undo(list_id: str, row: int) -> Response:
    """Take a decision back, with a reason; the row waits for people again."""
    by, now, note, nth = actor(), clock.now(), written("note", needed=True), sent_seq("round")
    try:
        transact(lambda session: screening_undoing.undo(session, list_id, row, nth, note, by, now))
    except NotDecided:
        raise Problem(409, "not_decided", _("这一次认定刚才已经有人撤销了，请刷新后再看")) from None
    except CaseOpened:
        detail = _("已经从这条线索立了案，没有撤销。请先打开这一户的案子办“不予通过”，写明认错了人，再来撤销认定")
        raise Problem(409, "case_opened", detail) from None
    return redirect(url_for(".page"), 303)
