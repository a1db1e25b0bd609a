"""地图: villages and urgent households as points, from the reader's own region alone, with the same figures as a table."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, Playwright
from sqlalchemy import func, select, update

from field import clock, create_app
from field.db import db, transact
from field.media.coordinates import Point, to_gcj02
from field.monitoring.risk.judgement import Judgement
from field.registry.households import Household
from tests.conftest import CHROMIUM
from tests.county import PASSWORD, County
from tests.running import Server, serving, settings_of
from tests.web.office import Browser, browser, words

HERE = "420626107204"
SPOT = Point(31.7405, 111.3127)


@pytest.fixture
def office(county: County) -> Browser:
    settle(county)
    return browser(county, "county")


def settle(county: County) -> None:
    """The household of the village has a place and a grade; the others have neither."""
    one = county.households[HERE]
    with county.app.app_context():
        transact(lambda session: session.execute(update(Household).values(latitude=None, longitude=None)))
        placed = update(Household).where(Household.id == one)
        transact(lambda session: session.execute(placed.values(latitude=SPOT.latitude, longitude=SPOT.longitude)))
        red = update(Judgement).where(Judgement.household_id == one)
        transact(lambda session: session.execute(red.values(grade="red")))


def points(visitor: Browser, query: str = "") -> dict[str, Any]:
    answer = visitor.get(f"/map/points?{query}")
    assert answer.status_code == 200, answer.text
    found: Any = answer.json
    assert isinstance(found, dict)
    return found


def test_a_household_with_a_place_and_a_grade_is_a_point_and_counts_in_its_village(
    county: County, office: Browser
) -> None:
    found = points(office, f"region={HERE}")
    assert found["homes"] == [
        [SPOT.latitude, SPOT.longitude, found["grades"].index("red"), "陈大一", county.households[HERE]]
    ]
    [[north, east, _name, code, urgent]] = found["villages"]
    assert (north, east, code, urgent) == (SPOT.latitude, SPOT.longitude, HERE, 1)
    with county.app.app_context():
        homes = db.session.scalar(select(func.count()).where(Household.region == HERE))
    row = words(office.page(f"/map?region={HERE}"))
    assert f"{homes}" in row.partition("监测户")[2]
    assert "▲ 红色" in row


def test_a_village_without_a_place_stands_in_the_table_and_says_so(county: County, office: Browser) -> None:
    assert "没有登记位置" in words(office.page("/map?region=420626102"))


def test_the_county_reads_its_towns_and_a_town_its_villages_of_which_the_numbers_are_the_sum(
    county: County, office: Browser
) -> None:
    def numbers(region: str, digits: int) -> dict[str, list[int]]:
        rows = re.findall(
            r'<a class="row" href="[^"]*region=(\d+)">(.*?)</tr>', office.page(f"/map?region={region}"), re.S
        )
        assert all(len(code) == digits for code, _ in rows)
        return {code: [int(one) for one in re.findall(r">(\d+)(?:</a>)?</td>", row)] for code, row in rows}

    towns = numbers("420626", 9)
    assert towns["420626107"][2:] == [1, 0, 0]
    for code, of_town in towns.items():
        villages = numbers(code, 12).values()
        assert of_town == [sum(column) for column in zip(*villages, strict=True)] or (
            of_town == [0] * 5 and not villages
        )


@pytest.mark.parametrize("who", ["cadre", "town"])
def test_nobody_sees_points_beyond_the_own_region(county: County, office: Browser, who: str) -> None:
    visitor = browser(county, who)
    assert {home[4] for home in points(visitor)["homes"]} <= {county.households[HERE]}
    assert visitor.get("/map/points?region=420626").status_code == 403
    assert browser(county, "cadre2").get(f"/map/points?region={HERE}").status_code == 403
    assert browser(county, "medical").get("/map").status_code == 403


def test_visits_of_a_month_are_for_town_and_county(county: County, office: Browser) -> None:
    visit = county.visit()
    assert county.client("cadre").post("/api/visits", json=visit).status_code == 201
    at = visit["location"]
    month = (clock.now() + timedelta(hours=8)).strftime("%Y-%m")
    assert points(office, f"visits=1&month={month}")["visits"] == [[at["latitude"], at["longitude"]]]
    assert points(office, "visits=1&month=2020-01")["visits"] == []
    assert "2026年3月的走访位置" in office.get("/map?month=2026-03").text
    assert "visits" not in points(browser(county, "cadre"), "visits=1")


def test_a_countys_own_tiles_are_let_in_and_the_points_follow_their_datum(small_county: County) -> None:
    settle(small_county)
    address = "https://tiles.example.cn/{z}/{x}/{y}.png"
    settings = replace(settings_of(small_county), map_tiles=address, map_datum="GCJ-02")
    app = create_app(settings)
    app.test_client_class = Browser
    visitor: Any = app.test_client()
    visitor.post("/api/login", json={"username": "county", "password": PASSWORD})
    answer = visitor.get("/map")
    assert address in answer.text
    assert "img-src https://tiles.example.cn 'self'" in answer.headers["Content-Security-Policy"]
    shifted = to_gcj02(SPOT)
    assert points(visitor)["homes"][0][:2] == [round(shifted.latitude, 6), round(shifted.longitude, 6)]


@pytest.fixture
def map_page(playwright: Playwright, small_county: County) -> Iterator[tuple[Page, Server]]:
    settle(small_county)
    chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
    with serving(small_county) as server:
        page = chromium.new_page(viewport={"width": 360, "height": 740})
        page.request.post(f"{server.url}/api/login", data={"username": "county", "password": PASSWORD})
        yield page, server
        page.close()
    chromium.close()


@pytest.mark.browser
def test_a_tap_on_a_point_leads_to_the_household(map_page: tuple[Page, Server]) -> None:
    page, server = map_page
    page.goto(f"{server.url}/map?region={HERE}", wait_until="networkidle")  # the points are there
    page.locator(".map canvas").focus()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="▲ 陈大一").click()
    page.get_by_role("heading", name="陈大一户").wait_for()


@pytest.mark.browser
def test_five_thousand_points_stay_smooth_on_a_slow_phone(map_page: tuple[Page, Server]) -> None:
    """Measured: the middle frame while a finger moves the map, with the processor at a quarter of its speed."""
    page, server = map_page
    many = [[31.5 + index % 71 / 100, 111 + index % 73 / 100, index % 4, "陈大一", f"{index}"] for index in range(5000)]
    grades = ["red", "orange", "yellow", "none"]
    villages = [[31.5 + index / 30, 111.3, f"村{index}", f"{index:012}", 1] for index in range(20)]
    page.route(
        "**/map/points*", lambda route: route.fulfill(json={"homes": many, "villages": villages, "grades": grades})
    )
    page.goto(f"{server.url}/map")
    page.locator(".map canvas").wait_for()
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": 4})
    frames: list[float] = page.evaluate(
        """async () => {
            const canvas = document.querySelector('.map canvas'), times = []
            const touch = (kind, x) => canvas.dispatchEvent(new PointerEvent(kind, {pointerId: 1, clientX: x, clientY: 500, bubbles: true}))
            canvas.setPointerCapture = () => {}
            touch('pointerdown', 100)
            for (let step = 0; step < 30; step++) {
                const begin = performance.now()
                touch('pointermove', 100 + step * 3)
                await new Promise(requestAnimationFrame)
                await new Promise(done => setTimeout(done))
                times.push(performance.now() - begin)
            }
            return times
        }"""
    )
    assert sorted(frames)[15] < 150, frames
