"""要办的 of a cadre, a town and the county over a demo county of 1,000,000 entries, on both databases.

`FIELD_BENCH_HOME=folder` (and FIELD_DATABASE_URL) measures a county that stands, as `flask demo load` made it.
With SQLite, figures are the processor's time, so that a busy machine shows the same; PostgreSQL works elsewhere, so by
the clock.
"""

from collections.abc import Iterator
from functools import partial

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import func, select, text

from benchmarks import ground
from field import clock, create_app, worker
from field.config import Settings
from field.db import db
from field.demo.load import Founding
from field.ledger.entries import Entry

HOUSEHOLDS, ENTRIES = 80_000, 1_000_000
PLAIN = "SELECT kind, count(*), min(due_at) FROM task WHERE NOT done GROUP BY kind"


def rows(households: int = HOUSEHOLDS, entries: int = ENTRIES) -> Iterator[tuple[str, str, str, str]]:
    """p95 of the page of tasks and of its JSON, as each of the three is given it."""
    if standing := ground.standing():
        yield from _measured(*standing)
        return
    for database, home, url in ground.databases():
        app = create_app(Settings(home, url))
        with app.app_context():
            upgrade()
            db.engine.dispose()
        Founding(worker.sessions(app), app.extensions["field_vault"], clock.now()).load(households, entries)
        yield from _measured(app, database)


def _measured(app: Flask, database: str) -> Iterator[tuple[str, str, str, str]]:
    with app.app_context():
        session = db.session()
        ground.looked_through(session, database)
        there = session.scalar(select(func.count()).select_from(Entry)) or 0
        spent = ground.spent(database)
        floor = ground.p95(lambda: session.execute(text(PLAIN)).all(), spent)
        session.rollback()
    for username in ("cadre", "town", "county"):
        office = ground.signed_in(app, username)
        for what, path in (("page", "/tasks"), ("JSON", "/api/tasks")):
            assert office.get(path).status_code == 200
            ours = ground.p95(partial(office.get, path), spent)
            words = f"tasks of {username}, {there:,} entries, {database}: {what}"
            yield words, f"p95 {ours:.1f} ms", f"plain SQL {floor:.1f} ms", f"{ours / floor:.2f}"
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
