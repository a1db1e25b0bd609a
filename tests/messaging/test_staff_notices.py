"""提醒干部: one digest a day, what is red at once, to whoever wants it and is in post, each once, on both databases."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TypeVar

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from uuid6 import uuid7

from field.codes import Channel, ReminderWay, Role
from field.db import db, transact
from field.ledger.entries import Entry
from field.messaging import staff_codes, staff_notices, talk
from field.messaging.messages import Inbound, Said
from field.messaging.outbox import OutboundMessage
from field.messaging.sending_rules import Purpose
from field.monitoring.duties import reminders
from field.monitoring.duties.notices import StaffNotice
from field.monitoring.duties.reminders import Choice, Standing, TooManyCodes
from field.monitoring.posts.deputies import Asked, answer, name_deputy
from field.monitoring.rebuild import rebuild
from field.monitoring.workdays import china_day
from field.registry import contacts
from field.registry.contact_rules import Proof
from field.registry.households import Person
from field.registry.staff import Staff, find_staff, take_post
from field.worker import turns
from tests.county import HASHED, STAFF, County
from tests.monitoring import fundwork
from tests.monitoring.casework import HOME, NEXT, declared, visited

SUNDAY = datetime(2026, 11, 1, 4, tzinfo=UTC)  # noon in the county, the day before
MONDAY = datetime(2026, 11, 2, 0, tzinfo=UTC)  # eight in the morning
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NUMBER = "13900000001"
Result = TypeVar("Result")
BOTH: Mapping[str, str] = {"sms": "twilio", "wechat": "wechat"}


def act(county: County, work: Callable[[Session], Result]) -> Result:
    with county.app.app_context():
        return transact(work)


def chooses(county: County, username: str, now: datetime = SUNDAY, number: str = NUMBER, at: str = "08:00") -> None:
    """SMS to a number that is confirmed by its code."""
    by, asked = county.actor(username), Choice(ReminderWay.SMS, at, number)
    act(county, lambda session: staff_codes.choose(session, asked, str(uuid7()), BOTH, by, now))
    assert act(county, lambda session: staff_codes.answer(session, code(session, by.staff_id), by, now))


def code(session: Session, staff_id: str) -> str:
    """What stands in the newest SMS with a code."""
    held = reminders.chosen(session, staff_id)
    assert held is not None
    key = f"reminder_code:{held.chain_id}:{held.seq}"
    text = session.scalars(select(OutboundMessage.text).where(OutboundMessage.key == key)).one()
    return text.removeprefix("验证码")[:6]


def told(county: County, now: datetime, ways: Mapping[str, str] = BOTH) -> list[str]:
    """What one round posts."""
    with county.app.app_context():
        before = select(OutboundMessage.id)
        known = set(db.session.scalars(before))
        staff_notices.step(turns(county.app), now, lambda _step: ways)
        db.session.rollback()
        rows = db.session.scalars(select(OutboundMessage).order_by(OutboundMessage.id))
        new = [row for row in rows if row.id not in known]
        assert {row.purpose for row in new} <= {Purpose.NOTICE.value, Purpose.URGENT.value}
        return [row.text for row in new]


def reds(county: County, now: datetime) -> None:
    """The village's household turns red, and says that it is in need."""
    visited(county, HOME, "cadre", now - HOUR, income={"wages": 100})
    declared(county, HOME, now)


def test_a_digest_comes_once_a_day_at_its_time_and_counts_what_the_list_has(county: County) -> None:
    chooses(county, "cadre")
    assert told(county, MONDAY - timedelta(minutes=1)) == []
    [text] = told(county, MONDAY)
    assert text.startswith("保康县工作提醒：待办2件，过期1件，红色0件")
    assert told(county, MONDAY + HOUR) == []
    assert len(told(county, MONDAY + DAY)) == 1


@pytest.mark.unlisted(HOME)
def test_a_day_without_anything_to_do_has_no_digest_even_if_something_comes_later(county: County) -> None:
    chooses(county, "cadre")
    visited(county, HOME, "cadre", MONDAY - HOUR)
    assert told(county, MONDAY) == []
    declared(county, HOME, MONDAY + HOUR)
    assert told(county, MONDAY + 2 * HOUR) == []
    assert len(told(county, MONDAY + DAY)) == 1


def test_who_chooses_in_the_evening_is_told_from_tomorrow_on(county: County) -> None:
    chooses(county, "cadre", MONDAY + 9 * HOUR)
    assert told(county, MONDAY + 10 * HOUR) == []
    chooses(county, "cadre2", MONDAY + 9 * HOUR, at="18:00")
    assert len(told(county, MONDAY + 10 * HOUR)) == 1


@pytest.mark.unlisted(HOME)
def test_what_is_red_is_told_at_once_to_every_level_that_has_it_and_to_nobody_beside(county: County) -> None:
    for place, username in enumerate(("cadre", "cadre2", "town", "county")):
        chooses(county, username, MONDAY, f"1390000000{place}", "20:00")
    reds(county, MONDAY + HOUR)
    texts = told(county, MONDAY + HOUR)
    said = "保康县加急提醒：1件要马上办。最急：堰垭村陈某某户入户核实，11月5日以前。请登录看待办"
    assert texts == [said] * 3, "the village, its town, the county; not the other town's village"
    for hours in (2, 6, 11):
        assert told(county, MONDAY + hours * HOUR) == [], "each thing once for each level"


def test_aid_that_cannot_wait_is_told_at_once_also_of_a_household_that_is_not_red(county: County) -> None:
    for place, username in enumerate(("cadre", "cadre2")):
        chooses(county, username, MONDAY, f"1390000000{place}", "20:00")
    fundwork.applied(county, "300", now=MONDAY + HOUR, urgent={"note": "明天要交住院押金"})
    fundwork.applied(county, "300", "cadre2", fundwork.FAR, now=MONDAY + HOUR)
    [text] = told(county, MONDAY + HOUR)
    assert text.startswith("保康县加急提醒：1件要马上办。最急：堰垭村陈某某户急用的救助，")
    assert told(county, MONDAY + 2 * HOUR) == [], "once"


@pytest.mark.parametrize("hours", [1, 15])
def test_who_speaks_of_dying_is_told_of_at_once_to_every_level_by_day_and_by_night(county: County, hours: int) -> None:
    for place, username in enumerate(("cadre", "cadre2", "town", "county")):
        chooses(county, username, MONDAY, f"1390000000{place}", "20:00")
    home, now = county.households[HOME], MONDAY + hours * HOUR
    if hours > 12:
        reds(county, now)

    def says(session: Session) -> None:
        person = session.scalars(select(Person).where(Person.household_id == home).limit(1)).one()
        contact = contacts.claim(session, person, Channel.SMS, "+8613900000077", now)
        contacts.confirm(session, contact, Proof.VISIT, "cadre", now)
        wrote = Inbound(Channel.SMS, "field", "M1", "+8613900000077", "", Said.TEXT, now, "我不想活了")
        assert "12356" in talk.answer(session, wrote, now)
        again = Inbound(Channel.SMS, "field", "M2", "+8613900000077", "", Said.TEXT, now, "活着没意思")
        talk.answer(session, again, now)

    act(county, says)
    day = china_day(now + HOUR)
    said = f"保康县加急提醒：1件要马上办。最急：堰垭村陈某某户生命危险，马上联系，{day.month}月{day.day}日以前。请登录看待办"
    assert told(county, now + HOUR / 6) == [said] * 3, "not the other town's village; once for both messages"
    [task] = county.client("cadre").get("/api/tasks?kind=danger").get_json()["items"]
    assert (task["grade"], task["household_id"]) == ("red", home)
    visited(county, HOME, "cadre", now + HOUR)
    assert county.client("cadre").get("/api/tasks?kind=danger").get_json()["items"] == []


def test_neither_a_whole_name_nor_an_illness_nor_an_amount_leaves_the_house(county: County) -> None:
    chooses(county, "cadre", at="09:00")
    reds(county, MONDAY)
    texts = told(county, MONDAY + HOUR)
    assert len(texts) == 2
    for text in texts:
        assert not any(word in text for word in ("陈大", "病", "元", "住院"))


@pytest.mark.unlisted(HOME, "420626102201")
def test_several_new_red_things_of_one_round_are_one_message(county: County) -> None:
    chooses(county, "county", at="20:00")
    for village in (HOME, "420626102201"):
        visited(county, village, "cadre" if village == HOME else "cadre2", MONDAY, income={"wages": 100})
        declared(county, village, MONDAY + HOUR)
    [text] = told(county, MONDAY + HOUR)
    assert "加急提醒：2件" in text


@pytest.mark.unlisted(HOME)
def test_what_rises_to_the_next_level_is_told_there(county: County) -> None:
    chooses(county, "town", at="20:00")
    declared(county, HOME, MONDAY)
    assert told(county, MONDAY + HOUR) == [], "yellow, and the village's"
    reds(county, MONDAY + DAY)
    assert len(told(county, MONDAY + DAY)) == 1


@pytest.mark.unlisted(HOME)
def test_what_is_late_already_is_said_to_be_late(county: County) -> None:
    chooses(county, "county")
    reds(county, MONDAY - 5 * DAY)
    [text] = [one for one in told(county, MONDAY + HOUR) if "加急提醒" in one]
    assert "入户核实过期，" in text


def test_nobody_is_woken_at_night(county: County) -> None:
    chooses(county, "cadre", at="20:00")
    reds(county, MONDAY + 13 * HOUR)
    assert told(county, MONDAY + 14 * HOUR) == []
    assert len(told(county, MONDAY + DAY)) == 1


@pytest.mark.parametrize("way", ["ended account", "no post any more", "no reminder", "unconfirmed", "stopped"])
def test_who_is_gone_or_does_not_want_it_gets_nothing(county: County, way: str) -> None:
    by = county.actor("cadre")

    def leave(session: Session) -> None:
        staff = find_staff(session, "cadre")
        assert staff is not None
        if way == "ended account":
            staff.ended_at = MONDAY - HOUR
        else:
            staff.posts[-1].until = MONDAY - HOUR

    chooses(county, "cadre")
    asked = {
        "no reminder": Choice(ReminderWay.NONE), "unconfirmed": Choice(ReminderWay.SMS, phone="13900000009"),
    }.get(way)  # fmt: skip
    if asked:
        act(county, lambda session: staff_codes.choose(session, asked, str(uuid7()), BOTH, by, SUNDAY + HOUR))
    elif way != "stopped":
        act(county, leave)
    ways = {} if way == "stopped" else BOTH
    assert told(county, MONDAY, ways) == []
    with county.app.app_context():
        assert db.session.scalars(select(StaffNotice)).all() == [], "nothing waits to be told later"


def test_the_choice_goes_with_the_person_to_another_post(county: County) -> None:
    chooses(county, "cadre")
    county.move("cadre", Role.VILLAGE, "420626102201")
    now = datetime.now(UTC).replace(hour=1, minute=0) + DAY
    [text] = told(county, now)
    assert "待办2件" in text


def test_a_number_counts_only_after_its_code_and_a_code_only_once(county: County) -> None:
    by, asked = county.actor("cadre"), Choice(ReminderWay.SMS, "08:00", NUMBER)

    def choose(now: datetime) -> str:
        act(county, lambda session: staff_codes.choose(session, asked, str(uuid7()), BOTH, by, now))
        return act(county, lambda session: code(session, by.staff_id))

    def give(said: str, now: datetime) -> bool:
        return act(county, lambda session: staff_codes.answer(session, said, by, now))

    first = choose(SUNDAY)
    wrong = f"{(int(first) + 1) % 1_000_000:06d}"
    assert not give(wrong, SUNDAY)
    assert not give(first, SUNDAY), "one guess for each code"
    second = choose(SUNDAY + HOUR)
    assert not give(second, SUNDAY + 3 * HOUR), "an hour is over"
    third = choose(SUNDAY + 4 * HOUR)
    assert give(third, SUNDAY + 4 * HOUR)
    assert give("what is sent again", SUNDAY + 5 * HOUR), "it is confirmed, and stays so"
    for hours in (6, 7):
        other = Choice(ReminderWay.SMS, "08:00", f"1390000001{hours}")
        later = SUNDAY + hours * HOUR
        act(county, partial(staff_codes.choose, asked=other, key=str(uuid7()), ways=BOTH, by=by, now=later))
    with pytest.raises(TooManyCodes):
        choose(SUNDAY + 8 * HOUR)


def test_another_time_at_a_confirmed_number_needs_no_code(county: County) -> None:
    chooses(county, "cadre")
    by, asked = county.actor("cadre"), Choice(ReminderWay.SMS, "09:30")
    act(county, lambda session: staff_codes.choose(session, asked, str(uuid7()), BOTH, by, SUNDAY + HOUR))
    assert told(county, MONDAY) == []
    assert len(told(county, MONDAY + timedelta(minutes=90))) == 1


def test_the_number_is_sealed_in_the_ledger_and_a_rebuild_gives_the_same(county: County) -> None:
    chooses(county, "cadre")
    chooses(county, "county", number="13900000002")
    by, asked = county.actor("town"), Choice(ReminderWay.WECHAT, openid="oTownOpenid")
    act(county, lambda session: staff_codes.choose(session, asked, str(uuid7()), BOTH, by, SUNDAY))
    with county.app.app_context():
        payloads = db.session.scalars(select(Entry.payload).where(Entry.kind == "reminder")).all()
        assert len(payloads) == 5
        assert not any(secret in text for text in payloads for secret in (NUMBER, "oTownOpenid"))
        assert transact(rebuild).differing == ()
        held = reminders.chosen(db.session(), by.staff_id)
        assert held is not None
        assert (held.address, held.state) == ("oTownOpenid", Standing.CONFIRMED)


def test_wechat_gets_its_own_words_at_the_openid(county: County) -> None:
    by, asked = county.actor("town"), Choice(ReminderWay.WECHAT, openid="oTownOpenid")
    act(county, lambda session: staff_codes.choose(session, asked, str(uuid7()), BOTH, by, SUNDAY))
    now = datetime(2026, 11, 26, 0, tzinfo=UTC)
    [text] = told(county, now)
    assert "待办4件" in text
    with county.app.app_context():
        row = db.session.scalars(select(OutboundMessage).where(OutboundMessage.channel == "wechat")).one()
        assert (row.recipient, row.provider, row.step) == ("oTownOpenid", "wechat", "staff.digest")


def test_workers_at_the_same_moment_tell_it_once(county: County) -> None:
    for place, username in enumerate(("cadre", "town", "county")):
        chooses(county, username, number=f"1390000000{place}")
    reds(county, MONDAY)
    with ThreadPoolExecutor(4) as workers:
        rounds = [workers.submit(staff_notices.step, turns(county.app), MONDAY, lambda _step: BOTH) for _ in range(4)]
        posted = sum(one.result() for one in rounds)
    assert posted == 6, "a digest and a red one for each"
    with county.app.app_context():
        rows = db.session.scalars(select(OutboundMessage).where(OutboundMessage.purpose == Purpose.NOTICE.value)).all()
        assert len(rows) == 6


@pytest.mark.unlisted(HOME)
def test_who_stands_in_is_told_of_the_absent_post_too_and_the_absent_still(
    county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(STAFF, "near", (Role.VILLAGE, NEXT, "邻村干部"))
    act(county, lambda session: take_post(session, account(session), Role.VILLAGE, NEXT, SUNDAY - DAY, str(uuid7())))
    chooses(county, "cadre")
    chooses(county, "near", number="13900000002")
    first = china_day(MONDAY)
    wanted = Asked("cadre", "near", first, first, "请假", str(uuid7()))
    cadre, near = county.actor("cadre"), county.actor("near")
    act(county, lambda session: name_deputy(session, wanted, cadre, SUNDAY))
    act(county, lambda session: answer(session, wanted.key, True, near, SUNDAY))
    declared(county, HOME, SUNDAY)
    texts = [text.partition("工作提醒") for text in told(county, MONDAY)]
    lists = {whose: what for whose, _, what in texts}
    assert "代陈干部" in lists, lists
    assert lists["代陈干部"] in {what for whose, _, what in texts if whose == "保康县"}, "the same list"
    assert told(county, MONDAY + HOUR) == []
    declared(county, HOME, MONDAY + DAY)
    assert not any("代陈干部" in text for text in told(county, MONDAY + DAY)), "it is over"


def account(session: Session) -> Staff:
    staff = Staff(id=str(uuid7()), username="near", name="邻村干部", password_hash=HASHED, posts=[])
    session.add(staff)
    session.flush()
    return staff
