"""The county board over a peopled county, today and a past day, beside plain SQL scans, on both databases.

`FIELD_BENCH_HOME=folder` (and FIELD_DATABASE_URL) measures a county that stands, as `flask demo load` made it.
With SQLite, figures are the processor's time, so that a busy machine shows the same; PostgreSQL works elsewhere, so by
the clock.
"""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial

from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from benchmarks import ground
from benchmarks.peopled import HOUSEHOLDS, peopled
from field import clock
from field.config import Settings
from field.db import db
from field.ledger.entries import Entry
from field.monitoring.board.counted import counts, days_by, flow_by_month
from field.monitoring.board.standings import statistics_on
from field.monitoring.board.statistics import statistics_by
from field.monitoring.board.until import Until
from field.monitoring.relief.relief_sums import relief_by
from field.monitoring.workdays import china_day

COUNTY, TOWN = "420626", 9
PLAIN = (
    "SELECT substr(region, 1, 9), kind, main_risk, count(*), sum(persons) FROM household"
    " WHERE kind IS NOT NULL GROUP BY 1, 2, 3",
    "SELECT kind, count(*) FROM entry WHERE kind IN ('visit', 'case_step', 'checkin') GROUP BY kind",
)


def rows(households: int = HOUSEHOLDS) -> Iterator[tuple[str, str, str, str]]:
    """p95 of all that a board counts and of its whole page, for today and for a past day."""
    if standing := ground.standing():
        yield from _measured(*standing)
        return
    for database, home, url in ground.databases():
        app, _people = peopled(Settings(home, url), households)
        yield from _measured(app, database)


def _measured(app: Flask, database: str) -> Iterator[tuple[str, str, str, str]]:
    office = ground.signed_in(app, "county")
    with app.app_context():
        session = db.session()
        ground.looked_through(session, database)
        entries = session.scalar(select(func.count()).select_from(Entry)) or 0
        spent = ground.spent(database)
        floor = ground.p95(partial(_plain, session), spent)
        past = china_day(clock.now()) - timedelta(days=40)
        for what, counted, path in (("today", _today, "/"), ("a past day", _past, f"/?on={past}")):
            told = f"board of {what}, {entries:,} entries, {database}"
            for part, ask in (("figures", partial(counted, session)), ("page", partial(office.get, path))):
                ours = ground.p95(ask, spent)
                yield f"{told}: {part}", f"p95 {ours:.1f} ms", f"plain SQL {floor:.1f} ms", f"{ours / floor:.2f}"
        db.session.remove()
        db.engine.dispose()


def _today(session: Session) -> None:
    statistics_by(session, COUNTY, TOWN)
    _month(session, Until(china_day(clock.now())), present=True)


def _past(session: Session) -> None:
    until = Until(china_day(clock.now()) - timedelta(days=40))
    statistics_on(session, COUNTY, TOWN, until.ends)
    _month(session, until, present=False)


def _month(session: Session, until: Until, *, present: bool) -> None:
    counts(session, COUNTY, TOWN, until, present)
    days_by(session, COUNTY, TOWN, until)
    days_by(session, COUNTY, TOWN, until, year=True)
    flow_by_month(session, COUNTY, until)
    relief_by(session, COUNTY, TOWN, until)
    session.rollback()


def _plain(session: Session) -> None:
    for one in PLAIN:
        session.execute(text(one)).all()
    session.rollback()
