"""待办页: what is to be done, beyond the first page too, narrowed in the address; and the month's visits on the board."""

from datetime import date, timedelta
from typing import Any

import pytest

from field import clock
from field.db import transact
from field.monitoring.roster.enrol import enrol
from field.registry.idnumber import make
from tests.county import REGIONS, County, household
from tests.monitoring.casework import HOME, NEXT, declared, do, opened, visited
from tests.web.office import browser, links, words

VILLAGES = [code for code in REGIONS if len(code) == 12]


@pytest.mark.unlisted(HOME)
def test_the_list_says_who_what_until_when_and_how_far_it_has_risen(county: County) -> None:
    declared(county, HOME, clock.now() - timedelta(days=4))
    page = browser(county, "town").page("/tasks")
    said = words(page)
    for told in ("马桥镇待办", "陈大一户 堰垭村 三组", "● 黄色", "入户核实 农户自主申报", "已过期，", "县"):
        assert told in said
    assert f"/households/{county.households[HOME]}" in links(page)


@pytest.mark.unlisted(HOME)
def test_what_is_due_within_the_day_says_at_what_time(small_county: County) -> None:
    began = (clock.now() - timedelta(days=1)).replace(hour=3, minute=30)
    declared(small_county, HOME, began)
    assert " 11:30以前" in words(browser(small_county, "cadre").page("/tasks"))
    declared(small_county, NEXT, began - timedelta(days=9))
    assert "已过期" in (page := words(browser(small_county, "county").page("/tasks?late=yes")))
    assert "11:30" not in page


@pytest.mark.unlisted(HOME)
def test_a_step_leads_to_its_case_and_says_whose_turn_it_is(county: County) -> None:
    now = clock.now()
    case = opened(county, HOME, "cadre", now)
    visited(county, HOME, "cadre", now)
    do(county, case, "advance", "cadre", now)
    page = browser(county, "town").page("/tasks?kind=step")
    assert f"/cases/{case}" in links(page)
    assert "信息比对 案子" in words(page)


@pytest.mark.unlisted(HOME)
def test_a_plan_is_asked_for_where_it_is_made(small_county: County) -> None:
    page = browser(small_county, "town").page("/tasks?kind=plan")
    assert f"/households/{small_county.households[NEXT]}/plan" in links(page)
    assert "制定一户一策 2022年4月30日识别，还没有帮扶措施 已过期" in words(page)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("", 1), ("kind=check", 1), ("kind=visit", 0), ("grade=yellow", 1), ("grade=red", 0), ("late=yes", 1),
        ("region=420626107204", 1), ("region=420626102", 0), ("view=all", 1),
        ("page=9", 1),
    ],
)  # fmt: skip
@pytest.mark.unlisted(*VILLAGES)
def test_the_list_is_narrowed_by_its_address(small_county: County, asked: str, found: int) -> None:
    declared(small_county, HOME, clock.now() - timedelta(days=4))
    assert f"共 {found} 件" in words(browser(small_county, "county").page(f"/tasks?{asked}"))


@pytest.mark.unlisted(*VILLAGES)
def test_what_is_another_levels_for_now_is_left_out_unless_asked_for(small_county: County) -> None:
    declared(small_county, HOME, clock.now())
    office = browser(small_county, "county")
    assert "共 0 件" in words(office.page("/tasks"))
    assert "共 1 件" in words(office.page("/tasks?view=all"))


def alone(place: int) -> dict[str, Any]:
    """Somebody who lives alone."""
    number = make("420626", date(1950, 1, 3), 301 + 2 * place)
    return {"name": f"赵{place}", "relation": "户主", "sex": "male", "id_number": number}


def test_pages_go_on_beyond_the_twentieth(small_county: County) -> None:
    several: Any = [household(HOME, 0) | {"number": f"M{n:04d}", "members": [alone(n)]} for n in range(25)]
    with small_county.app.app_context():
        transact(lambda session: enrol(session, several, "county", clock.now()))
    cadre = browser(small_county, "cadre")
    first = cadre.page("/tasks?kind=visit")
    total = int(words(first).split("共 ")[1].split(" 件")[0])
    assert total > 20
    assert "/tasks?page=2&kind=visit" in links(first)
    assert words(cadre.page("/tasks?kind=visit&page=2")).count("还没有走访过") == total - 20


@pytest.mark.unlisted(HOME)
def test_the_board_tells_how_much_waits_and_how_far_the_months_visits_are(small_county: County) -> None:
    declared(small_county, HOME, clock.now() - timedelta(days=4))
    visited(small_county, "420626102201", "cadre2", clock.now())
    page = browser(small_county, "county").page("/")
    said = words(page)
    assert "4 件待办 ， 4 件已经过期" in said, "a lead, and three plans of households that the roster lists"
    assert "本月走访 1 / 3 户" in said
    assert "后坪镇 2 4" in said
    assert "1 / 2" in said
    assert {"/tasks", "/tasks?late=yes"} <= set(links(page))
