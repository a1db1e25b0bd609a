"""部门名单页: a department sends a list and sees what became of each row; the county sees them all."""

import io
import re

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from uuid6 import uuid7
from werkzeug.wrappers import Response as Answer

from field import clock
from field.at_hand import settings, vault
from field.auth import actor, allow
from field.codes import JobState
from field.converters import IdConverter
from field.db import db, transact
from field.jobs.screening_import import job_of, read_upload, stop, take_in
from field.ledger.receipts import number
from field.mending import beside_answers
from field.monitoring.checks.quality_checks import TITLES
from field.monitoring.screening import screening_answers
from field.monitoring.screening.screening import Filing, OtherContent
from field.monitoring.screening.screening_lists import ScreeningList, digest
from field.monitoring.traces import Look
from field.problems import NOT_FOUND, Problem
from field.registry.rights import Right
from field.registry.roster_sheet import Refused
from field.registry.screening import ScreeningAnswer
from field.registry.screening_excel import write_answers, write_list_template
from field.registry.screening_reading import packed
from field.traced import traced
from field.web.asked import asked_code, asked_number, asked_page
from field.web.forms import at_field, written
from field.web.uploaded_sheets import MEGABYTE, excel, give_room
from field.work import OPEN

screening_room = Blueprint("screening_page", __name__, url_prefix="/screening")
PER_PAGE, ROWS_SHOWN = 20, 50
give_room(screening_room, 20 * MEGABYTE)


@screening_room.get("")
@allow(Right.READ_SCREENING)
def page() -> str:
    """The form for a department, and its lists; all lists for the county."""
    session, at = db.session(), asked_page()
    found, total = screening_answers.lists(session, actor(), at, PER_PAGE)
    tallies = screening_answers.counts(session, [one.id for one in found])
    jobs = {one.id: job for one in found if (job := job_of(session, one))}
    return render_template(
        "screening.html", lists=found, jobs=jobs, tallies=tallies, total=total, page=at,
        pages=-(-total // PER_PAGE), names=ScreeningAnswer.labels(), states=JobState.labels(), key=str(uuid7()),
    )  # fmt: skip


@screening_room.post("")
@allow(Right.SEND_SCREENING)
def upload() -> Answer:
    """Take a list in; the same file again leads to the list of the first time."""
    file = request.files.get("file")
    content = file.read() if file else b""
    if not content:
        raise at_field("file", _("请先选择名单文件，再点报送"))
    by, now = actor(), clock.now()
    try:
        name = file.filename or "" if file else ""
        found = read_upload(db.session(), content, name, settings().home / "lists", by, now)
    except Refused as refused:
        raise at_field("file", refused.args[0]) from None
    title, content = written("title")[:60] or str(_("名单")), packed(found.rows)
    filing = Filing(_key(), title, len(found.rows), digest(by.username, by.region, content), found.sheet)
    try:
        taken = transact(lambda session: take_in(session, vault(), filing, found.rows, by, now))
    except OtherContent:
        raise Problem(409, "other_content", _("这一页已经交过别的名单，请刷新后再交")) from None
    return redirect(url_for(".one", list_id=taken.listed.id, again=None if taken.fresh else 1), 303)


@screening_room.get("/template.xlsx")
@allow(Right.SEND_SCREENING)
def template() -> Response:
    """名单模板."""
    file = io.BytesIO()
    write_list_template(file)
    return excel(file.getvalue(), "screening-template.xlsx")


@screening_room.get("/<id:list_id>")
@allow(Right.READ_SCREENING)
@traced(Look.LIST)
def one(list_id: str) -> str:
    """The answers to the rows of a list."""
    session, listed = db.session(), _listed(list_id)
    asked = asked_code("answer", ScreeningAnswer.labels())
    rows = screening_answers.answers(session, listed, _after(), ROWS_SHOWN + 1, asked)
    shown = beside_answers(session, rows[:ROWS_SHOWN], clock.now())
    job = job_of(session, listed)
    return render_template(
        "screening_list.html", one=listed, job=job, rows=shown, more=len(rows) > ROWS_SHOWN,
        tally=screening_answers.counts(session, [list_id])[list_id], names=ScreeningAnswer.labels(), answer=asked,
        states=JobState.labels(), open_states=OPEN, again="again" in request.args, receipt=number(listed.hash),
        titles=TITLES,
    )  # fmt: skip


@screening_room.get("/<id:list_id>/answers.xlsx")
@allow(Right.READ_SCREENING)
def answers(list_id: str) -> Response:
    """答复清单."""
    file, session, now = io.BytesIO(), db.session(), clock.now()
    several = screening_answers.every_answer(session, _listed(list_id))
    write_answers(file, (row for part in several for row in beside_answers(session, part, now)), settings().public_url)
    return excel(file.getvalue(), "screening-answers.xlsx")


@screening_room.post("/<id:list_id>/cancel")
@allow(Right.SEND_SCREENING)
def cancel(list_id: str) -> Answer:
    """Stop; what was answered stays, and the same file again goes on."""
    listed, now = _listed(list_id), clock.now()
    transact(lambda session: stop(session, vault(), listed, now))
    return redirect(url_for(".one", list_id=list_id), 303)


def _listed(list_id: str) -> ScreeningList:
    listed = screening_answers.readable(db.session(), list_id, actor())
    if listed is None:
        raise Problem(*NOT_FOUND)
    return listed


def _after() -> int:
    return asked_number("after", 9_999_999) or 0


def _key() -> str:
    """The page's own key, so that a second sending is the same."""
    sent = request.form.get("key", "")
    return sent if re.fullmatch(IdConverter.regex, sent) else str(uuid7())
