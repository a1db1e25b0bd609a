"""电话回访: a minute's call is a check-in, once, from whoever may; what cannot be meant is told field by field."""

import json
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select
from uuid6 import uuid7

from field import clock
from field.db import db
from field.ledger.facts import SEEN
from field.monitoring.household_file import facts
from field.registry.households import Person
from tests.county import County

HOME = "420626107204"


def person(county: County, village: str = HOME) -> str:
    with county.app.app_context():
        here = select(Person.id).where(Person.household_id == county.households[village]).order_by(Person.position)
        return db.session.scalars(here).all()[0]


def call(county: County, **changes: Any) -> dict[str, Any]:
    said: dict[str, Any] = {
        "id": str(uuid7()), "person_id": person(county), "called_at": clock.now().isoformat(), "answered_by": "self",
        "facts": {"work_place": "440309", "monthly_income": 520000}, "note": "在电子厂",
    }  # fmt: skip
    return said | changes


def test_what_a_cadre_heard_counts_as_seen_and_the_same_call_again_is_the_same_entry(county: County) -> None:
    cadre, said = county.client("cadre"), call(county)
    first, again = (cadre.post("/api/calls", json=said) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.get_json() == again.get_json()
    with county.app.app_context():
        best = facts(db.session(), [said["person_id"]], clock.now())[said["person_id"], "work_place"].best
        assert (best.value, best.level, best.channel, best.recorder) == ("440309", SEEN, "call", "cadre")
    entries = cadre.get(f"/api/households/{county.households[HOME]}/entries").get_json()["items"]
    assert [entry["kind"] for entry in entries] == ["roster", "checkin"]


def test_another_call_under_the_same_id_is_told_with_both_versions(county: County) -> None:
    cadre, said = county.client("cadre"), call(county)
    first = cadre.post("/api/calls", json=said).get_json()
    facts = {"phone": "13800000156", "monthly_income": 480000}
    answer = cadre.post("/api/calls", json=said | {"note": "卡6222020200112233445", "facts": facts})
    body = answer.get_json()
    assert (answer.status_code, body["receipt"], body["evidence_missing"]) == (409, first["receipt"], [])
    assert (body["kept"]["note"], body["kept"]["facts"]) == (said["note"], said["facts"])
    assert (body["sent"]["note"], body["sent"]["facts"]["phone"]) == ("卡****3445", "138****0156")


def test_the_same_words_of_another_hour_are_another_call(county: County) -> None:
    cadre, said = county.client("cadre"), call(county, called_at="2026-11-24T02:00:00Z")
    assert cadre.post("/api/calls", json=said).status_code == 201
    body = cadre.post("/api/calls", json=said | {"called_at": "2026-11-24T13:00:00+08:00"}).get_json()
    assert [body[side]["called_at"] for side in ("kept", "sent")] == [
        "2026-11-24T02:00:00+00:00", "2026-11-24T05:00:00+00:00",
    ]  # fmt: skip


def test_an_id_used_for_another_village_is_nothing_to_who_may_not_read_it(county: County) -> None:
    said = call(county)
    assert county.client("cadre").post("/api/calls", json=said).status_code == 201
    elsewhere = call(county, id=said["id"], person_id=person(county, "420626102201"))
    assert county.client("cadre2").post("/api/calls", json=elsewhere).status_code == 403


def test_the_family_may_answer_and_is_named(county: County) -> None:
    said = call(county, answered_by="family", said_by="李小一", facts={}, note="", asks_help=True)
    assert county.client("cadre").post("/api/calls", json=said).status_code == 201
    [lead] = county.client("cadre").get("/api/leads").get_json()["items"]
    assert (lead["source"], lead["channel"], lead["kind"]) == ("checkin", "call", "hardship")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"facts": {"phone": "123"}}, "facts.phone"),
        ({"facts": {"work_place": "深圳"}}, "facts.work_place"),
        ({"facts": {"work_place": "449900"}}, "facts.work_place"),
        ({"facts": {"work": " "}}, "facts.work"),
        ({"answered_by": "family", "said_by": "　"}, "said_by"),
        ({"facts": {}, "note": "  "}, ""),
        ({"facts": {"months_away": 13}}, "facts.months_away"),
        ({"facts": {"monthly_income": -1}}, "facts.monthly_income"),
        ({"facts": {"monthly_income": 5200.5}}, "facts.monthly_income"),
        ({"facts": {}, "note": ""}, ""),
        ({"called_at": "2026-11-24 10:00"}, "called_at"),
        ({"called_at": "0001-01-01T00:00:00+23:59"}, "called_at"),
        ({"answered_by": "nobody"}, "answered_by"),
        ({"note": "\x00"}, "note"),
        ({"said_by": "\ud800"}, "said_by"),
        ({"facts": {"work": "\x00"}}, "facts.work"),
    ],
)
def test_what_cannot_be_meant_is_told_by_its_field(county: County, changes: dict[str, Any], field: str) -> None:
    body = json.dumps(call(county, **changes))  # in ASCII, for a half character cannot be sent otherwise
    answer = county.client("cadre").post("/api/calls", data=body, content_type="application/json")
    assert answer.status_code == 422
    assert field in [fault["field"] for fault in answer.get_json()["errors"]]


@pytest.mark.parametrize("role", ["cadre2", "town2", "medical"])
def test_nobody_calls_for_another_region(county: County, role: str) -> None:
    client = county.client(role)
    told = [client.post("/api/calls", json=call(county, person_id=one)) for one in (person(county), str(uuid4()))]
    assert [answer.status_code for answer in told] == [403, 403]
    assert told[0].data == told[1].data
