"""帮扶接口: a plan read and worked by JSON, idempotent, with every fault named; and what the phone takes along."""

from datetime import timedelta
from typing import Any

from uuid6 import uuid7

from field import clock
from field.monitoring.workdays import china_day
from tests.county import County

HOME = "420626107204"
TODAY = china_day(clock.now())


def path(county: County) -> str:
    return f"/api/households/{county.households[HOME]}/measures"


def plan(county: County, **changes: Any) -> dict[str, Any]:
    said = {"risk_factor": "illness", "code": "insurance", "owner": "县保险办", "from": TODAY.isoformat()}
    said |= {"due_on": (TODAY + timedelta(days=30)).isoformat()}
    seq = county.client("cadre").get(path(county)).get_json()["seq"]
    return {"key": str(uuid7()), "action": "plan", "expected": seq, "content": said} | changes


def test_a_measure_is_planned_and_carried_out_and_a_retry_answers_the_same(county: County) -> None:
    cadre = county.client("cadre")
    empty = cadre.get(path(county)).get_json()
    assert (empty["seq"], empty["team"], empty["measures"], empty["bare"]) == (0, [], [], ["illness"])
    asked = plan(county)
    first, again = cadre.post(path(county), json=asked), cadre.post(path(county), json=asked)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.get_json() == again.get_json()
    [one] = first.get_json()["measures"]
    spaced = plan(county, content=asked["content"] | {"code": " social_security "})
    assert cadre.post(path(county), json=spaced).status_code == 201
    drop = {"key": str(uuid7()), "action": "drop", "content": {"note": "重复了"}}
    [second] = [two for two in cadre.get(path(county)).get_json()["measures"] if two["id"] != one["id"]]
    dropped = cadre.post(path(county), json=drop | {"of": second["id"], "expected": second["seq"]})
    assert [two["state"] for two in dropped.get_json()["measures"]] == ["planned", "dropped"]
    assert (one["name"], one["state"], one["days_late"], first.get_json()["bare"]) == ("防贫保险", "planned", 0, [])
    other = cadre.post(path(county), json=asked | {"content": asked["content"] | {"owner": "别人"}})
    assert (other.status_code, other.get_json()["code"]) == (409, "other_content")
    done = {"key": str(uuid7()), "action": "carry_out", "of": one["id"], "expected": one["seq"]}
    refused = cadre.post(path(county), json=done | {"content": {}})
    assert refused.status_code == 422
    assert {fault["field"] for fault in refused.get_json()["errors"]} == {"content.note", "content.amount"}
    paid = cadre.post(path(county), json=done | {"content": {"note": "已经投保", "amount": 30_000}})
    assert paid.status_code == 201
    [one] = [two for two in paid.get_json()["measures"] if two["id"] == one["id"]]
    assert (one["state"], one["amount"], one["done_seq"]) == ("carried_out", 30_000, one["seq"])
    reopen = {
        "key": str(uuid7()),
        "action": "reopen",
        "of": one["id"],
        "expected": one["seq"],
        "content": {"note": "看错了"},
    }
    assert cadre.post(path(county), json=reopen).status_code == 403
    form = cadre.get(f"/api/households/{county.households[HOME]}/form").get_json()
    assert [(help_["name"], help_["state"]) for help_ in form["plan"]["measures"]] == [("防贫保险", "carried_out")]


def test_what_is_odd_is_refused_and_nothing_is_done(small_county: County) -> None:
    cadre, here = small_county.client("cadre"), path(small_county)
    asked = plan(small_county)
    for odd, status in (
        ({"action": "fly"}, 422), ({"key": "x"}, 422), ({"expected": -1}, 422), ({"content": []}, 422), ({"more": 1}, 422),
        ({"expected": 5}, 409), ({"action": "start", "of": str(uuid7())}, 403), ({"action": "start"}, 403),
        ({"content": {"risk_factor": ["illness"], "code": 7, "from": 10**40, "due_on": True}}, 422),
        ({"content": {"note": "x" * 5000}}, 422), ({"action": "leave"}, 409),
    ):  # fmt: skip
        assert cadre.post(here, json=asked | odd).status_code == status, odd
    for who in ("cadre2", "town2", "medical"):
        assert small_county.client(who).post(here, json=asked).status_code == 403
        assert small_county.client(who).get(here).status_code == 403
    assert cadre.get(here).get_json()["seq"] == 0
