"""夜间筛查: once a night the whole county is judged slice by slice, and its data looked through check by check."""

from collections import Counter
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from field.codes import EntryKind, JobKind
from field.db import transact
from field.ledger.entries import Entry, region_chain
from field.monitoring.checks.quality import count, record_counts
from field.monitoring.checks.quality import terms as quality_terms
from field.monitoring.checks.quality_checks import CHECKS
from field.monitoring.risk.judgement import Basis, basis
from field.monitoring.risk.sweep import SLICE, Swept, record_sweep, sweep_slice
from field.monitoring.workdays import SHANGHAI
from field.registry.households import Household
from field.registry.regions import Region, county
from field.work import Assignment, Job, enqueue

BEGINS = time(2, 0)
# What is done each night, and the entry that says so where there is one.
NIGHTLY = {JobKind.SWEEP: EntryKind.SWEEP, JobKind.LEFTOVERS: None, JobKind.QUALITY: EntryKind.QUALITY_COUNTED}


def plan(session: Session, job: JobKind, now: datetime) -> str | None:
    """Put tonight's work of a kind on the table, unless it was put there or done since; the job's id."""
    here, begins, entry = county(session), last_night(now), NIGHTLY[job]
    if here is None:
        return None
    session.execute(select(Region.code).where(Region.code == here.code).with_for_update())  # one worker plans at a time
    known = [select(Job.id).where(Job.kind == job.value, Job.created_at >= begins)]
    if entry:
        done = Entry.chain_id == region_chain(here.code), Entry.kind == entry.value, Entry.recorded_at >= begins
        known.append(select(Entry.hash).where(*done))
    if any(session.scalar(one.limit(1)) for one in known):
        return None
    return enqueue(session, job, {"at": now.isoformat()}, now, region=here.code)


def last_night(now: datetime) -> datetime:
    """When the newest night's sweep was due to begin."""
    here = now.astimezone(SHANGHAI)
    day: date = here.date() - timedelta(days=here.time() < BEGINS)
    return datetime.combine(day, BEGINS, SHANGHAI).astimezone(now.tzinfo)


def sweep(task: Assignment, size: int = SLICE) -> dict[str, Any]:
    """What the worker does: each slice is committed with the place to go on from, the last with the county's entry."""
    with task.begin() as session:
        total = session.scalar(select(func.count()).select_from(Household)) or 0
        by, swept = _begun(session.get_one(Job, task.id).payload)
    task.advance(swept.households, total)
    while (part := _slice(task, by, swept, size)) is not None:
        swept = part
        task.advance(swept.households, total)
    return swept.as_json()


def quality(task: Assignment) -> dict[str, Any]:
    """数据质量: each check in a transaction of its own, so that a visit does not wait for all; one entry at the end."""
    by, counted = quality_terms(task.clock()), dict[str, int]()
    for done, check in enumerate(CHECKS, 1):
        with task.begin() as session:
            here = county(session)
            counted[check.code] = count(session, check, by, here.code) if here else 0
        task.advance(done, len(CHECKS))
    with task.begin() as session:
        transact(lambda session: record_counts(session, counted, task.clock(), task.id), session)
    return counted


def _slice(task: Assignment, by: Basis, swept: Swept, size: int) -> Swept | None:
    """The next slice on top of what was swept; None when the last one was done before, and that is now recorded."""

    def work(session: Session) -> Swept | None:
        part = sweep_slice(session, by, swept.last or "", task.clock(), size)
        if part.last is None:
            record_sweep(session, by, swept, task.clock(), task.id)
            return None
        job = session.get_one(Job, task.id)
        so_far = swept + part
        job.payload = job.payload | {"swept": {**vars(so_far), "grades": dict(so_far.grades)}}
        return so_far

    with task.begin() as session:
        return transact(work, session)


def _begun(payload: dict[str, Any]) -> tuple[Basis, Swept]:
    """By what is judged, and how far an earlier worker came."""
    by = basis(datetime.fromisoformat(payload["at"]))
    said = payload.get("swept")
    return by, Swept(**{**said, "grades": Counter(said["grades"])}) if said else Swept()
