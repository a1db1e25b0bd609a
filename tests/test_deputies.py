"""代班: who stands in acts in the absent colleague's post alone, signs for both, and no longer than the last day."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update
from uuid6 import uuid7

from field import clock
from field.case_codes import CaseAction, CaseState
from field.codes import EntryKind, Role
from field.db import db, transact
from field.ledger.entries import Entry
from field.login import LoginSession, find_session
from field.monitoring.board.quiet_villages import quiet_villages
from field.monitoring.cases.case_course import same_hands
from field.monitoring.cases.case_standing import Standing
from field.monitoring.cases.cases import MonitoringCase, act
from field.monitoring.posts.deputies import NotOpen, answer
from field.monitoring.posts.deputy_rules import LONGEST, Holder, faults, span
from field.monitoring.rebuild import rebuild
from field.monitoring.refusals import WrongHands
from field.monitoring.workdays import china_day
from field.registry.deputies import Deputy, as_signed, stood_in_region
from field.registry.rights import Actor
from field.registry.signatures import by_same, named, signature
from field.registry.staff import Staff
from tests.county import STAFF, County
from tests.monitoring.casework import HOME, NEXT, asked, do, needed, opened, visited
from tests.web.office import Browser, browser, statements, words

REASON, FAR = "外出学习", "420626102201"
NO_DAY: dict[str, Any] = {"from": "2026-13-01"}
NO_DAYS: dict[str, Any] = {"from": "", "to": ""}
BOTH = signature("near", "cadre")


@pytest.fixture
def near(county: County, monkeypatch: pytest.MonkeyPatch) -> Browser:
    """The cadre of the next village of the same town, signed in."""
    monkeypatch.setitem(STAFF, "near", (Role.VILLAGE, NEXT, "邻村干部"))
    county.hire("near", *STAFF["near"])
    return browser(county, "near")


def ask(visitor: Browser, absent: str, deputy: str, days: int = 3, ahead: int = 0, **more: Any) -> Any:
    first = china_day(clock.now()) + timedelta(days=ahead)
    said = {"from": first.isoformat(), "to": (first + timedelta(days=days - 1)).isoformat(), "reason": REASON}
    return visitor.send("/deputies", absent=absent, deputy=deputy, **{"key": str(uuid7())} | said | more)


def newest(county: County) -> str:
    with county.app.app_context():
        return db.session.scalars(select(Deputy.id).order_by(Deputy.id.desc())).first() or ""


def arrange(county: County, by: Browser, absent: str, deputy: Browser, username: str, **days: int) -> str:
    """One that the deputy has accepted; its id."""
    assert ask(by, absent, username, **days).status_code == 303
    found = newest(county)
    assert deputy.send(f"/deputies/{found}", verdict="accept").status_code == 303
    return found


def acts(deputy: Browser, post: str) -> int:
    return deputy.send("/acting", post=post).status_code


def visit(visitor: Browser, county: County, village: str) -> Any:
    """Send a visit as the phone would, with the cookie."""
    return visitor.post("/api/visits", json=county.visit(village), headers={"X-CSRF-Token": visitor.token})


def test_a_deputy_has_the_absent_post_and_never_both(county: County, near: Browser) -> None:
    found = arrange(county, browser(county, "cadre"), "cadre", near, "near")
    own, other = county.households[NEXT], county.households[HOME]
    assert (near.get(f"/households/{own}").status_code, near.get(f"/households/{other}").status_code) == (200, 403)
    assert acts(near, found) == 303
    assert (near.get(f"/households/{own}").status_code, near.get(f"/households/{other}").status_code) == (403, 200)
    page = words(near.page("/households"))
    assert "邻村干部（代陈干部）" in page
    assert "本岗位" in page
    me = near.get("/api/me").get_json()
    assert (me["post"], me["region"]["code"], [one["id"] for one in me["posts"]]) == (found, HOME, ["", found])
    assert me["username"] == "near", "the phone knows its owner whichever post it is"
    assert visit(near, county, HOME).status_code == 201
    assert acts(near, "") == 303
    assert (near.get(f"/households/{own}").status_code, near.get(f"/households/{other}").status_code) == (200, 403)
    with county.app.app_context():
        actors = db.session.scalars(select(Entry.actor).where(Entry.kind == EntryKind.VISIT.value))
        assert list(actors) == [BOTH]
    file = words(browser(county, "cadre").page(f"/households/{other}"))
    assert "邻村干部（代陈干部）" in file
    for whose in ("邻村干部", "cadre", "near"):
        assert "邻村干部（代陈干部）" in words(browser(county, "county").page(f"/ledger?kind=visit&actor={whose}")), (
            whose
        )


def test_until_it_is_accepted_and_after_it_is_declined_nothing_changes(county: County, near: Browser) -> None:
    office = browser(county, "town")
    assert ask(office, "cadre", "near").status_code == 303, "the office above names one"
    found = newest(county)
    assert acts(near, found) == 403
    assert "邻村干部 代 陈干部 等本人同意" in words(near.page("/deputies"))
    assert browser(county, "cadre").send(f"/deputies/{found}", verdict="accept").status_code == 403, "only the deputy"
    assert near.send(f"/deputies/{found}", verdict="decline").status_code == 303
    assert near.send(f"/deputies/{found}", verdict="accept").status_code == 409
    assert acts(near, found) == 403
    assert ask(office, "cadre", "near").status_code == 303, "then another may be asked"


def test_it_ends_by_itself_at_the_end_of_the_last_day(
    county: County, near: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    noon = clock.now().replace(hour=4, minute=0, second=0, microsecond=0) + timedelta(days=1)
    monkeypatch.setattr(clock, "now", lambda: noon)
    near, cadre = browser(county, "near"), browser(county, "cadre")
    found = arrange(county, cadre, "cadre", near, "near", days=2, ahead=1)
    assert acts(near, found) == 403, "it begins tomorrow"
    begun, last, over = (noon + timedelta(hours=hours) for hours in (12, 59, 60))
    monkeypatch.setattr(clock, "now", lambda: begun)
    assert acts(near, found) == 303
    monkeypatch.setattr(clock, "now", lambda: last)
    assert near.get("/api/me").get_json()["post"] == found
    made = county.visit(HOME)
    monkeypatch.setattr(clock, "now", lambda: over)
    me = near.get("/api/me").get_json()
    assert (me["post"], me["username"], len(me["posts"])) == ("", "near", 1)
    assert acts(near, found) == 403
    late = near.post("/api/visits", json=made, headers={"X-CSRF-Token": near.token})
    assert late.status_code in (201, 202), "a visit of those days that is sent later is held for the town"
    with county.app.app_context():
        [held] = db.session.scalars(select(Entry).where(Entry.kind == EntryKind.HELD_VISIT.value))
        assert held.actor == "near"
    refused = {"visit": {**made, "income": 5}, "reason": "手机上改不了"}
    assert near.post("/api/visits/held", json=refused, headers={"X-CSRF-Token": near.token}).status_code == 202
    with county.app.app_context():
        handed = Entry.idempotency_key.startswith("handed:")
        assert db.session.scalars(select(Entry.chain_id).where(handed)).all() == [f"region:{HOME}"]


@pytest.mark.parametrize("ender", ["cadre", "near", "town", "county"])
def test_the_absent_the_deputy_and_the_office_above_may_end_it(county: County, near: Browser, ender: str) -> None:
    found = arrange(county, browser(county, "cadre"), "cadre", near, "near")
    assert acts(near, found) == 303
    for stranger in ("cadre2", "town2"):
        assert browser(county, stranger).send(f"/deputies/{found}", verdict="end").status_code == 403
    who = browser(county, ender)
    assert [who.send(f"/deputies/{found}", verdict="end").status_code for _ in range(2)] == [303, 303]
    assert near.get("/api/me").get_json()["post"] == ""
    with county.app.app_context():
        assert transact(rebuild).differing == ()


@pytest.mark.parametrize("who", ["cadre", "near"])
def test_it_ends_with_either_post(county: County, near: Browser, who: str) -> None:
    found = arrange(county, browser(county, "cadre"), "cadre", near, "near")
    assert acts(near, found) == 303
    county.move(who, Role.VILLAGE, "420626102201")
    me = near.get("/api/me").get_json()
    assert me["post"] == ("" if who == "cadre" else found)
    assert len(me["posts"]) == (1 if who == "cadre" else 2)


def test_whoever_has_no_post_left_stands_in_for_nobody(county: County, near: Browser) -> None:
    found = arrange(county, browser(county, "cadre"), "cadre", near, "near")
    assert acts(near, found) == 303

    def work(session: Any) -> None:
        session.scalar(select(Staff).where(Staff.username == "near")).posts[-1].until = clock.now()

    with county.app.app_context():
        transact(work)
    me = near.get("/api/me").get_json()
    assert (me["parted"], me["post"], len(me["posts"])) == (True, "", 1)
    assert near.get("/api/tasks").status_code == 403


@pytest.mark.unlisted(HOME)
def test_four_eyes_count_both_people(county: County) -> None:
    """A colleague held the assessment for a town officer: neither of them may review the case then."""
    away, other = browser(county, "town"), browser(county, "town2")
    found = arrange(county, away, "town", other, "town2")
    assert acts(other, found) == 303
    now = clock.now()
    case = opened(county, HOME, "cadre", now)
    visited(county, HOME, "cadre", now + timedelta(seconds=1))
    do(county, case, "advance", "cadre", clock.now())
    do(county, case, "advance", "county", clock.now())
    acting = the_one(other, county)
    step(county, case, acting, clock.now())
    do(county, case, "post_notice", "cadre", clock.now())
    do(county, case, "advance", "cadre", clock.now() + timedelta(days=7))
    for by in (acting, county.actor("town")):
        with pytest.raises(WrongHands):
            step(county, case, by, clock.now() + timedelta(days=8))
    with county.app.app_context():
        assert ["assessment", signature("town2", "town")] in db.session.get_one(MonitoringCase, case).hands
    page = words(browser(county, "county").page(f"/cases/{case}"))
    assert "赵镇长（代王镇长）" in page


def the_one(visitor: Browser, county: County) -> Actor:
    """Who acts in a browser's session."""
    token = visitor.get_cookie("field_session")
    assert token
    with county.app.app_context():
        session = find_session(db.session(), token.value, clock.now())
    assert session
    assert session.actor
    return session.actor


def step(county: County, case_id: str, by: Actor, now: datetime) -> None:
    """The case goes on by someone's hands."""
    with county.app.app_context():
        case = db.session.get_one(MonitoringCase, case_id)
        wanted = asked("advance", needed(case, "advance", now), case.seq)
        transact(lambda session: act(session, case_id, wanted, by, now))


USERS = st.sampled_from(["a", "b", "c", "d"])
SIGNED = st.one_of(USERS, st.tuples(USERS, USERS).filter(lambda two: two[0] != two[1]).map(lambda two: signature(*two)))


@given(SIGNED, SIGNED)
def test_two_signatures_are_of_one_when_anybody_stands_in_both(one: str, other: str) -> None:
    people = [set(each.replace(" 代 ", " ").split()) for each in (one, other)]
    assert by_same(one, other) is bool(people[0] & people[1])
    at = Standing(CaseState.TOWN_REVIEW, hands=(("data_check", one),))
    assert (same_hands(at, CaseAction.ADVANCE, other) is not None) is by_same(one, other)
    rejected = Standing(CaseState.TOWN_REVIEW, rejected_by=one)
    assert (same_hands(rejected, CaseAction.REJECT, other) is not None) is by_same(one, other)


def test_a_signature_is_told_with_both_names() -> None:
    people = {"a": "张三", "b": "李四"}
    assert (named("a", people), named("a 代 b", people), named("x", people)) == ("张三", "张三（代李四）", None)
    assert not by_same(None, "a")


REFUSED: dict[str, Callable[[Browser], Any]] = {
    "代班的人要是同级的另一个人": lambda who: ask(who, "cadre", "town"),
    "代班的人要是同级": lambda who: ask(who, "cadre", "cadre2"),
    "代班的人要是": lambda who: ask(who, "cadre", "cadre"),
    "不能早于今天": lambda who: ask(who, "cadre", "near", ahead=-1),
    "请填从哪天起": lambda who: ask(who, "cadre", "near", **NO_DAY),
    "不能早于起的那天": lambda who: ask(who, "cadre", "near", days=0),
    "代班最长 92 天": lambda who: ask(who, "cadre", "near", days=93),
}


@pytest.mark.parametrize("said", REFUSED)
def test_what_cannot_be_is_refused_in_words(county: County, near: Browser, said: str) -> None:
    answer = REFUSED[said](browser(county, "town"))
    assert answer.status_code == 422
    assert said in words(answer.text)
    with county.app.app_context():
        assert db.session.scalar(select(Deputy.id)) is None


def test_every_fault_is_named_at_once(county: County, near: Browser) -> None:
    said = words(ask(browser(county, "cadre"), "cadre", "nobody", **NO_DAYS).text)
    assert "代班的人要是同级的另一个人" in said
    assert "请填从哪天起" in said
    assert "请填到哪天止" in said


def test_nobody_arranges_for_a_post_that_is_not_below_them(county: County, near: Browser) -> None:
    for who, absent in (("cadre", "near"), ("cadre2", "cadre"), ("town2", "cadre"), ("cadre", "town"), ("town", "x")):
        assert ask(browser(county, who), absent, "near").status_code == 403, (who, absent)
    assert browser(county, "medical").get("/deputies").status_code == 403


def test_a_post_has_one_deputy_a_day_and_the_same_page_is_one(county: County, near: Browser) -> None:
    cadre, key = browser(county, "cadre"), str(uuid7())
    assert [ask(cadre, "cadre", "near", key=key).status_code for _ in range(2)] == [303, 303]
    assert ask(cadre, "cadre", "near", days=4, key=key).status_code == 409
    assert ask(browser(county, "town"), "cadre", "near", key=key).status_code == 409, "by other hands"
    again = ask(cadre, "cadre", "near", days=1, ahead=2)
    assert again.status_code == 422
    assert "已经安排了代班" in words(again.text)
    assert ask(cadre, "cadre", "near", days=1, ahead=3).status_code == 303
    with county.app.app_context():
        kinds = select(Entry).where(Entry.kind == EntryKind.DEPUTY_NAMED.value)
        assert len(list(db.session.scalars(kinds))) == 2
        assert transact(rebuild).differing == ()


def test_the_session_is_found_in_one_statement(county: County, near: Browser) -> None:
    found = arrange(county, browser(county, "cadre"), "cadre", near, "near")
    acts(near, found)
    with statements(county) as made:
        assert near.get("/api/me").status_code == 200
    assert len(made) <= 2, made


def test_what_was_asked_for_as_a_deputy_is_made_in_that_post_or_not_at_all(county: County, near: Browser) -> None:
    found = arrange(county, browser(county, "cadre"), "cadre", near, "near")

    def who(signed: str, now: datetime) -> Actor | None:
        return as_signed(db.session(), county.actor("near").staff_id, signed, now)

    with county.app.app_context():
        own, acting = who("near", clock.now()), who(BOTH, clock.now())
        assert own
        assert acting
        assert (own.region, acting.region) == (NEXT, HOME)
        assert who(BOTH, clock.now() + timedelta(days=9)) is None
        assert who("near 代 town", clock.now()) is None
    near.send(f"/deputies/{found}", verdict="end")
    with county.app.app_context():
        assert who(BOTH, clock.now()) is None


def leaves(county: County) -> None:
    """The absent colleague's post ends."""
    county.move("cadre", Role.VILLAGE, FAR)


def ends(county: County) -> None:
    """The absent colleague's account ends."""
    assert county.app.test_cli_runner().invoke(args=["staff", "end", "cadre"]).exit_code == 0


@pytest.mark.parametrize("gone", [leaves, ends])
def test_what_was_asked_for_as_a_deputy_is_not_made_once_the_absent_one_is_gone(
    county: County, near: Browser, gone: Callable[[County], None]
) -> None:
    arrange(county, browser(county, "cadre"), "cadre", near, "near")
    gone(county)
    with county.app.app_context():
        assert as_signed(db.session(), county.actor("near").staff_id, BOTH, clock.now()) is None


def test_an_arrangement_whose_post_has_ended_is_listed_and_counts_no_more(county: County, near: Browser) -> None:
    arrange(county, browser(county, "cadre"), "cadre", near, "near")
    at, whose = clock.now(), county.actor("near").staff_id
    assert "代 陈干部" in words(near.page("/deputies"))
    leaves(county)
    assert "代 陈干部" not in words(near.page("/deputies"))
    with county.app.app_context():
        session = db.session()
        assert stood_in_region(session, whose, HOME, at)
        assert not stood_in_region(session, whose, HOME, clock.now())


def test_nobody_says_yes_once_the_last_day_is_over(county: County, near: Browser) -> None:
    assert ask(browser(county, "cadre"), "cadre", "near").status_code == 303
    found, by = newest(county), county.actor("near")
    with county.app.app_context():
        over = db.session.get_one(Deputy, found).until
        with pytest.raises(NotOpen):
            transact(lambda session: answer(session, found, accepted=True, by=by, now=over))
        transact(lambda session: answer(session, found, accepted=True, by=by, now=over - timedelta(milliseconds=1)))


def test_a_village_is_not_silent_while_a_deputy_works_in_its_officers_post(county: County, near: Browser) -> None:
    found = arrange(county, browser(county, "cadre"), "cadre", near, "near")
    later = clock.now() + timedelta(days=60)
    with county.app.app_context():
        db.session.execute(update(LoginSession).values(seen_at=clock.now() - timedelta(days=60)))
        db.session.commit()
        assert HOME in {one.code for one in quiet_villages(db.session(), HOME, clock.now())}, "the deputy was not there"
    assert acts(near, found) == 303
    assert near.get("/api/me").status_code == 200
    with county.app.app_context():
        assert HOME not in {one.code for one in quiet_villages(db.session(), HOME, clock.now())}
        assert HOME in {one.code for one in quiet_villages(db.session(), HOME, later)}


ABSENT, NEAR = (Holder(one, one, one, one, Role.VILLAGE, where) for one, where in (("cadre", HOME), ("near", NEXT)))


@pytest.mark.parametrize(("first", "last", "fields"), [(3, 4, []), (4, 5, ["from"]), (6, 7, ["from"]), (7, 8, [])])
def test_one_deputy_may_begin_on_the_day_after_anothers_last(first: int, last: int, fields: list[str]) -> None:
    now, today = clock.now(), china_day(clock.now())
    asked_for, taken = (
        (today + timedelta(first), today + timedelta(last)),
        [span(today + timedelta(5), today + timedelta(6))],
    )
    assert [field for field, _words in faults(ABSENT, NEAR, *asked_for, taken, now)] == fields


def test_who_stands_in_is_under_the_same_office_above() -> None:
    today, far = china_day(clock.now()), replace(NEAR, region=FAR)
    assert [field for field, _words in faults(ABSENT, far, today, today, (), clock.now())] == ["deputy"]


@pytest.mark.parametrize(("letters", "fields"), [(38, []), (39, ["deputy"])])
def test_two_names_are_no_longer_than_the_ledger_has_room_for(letters: int, fields: list[str]) -> None:
    today, longest = (
        china_day(clock.now()),
        (replace(ABSENT, username="甲" * 39), replace(NEAR, username="乙" * letters)),
    )
    assert len(signature("乙" * 38, "甲" * 39)) == LONGEST
    assert [field for field, _words in faults(*longest, today, today, (), clock.now())] == fields
