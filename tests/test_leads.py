"""线索: a declaration or a check-in becomes a lead and a task, a visit answers it, and a rebuild gives the same."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from field import clock
from field.codes import Channel, Source
from field.db import db, transact
from field.ledger.facts import SEEN, VERIFIED_ADDRESS
from field.ledger.receipts import number
from field.monitoring.household_file import facts
from field.monitoring.leads.attaching import attach, detach
from field.monitoring.leads.declarations import Declared, record_declaration
from field.monitoring.leads.unfinished import HelpWanted, record_help_wanted
from field.monitoring.rebuild import rebuild
from field.monitoring.workers.checkins import CheckedIn, record_checkin, record_silence
from field.registry.contact_rules import ContactState
from field.registry.holders import Holder
from field.registry.households import Person
from tests.county import County
from tests.monitoring import casework
from tests.screenings import a_list, head
from tests.web.office import browser, words

HOME = "420626107204"
HOUR = timedelta(hours=1)
DECLARED, CHECKED_IN = "/api/tasks?source=declaration", "/api/tasks?source=checkin"
CHECKS = "/api/tasks?kind=check"


class Place(NamedTuple):
    """Where an entry stands."""

    chain_id: str
    seq: int
    hash: str


def declare(county: County, at: datetime | None = None, **changes: Any) -> Place:
    with county.app.app_context():
        person = worker(db.session(), county)
        said: dict[str, Any] = {
            "key": "d1", "channel": Channel.SMS, "risk_factors": ["illness"], "note": "老婆住院,花了三万多",
            "notice": "2026-1", "region": HOME, "household_id": county.households[HOME], "person_id": person.id,
        }  # fmt: skip

        def work(session: Session) -> Place:
            entry = record_declaration(session, Declared(**said | changes), at or clock.now())
            return Place(entry.chain_id, entry.seq, entry.hash)

        return transact(work)


def check_in(county: County, **changes: Any) -> None:
    with county.app.app_context():
        person = worker(db.session(), county)
        said: dict[str, Any] = {
            "key": "c1", "channel": Channel.SMS, "person_id": person.id, "household_id": person.household_id,
            "verified": True, "facts": {"work_place": "440309", "monthly_income": 520000, "phone": "+8613800000199"},
        }  # fmt: skip
        now = clock.now()
        transact(lambda session: record_checkin(session, CheckedIn(**said | changes), now, now))


def worker(session: Session, county: County) -> Person:
    here = Person.household_id == county.households[HOME]
    return session.scalars(select(Person).where(here).order_by(Person.position)).all()[0]


def listed(county: County, path: str, role: str = "cadre") -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = county.client(role).get(path).get_json()["items"]
    return items


def test_a_declaration_is_a_lead_and_a_task_until_somebody_was_at_the_door(county: County) -> None:
    entry = declare(county)
    [lead], [task] = listed(county, "/api/leads"), listed(county, CHECKS)
    assert (lead["source"], lead["kind"], lead["state"]) == ("declaration", "hardship", "open")
    assert (lead["words"], lead["risk_factors"]) == ("老婆住院,花了三万多", ["illness"])
    assert (task["kind"], task["source"], task["household_id"]) == ("check", "declaration", entry.chain_id)
    assert county.rebuilt() == ()
    visit = county.visit() | {"visited_at": (clock.now() + timedelta(seconds=1)).isoformat()}
    assert county.client("cadre").post("/api/visits", json=visit).status_code == 201
    assert listed(county, "/api/leads") == listed(county, CHECKS) == []
    assert [lead["state"] for lead in listed(county, "/api/leads?state=all")] == ["checked"]
    assert county.rebuilt() == ()


def test_a_phone_whose_clock_runs_ahead_looks_into_no_lead_that_comes_later(county: County) -> None:
    visit = county.visit() | {"visited_at": (clock.now() + timedelta(days=9000)).isoformat()}
    assert county.client("cadre").post("/api/visits", json=visit).status_code == 201
    declare(county)
    assert [lead["state"] for lead in listed(county, "/api/leads")] == ["open"]
    assert county.rebuilt() == ()


def test_a_visit_that_leaves_the_risks_as_they_were_leaves_a_declaration_open(county: County) -> None:
    before = county.visit()
    assert county.client("cadre").post("/api/visits", json=before).status_code == 201
    declare(county)
    later = (clock.now() + timedelta(seconds=1)).isoformat()
    same = county.visit(visited_at=later, unchanged=["risk_factors"])
    del same["risk_factors"]
    assert county.client("cadre").post("/api/visits", json=same).status_code == 201
    assert [one["state"] for one in (*listed(county, "/api/leads"), *listed(county, CHECKS))] == ["open", "open"]
    assert county.rebuilt() == ()
    told = county.visit(visited_at=(clock.now() + timedelta(seconds=2)).isoformat())
    assert county.client("cadre").post("/api/visits", json=told).status_code == 201
    assert listed(county, "/api/leads") == listed(county, CHECKS) == []
    assert county.rebuilt() == ()


def test_the_form_carries_what_the_household_said_itself_until_it_was_looked_into(county: County) -> None:
    path = f"/api/households/{county.households[HOME]}/form"
    assert county.client("cadre").get(path).get_json()["said"] == []
    declare(county, since="2026-09", amount=3_000_000)
    check_in(county, asks_help=True, note="帮帮我", facts={})
    declared, asked = county.client("cadre").get(path).get_json()["said"]
    assert (declared["source"], declared["channel_name"], declared["words"]) == (
        "declaration",
        "短信",
        "老婆住院,花了三万多",
    )
    assert (declared["since"], declared["amount"], declared["risk_factors"]) == ("2026-09", 3_000_000, ["illness"])
    assert (asked["source_name"], asked["words"]) == ("务工回访和来信", "帮帮我")
    told = county.visit(visited_at=(clock.now() + timedelta(seconds=1)).isoformat())
    assert county.client("cadre").post("/api/visits", json=told).status_code == 201
    assert county.client("cadre").get(path).get_json()["said"] == []


def test_the_same_declaration_again_is_the_same_entry(county: County) -> None:
    assert declare(county).hash == declare(county).hash
    assert len(listed(county, "/api/leads")) == 1


def test_the_same_hardship_told_twice_before_anybody_came_is_one_lead_with_two_traces(county: County) -> None:
    with county.app.app_context():
        here = Person.household_id == county.households[HOME]
        wife = db.session.scalars(select(Person.id).where(here).order_by(Person.position)).all()[1]
    first = declare(county, clock.now() - HOUR, risk_factors=["illness", "schooling"])
    [task] = listed(county, CHECKS)
    again = declare(county, key="d2", person_id=wife, channel=Channel.WECHAT, note="人还在医院")
    [lead] = listed(county, "/api/leads")
    assert (lead["seq"], lead["traces"]) == (first.seq, [first.seq, again.seq])
    [told] = lead["again"]
    assert (told["words"], told["channel"], told["receipt"]) == ("人还在医院", "wechat", number(again.hash))
    assert listed(county, CHECKS) == [task], "the clock runs from the first signal"
    page = words(browser(county, "cadre").page("/leads"))
    assert page.index("老婆住院,花了三万多") < page.index("又说：人还在医院")
    form = county.client("cadre").get(f"/api/households/{county.households[HOME]}/form").get_json()
    assert [one["words"] for one in form["said"]] == ["人还在医院", "老婆住院,花了三万多"]
    assert county.client().get(f"/receipt/{number(again.hash)}").status_code == 200
    assert county.rebuilt() == ()
    declare(county, key="d3", risk_factors=["illness", "housing"], note="房子漏雨")
    declare(county, key="d4", household_id=None, person_id=None, claim={"name": "陈大一", "village": HOME})
    assert len(listed(county, "/api/leads")) == 3, "another hardship beside it, and somebody who only says who he is"
    told_at_the_door = county.visit(visited_at=(clock.now() + timedelta(seconds=1)).isoformat())
    assert county.client("cadre").post("/api/visits", json=told_at_the_door).status_code == 201
    declare(county, clock.now() + HOUR, key="d5")
    assert [one["traces"] for one in listed(county, "/api/leads") if one["household_id"]] == [[again.seq + 3]]
    assert county.rebuilt() == ()


def test_a_strangers_declaration_waits_for_somebody_to_say_whose_it_is(county: County) -> None:
    entry = declare(county, household_id=None, person_id=None, claim={"name": "陈大一", "village": HOME})
    [lead], [task] = listed(county, "/api/leads"), listed(county, DECLARED)
    assert (lead["household_id"], lead["village"], task["kind"]) == (None, "堰垭村", "find")
    whose = {"chain_id": entry.chain_id, "seq": entry.seq, "household_id": county.households[HOME]}
    assert county.client("cadre").post("/api/leads/attach", json=whose).status_code == 403
    assert county.client("town2").post("/api/leads/attach", json=whose).status_code == 403
    assert county.client("town").post("/api/leads/attach", json=whose).status_code == 200
    assert county.client("town").post("/api/leads/attach", json=whose).status_code == 409
    [lead], [task] = listed(county, "/api/leads"), listed(county, DECLARED)
    assert (lead["household_id"], task["kind"]) == (county.households[HOME], "check")
    assert county.rebuilt() == ()


@pytest.mark.parametrize("role", ["cadre2", "town2"])
def test_leads_stay_within_their_region(county: County, role: str) -> None:
    declare(county)
    assert listed(county, "/api/leads?state=all", role) == listed(county, f"{DECLARED}&state=all", role) == []


def test_a_confirmed_check_in_becomes_facts_with_level_and_source(county: County) -> None:
    check_in(county)
    with county.app.app_context():
        person = worker(db.session(), county)
        known = facts(db.session(), [person.id], clock.now())
        place = known[person.id, "work_place"].best
        assert (place.value, place.level, place.channel) == ("440309", VERIFIED_ADDRESS, "sms")
        assert known[person.id, "monthly_income"].best.value == 520000
        phones = {known[person.id, "phone"].best.value} | {one.value for one in known[person.id, "phone"].others}
        assert phones == {"138****0150", "138****0199"}, "the old number stays beside the new one"
        assert person.phone == "+8613800000150", "a number changes only when the new one confirms"
        assert (person.work_place, person.monthly_income) == ("440309", 520000)
        assert person.last_heard_at is not None
    assert county.rebuilt() == ()


def test_nothing_changed_confirms_what_was_known(county: County) -> None:
    check_in(county)
    check_in(county, key="c2", facts={}, unchanged=True, recorder="cadre", channel=Channel.CALL)
    with county.app.app_context():
        person = worker(db.session(), county)
        best = facts(db.session(), [person.id], clock.now())[person.id, "work_place"].best
        assert (best.value, best.level, best.recorder) == ("440309", SEEN, "cadre")
    assert county.rebuilt() == ()


def test_the_same_cry_for_help_in_two_check_ins_is_one_lead_with_two_traces(county: County) -> None:
    for key in ("c1", "c2"):
        check_in(county, key=key, asks_help=True, note="帮帮我", facts={})
    [lead] = listed(county, "/api/leads")
    assert (lead["kind"], lead["traces"]) == ("hardship", [lead["seq"], lead["seq"] + 1])
    assert county.rebuilt() == ()


def test_rather_not_say_is_an_answer_and_no_fact(county: County) -> None:
    check_in(county, facts={}, declined=True)
    with county.app.app_context():
        person = worker(db.session(), county)
        assert person.last_heard_at is not None
        assert (person.id, "work_place") not in facts(db.session(), [person.id], clock.now())


def test_an_income_that_fell_by_half_is_looked_into_and_not_judged(county: County) -> None:
    check_in(county)
    check_in(county, key="c2", facts={"monthly_income": 300000})
    assert listed(county, "/api/leads") == []
    check_in(county, key="c3", facts={"monthly_income": 100000})
    [lead] = listed(county, "/api/leads")
    assert (lead["kind"], lead["source"]) == ("income", "checkin")
    assert county.rebuilt() == ()


def test_silence_is_seen_and_an_answer_ends_it(county: County) -> None:
    with county.app.app_context():
        person = worker(db.session(), county)
        told = (person.id, person.household_id, "wave:1", 2, clock.now() - timedelta(hours=1))
        transact(lambda session: record_silence(session, *told))
        transact(lambda session: record_silence(session, *told))
    assert [(task["kind"], task["person_id"]) for task in listed(county, CHECKED_IN)] == [("call", told[0])]
    check_in(county, facts={}, declined=True)
    assert listed(county, CHECKED_IN) == []
    assert county.rebuilt() == ()


@pytest.mark.unlisted(HOME)
def test_what_is_heard_beside_a_case_is_a_trace_of_it_and_no_second_task_until_the_case_is_rejected(
    county: County,
) -> None:
    then = clock.now() - timedelta(days=2)
    case_id = casework.opened(county, HOME, "cadre", then)
    casework.visited(county, HOME, "cadre", then + timedelta(hours=1))
    casework.do(county, case_id, "advance", "cadre", then + timedelta(hours=2))
    declare(county, key="again", note="又花了两万")
    check_in(county, asks_help=True)
    row = head(0) | {"reason": "disability", "issued_on": "2026-10-08"}
    assert county.client("medical").post("/api/screening", json=a_list(row)).status_code == 201
    lost = declare(county, key="stranger", household_id=None, person_id=None, note="邻居代报")
    attached(county, lost)
    [step] = of_home(county, "town")
    assert (step["kind_name"], step["leads"]) == ("信息比对", 4)
    leads = county.client("county").get("/api/leads?state=all").get_json()
    assert (leads["total"], {one["household_id"] for one in leads["items"]}) == (5, {county.households[HOME]})
    assert sorted(one["source"] for one in listed(county, "/api/leads")) == [
        "checkin",
        "declaration",
        "declaration",
        "screening",
    ]
    page = words(browser(county, "town").page(f"/cases/{case_id}"))
    for told in ("立案以后又来的线索", "又花了两万", "邻居代报", "医保局报送2026年10月8日的"):
        assert told in page, told
    assert "后来又有 4 条线索" in words(browser(county, "town").page("/tasks"))
    assert county.rebuilt() == ()
    attached(county, lost, back=True)
    assert [one["kind"] for one in listed(county, "/api/tasks", "town") if not one["household_id"]] == ["find"]
    assert county.rebuilt() == ()
    casework.do(county, case_id, "reject", "town", clock.now())
    assert [one["kind"] for one in of_home(county, "cadre")] == ["check"] * 3, "nobody has looked into what came beside"
    declare(county, key="later")
    assert [one["kind"] for one in of_home(county, "cadre")] == ["check"] * 3, "told again of what nobody looked into"
    assert "又说：" in words(browser(county, "cadre").page("/leads"))
    assert county.rebuilt() == ()
    casework.visited(county, HOME, "cadre", clock.now())
    assert of_home(county, "cadre") == []
    assert county.rebuilt() == ()


@pytest.mark.unlisted(HOME)
@pytest.mark.parametrize("appealed", [False, True])
def test_what_a_stranger_said_beside_a_case_is_looked_into_once_the_case_is_rejected(
    county: County, *, appealed: bool
) -> None:
    then = clock.now()
    case_id = casework.opened(county, HOME, "cadre", then)
    heard = then + HOUR
    lost = declare(county, heard, key="stranger", household_id=None, person_id=None, note="邻居代报")
    attached(county, lost, then + 2 * HOUR)
    assert checks(county, heard) == [], "a trace of the case"
    assert county.rebuilt() == ()
    casework.do(county, case_id, "reject", "cadre", then + timedelta(days=1))
    if appealed:
        casework.do(county, case_id, "appeal", "cadre", then + timedelta(days=2))
        casework.do(county, case_id, "reject", "town", then + timedelta(days=3))
    assert checks(county, heard) == [stamp(then + timedelta(days=4))]
    assert county.rebuilt() == ()
    attached(county, lost, then + timedelta(days=4), back=True)
    assert county.rebuilt() == ()
    attached(county, lost, then + timedelta(days=5))
    assert len(checks(county, heard)) == 1
    assert county.rebuilt() == ()
    casework.visited(county, HOME, "cadre", then + timedelta(days=6))
    assert checks(county, heard) == []
    assert county.rebuilt() == ()


@pytest.mark.unlisted(HOME)
def test_what_a_stranger_said_before_the_case_began_is_checked_and_no_trace(county: County) -> None:
    heard = clock.now() - HOUR
    lost = declare(county, heard, key="stranger", household_id=None, person_id=None, note="邻居代报")
    case_id = casework.opened(county, HOME, "cadre", clock.now())
    attached(county, lost)
    assert len(checks(county, heard)) == 1
    assert "邻居代报" not in words(browser(county, "town").page(f"/cases/{case_id}"))
    assert county.rebuilt() == ()


def attached(county: County, lost: Place, at: datetime | None = None, *, back: bool = False) -> None:
    by, home, now = county.actor("town"), county.households[HOME], at or clock.now()

    def work(session: Session) -> None:
        if back:
            detach(session, lost.chain_id, lost.seq, home, "认错了", by, now)
        else:
            attach(session, lost.chain_id, lost.seq, home, by, now)

    with county.app.app_context():
        transact(work)


def of_home(county: County, who: str) -> list[dict[str, Any]]:
    """What somebody's list holds about the household."""
    return [one for one in listed(county, "/api/tasks", who) if one["household_id"] == county.households[HOME]]


def checks(county: County, opened: datetime) -> list[str]:
    """Until when the village is to look into what was heard at a time, if it is."""
    return [one["due_at"] for one in of_home(county, "cadre")
            if (one["kind"], one["opened_at"]) == ("check", stamp(opened))]  # fmt: skip


def stamp(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _left(county: County, action: str) -> None:
    """A household with a case, of whom something was heard beside it, that leaves."""
    now = clock.now()
    case = casework.listed(county, HOME, "county", now)
    if action == "die":
        with county.app.app_context():
            mine = select(Person.id).where(Person.household_id == county.households[HOME])
            gone = [{"person_id": one, "left": "died"} for one in db.session.scalars(mine)]
        casework.visited(county, HOME, "cadre", now, members=gone)
    declare(county, now + HOUR)
    with county.app.app_context():
        one = worker(db.session(), county).id
        home = county.households[HOME]
        transact(lambda session: record_silence(session, one, home, "w1", 2, now + HOUR))
    casework.left(county, case, action, now + 2 * HOUR)


@pytest.mark.parametrize(
    ("action", "state", "word"), [("die", "died", "已去世"), ("move_away", "moved_away", "已迁出")]
)
def test_what_is_open_when_a_household_leaves_is_closed_with_its_case_and_says_why(
    county: County, action: str, state: str, word: str
) -> None:
    _left(county, action)
    cadre = county.client("cadre")
    assert cadre.get("/api/leads").get_json()["items"] == []
    assert cadre.get("/api/tasks").get_json()["items"] == []
    several = cadre.get("/api/leads?state=all").get_json()["items"]
    assert {(one["state"], one["closed"]["why"]) for one in several} == {("closed", state)}
    page = words(browser(county, "cadre").page("/leads?state=all"))
    assert f"随案子了结：{word}" in page
    assert "立案开办" not in page
    with county.app.app_context():
        assert transact(rebuild).differing == ()
    declare(county, clock.now() + timedelta(days=9), key="d2")
    [one] = cadre.get("/api/leads").get_json()["items"]
    assert (one["state"], one["closed"]) == ("open", None), "who is back is heard again"


def test_a_visit_before_the_household_left_is_what_closed_the_lead(county: County) -> None:
    now = clock.now()
    case = casework.listed(county, HOME, "county", now)
    declare(county, now + HOUR)
    casework.visited(county, HOME, "cadre", now + HOUR * 2)
    casework.left(county, case, "move_away", now + HOUR * 3)
    [one] = county.client("cadre").get("/api/leads?state=all").get_json()["items"]
    assert (one["state"], one["closed"]) == ("checked", None)


def test_who_speaks_of_dying_is_visited_though_the_household_moves(county: County) -> None:
    now = clock.now()
    case = casework.listed(county, HOME, "county", now)
    wanted = HelpWanted("h1", Channel.SMS, Source.CHECKIN, "不想活了", danger=True)
    with county.app.app_context():
        one, home = worker(db.session(), county).id, county.households[HOME]
        whose = Holder("c1", one, home, ContactState.VERIFIED, now, None, "", None, None, None, None)
        transact(lambda session: record_help_wanted(session, wanted, whose, now + HOUR))
    casework.left(county, case, "move_away", now + HOUR * 2)
    tasks = county.client("cadre").get("/api/tasks").get_json()["items"]
    assert [one["kind"] for one in tasks] == ["danger"]
    with county.app.app_context():
        assert transact(rebuild).differing == ()


def test_a_question_to_the_office_is_a_call_until_a_cadre_called_and_no_hardship(county: County) -> None:
    now, home = clock.now() - HOUR, county.households[HOME]
    wanted = HelpWanted("q1", Channel.SMS, Source.DECLARATION, "你们什么时候来", question=True)
    with county.app.app_context():
        whose = Holder(
            "c1", worker(db.session(), county).id, home, ContactState.VERIFIED, now, None, "", None, None, None, None
        )
        transact(lambda session: record_help_wanted(session, wanted, whose, now))
    [task] = listed(county, DECLARED)
    assert (task["kind"], task["kind_name"], task["household_id"]) == ("answer", "打电话答复", home)
    assert listed(county, "/api/leads") == []
    form = county.client("cadre").get(f"/api/households/{home}/form").get_json()
    assert form["grade"] == "none", "who only asks tells of no hardship"
    [asked] = form["said"]
    assert (asked["source"], asked["source_name"], asked["words"]) == ("answer", "打电话答复", "你们什么时候来")
    assert "问办事的事，请打电话答复" in words(browser(county, "cadre").page(f"/households/{home}"))
    assert county.rebuilt() == ()
    check_in(county, facts={}, unchanged=True)
    assert [one["id"] for one in listed(county, DECLARED)] == [task["id"]], "his own word answers nothing"
    assert county.rebuilt() == ()
    check_in(county, key="c2", facts={}, declined=True, channel=Channel.CALL, recorder="cadre")
    assert listed(county, DECLARED) == []
    assert county.client("cadre").get(f"/api/households/{home}/form").get_json()["said"] == []
    assert county.rebuilt() == ()


def test_an_income_said_as_at_least_is_shown_as_that_wherever_it_is_known(county: County) -> None:
    check_in(county, facts={"monthly_income": 600000, "monthly_income_max": 700000})
    check_in(county, key="c2", facts={"monthly_income": 500000, "monthly_income_max": None})
    file = f"/households/{county.households[HOME]}"
    told = county.client("county").get(file).get_data(as_text=True)
    assert told.count("5,000.00 元以上") == 2, "as known, and in the entry"
    assert told.count("6,000.00 元 – 7,000.00 元") == 1, "in the entry alone"
    check_in(county, key="c3", facts={}, unchanged=True)
    assert "5,000.00 元以上" in county.client("county").get(file).get_data(as_text=True)
    form = f"/api{file}/form"
    assert [one["earns_at_least"] for one in county.client("cadre").get(form).get_json()["persons"]].count(True) == 1
    check_in(county, key="c4", channel=Channel.CALL, facts={"monthly_income": 400000})
    check_in(county, key="c5", channel=Channel.CALL, facts={}, unchanged=True)
    known = county.client("county").get(file).get_data(as_text=True).partition('id="timeline"')[0]
    assert "4,000.00 元" in known
    assert "4,000.00 元以上" not in known, "the most that was said once belongs to another figure"
    assert not any(one["earns_at_least"] for one in county.client("cadre").get(form).get_json()["persons"])
    assert county.rebuilt() == ()
