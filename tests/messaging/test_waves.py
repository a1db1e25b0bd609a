"""分批回访: stories of asking, answering and silence, on both databases."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from field.codes import Channel
from field.messaging import asking, checkin_waves
from field.messaging.checkin_waves import step
from field.messaging.conversations import Dialog
from field.messaging.messages import SendError
from field.messaging.outbox import sign_with
from field.messaging.sending_rules import segments
from field.messaging.wave_figures import estimate, progress
from field.monitoring.workers.checkin_requests import CheckinRequest, CheckinWave, Outcome
from field.monitoring.workers.due_checkins import Count, count_by_place
from field.registry import contacts
from field.registry.consent import opt_out
from field.registry.contact_rules import Proof
from field.registry.contacts import Contact, address_index
from field.registry.households import Person
from tests.county import County
from tests.messaging.waving import COUNTY, DAY, HOUR, WAYS, Waves

PHONE, OTHER = "+8613900000001", "+8613900000002"
HOME = "420626107204"


@pytest.fixture
def waves(county: County) -> Waves:
    return Waves(county)


def test_one_question_one_answer_one_confirmation(waves: Waves) -> None:
    person = waves.worker(phone=PHONE)
    assert waves.start()
    waves.round()
    [asked] = waves.provider.taken
    assert (asked.recipient, asked.step, segments(f"【田野】{asked.text}")) == (PHONE, "checkin.ask", 1)
    assert "保康县回访" in asked.text
    assert "5200" not in asked.text, "no figures in an SMS"
    assert "对请回1" in waves.say("在东莞，一个月六千", PHONE)
    waves.say("1", PHONE)
    waves.after(HOUR)
    assert waves.request(person).outcome == Outcome.ANSWERED
    waves.after(10 * DAY)
    assert len(waves.provider.taken) == 1, "who answered is not reminded"
    assert waves.count("silence") == 0
    assert waves.due() == []
    assert waves.rebuilt() == ()


def test_silence_is_asked_again_once_and_then_somebody_calls(waves: Waves) -> None:
    person = waves.worker(phone=PHONE)
    waves.start()
    waves.round()
    waves.after(2 * DAY)
    assert len(waves.provider.taken) == 1
    waves.after(DAY + HOUR)
    assert [message.step for message in waves.provider.taken] == ["checkin.ask", "checkin.remind"]
    assert segments(f"【田野】{waves.provider.taken[1].text}") == 1
    waves.after(2 * DAY)
    assert waves.count("silence") == 0
    waves.after(DAY + HOUR)
    assert (waves.count("silence"), waves.request(person).outcome) == (1, Outcome.SILENT)
    [lead], [task] = waves.listed("/api/leads"), waves.listed("/api/tasks?source=checkin")
    assert (lead["kind"], lead["source"], task["kind"], task["person_id"]) == (
        "out_of_touch",
        "checkin",
        "call",
        person,
    )
    for _ in range(3):
        waves.after(4 * DAY)
    assert (waves.count("silence"), len(waves.posted())) == (1, 2)
    assert waves.rebuilt() == ()


def test_an_answer_to_the_reminder_counts(waves: Waves) -> None:
    person = waves.worker(phone=PHONE)
    waves.start()
    waves.round()
    waves.after(3 * DAY + HOUR)
    assert waves.provider.taken[-1].step == "checkin.remind"
    waves.say("1", PHONE)
    waves.after(HOUR)
    assert waves.request(person).outcome == Outcome.ANSWERED


def test_who_answered_and_never_confirmed_is_not_silent_but_called(waves: Waves) -> None:
    person = waves.worker(phone=PHONE)
    waves.start()
    waves.round()
    waves.say("在东莞，一个月六千", PHONE)
    waves.after(3 * DAY + HOUR)
    assert [message.step for message in waves.provider.taken] == ["checkin.ask"], "no reminder says that nothing came"
    assert waves.request(person).outcome == Outcome.CALL
    assert (waves.count("call_wanted"), waves.count("silence")) == (1, 0)
    waves.say("1", PHONE)
    told = waves.turn(lambda session: session.get_one(Person, person).monthly_income)
    assert told == 520000, "1 after that is no yes to what was said before"


def test_what_comes_after_the_second_silence_is_heard_all_the_same(waves: Waves) -> None:
    person = waves.worker(phone=PHONE)
    waves.start()
    waves.round()
    waves.after(3 * DAY + HOUR)
    waves.after(3 * DAY + HOUR)
    assert waves.request(person).outcome == Outcome.SILENT
    waves.now += HOUR
    assert "您说：在东莞市、月入6000元" in waves.say("在东莞，六千", PHONE)
    waves.say("1", PHONE)
    assert waves.turn(lambda session: session.get_one(Person, person).monthly_income) == 600000
    assert waves.listed("/api/tasks?source=checkin") == [], "nobody need be called any more"


def test_whose_number_it_is_not_is_not_asked_again(waves: Waves) -> None:
    person = waves.worker(phone=PHONE)
    waves.start()
    waves.round()
    waves.say("你打错了，我不是他", PHONE)
    waves.after(HOUR)
    assert waves.request(person).outcome == Outcome.CALL
    assert [task["kind"] for task in waves.listed("/api/tasks?source=checkin")] == ["call"]
    waves.now += 100 * DAY
    waves.start("w2")
    waves.round()
    assert [message.step for message in waves.provider.taken] == ["checkin.ask"]


def test_who_answered_with_words_of_dying_is_sent_no_reminder(waves: Waves) -> None:
    person = waves.worker(phone=PHONE)
    waves.start()
    waves.round()
    waves.say("我不想活了", PHONE)
    waves.after(3 * DAY + HOUR)
    assert waves.request(person).outcome == Outcome.CALL
    assert [message.step for message in waves.provider.taken] == ["checkin.ask"]


@pytest.mark.parametrize(
    ("texts", "outcome"),
    [
        (("0",), Outcome.DECLINED),
        (("退订",), Outcome.STOPPED),
        (("哦", "哦", "哦"), Outcome.CALL),
    ],
)
def test_every_answer_ends_it_in_its_own_way(waves: Waves, texts: tuple[str, ...], outcome: Outcome) -> None:
    person = waves.worker(phone=PHONE)
    waves.start()
    waves.round()
    for text in texts:
        waves.say(text, PHONE)
    waves.after(HOUR)
    assert waves.request(person).outcome == outcome
    assert waves.count("help_wanted") == (outcome is Outcome.CALL)
    assert [task["kind"] for task in waves.listed("/api/tasks?source=checkin")] == ["call"] * (outcome is Outcome.CALL)
    waves.after(7 * DAY)
    assert waves.count("silence") == 0
    assert waves.rebuilt() == ()


def test_a_declaration_is_never_interrupted_and_the_question_waits_for_its_end(waves: Waves) -> None:
    person = waves.worker(phone=PHONE)
    waves.start()
    waves.say("困难", PHONE)
    waves.round()
    assert waves.posted() == []
    waves.after(2 * HOUR)
    assert waves.posted() == []
    for text in ("1", "上个月 3万", "1"):
        waves.say(text, PHONE)
    waves.after(2 * HOUR)
    assert [purpose for _, purpose in waves.posted()] == ["checkin"]
    assert waves.request(person).asked_at is not None


def test_a_reminder_does_not_interrupt_a_declaration_either(waves: Waves) -> None:
    waves.worker(phone=PHONE)
    waves.start()
    waves.round()
    waves.after(2 * DAY + 23 * HOUR)
    waves.say("困难", PHONE)
    waves.after(2 * HOUR)
    assert len(waves.posted()) == 1


def test_who_stopped_is_never_asked_before_or_after_the_plan(waves: Waves) -> None:
    before, after = waves.worker(phone=PHONE), waves.worker(HOME, 1, OTHER)

    def stop(number: str) -> None:
        waves.turn(lambda session: opt_out(session, "sms", address_index("sms", number), waves.now))

    stop(PHONE)
    assert count_by_place(waves.due(), 12)[HOME] == Count(2, 1, 0, 1)
    waves.start()
    stop(OTHER)
    waves.round()
    assert waves.posted() == []
    assert waves.request(after).outcome == Outcome.STOPPED
    assert {row.person_id for row in waves.turn(lambda session: session.scalars(select(CheckinRequest)).all())} == {
        after
    }
    assert before != after
    assert waves.count("call_wanted") == 0


def test_who_has_no_confirmed_number_is_counted_and_a_monitored_households_worker_is_called(waves: Waves) -> None:
    person = waves.worker()
    assert count_by_place(waves.due(), 12)[HOME] == Count(1, 0, 1, 0)
    waves.start()
    waves.round()
    assert (waves.posted(), waves.request(person).outcome) == ([], Outcome.CALL)
    [task] = waves.listed("/api/tasks?source=checkin")
    assert (task["kind"], task["person_id"]) == ("call", person)
    assert waves.listed("/api/leads") == [], "nobody was silent"
    waves.start("w2")
    waves.round()
    assert waves.count("call_wanted") == 1
    assert waves.rebuilt() == ()


@pytest.mark.parametrize("flaw", ["claimed", "old", "shared"])
def test_a_number_from_which_no_answer_would_count_is_not_asked(waves: Waves, flaw: str) -> None:
    person = waves.worker(phone=None if flaw == "claimed" else PHONE)
    other = waves.worker(HOME, 1)

    def spoil(session: Session) -> None:
        if flaw == "claimed":
            waves.claim(session, session.get_one(Person, person), PHONE, waves.now)
        elif flaw == "old":
            for contact in session.scalars(select(Contact)):
                contact.confirmed_at = waves.now - 91 * DAY
        else:
            second = waves.claim(session, session.get_one(Person, other), PHONE, waves.now)
            contacts.confirm(session, second, Proof.VISIT, "cadre", waves.now)

    waves.turn(spoil)
    assert [one.contact_id for one in waves.due()] == [None, None]


def test_a_number_that_is_lost_after_the_plan_is_called(waves: Waves) -> None:
    person = waves.worker(phone=PHONE)
    waves.start()
    waves.turn(lambda session: contacts.revoke(session, session.scalars(select(Contact)).one(), "搬走", waves.now))
    waves.round()
    assert (waves.posted(), waves.request(person).outcome) == ([], Outcome.CALL)


def test_what_was_never_sent_is_no_silence_and_what_failed_is_a_call(waves: Waves) -> None:
    person = waves.worker(phone=PHONE)
    waves.start()
    step(waves.turn, waves.now, WAYS)
    for _ in range(4):
        waves.now += 3 * DAY
        step(waves.turn, waves.now, WAYS)
    assert (waves.count("silence"), len(waves.posted())) == (0, 1), "nobody sent it"
    waves.provider.error = SendError("空号", retryable=False)
    waves.round()
    waves.after(7 * HOUR)
    assert waves.request(person).outcome == Outcome.CALL
    assert waves.count("call_wanted") == 1


def test_a_wave_that_is_started_twice_is_one_wave(waves: Waves) -> None:
    waves.worker(phone=PHONE)
    assert [waves.start(), waves.start(), waves.start("w2")] == [True, False, True]
    waves.round()
    assert len(waves.posted()) == 1, "who is being asked is not asked by another wave"
    waves.after(20 * DAY)
    assert waves.due() == []


def test_the_monthly_wave_is_one_a_month_whoever_comes_first(waves: Waves) -> None:
    waves.worker(phone=PHONE)
    for _ in range(3):
        step(waves.turn, waves.now, WAYS, monthly=True)
    assert len(waves.turn(lambda session: session.scalars(select(CheckinWave)).all())) == 1
    assert len(waves.posted()) == 1


def test_at_night_nobody_is_written_to(waves: Waves) -> None:
    waves.worker(phone=PHONE)
    waves.now += 11 * HOUR  # nine in the evening
    waves.start()
    waves.round()
    assert waves.posted() == []
    waves.after(11 * HOUR)
    assert waves.posted() == [], "eight in the morning"
    waves.after(2 * HOUR)
    assert len(waves.posted()) == 1


def test_two_workers_at_once_ask_everybody_once(waves: Waves, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkin_waves, "BATCH", 1)
    for place, village in enumerate((HOME, "420626107205", "420626102201", "420626102202")):
        waves.worker(village, 0, f"+86139000001{place:02}")
        waves.worker(village, 1, f"+86139000002{place:02}")
    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(lambda _: waves.start(), range(4))) == [False, False, False, True]
        waves.now += 11 * HOUR - timedelta(minutes=1)
        waves.now -= HOUR
        list(pool.map(lambda _: step(waves.turn, waves.now, WAYS), range(4)))
        assert len(waves.posted()) == len(set(waves.posted())) == 8
        waves.round()
        waves.now += 3 * DAY
        list(pool.map(lambda _: step(waves.turn, waves.now, WAYS), range(4)))
        assert len(waves.posted()) == 16
        waves.round()
        waves.now += 3 * DAY
        list(pool.map(lambda _: step(waves.turn, waves.now, WAYS), range(4)))
    assert waves.count("silence") == 8
    assert waves.rebuilt() == ()


class Killed(BaseException):
    """What `kill -9` looks like from inside."""


@pytest.mark.parametrize("where", ["_ask", "_post", "_remind", "record_silence", "close"])
@pytest.mark.parametrize("before", [True, False])
def test_who_dies_anywhere_loses_nothing_and_doubles_nothing(
    waves: Waves, monkeypatch: pytest.MonkeyPatch, where: str, *, before: bool
) -> None:
    person = waves.worker(phone=PHONE)
    waves.start()
    whole = getattr(asking, where)
    deaths = [1]

    def dying(*given: Any) -> Any:
        if before and deaths and deaths.pop():
            raise Killed
        done = whole(*given)
        if deaths and deaths.pop():
            raise Killed
        return done

    monkeypatch.setattr(asking, where, dying)
    for _ in range(12):
        try:
            waves.after(DAY)
        except Killed:
            waves.round()
    assert deaths == []
    assert [purpose for _, purpose in waves.posted()] == ["checkin", "reminder"]
    assert (waves.count("silence"), waves.request(person).outcome) == (1, Outcome.SILENT)
    open_ones = waves.turn(lambda session: session.scalars(select(Dialog).where(Dialog.closed_at.is_(None))).all())
    assert open_ones == []


def test_a_call_by_the_cadre_ends_the_asking(waves: Waves) -> None:
    person = waves.worker(phone=PHONE)
    waves.start()
    waves.round()

    def called(session: Session) -> None:
        session.get_one(Person, person).last_heard_at = waves.now + HOUR

    waves.turn(called)
    waves.after(4 * DAY)
    assert (waves.request(person).outcome, len(waves.posted())) == (Outcome.ANSWERED, 1)


def test_the_limit_the_estimate_and_the_counts_are_those_of_the_wave(waves: Waves) -> None:
    for place, village in enumerate((HOME, "420626107205", "420626102201")):
        waves.worker(village, 0, f"+86139000001{place:02}")
    found = [one for one in waves.due() if one.contact_id]
    reckoned = estimate(found, WAYS, waves.now)
    assert reckoned == (3, 3, 15, 30)
    sign_with({WAYS["sms"]: f"【{'县' * 60}】"})
    try:
        assert estimate(found, WAYS, waves.now) == (3, 6, 30, 60)
    finally:
        sign_with({})
    waves.start(limit=2)
    waves.after(9 * HOUR)
    waves.say("1", "+8613900000100")
    waves.round()
    waves.round()
    [now] = waves.turn(lambda session: progress(session, COUNTY))
    assert (now.planned, now.asked, now.cost.units, now.cost.cost) == (2, 2, 2, 10)
    assert now.ended(Outcome.ANSWERED) + now.open == 2
    assert waves.turn(lambda session: progress(session, "420606")) == []


def test_who_left_or_died_is_not_due_and_nobody_who_works_at_home(waves: Waves) -> None:
    person, other = waves.worker(phone=PHONE), waves.worker(HOME, 1)
    assert len(waves.due()) == 2

    def change(session: Session) -> None:
        session.get_one(Person, person).left = "died"
        home = session.get_one(Person, other)
        home.work_place, home.months_away = "420626107", None

    waves.turn(change)
    assert waves.due() == []


def test_the_channel_is_the_contacts_own(waves: Waves) -> None:
    person = waves.worker()

    def bind(session: Session) -> None:
        contact = contacts.claim(session, session.get_one(Person, person), Channel.WECHAT, "openid-1", waves.now)
        contacts.confirm(session, contact, Proof.VISIT, "cadre", waves.now)

    waves.turn(bind)
    assert [one.channel for one in waves.due()] == [None], "where the county has no WeChat"
    ways = {**WAYS, "wechat": "wechat"}
    waves.turn(lambda session: checkin_waves.start(session, "w1", COUNTY, "周主任", ways, waves.now))
    step(waves.turn, waves.now, ways)
    assert waves.request(person).channel == "wechat"
    assert len(waves.posted()) == 1
