"""预警等级 on the screens: by shape and word, with the sentence that can be read to the family, to who may see it."""

import pytest
from sqlalchemy import delete, select

from field.db import db
from field.ledger.entries import Entry
from field.monitoring.risk.judgement import Judgement
from tests.county import County
from tests.monitoring.test_sweep import HOME, UNMONITORED, leads, poor, released, swept
from tests.web.office import browser, links, statements, words
from tests.web.test_households import more_households

SENTENCE = "家里 2 口人，减去自己付的看病、上学的钱，人均纯收入 5,000 元，监测范围是 9,000 元。"


def test_the_file_tells_the_grade_its_rules_and_their_sources(county: County) -> None:
    poor(county, HOME)
    home = county.households[HOME]
    page = browser(county, "town").page(f"/households/{home}")
    said = words(page)
    band = said[said.index("◆ 橙色") : said.index("监测类别")]
    assert SENTENCE in band
    assert "收入、支出见 第 2 条 （干部走访摸排" in band
    with county.app.app_context():
        receipt = county.client("town").get(f"/api/households/{home}/entries").get_json()["items"][1]["receipt"]
        assert f"/receipt/{receipt}" in links(page[page.index("band") : page.index('class="facts"')])
    assert browser(county, "town2").get(f"/households/{home}").status_code == 403


def test_a_household_of_which_nothing_is_known_is_not_called_safe(small_county: County) -> None:
    said = words(browser(small_county, "county").page(f"/households/{small_county.households[HOME]}"))
    assert "没有预警" in said
    assert "还不知道，知道了等级可能变高：收入、支出、两不愁三保障和饮水" in said


def test_the_interface_tells_the_same(county: County) -> None:
    poor(county, HOME)
    home = county.households[HOME]
    for path in (f"/api/households/{home}", f"/api/households/{home}/form"):
        one = county.client("cadre").get(path).get_json()
        assert (one["grade"], one["missing"]) == ("orange", ["health"])
        [rule] = one["rules"]
        assert (rule["rule"], rule["grade"]) == ("income", "orange")
        assert rule["words"].endswith(SENTENCE)
        assert rule["figures"]["income_of_line"] == 55
        assert rule["sources"] == {"income": 2, "expenses": 2}
        assert county.client("cadre2").get(path).status_code == 403
        assert county.client("medical").get(path).status_code == 403


@pytest.mark.parametrize(
    ("asked", "found"),
    [("", 4), ("red", 0), ("orange", 1), ("yellow", 0), ("any", 1), ("none", 3), ("nonsense", 0)],
)
def test_the_list_is_filtered_by_grade(small_county: County, asked: str, found: int) -> None:
    poor(small_county, HOME)
    page = browser(small_county, "county").get(f"/households?grade={asked}")
    answer = small_county.client("county").get(f"/api/households?grade={asked}")
    assert page.status_code == answer.status_code == (422 if asked == "nonsense" else 200)
    assert asked == "nonsense" or (f"共 {found} 户" in words(page.text), answer.get_json()["total"]) == (True, found)


def test_a_household_that_was_never_judged_has_no_grade(small_county: County) -> None:
    with small_county.app.app_context():
        db.session.execute(delete(Judgement))
        db.session.commit()
    answer = small_county.client("county").get("/api/households?grade=none").get_json()
    assert [one["grade"] for one in answer["items"]] == ["none"] * 4


def test_the_most_urgent_stand_first(county: County) -> None:
    poor(county, HOME)
    poor(county, UNMONITORED, 100_000)
    items = county.client("county").get("/api/households?order=urgent").get_json()["items"]
    assert [one["grade"] for one in items] == ["red", "orange", "none", "none"]
    page = words(browser(county, "county").page("/households?order=urgent"))
    assert page.index("▲ 红色 2") < page.index("◆ 橙色 2")


@pytest.mark.parametrize("path", ["/households?order=urgent", "/api/households?per_page=50", "/api/pack"])
def test_a_longer_list_makes_no_more_statements(small_county: County, path: str) -> None:
    poor(small_county, HOME)
    visitor = browser(small_county, "county") if path.startswith("/households") else small_county.client("county")
    visitor.get(path)
    with statements(small_county) as few:
        visitor.get(path)
    more_households(small_county, 30)
    with statements(small_county) as many:
        visitor.get(path)
    assert len(many) == len(few)


def test_the_board_counts_by_grade_and_each_number_opens_its_list(small_county: County) -> None:
    poor(small_county, HOME)
    office = browser(small_county, "county")
    page = office.page("/")
    assert "▲ 红色 0 户 ◆ 橙色 1 户 ● 黄色 0 户" in words(page)
    [opened] = {link for link in links(page) if "grade=" in link}
    assert "共 1 户" in words(office.page(opened))


def test_a_warning_says_in_words_why_and_tasks_stand_by_grade(county: County) -> None:
    released(county)
    poor(county, UNMONITORED)
    swept(county)
    [lead] = leads(county)
    assert lead["warned"].endswith(SENTENCE)
    page = words(browser(county, "town2").page("/leads"))
    assert SENTENCE in page[page.index("为什么预警：") :]
    listed = words(browser(county, "town2").page("/tasks?grade=orange"))
    assert "◆ 橙色 人均纯收入低于监测范围 入户核实 平台监测分析" in listed
    [task] = county.client("town2").get("/api/tasks?source=analysis").get_json()["items"]
    assert (task["grade"], task["why"]) == ("orange", "人均纯收入低于监测范围")
    assert county.client("town").get("/api/tasks?source=analysis").get_json()["items"] == []


def test_the_ledger_tells_warnings_and_sweeps_in_words(small_county: County) -> None:
    released(small_county)
    poor(small_county, UNMONITORED)
    swept(small_county)
    office = browser(small_county, "county")
    page = office.page(f"/households/{small_county.households[UNMONITORED]}")
    assert "<li><span>预警等级</span>" in page, "without ▲, which is red's own sign"
    file = words(page)
    warning = file[file.index("平台预警") :]
    for told in ("预警等级 ◆ 橙色", "谁来办 村干部、乡镇", SENTENCE):
        assert told in warning
    with small_county.app.app_context():
        assert db.session.scalars(select(Entry.kind).where(Entry.chain_id == "region:420626")).all() == ["sweep"]
    assert "全县筛查分析" in words(office.page("/ledger?kind=sweep"))
