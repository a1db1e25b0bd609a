"""代班页: who stands in for whom and until when, the answer of who is asked, and in whose post one acts now."""

from datetime import date

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from uuid6 import uuid7
from werkzeug.wrappers import Response

from field import clock
from field.auth import actor, allow, posts
from field.codes import Role
from field.db import db, transact
from field.ledger.entries import Entry
from field.login import act_in
from field.monitoring.cases.cases import OtherContent
from field.monitoring.posts import deputies
from field.monitoring.posts.deputy_rules import may_arrange
from field.monitoring.workdays import china_day
from field.problems import NOT_ALLOWED, Problem
from field.registry import regions
from field.registry.deputies import DeputyState
from field.registry.rights import Right
from field.web.forms import at_fields, lacking, sent_id, sent_key, written

deputies_room = Blueprint("deputies_page", __name__)


@deputies_room.get("/deputies")
@allow(Right.HAND_OVER)
def listed() -> str:
    """What goes on or is to come, and the form for another."""
    session, by, now = db.session(), actor(), clock.now()
    found, people = deputies.current(session, by, now), deputies.holders(session, by, now)
    places = {one.region for one in people} | {one.post.region for one in found}
    absent = [one for one in people if may_arrange(by, one.staff_id, one.role, one.region)]
    return render_template(
        "deputies.html", found=found, absent=absent, people=people, names=regions.names(session, places),
        roles=Role.labels(), states=DeputyState.labels(), concerns=deputies.concerns, today=china_day(now),
        key=str(uuid7()),
    )  # fmt: skip


@deputies_room.post("/deputies")
@allow(Right.HAND_OVER)
def name() -> Response:
    """安排代班; a second sending of the same page is the same."""
    unchosen = [{"field": one, "message": _("请选一位")} for one in ("absent", "deputy") if not written(one)]
    if unchosen:
        raise at_fields([*unchosen, *lacking("reason")])
    by, now, days = actor(), clock.now(), (_day("from"), _day("to"))
    asked = deputies.Asked(written("absent")[:60], written("deputy")[:60], *days, written("reason"), sent_key())

    def work(session: Session) -> Entry:
        named = deputies.name_deputy(session, asked, by, now)
        if faults := lacking("reason"):
            raise at_fields(faults)
        return named

    try:
        transact(work)
    except deputies.Faulty as error:
        told = [{"field": field, "message": words} for field, words in error.faults]
        raise at_fields([*told, *lacking("reason")]) from None
    except OtherContent:
        raise Problem(409, "other_content", _("这一页已经交过别的内容，请刷新后再办")) from None
    return redirect(url_for(".listed"), 303)


@deputies_room.post("/deputies/<id:deputy_id>")
@allow(Right.HAND_OVER)
def answered(deputy_id: str) -> Response:
    """同意, 不同意 or 结束."""
    by, now, verdict = actor(), clock.now(), request.form.get("verdict", "")
    try:
        if verdict == "end":
            transact(lambda session: deputies.end(session, deputy_id, by, now))
        else:
            transact(lambda session: deputies.answer(session, deputy_id, verdict == "accept", by, now))
    except deputies.NotOpen as error:
        raise Problem(409, "not_open", str(error)) from None
    return redirect(url_for(".listed"), 303)


@deputies_room.post("/acting")
@allow(Right.SIGNED_IN)
def act() -> Response:
    """换岗位: the own one again, or that of a colleague for whom one stands in."""
    chosen = sent_id(request.form, "post")
    if chosen not in posts():
        raise Problem(*NOT_ALLOWED)
    transact(lambda session: act_in(session, g.session_id, chosen or None))
    return redirect(url_for("todo_page.listed"), 303)


def _day(field: str) -> date | None:
    """A day as the form sends it; None for what is none, or at an end of the calendar."""
    try:
        day = date.fromisoformat(request.form.get(field, ""))
    except ValueError:
        return None
    return day if day.year < date.max.year else None
