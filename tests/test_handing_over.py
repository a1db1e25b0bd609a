"""人员变动: a cadre leaves in the middle of ten cases; nothing is lost, and what he did stays his."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session
from uuid6 import uuid7

from field import clock
from field.codes import Channel, Role
from field.db import db, transact
from field.monitoring.cases.case_list import cases
from field.monitoring.cases.cases import MonitoringCase, open_case
from field.monitoring.leads.declarations import Declared, record_declaration
from field.monitoring.posts.caseload import hand_over, waiting
from field.monitoring.rebuild import rebuild
from field.monitoring.refusals import WrongHands
from field.monitoring.roster.enrol import enrol
from field.monitoring.visiting.evidence import note_sender
from field.registry.households import Household
from field.registry.idnumber import make
from field.registry.staff import find_staff
from tests.county import PASSWORD, STAFF, County, household
from tests.monitoring.casework import HOME, PHOTO, asked, do
from tests.web.office import Browser, browser, words

NOTE, OTHER = "调到镇里工作", "420626102201"


@pytest.fixture
def newcomer(county: County, monkeypatch: pytest.MonkeyPatch) -> str:
    """A second cadre of the village, who has just arrived."""
    monkeypatch.setitem(STAFF, "fresh", (Role.VILLAGE, HOME, "新干部"))
    county.hire("fresh", *STAFF["fresh"], days=1)
    return "fresh"


def ten_cases(county: County) -> list[str]:
    """Ten households of the village, each with a case whose on-site check the cadre has done or is to do."""
    now = clock.now()
    rows: Any = []
    for n in range(10):
        number = make("420626", date(1950, 1, 3), 301 + 2 * n)
        listed = household(HOME, 0) | {"number": f"T{n:02d}", "kind": None, "identified_on": None, "risk_factors": []}
        rows.append(listed | {"members": [{"name": f"赵{n}", "relation": "户主", "sex": "male", "id_number": number}]})
    cadre = county.actor("cadre")

    def begin(session: Session) -> None:
        enrol(session, rows, "county", now)
        for home in session.query(Household).filter(Household.number.like("T%")).order_by(Household.number):
            said = Declared(home.number, Channel.SMS, ["illness"], "住院", "2026-1", HOME, home.id)
            lead = record_declaration(session, said, now)
            open_case(session, lead.chain_id, lead.seq, asked("open"), cadre, now)

    with county.app.app_context():
        transact(begin)
        found, total = cases(db.session(), cadre, None, 1, 20)
        assert total == 10
        return [case.id for case, _home in found]


def at_the_door(county: County, case: str) -> None:
    """The cadre was at the door, and the photograph of the papers is here."""
    with county.app.app_context():
        home = db.session.get_one(MonitoringCase, case).household_id
    seen = county.visit() | {"household_id": home, "visited_at": (clock.now() + timedelta(seconds=1)).isoformat()}
    seen["evidence"] = [{"sha256": PHOTO, "kind": "other"}]
    assert county.client("cadre").post("/api/visits", json=seen).status_code == 201
    with county.app.app_context():
        transact(lambda session: note_sender(session, [PHOTO], "cadre", clock.now()))


def offer(visitor: Browser, **more: str) -> Any:
    return visitor.send("/handover", giver="cadre", taker="fresh", note=NOTE, key=str(uuid7()), **more)


def offered(county: County, username: str = "county") -> list[str]:
    with county.app.app_context():
        found = waiting(db.session(), county.actor(username))
        return [f"/handover/{one.entry.chain_id}/{one.entry.seq}" for one in found]


def test_a_staff_change_in_the_middle_of_ten_cases(county: County, newcomer: str) -> None:
    several = ten_cases(county)
    one = several[0]
    at_the_door(county, one)
    do(county, one, "advance", "cadre", clock.now())
    do(county, one, "advance", "town", clock.now())

    leaving, fresh = browser(county, "cadre"), browser(county, newcomer)
    assert offer(leaving).status_code == 303
    [path] = offered(county)
    assert "陈干部 移交给 新干部" in words(fresh.page("/handover"))
    assert leaving.get("/tasks").status_code == 200, "until it is accepted the former holder keeps it"
    assert fresh.send(path, verdict="accept").status_code == 303
    assert fresh.send(path, verdict="accept").status_code == 303, "a second tap changes nothing"
    assert (offered(county), leaving.get("/tasks").status_code) == ([], 303)
    assert "您现在没有岗位" in words(leaving.post("/login", data={"username": "cadre", "password": PASSWORD}).text)

    listed = county.client(newcomer).get("/api/tasks?per_page=50").get_json()["items"]
    assert {task["case_id"] for task in listed if task["case_id"]} == {one}
    assert len([task for task in listed if task["kind"] == "check"]) == 9, "the others wait for their visits"
    do(county, one, "advance", newcomer, clock.now())
    with county.app.app_context():
        hands = db.session.get_one(MonitoringCase, one, populate_existing=True).hands
        assert transact(rebuild).differing == ()
    assert ["on_site_check", "cadre"] in hands
    assert ["assessment", newcomer] in hands
    file = words(browser(county, "county").page("/ledger?kind=handed_over"))
    assert "移交工作" in file


def test_who_has_done_a_step_is_known_after_he_has_moved_up(
    county: County, newcomer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    [one, *_] = ten_cases(county)
    at_the_door(county, one)
    for action, by in (("advance", "cadre"), ("advance", "town"), ("advance", newcomer), ("post_notice", newcomer)):
        do(county, one, action, by, clock.now())
    do(county, one, "advance", newcomer, clock.now() + timedelta(days=7))
    assert offer(browser(county, "town")).status_code == 303
    [path] = offered(county)
    assert browser(county, newcomer).send(path, verdict="accept").status_code == 303
    county.move("cadre", Role.TOWN, "420626107")
    monkeypatch.setitem(STAFF, "cadre", (Role.TOWN, "420626107", "陈干部"))
    with pytest.raises(WrongHands):
        do(county, one, "advance", "cadre", clock.now() + timedelta(days=8))


def test_a_hand_over_that_is_sent_back_changes_nothing(county: County, newcomer: str) -> None:
    leaving, fresh = browser(county, "cadre"), browser(county, newcomer)
    assert offer(leaving).status_code == 303
    assert offer(leaving).status_code == 422, "one at a time"
    [path] = offered(county)
    assert fresh.send(path, verdict="return", reason="").status_code == 422
    assert fresh.send(path, verdict="return", reason="还没有交接清楚").status_code == 303
    assert fresh.send(path, verdict="accept").status_code == 409
    assert (offered(county), leaving.get("/tasks").status_code) == ([], 200)
    for who in (leaving, browser(county, "town")):
        assert "已退回 堰垭村 · 陈干部 移交给 " in words(who.page("/handover"))
        assert "原因：还没有交接清楚" in words(who.page("/handover"))
    assert "还没有交接清楚" not in browser(county, "town2").page("/handover")
    assert offer(leaving).status_code == 303
    [again] = offered(county)
    assert leaving.send(again, verdict="return", reason="先不走了").status_code == 303
    assert "已撤回" in words(leaving.page("/handover"))
    assert offer(leaving).status_code == 303


def choices(page: str, name: str) -> dict[str, list[str]]:
    """Who is to be chosen, by post."""
    [select] = re.findall(rf'<select name="{name}".*?</select>', page, re.DOTALL)
    groups = re.findall(r'<optgroup label="(.*?)">(.*?)</optgroup>', select)
    return {label: re.findall('value="(.*?)"', several) for label, several in groups}


def test_only_those_are_offered_who_can_take_the_work(county: County, newcomer: str) -> None:
    post = f"堰垭村 {Role.VILLAGE.label}"
    for who in ("town", "county"):
        page = browser(county, who).page("/handover")
        assert choices(page, "giver") == choices(page, "taker") == {post: ["cadre", newcomer]}
    own = browser(county, "cadre").page("/handover")
    assert (choices(own, "giver"), choices(own, "taker")) == ({post: ["cadre"]}, {post: [newcomer]})
    for alone in (
        browser(county, "cadre2").page("/handover"),
        browser(county, "county").page(f"/handover?region={OTHER}"),
    ):
        assert "接手的人要先在同一个村到岗" in words(alone)
        assert 'name="taker"' not in alone
    assert choices(browser(county, "county").page(f"/handover?region={HOME}"), "taker") == {post: ["cadre", newcomer]}
    assert browser(county, "cadre").get(f"/handover?region={OTHER}").status_code == 403


def test_nobody_but_the_one_it_goes_to_accepts(county: County, newcomer: str) -> None:
    assert offer(browser(county, "town")).status_code == 303
    [path] = offered(county)
    for who in ("cadre", "cadre2", "town", "town2", "county"):
        assert browser(county, who).send(path, verdict="accept").status_code == 403, who
    for who in ("cadre2", "town2"):
        assert browser(county, who).send(path, verdict="return", reason="不行").status_code == 403
        assert offer(browser(county, who)).status_code == 403
    assert browser(county, "town").send(path, verdict="return", reason="弄错了").status_code == 303


@pytest.mark.parametrize("taker", ["cadre", "cadre2", "town", "nobody", ""])
def test_work_goes_only_to_somebody_of_the_same_post(county: County, taker: str) -> None:
    answer = browser(county, "county").send("/handover", giver="cadre", taker=taker, note=NOTE, key=str(uuid7()))
    assert answer.status_code == 422
    assert offered(county) == []


def test_unsent_visits_are_told_and_accepted_only_knowingly(county: County, newcomer: str) -> None:
    report = {"device": str(uuid7()), "waiting": 3, "oldest": clock.now().isoformat()}
    assert county.client("cadre").post("/api/phones", json=report).status_code == 204
    assert offer(browser(county, "town")).status_code == 303
    [path] = offered(county)
    fresh = browser(county, newcomer)
    assert "还有 3 条走访没有发出来" in words(fresh.page("/handover"))
    assert fresh.send(path, verdict="accept").status_code == 409
    assert browser(county, "cadre").get("/tasks").status_code == 200
    assert fresh.send(path, verdict="accept", sure="yes").status_code == 303


def test_what_still_lies_on_the_leavers_phone_goes_to_the_town_and_nothing_comes_back(
    county: County, newcomer: str
) -> None:
    door = county.visit() | {"visited_at": clock.now().isoformat(), "evidence": [{"sha256": PHOTO, "kind": "other"}]}
    assert offer(browser(county, "cadre")).status_code == 303
    [path] = offered(county)
    assert browser(county, newcomer).send(path, verdict="accept").status_code == 303
    county.tokens.clear()
    phone = county.client("cadre")

    sent = phone.post("/api/visits", json=door)
    assert (sent.status_code, sent.get_json()["held"], sent.get_json()["warnings"]) == (201, True, [])
    assert phone.post("/api/visits", json=door).get_json()["receipt"] == sent.get_json()["receipt"], "once"
    assert phone.post("/api/visits/held", json={"visit": {"id": "?"}, "reason": "读不懂"}).status_code == 202
    after = door | {"id": str(uuid7()), "visited_at": (clock.now() + timedelta(seconds=1)).isoformat()}
    elsewhere = door | {"id": str(uuid7()), "household_id": county.households[OTHER]}
    assert [phone.post("/api/visits", json=one).status_code for one in (after, elsewhere)] == [403, 403]
    home = door["household_id"]
    for hidden in (f"/api/households/{home}", f"/api/households/{home}/form", f"/api/evidence/{PHOTO}", "/api/tasks"):
        assert phone.get(hidden).status_code == 403
    assert "陈干部" in words(browser(county, "town").page("/held"))
    with county.app.app_context():
        assert transact(rebuild).differing == ()


@pytest.mark.parametrize(
    ("moved", "why"), [("cadre", "移交的人已经不在这个岗位上了"), ("fresh", "您已经不在这个岗位上，不能接收")]
)
def test_what_was_offered_before_one_of_them_moved_is_not_accepted(
    county: County, newcomer: str, moved: str, why: str
) -> None:
    assert offer(browser(county, "town")).status_code == 303
    [path] = offered(county)
    county.move(moved, Role.VILLAGE, OTHER)
    answer = browser(county, newcomer).send(path, verdict="accept")
    assert (answer.status_code, why in words(answer.text)) == (409, True)
    with county.app.app_context():
        staff = find_staff(db.session(), "cadre")
        assert staff
        assert staff.post_at(clock.now()), "nobody has lost a post"


def test_work_does_not_go_to_an_account_that_has_ended(county: County, newcomer: str) -> None:
    assert county.app.test_cli_runner().invoke(args=["staff", "end", newcomer]).exit_code == 0
    assert offer(browser(county, "town")).status_code == 422
    assert offered(county) == []


def test_an_offer_says_how_much_is_in_it(county: County, newcomer: str) -> None:
    [one, *_] = ten_cases(county)
    at_the_door(county, one)
    do(county, one, "advance", "cadre", clock.now())
    assert offer(browser(county, "cadre")).status_code == 303
    with county.app.app_context():
        [offer_] = waiting(db.session(), county.actor("county"))
    assert offer_.said["caseload"] == {"households": 11, "monitored": 1, "tasks": 9, "steps": 9}


def test_the_same_page_sent_twice_is_one_hand_over(county: County, newcomer: str) -> None:
    key = str(uuid7())
    cadre = county.actor("cadre")
    with county.app.app_context():
        first, again = (
            transact(lambda session: hand_over(session, "cadre", newcomer, NOTE, key, cadre, clock.now()).hash)
            for _ in range(2)
        )
    assert first == again
