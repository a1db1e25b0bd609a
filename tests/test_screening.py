"""部门名单: a department's list from its system to leads, traces, decisions and answers, and the same after a rebuild."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from field import clock, worker
from field.db import db
from field.ledger.entries import Entry, opened
from field.ledger.facts import DEPARTMENT, Fact
from field.registry.households import Household, Person
from tests.county import County
from tests.screenings import FAR, HOME, NEXT, a_list, answered, free, freeman, head, settle, sick


def leads(county: County) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = county.client("county").get("/api/leads?per_page=100").get_json()["items"]
    return [lead for lead in items if lead["source"] == "screening"]


def send(county: County, body: dict[str, Any], role: str = "medical") -> Any:
    return county.client(role).post("/api/screening", json=body)


TWELVE: list[tuple[dict[str, Any], str]] = [
    (sick(0), "monitored"),
    (freeman(0) | {"reason": "medical_cost", "issued_on": "2026-10-08", "amount": 4_200_000}, "new_lead"),
    (freeman(0) | {"reason": "serious_illness", "issued_on": "2026-10-09", "note": "白血病"}, "same"),
    (freeman(1) | {"reason": "medical_cost", "issued_on": "2026-10-08", "amount": 3_000_000, "self_paid": 1_999_900},
     "not_ours"),
    (freeman(2) | {"reason": "disability", "issued_on": "2026-11-02"}, "new_lead"),
    ({"name": "刘安甲", "birth_date": "1975-03-09", "village": "堰垭村", "reason": "disaster",
      "issued_on": "2026-07-01"}, "waiting"),
    ({"name": "刘安四", "birth_date": "1975-03-09", "village": "尧治河村", "reason": "dropout",
      "issued_on": "2026-09-01"}, "new_lead"),
    ({"name": "钱不在", "birth_date": "1990-01-01", "village": "堰垭村", "reason": "job_loss",
      "issued_on": "2026-09-01"}, "not_listed"),
    (freeman(2) | {"reason": "disability", "issued_on": "2026-11-02"}, "repeated"),
    (freeman(1) | {"name": "刘不同", "reason": "accident", "issued_on": "2026-10-01"}, "waiting"),
    (head(1) | {"id_number": "420626196805040000", "reason": "disaster", "issued_on": "2026-07-01"}, "bad"),
    (freeman(1) | {"reason": "schooling_cost", "issued_on": "2026-09-01", "amount": 1_000_000}, "not_ours"),
]  # fmt: skip


@pytest.fixture
def roster(county: County) -> County:
    """The county with five households that are not monitored, two of them with heads of one name and birth date."""
    settle(county, free(0), free(1), free(2), free(3, NEXT), free(10), free(11, members=[
        {"name": "刘安甲", "relation": "户主", "sex": "male", "birth_date": "1975-03-09",
         "id_number": freeman(11)["id_number"]}]))  # fmt: skip
    return county


def test_every_row_of_a_list_is_answered_and_a_rebuild_gives_the_same(roster: County) -> None:
    answer = send(roster, a_list(*(row for row, _ in TWELVE)))
    assert answer.status_code == 201, answer.text
    told = answer.get_json()
    assert [one["answer"] for one in told["answers"]] == [expected for _, expected in TWELVE]
    assert told["answered"] == told["rows"] == 12
    assert told["answers"][0]["id_number"] == "420626********" + head(0)["id_number"][-4:]
    assert told["answers"][10]["errors"][0]["field"] == "id_number"
    found = {(lead["head"], lead["risk_factors"][0]): lead for lead in leads(roster)}
    assert set(found) == {("刘安一", "illness"), ("刘安三", "disability"), ("刘安四", "schooling")}
    assert len(found["刘安一", "illness"]["traces"]) == 2
    assert (found["刘安一", "illness"]["words"], found["刘安一", "illness"]["warned"]) == ("", ""), (
        "no warning of our own"
    )
    assert found["刘安一", "illness"]["why"] == "医保局报送2026年10月8日的大额医疗费，费用42,000.00元，自付多少没有写"
    assert roster.rebuilt() == ()


def test_a_matched_row_is_an_entry_that_keeps_the_bill_and_what_it_says_of_health(roster: County) -> None:
    send(roster, a_list(sick(0), freeman(2) | {"reason": "disability", "issued_on": "2026-11-02"}))
    with roster.app.app_context():
        session = db.session()
        [entry] = session.scalars(
            select(Entry).where(Entry.kind == "screening", Entry.chain_id == roster.households[HOME])
        )
        [said] = opened(session, [entry])
        assert (entry.channel, said["issued_on"], said["amount"], said["compliant_amount"]) == (
            "department", "2026-10-08", 6_000_000, 5_000_000)  # fmt: skip
        person = session.get_one(Person, said["person_id"])
        assert person.name == "陈大一"
        assert "陈大一" not in entry.payload
        fact = session.scalars(select(Fact).where(Fact.attribute == "health")).one()
        assert (fact.value, fact.level, fact.informant) == ("残疾", DEPARTMENT, "医保局")
        assert session.get_one(Person, fact.subject).health == "残疾"


def test_the_same_list_twice_makes_no_second_lead(roster: County) -> None:
    body = a_list(*(row for row, _ in TWELVE))
    first = send(roster, body).get_json()
    again = send(roster, body)
    assert (again.status_code, again.get_json()["answers"]) == (200, first["answers"])
    other_id = send(roster, body | a_list(*body["rows"]))
    assert (other_id.status_code, other_id.get_json()["id"]) == (200, first["id"])
    assert send(roster, body | {"rows": body["rows"][:1]}).status_code == 409
    partly = send(roster, a_list(body["rows"][1], body["rows"][5], sick(1))).get_json()
    assert [one["answer"] for one in partly["answers"]] == ["repeated", "repeated", "monitored"]
    assert len(leads(roster)) == 3
    assert roster.rebuilt() == ()


def test_people_decide_on_doubtful_rows_and_only_in_their_region(roster: County) -> None:
    told = send(roster, a_list(*(row for row, _ in TWELVE))).get_json()
    with roster.app.app_context():
        twins = dict(db.session.execute(
            select(Household.number, Person.id).join(Person).where(Person.name == "刘安甲")).all())  # fmt: skip
    path = f"/doubtful/{told['id']}/6"
    choice = {"person": twins["F0010"], "note": "电话问过村里"}
    assert roster.client("town2").post(path, data=choice).status_code == 403
    assert roster.client("cadre").post(path, data=choice).status_code == 403
    assert roster.client("medical").post(path, data=choice).status_code == 403
    assert roster.client("town").post(path, data=choice | {"person": str(roster.people)}).status_code == 422
    assert roster.client("town").post(path, data={"note": "不知道"}).status_code == 422
    assert roster.client("town").post(path, data=choice).status_code == 303
    assert roster.client("town").post(path, data=choice).status_code == 303, "the same again"
    assert roster.client("county").post(path, data=choice | {"person": twins["F0011"]}).status_code == 409
    nobody = {"person": "nobody", "note": "同名不同人"}
    assert roster.client("town").post(f"/doubtful/{told['id']}/10", data=nobody).status_code == 303
    assert (answered(roster)[6], answered(roster)[10]) == ("new_lead", "not_listed")
    assert ("刘安甲", "disaster") in {(lead["head"], lead["risk_factors"][0]) for lead in leads(roster)}
    assert roster.rebuilt() == ()


def test_a_department_reads_its_own_lists_alone_and_learns_nothing_that_it_did_not_send(roster: County) -> None:
    told = send(roster, a_list(*(row for row, _ in TWELVE))).get_json()
    path = f"/api/screening/{told['id']}"
    assert roster.client("county").get(path).status_code == 200
    for role in ("cadre", "town"):
        assert roster.client(role).get(path).status_code == 403
    text = roster.client("medical").get(path).text
    for secret in ("F0000", roster.households[HOME], "户主", "formerly", "5,000", "20,000"):
        assert secret not in text
    assert roster.client("medical").get(f"{path}?after=11").get_json()["answers"][0]["row"] == 12
    assert roster.client("medical").get("/api/screening").get_json()["total"] == 1


def test_a_household_that_was_poor_before_is_for_us_from_a_lower_line(county: County) -> None:
    settle(county, free(0), free(1, FAR, formerly_poor=True))
    bill = {"reason": "medical_cost", "issued_on": "2026-10-08", "amount": 900_000, "self_paid": 500_000}
    told = send(county, a_list(freeman(0) | bill, freeman(1) | bill)).get_json()
    assert [one["answer"] for one in told["answers"]] == ["not_ours", "new_lead"]


def test_after_a_visit_the_same_signal_is_a_new_lead(county: County) -> None:
    settle(county, free(0))
    row = freeman(0) | {"reason": "disaster", "issued_on": "2026-07-01"}
    send(county, a_list(row))
    [lead] = leads(county)
    soon = {"household_id": lead["household_id"], "visited_at": (clock.now() + timedelta(seconds=1)).isoformat()}
    assert county.client("cadre").post("/api/visits", json=county.visit() | soon).status_code == 201
    told = send(county, a_list(row | {"issued_on": "2026-07-09"})).get_json()
    assert told["answers"][0]["answer"] == "new_lead"
    assert county.rebuilt() == ()


def test_a_long_list_of_a_system_is_taken_in_and_answered_by_the_worker(roster: County) -> None:
    rows = [
        freeman(who) | {"reason": "disaster", "issued_on": f"2026-07-{day:02d}"}
        for who in range(3)
        for day in range(1, 31)
    ]
    body = a_list(*rows)
    answer = send(roster, body)
    told = answer.get_json()
    assert (answer.status_code, told["state"], told["answered"]) == (202, "queued", 0)
    assert roster.client("medical").get(f"/api/jobs/{told['job']}").get_json()["kind"] == "screening"
    assert send(roster, body).status_code == 200
    assert worker.worker(roster.app).step()
    done = roster.client("medical").get(f"/api/screening/{told['id']}").get_json()
    assert (done["state"], done["counts"]) == ("answered", {"new_lead": 3, "same": 87})
    assert len(leads(roster)) == 3


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"rows": []}, 422), ({"rows": [{}] * 2001}, 422), ({"rows": ["陈大一"]}, 422), ({"id": "1"}, 422),
        ({"title": ""}, 422), ({"title": " "}, 422), ({"unknown": 1}, 422), ({"title": "名\x00单"}, 422), ({"rows": [{"name": "\x00"}]}, 422),
        ({"rows": [{"note": "字" * 300_000}]}, 413), ({"rows": [{}]}, 201), ({"rows": [{"amount": 10**30}]}, 201),
    ],
)  # fmt: skip
def test_a_list_of_no_shape_is_refused_and_a_row_of_none_is_answered(
    small_county: County, change: dict[str, Any], status: int
) -> None:
    answer = send(small_county, a_list(sick(0)) | change)
    assert answer.status_code == status, answer.text
    if status == 201:
        assert [one["answer"] for one in answer.get_json()["answers"]] == ["bad"]


def test_relief_is_reckoned_on_what_insurance_left_of_a_reported_bill(county: County) -> None:
    """Of 60,000 yuan insurance left 38,000; 10,000 are outside the catalogue, so relief looks at 28,000 of it."""
    [year] = relieved(county, sick(0))["years"]
    assert (year["amount"], year["compliant"], year["non_compliant"]) == (3_800_000, 2_800_000, 1_000_000)
    assert (year["basic"], year["tilted"], year["borne"], year["lost"]) == (1_560_000, 474_000, 1_766_000, 0)
    assert county.rebuilt() == ()


def test_what_the_family_paid_for_what_is_outside_the_catalogue_is_no_less_than_nothing_to_relief(
    county: County,
) -> None:
    [year] = relieved(county, sick(0, self_paid=800_000))["years"]
    assert (year["amount"], year["compliant"], year["borne"]) == (800_000, 0, 800_000)


@pytest.mark.parametrize(
    ("unsaid", "why"),
    [
        (("self_paid",), ["self_paid", "compliant"]),
        (("compliant_amount",), ["compliant"]),
        (("amount",), ["compliant"]),
    ],
)
def test_a_reported_bill_that_does_not_say_what_insurance_left_is_listed_and_not_counted(
    county: County, unsaid: tuple[str, ...], why: list[str]
) -> None:
    told = relieved(county, {name: value for name, value in sick(0).items() if name not in unsaid})
    assert told["years"] == []
    assert [bill["why"] for bill in told["unclear"]] == [why]


def relieved(county: County, row: dict[str, Any]) -> dict[str, Any]:
    """What the relief of the household comes to once a list has named the row."""
    assert send(county, a_list(row)).status_code == 201
    told: dict[str, Any] = county.client("cadre").get(f"/api/households/{county.households[HOME]}/relief").get_json()
    return told
