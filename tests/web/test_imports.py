"""名册导入页: template, a file in, its progress, and what became of it."""

import io
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from field import worker
from field.codes import Role
from field.db import db
from field.registry.households import Household
from field.registry.roster import COLUMNS
from field.work import Job
from tests.county import County
from tests.registry.rosters import Row, excel, household
from tests.web.office import Browser, browser, links, words


@pytest.fixture
def office(county: County) -> Browser:
    return browser(county, "county")


def upload(office: Browser, content: bytes, name: str = "roster.xlsx") -> TestResponse:
    """Send a file by the page's form."""
    boundary, body = encode_multipart({"csrf_token": office.token, "file": FileStorage(io.BytesIO(content), name)})
    return office.post("/imports", data=body, content_type=f'multipart/form-data; boundary="{boundary}"')


def roster(path: Path, rows: list[Row]) -> bytes:
    return excel(path / "roster.xlsx", rows).read_bytes()


def here(row: Row) -> Row:
    return row | ({"行政村": "堰垭村"} if "行政村" in row else {})


def job(county: County) -> Job:
    with county.app.app_context():
        return db.session.scalars(select(Job)).one()


def test_a_good_roster_is_in_and_the_page_tells_how_many(county: County, office: Browser, tmp_path: Path) -> None:
    rows = [here(row) for number in range(1, 4) for row in household(number)]
    assert upload(office, roster(tmp_path, rows)).status_code == 303
    waiting = office.page("/imports")
    assert "排队中" in words(waiting)
    assert f'data-job="{job(county).id}"' in waiting
    assert "名册正在导入" in words(office.page("/"))
    assert worker.worker(county.app).step()
    done = office.page("/imports")
    assert "已完成 9 新登记 3 户 、 有变化 0 户 、 没有变化 0 户" in words(done).replace("户、", "户 、 ")
    assert "progress.js" not in done
    assert "演示3户主" in words(office.page("/households?q=H00003"))


def test_a_household_with_a_fault_is_held_back_and_named_in_a_file(
    county: County, office: Browser, tmp_path: Path
) -> None:
    good, bad = [here(row) for row in household(1)], [here(row) for row in household(2)]
    bad[1]["证件号码"] = "420699196703010000"
    upload(office, roster(tmp_path, good + bad))
    worker.worker(county.app).step()
    page = office.page("/imports")
    assert "1 户没有导入" in words(page)
    [path] = [link for link in links(page) if link.endswith("faults.xlsx")]
    answer = office.get(path)
    assert "attachment" in answer.headers["Content-Disposition"]
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    assert {row[3] for row in rows[1:]} == {"H00002"}
    assert "420699196703010000" not in str(rows)
    with county.app.app_context():
        numbers = set(db.session.scalars(select(Household.number)))
    assert "H00001" in numbers
    assert "H00002" not in numbers


def test_a_file_that_is_no_roster_says_why(county: County, office: Browser) -> None:
    upload(office, b"%PDF-1.4 nothing of the kind")
    worker.worker(county.app).step()
    assert job(county).trouble is not None
    assert str(job(county).trouble) in words(office.page("/imports"))


def test_an_import_can_be_stopped_before_it_begins(county: County, office: Browser, tmp_path: Path) -> None:
    upload(office, roster(tmp_path, [here(row) for row in household(1)]))
    assert office.send(f"/imports/{job(county).id}/cancel").status_code == 303
    assert not worker.worker(county.app).step()
    assert "已取消" in words(office.page("/imports"))


def test_nothing_chosen_is_said(office: Browser) -> None:
    answer = office.send("/imports")
    assert answer.status_code == 422
    assert "请先选择名册文件" in words(answer.text)


def test_a_roster_may_be_larger_than_other_forms(county: County, office: Browser) -> None:
    assert upload(office, b"x" * (3 * 1024 * 1024)).status_code == 303
    assert office.send("/households", q="x" * (3 * 1024 * 1024)).status_code == 413


def test_a_forged_upload_is_refused(county: County, office: Browser) -> None:
    fields = {"file": (io.BytesIO(b"x"), "roster.csv")}
    assert office.post("/imports", data=fields, content_type="multipart/form-data").status_code == 403


def test_another_countys_imports_are_not_there(county: County, office: Browser, tmp_path: Path) -> None:
    upload(office, roster(tmp_path, [here(row) for row in household(1)]))
    county.move("town2", Role.COUNTY, "420625")
    other = browser(county, "town2")
    assert "周主任" not in other.page("/imports")
    assert other.send(f"/imports/{job(county).id}/cancel").status_code == 404
    assert other.get(f"/imports/{job(county).id}/faults.xlsx").status_code == 404


def test_the_template_has_every_column(office: Browser) -> None:
    answer = office.get("/imports/template.xlsx")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    assert rows[0] == [column.header for column in COLUMNS]
