"""筛查分析: every household is judged, news becomes a lead once, and a rebuild gives the same."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from uuid6 import uuid7

from field import clock
from field.codes import Channel
from field.commands.judgement import sweep_county, sweep_lane
from field.db import db, transact
from field.ledger.entries import Entry
from field.monitoring.cases.cases import MonitoringCase
from field.monitoring.leads.declarations import Declared, record_declaration
from field.monitoring.policy.shelf import OURS
from field.monitoring.risk.judgement import Judgement, basis
from field.monitoring.risk.sweep import Swept, lanes
from field.monitoring.roster.enrol import enrol
from field.monitoring.visiting.visits import record_visit
from field.registry.households import Household
from tests.county import County, household, moment
from tests.monitoring import casework
from tests.monitoring.casework import RICH, rebuilt
from tests.monitoring.test_judgement import OK, visit

HOME = "420626107204"
UNMONITORED = "420626102202"


def swept(county: County, days: int = 0) -> Swept:
    with county.app.app_context():
        return sweep_county(clock.now() + timedelta(days=days))


def released(county: County) -> None:
    """Take one household off the list of the monitored, as a newer roster would."""
    roster = {key: value for key, value in household(UNMONITORED, 3).items() if key not in ("kind", "identified_on")}
    with county.app.app_context():
        transact(lambda session: enrol(session, [{**roster, "formerly_poor": False}], "county", clock.now()))  # type: ignore[typeddict-item]


def poor(county: County, place: str, wages: int = 1_000_000, **changes: Any) -> None:
    by = county.actor("cadre" if place == HOME else "town2")
    one = visit(county, income={"wages": wages}, **changes) | {"household_id": county.households[place]}
    with county.app.app_context():
        transact(lambda session: record_visit(session, one, by, clock.now()))


def leads(county: County) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = county.client("county").get("/api/leads?state=all").get_json()["items"]
    return items


def tasks_of(county: County, place: str, who: str = "cadre") -> list[str]:
    """What somebody's list holds about a household."""
    items = county.client(who).get("/api/tasks").get_json()["items"]
    return [one["kind_name"] for one in items if one["household_id"] == county.households[place]]


def steps_of(county: County, village: str) -> list[str]:
    """The same without the month's visit, which a visit of two days ago is not in the first days of a month."""
    return [one for one in tasks_of(county, village) if one != "本月走访"]


@pytest.mark.unlisted(UNMONITORED)
def test_every_household_is_judged_and_news_becomes_one_lead(county: County) -> None:
    released(county)
    assert swept(county).as_json() == {
        "households": 4, "persons": 8, "grades": {"red": 0, "orange": 0, "yellow": 0, "none": 4}, "warnings": 0,
    }  # fmt: skip
    poor(county, UNMONITORED)
    result = swept(county)
    assert (result.grades["orange"], result.warnings) == (1, 1)
    [lead] = leads(county)
    assert (lead["source"], lead["kind"], lead["grade"]) == ("analysis", "warning", "orange")
    assert lead["words"].endswith("家里 2 口人，减去自己付的看病、上学的钱，人均纯收入 5,000 元，监测范围是 9,000 元。")
    [task] = county.client("town2").get("/api/tasks?source=analysis").get_json()["items"]
    assert (task["kind"], task["source"]) == ("check", "analysis")
    assert swept(county).warnings == 0, "the same signal again"
    assert len(leads(county)) == 1
    assert rebuilt(county) == ()


def test_a_monitored_household_is_news_only_above_being_monitored(small_county: County) -> None:
    poor(small_county, HOME, 1_700_000)
    assert (swept(small_county).grades["yellow"], leads(small_county)) == (1, [])
    poor(small_county, HOME, 1_000_000, visited_at=moment(clock.now() - timedelta(hours=1)))
    assert swept(small_county).warnings == 1
    assert [lead["grade"] for lead in leads(small_county)] == ["orange"]


@pytest.mark.unlisted(UNMONITORED)
def test_a_declaration_and_a_warning_are_one_lead_with_two_traces(small_county: County) -> None:
    released(small_county)
    poor(small_county, UNMONITORED)
    with small_county.app.app_context():
        said = Declared(
            "d1", Channel.SMS, ["illness"], "住院了", "2026-1", UNMONITORED, small_county.households[UNMONITORED]
        )
        transact(lambda session: record_declaration(session, said, clock.now()))
    assert swept(small_county).warnings == 1
    [lead] = leads(small_county)
    assert (lead["source"], lead["grade"], lead["traces"]) == ("declaration", "orange", [lead["seq"], lead["seq"] + 1])
    assert rebuilt(small_county) == ()


@pytest.mark.unlisted(HOME)
def test_a_warning_of_a_household_whose_case_goes_on_is_a_trace_and_no_second_task(county: County) -> None:
    then = clock.now() - timedelta(days=2)
    case_id = casework.opened(county, HOME, "cadre", then)
    casework.visited(county, HOME, "cadre", then + timedelta(hours=1), income={"wages": 1_000_000})
    casework.do(county, case_id, "advance", "cadre", then + timedelta(hours=2))
    assert swept(county).warnings == 1
    [lead] = leads(county)
    assert (lead["source"], lead["grade"], len(lead["traces"])) == ("declaration", "orange", 2)
    assert tasks_of(county, HOME, "town") == ["信息比对"], "one row for one family"
    casework.do(county, case_id, "reject", "town", clock.now())
    assert swept(county, days=100).warnings == 1
    assert {one["source"] for one in leads(county)} == {"declaration", "analysis"}
    assert tasks_of(county, HOME) == ["入户核实"], "the case has ended, and what is new is looked into again"
    assert rebuilt(county) == ()


def opened_from(county: County, source: str) -> MonitoringCase:
    """A case from the household's lead that came this way."""
    [lead] = [one for one in leads(county) if one["source"] == source]
    asked = {"key": str(uuid7()), "lead": {"chain_id": lead["chain_id"], "seq": lead["seq"]}}
    assert county.client("cadre").post("/api/cases", json=asked).status_code == 201
    return casework.the_case(county, HOME)


@pytest.mark.unlisted(HOME)
@pytest.mark.parametrize("declared", [True, False])
def test_what_the_night_warns_of_was_heard_when_the_visit_found_it_or_what_it_went_to_was_told(
    county: County, declared: bool
) -> None:
    told, went = clock.now() - timedelta(days=9), clock.now() - timedelta(hours=5)
    casework.visited(county, HOME, "cadre", told - timedelta(days=20))
    if declared:
        casework.declared(county, HOME, told)
    casework.visited(county, HOME, "cadre", went, income={"wages": 1_000_000})
    assert swept(county).warnings == 1
    case = opened_from(county, "analysis")
    assert abs(case.heard_at - (told if declared else went)) < timedelta(seconds=1)
    assert tasks_of(county, HOME) == ["入户核实"]
    assert county.client("cadre").get("/api/tasks").get_json()["items"][0]["kind"] == "step"
    assert rebuilt(county) == ()
    case = casework.do(county, case.id, "advance", "cadre", clock.now())
    assert case.state == "data_check", "whoever was just there need not go again"
    casework.do(county, case.id, "reject", "town", clock.now())
    assert tasks_of(county, HOME) == [], "the lead of the case itself comes to nobody again"
    assert rebuilt(county) == ()


@pytest.mark.unlisted(HOME)
def test_a_warning_long_after_the_visit_is_news_of_its_own(county: County) -> None:
    casework.declared(county, HOME, clock.now() - timedelta(days=20))
    casework.visited(county, HOME, "cadre", clock.now() - timedelta(days=9), income={"wages": 1_000_000})
    assert swept(county).warnings == 1
    assert clock.now() - opened_from(county, "analysis").heard_at < timedelta(minutes=1)


@pytest.mark.unlisted(HOME)
def test_who_has_moved_away_is_not_warned_of_any_more_until_the_household_is_heard_of_again(county: County) -> None:
    then = clock.now() - timedelta(days=2)
    case_id = casework.opened(county, HOME, "cadre", then)
    casework.visited(county, HOME, "cadre", then + timedelta(hours=1), income={"wages": 1_000_000})
    casework.left(county, case_id, "move_away", then + timedelta(hours=2))
    assert swept(county).warnings == 0
    assert tasks_of(county, HOME) == []
    found = county.client("town").get("/quality?check=red_without_case").get_data(as_text=True)
    assert county.households[HOME] not in found
    lead = casework.declared(county, HOME, clock.now())
    asked = {"key": str(uuid7()), "lead": {"chain_id": lead.chain_id, "seq": lead.seq}}
    assert county.client("cadre").post("/api/cases", json=asked).status_code == 201
    assert swept(county).warnings == 1, "here again, by its newest case"
    assert rebuilt(county) == ()


def test_a_warning_on_the_way_out_is_looked_into_before_the_way_goes_on(county: County) -> None:
    then = clock.now() - timedelta(days=2)
    case_id = casework.listed(county, HOME, "county", then)
    casework.visited(county, HOME, "cadre", then, **RICH)
    casework.helped(county, county.households[HOME], then)
    casework.do(county, case_id, "propose_elimination", "cadre", then)
    casework.do(county, case_id, "advance", "cadre", then)
    assert steps_of(county, HOME) == ["消除：民主评议"]
    poor(county, HOME, visited_at=moment(then + timedelta(hours=1)))
    assert swept(county).warnings == 1
    assert steps_of(county, HOME) == ["入户核实"]
    casework.visited(county, HOME, "cadre", clock.now() + timedelta(minutes=1), **RICH)
    assert steps_of(county, HOME) == ["消除：民主评议"]
    assert rebuilt(county) == ()


@pytest.mark.unlisted(UNMONITORED)
def test_the_same_grade_again_is_no_news(small_county: County) -> None:
    released(small_county)
    poor(small_county, UNMONITORED)
    swept(small_county)
    with small_county.app.app_context():
        said = Declared(
            "d1", Channel.SMS, ["accident"], "摔了", "2026-1", UNMONITORED, small_county.households[UNMONITORED]
        )
        transact(lambda session: record_declaration(session, said, clock.now()))
    assert swept(small_county).warnings == 0, "still orange"
    assert {lead["source"] for lead in leads(small_county)} == {"declaration", "analysis"}
    assert rebuilt(small_county) == ()


def test_a_sweep_is_an_entry_and_a_later_one_judges_as_of_its_day(small_county: County) -> None:
    swept(small_county)
    swept(small_county, days=40)
    with small_county.app.app_context():
        entries = db.session.scalars(select(Entry).where(Entry.kind == "sweep").order_by(Entry.seq)).all()
        assert [entry.chain_id for entry in entries] == ["region:420626"] * 2
        assert json.loads(entries[0].payload)["households"] == 4
        days = set(db.session.scalars(select(Judgement.as_of)))
        assert len(days) == 1
        assert json.loads(entries[1].payload)["as_of"] == str(days.pop())
    assert rebuilt(small_county) == ()


def test_the_statistics_count_the_monitored_by_grade(county: County) -> None:
    poor(county, HOME)
    figures = county.client("county").get("/api/statistics").get_json()
    assert figures["by_grade"] == {"red": 0, "orange": 1, "yellow": 0, "none": 3}
    assert sum(figures["by_grade"].values()) == figures["households"]


def test_a_guarantee_that_is_missing_is_seen_in_the_transaction_of_the_visit(small_county: County) -> None:
    lacking = {"status": "problem", "note": "没有"}
    poor(small_county, HOME, 6_000_000, guarantees={**OK, "food": lacking, "water": lacking})
    assert small_county.client("cadre").get("/api/statistics").get_json()["by_grade"]["red"] == 1


def test_the_command_tells_the_counts(small_county: County) -> None:
    run = small_county.app.test_cli_runner().invoke
    answer = run(args=["sweep", "--json"])
    assert answer.exception is None
    told = json.loads(answer.stdout)
    assert set(told) >= {"households", "persons", "grades", "seconds"}
    assert set(told["grades"]) == {"red", "orange", "yellow", "none"}
    assert "4 户 8 人" in run(args=["sweep"]).output


def test_a_change_is_tried_on_todays_households_before_it_is_signed(county: County, tmp_path: Path) -> None:
    poor(county, HOME)
    file = tmp_path / "stricter.toml"
    file.write_text(
        (OURS / "2026.toml").read_text(encoding="utf-8").replace("red = 50, orange = 75", "red = 60, orange = 75"),
        encoding="utf-8",
    )
    told = county.app.test_cli_runner().invoke(args=["policy", "simulate", str(file)]).output
    assert "红色：0 户 → 1 户" in told
    assert "马桥镇 堰垭村 陈**  橙色 → 红色" in told
    assert "陈大一" not in told
    figures = county.client("county").get("/api/statistics").get_json()
    assert figures["by_grade"]["red"] == 0, "nothing is kept"


@pytest.mark.parametrize("several", [1, 2, 3, 9])
def test_the_lanes_of_a_sweep_pass_every_household_once(county: County, several: int) -> None:
    with county.app.app_context():
        parts = [sweep_lane(basis(clock.now()), *ends, clock.now()) for ends in lanes(db.session(), several)]
        households = db.session.scalar(select(func.count()).select_from(Household))
    assert len(parts) == several
    assert sum(part.households for part in parts) == households
