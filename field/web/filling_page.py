"""填报表页: a sheet out by the filter of the list, filled in and in again, with its progress and what became of it."""

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response as Answer

from field import clock
from field.at_hand import vault
from field.auth import actor, allow
from field.codes import ExportFormat, JobKind, JobState
from field.db import db, transact
from field.jobs.export import Busy, Wanted, ask_for_export, told
from field.jobs.filling import FAULTS, FILLING
from field.jobs.uploaded import ask_for
from field.monitoring.checks.quality_checks import TITLES
from field.monitoring.household_file import households
from field.monitoring.sheets.filling_decisions import contested
from field.problems import NOT_FOUND, Problem
from field.registry import regions
from field.registry.filling import HOUSEHOLD_FILLED, MEMBER_FILLED
from field.registry.regions import in_region, within
from field.registry.rights import Right
from field.registry.staff import Staff
from field.web.exports_page import BUSY, EXCEL
from field.web.filling_words import column
from field.web.households_page import asked_of, is_personal, sought_of
from field.web.imports_page import EARLIER, MAX_BYTES
from field.work import OPEN, Job, cancel

filling_room = Blueprint("filling_page", __name__, url_prefix="/filling")


@filling_room.url_value_preprocessor
def _room(endpoint: str | None, _values: object) -> None:
    """A sheet is larger than other forms; said before the gate reads the form for its token."""
    if endpoint == "filling_page.upload":
        request.max_content_length = MAX_BYTES


@filling_room.get("")
@allow(Right.FILL_SHEETS)
def page() -> str:
    """The form, what waits for a decision, and the sheets of the reader's region that came in, newest first."""
    rows = db.session.execute(
        select(Job, Staff.name)
        .outerjoin(Staff, Staff.id == Job.staff_id)
        .where(Job.kind == JobKind.FILLING.value, in_region(Job.region, actor().region))
        .order_by(Job.id.desc())
        .limit(EARLIER)
    )
    return render_template(
        "filling.html", jobs=list(rows), states=JobState.labels(), open_states=OPEN, titles=TITLES,
        contested=contested(db.session(), actor()),
    )  # fmt: skip


@filling_room.post("")
@allow(Right.FILL_SHEETS)
def upload() -> Answer:
    """Take a filled-in sheet in and put its reading on the table."""
    file = request.files.get("file")
    content = file.read() if file else b""
    if not content:
        raise Problem(422, "no_file", _("请先选择填好的填报表，再点开始登记"))
    by, now = actor(), clock.now()
    transact(lambda session: ask_for(FILLING, session, vault(), content, by, now))
    return redirect(url_for(".page"), 303)


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
    key = filling_job(job_id).payload["file"]
    if not vault().has(key, FAULTS):
        raise Problem(*NOT_FOUND)
    headers = {"Content-Disposition": "attachment; filename=filling-faults.xlsx"}
    return Response(vault().get(key, FAULTS), headers=headers, content_type=EXCEL)


@filling_room.post("/<id:job_id>/cancel")
@allow(Right.FILL_SHEETS)
def stop(job_id: str) -> Answer:
    """Cancel the reading; what is in stays in."""
    job, now = filling_job(job_id), clock.now()
    transact(lambda session: cancel(session, job, now))
    return redirect(url_for(".page"), 303)


def filling_job(job_id: str) -> Job:
    """A sheet that was handed in within the reader's region; 404 for any other."""
    job = db.session.get(Job, job_id)
    if job is None or job.kind != JobKind.FILLING or not within(job.region or "", actor().region):
        raise Problem(*NOT_FOUND)
    return job
