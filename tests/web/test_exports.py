"""导出: by the filter of the list, in the chosen columns, as Excel, CSV and JSON lines; whole numbers leave a trace."""

import csv
import html
import io
import json
import re
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook  # type: ignore[import-untyped]
from python_calamine import CalamineWorkbook
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from field import clock, worker
from field.codes import JobKind, JobState, Role
from field.db import db, transact
from field.jobs import export
from field.jobs.ordered import NO_LONGER
from field.monitoring.sheets import export_layouts, export_rows
from field.monitoring.sheets.export_columns import CATALOGUE, NATIONAL, PRESETS
from field.monitoring.traces import Trace
from field.registry.households import Person
from field.registry.idnumber import make
from field.work import Assignment, Cancelled, Job
from field.worker import readings, sessions
from tests.county import County
from tests.running import settings_of
from tests.web.office import Browser, Elements, browser, links, words

HERE = "420626107204"
ID = make("420626", date(1968, 5, 4), 101)


@pytest.fixture
def office(county: County) -> Browser:
    return browser(county, "county")


def exported(county: County, office: Browser, columns: Sequence[str], into: str = "csv", **fields: str) -> bytes:
    """Ask for an export, let the worker do it, and download the file."""
    answer = office.send("/exports", column=list(columns), format=into, **fields)
    assert answer.status_code == 303, words(answer.text)
    assert worker.worker(county.app).step()
    [path] = [link for link in links(office.page("/exports")) if link.endswith("/file")][:1]
    answer = office.get(path)
    assert answer.status_code == 200
    assert "attachment" in answer.headers["Content-Disposition"]
    content: bytes = answer.data
    return content


def sheet(content: bytes, name: str = "导出") -> list[list[Any]]:
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_name(name).to_python()


def table(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def jobs(county: County) -> list[Job]:
    with county.app.app_context():
        return list(db.session.scalars(select(Job).where(Job.kind == JobKind.EXPORT.value).order_by(Job.id)))


def traces(county: County) -> list[tuple[str, str | None]]:
    with county.app.app_context():
        rows = db.session.execute(select(Trace.what, Trace.reason).order_by(Trace.at, Trace.id))
        return [(what, reason) for what, reason in rows if what.startswith("export")]


def everywhere(county: County, change: Any) -> None:
    with county.app.app_context():
        transact(lambda session: session.execute(change))


def test_the_list_leads_to_an_export_of_what_it_shows(county: County, office: Browser) -> None:
    page = office.page(office.send("/households", region="420626107", kind="unstable", q="chen").location)
    [link] = [link for link in links(page) if link.startswith("/exports/new")]
    assert "共 2 户" in words(office.page(link))
    rows = table(exported(county, office, ("head", "number"), region="420626107", kind="unstable", q="chen"))
    assert rows[0][0].startswith("# 内容：田野")
    assert "地区 马桥镇；类别 脱贫不稳定户；查找 chen" in rows[0][0]
    assert "导出人：周主任（county）" in rows[0][0]
    assert rows[1:] == [["户编号", "户主"], ["H0000", "陈大一"], ["H0001", "陈大二"]]


def test_excel_has_its_people_and_says_what_it_is(county: County, office: Browser) -> None:
    content = exported(county, office, PRESETS["people"][1], "xlsx", region=HERE)
    rows = sheet(content)
    assert [row[5] for row in rows] == ["姓名", "陈大一", "李小一"]
    assert ID not in str(rows)
    assert "420626********" in str(rows)
    about = dict(row[:2] for row in sheet(content, "说明"))
    assert set(about) == {"内容", "打印时间", "条件", "导出人", "台账封存", "行数"}
    assert (about["条件"], about["行数"]) == ("地区 堰垭村", "2")


def test_json_lines_say_first_what_they_are(county: County, office: Browser) -> None:
    first, *lines = exported(county, office, ("number", "persons"), "jsonl").decode().splitlines()
    assert json.loads(first)["headers"] == {"number": "户编号", "persons": "家庭人口"}
    assert json.loads(lines[0]) == {"number": "H0000", "persons": 2}
    assert len(lines) == 4


def test_the_national_layout_keeps_its_order_and_says_that_it_is_our_reading(county: County, office: Browser) -> None:
    assert "不是全国防返贫监测系统的官方模板" in words(office.page("/exports/new?layout=national"))
    content = exported(county, office, NATIONAL, "xlsx", reason="录入全国系统", region=HERE)
    assert sheet(content)[0] == [CATALOGUE[key].header for key in NATIONAL]
    assert sheet(content)[1][NATIONAL.index("id_number")] == ID
    about = dict(row[:2] for row in sheet(content, "说明"))
    assert "我们自己的读法" in about["版式"]
    assert about["原因"] == "录入全国系统"


@pytest.mark.parametrize("asked", [{"among": "unvisited"}, {"kind": "any", "on": "2020-01-01"}, {"among": "late_case"}])
def test_the_households_behind_a_number_of_the_board_are_exported(
    county: County, office: Browser, asked: dict[str, str]
) -> None:
    listed = words(office.get("/households", query_string=asked).text)
    [total] = re.findall("共 ([0-9]+) 户", listed)
    rows = table(exported(county, office, ["number"], **asked))
    assert len(rows) - 2 == int(total), "beside what the file says of itself and the headers"
    assert "截至" in words(office.page("/exports"))


def test_a_book_says_nothing_false_of_how_many_rows_it_has(county: County, office: Browser) -> None:
    content = exported(county, office, ["number", "head"], "xlsx")
    book = load_workbook(io.BytesIO(content), read_only=True)
    assert len(list(book["导出"].iter_rows())) == len(sheet(content))


def test_whole_numbers_need_a_reason_and_every_step_leaves_its_trace(county: County, office: Browser) -> None:
    answer = office.send("/exports", column=["id_number"], format="pdf")
    assert answer.status_code == 422
    assert "要写明原因" in words(answer.text)
    assert "请选一种文件" in words(answer.text)
    assert jobs(county) == []
    rows = table(exported(county, office, ("name", "id_number", "phone"), reason="核对低保名单"))
    assert rows[2] == ["陈大一", ID, "13800000150"]
    assert traces(county) == [("export_full", "核对低保名单"), ("export_download", "核对低保名单")]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "请至少勾选一列"), ({"column": "nonsense", "format": "csv"}, "请至少勾选一列"),
        ({"column": "number", "format": "csv", "q": ID}, "不能导出"),
        ({"column": "number", "format": "csv", "q": "13800000150"}, "不能导出"),
    ],
)  # fmt: skip
def test_what_cannot_be_exported_is_said(county: County, office: Browser, fields: dict[str, str], said: str) -> None:
    answer = office.send("/exports", **fields)
    assert answer.status_code == 422
    assert said in words(answer.text)
    assert jobs(county) == []


def test_a_text_is_never_a_formula(county: County, office: Browser) -> None:
    nasty = ['=HYPERLINK("http://x","y")', "@SUM(1)", "+1", "-1+2", "\t=1", "{=1}", "http://x.example/", "00123"]
    for place, words_ in enumerate(nasty):
        with county.app.app_context():
            person = sorted(db.session.scalars(select(Person.id)))[place]
        everywhere(county, update(Person).where(Person.id == person).values(name=words_))
    rows = table(exported(county, office, ("name",)))
    assert not [row for row in rows if row[0].startswith(("=", "+", "-", "@", "\t"))]
    content = exported(county, office, ("name",), "xlsx")
    assert sorted(row[0] for row in sheet(content)[1:]) == sorted(nasty)
    assert b"<f>" not in content


def test_what_was_chosen_is_ticked_the_next_time_for_oneself_alone(county: County, office: Browser) -> None:
    exported(county, office, ("number", "grade"), "jsonl")
    page = office.page("/exports/new")
    assert page.count(" checked") == 2
    assert '<option value="jsonl" selected' in page
    assert browser(county, "town").page("/exports/new").count(" checked") == len(PRESETS["list"][1])


def save(office: Browser, name: str, *columns: str, **fields: str) -> str:
    """Save columns by a name; the page that then opens."""
    answer = office.send("/exports/layouts", column=list(columns), format="csv", layout_name=name, **fields)
    assert answer.status_code == 303, words(answer.text)
    return office.page(answer.location)


def ticked(page: str) -> list[str]:
    inputs = [one.attributes for one in Elements(page).found if one.tag == "input"]
    return [one["value"] for one in inputs if one.get("name") == "column" and "checked" in one]


def layout_links(page: str, name: str) -> list[str]:
    """The addresses of the sets of columns of that name."""
    found = re.findall(r'href="([^"]*layout=[^"]*)"[^>]*>([^<]*?) ?<span', page)
    return [html.unescape(link) for link, said in found if html.unescape(said).strip() == name]


def test_a_county_names_and_saves_columns_and_its_towns_find_them(county: County, office: Browser) -> None:
    page = save(office, "月报用表", "number", "grade", layout_for="office", kind="unstable")
    assert ticked(page) == ["number", "grade"]
    assert '<option value="csv" selected' in page
    assert "类别 脱贫不稳定户" in words(page), "the filter that it was chosen with is kept"
    save(office, "打电话用", "name", "masked_phone", layout_for="office")
    save(office, "我的", "number", layout_for="self")
    for reader, seen in ((office, 3), (browser(county, "town"), 2), (browser(county, "town2"), 2)):
        page = reader.page("/exports/new")
        links_ = [layout_links(page, name) for name in ("月报用表", "打电话用", "我的")]
        assert [len(one) for one in links_] == [1, 1, seen - 2]
        assert ticked(reader.page(links_[1][0])) == ["name", "masked_phone"]


def test_what_a_town_or_a_person_saves_stays_there(county: County, office: Browser) -> None:
    town = browser(county, "town")
    save(town, "镇里用", "number", layout_for="office")
    [link] = layout_links(town.page("/exports/new"), "镇里用")
    shared = link.partition("layout=")[2]
    for other in (office, browser(county, "town2")):
        assert layout_links(other.page("/exports/new"), "镇里用") == []
        assert other.get(f"/exports/new?layout={shared}").status_code == 422
        assert other.send(f"/exports/layouts/{shared}/delete").status_code == 404
    save(office, "县里用", "number", layout_for="office")
    [above] = layout_links(town.page("/exports/new"), "县里用")
    assert "只有那里能改、能删" in words(town.page(above))
    layout = above.partition("layout=")[2]
    assert town.send(f"/exports/layouts/{layout}/delete").status_code == 404
    assert office.send(f"/exports/layouts/{layout}/delete").status_code == 303
    assert layout_links(town.page("/exports/new"), "县里用") == []


def test_columns_saved_again_by_a_name_replace_it_and_an_export_saves_what_is_named(
    county: County, office: Browser
) -> None:
    save(office, "月报用表", "number", layout_for="office")
    exported(county, office, ("head", "grade"), layout_name="月报用表", layout_for="office")
    [link] = layout_links(office.page("/exports/new"), "月报用表")
    assert ticked(office.page(link)) == ["head", "grade"]
    save(office, "月报用表", "persons", layout_for="self")
    assert len(layout_links(office.page("/exports/new"), "月报用表")) == 2, "one's own beside the office's"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"column": "number", "layout_name": " 一 "}, "2 到 40 个字"), ({"column": "number"}, "2 到 40 个字"),
        ({"column": "number", "layout_name": "长" * 41}, "2 到 40 个字"), ({"layout_name": "月报"}, "请至少勾选一列"),
        ({"column": "nonsense", "layout_name": "月报"}, "请至少勾选一列"),
    ],
)  # fmt: skip
def test_columns_that_cannot_be_saved_are_refused_in_words(office: Browser, fields: dict[str, str], said: str) -> None:
    answer = office.send("/exports/layouts", format="csv", **fields)
    assert answer.status_code == 422
    assert said in words(answer.text)


def test_an_office_saves_no_more_sets_than_anybody_finds_again(
    office: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_layouts, "MOST", 2)
    for name in ("一月", "二月", "二月"):
        save(office, name, "number", layout_for="office")
    full = {"column": "number", "format": "csv", "layout_name": "三月"}
    answer = office.send("/exports/layouts", layout_for="office", **full)
    assert answer.status_code == 422
    assert "请先删掉不用的" in words(answer.text)
    assert office.send("/exports/layouts", layout_for="self", **full).status_code == 303


def test_columns_are_named_in_english_on_the_screen_and_in_chinese_in_the_file(county: County, office: Browser) -> None:
    office.get("/language/en")
    page = office.page("/exports/new")
    for named in ("Household number", "Relation to the head", "Risk 3", "ID number (masked)", "Months away for work"):
        assert named in words(page)
    columns = re.findall(r'name="column"[^>]*> <span>([^<]*)', page)
    assert len(columns) == len(CATALOGUE)
    assert not [label for label in columns if re.search("[\u4e00-\u9fff]", label)]
    assert table(exported(county, office, ("number", "risk_1")))[1] == ["户编号", "风险点1"]


def test_an_export_is_seen_on_its_way_and_can_be_cancelled(county: County, office: Browser) -> None:
    office.send("/exports", column="number", format="csv")
    [job] = jobs(county)
    page = office.page("/exports")
    assert f'data-job="{job.id}"' in page
    assert "排队中" in words(page)
    assert office.send("/exports", column="number", format="csv").status_code == 409
    assert office.send(f"/exports/{job.id}/cancel").status_code == 303
    assert not worker.worker(county.app).step()
    assert "已取消" in words(office.page("/exports"))
    assert office.get(f"/exports/{job.id}/file").status_code == 404


def test_one_that_is_cancelled_half_way_leaves_nothing(
    county: County, office: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_rows, "BATCH", 1)
    office.send("/exports", column="number", format="xlsx")
    [job], home = jobs(county), settings_of(county).home
    begin = sessions(county.app)
    everywhere(county, update(Job).values(state=JobState.RUNNING.value, worker="w"))
    task = Assignment(job.id, job.kind, job.payload, "w", job.staff_id, begin, clock.now)
    seen: list[int] = []

    def advance(done: int, total: int | None = None) -> None:
        seen.append(done)
        if done == 2:
            raise Cancelled

    task.advance = advance  # type: ignore[method-assign]
    vault = county.app.extensions["field_vault"]
    with pytest.raises(Cancelled):
        export.work(task, vault, home / "exports", readings(county.app), worker.signer(settings_of(county)))
    assert seen == [0, 1, 2]
    assert list((home / "exports").iterdir()) == []
    assert not vault.has(job.id, "export-0")


def test_a_file_is_sealed_belongs_to_one_person_and_goes_after_its_days(county: County, office: Browser) -> None:
    exported(county, office, ("name", "id_number"), reason="核对名单")
    [job] = jobs(county)
    home: Path = settings_of(county).home
    kept = [path for path in home.rglob("*") if path.is_file() and path.suffix not in (".db", ".json")]
    assert not [path for path in kept if ID.encode() in path.read_bytes()]
    assert all(path.stat().st_mode & 0o077 == 0 for path in (home / "photos").rglob("*"))
    assert browser(county, "town").get(f"/exports/{job.id}/file").status_code == 404
    vault = county.app.extensions["field_vault"]

    def later(days: int) -> int:
        with county.app.app_context():
            return transact(lambda session: export.expire(session, vault, clock.now() + timedelta(days=days)))

    assert (later(6), later(8), later(9)) == (0, 1, 0)
    assert not vault.has(job.id, "export-0")
    assert office.get(f"/exports/{job.id}/file").status_code == 404
    assert "已过期删除" in words(office.page("/exports"))


def test_who_is_moved_away_gets_neither_the_file_nor_a_new_one(county: County) -> None:
    town = browser(county, "town")
    exported(county, town, ("number",))
    town.send("/exports", column="number", format="csv")
    county.move("town", Role.TOWN, "420626102")
    first, second = jobs(county)
    assert town.get(f"/exports/{first.id}/file").status_code == 403
    assert worker.worker(county.app).step()
    with county.app.app_context():
        assert db.session.get_one(Job, second.id).trouble == NO_LONGER


def test_what_an_account_asked_for_is_not_made_once_it_has_ended(county: County) -> None:
    browser(county, "town").send("/exports", column="number", format="csv")
    [job] = jobs(county)
    assert county.app.test_cli_runner().invoke(args=["staff", "end", "town"]).exit_code == 0
    assert worker.worker(county.app).step()
    with county.app.app_context():
        assert db.session.get_one(Job, job.id).trouble == NO_LONGER


def test_a_town_exports_its_own_villages_alone(county: County) -> None:
    town = browser(county, "town")
    assert town.send("/exports", column="number", format="csv", region="420626102").status_code == 403
    assert table(exported(county, town, ("number",)))[2:] == [["H0000"], ["H0001"]]


def test_batches_follow_one_another_without_loss(
    county: County, office: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = table(exported(county, office, PRESETS["people"][1]))[1:]
    monkeypatch.setattr(export_rows, "BATCH", 1)
    monkeypatch.setattr(export, "PIECE", 50)
    assert table(exported(county, office, PRESETS["people"][1]))[1:] == whole
    assert len(whole) == 9


def test_who_left_is_not_exported(county: County, office: Browser) -> None:
    def leave(session: Session) -> None:
        session.execute(update(Person).where(Person.name == "李小一").values(left="moved"))

    with county.app.app_context():
        transact(leave)
    assert "李小一" not in str(table(exported(county, office, ("name",))))
