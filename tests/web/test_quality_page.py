"""数据质量页: every check with its count, its households, and the way to mend each."""

from tests.county import County
from tests.monitoring.test_relief_sheet import MARCH, bill, people, seen
from tests.monitoring.test_sweep import HOME, UNMONITORED
from tests.web.office import browser, links, words


def test_each_check_has_its_count_and_opens_the_households_it_found(small_county: County) -> None:
    county = small_county
    office = browser(county, "county")
    page = office.page("/quality")
    said = words(page)
    assert "监测户没有收入 在监测，却从来没有记过收入。走访时问清十二个月的收入。 4 户" in said
    assert "识别一个月还没有帮扶措施 请尽快定下措施和责任人。 4 户" in said
    [way] = [link for link in links(page) if "check=no_income" in link]
    opened = office.page(way)
    assert f"/households/{county.households[UNMONITORED]}" in links(opened)
    town = browser(county, "town").page("/quality?check=no_income")
    assert f"/households/{county.households[HOME]}" in links(town)
    assert f"/households/{county.households[UNMONITORED]}" not in links(town)
    assert "监测户没有收入 2 户" in words(town)
    assert browser(county, "town2").get("/quality?region=420626107").status_code == 403
    assert "监测户没有收入" in words(office.page("/quality?check=&page=999999"))


def test_how_a_check_is_mended_is_told_in_english_too(small_county: County) -> None:
    office = browser(small_county, "county")
    office.set_cookie("field_language", "en")
    said = words(office.page("/quality?check=no_measure"))
    assert "Please decide on measures and owners soon." in said
    assert "请尽快定下措施和责任人" not in said


def test_a_bill_that_is_not_whole_leads_to_the_sheet_on_which_it_is_completed(small_county: County) -> None:
    seen(small_county, bill(people(small_county)[0], MARCH, 100, None))
    home = small_county.households[HOME]
    page = browser(small_county, "cadre").page("/quality?check=bill_unclear")
    assert f"/households/{home}/relief" in links(page)


def test_the_file_says_what_is_to_be_mended_and_no_longer_once_it_is(small_county: County) -> None:
    cadre, home = browser(small_county, "cadre"), small_county.households[HOME]
    assert "监测户没有收入 ：在监测，却从来没有记过收入" in words(cadre.page(f"/households/{home}"))
    visit = small_county.visit(members=[{"new": {"name": "陈小宝"}}])
    assert small_county.client("cadre").post("/api/visits", json=visit).status_code == 201
    said = words(cadre.page(f"/households/{home}"))
    assert "监测户没有收入" not in said
    whose = said[said.index("没有出生日期 （") :].partition("）")[0]
    assert {name for name in ("陈大一", "李小一", "陈小宝") if name in whose} == {"陈大一", "李小一", "陈小宝"}
