"""识读票据页: the photograph beside what was read off it; every figure is confirmed by a person before it counts."""

from typing import Any

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask_babel import gettext as _
from uuid6 import uuid7
from werkzeug.wrappers import Response

from field import clock
from field.at_hand import vault
from field.auth import actor, allow
from field.db import db, transact
from field.jobs import receipts_read
from field.media.receipt import Proposal
from field.monitoring import household_file
from field.monitoring.cases.cases import OtherContent
from field.monitoring.relief import bill_corrections
from field.monitoring.relief.bill_corrections import Faulty
from field.monitoring.traces import Look
from field.monitoring.visiting import evidence
from field.monitoring.workdays import china_day
from field.problems import NOT_FOUND, Problem
from field.registry.households import Household
from field.registry.rights import Right
from field.traced import trace_look
from field.web.forms import at_field, at_fields, sent_fen, sent_key, written
from field.work import OPEN

bill_reading = Blueprint("bill_reading", __name__, url_prefix="/households/<id:household_id>/relief/<sha256:digest>")


@bill_reading.get("")
@allow(Right.CORRECT_BILLS)
def page(household_id: str, digest: str) -> str:
    """The photograph, how far its reading is, and the form; a look at what was read leaves a trace."""
    home = _home(household_id, digest)
    if receipts_read.kept(vault(), digest):
        trace_look(Look.PHOTO_READING, digest)
    return _shown(home, digest)


@bill_reading.post("/reading")
@allow(Right.CORRECT_BILLS)
def read(household_id: str, digest: str) -> Response:
    """Put the reading on the worker's table, where there is a reader."""
    home, by, now = _home(household_id, digest), actor(), clock.now()
    if _reads():
        transact(lambda session: receipts_read.ask(session, digest, by, home.region, now))
    return redirect(url_for(".page", household_id=home.id, digest=digest), 303)


@bill_reading.post("")
@allow(Right.CORRECT_BILLS)
def confirm(household_id: str, digest: str) -> Response:
    """Tell the bill as confirmed; what is wrong or not confirmed is named on the same page."""
    home, by, now, key = _home(household_id, digest), actor(), clock.now(), sent_key()
    said, found = _said(), receipts_read.kept(vault(), digest)
    doubts = bill_corrections.unconfirmed(said, proposed(found), request.form.getlist("compared")) if found else []
    if found is None:
        raise at_field("", _("这张照片还没有识读"))
    try:
        transact(lambda session: bill_corrections.correct(session, home.id, digest, said, key, by, now, doubts))
    except Faulty as error:
        raise at_fields(error.faults) from None
    except OtherContent:
        raise Problem(409, "other_content", _("这一页已经交过别的内容，请刷新后再办")) from None
    return redirect(url_for("relief_page.one", household_id=home.id), 303)


def proposed(found: Proposal) -> dict[str, Any]:
    """What a bill is told by, as read: what the family pays is its amount, the share within the catalogue complies."""
    told = {"issued_on": found.issued_on, "amount": found.self_paid, "compliant_amount": found.own_share}
    values = {name: one.value for name, one in told.items() if one}
    return values | ({"issued_on": found.issued_on.value.isoformat()} if found.issued_on else {})


def _said() -> dict[str, Any]:
    texts = {name: written(name) for name in ("person_id", "issued_on", "note")}
    amounts = {name: sent_fen(name) for name in ("amount", "compliant_amount")}
    return {**texts, **{name: value for name, value in amounts.items() if value is not None}, "reading": "confirmed"}


def _shown(home: Household, digest: str) -> str:
    session = db.session()
    found, job = receipts_read.kept(vault(), digest), receipts_read.newest(session, digest)
    return render_template(
        "bill_reading.html", household=home, digest=digest, read=found, job=job, reads=_reads(),
        busy=bool(job and job.state in OPEN), values=proposed(found) if found else {},
        members=household_file.people(session, [home.id])[home.id], key=str(uuid7()),
        today=china_day(clock.now()),
    )  # fmt: skip


def _home(household_id: str, digest: str) -> Household:
    """The household, if the photograph is of one of its bills and here to be seen."""
    home = bill_corrections.correctable(db.session(), household_id, digest, actor())
    if not evidence.visible_among(db.session(), {digest}, actor()):
        raise Problem(*NOT_FOUND)
    return home


def _reads() -> bool:
    return current_app.extensions["field_reader"] is not None
