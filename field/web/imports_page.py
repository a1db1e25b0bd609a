"""名册导入页: the template, a file on its way in with its progress, and what became of earlier ones."""

import io
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response as Answer

from field import clock
from field.at_hand import vault
from field.auth import actor, allow
from field.codes import JobKind, JobState
from field.db import db, transact
from field.jobs.roster_import import FAULTS, ROSTER, kept_doubts
from field.jobs.uploaded import ask_for
from field.mending import mend
from field.monitoring.checks.quality import checks_called
from field.monitoring.checks.quality_checks import TITLES
from field.monitoring.traces import Look
from field.problems import NOT_FOUND, Problem
from field.registry.households import Household
from field.registry.regions import in_region, within
from field.registry.rights import Right
from field.registry.roster_excel import write_template
from field.registry.staff import Staff
from field.traced import traced
from field.web.asked import asked_page
from field.work import OPEN, Job, cancel

imports = Blueprint("imports", __name__, url_prefix="/imports")
MAX_BYTES = 100 * 1024 * 1024
EARLIER = PER_PAGE = 50
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@imports.url_value_preprocessor
def _room(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """A roster is larger than other forms; said before the gate reads the form for its token."""
    if endpoint == "imports.upload":
        request.max_content_length = MAX_BYTES


@imports.get("")
@allow(Right.IMPORT_ROSTER)
def page() -> str:
    """The form and the imports of the reader's region, newest first."""
    rows = db.session.execute(
        select(Job, Staff.name)
        .outerjoin(Staff, Staff.id == Job.staff_id)
        .where(Job.kind == JobKind.ROSTER_IMPORT.value, in_region(Job.region, actor().region))
        .order_by(Job.id.desc())
        .limit(EARLIER)
    )
    return render_template(
        "imports.html", jobs=list(rows), states=JobState.labels(), open_states=OPEN, titles=TITLES
    )  # fmt: skip


@imports.post("")
@allow(Right.IMPORT_ROSTER)
def upload() -> Answer:
    """Take a file in and put its import on the table."""
    file = request.files.get("file")
    content = file.read() if file else b""
    if not content:
        raise Problem(422, "no_file", _("请先选择名册文件，再点开始导入"))
    by, now = actor(), clock.now()
    transact(lambda session: ask_for(ROSTER, session, vault(), content, by, now))
    return redirect(url_for(".page"), 303)


@imports.get("/template.xlsx")
@allow(Right.IMPORT_ROSTER)
def template() -> Response:
    """名册模板."""
    file = io.BytesIO()
    write_template(file)
    return _download(file.getvalue(), "roster-template.xlsx")


@imports.get("/<id:job_id>/faults.xlsx")
@allow(Right.IMPORT_ROSTER)
def faults(job_id: str) -> Response:
    """错误清单 of an import."""
    key = _job(job_id).payload["file"]
    if not vault().has(key, FAULTS):
        raise Problem(*NOT_FOUND)
    return _download(vault().get(key, FAULTS), "roster-faults.xlsx")


@imports.get("/<id:job_id>/doubts")
@allow(Right.IMPORT_ROSTER)
@traced(Look.LIST)
def doubts(job_id: str) -> str:
    """要核对的 of an import as it was found then, household by household, each with the page that mends it."""
    several, at = kept_doubts(vault(), _job(job_id).payload["file"]), asked_page()
    here = several[(at - 1) * PER_PAGE : at * PER_PAGE]
    shown = [(one, check) for one in here for check in checks_called(one.check)]
    heads = select(Household.id, Household.head).where(Household.id.in_([one.household_id for one, _check in shown]))
    return render_template(
        "import_doubts.html", job_id=job_id, doubts=shown, total=len(several), page=at, mend=mend,
        pages=-(-len(several) // PER_PAGE), heads=dict(db.session().execute(heads).all()),
    )  # fmt: skip


@imports.post("/<id:job_id>/cancel")
@allow(Right.IMPORT_ROSTER)
def stop(job_id: str) -> Answer:
    """Cancel an import; what is in stays in."""
    job, now = _job(job_id), clock.now()
    transact(lambda session: cancel(session, job, now))
    return redirect(url_for(".page"), 303)


def _job(job_id: str) -> Job:
    job = db.session.get(Job, job_id)
    if job is None or job.kind != JobKind.ROSTER_IMPORT or not within(job.region or "", actor().region):
        raise Problem(*NOT_FOUND)
    return job


def _download(content: bytes, name: str) -> Response:
    headers = {"Content-Disposition": f"attachment; filename={name}"}
    return Response(content, headers=headers, content_type=EXCEL)
