"""填报冲突页: what went out, what was written and what stands now, decided by the cell, the household or the sheet."""

from typing import NamedTuple

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, select
from werkzeug.wrappers import Response

from field import clock
from field.auth import actor, allow
from field.codes import Channel
from field.db import db, transact
from field.jobs.filling import FILLING
from field.ledger.entries import Entry, opened
from field.ledger.facts import Fact
from field.monitoring.household_file import people
from field.monitoring.sheets import filling_decisions
from field.monitoring.sheets.filling_decisions import (
    AT_ONCE,
    AlreadyDecided,
    Conflict,
    Moved,
    Undecided,
    conflicts,
    decide,
    decide_all,
    of_sheet,
    seen_of,
    shown_now,
    standings,
    waiting,
)
from field.monitoring.traces import Look
from field.problems import Problem
from field.registry import regions
from field.registry.households import Household
from field.registry.rights import Right
from field.registry.staff import Staff, staff_names
from field.traced import traced
from field.web.asked import asked_page
from field.web.filling_page import filling_room
from field.web.filling_words import column, shown
from field.web.forms import at_fields, sent_id
from field.web.uploaded_sheets import sent_in
from field.work import Job

OURS, KEEP = "ours", "keep"
MOST = 500  # cells of one household


class Contested(NamedTuple):
    """有冲突的一户: the entry that holds the cells, whose household, and the cells."""

    entry: Entry
    household: Household
    cells: list[Conflict]
    seen: str
    sheet: str | None


@filling_room.get("/conflicts")
@allow(Right.FILL_SHEETS)
@traced(Look.LIST)
def contested() -> str:
    """What waits in the reader's region, oldest first: all, or of one sheet, or of one household."""
    session, page = db.session(), asked_page()
    asked = {name: sent_id(request.args, name) for name in ("sheet", "household") if request.args.get(name)}
    only = _only(asked)
    entries = waiting(session, actor(), *only, page=page)
    rows = select(Household).where(Household.id.in_({entry.chain_id for entry in entries}))
    homes = {one.id: one for one in session.scalars(rows)}
    found = []
    for entry, said in zip(entries, opened(session, entries), strict=True):
        cells = conflicts(session, entry, said)
        found.append(Contested(entry, homes[entry.chain_id], cells, shown_now(cells), said.get("sheet")))
    total = filling_decisions.contested(session, actor(), *only)
    return render_template(
        "filling_conflicts.html", found=found, names=_names(homes, found), staff=staff_names(session, _who(found)),
        channels=Channel.labels(), column=column, shown=shown, said_at=_said_at, said_by=_said_by, total=total,
        asked=asked, page=page, pages=-(-total // AT_ONCE), sheet=_sheet(asked["sheet"]) if "sheet" in asked else None,
    )  # fmt: skip


@filling_room.post("/conflicts/<chain:chain_id>/<seq:seq>")
@allow(Right.FILL_SHEETS)
def decision(chain_id: str, seq: int) -> Response:
    """Decide on every cell of a household at once, each by itself or all alike."""
    chosen = {place: request.form.get(f"cell_{place}") for place in range(MOST)}
    verdicts = {place: verdict == OURS for place, verdict in chosen.items() if verdict in (OURS, KEEP)}
    said = alike == OURS if (alike := request.form.get("all")) in (OURS, KEEP) else verdicts
    by, now, seen = actor(), clock.now(), request.form.get("seen", "")
    try:
        transact(lambda session: decide(session, chain_id, seq, said, seen, by, now))
    except Undecided as error:
        words = _("每一格都要选一边")
        raise at_fields([{"field": f"cell_{one}", "message": words} for one in error.places]) from None
    except AlreadyDecided:
        raise Problem(409, "already_decided", _("这一户已经有人认定过了，没有再记一次")) from None
    except Moved:
        raise Problem(409, "moved", _("台账里这一户刚刚又有新内容，没有登记。请返回上一页，刷新以后再看一遍")) from None
    sheet = sent_id(request.form, "sheet")
    return redirect(url_for(".contested", sheet=sheet or None), 303)


@filling_room.post("/conflicts/sheets/<id:job_id>")
@allow(Right.FILL_SHEETS)
def whole(job_id: str) -> Response:
    """Decide alike on all that waits of a sheet; a household with something new is left and stays on the page."""
    alike, by, now = request.form.get("all"), actor(), clock.now()
    several = standings(db.session(), by, sent_in(FILLING, job_id).id)
    if alike not in (OURS, KEEP):
        raise Problem(422, "cell_undecided", _("请选用填报表的，还是保留台账的"))
    if not several:
        raise Problem(409, "already_decided", _("这份填报表没有等着认定的了，可能已经有人认定"))
    if seen_of(several) != request.form.get("seen"):
        raise Problem(409, "moved", _("台账里这些户刚刚又有新内容，没有登记。请返回上一页，刷新以后再看一遍"))
    for start in range(0, len(several), AT_ONCE):
        batch = several[start : start + AT_ONCE]
        transact(lambda session: decide_all(session, batch, by, now, ours=alike == OURS))  # noqa: B023
    return redirect(url_for(".contested", sheet=job_id), 303)


class Sheet(NamedTuple):
    """一份填报表: who handed it in, and all that waits of it."""

    job: Job
    name: str
    waits: int
    seen: str


def _sheet(job_id: str) -> Sheet:
    """404 for what is no sheet of the reader's region."""
    session, job = db.session(), sent_in(FILLING, job_id)
    several = standings(session, actor(), job.id)
    name = session.scalar(select(Staff.name).where(Staff.id == job.staff_id))
    return Sheet(job, name or "", len(several), seen_of(several))


def _only(asked: dict[str, str]) -> list[ColumnElement[bool]]:
    conditions = {"sheet": of_sheet, "household": Entry.chain_id.__eq__}
    return [conditions[name](value) for name, value in asked.items()]


def _names(homes: dict[str, Household], found: list[Contested]) -> dict[str, str]:
    persons = [person for several in people(db.session(), homes, merged=True).values() for person in several]
    told = [value for one in found for cell in one.cells for value in (cell.sent, cell.written, cell.now)]
    codes = {value for value in told if isinstance(value, str)} | {one.region for one in homes.values()}
    places = regions.names(db.session(), {code for code in codes if code.isdigit() and len(code) <= 12})
    return places | {person.id: person.name for person in persons}


def _who(found: list[Contested]) -> set[str]:
    sources = [cell.source for one in found for cell in one.cells if cell.source]
    return {one.entry.actor for one in found} | {_said_by(source) for source in sources}


def _said_by(source: Fact | Entry) -> str:
    return source.recorder if isinstance(source, Fact) else source.actor


def _said_at(source: Fact | Entry) -> object:
    return source.observed_at if isinstance(source, Fact) else source.occurred_at
