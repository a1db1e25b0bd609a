"""工人的本事: which job kind is done by which function, and the regular round."""

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session
from uuid6 import uuid7

from field import clock, pulse
from field.codes import JobKind
from field.config import Settings
from field.db import db, transact
from field.jobs import delivering, export, filling, night, receipts_read, roster_import, screening_import
from field.keeping import clearing, scouring
from field.ledger.checkpoints import take
from field.ledger.note import Signer
from field.media.giving_way import giving_way
from field.media.pieces import Pieces
from field.media.vault import Vault
from field.messaging import abandoned, checkin_waves, pictures, staff_notices
from field.messaging.connected import Connected
from field.messaging.sending import Result, Transact, send_some
from field.monitoring.visiting import photos, places
from field.registry.sealing import keyring
from field.work import OPEN, Assignment, Handler, Job, Worker, enqueue

CHECKPOINT_EVERY = timedelta(minutes=10)
UPLOADS_KEPT = timedelta(days=7)
SLOW = (JobKind.WEBHOOK,)

log = logging.getLogger("field.worker")


def worker(app: Flask) -> Worker:
    """A worker of this county."""
    settings: Settings = app.config["FIELD"]
    vault: Vault = app.extensions["field_vault"]
    imports, exports = settings.home / "imports", settings.home / "exports"
    fetchers = _connected(app).fetchers(turns(app), clock.now)
    handlers: dict[str, Handler] = {
        JobKind.PHOTO_VERSIONS: lambda task: _photo(task, vault),
        JobKind.PLACE_JUDGEMENT: _place,
        JobKind.ROSTER_IMPORT: lambda task: roster_import.work(task, vault, imports, settings.public_url),
        JobKind.SCREENING: lambda task: screening_import.work(task, vault),
        JobKind.CHECKPOINT: lambda task: _checkpoint(task, settings),
        JobKind.SWEEP: night.sweep,
        JobKind.LEFTOVERS: lambda task: clearing.clear(task, vault, settings.unnamed_kept, settings.retention),
        JobKind.QUALITY: night.quality,
        JobKind.EXPORT: lambda task: export.work(task, vault, exports, readings(app), signer(settings)),
        JobKind.ERASURE: lambda task: scouring.scour(task, vault),
        JobKind.FILLING: lambda task: filling.work(task, vault, imports, settings.public_url),
        JobKind.RECEIPT_READING: lambda task: receipts_read.work(task, vault, app.extensions["field_reader"]),
        JobKind.WEBHOOK: delivering.deliver,
        JobKind.PHOTO_FETCH: lambda task: pictures.fetch(task, vault, fetchers),
    }
    return Worker(sessions(app), handlers, clock.now, settings.lease)


def sessions(app: Flask) -> Callable[[], Session]:
    """Sessions that take the write lock at their start, outside any request."""
    with app.app_context():
        engine = db.engine.execution_options(field_writes=True)
    return lambda: Session(engine, expire_on_commit=False)


def readings(app: Flask) -> Callable[[], Session]:
    """Sessions that see one moment of the database and never write, so that no writer waits for them."""
    with app.app_context():
        engine = db.engine
    if engine.dialect.name == "postgresql":
        engine = engine.execution_options(isolation_level="REPEATABLE READ")
    return lambda: Session(engine)


def turns(app: Flask) -> Transact:
    """One transaction after another, each in a session of its own, so that no memory is kept between them."""
    begin = sessions(app)

    def turn(work: Callable[[Session], Result]) -> Result:
        with begin() as session:
            return transact(work, session)

    return turn


def hands(app: Flask) -> tuple[Worker, Worker]:
    """Two workers: one for what waits for others' systems, and one behind which nothing of that kind stands."""
    whole = worker(app)
    slow: dict[str, Handler] = {kind: whole.handlers.pop(kind) for kind in SLOW}
    return whole, Worker(whole.begin, slow, whole.clock, whole.lease)


def run(app: Flask, stop: threading.Event) -> None:
    """Work, and see to the regular round, until told to stop."""
    hand, news = hands(app)
    for beside in (_beat, _rounds, _send):
        threading.Thread(target=beside, args=(app, stop), daemon=True).start()
    telling = threading.Thread(target=news.run, args=(stop,), daemon=True)
    telling.start()
    hand.run(stop)
    telling.join()


def _beat(app: Flask, stop: threading.Event) -> None:
    settings: Settings = app.config["FIELD"]
    while not stop.is_set():
        pulse.beat(settings.home)
        stop.wait(pulse.BEAT_EVERY)


def _send(app: Flask, stop: threading.Event) -> None:
    """Hand over what is due in the outbox, round after round."""
    name, turn = str(uuid7()), turns(app)
    senders = _connected(app).senders(turn, clock.now)
    while senders and not stop.is_set():
        try:
            busy = send_some(turn, senders, clock.now, name)
        except Exception:
            log.exception("a round of sending failed; the next one comes in its time")
            busy = 0
        if not busy:
            stop.wait(1)


def _connected(app: Flask) -> Connected:
    found: Connected = app.extensions["field_connected"]
    return found


def signer(settings: Settings) -> Signer:
    """The county's signature under its checkpoints."""
    return Signer(settings.ledger_name, keyring().signing_key)


def _rounds(app: Flask, stop: threading.Event) -> None:
    begin, turn = sessions(app), turns(app)
    settings: Settings = app.config["FIELD"]
    vault: Vault = app.extensions["field_vault"]
    pieces: Pieces = app.extensions["field_pieces"]
    while not stop.is_set():
        now = clock.now()
        try:
            with begin() as session:
                _plan_checkpoint(session, now)
                session.commit()
            with begin() as session:
                for job in night.NIGHTLY:
                    night.plan(session, job, now)
                session.commit()
            checkin_waves.step(turn, now, _connected(app).ways, monthly=settings.monthly_checkins)
            abandoned.step(turn, now)
            staff_notices.step(turn, now, _connected(app).ways_for)
            turn(lambda session: export.expire(session, vault, now))  # noqa: B023
            export.clear(settings.home / "exports", now)
            vault.sweep(now)
            pieces.sweep(now - UPLOADS_KEPT)
        except Exception:
            log.exception("a regular round failed; the next one comes in its time")
        stop.wait(CHECKPOINT_EVERY.total_seconds())


def _plan_checkpoint(session: Session, now: datetime) -> None:
    planned = session.query(Job.id).filter(Job.kind == JobKind.CHECKPOINT.value, Job.state.in_(OPEN))
    if planned.first() is None:
        enqueue(session, JobKind.CHECKPOINT, {}, now)


def _photo(task: Assignment, vault: Vault) -> None:
    sha256 = task.payload["sha256"]
    with task.begin() as session:
        marked = photos.mark(session, sha256)
    likeness = giving_way(photos.make_versions, vault, sha256, marked)
    with task.begin() as session:
        photos.flag_alike(session, sha256, likeness)
        photos.judge_again(session, sha256, task.clock())
        session.commit()


def _place(task: Assignment) -> None:
    with task.begin() as session:
        places.judge_visit(session, task.payload["chain_id"], task.payload["seq"], task.clock())
        session.commit()


def _checkpoint(task: Assignment, settings: Settings) -> dict[str, Any] | None:
    with task.begin() as session:
        checkpoint = take(session, signer(settings), task.clock())
        session.commit()
        return {"size": checkpoint.size} if checkpoint else None
