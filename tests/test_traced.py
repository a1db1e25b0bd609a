"""留痕: whoever is shown a household, a case or a village's pack has left a trace of it, once a sitting, on both databases."""

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection, select

from field import clock, prepared
from field.db import db
from field.monitoring.traces import Trace
from field.registry.households import Household
from tests.county import County
from tests.monitoring.casework import listed
from tests.web.office import browser, words

HERE, TOWN = "420626107204", "420626107"
OWN = {"household_id", "case_id"}
NAMED = {"/households/<id:household_id>": "file", "/households/<id:household_id>/consent": "paper",
         "/cases/<id:case_id>": "case", "/households/<id:household_id>/relief": "money",
         "/api/households/<id:household_id>/entries": "file"}  # fmt: skip


def traces(county: County) -> list[tuple[str, str, str]]:
    """Who looked at what of whom, oldest first."""
    with county.app.app_context():
        rows = select(Trace.actor, Trace.what, Trace.subject).order_by(Trace.id)
        return [(actor, what, subject) for actor, what, subject in db.session.execute(rows)]


def shown(county: County) -> list[tuple[str, str]]:
    """Every address that shows one household or case, with its route."""
    case = listed(county, HERE, "town", clock.now())
    ids = {"household_id": county.households[HERE], "case_id": case}
    with county.app.test_request_context():
        adapter = county.app.url_map.bind("localhost")
        rules = [rule for rule in county.app.url_map.iter_rules() if "GET" in (rule.methods or ()) and rule.arguments]
        return [
            (adapter.build(rule.endpoint, {name: ids[name] for name in rule.arguments}), rule.rule)
            for rule in rules
            if rule.arguments <= OWN
        ]


def seen(client: FlaskClient, path: str) -> int:
    return client.get(path).status_code


def test_no_page_shows_a_household_without_a_trace(county: County) -> None:
    client = county.client("town")
    routes = shown(county)
    assert set(NAMED) <= {rule for _, rule in routes}
    for path, rule in routes:
        with county.app.app_context():
            db.session.query(Trace).delete()
            db.session.commit()
        status, left = seen(client, path), traces(county)
        assert bool(left) == (status == 200), (path, status)
        assert {(by, whose) for by, _, whose in left} <= {("town", county.households[HERE])}, path
        assert rule not in NAMED or [what for _, what, _ in left] == [NAMED[rule]], path


def test_one_sitting_leaves_one_trace_and_the_next_another(county: County, monkeypatch: pytest.MonkeyPatch) -> None:
    home, client = county.households[HERE], county.client("cadre")
    for _ in range(3):
        assert seen(client, f"/api/households/{home}") == 200
    assert traces(county) == [("cadre", "file", home)]
    later = clock.now() + timedelta(hours=2)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert seen(client, f"/api/households/{home}") == 200
    assert seen(county.client("town"), f"/api/households/{home}") == 200
    assert traces(county) == [("cadre", "file", home)] * 2 + [("town", "file", home)]


def test_a_look_that_was_refused_leaves_none(county: County) -> None:
    home = county.households[HERE]
    for path in (f"/households/{home}", f"/api/households/{home}", f"/api/households/{home}/entries"):
        assert seen(county.client("town2"), path) == 403
        assert seen(county.client(), path) in {303, 401}
    assert traces(county) == []


def test_a_number_needs_a_reason_of_more_than_blanks(county: County) -> None:
    cadre = county.client("cadre")
    form = cadre.get(f"/api/households/{county.households[HERE]}/form").get_json()
    path, before = f"/api/people/{form['persons'][0]['id']}/phone", traces(county)
    for blank in ("", "  ", "　　", " 约 "):
        refused = cadre.post(path, json={"reason": blank})
        assert (refused.status_code, refused.get_json()["errors"][0]["field"]) == (422, "reason"), blank
    assert traces(county) == before
    assert cadre.post(path, json={"reason": " 约时间走访 "}).status_code == 200
    assert len(traces(county)) == len(before) + 1


def test_a_phone_takes_its_village_along_with_one_trace_which_every_household_of_it_shows(county: County) -> None:
    assert seen(county.client("cadre"), "/api/pack") == 200
    assert traces(county) == [("cadre", "carried", HERE)]
    office = browser(county, "county")
    page = words(office.page(f"/traces?household={county.households[HERE]}"))
    assert "陈干部 手机随身带走 堰垭村" in page
    other = words(office.page(f"/traces?household={county.households['420626107205']}"))
    assert "陈干部 手机随身带走" not in other


def test_who_looked_at_a_file_stands_with_the_household(small_county: County) -> None:
    home = small_county.households[HERE]
    browser(small_county, "town").page(f"/households/{home}")
    page = words(browser(small_county, "county").page(f"/traces?household={home}&what=file"))
    assert "农户档案 陈某某户" in page


LISTS = ["households", "ledger", "leads", "cases", "tasks", "long-term", "relief", "measures", "quality", "held", "merging",
         "doubtful", "approvals", "messages", "handover", "filling/conflicts", "fund/420626107204", "map/points", "api/households", "api/leads", "api/tasks", "api/cases"]  # fmt: skip


@pytest.mark.parametrize("path", LISTS)
def test_a_list_of_a_region_leaves_one_trace_a_sitting_which_every_household_of_it_shows(
    small_county: County, path: str
) -> None:
    client = small_county.client("county")
    assert [seen(client, f"/{path}") for _ in range(2)] == [200, 200]
    assert traces(small_county) == [("county", "map" if path == "map/points" else "list", "420626")]
    page = words(browser(small_county, "county").page(f"/traces?household={small_county.households[HERE]}"))
    assert f"周主任 {'地图' if path == 'map/points' else '名单'} 保康县" in page


@pytest.mark.parametrize("path", ["/households?q={}", "/api/households?q={}"])
def test_whoever_is_searched_for_can_see_by_whom(county: County, path: str) -> None:
    home = county.households[HERE]
    with county.app.app_context():
        number = db.session.get_one(Household, home).number
    client = county.client("county")
    for _ in range(2):
        assert client.get(path.format(number), follow_redirects=True).status_code == 200
    assert ("county", "found", home) in traces(county)
    assert len(traces(county)) == 2
    page = words(browser(county, "county").page(f"/traces?household={home}&what=found"))
    assert "周主任 查找到 陈某某户" in page


def test_whether_those_found_were_looked_at_lately_is_asked_once_for_all(
    county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, made, through = county.client("county"), list[str](), prepared.through

    def noted(connection: Connection, sql: str, *several: Any) -> list[prepared.Row]:
        made.append(sql)
        return through(connection, sql, *several)

    monkeypatch.setattr(prepared, "through", noted)
    for _ in range(2):
        made.clear()
        assert seen(client, "/api/households?q=陈") == 200
        assert len([one for one in made if "FROM trace" in one]) == 2, "of the found, and of the list"
    found = [subject for _actor, what, subject in traces(county) if what == "found"]
    assert len(found) == len(set(found)) == len(county.households)


def test_words_that_fit_many_or_nobody_leave_the_trace_of_the_list_alone(
    small_county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("field.traced.FEW", 1)
    client = small_county.client("county")
    for sought in ("陈", "没有这个人"):
        assert seen(client, f"/api/households?q={sought}") == 200
    assert traces(small_county) == [("county", "list", "420626")]
