"""Exporting 250,000 people in the national layout as each kind of file, on both databases."""

import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import xlsxwriter
from sqlalchemy import select

from benchmarks import ground
from benchmarks.peopled import peopled
from field import clock, create_app, worker
from field.codes import ExportFormat, Role
from field.config import Settings
from field.db import db
from field.jobs import export
from field.jobs.export import Wanted
from field.monitoring.household_file import Sought
from field.monitoring.sheets.export_columns import NATIONAL
from field.registry.rights import Actor
from field.registry.staff import find_staff
from field.work import Job

MB = 1024 * 1024


def rows() -> Iterator[tuple[str, str, str, str]]:
    """A worker process of its own: seconds, and the most memory that it held."""
    with tempfile.TemporaryDirectory() as name, ground.postgres(Path(name)) as address:
        floor = _floor(Path(name) / "floor.xlsx")
        for database, url in (("SQLite", f"sqlite:///{name}/field.db"), ("PostgreSQL", address)):
            settings = Settings(Path(name) / database, url)
            app, people = peopled(settings)
            for kind in list(ExportFormat)[:-1]:  # which is for 50,000 rows at most
                with app.app_context():
                    staff = find_staff(db.session(), "county")
                    assert staff is not None
                    by = Actor(staff.id, staff.username, staff.name, Role.COUNTY, "420626")
                    wanted = Wanted(Sought(), NATIONAL, kind, "测量")
                    db.session.rollback()
                    job = worker.turns(app)(lambda s, w=wanted, b=by: export.ask_for_export(s, w, b, clock.now()))  # type: ignore[misc]
                seconds, peak = ground.python("-m", "benchmarks.export", str(settings.home), url)
                with app.app_context():
                    done = db.session.scalars(select(Job).where(Job.id == job)).one()
                    assert done.result is not None, done.trouble
                    size = done.result["bytes"] / MB
                    db.session.remove()
                what = f"export of {people:,} people × {len(NATIONAL)} columns, {kind.label}, {database}"
                alone = f"XlsxWriter alone {floor:.0f} s" if kind is ExportFormat.XLSX else ""
                yield what, f"{seconds:.0f} s, {peak:.0f} MB, file {size:.0f} MB", alone, f"{seconds / floor:.1f}"


def _floor(path: Path) -> float:
    """Writing as many cells of about the same length, with the library alone."""
    begin = time.perf_counter()
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        for row in range(250_000):
            for place in range(len(NATIONAL)):
                sheet.write_string(row, place, "脱贫不稳定户")
    return time.perf_counter() - begin


if __name__ == "__main__":
    worker.worker(create_app(Settings(Path(sys.argv[1]), sys.argv[2]))).step()
