"""总览: the reference table and its two charts for a region, and what waits there."""

from typing import Any

from flask import Blueprint, redirect, render_template, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from field import clock
from field.auth import actor, allow
from field.codes import THREE_KINDS, Grade, JobKind, RiskFactor, Role
from field.db import db, transact
from field.monitoring.board.quiet_villages import quiet_villages
from field.monitoring.board.standings import statistics_on
from field.monitoring.board.statistics import Figures, figures_of, statistics_by
from field.monitoring.board.until import Until
from field.monitoring.duties import todo
from field.monitoring.duties.todo_rows import Wanted
from field.monitoring.help import measures
from field.monitoring.visiting import held, phones
from field.monitoring.workdays import china_day
from field.problems import NOT_FOUND, Problem
from field.registry import regions
from field.registry.regions import in_region
from field.registry.rights import Right
from field.web.asked import asked_past_day
from field.web.board_month import month_of, opener
from field.web.charts import bars, lengths, ring
from field.web.paper import printable
from field.web.whereabouts import Here, here
from field.web.wording import grade_mark, now
from field.work import OPEN, Job, cancel

board = Blueprint("board", __name__)


@board.get("/")
@allow(Right.SIGNED_IN)
@printable
def figures() -> str | Response:
    """The figures of a region; a village cadre's own place is the phone form, a unit's what is shared with it."""
    if actor().role is Role.VILLAGE or actor().parted:
        return redirect("/m/")
    if actor().role is Role.UNIT:
        return redirect(url_for("sharing_page.listed"))
    where = here(Right.READ_STATISTICS)
    today, past = china_day(now()), asked_past_day("on")
    on, digits = past or today, len(where.below[0].code) if where.below else len(where.code)
    parts = (
        statistics_on(db.session(), where.code, digits, Until(past).ends)
        if past else statistics_by(db.session(), where.code, digits)
    )  # fmt: skip
    whole = figures_of(where.code, tuple(parts.values()))
    judged = not past or any(whole["by_grade"][grade] for grade in Grade if grade is not Grade.NONE)
    below = [(place, parts.get(place.code) or figures_of(place.code)) for place in where.below]
    charts = {"ring": ring(_kinds(whole)), "bars": bars(_risks(whole)), "graded": lengths(_grades(whole))}
    return render_template(
        "board.html", here=where, whole=whole, below=below, grades=Grade.labels(), on=on, past=past, today=today,
        judged=judged, **charts, **month_of(where, on, present=not past), **({} if past else _waiting(where)),
        opened_at=opener(),
    )  # fmt: skip


@board.post("/sweep/<id:job_id>/cancel")
@allow(Right.RUN_SWEEPS)
def stop_sweep(job_id: str) -> Response:
    """停止筛查: who was judged stays judged; the next night begins anew."""
    job, now = db.session.get(Job, job_id), clock.now()
    if job is None or job.kind != JobKind.SWEEP or not actor().may(Right.RUN_SWEEPS, job.region or ""):
        raise Problem(*NOT_FOUND)
    transact(lambda session: cancel(session, job, now))
    return redirect(url_for(".figures"), 303)


def _kinds(whole: Figures) -> list[tuple[str, str, int]]:
    return [(kind, kind.label, whole["by_kind"][kind]["households"]) for kind in THREE_KINDS]


def _risks(whole: Figures) -> list[tuple[str, str, int]]:
    return [(risk, label, whole["by_risk_factor"][risk]) for risk, label in RiskFactor.labels().items()]


def _grades(whole: Figures) -> list[tuple[str, str, int]]:
    return [(one.value, grade_mark(one), whole["by_grade"][one]) for one in (Grade.RED, Grade.ORANGE, Grade.YELLOW)]


def _waiting(where: Here) -> dict[str, Any]:
    """What waits in the reader's whole region, told only on its first page and to who may see it."""
    by, session = actor(), db.session()
    if where.code != by.region:
        return {}
    told: dict[str, Any] = {}
    if by.has(Right.READ_LEADS):
        told["todo"], told["late"] = todo.count(session, Wanted(by, now(), mine=True))
    if by.has(Right.READ_PHONES):
        told["phones"] = phones.holding(session, by)
        quiet = quiet_villages(session, by.region, now())
        places = {phone["region"] for phone in told["phones"]} | {one.town for one in quiet}
        told["places"] = regions.names(session, places)
        told["unheld"] = [one for one in quiet if not one.held]
        told["silent"] = [one for one in quiet if one.held]
    if by.has(Right.READ_PLANS):
        told["measures"] = measures.counted(session, by, china_day(now()))
    if by.has(Right.DECIDE_HELD):
        told["held"] = len(held.waiting(session, by))
    if by.has(Right.RUN_SWEEPS):
        told["sweeps"] = list(session.scalars(_running(JobKind.SWEEP, by.region)))
    if by.has(Right.IMPORT_ROSTER):
        told["imports"] = list(session.scalars(_running(JobKind.ROSTER_IMPORT, by.region)))
    return told


def _running(kind: JobKind, region: str) -> Any:
    mine = Job.kind == kind.value, Job.state.in_(OPEN)
    return select(Job).where(*mine, in_region(Job.region, region)).order_by(Job.id)
