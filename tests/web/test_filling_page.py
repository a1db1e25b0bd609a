"""填报表页: from the list of households to the sheet, back in, and the conflicts side by side."""

import io

import pytest

from tests.county import County
from tests.fillings import Rows, fetched, fill, saved, worked
from tests.test_filling import people, visit
from tests.web.office import Browser, browser, links, words

HERE = "420626107204"


@pytest.fixture
def office(small_county: County) -> Browser:
    return browser(small_county, "town")


def handed_in(county: County, office: Browser, rows: Rows) -> str:
    """Hand a sheet in by the page's form; what the page says when it has been read."""
    form = {"csrf_token": office.token, "file": (io.BytesIO(saved(rows)), "填报表.xlsx")}
    assert office.post("/filling", data=form).status_code == 303
    worked(county)
    return words(office.page("/filling"))


def test_the_list_leads_to_a_sheet_of_what_it_shows(small_county: County, office: Browser) -> None:
    page = office.page(f"/households?region={HERE}")
    [link] = [link for link in links(page) if link.startswith("/filling/new")]
    assert "共 1 户" in words(office.page(link))
    assert [line[3] for line in fetched(small_county, office, HERE)["户"]] == ["户主", "陈大一"]
    answer = office.send("/filling/new", q="13800000150")
    assert answer.status_code == 422
    assert "换别的条件" in words(answer.text)


def test_what_became_of_a_sheet_is_said(small_county: County, office: Browser) -> None:
    rows = fetched(small_county, office)
    fill(rows, "人", 1, "务工月数", 9)
    fill(rows, "人", 3, "联系电话", "12")
    told = handed_in(small_county, office, rows)
    assert "登记 1 户" in told
    assert "1 户有错，没有登记" in told
    [faults] = [link for link in links(office.page("/filling")) if link.endswith("faults.xlsx")]
    assert office.get(faults).status_code == 200
    assert browser(small_county, "town2").get(faults).status_code == 404
    assert "已在台账 1 户" in handed_in(small_county, office, rows)


def test_a_conflict_is_shown_side_by_side_and_decided_on(small_county: County, office: Browser) -> None:
    rows = fetched(small_county, office)
    visit(small_county, phone="13900000002", months_away=6)
    fill(rows, "人", 1, "联系电话", "13900000001")
    fill(rows, "人", 1, "务工月数", 9)
    assert "1 户有冲突，等人认定" in handed_in(small_county, office, rows)
    page = office.page("/filling/conflicts")
    assert "共 1 户 · 先到的在前" in words(page)
    assert "后面的接着出来" not in words(page)
    said = words(page)
    assert "联系电话 发出去时 138****0150 填报表里写的 139****0001 用填报表的 台账现在的 139****0002 陈干部" in said
    assert "务工月数 发出去时 — 填报表里写的 9 用填报表的 台账现在的 6 陈干部" in said
    [path] = [part.split('"')[0] for part in page.split('action="') if part.startswith("/filling/conflicts/")]
    seen = page.split('name="seen" value="')[1].split('"')[0]
    assert office.send(path, seen=seen, cell_0="ours").status_code == 422
    assert office.send(path, seen="other", cell_0="ours", cell_1="keep").status_code == 409
    assert people(small_county)[0].phone == "+8613900000002"
    assert office.send(path, seen=seen, cell_0="ours", cell_1="keep").status_code == 303
    assert office.send(path, seen=seen, cell_0="ours", cell_1="keep").status_code == 409
    assert "没有等着认定的冲突" in words(office.page("/filling/conflicts"))
    file = words(office.page(f"/households/{small_county.households[HERE]}"))
    assert "填报冲突认定" in file
    assert "保留台账的" in file


def test_nothing_chosen_is_said(office: Browser) -> None:
    answer = office.send("/filling")
    assert answer.status_code == 422
    assert "请先选择填好的填报表" in words(answer.text)
