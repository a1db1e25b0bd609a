"""监测对象回访日: set by an elimination, done by revisits, taken back with it, and a relapse is a lead."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from uuid6 import uuid7
from werkzeug.test import TestResponse

from field import clock
from field.china_time import opens
from field.codes import Role
from field.db import db
from field.ledger.facts import latest
from field.monitoring.cases.revisit_schedule import RevisitDue, schedule
from field.monitoring.cases.revisits import due_revisits
from field.monitoring.policy.shapes import Revisit
from field.monitoring.visiting.held import waiting as held_waiting
from field.monitoring.workdays import china_day
from tests.county import County, moment
from tests.monitoring.casework import HOME, NEXT, do, rebuilt
from tests.revisiting import eliminated, revisit
from tests.web.office import browser, words

LONG_AGO = clock.now() - timedelta(days=50)  # eliminated a week later, and so first due some 13 days ago


def send(county: County, body: dict[str, Any], who: str = "cadre") -> TestResponse:
    return county.client(who).post("/api/revisits", json=body)


def due(county: County, who: str, day: date) -> Sequence[tuple[str, int]]:
    by = county.actor(who)
    with county.app.app_context():
        return [(one.household_id, one.nth) for one in db.session.scalars(due_revisits(by, day))]


def test_a_revisit_does_what_is_due_and_the_next_one_waits_for_its_day(county: County) -> None:
    eliminated(county, HOME, LONG_AGO)
    home, today = county.households[HOME], china_day(clock.now())
    assert due(county, "cadre", today) == due(county, "town", today) == [(home, 1)]
    assert due(county, "cadre2", today) == due(county, "medical", today) == []
    form = county.client("cadre").get(f"/api/households/{home}/form").get_json()
    assert (form["revisit"]["nth"], form["case"]["state"]) == (1, "eliminated")
    body = revisit(home)
    first, again = send(county, body), send(county, body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.get_json() == again.get_json()
    assert first.get_json()["nth"] == [1]
    assert send(county, revisit(home)).get_json()["nth"] == [], "beyond the schedule, and taken all the same"
    assert due(county, "cadre", today) == []
    assert due(county, "cadre", today + timedelta(days=100)) == [(home, 2)], "the longest due stands for the household"
    with county.app.app_context():
        facts = latest(db.session(), home, ["guarantees", "expenses"])
        assert facts["expenses"].value == body["expenses"]
        assert facts["guarantees"].value["water"]["note"] == "枯水期断水"
    assert rebuilt(county) == ()


def test_a_relapse_is_a_lead_in_the_words_of_the_revisit(county: County) -> None:
    eliminated(county, HOME, LONG_AGO)
    cadre, before = county.client("cadre"), county.client("cadre").get("/api/leads").get_json()["total"]
    note = "户主又住院了，报销以后还要付三万"
    assert send(county, revisit(county.households[HOME], relapse=True, note=note)).status_code == 201
    leads = cadre.get("/api/leads").get_json()
    assert leads["total"] == before + 1
    lead = leads["items"][0]
    assert (lead["kind"], lead["source"], lead["words"], lead["state"]) == ("hardship", "visit", note, "open")
    form = cadre.get(f"/api/households/{county.households[HOME]}/form").get_json()
    assert "declared" not in {rule["rule"] for rule in form["rules"]}, "a cadre was at the door"
    page = words(browser(county, "town").page(f"/households/{county.households[HOME]}"))
    for told in ("监测对象回访", "有，已转为线索", note, "邻居、医保", "13,500"):
        assert told in page
    assert rebuilt(county) == ()


@pytest.mark.parametrize(("days", "done"), [(7, [1]), (8, [])])
def test_a_revisit_up_to_a_week_early_does_what_is_due(small_county: County, days: int, done: list[int]) -> None:
    eliminated(small_county, HOME, LONG_AGO)
    with small_county.app.app_context():
        when = db.session.scalars(select(RevisitDue.due_on).where(RevisitDue.nth == 1)).one() - timedelta(days=days)
    body = revisit(small_county.households[HOME], opens(when) + timedelta(hours=4))
    assert send(small_county, body).get_json()["nth"] == done


def test_a_relapse_is_heard_of_when_it_was_seen(small_county: County) -> None:
    eliminated(small_county, HOME, LONG_AGO)
    seen = moment(clock.now() - timedelta(days=1))
    body = revisit(small_county.households[HOME], relapse=True, note="又住院了", revisited_at=seen)
    assert send(small_county, body).status_code == 201
    items = small_county.client("cadre").get("/api/leads").get_json()["items"]
    assert [one["opened_at"] for one in items if one["words"] == "又住院了"] == [seen]


def test_a_relapse_from_a_phone_whose_clock_is_years_behind_is_a_lead_all_the_same(county: County) -> None:
    eliminated(county, HOME, LONG_AGO)
    home, cadre = county.households[HOME], county.client("cadre")
    said = revisit(home, relapse=True, note="又住院了", revisited_at="2015-01-01T00:00:00.000Z")
    assert send(county, said).status_code == 201
    [lead] = [one for one in cadre.get("/api/leads").get_json()["items"] if one["words"] == "又住院了"]
    assert (lead["state"], lead["opened_at"][:4]) == ("open", f"{clock.now():%Y}")
    assert [one["kind"] for one in cadre.get("/api/tasks?kind=check").get_json()["items"]] == ["check"]
    assert rebuilt(county) == ()


def test_who_goes_back_is_not_revisited_any_more_but_what_was_seen_is_kept(county: County) -> None:
    case_id, today = eliminated(county, HOME, LONG_AGO), china_day(clock.now())
    do(county, case_id, "roll_back", "county", clock.now())
    assert due(county, "cadre", today) == []
    late = send(county, revisit(county.households[HOME]))
    assert (late.status_code, late.get_json()["nth"]) == (201, [])
    assert county.client("cadre").get(f"/api/households/{county.households[HOME]}/form").get_json()["revisit"] is None
    assert rebuilt(county) == ()


def test_refusals_are_those_of_visits(small_county: County) -> None:
    eliminated(small_county, HOME, LONG_AGO)
    home = small_county.households[HOME]
    body = revisit(home)
    for who in ("cadre2", "town2"):
        told = [send(small_county, body | {"household_id": one}, who) for one in (home, str(uuid7()))]
        assert [answer.status_code for answer in told] == [403, 403]
        assert told[0].data == told[1].data
    assert send(small_county, body, "medical").status_code == 403
    assert send(small_county, revisit(small_county.households[NEXT]), "town").get_json()["code"] == "not_eliminated"
    faults = send(small_county, body | {"relapse": True, "checked_with": [], "income_per_head": "很多"}).get_json()
    assert [one["field"] for one in faults["errors"]] == ["checked_with", "income_per_head", "note"]
    stranger = body | {"evidence": [{"sha256": "1" * 64, "kind": "person", "person_id": str(uuid7())}]}
    assert send(small_county, stranger).get_json()["errors"][0]["field"] == "evidence.0.person_id"
    first = send(small_county, body)
    assert first.status_code == 201
    other = send(small_county, body | {"income_per_head": 1})
    assert (other.status_code, other.get_json()["code"]) == (409, "other_content")
    assert other.get_json()["kept"]["income_per_head"] == body["income_per_head"]
    assert other.get_json()["receipt"] == first.get_json()["receipt"]


def test_a_revisit_made_in_post_and_sent_after_it_ended_counts_once_the_town_takes_it_in(county: County) -> None:
    eliminated(county, HOME, LONG_AGO)
    home, today = county.households[HOME], china_day(clock.now())
    before = clock.now() - timedelta(minutes=1)
    said, refused = (revisit(home, before, relapse=True, note="户主又住院了") for _ in range(2))
    county.move("cadre", Role.VILLAGE, NEXT)
    first, again = send(county, said), send(county, said)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.get_json() == again.get_json()
    assert (first.get_json()["held"], first.get_json()["nth"], first.get_json()["warnings"]) == (True, [], [])
    assert send(county, refused).status_code == 201
    assert send(county, revisit(home)).status_code == 403, "made after the post had ended"
    assert due(county, "town", today) == [(home, 1)]
    town, leads = browser(county, "town"), county.client("town").get("/api/leads").get_json()["total"]
    page = words(town.page("/held"))
    for told in ("2 条走访或回访等您核收", "回访", "有，已转为线索", "户主又住院了"):
        assert told in page + words(town.page("/"))
    with county.app.app_context():
        one, other = [entry.seq for entry in held_waiting(db.session(), county.actor("town"))]
    assert town.send(f"/held/{home}/{other}", verdict="return", reason="重复了").status_code == 303
    assert due(county, "town", today) == [(home, 1)]
    assert town.send(f"/held/{home}/{one}", verdict="accept").status_code == 303
    assert due(county, "town", today) == []
    assert county.client("town").get("/api/leads").get_json()["total"] == leads + 1
    assert rebuilt(county) == ()


def test_a_phone_whose_clock_runs_ahead_does_no_later_revisit(small_county: County) -> None:
    eliminated(small_county, HOME, LONG_AGO)
    ahead = revisit(small_county.households[HOME], clock.now() + timedelta(days=400))
    assert send(small_county, ahead).get_json()["nth"] == [1]


def test_the_photographs_of_a_revisit_are_asked_for(small_county: County) -> None:
    eliminated(small_county, HOME, LONG_AGO)
    named = revisit(small_county.households[HOME], evidence=[{"sha256": "9" * 64, "kind": "house"}])
    assert send(small_county, named).get_json()["evidence_missing"] == ["9" * 64]


@given(st.dates(date(2022, 1, 1), date(2040, 1, 1)), st.lists(st.integers(1, 60), min_size=1), st.integers(0, 60))
def test_days_of_revisits_come_in_order_and_never_before_the_elimination(
    day: date, months: list[int], early: int
) -> None:
    days = schedule(Revisit(months=months, early_days=early, source="x"), day)
    assert len(days) == len(set(months))
    due = [date.fromisoformat(one["due_on"]) for one in days]
    assert due == sorted(due)
    for one in days:
        assert day.isoformat() <= one["from_on"] <= one["due_on"]


@pytest.mark.parametrize(("day", "due_on"), [(date(2026, 1, 31), "2026-02-28"), (date(2026, 11, 30), "2026-12-30")])
def test_the_last_of_a_month_stands_for_days_that_it_has_not(day: date, due_on: str) -> None:
    assert schedule(Revisit(months=[1], source="x"), day)[0]["due_on"] == due_on
