"""导出页: which columns, which kind of file; how far it is, and the files that are ready."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from field import clock
from field.at_hand import vault
from field.auth import actor, allow
from field.codes import ExportFormat, JobKind, JobState
from field.db import db, transact
from field.jobs import export
from field.jobs.export import Busy, Wanted, ask_for_export
from field.monitoring.household_file import Sought, households
from field.monitoring.policy.shelf import pack_on
from field.monitoring.sheets.export_choice import remembered
from field.monitoring.sheets.export_columns import CATALOGUE, HOUSEHOLD, PERSON, PRESETS
from field.monitoring.sheets.export_layouts import MOST, TooManyLayouts, discard, keeps, layouts, save
from field.monitoring.traces import Look, leave_trace
from field.monitoring.workdays import SHANGHAI, china_day
from field.problems import NOT_FOUND, Problem
from field.registry import regions
from field.registry.rights import NotAllowed, Right
from field.web.asked import asked_code
from field.web.forms import at_field, at_fields, written
from field.web.households_page import asked_of, is_personal, sought_of
from field.web.uploaded_sheets import EXCEL
from field.work import OPEN, Job, cancel

exports = Blueprint("exports", __name__, url_prefix="/exports")
EARLIER, LONGEST_NAME = 50, 40
OTHERS = (ExportFormat.PACKAGE, ExportFormat.FILLING)  # asked for on pages of their own
TYPES = {
    ExportFormat.XLSX: EXCEL,
    ExportFormat.CSV: "text/csv; charset=utf-8",
    ExportFormat.JSONL: "application/jsonl",
    ExportFormat.PACKAGE: "application/zip",
    ExportFormat.FILLING: EXCEL,
}
TABLES = {code: label for code, label in ExportFormat.labels().items() if code not in OTHERS}
BUSY = lazy_gettext("上一次导出还没做完。请等它做完，或者先取消它，再导出")


@exports.get("")
@allow(Right.EXPORT_HOUSEHOLDS)
def page() -> str:
    """The exports of the reader, newest first."""
    mine = Job.kind == JobKind.EXPORT.value, Job.staff_id == actor().staff_id
    jobs = list(db.session.scalars(select(Job).where(*mine).order_by(Job.id.desc()).limit(EARLIER)))
    several = [(job, export.wanted_of(job.payload)) for job in jobs]
    names = regions.names(db.session(), {wanted.sought.region or "" for _job, wanted in several})
    return render_template(
        "exports.html", jobs=[(job, wanted, export.told(wanted, names)) for job, wanted in several],
        states=JobState.labels(), open_states=OPEN, kept=pack_on(china_day(clock.now())).exports.kept_days,
    )  # fmt: skip


@exports.get("/new")
@allow(Right.EXPORT_HOUSEHOLDS)
def choose() -> str:
    """The columns to choose from, ticked as last time or as a layout has them."""
    sought = sought_of(request.args)
    _found, total = households(db.session(), actor(), sought)
    saved = {one.id: one for one in layouts(db.session(), actor())}
    layout = asked_code("layout", PRESETS | saved) or ""
    columns, kind = remembered(db.session(), actor().staff_id)
    if one := saved.get(layout):
        columns, kind = one.chosen, ExportFormat(one.format)
    wanted = Wanted(sought, PRESETS[layout][1] if layout in PRESETS else columns, kind)
    region = sought.region or actor().region
    names = regions.names(db.session(), {region, actor().region, *(one.owner for one in saved.values())})
    return render_template(
        "export_new.html", asked=_asked(sought), total=total, wanted=wanted,
        told=export.told(wanted, names) or names[region], names=names, here=actor().region,
        groups=((_("户"), HOUSEHOLD), (_("人员：选了这里的列，就每人一行"), PERSON)), layouts=PRESETS, layout=layout,
        saved=saved.values(), chosen=one, kept=one and keeps(actor(), one), formats=TABLES, note=export.NATIONAL_NOTE,
        of_then=sought.on and export.OF_THEN_NOTE,
        numbers=actor().has(Right.EXPORT_NUMBERS),
    )  # fmt: skip


@exports.post("")
@allow(Right.EXPORT_HOUSEHOLDS)
def begin() -> Answer:
    """Put an export on the table; columns that were given a name are saved as well."""
    by, now, wanted = actor(), clock.now(), _wanted()
    keep = _saving(wanted.columns, wanted.format) if written("layout_name") else None

    def ask(session: Session) -> None:
        ask_for_export(session, wanted, by, now)
        if keep:
            keep(session)

    try:
        transact(ask)
    except Busy:
        raise Problem(409, "busy", BUSY) from None
    return redirect(url_for(".page"), 303)


@exports.post("/layouts")
@allow(Right.EXPORT_HOUSEHOLDS)
def save_layout() -> Answer:
    """Save the ticked columns by a name, for oneself or for the office."""
    columns, kind, faults = _ticked()
    if faults:
        raise at_fields(faults)
    layout = transact(_saving(columns, ExportFormat(kind)))
    return redirect(url_for(".choose", **_asked(sought_of(request.form)) | {"layout": layout}), 303)


@exports.post("/layouts/<id:layout_id>/delete")
@allow(Right.EXPORT_HOUSEHOLDS)
def delete_layout(layout_id: str) -> Answer:
    """Delete saved columns, one's own or the office's."""
    by = actor()
    try:
        transact(lambda session: discard(session, by, layout_id))
    except NotAllowed:
        raise Problem(*NOT_FOUND) from None
    return redirect(url_for(".choose", **_asked(sought_of(request.form))), 303)


@exports.get("/<id:job_id>/file")
@allow(Right.EXPORT_HOUSEHOLDS)
def file(job_id: str) -> Response:
    """A file that is ready; each download leaves its trace."""
    job, by, now = _job(job_id), actor(), clock.now()
    wanted = export.wanted_of(job.payload)
    if not export.allowed(by, job.region or "", wanted):
        raise NotAllowed
    if job.state != JobState.DONE or not vault().has(job.id, "export-0"):
        raise Problem(*NOT_FOUND)
    transact(lambda session: leave_trace(session, by, Look.EXPORT_DOWNLOAD, job_id, now, wanted.reason or None))
    ending = "filling.xlsx" if wanted.format is ExportFormat.FILLING else wanted.format.value
    name = f"field-{job.created_at.astimezone(SHANGHAI):%Y%m%d-%H%M}.{ending}"
    headers = {"Content-Disposition": f"attachment; filename={name}"}
    content = export.pieces(vault(), job_id, (_job(job_id).result or {})["pieces"])
    return Response(content, headers=headers, content_type=TYPES[wanted.format])


@exports.post("/<id:job_id>/cancel")
@allow(Right.EXPORT_HOUSEHOLDS)
def stop(job_id: str) -> Answer:
    """Cancel an export; nothing of it is kept."""
    job, now = _job(job_id), clock.now()
    transact(lambda session: cancel(session, job, now))
    return redirect(url_for(".page"), 303)


def _wanted() -> Wanted:
    """What the form asks for; 422 names every fault."""
    sought, reason = sought_of(request.form), written("reason")
    columns, kind, faults = _ticked()
    if is_personal(sought.q):
        faults.append({"field": "q", "message": _("按个人号码找到的，请打开这一户的档案，不能导出")})
    if any(key in CATALOGUE and CATALOGUE[key].full for key in columns) and len(reason) < 2:
        faults.append({"field": "reason", "message": _("导出完整的号码要写明原因，至少 2 个字")})
    if faults:
        raise at_fields(faults)
    return Wanted(sought, columns, ExportFormat(kind), reason)


def _ticked() -> tuple[tuple[str, ...], str, list[dict[str, str]]]:
    """The columns and the kind of file, and what is wrong with them."""
    columns = tuple(dict.fromkeys(request.form.getlist("column")))
    kind, faults = request.form.get("format", ""), []
    if not columns or any(key not in CATALOGUE for key in columns):
        faults.append({"field": "column", "message": _("请至少勾选一列")})
    if kind not in TABLES:
        faults.append({"field": "format", "message": _("请选一种文件")})
    return columns, kind, faults


def _saving(columns: tuple[str, ...], kind: ExportFormat) -> Callable[[Session], str]:
    """What saves them by the name of the form; 422 where that is none."""
    name = written("layout_name")
    if not 2 <= len(name) <= LONGEST_NAME:
        raise at_field("layout_name", _("请给这些列起个名字，2 到 %(most)s 个字", most=LONGEST_NAME))
    shared = request.form.get("layout_for") == "office"

    def keep(session: Session) -> str:
        try:
            return save(session, actor(), name, columns, kind, clock.now(), shared=shared)
        except TooManyLayouts:
            raise at_field("layout_name", _("已经存了 %(most)s 套。请先删掉不用的", most=MOST)) from None

    return keep


def _asked(sought: Sought) -> dict[str, Any]:
    """The filter as it stands in an address."""
    asked = {name: value for name, value in asked_of(sought).items() if value}
    return asked | {"region": sought.region or actor().region}


def _job(job_id: str) -> Job:
    """An export of one's own; 404 for any other."""
    job = db.session.get(Job, job_id)
    if job is None or job.kind != JobKind.EXPORT or job.staff_id != actor().staff_id:
        raise Problem(*NOT_FOUND)
    return job
