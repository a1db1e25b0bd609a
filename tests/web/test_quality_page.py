"""数据质量页: every check with its count, its households, and the way to mend each."""

import pytest

from field import clock
from field.codes import Role
from field.mending import place
from field.monitoring.checks.quality_checks import CHECKS
from tests.county import County
from tests.monitoring.casework import home_of, listed, the_case
from tests.monitoring.test_relief_sheet import MARCH, bill, people, seen
from tests.monitoring.test_sweep import HOME, UNMONITORED
from tests.web.office import Elements, browser, links, words

ROLES = {"cadre": Role.VILLAGE, "town": Role.TOWN, "county": Role.COUNTY}
SECTIONS = {"members", "income", "risk_factors"}


def test_each_check_has_its_count_and_opens_the_households_it_found(small_county: County) -> None:
    county = small_county
    office = browser(county, "county")
    page = office.page("/quality")
    said = words(page)
    assert "监测户没有收入 在监测，却从来没有记过收入。走访时问清十二个月的收入。 4 户" in said
    assert "识别一个月还没有帮扶措施 请尽快定下措施和责任人。 4 户" in said
    [way] = [link for link in links(page) if "check=no_income" in link]
    opened = office.page(way)
    assert f"/m/households/{county.households[UNMONITORED]}/visit#income" in links(opened)
    town = browser(county, "town").page("/quality?check=no_income")
    assert f"/m/households/{county.households[HOME]}/visit#income" in links(town)
    assert f"/m/households/{county.households[UNMONITORED]}/visit#income" not in links(town)
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
    assert f"/households/{home}/relief#unclear" in links(page)


def test_the_file_says_what_is_to_be_mended_and_no_longer_once_it_is(small_county: County) -> None:
    cadre, home = browser(small_county, "cadre"), small_county.households[HOME]
    assert "监测户没有收入 ：在监测，却从来没有记过收入" in words(cadre.page(f"/households/{home}"))
    visit = small_county.visit(members=[{"new": {"name": "陈小宝"}}])
    assert small_county.client("cadre").post("/api/visits", json=visit).status_code == 201
    said = words(cadre.page(f"/households/{home}"))
    assert "监测户没有收入" not in said
    whose = said[said.index("没有出生日期 （") :].partition("）")[0]
    assert {name for name in ("陈大一", "李小一", "陈小宝") if name in whose} == {"陈大一", "李小一", "陈小宝"}


@pytest.mark.parametrize("who", list(ROLES))
def test_each_way_to_mend_leads_to_a_page_and_a_place_on_it_that_are_there(small_county: County, who: str) -> None:
    office, home = browser(small_county, who), small_county.households[HOME]
    seen(small_county, bill(people(small_county)[0], MARCH, 100, None))
    for check in CHECKS:
        way = place(check, home, ROLES[who])
        page, _, anchor = way.partition("#")
        answer = office.get(page, follow_redirects=True)
        assert answer.status_code == 200, way
        if page.startswith("/m/"):
            assert anchor in {"", *SECTIONS}, "a section of the visit"
        elif anchor:
            assert anchor in {one.attributes.get("id") for one in Elements(answer.text).found}, way


def test_only_the_county_is_led_to_the_roster_and_to_people_who_stand_twice(small_county: County) -> None:
    home = small_county.households[HOME]
    ways = {check.code: [place(check, home, role) for role in ROLES.values()] for check in CHECKS}
    members = f"/households/{home}#members"
    assert ways["no_identified_on"] == [members, members, "/imports"]
    assert ways["no_birth"] == ways["id_number"] == ways["eliminated_dropout"] == [members] * 3, "corrected there"
    assert ways["same_id"] == [members, members, "/merging"]


def test_a_check_of_a_case_opens_the_case_and_without_one_the_form_by_which_it_is_taken_over(
    small_county: County,
) -> None:
    county, home = small_county, small_county.households[HOME]
    office = browser(county, "county")
    [field] = [one for one in Elements(office.get(f"/cases/of/{home}", follow_redirects=True).text).found
               if one.attributes.get("name") == "number" and one.tag == "input"]  # fmt: skip
    assert field.attributes["value"] == home_of(county, HOME).number
    assert browser(county, "town2").get(f"/cases/of/{home}").status_code == 403
    listed(county, HOME, "town", clock.now())
    assert office.get(f"/cases/of/{home}").headers["Location"] == f"/cases/{the_case(county, HOME).id}"


def test_the_file_and_the_case_lead_to_where_each_finding_is_mended(small_county: County) -> None:
    home, cadre = small_county.households[HOME], browser(small_county, "cadre")
    assert f"/m/households/{home}/visit#income" in links(cadre.page(f"/households/{home}"))


def test_the_leads_of_one_household_alone_are_listed(small_county: County) -> None:
    home, office = small_county.households[HOME], browser(small_county, "county")
    said = words(office.page(f"/leads?state=all&household={home}"))
    assert ("只看一户的线索。" in said, "没有这样的线索。" in said) == (True, True)
