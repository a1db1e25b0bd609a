"""脉搏: what a technician watches, as plain figures: counts and ages, nothing of any household or person."""

import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from field.codes import JobKind, JobState
from field.keeping.backup import last_backup
from field.ledger.checkpoints import newest
from field.ledger.entries import Head
from field.login import LIFETIME, LoginSession
from field.messaging.messages import Delivery
from field.messaging.outbox import OutboundMessage
from field.monitoring.visiting.held import undecided
from field.work import ATTEMPTS, Job

BEAT, BEAT_EVERY = "worker.beat", 10.0
SILENT = timedelta(minutes=2)
LEAST_FREE = 0.05


class Figure(NamedTuple):
    """一个数: its Prometheus name, what it means, and its value."""

    name: str
    meaning: str
    value: float


def beat(home: Path) -> None:
    """The worker lives."""
    (home / BEAT).touch()


def last_beat(home: Path) -> float | None:
    """When it last did (seconds of the epoch), or None."""
    try:
        return (home / BEAT).stat().st_mtime
    except OSError:
        return None


def free(home: Path) -> float:
    """How much of the disk is free, 0 to 1."""
    usage = shutil.disk_usage(home)
    return usage.free / usage.total


def faults(home: Path, now: datetime) -> list[str]:
    """What beside the database keeps the county from working: `worker`, `disk`."""
    beaten = last_beat(home)
    silent = beaten is None or now.timestamp() - beaten > SILENT.total_seconds()
    return [*(["worker"] if silent else []), *(["disk"] if free(home) < LEAST_FREE else [])]


def figures(session: Session, home: Path, now: datetime) -> Iterator[Figure]:
    """Every figure of which there is one; an age is missing where nothing has happened yet."""
    yield Figure("field_entries", "台账条目", session.scalar(select(func.coalesce(func.sum(Head.seq), 0))) or 0)
    waits = Job.state == JobState.QUEUED.value, Job.run_after <= now
    yield from _line(session, "jobs", "到时候的后台工作", waits, Job.run_after, now)
    failed = Job.state == JobState.FAILED.value
    yield _count(session, "jobs_failed", "试了几次也没做成的后台工作", failed, Job.attempts >= ATTEMPTS)
    yield _count(session, "jobs_refused", "不能做的后台工作，例如交错了文件", failed, Job.attempts < ATTEMPTS)
    due = OutboundMessage.state == Delivery.QUEUED.value, OutboundMessage.due_at <= now
    yield from _line(session, "outbox", "到时候的去信", due, OutboundMessage.due_at, now)
    yield _count(session, "outbox_failed", "没送到的去信", OutboundMessage.state == Delivery.FAILED.value)
    held = select(func.count()).select_from(undecided().subquery())
    yield Figure("field_held_visits", "等乡镇处理的走访", session.scalar(held) or 0)
    recent = LoginSession.revoked_at.is_(None), LoginSession.created_at > now - LIFETIME
    yield _count(session, "sessions", "没有结束的登录", *recent)
    yield from _ages(session, home, now)
    yield Figure("field_disk_free_ratio", "磁盘空闲的比例", free(home))


def _ages(session: Session, home: Path, now: datetime) -> Iterator[Figure]:
    sealed, swept = newest(session), _last_done(session)
    beaten = last_beat(home)
    moments: dict[str, tuple[str, datetime | None]] = {
        "checkpoint": ("上次封存", sealed.signed_at if sealed else None),
        "backup": ("上次备份", last_backup(home)),
        "sweep": ("上次全县筛查", swept.finished_at if swept else None),
    }
    for name, (meaning, at) in moments.items():
        if at is not None:
            yield Figure(f"field_{name}_age_seconds", f"{meaning}到现在的秒数", (now - at).total_seconds())
    if swept is not None and swept.finished_at is not None:
        took = (swept.finished_at - swept.created_at).total_seconds()
        yield Figure("field_sweep_seconds", "上次全县筛查从排上到做完的秒数", took)
    if beaten is not None:
        yield Figure("field_worker_beat_age_seconds", "后台进程上次报到到现在的秒数", now.timestamp() - beaten)


def _last_done(session: Session) -> Job | None:
    done = Job.kind == JobKind.SWEEP.value, Job.state == JobState.DONE.value
    return session.scalar(select(Job).where(*done).order_by(Job.finished_at.desc()).limit(1))


def _count(session: Session, name: str, meaning: str, *which: ColumnElement[bool]) -> Figure:
    return Figure(f"field_{name}", meaning, session.scalar(select(func.count()).where(*which)) or 0)


def _line(
    session: Session,
    name: str,
    meaning: str,
    which: tuple[ColumnElement[bool], ...],
    since: InstrumentedAttribute[datetime],
    now: datetime,
) -> Iterator[Figure]:
    """How many wait, and for how long the oldest."""
    count, oldest = session.execute(select(func.count(), func.min(since)).where(*which)).one()
    yield Figure(f"field_{name}_waiting", f"{meaning}：等着的", count)
    waited = (now - oldest).total_seconds() if oldest else 0
    yield Figure(f"field_{name}_oldest_seconds", f"{meaning}：最久的等了多少秒", waited)
