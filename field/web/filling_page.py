"""填报表页: a sheet out by the filter of the list, filled in and in again, with its progress and what became of it."""

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Answer

from field import clock
from field.auth import actor, allow
from field.codes import ExportFormat, JobState
from field.db import db, transact
from field.jobs.export import Busy, Wanted, ask_for_export, told
from field.jobs.filling import FAULTS, FILLING
from field.monitoring.checks.quality_checks import TITLES
from field.monitoring.household_file import households
from field.monitoring.sheets.filling_decisions import contested
from field.problems import Problem
from field.registry import regions
from field.registry.filling import HOUSEHOLD_FILLED, MEMBER_FILLED
from field.registry.rights import Right
from field.web.exports_page import BUSY
from field.web.filling_words import column
from field.web.forms import at_field
from field.web.households_page import asked_of, is_personal, sought_of
from field.web.uploaded_sheets import (
    MEGABYTE,
    end_reading,
    faults_of,
    give_room,
    newest,
    read_again,
    take_in,
    tried_in_vain,
)
from field.work import OPEN

filling_room = Blueprint("filling_page", __name__, url_prefix="/filling")
give_room(filling_room, 100 * MEGABYTE)


@filling_room.get("")
@allow(Right.FILL_SHEETS)
def page() -> str:
    """The form, what waits for a decision, and the sheets of the reader's region that came in, newest first."""
    several = newest(FILLING)
    return render_template(
        "filling.html", jobs=several, states=JobState.labels(), open_states=OPEN, titles=TITLES,
        contested=contested(db.session(), actor()), in_vain=tried_in_vain(FILLING, several),
    )  # fmt: skip


@filling_room.post("")
@allow(Right.FILL_SHEETS)
def upload() -> Answer:
    """Take a filled-in sheet in and put its reading on the table."""
    return take_in(FILLING, at_field("file", _("请先选择填好的填报表，再点开始登记")))


@filling_room.get("/new")
@allow(Right.EXPORT_HOUSEHOLDS)
def choose() -> str:
    """Of which households a sheet is wanted, and what can be filled in."""
    sought = sought_of(request.args)
    total = households(db.session(), actor(), sought)[1]
    names = regions.names(db.session(), {region := sought.region or actor().region})
    asked = {name: value for name, value in asked_of(sought).items() if value} | {"region": region}
    wanted = Wanted(sought, (), ExportFormat.FILLING)
    columns = {_("户"): HOUSEHOLD_FILLED, _("人"): MEMBER_FILLED}
    return render_template(
        "filling_new.html", asked=asked, total=total, told=told(wanted, names) or names[region],
        columns={name: [column(key) for key in keys] for name, keys in columns.items()},
    )  # fmt: skip


@filling_room.post("/new")
@allow(Right.EXPORT_HOUSEHOLDS)
def begin() -> Answer:
    """Put the writing of a sheet on the table."""
    by, now, sought = actor(), clock.now(), sought_of(request.form)
    if is_personal(sought.q):
        raise Problem(422, "export_faults", _("按个人号码找到的不能做填报表，请换别的条件"))
    try:
        transact(lambda session: ask_for_export(session, Wanted(sought, (), ExportFormat.FILLING), by, now))
    except Busy:
        raise Problem(409, "busy", BUSY) from None
    return redirect(url_for("exports.page"), 303)


@filling_room.get("/<id:job_id>/faults.xlsx")
@allow(Right.FILL_SHEETS)
def faults(job_id: str) -> Response:
    """错误清单 of a sheet."""
    return faults_of(FILLING, job_id, FAULTS)


@filling_room.post("/<id:job_id>/cancel")
@allow(Right.FILL_SHEETS)
def stop(job_id: str) -> Answer:
    """Cancel the reading; what is in stays in."""
    return end_reading(FILLING, job_id)


@filling_room.post("/<id:job_id>/again")
@allow(Right.FILL_SHEETS)
def again(job_id: str) -> Answer:
    """Read a sheet once more that was tried in vain."""
    return read_again(FILLING, job_id)
