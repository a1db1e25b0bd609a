"""案子接口: a case from a lead to monitored over JSON, and every refusal that pages tell, told alike."""

import json
from datetime import timedelta
from typing import Any

import pytest
from uuid6 import uuid7
from werkzeug.test import TestResponse

from field import clock
from field.db import db
from field.monitoring.cases.cases import MonitoringCase
from field.monitoring.workdays import china_day
from tests.county import County
from tests.monitoring.casework import (
    HOME,
    MOVE,
    NEXT,
    NOTE,
    announced,
    declared,
    do,
    helped,
    listed,
    needed,
    opened,
    planned,
    the_case,
    visited,
)

NOW = clock.now()


def send(county: County, who: str, do: str, said: Any = None, **more: Any) -> TestResponse:
    """The next step, from a page that was just read."""
    case = the_case(county, HOME)
    body = {"key": str(uuid7()), "expected": case.seq, "action": do, "content": said or {}, **more}
    return county.client(who).post(f"/api/cases/{case.id}/steps", json=body)


def needs(county: County, action: str) -> dict[str, Any]:
    with county.app.app_context():
        case = db.session.get_one(MonitoringCase, the_case(county, HOME).id)
        return needed(case, action, clock.now())


def codes(answer: TestResponse) -> tuple[int, str]:
    return answer.status_code, answer.get_json()["code"]


@pytest.mark.unlisted(HOME)
def test_a_case_goes_from_a_lead_to_monitored_over_json(county: County, monkeypatch: pytest.MonkeyPatch) -> None:
    lead = declared(county, HOME, NOW)
    body = {"key": str(uuid7()), "lead": {"chain_id": lead.chain_id, "seq": lead.seq}}
    first, again = (county.client(who).post("/api/cases", json=body) for who in ("cadre", "town"))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.get_json() == again.get_json()
    assert first.get_json()["state"] == "on_site_check"
    visited(county, HOME, "cadre", clock.now())
    for who, action in (("cadre", "advance"), ("town", "advance"), ("cadre", "advance"), ("cadre", "post_notice")):
        assert send(county, who, action, needs(county, action)).status_code == 201
    later = clock.now() + timedelta(days=9)
    monkeypatch.setattr(clock, "now", lambda: later)
    county.tokens.clear()
    for who in ("cadre", "town", "county"):
        assert send(county, who, "advance", needs(county, "advance")).status_code == 201
    case = county.client("county").get(f"/api/cases/{the_case(county, HOME).id}").get_json()
    assert (case["state"], case["risk_factors"], case["lead"]["seq"]) == ("monitored", ["illness"], lead.seq)
    assert [(step["to_state"], step["by_name"]) for step in case["steps"]][-2:] == [
        ("county_approval", "王镇长"), ("monitored", "周主任"),
    ]  # fmt: skip
    assert {one["code"] for one in case["conditions"]} >= {"income", "guarantees", "measure.illness"}


@pytest.mark.unlisted(HOME)
def test_a_case_tells_what_this_person_may_do_and_what_that_needs(small_county: County) -> None:
    case_id = opened(small_county, HOME, "cadre", NOW)
    for who, offered in (
        ("cadre", ["advance", "reject", "green_channel"]), ("county", ["green_channel", "merge", "move_away", "die"])
    ):  # fmt: skip
        case = small_county.client(who).get(f"/api/cases/{case_id}").get_json()
        assert [one["action"] for one in case["offered"]] == offered
    case = small_county.client("cadre").get(f"/api/cases/{case_id}").get_json()
    assert (case["offered"][0]["needs"], case["due_on"]) == (
        "on_site_check",
        str(the_case(small_county, HOME).due_on),
    )
    assert "note" in case["offered"][0]["content"]["required"]
    assert [one["name"] for one in case["adults"]] == ["陈大一", "李小一"]


@pytest.mark.unlisted(HOME)
def test_every_refusal_is_told_and_nothing_is_done(small_county: County) -> None:
    opened(small_county, HOME, "cadre", NOW)
    before = the_case(small_county, HOME).seq
    assert codes(send(small_county, "cadre", "green_channel", NOTE, expected=before - 1)) == (409, "stale")
    assert codes(send(small_county, "cadre", "roll_back", NOTE)) == (409, "out_of_order")
    assert codes(send(small_county, "county", "advance", NOTE)) == (403, "wrong_hands")
    assert codes(send(small_county, "cadre2", "advance", NOTE)) == (403, "not_allowed")
    refused = send(small_county, "cadre", "advance", {"note": "", "photos": "x", "more": 1})
    assert codes(refused) == (422, "invalid")
    assert {one["field"] for one in refused.get_json()["errors"]} >= {"note", "photos", "more", "visit"}
    assert the_case(small_county, HOME).seq == before


@pytest.mark.unlisted(HOME)
def test_a_photograph_that_was_only_named_proves_no_consent(small_county: County) -> None:
    opened(small_county, HOME, "cadre", NOW)
    announced(small_county, HOME, "cadre", clock.now())
    refused = send(small_county, "cadre", "advance", needs(small_county, "advance"))
    assert codes(refused) == (422, "invalid")
    assert {one["field"] for one in refused.get_json()["errors"]} == {"photos"}
    visited(small_county, HOME, "cadre", clock.now())
    assert send(small_county, "cadre", "advance", needs(small_county, "advance")).status_code == 201


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"key": "1"}, "key"), ({"expected": -1}, "expected"), ({"expected": True}, "expected"), ({"action": "fly"}, "action"),
     ({"content": []}, "content"), ({"content": {"note": "a\0b"}}, "content.note"), ({"more": 1}, "more")],
)  # fmt: skip
def test_a_body_that_cannot_be_meant_is_told_by_its_field(small_county: County, changes: Any, field: str) -> None:
    listed(small_county, HOME, "town", NOW)
    answer = send(small_county, "town", "die", NOTE, **changes)
    assert codes(answer) == (422, "invalid")
    assert [one["field"] for one in answer.get_json()["errors"]] == [field]


@pytest.mark.unlisted(HOME)
def test_the_same_step_again_is_the_same_entry_and_another_under_its_key_is_refused(small_county: County) -> None:
    opened(small_county, HOME, "cadre", NOW)
    key, before = str(uuid7()), the_case(small_county, HOME).seq
    first = send(small_county, "cadre", "green_channel", NOTE, key=key)
    again = send(small_county, "cadre", "green_channel", NOTE, key=key, expected=before)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.get_json() == again.get_json()
    assert codes(send(small_county, "cadre", "reject", NOTE, key=key)) == (409, "other_content")


def test_a_listed_household_is_taken_over_by_an_office_with_a_reason(small_county: County) -> None:
    home = small_county.households[HOME]
    body = {"key": str(uuid7()), "household_id": home}
    assert codes(small_county.client("town").post("/api/cases", json=body)) == (422, "invalid")
    assert codes(small_county.client("cadre").post("/api/cases", json=body | {"content": NOTE})) == (403, "wrong_hands")
    taken = small_county.client("town").post("/api/cases", json=body | {"content": NOTE})
    assert (taken.status_code, taken.get_json()["state"]) == (201, "monitored")
    for wrong in ({"key": str(uuid7())}, body | {"lead": {"chain_id": home, "seq": 1}}):
        assert small_county.client("town").post("/api/cases", json=wrong).status_code == 422


@pytest.mark.unlisted(HOME)
def test_the_list_has_the_most_urgent_first_and_can_be_asked_by_region_and_state(small_county: County) -> None:
    opened(small_county, HOME, "cadre", NOW)
    listed(small_county, NEXT, "town", NOW)
    town = small_county.client("town")
    assert [one["head"] for one in town.get("/api/cases").get_json()["items"]] == ["陈大一", "陈大二"]
    assert town.get(f"/api/cases?region={NEXT}").get_json()["total"] == 1
    assert [one["state"] for one in town.get("/api/cases?state=monitored").get_json()["items"]] == ["monitored"]
    assert town.get("/api/cases?state=nowhere").status_code == 422
    assert town.get("/api/cases?region=420626102").status_code == 403
    assert small_county.client("town2").get("/api/cases").get_json()["total"] == 0


def test_a_notice_for_all_eternity_is_a_fault_and_breaks_nothing(small_county: County) -> None:
    county, now = small_county, clock.now()
    case = listed(county, HOME, "county", now)
    visited(county, HOME, "cadre", now, income={"wages": 6_000_000})
    helped(county, county.households[HOME], now)
    for action in ("propose_elimination", "advance", "advance"):
        do(county, case, action, "cadre", now)
    for begins, ends in (("9999-12-31", "9999-12-31"), ("9999-12-01", "9999-12-31"), ("2026-12-01", "9999-12-31")):
        answer = send(county, "cadre", "post_notice", {"from": begins, "to": ends, "place": "村务公开栏"})
        assert (answer.status_code, answer.get_json()["errors"][0]["field"]) == (422, "to"), begins


def test_an_answer_tells_the_last_day_that_the_case_then_has(small_county: County) -> None:
    county, now = small_county, clock.now()
    case, today = listed(county, HOME, "county", now), china_day(now)
    visited(county, HOME, "cadre", now, income={"wages": 6_000_000})
    helped(county, county.households[HOME], now)
    for action in ("propose_elimination", "advance", "advance"):
        do(county, case, action, "cadre", now)
    last = today + timedelta(days=9)
    hung = send(county, "cadre", "post_notice", {"from": f"{today}", "to": f"{last}", "place": "村务公开栏"})
    assert hung.get_json()["due_on"] == str(the_case(county, HOME).due_on) == f"{last + timedelta(days=1)}"
    stopped = send(county, "town", "object", needs(county, "object"))
    assert (stopped.status_code, stopped.get_json()["due_on"]) == (201, None), "the clock stands still"


def test_a_key_that_was_used_for_other_words_is_a_conflict(small_county: County) -> None:
    case, key = listed(small_county, HOME, "county", NOW), str(uuid7())
    body = {"key": key, "expected": the_case(small_county, HOME).seq, "action": "move_away", "content": NOTE | MOVE}
    town = small_county.client("town")
    first, again = (town.post(f"/api/cases/{case}/steps", json=body) for _ in range(2))
    assert (first.status_code, again.status_code, again.get_json()) == (201, 200, first.get_json())
    other = town.post(f"/api/cases/{case}/steps", json=body | {"content": MOVE | {"note": "其实没有搬"}})
    assert codes(other) == (409, "other_content")


def test_the_ripe_and_the_late_are_asked_for_as_states_are(small_county: County) -> None:
    then, town = clock.now() - timedelta(days=40), small_county.client("town")
    ripe = listed(small_county, HOME, "county", then)
    visited(small_county, HOME, "cadre", then, income={"wages": 6_000_000})
    helped(small_county, small_county.households[HOME], then)
    late = listed(small_county, NEXT, "county", then)
    visited(small_county, NEXT, "town", then, income={"wages": 6_000_000})
    planned(small_county, small_county.households[NEXT], "town", then)

    def ids(asked: str) -> list[str]:
        return [one["id"] for one in town.get(f"/api/cases?{asked}").get_json()["items"]]

    assert (ids("state=ripe"), ids("state=late")) == ([ripe], [])
    assert ids(f"state=ripe&region={NEXT}") == ids("state=ripe&page=2") == []
    assert town.get("/api/cases?state=ripe&region=420626102").status_code == 403
    assert small_county.client("town2").get("/api/cases?state=ripe").get_json()["total"] == 0
    do(small_county, late, "move_away", "town", then)
    assert (ids("state=late"), ids("state=ripe")) == ([late], [ripe])
    [asked] = [one for one in town.get("/api/openapi.json").get_json()["paths"]["/api/cases"]["get"]["parameters"]
               if one["name"] == "state"]  # fmt: skip
    assert {"ripe", "late", "monitored"} <= set(json.dumps(asked).split('"'))
