"""后台工作接口: how far it is, and cancel."""

from typing import Any

from flask import Blueprint

from field import clock
from field.api.describe import Strict, describe
from field.auth import actor
from field.codes import JobKind, JobState
from field.db import db, transact
from field.problems import NOT_FOUND, Problem
from field.registry.rights import Right
from field.work import Job, cancel

api = Blueprint("work", __name__, url_prefix="/api")


class JobLine(Strict):
    """一项后台工作."""

    id: str
    kind: str
    kind_name: str
    state: str
    state_name: str
    done: int
    total: int | None
    trouble: str | None
    result: dict[str, Any] | None


@api.get("/jobs/<id:job_id>")
@describe(Right.SIGNED_IN, "后台工作进度", {200: JobLine})
def job_progress(job_id: str) -> dict[str, Any]:
    return job_shown(own_job(job_id))


@api.post("/jobs/<id:job_id>/cancel")
@describe(Right.SIGNED_IN, "取消后台工作", {200: JobLine})
def cancel_job(job_id: str) -> dict[str, Any]:
    job, now = own_job(job_id), clock.now()
    transact(lambda session: cancel(session, job, now))
    return job_shown(own_job(job_id))


def own_job(job_id: str) -> Job:
    """A job that the actor asked for, or the county's own nightly sweep; 404 for any other."""
    job, by = db.session.get(Job, job_id), actor()
    nightly = job and job.kind == JobKind.SWEEP and job.region and by.may(Right.RUN_SWEEPS, job.region)
    if job is None or not (nightly or job.staff_id == by.staff_id):
        raise Problem(*NOT_FOUND)
    return job


def job_shown(job: Job) -> dict[str, Any]:
    """A job as people look at it."""
    return {
        "id": job.id, "kind": job.kind, "kind_name": JobKind.label_of(job.kind), "state": job.state,
        "state_name": JobState.label_of(job.state), "done": job.done, "total": job.total,
        "trouble": job.trouble, "result": job.result,
    }  # fmt: skip
