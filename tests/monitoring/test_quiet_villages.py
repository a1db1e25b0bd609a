"""没有动静的村: nobody in post, or neither a visit nor a log-in for as long as the pack says."""

from datetime import timedelta

from field import clock
from field.codes import Role
from field.db import db
from field.monitoring.board.quiet_villages import quiet_villages
from tests.county import County
from tests.monitoring.casework import HOME, NEXT, visited
from tests.web.office import browser, words

OTHER, LAST = "420626102201", "420626102202"


def quiet(county: County, days: int = 0, region: str = "420626") -> dict[str, bool]:
    with county.app.app_context():
        return {one.code: one.held for one in quiet_villages(db.session(), region, clock.now() + timedelta(days=days))}


def test_a_village_without_anybody_in_post_and_one_that_is_silent_are_named(county: County) -> None:
    assert quiet(county) == {HOME: True, NEXT: False, OTHER: True, LAST: False}
    county.client("cadre").get("/api/me")
    visited(county, OTHER, "cadre2", clock.now())
    assert quiet(county) == {NEXT: False, LAST: False}
    assert quiet(county, 29) == {NEXT: False, LAST: False}
    assert quiet(county, 31) == {HOME: True, NEXT: False, OTHER: True, LAST: False}
    assert quiet(county, region="420626107") == {NEXT: False}


def test_a_village_whose_officer_leaves_is_on_the_countys_screen(small_county: County) -> None:
    small_county.client("cadre")
    before = words(browser(small_county, "county").page("/"))
    assert "2 个村没有在岗的信息员" in before
    small_county.move("cadre", Role.TOWN, "420626107")
    after = words(browser(small_county, "county").page("/"))
    assert "3 个村没有在岗的信息员" in after
    assert "堰垭村" in after[after.index("没有在岗") :]
    towns = [words(part) for part in browser(small_county, "county").page("/").split("<details>")]
    assert any(part.startswith("马桥镇 2 个村 堰垭村") for part in towns), "by town, with how many"
    assert "个村没有在岗" not in words(browser(small_county, "medical").page("/"))
