"""填报表页: from the list of households to the sheet, back in, and the conflicts side by side."""

import io
from typing import Any

import pytest
from werkzeug.test import TestResponse

from field.codes import EntryKind
from field.monitoring.sheets import filling_decisions
from field.registry.households import Person
from field.web import filling_conflicts_page
from tests.county import County
from tests.fillings import Rows, entries, fetched, fill, saved, worked
from tests.test_filling import people, visit
from tests.web.office import Browser, Elements, browser, links, words

HERE = "420626107204"
VILLAGES = (HERE, "420626107205")


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
    assert "第 1 页" not in words(page)
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


def contradicted(county: County, office: Browser, rows: Rows | None = None, written: int = 9, seen: int = 6) -> None:
    """Both households of the town are seen away for other months than the sheet that then comes in says."""
    rows = rows or fetched(county, office)
    for village in VILLAGES:
        changes: dict[str, Any] = {"members": [{"person_id": heads(county)[village].id, "months_away": seen}]}
        visit = county.visit(**changes) | {"household_id": county.households[village]}
        assert county.client("county").post("/api/visits", json=visit).status_code == 201
    for row in (1, 3):
        fill(rows, "人", row, "务工月数", written)
    handed_in(county, office, rows)


def heads(county: County) -> dict[str, Person]:
    return {village: people(county, village)[0] for village in VILLAGES}


def away(county: County) -> list[int | None]:
    return [one.months_away for one in heads(county).values()]


def forms(page: str) -> list[dict[str, str]]:
    """What each form of the page would send, with its address."""
    found: list[dict[str, str]] = []
    for one in Elements(page).found:
        if one.tag == "form":
            found.append({"action": one.attributes.get("action", "")})
        elif one.tag == "input" and one.form and one.attributes.get("type") == "hidden":
            found[one.form - 1][one.attributes["name"]] = one.attributes["value"]
    return found


def pressed(office: Browser, form: dict[str, str], verdict: str) -> TestResponse:
    """Press one of the buttons that decide on all alike."""
    return office.send(form["action"], **{name: form[name] for name in ("seen", "sheet") if name in form}, all=verdict)


@pytest.mark.parametrize(("verdict", "stands"), [("ours", 9), ("keep", 6)])
def test_all_that_waits_of_a_sheet_is_decided_alike_with_an_entry_for_each_household(
    county: County, verdict: str, stands: int
) -> None:
    office = browser(county, "town")
    contradicted(county, office)
    [link] = [link for link in links(office.page("/filling")) if "/filling/conflicts?sheet=" in link]
    page = office.page(link)
    assert "王镇长交的填报表" in words(page)
    assert "这份表还有 2 户等着认定" in words(page)
    [form] = [one for one in forms(page) if "/sheets/" in one["action"]]
    assert office.send(form["action"], seen=form["seen"]).status_code == 422
    assert pressed(browser(county, "town2"), form, verdict).status_code == 404
    assert pressed(office, form | {"seen": "other"}, verdict).status_code == 409
    assert away(county) == [6, 6]
    assert pressed(office, form, verdict).status_code == 303
    assert away(county) == [stands, stands]
    decided = [one for one in entries(county) if one.kind == EntryKind.FILLED_DECIDED]
    assert {(one.chain_id, one.actor) for one in decided} == {
        (one.household_id, "town") for one in heads(county).values()
    }
    assert "没有等着认定的冲突" in words(office.page("/filling/conflicts"))
    again = pressed(office, form, verdict)
    assert (again.status_code, "已经有人认定" in words(again.text)) == (409, True)
    assert county.rebuilt() == ()


def test_a_household_with_something_new_is_left_when_its_sheet_is_decided_on(
    small_county: County, office: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    contradicted(small_county, office)
    shown = filling_decisions.standings

    def a_moment_ago(*asked: Any) -> list[filling_decisions.Standing]:
        return [one._replace(newest=one.newest - (one.chain_id == first)) for one in shown(*asked)]

    first = small_county.households[HERE]
    monkeypatch.setattr(filling_conflicts_page, "standings", a_moment_ago)
    page = office.page(next(link for link in links(office.page("/filling")) if "?sheet=" in link))
    [form] = [one for one in forms(page) if "/sheets/" in one["action"]]
    answer = pressed(office, form, "ours")
    assert away(small_county) == [6, 9]
    assert "共 1 户" in words(office.page(answer.location))


def test_one_sheets_conflicts_are_not_anothers(small_county: County, office: Browser) -> None:
    first, second = fetched(small_county, office), fetched(small_county, office)
    contradicted(small_county, office, first, 9)
    contradicted(small_county, office, second, 4, seen=5)
    assert "共 4 户" in words(office.page("/filling/conflicts"))
    newest, older = [link for link in links(office.page("/filling")) if "?sheet=" in link]
    page = office.page(newest)
    assert "这份表还有 2 户等着认定" in words(page)
    [form] = [one for one in forms(page) if "/sheets/" in one["action"]]
    assert pressed(office, form, "ours").status_code == 303
    assert away(small_county) == [4, 4]
    assert "这份表还有 2 户等着认定" in words(office.page(older))


def test_a_household_is_decided_on_by_one_button(small_county: County, office: Browser) -> None:
    rows = fetched(small_county, office)
    visit(small_county, phone="13900000002", months_away=6)
    fill(rows, "人", 1, "联系电话", "13900000001")
    fill(rows, "人", 1, "务工月数", 9)
    handed_in(small_county, office, rows)
    home = small_county.households[HERE]
    assert "共 0 户" in words(office.page(f"/filling/conflicts?household={small_county.households[VILLAGES[1]]}"))
    [form] = [one for one in forms(office.page(f"/filling/conflicts?household={home}")) if "seen" in one]
    assert pressed(office, form | {"seen": "other"}, "ours").status_code == 409
    assert pressed(office, form, "ours").status_code == 303
    assert (people(small_county)[0].phone, people(small_county)[0].months_away) == ("+8613900000001", 9)


def test_conflicts_are_shown_page_by_page(
    small_county: County, office: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    contradicted(small_county, office)
    for module in (filling_decisions, filling_conflicts_page):
        monkeypatch.setattr(module, "AT_ONCE", 1)
    pages = [office.page(f"/filling/conflicts?page={page}") for page in (1, 2)]
    assert ["第 1 页，共 2 页" in words(pages[0]), "第 2 页，共 2 页" in words(pages[1])] == [True, True]
    assert len({one["action"] for page in pages for one in forms(page) if "seen" in one}) == 2
    [form] = [
        one
        for one in forms(office.page(next(x for x in links(office.page("/filling")) if "?sheet=" in x)))
        if "/sheets/" in one["action"]
    ]
    assert pressed(office, form, "keep").status_code == 303, "in as many transactions as it takes"
    assert "没有等着认定的冲突" in words(office.page("/filling/conflicts"))


def test_nothing_chosen_is_said(office: Browser) -> None:
    answer = office.send("/filling")
    assert answer.status_code == 422
    assert "请先选择填好的填报表" in words(answer.text)
