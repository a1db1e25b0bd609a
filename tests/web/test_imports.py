"""名册导入页: template, a file in, its progress, and what became of it."""

import io
from pathlib import Path
from typing import Any

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
    assert "演示3户主" in words(office.page(office.send("/households", q="H00003").location))


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


def test_what_is_to_be_looked_at_is_told_with_household_rule_and_the_way_to_mend_it(
    county: County, office: Browser, tmp_path: Path
) -> None:
    watched = [here(row) for row in household(1, 监测对象类别="脱贫不稳定户", 识别时间="2022-04-30", 风险点1="因病")]
    upload(office, roster(tmp_path, [*watched, *(here(row) for row in household(2, 联系电话="17400000002"))]))
    worker.worker(county.app).step()
    page = office.page("/imports")
    assert "1 户有要核对的 ：" in words(page)
    assert "识别一个月还没有帮扶措施 1" in words(page)
    [listed] = [link for link in links(page) if link.endswith("/doubts")]
    with county.app.app_context():
        home = db.session.scalars(select(Household.id).where(Household.number == "H00001")).one()
    doubts = office.page(listed)
    assert "演示1户主户 H00001 识别一个月还没有帮扶措施 请尽快定下措施和责任人。" in words(doubts)
    assert links(doubts).count(f"/households/{home}") == len(sheet(office, page, 1)) - 1
    assert "H00002" not in doubts, "of which nothing is to be said"
    assert ["H00001", "监测户没有收入", "在监测，却从来没有记过收入。走访时问清十二个月的收入。",
            f"http://127.0.0.1:8000/m/households/{home}/visit#income"] in sheet(office, page, 1)  # fmt: skip


def test_a_row_that_would_end_monitoring_is_told_in_the_answer_and_ends_nothing(
    county: County, office: Browser, tmp_path: Path
) -> None:
    kept: Row = {"监测对象类别": "脱贫不稳定户", "识别时间": "2022-04-30", "风险点1": "因病"}
    for told in (kept, {}):
        upload(office, roster(tmp_path, [here(row) for row in household(1, **told)]))
        worker.worker(county.app).step()
    page = office.page("/imports")
    assert words(page).count("名册说的和监测状态不一样 1") == 1
    assert any(line[0:2] == ["H00001", "名册说的和监测状态不一样"] for line in sheet(office, page, 1))
    with county.app.app_context():
        assert db.session.scalars(select(Household.kind).where(Household.number == "H00001")).one() == "unstable"


def sheet(office: Browser, page: str, place: int) -> list[list[Any]]:
    """A sheet of the newest import's Excel file."""
    path = next(link for link in links(page) if link.endswith("faults.xlsx"))
    return CalamineWorkbook.from_filelike(io.BytesIO(office.get(path).data)).get_sheet_by_index(place).to_python()


def test_a_file_that_is_no_roster_says_why(county: County, office: Browser) -> None:
    upload(office, b"%PDF-1.4 nothing of the kind")
    worker.worker(county.app).step()
    assert job(county).trouble is not None
    assert str(job(county).trouble) in words(office.page("/imports"))


def test_why_a_file_was_not_taken_is_said_in_english_too(county: County, office: Browser) -> None:
    office.get("/language/en")
    upload(office, b"PK\x03\x04half")
    worker.worker(county.app).step()
    page = words(office.page("/imports"))
    assert "Failed" in page
    assert "这个文件打不开" not in page


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
