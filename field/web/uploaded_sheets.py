"""交来的表: what pages that take a file share: rosters, filled-in sheets, and departments' lists."""

from flask import Blueprint, Response, redirect, request, url_for
from flask_babel import gettext as _
from sqlalchemy import Row, select
from werkzeug.wrappers import Response as Answer

from field import clock
from field.at_hand import vault
from field.auth import actor
from field.db import db, transact
from field.jobs.uploaded import Upload, ask_for, go_again, may_go_again, stop
from field.problems import NOT_FOUND, Problem
from field.registry.regions import in_region, within
from field.registry.staff import Staff
from field.work import Job

MEGABYTE = 1024 * 1024
EARLIER = 50
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def give_room(pages: Blueprint, most: int) -> None:
    """A file may be larger than other forms; said before the gate reads the form for its token."""

    @pages.url_value_preprocessor
    def _room(endpoint: str | None, _values: object) -> None:
        if endpoint == f"{pages.name}.upload":
            request.max_content_length = most


def newest(what: Upload) -> list[Row[Job, str]]:
    """The files of the reader's region that came in, each with who sent it."""
    rows = select(Job, Staff.name).outerjoin(Staff, Staff.id == Job.staff_id)
    rows = rows.where(Job.kind == what.job.value, in_region(Job.region, actor().region))
    return list(db.session.execute(rows.order_by(Job.id.desc()).limit(EARLIER)))


def take_in(what: Upload, missing: Problem) -> Answer:
    """Put the reading of the file that was sent on the table."""
    file = request.files.get("file")
    content = file.read() if file else b""
    if not content:
        raise missing
    by, now = actor(), clock.now()
    transact(lambda session: ask_for(what, session, vault(), content, by, now))
    return redirect(url_for(".page"), 303)


def sent_in(what: Upload, job_id: str) -> Job:
    """A file that was sent within the reader's region; 404 for any other."""
    job = db.session.get(Job, job_id)
    if job is None or job.kind != what.job or not within(job.region or "", actor().region):
        raise Problem(*NOT_FOUND)
    return job


def end_reading(what: Upload, job_id: str) -> Answer:
    """Cancel the reading; what is in stays in."""
    job, now = sent_in(what, job_id), clock.now()
    transact(lambda session: stop(what, session, vault(), job, now))
    return redirect(url_for(".page"), 303)


def tried_in_vain(what: Upload, several: list[Row[Job, str]]) -> set[str]:
    """没有做成、可以再做的 of the files that came in, by the job's id."""
    return {job.id for job, _name in several if may_go_again(what, vault(), job)}


def read_again(what: Upload, job_id: str) -> Answer:
    """Read a file that was tried in vain once more; refused where it is not here any more."""
    job, now = sent_in(what, job_id), clock.now()
    if not transact(lambda session: go_again(what, session, vault(), job, now)):
        raise Problem(409, "not_again", _("这份文件已经不在了，或者已经在做；做不成的请再传一次"))
    return redirect(url_for(".page"), 303)


def faults_of(what: Upload, job_id: str, version: str) -> Response:
    """错误清单 of a file, as it was kept under that name."""
    key = sent_in(what, job_id).payload["file"]
    if not vault().has(key, version):
        raise Problem(*NOT_FOUND)
    return excel(vault().get(key, version), f"{version}.xlsx")


def excel(content: bytes, name: str) -> Response:
    """An Excel file to be kept under a name."""
    headers = {"Content-Disposition": f"attachment; filename={name}"}
    return Response(content, headers=headers, content_type=EXCEL)
