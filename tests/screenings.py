"""Departments' lists for tests: rows by header as Excel or CSV, or as a system sends them."""

import io
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, cast

import xlsxwriter
from sqlalchemy import select
from uuid6 import uuid7

from field import clock
from field.db import db, transact
from field.monitoring.roster.enrol import enrol
from field.monitoring.screening.screening_lists import ScreeningRow
from field.registry.idnumber import make
from field.registry.roster import RosterHousehold
from field.registry.screening import COLUMNS
from tests.county import NAMES, County

HOME, NEXT, FAR = "420626107204", "420626107205", "420626102201"
HEADERS = [column.header for column in COLUMNS]
Row = dict[str, Any]


def head(place: int) -> Row:
    """Who heads a household of the small county, as a system names him."""
    return {"name": f"陈大{NAMES[place]}", "id_number": make("420626", date(1968, 5, 4), 101 + 2 * place)}


def sick(place: int, **changes: Any) -> Row:
    """His hospital bill, of which the family bears 38,000 yuan."""
    bill = {"reason": "medical_cost", "issued_on": "2026-10-08", "amount": 6_000_000, "compliant_amount": 5_000_000}
    return head(place) | bill | {"self_paid": 3_800_000} | changes


def free(number: int, village: str = HOME, **changes: Any) -> RosterHousehold:
    """A household that is on the roster and not monitored; each number is another."""
    household: dict[str, Any] = {
        "number": f"F{number:04d}", "region": village, "formerly_poor": False,
        "members": [{"name": f"刘安{NAMES[number]}", "relation": "户主", "sex": "male", "birth_date": "1975-03-09",
                     "id_number": make("420626", date(1975, 3, 9), 301 + 2 * number)}],
    }  # fmt: skip
    return cast(RosterHousehold, household | changes)


def freeman(number: int) -> Row:
    """Its head, as a system names him."""
    return {"name": f"刘安{NAMES[number]}", "id_number": make("420626", date(1975, 3, 9), 301 + 2 * number)}


def settle(county: County, *households: RosterHousehold) -> None:
    """Put more households on the roster."""
    with county.app.app_context():
        transact(lambda session: enrol(session, households, "county", clock.now()))


def a_list(*rows: Row, **changes: Any) -> dict[str, Any]:
    """A list as a system posts it."""
    return {"id": str(uuid7()), "title": "10月名单", "rows": list(rows)} | changes


def excel(rows: Iterable[Mapping[str, Any]], headers: Iterable[str] = HEADERS) -> bytes:
    """Rows by header as an Excel file; numbers as numbers, what begins with = as a formula."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        sheet = book.add_worksheet("名单")
        for line, row in enumerate([{header: header for header in headers}, *rows]):
            for place, header in enumerate(headers):
                if (cell := row.get(header)) is not None:
                    sheet.write(line, place, cell)
    return file.getvalue()


def answered(county: County) -> dict[int, str]:
    """What became of each row, whatever the list."""
    with county.app.app_context():
        rows = select(ScreeningRow.row, ScreeningRow.answer)
        return dict(db.session.execute(rows).all())
