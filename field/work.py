"""后台工作: a lease table in the county's own database; a job outlives any worker that dies with it."""

import logging
import threading
from collections.abc import Callable, Collection
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import JSON, Index, Table, Text, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column
from uuid6 import uuid7

from field.codes import JobKind, JobState
from field.orm import Base, Code, Id, RegionCode, Utc
from field.prepared import Prepared

LEASE = timedelta(seconds=60)
ATTEMPTS = 8
LOST = "做了几次都中断了"
OPEN = (JobState.QUEUED.value, JobState.RUNNING.value)
OVER = (JobState.DONE.value, JobState.FAILED.value, JobState.CANCELLED.value)

log = logging.getLogger("field.work")
doing: ContextVar[str | None] = ContextVar("doing", default=None)  # the job in hand, for the log


class Job(Base):
    """后台工作: what waits to be done, by whom it is being done and until when it is leased."""

    __tablename__ = "job"

    id: Mapped[Id] = mapped_column(primary_key=True)
    kind: Mapped[Code]
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[Code]
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int | None]
    attempts: Mapped[int] = mapped_column(default=0)
    run_after: Mapped[Utc]
    leased_until: Mapped[Utc | None]
    worker: Mapped[Id | None]
    staff_id: Mapped[Id | None]
    region: Mapped[RegionCode | None]
    created_at: Mapped[Utc]
    finished_at: Mapped[Utc | None]
    result: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    trouble: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (Index(None, "state", "run_after", "id"),)


_new_job = Prepared(cast(Table, Job.__table__).insert())


class Cancelled(Exception):
    """已取消: the person who asked for the work does not want it any more."""


class LeaseLost(Exception):
    """租约已失: another worker has taken the job over."""


class GiveUp(Exception):
    """做不成: trying again will not help; the text tells the person why."""


class Later(Exception):
    """以后再试: not now; tried again after the pause, as often as it says so."""

    def __init__(self, pause: timedelta) -> None:
        super().__init__(pause)
        self.pause = pause


@dataclass
class Assignment:
    """任务: a leased job in a worker's hands; `advance` tells how far it is and keeps the lease.

    What the handler leaves as `afterwards` is done once the job is noted as done or refused, never while it may be
    tried again.
    """

    id: str
    kind: str
    payload: dict[str, Any]
    worker: str
    staff_id: str | None
    begin: Callable[[], Session]
    clock: Callable[[], datetime]
    lease: timedelta = LEASE
    afterwards: Callable[[], None] = lambda: None

    def advance(self, done: int, total: int | None = None) -> None:
        """Record progress and renew the lease; raises Cancelled or LeaseLost."""
        values: dict[str, Any] = {"done": done, "leased_until": self.clock() + self.lease}
        if total is not None:
            values["total"] = total
        with self.begin() as session:
            mine = Job.id == self.id, Job.worker == self.worker, Job.state == JobState.RUNNING.value
            renewed = session.execute(update(Job).where(*mine).values(values).returning(Job.id)).scalar()
            state = None if renewed else session.scalar(select(Job.state).where(Job.id == self.id))
            if state == JobState.CANCELLED.value:  # what was done before it was noticed is done
                session.execute(update(Job).where(Job.id == self.id).values(done=done))
            session.commit()
        if state is not None:
            raise Cancelled if state == JobState.CANCELLED.value else LeaseLost


Handler = Callable[[Assignment], dict[str, Any] | None]


def enqueue(
    session: Session,
    kind: JobKind,
    payload: dict[str, Any],
    now: datetime,
    *,
    staff_id: str | None = None,
    region: str | None = None,
) -> str:
    """Put a job on the table, within the business transaction that wants it; the job's id."""
    job_id = str(uuid7())
    row = {
        "id": job_id, "kind": kind.value, "payload": payload, "state": JobState.QUEUED.value, "done": 0,
        "attempts": 0, "run_after": now, "created_at": now, "staff_id": staff_id, "region": region,
    }  # fmt: skip
    _new_job.run(session, row)
    return job_id


def cancel(session: Session, job: Job, now: datetime) -> bool:
    """Cancel a job that is not over; false when it is."""
    values = {"state": JobState.CANCELLED.value, "finished_at": now, "leased_until": None}
    still = update(Job).where(Job.id == job.id, Job.state.in_(OPEN)).values(values)
    return session.execute(still.returning(Job.id)).scalar() is not None


def resume(session: Session, job: Job, now: datetime) -> None:
    """接着做 a job that was cancelled or failed, as if it had never been tried."""
    over = Job.id == job.id, Job.state.in_((JobState.CANCELLED.value, JobState.FAILED.value))
    fresh = {"state": JobState.QUEUED.value, "attempts": 0, "run_after": now, "finished_at": None, "trouble": None}
    session.execute(update(Job).where(*over).values(fresh))


def lease(
    session: Session, worker: str, now: datetime, length: timedelta = LEASE, kinds: Collection[str] = ()
) -> Job | None:
    """Take the oldest job that is due, or whose worker is gone, of some kinds or any; the caller commits.

    A job whose workers were lost ATTEMPTS times is given up: it may be what kills them.
    """
    waiting = (Job.state == JobState.QUEUED.value) & (Job.run_after <= now)
    abandoned = (Job.state == JobState.RUNNING.value) & (Job.leased_until < now)
    due = select(Job).where(or_(waiting, abandoned)).order_by(Job.run_after, Job.id).limit(1)
    due = due.where(Job.kind.in_(sorted(kinds))) if kinds else due
    while job := session.scalar(due.with_for_update(skip_locked=True)):
        if job.attempts < ATTEMPTS:
            job.state, job.worker, job.leased_until = JobState.RUNNING.value, worker, now + length
            job.attempts += 1
            return job
        job.state, job.trouble = JobState.FAILED.value, LOST
        job.leased_until, job.finished_at = None, now
        session.flush()
    return None


class Worker:
    """工人: takes jobs that it can do, one after another; kill -9 at any moment loses nothing but its time."""

    def __init__(
        self,
        begin: Callable[[], Session],
        handlers: dict[str, Handler],
        clock: Callable[[], datetime],
        lease: timedelta = LEASE,
    ) -> None:
        self.begin, self.handlers, self.clock, self.lease = begin, handlers, clock, lease
        self.id = str(uuid7())

    def run(self, stop: threading.Event, idle: float = 0.5) -> None:
        """Work until told to stop, resting when there is nothing to do."""
        while not stop.is_set():
            try:
                busy = self.step()
            except Exception:
                log.exception("the worker could not reach its table")
                busy = False
            if not busy:
                stop.wait(idle)

    def step(self) -> bool:
        """Do one job if one is due; whether there was one."""
        with self.begin() as session:
            job = lease(session, self.id, self.clock(), self.lease, self.handlers)
            if job is None:
                session.commit()
                return False
            attempts = job.attempts
            task = Assignment(job.id, job.kind, job.payload, self.id, job.staff_id, self.begin, self.clock, self.lease)
            session.commit()
        token = doing.set(task.id)
        try:
            self._finish(task, attempts, *self._do(task))
        finally:
            doing.reset(token)
        return True

    def _do(self, task: Assignment) -> tuple[JobState, dict[str, Any]]:
        try:
            return JobState.DONE, {"result": self.handlers[task.kind](task), "trouble": None}
        except Cancelled:
            return JobState.CANCELLED, {}
        except GiveUp as error:
            return JobState.FAILED, {"trouble": str(error)}
        except Later as later:
            return JobState.QUEUED, {"run_after": self.clock() + later.pause, "attempts": 0}
        except Exception as error:
            log.exception("job %s %s failed", task.kind, task.id)
            return JobState.QUEUED, {"trouble": type(error).__name__}

    def _finish(self, task: Assignment, attempts: int, state: JobState, values: dict[str, Any]) -> None:
        now = self.clock()
        again, ended = "run_after" in values, state in (JobState.DONE, JobState.FAILED)
        log.info("job %s %s", task.kind, state.value)
        if state is JobState.QUEUED and attempts >= ATTEMPTS and not again:
            state = JobState.FAILED
        if state is JobState.QUEUED and not again:
            values |= {"run_after": now + timedelta(seconds=2**attempts)}
        elif state is not JobState.QUEUED:
            values |= {"finished_at": now}
        mine = Job.id == task.id, Job.worker == self.id, Job.state == JobState.RUNNING.value
        with self.begin() as session:
            noted = update(Job).where(*mine).values(state=state.value, leased_until=None, **values)
            ended = session.execute(noted.returning(Job.id)).scalar() is not None and ended
            session.commit()
        if ended:
            task.afterwards()
