"""移交页: who hands a post's work over to whom, what waits for an answer, and the answer itself."""

import re

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from uuid6 import uuid7
from werkzeug.wrappers import Response

from field import clock
from field.auth import actor, allow
from field.codes import Role
from field.converters import IdConverter
from field.db import db, transact
from field.ledger.entries import Entry
from field.login import revoke_sessions
from field.monitoring.posts import caseload
from field.monitoring.traces import Look
from field.problems import Problem
from field.registry import regions
from field.registry.rights import Right
from field.registry.staff import find_staff, staff_names
from field.traced import traced
from field.web.forms import at_field, written
from field.web.whereabouts import here

caseload_room = Blueprint("caseload_page", __name__, url_prefix="/handover")


@caseload_room.get("")
@allow(Right.HAND_OVER)
@traced(Look.LIST)
def listed() -> str:
    """What waits for an answer, and the form to hand something over."""
    session, by, now, where = db.session(), actor(), clock.now(), here(Right.HAND_OVER)
    shared = caseload.shared(session, by, where.code, now)
    offered, answers = caseload.waiting(session, by), caseload.answers(session, by)
    told = [*(one.said for one in offered), *(one.offer for one in answers)]
    places = {post.region for post in shared} | {said["region"] for said in told}
    named = {said[who] for said in told for who in ("giver", "taker")}
    return render_template(
        "handover.html", offered=offered, answers=answers, shared=shared, here=where,
        names=regions.names(session, places), staff=staff_names(session, named),
        roles={role.value: role.label for role in Role}, key=str(uuid7()),
    )  # fmt: skip


@caseload_room.post("")
@allow(Right.HAND_OVER)
def offer() -> Response:
    """移交; a second sending of the same page is the same."""
    by, now, key, note = actor(), clock.now(), _key(), written("note", needed=True)
    giver, taker = written("giver")[:60], written("taker")[:60]
    try:
        transact(lambda session: caseload.hand_over(session, giver, taker, note, key, by, now))
    except caseload.NotPossible as error:
        raise at_field("taker", str(error)) from None
    except caseload.AlreadyAnswered:
        raise Problem(409, "other_content", _("这一页已经交过别的内容，请刷新后再办")) from None
    return redirect(url_for(".listed"), 303)


@caseload_room.post("/<chain:chain_id>/<seq:seq>")
@allow(Right.HAND_OVER)
def answered(chain_id: str, seq: int) -> Response:
    """接收 or 退回; with the post the former holder's sessions end."""
    by, now, accepted = actor(), clock.now(), request.form.get("verdict") == "accept"
    reason, sure = written("reason", needed=not accepted), request.form.get("sure") == "yes"

    def work(session: Session) -> Entry:
        entry = caseload.answer(session, chain_id, seq, accepted, reason, by, now, sure=sure)
        if accepted and (giver := find_staff(session, caseload.giver_of(session, chain_id, seq))):
            revoke_sessions(session, giver.id, now)
        return entry

    try:
        transact(work)
    except caseload.PhoneHolds as error:
        words = _("他的手机里还有 %(n)d 条走访没有发出来，请他先发；发不出来的，勾选“仍然接收”", n=error.waiting)
        raise Problem(409, "phone_holds", words) from None
    except caseload.NotPossible as error:
        raise Problem(409, "not_possible", str(error)) from None
    except caseload.AlreadyAnswered:
        raise Problem(409, "already_answered", _("这份移交已经答复过了，没有再记一次")) from None
    return redirect(url_for(".listed"), 303)


def _key() -> str:
    """The page's own key, so that a second sending is the same."""
    sent = request.form.get("key", "")
    return sent if re.fullmatch(IdConverter.regex, sent) else str(uuid7())
