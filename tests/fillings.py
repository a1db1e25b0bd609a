"""填报表 for tests: fetched, filled in cell by cell as an office would, and sent in again."""

import io
from typing import Any

import xlsxwriter
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from field import clock, worker
from field.codes import JobKind
from field.db import db, transact
from field.jobs.filling import FILLING
from field.jobs.uploaded import ask_for
from field.ledger.entries import Entry
from field.work import Job
from tests.county import County
from tests.web.office import Browser, links

Rows = dict[str, list[list[Any]]]


def fetched(county: County, office: Browser, region: str = "420626107") -> Rows:
    """Ask for a sheet, let the worker write it, and open it."""
    return rows_of(content_of(county, office, region))


def worked(county: County) -> None:
    """The worker does all there is to do."""
    hand = worker.worker(county.app)
    while hand.step():
        pass


def content_of(county: County, office: Browser, region: str = "420626107") -> bytes:
    answer = office.send("/filling/new", region=region)
    assert answer.status_code == 303, answer.text
    worked(county)
    path = next(link for link in links(office.page("/exports")) if link.endswith("/file"))
    content: bytes = office.get(path).data
    return content


def rows_of(content: bytes) -> Rows:
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return {name: book.get_sheet_by_name(name).to_python() for name in ("户", "人")}


def fill(rows: Rows, sheet: str, row: int, header: str, content: Any) -> None:
    """Write a cell; `row` counts from 1 below the headers."""
    rows[sheet][row][rows[sheet][0].index(header)] = content


def saved(rows: Rows) -> bytes:
    """The rows as Excel."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"strings_to_formulas": False}) as book:
        for name, lines in rows.items():
            sheet = book.add_worksheet(name)
            for place, line in enumerate(lines):
                sheet.write_row(place, 0, line)
    return file.getvalue()


def asked(county: County, content: bytes, username: str) -> str:
    """Send a file in; the id of the job."""
    by, vault = county.actor(username), county.app.extensions["field_vault"]
    with county.app.app_context():
        return transact(lambda session: ask_for(FILLING, session, vault, content, by, clock.now()))


def sent_in(county: County, content: bytes, username: str = "town") -> Job:
    """Send a file in and let the worker read it; the job."""
    job_id = asked(county, content, username)
    with county.app.app_context():
        worked(county)
        db.session.expire_all()
        job = db.session.get_one(Job, job_id)
        assert job.kind == JobKind.FILLING
        return job


def entries(county: County) -> list[Entry]:
    """Every entry of the ledger, in order of its arrival."""
    with county.app.app_context():
        return list(db.session.scalars(select(Entry).order_by(Entry.recorded_at, Entry.chain_id, Entry.seq)))


def faults(county: County, job: Job) -> list[list[Any]]:
    """The list of faults of a sheet."""
    content = county.app.extensions["field_vault"].get(job.payload["file"], "filling-faults")
    rows: list[list[Any]] = (
        CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_name("错误清单").to_python()
    )
    return rows[1:]
