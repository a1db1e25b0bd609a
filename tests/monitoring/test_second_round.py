"""钻空子: what an attacker of the procedure tried; a second round, a risk just seen, an objection, a lead in use."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from field import clock
from field.case_codes import CaseState
from field.codes import Channel
from field.db import db, transact
from field.ledger.facts import Fact
from field.monitoring.board.counted import counts
from field.monitoring.board.until import Until
from field.monitoring.cases.cases import MonitoringCase, open_case
from field.monitoring.cases.revisit_schedule import next_days
from field.monitoring.cases.revisits import due_revisits
from field.monitoring.help.measures import without_measures
from field.monitoring.leads import attaching
from field.monitoring.leads.declarations import Declared, record_declaration
from field.monitoring.refusals import Refused
from field.monitoring.relief.relief_sheet import sheet
from field.monitoring.risk.judgement import Judgement, judge
from field.monitoring.workdays import china_day
from field.registry.households import Person
from tests.county import County
from tests.monitoring.casework import (
    HOME,
    NEXT,
    RICH,
    asked,
    do,
    helped,
    home_of,
    left,
    listed,
    opened,
    rebuilt,
    state_of,
    to_eliminated,
    to_monitored,
    visited,
)
from tests.web.office import browser, words

NOW, MINUTE, DAY = clock.now(), timedelta(minutes=1), timedelta(days=1)


def eliminated(county: County, at: datetime = NOW) -> str:
    """A case of a listed household whose risk is gone a week later; its id."""
    case_id = listed(county, HOME, "county", at)
    visited(county, HOME, "cadre", at + MINUTE, **RICH)
    to_eliminated(county, case_id, at + 2 * MINUTE)
    return case_id


def marked_again(county: County, case_id: str, at: datetime = NOW) -> None:
    """The whole ladder once more, from the tenth day on, to the seventeenth."""
    later = at + 10 * DAY
    do(county, case_id, "re_mark", "cadre", later, {"note": "又住院了", "risk_factors": ["illness"]})
    visited(county, HOME, "cadre", later + MINUTE, **RICH)
    to_monitored(county, case_id, later + 2 * MINUTE)


def test_a_risk_seen_at_the_door_stops_an_elimination_up_to_its_last_step(county: County) -> None:
    case_id = listed(county, HOME, "county", NOW)
    visited(county, HOME, "cadre", NOW + MINUTE, **RICH)
    helped(county, county.households[HOME], NOW)
    for action in ("propose_elimination", "advance", "advance", "post_notice"):
        do(county, case_id, action, "cadre", NOW + 2 * MINUTE)
    for by in ("cadre", "town"):
        do(county, case_id, "advance", by, NOW + 7 * DAY)
    visited(county, HOME, "cadre", NOW + 7 * DAY, **RICH, risk_factors=["disaster", "illness"], note="房屋被冲毁")
    with pytest.raises(Refused, match="因灾的帮扶措施已落实：还没有落实的措施"):
        do(county, case_id, "advance", "county", NOW + 7 * DAY + MINUTE)
    visited(county, HOME, "cadre", NOW + 7 * DAY + 2 * MINUTE, **RICH)
    assert do(county, case_id, "advance", "county", NOW + 7 * DAY + 3 * MINUTE).state == "eliminated"


@pytest.mark.unlisted(HOME)
@pytest.mark.parametrize("way", ["return", "reject"])
def test_an_objection_is_answered_before_the_case_goes_back_or_ends(county: County, way: str) -> None:
    case_id = opened(county, HOME, "cadre", NOW)
    visited(county, HOME, "cadre", NOW + MINUTE)
    for action, by in (("advance", "cadre"), ("advance", "town"), ("advance", "cadre"), ("post_notice", "cadre")):
        do(county, case_id, action, by, NOW + 2 * MINUTE)
    do(county, case_id, "object", "town", NOW + 3 * MINUTE)
    with pytest.raises(Refused, match="异议还没有答复，请先答复"):
        do(county, case_id, way, "cadre", NOW + 4 * MINUTE)
    do(county, case_id, "answer_objection", "county", NOW + 5 * MINUTE)
    assert (
        do(county, case_id, way, "cadre", NOW + 6 * MINUTE).state == {"return": "assessment", "reject": "rejected"}[way]
    )


@pytest.mark.unlisted(HOME)
def test_a_notice_counts_from_the_day_on_which_it_is_said_to_hang(county: County) -> None:
    case_id = opened(county, HOME, "cadre", NOW)
    visited(county, HOME, "cadre", NOW + MINUTE)
    for by in ("cadre", "town", "cadre"):
        do(county, case_id, "advance", by, NOW + 2 * MINUTE)
    late, day = NOW + 20 * DAY, china_day(NOW)
    past: dict[str, Any] = {"from": f"{day}", "to": f"{day + 6 * DAY}", "place": "村务公开栏"}
    with pytest.raises(Refused, match="公示要从今天"):
        do(county, case_id, "post_notice", "cadre", late, past)


@pytest.mark.unlisted(HOME)
def test_the_green_channel_is_opened_once_and_a_risk_is_written_once(county: County) -> None:
    case_id = opened(county, HOME, "cadre", NOW)
    do(county, case_id, "green_channel", "town", NOW)
    with pytest.raises(Refused, match="已经在走绿色通道"):
        do(county, case_id, "green_channel", "town", NOW + MINUTE)
    visited(county, HOME, "cadre", NOW + MINUTE)
    ways = (("advance", "cadre"), ("advance", "town"), ("advance", "cadre"), ("post_notice", "cadre"))
    for action, by in ways:
        do(county, case_id, action, by, NOW + 2 * MINUTE)
    for by in ("cadre", "town"):
        do(county, case_id, "advance", by, NOW + 8 * DAY)
    twice = {"note": "同意", "kind": "at_risk", "risk_factors": ["illness", "illness"]}
    assert do(county, case_id, "advance", "county", NOW + 8 * DAY, twice).risk_factors == ["illness"]


@pytest.mark.unlisted(NEXT)
def test_a_monitored_household_is_not_merged_away_into_one_that_nobody_looks_after(county: County) -> None:
    case_id, other = listed(county, HOME, "county", NOW), county.households[NEXT]
    into = {"note": "两户本是一家", "into": other}
    with pytest.raises(Refused, match="并过去监测就断了"):
        do(county, case_id, "merge", "town", NOW, into)
    opened(county, NEXT, "town", NOW)
    assert left(county, case_id, "merge", NOW + MINUTE, into).state == "merged"


def test_monitoring_does_not_end_by_death_while_somebody_is_at_home(county: County) -> None:
    case_id = listed(county, HOME, "county", NOW)
    with pytest.raises(Refused, match="名册上陈大一、李小一还在家"):
        do(county, case_id, "die", "town", NOW)
    gone_from_home(county, NOW + MINUTE)
    assert left(county, case_id, "die", NOW + 2 * MINUTE).state == "died"
    assert rebuilt(county) == ()


@pytest.mark.parametrize(("action", "end"), [("move_away", "moved_away"), ("die", "died")])
def test_who_moves_or_dies_after_the_risk_was_gone_is_revisited_no_more(county: County, action: str, end: str) -> None:
    case_id, home = eliminated(county, NOW - 400 * DAY), county.households[HOME]
    if action == "die":
        with pytest.raises(Refused, match="还在家"):
            do(county, case_id, action, "town", NOW)
        gone_from_home(county, NOW)
    kept = do(county, case_id, action, "town", NOW + 2 * MINUTE)
    assert (state_of(kept), kept.due_on is not None) == ("eliminated", True), "the county's turn has its day"
    waiting = county.client("county").get("/api/cases").get_json()["items"]
    assert [one["leaving"] for one in waiting if one["id"] == case_id] == [action], "among those that go on"
    with county.app.app_context():
        late = counts(db.session(), "420626", 6, Until(china_day(NOW + 30 * DAY)), present=False)
    assert late["late_eliminated", "420626"] == late["late_case", "420626"] == 1
    with pytest.raises(Refused, match="先等县里确认或者退回"):
        do(county, case_id, "re_mark", "cadre", NOW + 3 * MINUTE)
    back = do(county, case_id, "keep", "county", NOW + 4 * MINUTE)
    assert (state_of(back), back.due_on) == ("eliminated", None)
    with county.app.app_context():
        assert home in next_days(db.session(), [home]), "as if nothing had been proposed"
    assert rebuilt(county) == ()
    assert state_of(left(county, case_id, action, NOW + 5 * MINUTE)) == end
    with county.app.app_context():
        assert next_days(db.session(), [home]) == {}
        assert db.session.scalars(due_revisits(county.actor("cadre"), china_day(NOW + 90 * DAY))).all() == []
    assert words(browser(county, "cadre").page(f"/households/{home}")).count(CaseState.label_of(end)) > 0
    assert rebuilt(county) == ()


@pytest.mark.unlisted(HOME)
def test_a_case_that_is_kept_stands_in_every_rebuild_as_it_went_on(county: County) -> None:
    case_id = opened(county, HOME, "cadre", NOW)
    do(county, case_id, "move_away", "town", NOW + DAY)
    kept = do(county, case_id, "keep", "county", NOW + 21 * DAY)
    assert (kept.due_on, kept.counts_from) == (china_day(NOW + 23 * DAY), china_day(NOW + 20 * DAY))
    assert rebuilt(county) == ()
    with county.app.app_context():
        again = db.session.get_one(MonitoringCase, case_id)
        assert (again.due_on, again.counts_from) == (kept.due_on, kept.counts_from)


def test_a_household_that_leaves_while_it_is_marked_again_is_revisited_no_more(county: County) -> None:
    case_id, home = eliminated(county), county.households[HOME]
    do(county, case_id, "re_mark", "cadre", NOW + 10 * DAY)
    left(county, case_id, "move_away", NOW + 11 * DAY)
    with county.app.app_context():
        assert next_days(db.session(), [home]) == {}
    assert rebuilt(county) == ()


def test_measures_of_the_first_round_prove_nothing_for_the_second(county: County) -> None:
    case_id, home = eliminated(county), county.households[HOME]
    marked_again(county, case_id)
    later = NOW + 300 * DAY
    visited(county, HOME, "cadre", later, **RICH)
    with pytest.raises(Refused, match="因病的帮扶措施已落实：还没有落实的措施"):
        do(county, case_id, "propose_elimination", "cadre", later + MINUTE)
    with county.app.app_context():
        bare, _total = without_measures(db.session(), county.actor("county"), china_day(later))
        assert home in [one.id for one in bare]
    assert rebuilt(county) == ()


def test_a_new_risk_that_comes_to_nothing_takes_no_revisit_away(county: County) -> None:
    case_id, home = eliminated(county), county.households[HOME]
    with county.app.app_context():
        before = next_days(db.session(), [home])[home].due_on
    do(county, case_id, "re_mark", "cadre", NOW + 10 * DAY)
    do(county, case_id, "reject", "cadre", NOW + 10 * DAY + MINUTE)
    with county.app.app_context():
        assert next_days(db.session(), [home])[home].due_on == before
    assert rebuilt(county) == ()


def test_who_is_monitored_again_is_not_revisited_any_more(county: County) -> None:
    case_id, home = eliminated(county), county.households[HOME]
    marked_again(county, case_id)
    with county.app.app_context():
        assert next_days(db.session(), [home]) == {}


def test_bills_of_both_rounds_are_relieved_and_none_of_the_time_between(county: County) -> None:
    begun = NOW - 50 * DAY
    marked_again(county, eliminated(county, begun), begun)
    home, ended, again = home_of(county, HOME), begun + 7 * DAY, begun + 17 * DAY
    with county.app.app_context():
        person = db.session.scalar(select(Fact.subject).where(Fact.chain_id == home.id, Fact.subject != home.id))
    bills = [
        {"sha256": f"{place}" * 64, "kind": "receipt", "person_id": person, "issued_on": f"{china_day(at)}",
         "amount": 1_000_000, "compliant_amount": 1_000_000}
        for place, at in enumerate((begun - 20 * DAY, ended + 4 * DAY, again))
    ]  # fmt: skip
    visit = county.visit(evidence=bills)
    assert county.client("cadre").post("/api/visits", json=visit).status_code == 201
    with county.app.app_context():
        shares = [one for year in sheet(db.session(), home, china_day(again)).years for one in year.shares]
    assert {one.bill.day: one.since_identified for one in shares} == {
        china_day(begun - 20 * DAY): True, china_day(ended + 4 * DAY): False, china_day(again): True
    }  # fmt: skip
    assert rebuilt(county) == ()


def test_an_income_that_is_still_to_come_is_no_income(county: County) -> None:
    period = {"from": "2035-01-01", "to": "2035-12-31"}
    visited(county, HOME, "cadre", NOW, income={"wages": 9_000_000, "period": period})
    with county.app.app_context():
        judge(db.session(), [county.households[HOME]], NOW)
        figures = json.loads(db.session.get_one(Judgement, county.households[HOME]).figures)
    assert figures.get("income_per_head") is None


def test_a_lead_on_which_a_case_stands_stays_where_it_is_until_the_case_is_refused(county: County) -> None:
    ours, theirs = county.households["420626107205"], county.households["420626102201"]
    by = county.actor("county")
    said = Declared("d1", Channel.SMS, ["illness"], "家里有人住院", "2026-1", "420626", None)
    lead = transacted(county, lambda session: record_declaration(session, said, NOW))
    place = lead.chain_id, lead.seq
    transacted(county, lambda session: attaching.attach(session, *place, ours, by, NOW))
    with pytest.raises(Refused):
        transacted(county, lambda session: open_case(session, *place, asked("open", key="lead"), by, NOW))
    transacted(county, lambda session: attaching.detach(session, *place, ours, "不是这家", by, NOW))
    transacted(county, lambda session: attaching.attach(session, *place, theirs, by, NOW))


def gone_from_home(county: County, at: datetime) -> None:
    """A visit that finds nobody of the household alive."""
    with county.app.app_context():
        mine = select(Person.id).where(Person.household_id == county.households[HOME])
        gone = [{"person_id": one, "left": "died"} for one in db.session.scalars(mine)]
    visited(county, HOME, "cadre", at, members=gone)


def transacted(county: County, work: Any) -> Any:
    """Something done in a transaction of its own."""
    with county.app.app_context():
        return transact(work)
