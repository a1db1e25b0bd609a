"""总览: the reference table and its two charts for a region, and what waits there."""

from typing import Any

from flask import Blueprint, redirect, render_template
from sqlalchemy import select
from werkzeug.wrappers import Response

from field.auth import actor, allow
from field.codes import Grade, JobKind, JobState, Kind, RiskFactor, Role
from field.db import db
from field.monitoring import held, phones
from field.monitoring.statistics import Figures, figures_of, statistics_by
from field.registry import regions
from field.registry.regions import in_region
from field.registry.rights import Right
from field.web.charts import bars, ring
from field.web.whereabouts import Here, here
from field.work import Job

board = Blueprint("board", __name__)


@board.get("/")
@allow(Right.READ_STATISTICS)
def figures() -> str | Response:
    """The figures of a region; a village cadre's own place is the phone form."""
    if actor().role is Role.VILLAGE:
        return redirect("/m/")
    where = here(Right.READ_STATISTICS)
    parts = statistics_by(db.session(), where.code, len(where.below[0].code) if where.below else len(where.code))
    whole = figures_of(where.code, tuple(parts.values()))
    below = [(place, parts.get(place.code) or figures_of(place.code)) for place in where.below]
    charts = {"ring": ring(_kinds(whole)), "bars": bars(_risks(whole))}
    return render_template(
        "board.html", here=where, whole=whole, below=below, grades=Grade.labels(), **charts, **_waiting(where)
    )


def _kinds(whole: Figures) -> list[tuple[str, str, int]]:
    return [(kind, label, whole["by_kind"][kind]["households"]) for kind, label in Kind.labels().items()]


def _risks(whole: Figures) -> list[tuple[str, str, int]]:
    return [(risk, label, whole["by_risk_factor"][risk]) for risk, label in RiskFactor.labels().items()]


def _waiting(where: Here) -> dict[str, Any]:
    """What waits in the reader's whole region, told only on its first page and to who may see it."""
    by, session = actor(), db.session()
    if where.code != by.region:
        return {}
    told: dict[str, Any] = {}
    if by.has(Right.READ_PHONES):
        told["phones"] = phones.holding(session, by)
        told["places"] = regions.names(session, {phone["region"] for phone in told["phones"]})
    if by.has(Right.DECIDE_HELD):
        told["held"] = len(held.waiting(session, by))
    if by.has(Right.RUN_SWEEPS):
        told["sweeps"] = list(session.scalars(_running(JobKind.SWEEP, by.region)))
    if by.has(Right.IMPORT_ROSTER):
        told["imports"] = list(session.scalars(_running(JobKind.ROSTER_IMPORT, by.region)))
    return told


def _running(kind: JobKind, region: str) -> Any:
    open_states = (JobState.QUEUED.value, JobState.RUNNING.value)
    mine = Job.kind == kind.value, Job.state.in_(open_states)
    return select(Job).where(*mine, in_region(Job.region, region)).order_by(Job.id)
