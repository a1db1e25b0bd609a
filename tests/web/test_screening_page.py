"""部门名单页: a department's list by the form, its answers, a long one by the worker, and the page where people decide."""

import io
from datetime import timedelta
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import func, select
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from field import clock, worker
from field.codes import JobKind, JobState
from field.db import db
from field.jobs import screening_import
from field.jobs.screening_import import AT_ONCE, ROWS
from field.ledger.entries import Entry
from field.monitoring.leads.leads import Lead
from field.monitoring.screening.screening_lists import ScreeningRow
from field.registry.households import Household
from field.registry.screening import COLUMNS
from field.work import ATTEMPTS, Cancelled, Job
from tests.county import County
from tests.screenings import HEADERS, HOME, NEXT, Row, answered, excel, free, freeman, head, settle
from tests.web.office import Browser, browser, links, words


@pytest.fixture
def department(county: County) -> Browser:
    settle(county, free(0), free(1, NEXT))
    return browser(county, "medical")


def upload(visitor: Browser, content: bytes, **more: str) -> TestResponse:
    """Send a file by the page's form."""
    fields: dict[str, Any] = {"csrf_token": visitor.token, "file": FileStorage(io.BytesIO(content), "list.xlsx")}
    boundary, body = encode_multipart(fields | {"title": "10月住院"} | more)
    return visitor.post("/screening", data=body, content_type=f'multipart/form-data; boundary="{boundary}"')


def bill(who: Row, **more: Any) -> Row:
    said = {"姓名": who["name"], "证件号码": who["id_number"], "事由": "大额医疗费", "日期": "2026-10-08"}
    return said | {"金额（元）": 60000, "自付费用（元）": 38000.0} | more


TWIN = {"姓名": "刘安二", "出生日期": "1975-03-09", "村": "堰垭村", "事由": "受灾", "日期": "2026-07-01"}
LONG = [bill(head(0)), bill(freeman(0)), TWIN, *(bill(freeman(0)) for _ in range(AT_ONCE))]


def test_a_department_sends_a_sheet_and_reads_the_answer_to_every_row(county: County, department: Browser) -> None:
    answer = upload(
        department, excel([bill(head(0)), bill(freeman(0)), bill(freeman(0)), bill(freeman(1), 姓名=None), TWIN])
    )
    assert answer.status_code == 303
    page = department.page(answer.headers["Location"])
    for told in (
        "已在监测 1",
        "已转新线索 1",
        "以前报过 1",
        "填写有误 1",
        "等人认定 1",
        "姓名：没有填",
        "和这份名单第3行一样",
    ):
        assert told in words(page), told
    assert freeman(0)["id_number"] not in page
    assert "10月住院" in words(department.page("/screening"))
    [path] = [link for link in links(page) if link.endswith("answers.xlsx")]
    lines = CalamineWorkbook.from_filelike(io.BytesIO(department.get(path).data)).get_sheet_by_index(0).to_python()
    assert [line[:2] for line in lines[1:]] == [["名单", row] for row in range(2, 7)]
    assert [line[7:9] for line in lines[1:]] == [["", ""]] * 5, "what the house doubts is no department's to read"
    assert "名单 第 6 行" in words(page)
    assert [line[5] for line in lines[1:]] == ["已在监测", "已转新线索", "以前报过", "填写有误", "等人认定"]
    assert freeman(0)["id_number"] not in str(lines)
    again = upload(department, excel([TWIN])).headers["Location"]
    assert "以前报过 1" in words(department.page(again))
    assert len(words(department.page(f"{answer.headers['Location']}?answer=bad"))) < len(words(page))


def test_the_county_reads_beside_each_row_what_is_to_be_mended_where(county: County, department: Browser) -> None:
    place = upload(department, excel([bill(head(0)), bill(freeman(0)), TWIN])).headers["Location"]
    home, office = county.households[HOME], browser(county, "county")
    page = office.page(place)
    assert "要核对：识别一个月还没有帮扶措施" in words(page)
    assert f"/households/{home}/plan#new" in links(page)
    assert "要核对" not in words(department.page(place))
    [path] = [link for link in links(page) if link.endswith("answers.xlsx")]
    lines = CalamineWorkbook.from_filelike(io.BytesIO(office.get(path).data)).get_sheet_by_index(0).to_python()
    assert "识别一个月还没有帮扶措施：请尽快定下措施和责任人。" in str(lines[1][7])
    assert f"http://127.0.0.1:8000/households/{home}/plan#new" in str(lines[1][8]).split("\n")
    api = place.replace("/screening", "/api/screening")
    told = [county.client(who).get(api).get_json()["answers"] for who in ("county", "medical")]
    assert [one["check"] for one in told[0][0]["warnings"]].count("no_measure") == 1
    assert {one["check"]: one["link"] for one in told[0][0]["warnings"]}["no_measure"] == f"/households/{home}/plan#new"
    assert [(one["sheet"], one["row"], one["warnings"]) for one in told[1]] == [("名单", row, []) for row in (2, 3, 4)]


def test_of_a_text_file_the_sheet_is_the_file(small_county: County) -> None:
    text = "姓名,证件号码,事由,日期\n陈大一,1,受灾,2026-07-01\n".encode()
    department = browser(small_county, "medical")
    fields: dict[str, Any] = {"csrf_token": department.token, "file": FileStorage(io.BytesIO(text), "受灾户.csv")}
    boundary, body = encode_multipart(fields | {"title": "7月"})
    sent = department.post("/screening", data=body, content_type=f'multipart/form-data; boundary="{boundary}"')
    assert "受灾户 第 2 行" in words(department.page(sent.headers["Location"]))


@pytest.mark.parametrize(
    ("content", "status", "told"),
    [
        (b"no list at all", 422, "没有找到名单的表头"),
        (b"", 422, "请先选择名单文件"),
        (excel([]), 422, "名单里没有一行内容"),
        (b"x" * (21 * 1024 * 1024), 413, "内容太大"),
    ],
    ids=["no list", "nothing", "no row", "too large"],
)
def test_what_is_no_list_is_refused_in_words(small_county: County, content: bytes, status: int, told: str) -> None:
    answer = upload(browser(small_county, "medical"), content)
    assert (answer.status_code, told in words(answer.text)) == (status, True), words(answer.text)


def test_the_template_is_a_list_that_can_be_read(small_county: County) -> None:
    department = browser(small_county, "medical")
    answer = department.get("/screening/template.xlsx")
    lines = CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    assert lines == [[column.header for column in COLUMNS]] == [HEADERS]
    assert upload(department, answer.data).status_code == 422


def test_a_long_list_is_worked_by_the_worker(county: County, department: Browser) -> None:
    place = upload(department, excel(LONG)).headers["Location"]
    waiting = department.page(place)
    assert "排队中" in words(waiting)
    assert "progress.js" in waiting
    assert worker.worker(county.app).step()
    done = department.page(place)
    assert "已转新线索 1" in words(done)
    assert f"以前报过 {AT_ONCE}" in words(done)
    assert "progress.js" not in done
    vault = county.app.extensions["field_vault"]
    with county.app.app_context():
        job = db.session.scalars(select(Job)).one()
        assert (job.state, job.done, job.total) == ("done", len(LONG), len(LONG))
        assert not vault.has(job.payload["file"], ROWS), "what was sent is not kept twice"


def test_a_worker_that_dies_loses_nothing_and_repeats_nothing(
    county: County, department: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screening_import, "SLICE", 10)
    upload(department, excel(LONG))
    died: list[int] = []

    def killed(*_: object, **__: object) -> None:
        died.append(1)
        raise RuntimeError("killed" if len(died) < 3 else "no")

    with monkeypatch.context() as dying:
        dying.setattr("field.work.Assignment.advance", killed)
        assert worker.worker(county.app).step()
    assert len(answered(county)) == 10, "one slice was committed"
    with county.app.app_context():
        job = db.session.scalars(select(Job)).one()
        assert job.state == JobState.QUEUED
        job.run_after = job.created_at
        db.session.commit()
    assert worker.worker(county.app).step()
    assert len(answered(county)) == len(LONG)
    with county.app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Lead)) == 1
        assert db.session.scalar(select(func.count()).where(Entry.kind == "screening")) == 2


def test_a_list_that_was_stopped_goes_on_when_it_is_sent_again(
    county: County, department: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screening_import, "SLICE", 10)
    place = upload(department, excel(LONG)).headers["Location"]

    def stopped(*_: object, **__: object) -> None:
        assert department.send(f"{place}/cancel").status_code == 303
        raise Cancelled

    with monkeypatch.context() as stopping:
        stopping.setattr("field.work.Assignment.advance", stopped)
        assert worker.worker(county.app).step()
    assert "还有 43 行没有答复" in words(department.page(place))
    again = upload(department, excel(LONG)).headers["Location"]
    assert again.split("?")[0] == place
    assert worker.worker(county.app).step()
    assert len(answered(county)) == len(LONG)


def test_a_list_that_was_tried_in_vain_goes_on_when_it_is_sent_again(county: County, department: Browser) -> None:
    place = upload(department, excel(LONG)).headers["Location"]
    with county.app.app_context():
        [job] = db.session.scalars(select(Job).where(Job.kind == JobKind.SCREENING.value))
        job.state, job.attempts = JobState.FAILED.value, ATTEMPTS
        db.session.commit()
    assert upload(department, excel(LONG)).headers["Location"].split("?")[0] == place
    assert worker.worker(county.app).step()
    assert len(answered(county)) == len(LONG)


def test_people_see_both_side_by_side_and_choose(county: County, department: Browser) -> None:
    place = upload(department, excel([TWIN])).headers["Location"].rpartition("/")[2]
    for role in ("town", "county"):
        page = browser(county, role).page("/doubtful")
        assert "名单上写的" in words(page)
        assert "刘安二 户" in words(page).replace("刘安二户", "刘安二 户")
        assert "1975-03-09" in words(page)
        assert freeman(1)["id_number"] not in page
    assert "没有等人认定的行" in words(browser(county, "town2").page("/doubtful"))
    town = browser(county, "town")
    with county.app.app_context():
        row = db.session.scalars(select(ScreeningRow)).one()
        assert row.list_id == place
    assert town.send(f"/doubtful/{place}/2", person="nobody", note="不是一个村的").status_code == 303
    assert "没有等人认定的行" in words(town.page("/doubtful"))
    unlisted = words(browser(county, "county").page("/doubtful?state=not_listed"))
    assert "刘安二" in unlisted
    assert "名册上没有 1" in words(department.page(f"/screening/{place}"))


def test_the_household_file_and_the_leads_tell_what_the_department_said(county: County, department: Browser) -> None:
    upload(department, excel([bill(freeman(0), 备注="长期透析")]))
    with county.app.app_context():
        lead = db.session.scalars(select(Lead)).one()
    cadre = browser(county, "cadre")
    listed = words(cadre.page("/leads"))
    assert "行业部门筛查" in listed
    assert "医保局报送2026年10月8日的大额医疗费，自付38,000.00元" in listed
    file = words(cadre.page(f"/households/{lead.household_id}"))
    assert "自付费用 38,000.00 元" in file
    assert "长期透析" in file
    assert "部门报送名单" in words(browser(county, "county").page("/ledger"))


def test_a_department_sees_how_far_the_households_are_that_it_named_and_nothing_else_of_them(
    county: County, department: Browser
) -> None:
    assert "还没有" in words(department.page("/concerned"))
    upload(department, excel([bill(head(0)), bill(freeman(0)), TWIN]))
    page = department.page("/concerned")
    assert "陈大一 堰垭村 大额医疗费 10月8日 周四 已纳入监测" in words(page)
    assert "刘安一 堰垭村 大额医疗费 10月8日 周四 等上门核实" in words(page)
    for secret in ("F0000", "H0000", county.households[HOME], freeman(0)["id_number"], "1380000", "3,800"):
        assert secret not in page
    assert "刘安二" not in words(page), "nobody has said yet who that is"
    visit = county.visit() | {"household_id": found(county, "F0000"), "visited_at": later()}
    assert county.client("cadre").post("/api/visits", json=visit).status_code == 201
    assert "刘安一 堰垭村 大额医疗费 10月8日 周四 已上门" in words(department.page("/concerned"))


def found(county: County, number: str) -> str:
    with county.app.app_context():
        return str(db.session.scalar(select(Household.id).where(Household.number == number)))


def later() -> str:
    """A second from now."""
    return (clock.now() + timedelta(seconds=1)).isoformat()
