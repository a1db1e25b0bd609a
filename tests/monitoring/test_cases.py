"""案子: from a declaration to the risk gone and back again, every step an entry, and the same after a rebuild."""

from datetime import date, timedelta
from functools import partial
from pathlib import Path

import pytest

from field import clock
from field.case_codes import CaseAction
from field.db import db, transact
from field.monitoring.board.statistics import statistics
from field.monitoring.cases.cases import OtherContent, Stale, act, open_case
from field.monitoring.policy.shelf import OURS, shelf, use_shelf
from field.monitoring.refusals import OutOfOrder, Refused, WrongHands
from field.registry.rights import NotAllowed
from tests.county import County
from tests.monitoring.casework import (
    HOME,
    NEXT,
    NOTE,
    RICH,
    asked,
    declared,
    do,
    helped,
    home_of,
    left,
    listed,
    opened,
    rebuilt,
    the_case,
    to_eliminated,
    to_monitored,
    visited,
)

NOW = clock.now()


def monitored_in(county: County, village: str) -> int:
    with county.app.app_context():
        households: int = statistics(db.session(), village)["households"]
        return households


@pytest.mark.unlisted(HOME)
def test_a_declared_household_is_monitored_and_counted_after_the_whole_ladder(county: County) -> None:
    assert monitored_in(county, HOME) == 0
    case_id = opened(county, HOME, "cadre", NOW)
    with pytest.raises(Refused, match="还没有走访记录"):
        do(county, case_id, "advance", "cadre", NOW)
    visited(county, HOME, "cadre", NOW + timedelta(minutes=5))
    case = to_monitored(county, case_id, NOW + timedelta(minutes=6))
    assert (case.state, case.pack, case.due_on) == ("monitored", "2026.4", None)
    home = home_of(county, HOME)
    assert (home.kind, home.main_risk, home.identified_on) == ("at_risk", "illness", case.identified_on)
    assert monitored_in(county, HOME) == 1
    assert rebuilt(county) == ()


def test_a_listed_household_is_eliminated_rolled_back_and_marked_again(county: County) -> None:
    case_id = listed(county, HOME, "county", NOW)
    visited(county, HOME, "cadre", NOW + timedelta(minutes=1), **RICH)
    case = to_eliminated(county, case_id, NOW + timedelta(minutes=2))
    assert (case.state, case.identified_on) == ("eliminated", date(2022, 4, 30))
    assert monitored_in(county, HOME) == 0
    later = NOW + timedelta(days=8)
    do(county, case_id, "roll_back", "county", later)
    assert (home_of(county, HOME).kind, monitored_in(county, HOME)) == ("unstable", 1)
    visited(county, HOME, "cadre", later, **RICH)
    to_eliminated(county, case_id, later)
    again = do(county, case_id, "re_mark", "cadre", later + timedelta(days=9))
    assert (again.state, again.round, monitored_in(county, HOME)) == ("on_site_check", 2, 0)
    assert rebuilt(county) == ()


def test_an_elimination_is_checked_at_the_door_and_not_by_a_visit_of_last_month(small_county: County) -> None:
    case_id, later = listed(small_county, HOME, "county", NOW), NOW + timedelta(days=30)
    visited(small_county, HOME, "cadre", NOW, **RICH)
    helped(small_county, small_county.households[HOME], NOW)
    do(small_county, case_id, "propose_elimination", "cadre", later)
    with pytest.raises(Refused, match="提出风险消除以后还没有走访记录"):
        do(small_county, case_id, "advance", "cadre", later)
    visited(small_county, HOME, "cadre", later + timedelta(hours=1), **RICH)
    assert do(small_county, case_id, "advance", "cadre", later + timedelta(hours=2)).state == "elimination_assessment"


def test_a_poor_household_is_not_proposed_for_elimination(small_county: County) -> None:
    case_id = listed(small_county, HOME, "town", NOW)
    visited(small_county, HOME, "cadre", NOW + timedelta(minutes=1), income={"wages": 100_000})
    with pytest.raises(Refused) as refused:
        do(small_county, case_id, "propose_elimination", "cadre", NOW + timedelta(minutes=2))
    assert "conditions.income" in {one["field"] for one in refused.value.faults}
    assert the_case(small_county, HOME).state == "monitored"


@pytest.mark.unlisted(HOME)
def test_a_stale_page_a_second_sending_and_another_region_change_nothing(small_county: County) -> None:
    case_id = opened(small_county, HOME, "cadre", NOW)
    before, cadre = the_case(small_county, HOME), small_county.actor("cadre")
    once = asked("green_channel", NOTE, before.seq)
    with small_county.app.app_context():
        first = transact(lambda session: act(session, case_id, once, cadre, NOW))
        second = transact(lambda session: act(session, case_id, once, cadre, NOW))
        assert (first.chain_id, first.seq) == (second.chain_id, second.seq)
        stale = asked("green_channel", NOTE, before.seq)
        for wrong, by, error in (
            (stale, "cadre", Stale), (stale, "cadre2", NotAllowed), (stale, "town2", NotAllowed),
            (asked("object", NOTE, 0, once.key), "cadre", OtherContent),
        ):  # fmt: skip
            actor = small_county.actor(by)
            with pytest.raises(error):
                transact(lambda session, wrong=wrong, actor=actor: act(session, case_id, wrong, actor, NOW))  # type: ignore[misc]
    assert the_case(small_county, HOME).seq == first.seq


@pytest.mark.unlisted(HOME)
def test_a_household_has_one_open_case_and_a_monitored_one_is_taken_over(small_county: County) -> None:
    lead, cadre = declared(small_county, NEXT, NOW), small_county.actor("town")
    with small_county.app.app_context(), pytest.raises(OutOfOrder, match="补立案"):
        transact(lambda session: open_case(session, lead.chain_id, lead.seq, asked("open"), cadre, NOW))
    opened(small_county, HOME, "cadre", NOW)
    with pytest.raises(OutOfOrder, match="已有案子"):
        opened(small_county, HOME, "cadre", NOW + timedelta(minutes=1))


@pytest.mark.unlisted(HOME)
def test_the_town_that_checked_at_the_door_does_not_review(small_county: County) -> None:
    case_id = opened(small_county, HOME, "town", NOW)
    visited(small_county, HOME, "town", NOW + timedelta(minutes=5))
    with pytest.raises(WrongHands):
        to_monitored(small_county, case_id, NOW + timedelta(minutes=6))
    assert the_case(small_county, HOME).state == "town_review"


@pytest.mark.unlisted(HOME)
def test_no_action_whatever_is_done_from_outside_the_region(small_county: County) -> None:
    case_id, before = opened(small_county, HOME, "cadre", NOW), the_case(small_county, HOME).seq
    with small_county.app.app_context():
        for action in CaseAction:
            for name in ("cadre2", "town2", "medical"):
                by, wanted = small_county.actor(name), asked(action.value, NOTE, before)
                with pytest.raises(NotAllowed):
                    transact(lambda session, by=by, wanted=wanted: act(session, case_id, wanted, by, NOW))  # type: ignore[misc]
    assert the_case(small_county, HOME).seq == before


@pytest.mark.unlisted(HOME)
def test_a_lead_opened_by_one_is_not_opened_again_by_another(small_county: County) -> None:
    lead = declared(small_county, HOME, NOW)
    with small_county.app.app_context():
        for name in ("cadre", "town"):
            once = partial(
                open_case, lead_chain=lead.chain_id, lead_seq=lead.seq, asked=asked("open", key="of the lead")
            )
            entry = transact(partial(once, by=small_county.actor(name), now=NOW))
            assert entry.seq == the_case(small_county, HOME).seq


@pytest.mark.unlisted(NEXT)
def test_who_moved_away_or_died_is_no_longer_counted_and_a_rejected_household_may_be_opened_anew(
    county: County,
) -> None:
    case_id = listed(county, HOME, "town", NOW)
    assert left(county, case_id, "move_away", NOW).state == "moved_away"
    assert monitored_in(county, HOME) == 0
    first = opened(county, NEXT, "town", NOW)
    do(county, first, "reject", "town", NOW)
    lead, by = declared(county, NEXT, NOW + timedelta(minutes=1)), county.actor("town")
    with county.app.app_context():
        transact(
            lambda session: open_case(session, lead.chain_id, lead.seq, asked("open"), by, NOW + timedelta(hours=1))
        )
    with pytest.raises(OutOfOrder, match="新案子"):
        do(county, first, "appeal", "town", NOW + timedelta(hours=2))
    assert rebuilt(county) == ()


@pytest.mark.unlisted(HOME)
def test_a_case_keeps_its_pack_when_the_county_puts_a_newer_version_over_it(
    small_county: County, tmp_path: Path
) -> None:
    case_id, former = opened(small_county, HOME, "cadre", NOW), shelf().own
    visited(small_county, HOME, "cadre", NOW + timedelta(minutes=5))
    text = (OURS / "2026.toml").read_text(encoding="utf-8").replace("version = 4", "version = 5", 1)
    (tmp_path / "2026.toml").write_text(text.replace('quorum = "2/3"', 'quorum = "90%"'), encoding="utf-8")
    use_shelf(tmp_path)
    try:
        case = to_monitored(small_county, case_id, NOW + timedelta(minutes=6))
    finally:
        use_shelf(former)
    assert (case.state, case.pack) == ("monitored", "2026.4"), "24 of 30 came, as the case's own pack asks"
