"""名册与案子: a roster that comes later ends no monitoring, and takes nobody into what a case does not say."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from uuid6 import uuid7

from field import clock
from field.codes import Channel
from field.db import db, transact
from field.monitoring.board.standings import STILL
from field.monitoring.cases.cases import take_over
from field.monitoring.checks.quality import checks_called, count, of_household, terms
from field.monitoring.household_file import people as household_people
from field.monitoring.leads.attaching import attach
from field.monitoring.leads.declarations import Declared, record_declaration
from field.monitoring.refusals import Refused
from field.monitoring.relief.relief_standings import ReliefStanding
from field.monitoring.roster.enrol import enrol
from field.registry.households import Household
from tests.county import County, household, unmonitored
from tests.monitoring.casework import HOME, NOTE, asked, declared, do, home_of, left, listed, opened
from tests.revisiting import eliminated
from tests.web.office import visited

ELSEWHERE = "420626102201"


def rostered(county: County, **changes: Any) -> None:
    """A newer roster of the village's household; what is None is left empty."""
    said: dict[str, Any] = {**household(HOME, 0), **changes}
    roster: Any = {name: value for name, value in said.items() if value is not None}
    with county.app.app_context():
        transact(lambda session: enrol(session, [roster], "county", clock.now()))


def doubts(county: County) -> set[str]:
    with county.app.app_context():
        return {one.check.code for one in of_household(db.session(), county.households[HOME], terms(clock.now()))}


def test_a_roster_that_leaves_the_kind_empty_ends_no_monitoring(county: County) -> None:
    listed(county, HOME, "county", clock.now())
    rostered(county, kind=None, identified_on=None, risk_factors=[], address="新屋 3 号")
    home = home_of(county, HOME)
    assert (home.kind, str(home.identified_on), home.risk_factors) == ("unstable", "2022-04-30", ["illness"])
    assert home.address == "新屋 3 号", "what is the roster's to say is taken over"
    assert "roster_otherwise" in doubts(county)
    page = county.client("county").get(f"/households/{home.id}").get_data(as_text=True)
    assert "名册上的监测类别" in page
    assert "名册说的和监测状态不一样" in page
    assert county.rebuilt() == ()
    rostered(county, address="新屋 4 号")
    assert "roster_otherwise" not in doubts(county), "the roster was put right"
    assert county.rebuilt() == ()


def test_a_household_without_a_case_stays_monitored_until_people_settle_what_the_roster_says(county: County) -> None:
    rostered(county, kind=None, identified_on=None, risk_factors=["water"], address="新屋 3 号")
    home = home_of(county, HOME)
    assert (home.kind, str(home.identified_on), home.main_risk) == ("unstable", "2022-04-30", "illness")
    assert home.address == "新屋 3 号", "what is the roster's to say is taken over"
    office = county.client("county")
    assert "H0000" in office.get("/quality?check=roster_otherwise").get_data(as_text=True)
    assert office.get("/api/statistics").get_json()["households"] == 4
    assert county.rebuilt() == ()
    rostered(county, kind="marginal", address="新屋 4 号")
    assert home_of(county, HOME).kind == "marginal"
    assert "roster_otherwise" not in doubts(county), "the roster was put right"
    rostered(county, kind=None, address="新屋 5 号")
    left(county, listed(county, HOME, "county", clock.now()), "move_away", clock.now())
    assert home_of(county, HOME).kind is None, "its case ended it"
    assert "roster_otherwise" not in doubts(county), "and now both say the same"
    assert county.rebuilt() == ()


def test_one_file_cannot_end_the_monitoring_of_a_county(county: County) -> None:
    several = [unmonitored(household(village, place)) for place, village in enumerate(county.households)]
    with county.app.app_context():
        transact(lambda session: enrol(session, several, "county", clock.now()))
        assert {one.kind for one in db.session.query(Household)} == {"unstable"}
        by = terms(clock.now())
        assert count(db.session(), checks_called("roster_otherwise")[0], by, "420626") == len(several)
    assert county.rebuilt() == ()


def test_a_household_that_moved_is_the_rosters_to_list_and_then_the_ladders_to_end(county: County) -> None:
    case = listed(county, HOME, "county", clock.now())
    left(county, case, "move_away", clock.now())
    rostered(county, kind=None, address="搬走了")
    assert home_of(county, HOME).kind is None
    assert "roster_otherwise" not in doubts(county)
    rostered(county, address="搬回来了")
    rostered(county, kind=None, address="又写漏了")
    assert home_of(county, HOME).kind == "unstable"
    assert "roster_otherwise" in doubts(county)
    assert county.rebuilt() == ()


def test_a_roster_that_lists_an_eliminated_household_monitors_nobody(county: County) -> None:
    eliminated(county, HOME, clock.now() - timedelta(days=50))
    rostered(county, kind="marginal", identified_on="2026-01-01", address="新屋")
    assert home_of(county, HOME).kind is None
    assert "roster_otherwise" in doubts(county)
    actor, home = county.actor("county"), county.households[HOME]
    with county.app.app_context(), pytest.raises(Refused):
        take_over(db.session(), home, asked("take_over", NOTE), actor, clock.now())
    assert county.rebuilt() == ()


@pytest.mark.unlisted(HOME)
def test_a_roster_is_no_way_around_the_ladder(county: County) -> None:
    case = opened(county, HOME, "cadre", clock.now())
    rostered(county, address="新屋")
    assert home_of(county, HOME).kind is None
    do(county, case, "reject", "cadre", clock.now())
    rostered(county, address="老屋")
    assert home_of(county, HOME).kind is None
    assert "roster_otherwise" in doubts(county)
    assert county.rebuilt() == ()


@pytest.mark.unlisted(HOME)
@pytest.mark.parametrize("of_nobody_first", [False, True])
def test_leads_and_tasks_go_along_with_a_household_that_moves_within_the_county(
    county: County, of_nobody_first: bool
) -> None:
    home, now = county.households[HOME], clock.now()
    if of_nobody_first:
        said = Declared("d1", Channel.SMS, ["illness"], "家里有人住院", "2026-1", HOME, None)
        with county.app.app_context():
            lead = transact(lambda session: record_declaration(session, said, now))
            by, place = county.actor("town"), (lead.chain_id, lead.seq)
            transact(lambda session: attach(session, *place, home, by, now))
    else:
        declared(county, HOME, now)
    assert waiting(county) == {"cadre", "town", "county"}
    rostered(county, region=ELSEWHERE, kind=None, identified_on=None, risk_factors=[])
    assert waiting(county) == {"cadre2", "town2", "county"}
    assert county.rebuilt() == ()
    [lead] = county.client("cadre2").get("/api/leads").get_json()["items"]
    begun = {"key": str(uuid7()), "lead": {"chain_id": lead["chain_id"], "seq": lead["seq"]}}
    assert county.client("cadre").post("/api/cases", json=begun).status_code == 403
    assert county.client("cadre2").post("/api/cases", json=begun).status_code == 201
    assert county.rebuilt() == ()


def waiting(county: County) -> set[str]:
    """Who has the household's lead and its task on the list; each has both or neither."""
    found = set()
    for who in ("cadre", "town", "cadre2", "town2", "county"):
        several = (county.client(who).get(path).get_json()["items"] for path in ("/api/leads", "/api/tasks"))
        mine = [[one for one in items if one["household_id"] == county.households[HOME]] for items in several]
        assert len(mine[0]) == len([one for one in mine[1] if one["kind"] == "check"])
        found |= {who} if mine[0] else set()
    return found


def test_of_a_household_that_moved_away_the_roster_speaks_again(county: County) -> None:
    now: datetime = clock.now()
    case = listed(county, HOME, "county", now)
    left(county, case, "move_away", now)
    assert home_of(county, HOME).kind is None
    rostered(county, address="搬回来了")
    assert home_of(county, HOME).kind == "unstable"
    assert "roster_otherwise" not in doubts(county)
    assert county.rebuilt() == ()


@pytest.mark.unlisted(HOME)
def test_bills_since_the_day_on_which_a_newer_roster_lists_a_household_count_for_relief(county: County) -> None:
    with county.app.app_context():
        person = household_people(db.session(), [county.households[HOME]])[county.households[HOME]][0].id
    bill = {"amount": 900_000, "compliant_amount": 800_000, "issued_on": f"{clock.now():%Y}-01-02", "person_id": person}
    visited(county, evidence=[{"sha256": "ab" * 32, "kind": "receipt", **bill}])
    assert since_identified(county) == 0
    rostered(county)
    assert since_identified(county) == 800_000
    assert county.rebuilt() == ()


def since_identified(county: County) -> int:
    """The compliant cost since identification as it stands now, in 分."""
    with county.app.app_context():
        return db.session.scalars(select(ReliefStanding.since).where(ReliefStanding.until == STILL)).one()
