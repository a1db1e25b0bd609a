"""走访: what becomes of a visit that a cadre sends."""

import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from sqlalchemy import func, select

from field import clock
from field.codes import Role
from field.db import db
from field.ledger.entries import Entry
from field.registry.households import Person
from field.registry.numbers import e164
from tests.county import CASES, County, moment

STRANGER = "019aaaaa-0000-7000-8000-00000000dead"
VILLAGE, NEXT, ELSEWHERE = "420626107204", "420626107205", "420626102201"


def people(county: County) -> list[str]:
    """The first two of the household."""
    with county.app.app_context():
        here = select(Person.id).where(Person.household_id == county.households[VILLAGE]).order_by(Person.position)
        return list(db.session.scalars(here))[:2]


def count(county: County, visit_id: str) -> int:
    """How many entries a visit has."""
    with county.app.app_context():
        key = f"visit:{visit_id}"
        return db.session.scalar(select(func.count()).where(Entry.idempotency_key == key)) or 0


def test_the_same_visit_again_gets_the_same_receipt(county: County) -> None:
    cadre, visit = county.client("cadre"), county.visit()
    first, again = cadre.post("/api/visits", json=visit), cadre.post("/api/visits", json=visit)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.get_json() == again.get_json()
    assert count(county, visit["id"]) == 1


def test_twelve_at_once_are_one_visit(county: County) -> None:
    cadre, visit = county.client("cadre"), county.visit()
    with ThreadPoolExecutor(12) as pool:
        clients = [county.client("cadre") for _ in range(12)]
        answers = list(pool.map(lambda client: client.post("/api/visits", json=visit), clients))
    assert cadre.get("/api/me").status_code == 200
    assert sorted(answer.status_code for answer in answers) == [200] * 11 + [201]
    assert len({answer.get_json()["receipt"]["number"] for answer in answers}) == 1
    assert count(county, visit["id"]) == 1


def test_other_content_under_the_same_id_is_refused_and_both_versions_are_named(county: County) -> None:
    cadre, visit = county.client("cadre"), county.visit(evidence=[{"sha256": "a" * 64, "kind": "house"}])
    first = cadre.post("/api/visits", json=visit).get_json()
    answer = cadre.post("/api/visits", json=visit | {"note": "另一个说法", "evidence": []})
    body = answer.get_json()
    assert answer.status_code == 409
    assert (body["kept"]["note"], body["sent"]["note"]) == ("", "另一个说法")
    assert (body["receipt"], body["evidence_missing"]) == (first["receipt"], ["a" * 64])


def test_an_id_used_for_another_household_is_other_content_to_who_may_read_both_and_nothing_to_others(
    county: County,
) -> None:
    visit = county.visit()
    assert county.client("cadre").post("/api/visits", json=visit).status_code == 201
    town = county.client("town").post("/api/visits", json=visit | {"household_id": county.households[NEXT]})
    assert town.status_code == 409
    assert town.get_json()["kept"]["household_id"] == visit["household_id"]
    other = county.client("town2").post("/api/visits", json=visit | {"household_id": county.households[ELSEWHERE]})
    assert (other.status_code, "kept" in other.get_json()) == (403, False)


def test_a_household_elsewhere_and_one_that_is_not_there_are_refused_alike(county: County) -> None:
    cadre = county.client("cadre")
    nowhere = "019aaaaa-0000-7000-8000-00000000dead"
    answers = [
        cadre.post("/api/visits", json=county.visit(ELSEWHERE)),
        cadre.post("/api/visits", json=county.visit() | {"household_id": nowhere}),
    ]
    assert [answer.status_code for answer in answers] == [403, 403]
    assert answers[0].get_json() == answers[1].get_json()


def test_a_visit_made_with_the_right_and_sent_after_it_ended_is_held_for_the_town(county: County) -> None:
    cadre, visit = county.client("cadre"), county.visit()
    county.move("cadre", Role.VILLAGE, ELSEWHERE)
    answer = cadre.post("/api/visits", json=visit)
    assert answer.status_code == 201
    assert answer.get_json()["held"] is True
    after = cadre.post("/api/visits", json=county.visit(visited_at=moment(clock.now())))
    assert after.status_code == 403


def test_people_of_another_household_are_named_as_faults(county: County) -> None:
    stranger = {"person_id": STRANGER, "work": "电工"}
    answer = county.client("cadre").post("/api/visits", json=county.visit(members=[stranger]))
    assert answer.status_code == 422
    assert [fault["field"] for fault in answer.get_json()["errors"]] == ["members.0.person_id"]


def test_what_only_the_ledger_knows_is_told_beside_all_that_the_rules_find(county: County) -> None:
    visit = county.visit(members=[{"person_id": STRANGER, "work_place": "999999"}], note=7)

    def at_fault(username: str, **changes: Any) -> list[str]:
        answer = county.client(username).post("/api/visits", json=visit | changes)
        assert answer.status_code == 422
        return [fault["field"] for fault in answer.get_json()["errors"]]

    assert at_fault("cadre") == ["members.0.person_id", "members.0.work_place", "note"]
    assert at_fault("cadre2") == ["note"], "who may not visit there is told nothing of who lives there"
    assert at_fault("cadre", household_id=STRANGER) == ["note"]
    assert at_fault("cadre", household_id=9) == ["household_id", "note"]
    assert at_fault("cadre", members=[5]) == ["members.0", "note"]
    pictured = [{"sha256": "1" * 64, "kind": "person", "person_id": STRANGER}]
    assert at_fault("cadre", members=[5], evidence=pictured) == ["evidence.0.person_id", "members.0", "note"]


def test_a_place_of_work_that_is_nowhere_in_china_is_named_and_one_in_any_county_is_taken(county: County) -> None:
    cadre, [one, other] = county.client("cadre"), people(county)
    nowhere = [
        {"person_id": one, "work_place": "449900"}, {"person_id": other, "work_place": "99"},
        {"new": {"name": "陈小宝", "work_place": "000000001"}},
    ]  # fmt: skip
    answer = cadre.post("/api/visits", json=county.visit(members=nowhere))
    assert [(fault["field"], fault["message"]) for fault in answer.get_json()["errors"]] == [
        (f"members.{field}.work_place", "没有这个务工地点，请重新选择") for field in ("0", "1", "2.new")
    ]
    for code in ("44", "4403", "440309", "440309999", "650102", "81"):
        moved = [{"person_id": one, "work_place": code}]
        assert cadre.post("/api/visits", json=county.visit(members=moved)).status_code == 201, code


def test_no_telephone_and_a_person_written_down_twice_are_named_as_faults(county: County) -> None:
    cadre = county.client("cadre")
    persons = cadre.get(f"/api/households/{county.households[VILLAGE]}/form").get_json()["persons"]
    head, spouse = (person["id"] for person in persons[:2])
    twice = [{"person_id": head, "phone": "+1 555"}, {"person_id": spouse}, {"person_id": head, "work": "电工"}]
    answer = cadre.post("/api/visits", json=county.visit(members=twice))
    assert answer.status_code == 422
    assert answer.get_json()["errors"] == [
        {"field": "members.0.person_id", "message": "同一个人写了两次，请合在一起"},
        {"field": "members.0.phone", "message": "电话不对：手机应是11位，座机要带区号"},
        {"field": "members.2.person_id", "message": "同一个人写了两次，请合在一起"},
    ]


def test_two_new_members_with_one_id_number_are_both_named_and_neither_is_taken_in(county: County) -> None:
    cadre, number = county.client("cadre"), "42062620260301009X"
    same = [{"new": {"name": name, "id_number": one}} for name, one in (("小宝", number), ("小贝", number.lower()))]
    answer = cadre.post("/api/visits", json=county.visit(members=same))
    assert answer.status_code == 422
    named = [fault["field"] for fault in answer.get_json()["errors"]]
    assert named == ["members.0.new.id_number", "members.1.new.id_number"]
    assert cadre.get(f"/api/households/{county.households[VILLAGE]}").get_json()["persons"] == 2


def test_every_number_that_the_rules_take_is_kept_as_e164() -> None:
    said = [case for case in CASES["cases"] if case["name"].startswith("telephone ")]
    numbers = [case["set"]["members"][0]["phone"] for case in said]
    assert len(numbers) > 10
    assert [text for text in numbers if not re.fullmatch(r"\+[1-9][0-9]{7,14}", e164(text) or "")] == []


def test_a_visit_is_taken_before_its_photographs_and_names_them(county: County) -> None:
    digest = "ab" * 32
    visit = county.visit(evidence=[{"sha256": digest, "kind": "house"}])
    answer = county.client("cadre").post("/api/visits", json=visit)
    assert answer.get_json()["evidence_missing"] == [digest]


def test_a_time_that_no_clock_bears_out_is_taken(county: County) -> None:
    visit = county.visit(visited_at="2031-01-01T00:00:00Z")
    assert county.client("cadre").post("/api/visits", json=visit).status_code == 201


def test_a_phone_whose_clock_runs_ahead_leaves_no_last_visit_to_come(county: County) -> None:
    cadre, home = county.client("cadre"), county.households[VILLAGE]
    assert cadre.post("/api/visits", json=county.visit(visited_at="2031-01-01T00:00:00Z")).status_code == 201
    told = cadre.get(f"/api/households/{home}/form").get_json()
    assert told["last_visit"]["visited_at"] == told["last_visit_at"] < "2031"


def test_numbers_that_a_cadre_wrote_into_a_note_are_masked_where_it_is_read(county: County) -> None:
    cadre, home = county.client("cadre"), county.households[VILLAGE]
    visit = county.visit(note="身份证420626197005043515，儿子13900003333")
    assert cadre.post("/api/visits", json=visit).status_code == 201
    assert cadre.post("/api/visits", json=visit).status_code == 200
    told = cadre.get(f"/api/households/{home}/entries").get_json()["items"][-1]["payload"]
    assert told["note"] == "身份证420626********3515，儿子139****3333"


def test_without_login_nothing_is_taken(county: County) -> None:
    assert county.client().post("/api/visits", json=county.visit()).status_code == 401


def test_the_answer_names_what_is_to_be_checked_of_the_household_with_the_way_there(county: County) -> None:
    cadre, home = county.client("cadre"), county.households[VILLAGE]
    poor = {"wages": 90_000, "business": 0, "property": 0, "transfers": 0, "production_cost": 0}
    visit = county.visit(income=poor | {"period": {"from": "2025-10-01", "to": "2026-09-30"}})
    first, again = cadre.post("/api/visits", json=visit).get_json(), cadre.post("/api/visits", json=visit).get_json()
    assert first["warnings"] == again["warnings"]
    warned = {one["check"]: one for one in first["warnings"]}
    assert warned["wages_household"]["link"] == f"/m/households/{home}/visit#income"
    assert warned["wages_household"]["message"].startswith("工资性收入少得不像：")
    assert "no_income" not in warned, "as it stands after the visit"
    assert cadre.get(warned["wages_household"]["link"]).status_code == 200


def test_what_was_left_as_it_was_though_nothing_was_known_is_taken_and_told(county: County) -> None:
    cadre, home = county.client("cadre"), county.households[VILLAGE]

    def sent(*same: str) -> tuple[list[str], dict[str, Any]]:
        visit = county.visit(unchanged=[*same])
        answers = [
            cadre.post("/api/visits", json={name: visit[name] for name in visit if name not in same}) for _ in "12"
        ]
        assert [answer.status_code for answer in answers] == [201, 200]
        assert answers[0].get_json() == answers[1].get_json()
        told = [one["message"] for one in answers[0].get_json()["warnings"] if one["check"] == "unchanged_unknown"]
        return told, cadre.get(f"/api/households/{home}/form").get_json()["last_visit"]

    told, last = sent("income", "guarantees", "risk_factors", "members")
    assert told == ["收入、两不愁三保障和饮水以前没有记过，选“无变化”等于没有记。请问清楚，再走访一次填上"]
    assert ("income" in last, "guarantees" in last, "expenses" in last) == (False, False, True)
    assert sent("income", "expenses")[0] == ["收入以前没有记过，选“无变化”等于没有记。请问清楚，再走访一次填上"]
    assert sent("expenses")[0] == []
    told, last = sent("income", "expenses", "guarantees", "risk_factors", "members")
    assert (told, "income" in last) == ([], True)


def test_who_has_left_is_told_nothing_more_of_the_household(county: County) -> None:
    cadre, visit = county.client("cadre"), county.visit()
    assert cadre.post("/api/visits", json=visit).get_json()["warnings"] != []
    county.move("cadre", Role.VILLAGE, ELSEWHERE)
    for sent in (visit, county.visit(visited_at=visit["visited_at"])):
        assert county.client("cadre").post("/api/visits", json=sent).get_json()["warnings"] == []
