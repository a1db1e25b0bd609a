"""The sweep of a whole county of 8,000 and of 80,000 households and the checks of its data, on both databases."""

from collections.abc import Iterator
from pathlib import Path

from flask_migrate import upgrade

from benchmarks import ground
from field import clock, create_app
from field.commands.judgement import sweep_county
from field.config import Settings
from field.db import db
from field.demo.load import Founding
from field.monitoring.checks.quality import counts, terms
from field.worker import sessions

SIZES, COUNTY = (8_000, 80_000), "420626"


def rows() -> Iterator[tuple[str, str, str, str]]:
    """The table's rows; the county's first sweep is part of loading it, so these open no lead."""
    for size in SIZES:
        for database, home, url in ground.databases():
            swept, checked = _measured(home, url, size)
            yield f"sweep of {size:,} households, {database}", swept, "", ""
            yield f"data quality of {size:,} households, {database}", checked, "", ""


def _measured(home: Path, url: str, size: int) -> tuple[str, str]:
    app = create_app(Settings(home, url))
    with app.app_context():
        upgrade()
        Founding(sessions(app), app.extensions["field_vault"], clock.now()).load(size)
        begin = clock.now()
        sweep_county(begin)
        seconds = (clock.now() - begin).total_seconds()
        begin = clock.now()
        found = counts(db.session(), terms(begin), COUNTY)
        checking = (clock.now() - begin).total_seconds()
        db.session.remove()
        db.engine.dispose()
    _, peak = ground.flask(home, "sweep", FIELD_DATABASE_URL=url)
    return f"{seconds:.1f} s, {size / seconds:,.0f}/s, {peak:.0f} MB", f"{checking:.1f} s, {len(found)} checks"
