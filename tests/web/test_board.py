"""总览: the reference table of a region, and who sees which part of it."""

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from field.db import transact
from field.registry.households import Household
from field.web.charts import LONGEST, bars, ring
from tests.county import County
from tests.web.office import browser, links, statements, visited, words

DEVICE = str(uuid4())


def report(county: County, waiting: int, oldest: str = "2026-11-20T02:00:00Z") -> None:
    """The cadre's phone says how much it holds."""
    told = {"device": DEVICE, "waiting": waiting, "oldest": oldest}
    assert county.client("cadre").post("/api/phones", json=told).status_code == 204


def test_the_figures_of_the_county_are_those_of_the_interface_and_each_can_be_opened(county: County) -> None:
    office = browser(county, "county")
    page = office.page("/")
    figures = county.client("county").get("/api/statistics").get_json()
    assert (figures["households"], figures["persons"]) == (4, 8)
    assert "监测户 4 户 监测人口 8 人" in words(page)
    assert "脱贫不稳定户 4 8 100.0%" in words(page)
    assert "因病 4 · 100.0%" in words(page)
    for opened, total in (
        ("/households?region=420626&kind=any", 4),
        ("/households?region=420626&kind=unstable", 4),
        ("/households?region=420626&kind=any&risk=illness", 4),
        ("/households?region=420626107&kind=unstable", 2),
    ):
        assert opened in links(page)
        assert f"共 {total} 户" in words(office.page(opened))


def test_one_goes_down_from_the_county_to_the_village_and_up_again(county: County) -> None:
    office = browser(county, "county")
    for region, below in (("420626", "420626107"), ("420626107", "420626107204")):
        assert f"/?region={below}" in links(office.page(f"/?region={region}"))
    village = office.page("/?region=420626107204")
    assert {"/?region=420626", "/?region=420626107"} <= set(links(village))
    assert "堰垭村 监测总览" in words(village)


def test_a_town_sees_itself_and_nothing_beside_or_above(county: County) -> None:
    town = browser(county, "town")
    page = town.page("/")
    assert "监测户 2 户" in words(page)
    assert "420626102" not in page
    for region in ("420626", "420626102", "420626102201", "42062610", "x", "999999"):
        answer = town.get("/", query_string={"region": region})
        assert (answer.status_code, "后坪" in answer.text) == (403, False)
    assert town.get("/?region=420626107999").status_code == 404


def test_a_department_sees_the_figures_but_no_list_and_no_name(county: County) -> None:
    report(county, 3)
    page = browser(county, "medical").page("/")
    assert "监测户 4 户" in words(page)
    assert not [link for link in links(page) if link.startswith(("/households", "/ledger", "/held"))]
    assert "陈干部" not in page


def test_the_county_reads_whose_phone_holds_visits_and_since_when(county: County) -> None:
    report(county, 3)
    for username in ("county", "town"):
        said = words(browser(county, username).page("/"))
        assert "陈干部的手机里还有 3 条走访没发出来，最早的是" in said
        assert "11月20日" in said
        assert "堰垭村" in said
    assert "陈干部" not in browser(county, "town2").page("/")
    report(county, 0)
    assert "没发出来" not in browser(county, "county").page("/")


def test_a_region_without_monitored_households_says_so(county: County) -> None:
    office = browser(county, "county")
    ring = 'aria-label="三类户占比"'
    assert ring in office.page("/")
    with county.app.app_context():
        transact(lambda session: session.execute(update(Household).values(kind=None)))
    page = office.page("/")
    assert "这里现在没有监测户" in words(page)
    assert ring not in page


def test_the_board_asks_the_same_few_questions_whatever_is_there(county: County) -> None:
    office = browser(county, "county")
    with statements(county) as few:
        office.page("/")
    report(county, 3)
    visited(county)
    with statements(county) as more:
        office.page("/")
    assert len(few) == len(more) <= 24


COUNTED = st.lists(st.integers(0, 10**6), max_size=11).map(
    lambda counts: [(str(n), str(n), c) for n, c in enumerate(counts)]
)


@given(COUNTED)
def test_the_longest_bar_is_full_and_each_is_as_long_as_its_share_of_it(counted: list[tuple[str, str, int]]) -> None:
    drawn = bars(counted)
    assert [bar.households for bar in drawn] == sorted((count for *_, count in counted if count), reverse=True)
    for bar in drawn:
        assert bar.length == pytest.approx(LONGEST * bar.households / drawn[0].households, abs=0.06)


@given(COUNTED)
def test_the_ring_closes_and_shows_every_part_that_is_there(counted: list[tuple[str, str, int]]) -> None:
    parts = ring(counted)
    assert [(part.code, part.households) for part in parts] == [(code, count) for code, _, count in counted]
    assert [bool(part.path) for part in parts] == [bool(count) for *_, count in counted]
    shown = [part.path for part in parts if part.path]
    if shown:
        assert shown[0].startswith("M0.00 -78.00A")
        assert shown[-1].split("A")[2].split("L")[0].endswith(" -78.00")
