"""一户一策: a household's team and measures, from the plan to the proof at which elimination looks, every act an entry."""

from datetime import date, timedelta
from typing import Any

import pytest
from uuid6 import uuid7

from field import clock
from field.db import db, transact
from field.help_codes import HelpAction
from field.ledger.entries import Entry
from field.monitoring.cases.cases import OtherContent, Stale
from field.monitoring.help.measures import counted, overdue_measures, without_measures
from field.monitoring.help.plan import newest_seq, team_of
from field.monitoring.help.planning import Asked, act
from field.monitoring.refusals import OutOfOrder, Refused, WrongHands
from field.monitoring.workdays import china_day
from field.registry.rights import NotAllowed
from tests.county import County
from tests.monitoring.casework import (
    HOME,
    NEXT,
    NOTE,
    PHOTO,
    RICH,
    do,
    helping,
    listed,
    opened,
    planned,
    rebuilt,
    to_eliminated,
    visited,
)

NOW = clock.now()


def late(county: County, by: str, day: date) -> list[tuple[str, int]]:
    with county.app.app_context():
        return [(one.name, one.days_late) for one in overdue_measures(db.session(), county.actor(by), day)]


def joined(county: County, home: str, by: str, **changes: Any) -> None:
    said = {"role": "lead", "name": "王镇长", "unit": "马桥镇", "phone": "13800000156", "from": "2026-11-01"}
    helping(county, home, "join", by, NOW, **said | changes)


def test_an_illness_household_gets_its_plan_and_can_be_eliminated_once_nothing_of_it_is_open(county: County) -> None:
    home, then = county.households[HOME], NOW + timedelta(days=40)
    case_id = listed(county, HOME, "county", NOW)
    visited(county, HOME, "cadre", NOW + timedelta(minutes=1), **RICH)
    joined(county, home, "town")
    first = planned(county, home, "cadre", NOW)
    second = planned(county, home, "cadre", NOW, code="medical_relief", owner="医保局")
    helping(county, home, "start", "cadre", NOW, second.id)
    assert late(county, "cadre", china_day(NOW) + timedelta(days=30)) == []
    assert sorted(late(county, "cadre", china_day(then))) == [("低保、特困供养", 10), ("医疗救助", 10)]
    done = helping(county, home, "carry_out", "cadre", then, first.id, note="低保已经发到卡上", photos=[PHOTO])
    assert done is not None
    assert late(county, "county", china_day(then)) == [("医疗救助", 10)]
    with pytest.raises(Refused, match="还有 1 项没有办成"):
        do(county, case_id, "propose_elimination", "cadre", then)
    paid = helping(county, home, "carry_out", "town", then, second.id, note="救助款已到账", amount=336_000)
    assert paid is not None
    visited(county, HOME, "cadre", then, **RICH)
    assert (paid.state, paid.amount, paid.done_on, paid.seq) == ("carried_out", 336_000, china_day(then), paid.done_seq)
    case = to_eliminated(county, case_id, then)
    assert case.state == "eliminated"
    assert rebuilt(county) == ()


def test_without_a_measure_carried_out_no_words_of_a_town_are_enough(small_county: County) -> None:
    case_id = listed(small_county, HOME, "county", NOW)
    visited(small_county, HOME, "cadre", NOW + timedelta(minutes=1), **RICH)
    with pytest.raises(Refused, match="还没有落实的措施"):
        do(small_county, case_id, "propose_elimination", "cadre", NOW)


def test_what_a_town_confirmed_counts_no_more_once_the_measure_was_opened_again(small_county: County) -> None:
    home, then = small_county.households[HOME], NOW + timedelta(days=8)
    case_id = listed(small_county, HOME, "county", NOW)
    visited(small_county, HOME, "cadre", NOW, **RICH)
    one = planned(small_county, home, "cadre", NOW)
    helping(small_county, home, "carry_out", "cadre", NOW, one.id, note="说是到账了")
    for action in ("propose_elimination", "advance", "advance", "post_notice"):
        do(small_county, case_id, action, "cadre", NOW)
    do(small_county, case_id, "advance", "cadre", then)
    do(small_county, case_id, "advance", "town", then)
    helping(small_county, home, "reopen", "town", then, one.id, note="其实没有到账")
    with pytest.raises(Refused, match="还有 1 项没有办成"):
        do(small_county, case_id, "advance", "county", then)
    helping(small_county, home, "carry_out", "cadre", then, one.id, note="这次真到账了")
    with pytest.raises(Refused, match="乡镇还没有核过"):
        do(small_county, case_id, "advance", "county", then)
    do(small_county, case_id, "return", "county", then, NOTE)
    do(small_county, case_id, "advance", "town", then)
    assert do(small_county, case_id, "advance", "county", then).state == "eliminated"


def test_a_household_without_a_measure_a_month_after_identification_is_a_defect_until_it_has_one(
    county: County,
) -> None:
    home, day = county.households[HOME], china_day(NOW)

    def bare(by: str) -> list[str]:
        with county.app.app_context():
            found, total = without_measures(db.session(), county.actor(by), day)
            assert total == len(found) == counted(db.session(), county.actor(by), day)[1]
            return [one.number for one in found]

    assert bare("county") == ["H0000", "H0001", "H0002", "H0003"]
    assert (bare("town"), bare("cadre"), bare("medical")) == (["H0000", "H0001"], ["H0000"], [])
    one = planned(county, home, "cadre", NOW)
    assert bare("cadre") == []
    helping(county, home, "drop", "cadre", NOW, one.id, note="重复了")
    assert bare("cadre") == ["H0000"]
    with county.app.app_context():
        early = date(2022, 5, 30)
        assert without_measures(db.session(), county.actor("county"), early)[1] == 0
        assert without_measures(db.session(), county.actor("county"), early + timedelta(days=1))[1] == 4


def test_a_team_has_its_leader_and_who_left_stays_written(county: County) -> None:
    home = county.households[HOME]
    joined(county, home, "cadre")
    with pytest.raises(Refused, match="已有牵头人王镇长"):
        joined(county, home, "cadre", name="李镇长")
    joined(county, home, "cadre", role="responsible", name="刘副局长", phone="", unit="医保局")
    with county.app.app_context():
        first, second = team_of(db.session(), home)
    assert (first.name, first.phone, second.name, second.phone) == ("王镇长", "138****0156", "刘副局长", None)
    leaving = Asked(HelpAction.LEAVE, {"to": "2026-11-02"}, str(uuid7()), first.seq, first.id)
    with county.app.app_context():
        by = county.actor("town")
        transact(lambda session: act(session, home, leaving, by, NOW))
        there = {one.name: one.there(china_day(NOW)) for one in team_of(db.session(), home)}
        assert there == {"王镇长": False, "刘副局长": True}
        for entry in db.session.query(Entry).filter_by(chain_id=home, kind="plan_team"):
            assert "13800000156" not in entry.payload
            assert "王镇长" not in entry.payload
    joined(county, home, "cadre", name="李镇长")
    assert rebuilt(county) == ()


def test_a_stale_page_a_second_sending_another_region_and_another_household_change_nothing(
    small_county: County,
) -> None:
    home, other = small_county.households[HOME], small_county.households[NEXT]
    one = planned(small_county, home, "cadre", NOW)
    once = Asked(HelpAction.START, {}, str(uuid7()), one.seq, one.id)
    with small_county.app.app_context():
        cadre = small_county.actor("cadre")
        first = transact(lambda session: act(session, home, once, cadre, NOW))
        again = transact(lambda session: act(session, home, once, cadre, NOW + timedelta(days=1)))
        assert (first.seq, first.hash) == (again.seq, again.hash)
        for wrong, by, where, error in (
            (Asked(HelpAction.DROP, NOTE, str(uuid7()), one.seq, one.id), "cadre", home, Stale),
            (Asked(HelpAction.DROP, NOTE, once.key, first.seq, one.id), "cadre", home, OtherContent),
            (Asked(HelpAction.START, {"note": "另一句话"}, once.key, one.seq, one.id), "cadre", home, OtherContent),
            (Asked(HelpAction.START, {}, str(uuid7()), first.seq, one.id), "cadre", home, OutOfOrder),
            (Asked(HelpAction.REOPEN, NOTE, str(uuid7()), first.seq, one.id), "cadre", home, OutOfOrder),
            (Asked(HelpAction.NOTE, NOTE, str(uuid7()), first.seq, one.id), "town", other, NotAllowed),
            (Asked(HelpAction.NOTE, NOTE, str(uuid7()), first.seq, one.id), "cadre2", home, NotAllowed),
            (Asked(HelpAction.NOTE, NOTE, str(uuid7()), first.seq, one.id), "medical", home, NotAllowed),
        ):  # fmt: skip
            actor = small_county.actor(by)
            with pytest.raises(error):
                transact(lambda session, w=wrong, a=actor, h=where: act(session, h, w, a, NOW))  # type: ignore[misc]
        assert newest_seq(db.session(), home) == first.seq


def test_a_cadre_does_not_open_again_what_was_carried_out(small_county: County) -> None:
    home = small_county.households[HOME]
    one = planned(small_county, home, "cadre", NOW)
    helping(small_county, home, "carry_out", "cadre", NOW, one.id, note="已到账")
    with pytest.raises(WrongHands, match="由乡镇或县里办理"):
        helping(small_county, home, "reopen", "cadre", NOW, one.id, note="看错了")


@pytest.mark.unlisted(HOME)
def test_help_may_come_first_while_the_procedure_runs_and_not_for_who_is_not_monitored(small_county: County) -> None:
    home = small_county.households[HOME]
    with pytest.raises(OutOfOrder, match="不用安排帮扶"):
        planned(small_county, home, "cadre", NOW)
    case_id = opened(small_county, HOME, "cadre", NOW)
    do(small_county, case_id, "green_channel", "cadre", NOW, NOTE)
    planned(small_county, home, "cadre", NOW, risk_factor="accident", code="medical_relief")
    day = china_day(NOW) + timedelta(days=60)
    assert late(small_county, "cadre", day) == [("医疗救助", 30)]
    do(small_county, case_id, "reject", "town", NOW, NOTE)
    assert late(small_county, "cadre", day) == [], "nobody is reminded of a case that has ended"
