"""Importing a roster of 250,000 people in 30 columns, beside reading the same file with the library alone."""

import csv
import os
import tempfile
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import xlsxwriter
from python_calamine import CalamineWorkbook

from benchmarks import ground
from field.codes import Kind, RiskFactor
from field.demo.county import places
from field.demo.load import REGIONS
from field.demo.people import Author
from field.registry.roster import COLUMNS, HOUSEHOLD, Column

HOUSEHOLDS = int(os.environ.get("FIELD_BENCH_ROSTER", "83900"))
COLUMN_COUNT = 30
FULL: dict[str, Any] = {
    "phone": "+8617400123456", "work_place": "4201", "work": "务工", "months_away": 5, "monthly_income": 10000,
    "pension": "未参加", "schooling": "小学", "public_job": False, "minimum_living": False,
}  # fmt: skip


def rows() -> Iterator[tuple[str, str, str, str]]:
    """`flask roster import` and the county's first `flask sweep`, as processes: seconds and the most memory held."""
    with tempfile.TemporaryDirectory() as name, ground.postgres(Path(name)) as address:
        file, found = Path(name) / "roster.xlsx", []
        people = _write(file)
        for database, url in (("SQLite", f"sqlite:///{name}/field.db"), ("PostgreSQL", address)):
            home = Path(name) / database
            ground.settle(home, url).close()
            ground.flask(home, "regions", "load", str(REGIONS), FIELD_DATABASE_URL=url)
            imported = ground.flask(home, "roster", "import", str(file), FIELD_DATABASE_URL=url)
            found.append((database, imported, ground.flask(home, "sweep", FIELD_DATABASE_URL=url)))
        floor = _read(file)
    for database, (seconds, peak), swept in found:
        what = f"roster import, {people:,} people × {COLUMN_COUNT} columns, {database}"
        yield what, f"{seconds:.0f} s, {peak:.0f} MB", f"reading alone {floor:.0f} s", f"{seconds / floor:.1f}"
        yield f"the first sweep after it, {database}", f"{swept[0]:.1f} s, {swept[1]:.0f} MB", "", ""


def _read(file: Path) -> float:
    begin = time.perf_counter()
    for _ in CalamineWorkbook.from_path(file).get_sheet_by_index(0).iter_rows():
        pass
    return time.perf_counter() - begin


def _write(file: Path) -> int:
    """The file, with every column filled that a person can have; how many people."""
    columns = [column for column in COLUMNS if not column.key.startswith(("risk_3", "risk_4", "risk_5"))][:COLUMN_COUNT]
    with REGIONS.open(encoding="utf-8", newline="") as lines:
        names = {line["code"]: line["name"] for line in csv.DictReader(lines)}
    villages = [code for code in names if len(code) == 12]
    author = Author(Random(1), date(2026, 11, 1))
    book = xlsxwriter.Workbook(file, {"constant_memory": True})
    sheet = book.add_worksheet("名册")
    sheet.write_row(0, 0, [column.header for column in columns])
    row = 0
    for place in places(villages, HOUSEHOLDS, Random(1)):
        household: dict[str, Any] = dict(author.household(place, names[place.village]))
        household |= {f"risk_{at}": risk for at, risk in enumerate(household.get("risk_factors", []), 1)}
        for member in household["members"]:
            row += 1
            for at, column in enumerate(columns):
                value = (household if column in HOUSEHOLD else FULL | member).get(column.key)
                if value is not None:
                    sheet.write(row, at, _shown(column, value))
    book.close()
    return row


def _shown(column: Column, value: Any) -> Any:
    if column.key.startswith("risk_"):
        return RiskFactor.label_of(value)
    if column.key == "kind":
        return Kind.label_of(value)
    if column.key == "sex":
        return {"male": "男", "female": "女"}[value]
    if column.kind == "yes":
        return "是" if value else "否"
    if column.kind == "money":
        return value / 100
    return value[3:] if column.kind == "phone" else value
