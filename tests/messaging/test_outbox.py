"""发件箱: what is posted is sent, once; at what pace, to whom, and what becomes of it."""

import logging
import random
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, LargeBinary, delete, select, text, type_coerce, update
from sqlalchemy.orm import Session

from field import clock
from field.codes import Channel
from field.db import engine_for
from field.messaging import outbox
from field.messaging.messages import Delivery, Outbound, Receipt, Sender, SendError
from field.messaging.outbox import (
    Cost,
    EarlyReceipt,
    Letter,
    OutboundMessage,
    monthly_cost,
    plain,
    post,
    receipt,
    sign_with,
)
from field.messaging.sending import UNREADABLE, lease, send_some
from field.messaging.sending_rules import (
    DOUBTFUL,
    LOST,
    MOVED_ON,
    STOPPED,
    Fate,
    Purpose,
    Rules,
    pause,
    quiet,
    room,
    segments,
)
from field.registry import contacts
from field.registry.consent import OptOut, opt_out, opted_out
from field.registry.contact_rules import Proof
from field.registry.contacts import address_index
from tests.county import County
from tests.messaging.people import NOW, Turns, household
from tests.running import begin, kill

NUMBER = "+8613900000001"
RULES = Rules()
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
Result = TypeVar("Result")


class Killed(BaseException):
    """What `kill -9` looks like from inside: nothing after it is run."""


class Provider:
    """A provider that takes messages, or answers as it was told to, one answer after another."""

    takes_keys = False

    def __init__(self, *answers: BaseException | None) -> None:
        self.answers: Iterator[BaseException | None] = iter(answers)
        self.taken: list[Outbound] = []

    def send(self, message: Outbound) -> str:
        if error := next(self.answers, None):
            raise error
        self.taken.append(message)
        return f"id-{message.key}"

    @property
    def keys(self) -> list[str]:
        return [message.key for message in self.taken]


class KeyedProvider(Provider):
    """A provider that knows a key again and gives the same id."""

    takes_keys = True

    def send(self, message: Outbound) -> str:
        return f"id-{message.key}" if message.key in self.keys else super().send(message)


class Dying:
    """Transactions of a worker that dies in place of the one of this number."""

    def __init__(self, turns: Turns, at: int) -> None:
        self.turns, self.left = turns, at

    def __call__(self, work: Callable[[Session], Result]) -> Result:
        if self.left == 0:
            raise Killed
        self.left -= 1
        return self.turns(work)


LEASE_TURN, BEGIN_TURN, NOTE_TURN = range(3)


class Office:
    """An outbox, a clock that the test moves, and a provider."""

    def __init__(self, engine: Engine) -> None:
        self.turns, self.now, self.provider = Turns(engine), NOW, Provider()

    def post(self, key: str, purpose: Purpose = Purpose.REPLY, **changes: Any) -> bool:
        message = Outbound(
            key, changes.pop("recipient", NUMBER), changes.pop("text", "收到"), "receipt", {"编号": "A1"}
        )
        letter = Letter(message, **({"channel": Channel.SMS, "provider": "twilio", "purpose": purpose} | changes))
        return self.turns(lambda session: post(session, letter, self.now))

    def round(
        self,
        sender: Sender | None = None,
        worker: str = "w1",
        rules: Rules = RULES,
        turns: Any = None,
        **others: Sender,
    ) -> int:
        senders: dict[str, Sender] = {"twilio": sender or self.provider} | others
        return send_some(turns or self.turns, senders, lambda: self.now, worker, rules)

    def die(self, at: int, sender: Sender | None = None, worker: str = "dead") -> None:
        with pytest.raises(Killed):
            self.round(sender, worker, turns=Dying(self.turns, at))

    def report(self, key: str, delivery: Delivery, at: datetime | None = None, reason: str = "") -> bool:
        said = Receipt("twilio", f"id-{key}", delivery, at or self.now, reason)
        return self.turns(lambda session: receipt(session, said, self.now))

    def row(self, key: str) -> OutboundMessage:
        with Session(self.turns.engine, expire_on_commit=False) as session:
            return session.scalars(select(OutboundMessage).where(OutboundMessage.key == key)).one()

    def state(self, key: str) -> tuple[str, str | None]:
        row = self.row(key)
        return row.state, row.reason


@pytest.fixture
def office(engine: Engine) -> Office:
    return Office(engine)


def local(text: str) -> datetime:
    """A moment by the clocks of the county."""
    return datetime.fromisoformat(f"{text}+08:00").astimezone(UTC)


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("[" * 80, 1),
        ("[" * 81, 2),
        ("a" * 152 + "[" + "a" * 152, 3),
        ("困" * 70, 1),
        ("困" * 71, 2),
        ("困" * 134, 2),
        ("困" * 135, 3),
        ("a" * 69 + "困", 1),
        ("a" * 70 + "困", 2),
        ("🆘" * 35, 1),
        ("🆘" * 36, 2),
        ("困" * 66 + "🆘" + "困" * 66, 3),
        ("é" * 160, 1),
        ("ê" * 71, 2),
    ],
)
def test_segments_are_counted_as_they_are_billed(text: str, units: int) -> None:
    assert segments(text) == units


@given(st.text(max_size=400), st.text(max_size=50))
def test_more_text_never_costs_less_and_every_segment_is_used(text: str, more: str) -> None:
    assert segments(text + more) >= segments(text)
    assert segments(text) <= 1 + len(text.encode("utf-16-le", "surrogatepass")) // 2 // 66


@pytest.mark.parametrize(
    ("clock", "night"),
    [("20:59:59", False), ("21:00", True), ("23:59", True), ("00:00", True), ("07:59:59", True), ("08:00", False)],
)
def test_the_night_is_from_nine_to_eight_by_the_clocks_of_the_county(clock: str, night: bool) -> None:
    assert quiet(local(f"2026-11-20T{clock}"), RULES) is night


@pytest.mark.parametrize(("clock", "night"), [("11:59", False), ("12:00", True), ("13:59", True), ("14:00", False)])
def test_a_county_may_set_other_quiet_hours(clock: str, night: bool) -> None:
    noon = Rules(quiet_from=local("2026-11-20T20:00").time(), quiet_until=local("2026-11-20T22:00").time())
    assert quiet(local(f"2026-11-20T{clock}"), noon) is night


@pytest.mark.parametrize(
    ("tries", "after", "seconds"),
    [
        (1, None, 30),
        (2, None, 60),
        (7, None, 1920),
        (8, None, 3600),
        (30, None, 3600),
        (1, 5, 5),
        (3, 0, 1),
        (1, 10**9, 86400),
    ],
)
def test_pauses_grow_up_to_an_hour_or_are_the_providers(tries: int, after: int | None, seconds: int) -> None:
    assert pause(tries, after) == timedelta(seconds=seconds)


@pytest.mark.parametrize(("begun", "left"), [((0, 0), 20), ((5, 590), 10), ((20, 20), 0), ((3, 700), 0)])
def test_the_tightest_window_leaves_the_room(begun: tuple[int, int], left: int) -> None:
    assert room(begun, ((20, SECOND), (600, MINUTE))) == left


def test_what_is_posted_is_sent_whole_and_counted(office: Office) -> None:
    assert office.post("m1", text="困" * 71)
    assert office.round() == 1
    assert office.provider.taken == [Outbound("m1", NUMBER, "困" * 71, "receipt", {"编号": "A1"})]
    row = office.row("m1")
    assert (row.state, row.provider_id, row.sent_at, row.tries) == ("sent", "id-m1", NOW, 1)
    assert (row.units, row.cost) == (2, 10)
    assert office.round() == 0


def test_the_countys_signature_is_counted_with_what_it_stands_before(office: Office) -> None:
    sign_with({"twilio": "【保康县乡村振兴局】"})
    try:
        for key, text in (("short", "困" * 60), ("long", "困" * 61)):
            office.post(key, text=text)
    finally:
        sign_with({})
    office.round()
    assert [(office.row(key).units, office.row(key).cost) for key in ("short", "long")] == [(1, 5), (2, 10)]


def test_a_message_in_wechat_has_no_segments_and_no_cost(office: Office) -> None:
    office.post("m1", channel=Channel.WECHAT, provider="wechat", recipient="openid-1", text="困" * 200)
    office.round(wechat=(wechat := Provider()))
    assert (wechat.keys, office.row("m1").units, office.row("m1").cost) == (["m1"], 0, 0)


def test_the_same_key_again_is_the_same_message(office: Office) -> None:
    assert [office.post("m1"), office.post("m1", text="别的"), office.post("m2")] == [True, False, True]
    office.round()
    assert office.post("m1") is False
    assert office.round() == 0
    assert [message.text for message in office.provider.taken] == ["收到", "收到"]


def test_a_message_is_there_only_when_the_business_with_it_is(office: Office) -> None:
    with Session(office.turns.engine) as session:
        letter = Letter(Outbound("m1", NUMBER, "收到", "receipt"), Channel.SMS, "twilio", Purpose.REPLY)
        assert post(session, letter, NOW)
        session.rollback()
    assert office.round() == 0


def test_neither_number_nor_text_can_be_read_in_the_database(office: Office) -> None:
    office.post("m1", text="陈大一,您好")
    with Session(office.turns.engine) as session:
        names = ("recipient", "text", "variables")
        raw = [type_coerce(getattr(OutboundMessage, name), LargeBinary) for name in names]
        [row] = session.execute(select(*raw))
    for value, words in zip(row, (NUMBER, "陈大一", "编号"), strict=True):
        assert words.encode() not in value


def test_answers_go_before_a_wave_and_the_longest_due_first(office: Office) -> None:
    for number in range(3):
        office.post(f"wave-{number}", Purpose.CHECKIN, due_at=NOW - number * SECOND)
    office.post("answer")
    office.round()
    assert office.provider.keys == ["answer", "wave-2", "wave-1", "wave-0"]


def test_nothing_goes_before_it_is_due(office: Office) -> None:
    office.post("later", due_at=NOW + MINUTE)
    assert office.round() == 0
    office.now += MINUTE
    assert office.round() == 1


@pytest.mark.parametrize("purpose", Purpose)
def test_by_night_only_answers_codes_and_danger_go_and_the_rest_in_the_morning(
    office: Office, purpose: Purpose
) -> None:
    office.now = local("2026-11-20T21:00")
    office.post("m1", purpose)
    urgent = purpose in (Purpose.REPLY, Purpose.CODE, Purpose.URGENT)
    assert office.round() == int(urgent)
    office.now = local("2026-11-21T08:00")
    assert office.round() == int(not urgent)
    assert office.provider.keys == ["m1"]


def test_a_batch_that_the_night_overtakes_is_given_back(office: Office) -> None:
    office.now = local("2026-11-20T20:59:59")
    for number in range(3):
        office.post(f"m{number}", Purpose.CHECKIN)

    class Slow(Provider):
        def send(self, message: Outbound) -> str:
            office.now += SECOND
            return super().send(message)

    slow = Slow()
    assert office.round(slow) == 3
    assert slow.keys == ["m0"]
    office.now = local("2026-11-21T08:00")
    assert office.round() == 2


def test_a_failing_message_is_tried_after_ever_longer_pauses_and_then_given_up(office: Office) -> None:
    office.post("m1")
    busy, pauses = Provider(*[SendError("通道忙", retryable=True)] * 20), []
    while office.state("m1")[0] == Fate.QUEUED:
        assert office.round(busy) == 1
        assert office.round(busy) == 0, "not before its pause is over"
        pauses.append((office.row("m1").due_at - office.now).total_seconds())
        office.now = max(office.now, office.row("m1").due_at)
    assert pauses[:-1] == [30, 60, 120, 240, 480, 960, 1920]
    assert office.state("m1") == (Fate.FAILED, "通道忙")
    assert busy.taken == []


def test_a_message_that_cannot_be_sent_is_not_tried_again(office: Office) -> None:
    office.post("m1")
    office.round(Provider(SendError("模板没有通过 +8613900000001", retryable=False)))
    assert office.state("m1") == (Fate.FAILED, "模板没有通过 +****")
    office.now += timedelta(days=1)
    assert office.round() == 0


def test_a_provider_that_says_slow_down_is_left_alone_that_long_and_no_other_is(office: Office) -> None:
    for number in range(3):
        office.post(f"slow-{number}")
    office.post("other", provider="aliyun")
    busy, other = Provider(SendError("429", retryable=True, after=7)), Provider()
    assert office.round(busy, aliyun=other) == 4
    assert (busy.taken, other.keys) == ([], ["other"])
    office.now += 6 * SECOND
    assert office.round(busy) == 0
    office.now += SECOND
    assert office.round(busy) == 3
    assert sorted(busy.keys) == ["slow-0", "slow-1", "slow-2"]
    assert {office.row(key).tries for key in busy.keys} == {1, 2}


def test_who_stopped_at_the_provider_is_opted_out_here_too(office: Office) -> None:
    office.post("m1", Purpose.CHECKIN)
    office.round(Provider(SendError("21610", retryable=False, stopped=True)))
    assert office.state("m1") == (Fate.DROPPED, STOPPED)
    office.post("m2", Purpose.CHECKIN)
    office.round()
    assert (office.state("m2"), office.provider.taken) == ((Fate.DROPPED, STOPPED), [])
    assert office.turns(lambda session: opted_out(session, Channel.SMS, address_index(Channel.SMS, NUMBER)))


@pytest.mark.parametrize("purpose", Purpose)
def test_consent_is_asked_when_sending_and_only_answers_go_without_it(office: Office, purpose: Purpose) -> None:
    office.post("m1", purpose)
    office.post("m2", purpose, recipient="+8613900000002")
    office.turns(lambda session: opt_out(session, Channel.SMS, address_index(Channel.SMS, NUMBER), NOW))
    office.round()
    assert "m2" in office.provider.keys, "nobody else is meant"
    if purpose is Purpose.REPLY:
        assert office.state("m1")[0] == Fate.SENT
    else:
        assert (office.state("m1"), office.row("m1").tries) == ((Fate.DROPPED, STOPPED), 0)
        assert "m1" not in office.provider.keys


def test_nothing_about_a_person_goes_to_a_number_that_is_not_theirs_any_more(office: Office) -> None:
    def bind(session: Session) -> str:
        [person] = household(session, "H1", None)
        contact = contacts.claim(session, person, Channel.SMS, NUMBER, NOW)
        contacts.confirm(session, contact, Proof.VISIT, "cadre", NOW)
        return contact.id

    contact_id = office.turns(bind)
    office.post("m1", Purpose.CHECKIN, contact_id=contact_id)
    office.round()
    office.post("m2", Purpose.CHECKIN, contact_id=contact_id)
    office.turns(lambda session: contacts.revoke(session, session.get_one(contacts.Contact, contact_id), "换号", NOW))
    office.round()
    assert (office.state("m1")[0], office.state("m2")) == (Fate.SENT, (Fate.DROPPED, MOVED_ON))


def test_a_channel_keeps_its_pace_by_second_and_by_minute_whatever_the_other_does(office: Office) -> None:
    rules = Rules(rates={"sms": ((3, SECOND), (5, MINUTE)), "wechat": ((100, SECOND),)})
    for number in range(8):
        office.post(f"m{number}")
    office.post("w1", channel=Channel.WECHAT, provider="wechat", recipient="openid-1")
    sent = []
    for wait in (timedelta(), timedelta(), SECOND, SECOND, MINUTE - 2 * SECOND, SECOND, SECOND):
        office.now += wait
        sent.append(office.round(rules=rules, wechat=Provider()))
    assert sent == [4, 0, 2, 0, 3, 0, 0]
    assert len(office.provider.keys) == len(set(office.provider.keys)) == 8


def test_what_others_have_leased_takes_its_room_in_the_pace(office: Office) -> None:
    rules = Rules(rates={"sms": ((5, SECOND),)})
    for number in range(8):
        office.post(f"m{number}")
    with pytest.raises(Killed):
        office.round(worker="dead", rules=rules, turns=Dying(office.turns, BEGIN_TURN))
    assert office.round(rules=rules) == 0


def test_messages_of_a_provider_that_is_not_set_up_wait(office: Office) -> None:
    office.post("m1", provider="tencent")
    assert office.round() == 0
    assert office.state("m1") == (Fate.QUEUED, None)
    assert office.round(tencent=Provider()) == 1


def test_what_a_dead_worker_had_leased_is_taken_when_its_lease_ends(office: Office) -> None:
    office.post("m1")
    office.die(BEGIN_TURN)
    office.now += RULES.lease
    assert office.round() == 0, "until then the first may still be at it"
    office.now += timedelta(milliseconds=1)
    assert office.round() == 1
    assert (office.provider.keys, office.row("m1").tries) == (["m1"], 1)


def test_after_a_death_between_acceptance_and_commit_there_is_one_duplicate(office: Office) -> None:
    office.post("m1")
    office.die(NOTE_TURN, office.provider)
    office.now += RULES.lease + SECOND
    assert office.round() == 1
    assert (office.provider.keys, office.state("m1")) == (["m1", "m1"], (Fate.SENT, None))


def test_there_is_no_second_duplicate_however_often_workers_die(office: Office) -> None:
    office.post("m1")
    for _ in range(2):
        office.die(NOTE_TURN, office.provider)
        office.now += RULES.lease + SECOND
    office.round()
    assert (office.provider.keys, office.state("m1")) == (["m1", "m1"], (Fate.FAILED, DOUBTFUL))


def test_a_provider_that_knows_keys_again_gets_no_duplicate_at_all(office: Office) -> None:
    office.post("m1")
    keyed = KeyedProvider()
    for _ in range(5):
        office.die(NOTE_TURN, keyed)
        office.now += RULES.lease + SECOND
    assert office.round(keyed) == 1
    assert (keyed.keys, office.state("m1")) == (["m1"], (Fate.SENT, None))


def test_a_message_that_kills_every_worker_is_given_up(office: Office) -> None:
    office.post("m1")
    keyed = KeyedProvider(*[Killed()] * 20)
    for _ in range(RULES.tries):
        with pytest.raises(Killed):
            office.round(keyed)
        office.now += RULES.lease + SECOND
    office.round(keyed)
    assert office.state("m1") == (Fate.FAILED, LOST)


def test_a_definite_refusal_leaves_no_doubt_behind(office: Office) -> None:
    office.post("m1")
    office.die(NOTE_TURN, office.provider)
    busy = Provider(*[SendError("忙", retryable=True)] * 3)
    for _ in range(3):
        office.now += timedelta(hours=1)
        office.round(busy)
    assert office.row("m1").doubts == 1
    office.now += timedelta(hours=1)
    office.round()
    assert office.state("m1") == (Fate.SENT, None)


def test_a_sender_that_breaks_is_a_doubt_and_its_words_are_not_logged(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    office.post("m1")
    with caplog.at_level(logging.ERROR):
        office.round(Provider(ValueError(f"cannot read the answer to {NUMBER}")))
    assert "ValueError" in caplog.text
    assert NUMBER[3:] not in caplog.text
    assert (office.row("m1").state, office.row("m1").doubts) == (Fate.QUEUED, 1)
    office.now += MINUTE
    assert office.round() == 1


def test_a_worker_that_was_too_slow_does_not_send_what_another_has_sent(office: Office) -> None:
    for number in range(3):
        office.post(f"m{number}")
    heir = Provider()

    class Sleeping(Provider):
        def send(self, message: Outbound) -> str:
            office.now += RULES.lease + SECOND
            assert office.round(heir, worker="heir") == 3
            return super().send(message)

    sleeper = Sleeping()
    office.round(sleeper)
    assert sorted(heir.keys) == ["m0", "m1", "m2"]
    assert sleeper.keys == ["m0"], "the one that it was at; the others were not its any more"
    assert {office.state(f"m{number}")[0] for number in range(3)} == {Fate.SENT}


def test_a_late_acceptance_counts_before_the_heir_has_begun(office: Office) -> None:
    office.post("m1")

    class Sleeping(Provider):
        def send(self, message: Outbound) -> str:
            office.now += RULES.lease + SECOND
            office.die(BEGIN_TURN, worker="heir")
            return super().send(message)

    office.round(sleeper := Sleeping())
    assert (sleeper.keys, office.state("m1")) == (["m1"], (Fate.SENT, None))


def test_a_worker_that_was_too_slow_leaves_the_rest_to_its_heir_even_before_that_has_begun(office: Office) -> None:
    for number in range(3):
        office.post(f"m{number}")

    class Sleeping(Provider):
        def send(self, message: Outbound) -> str:
            office.now += RULES.lease + SECOND
            office.die(BEGIN_TURN, worker="heir")
            return super().send(message)

    office.round(sleeper := Sleeping())
    assert sleeper.keys == ["m0"]
    assert [office.row(f"m{number}").worker for number in range(3)] == ["heir", "heir", "heir"]


def test_a_late_refusal_does_not_count_for_the_message_of_the_heir(office: Office) -> None:
    office.post("m1")

    class Sleeping(Provider):
        def send(self, message: Outbound) -> str:
            office.now += RULES.lease + SECOND
            office.die(BEGIN_TURN, worker="heir")
            raise SendError("超时", retryable=False)

    office.round(Sleeping())
    assert office.state("m1") == (Fate.QUEUED, None)
    office.now += RULES.lease + SECOND
    assert office.round() == 1
    assert office.state("m1")[0] == Fate.SENT


@pytest.mark.postgres
def test_leasing_waits_for_no_other_worker_and_takes_nothing_of_what_it_is_taking(postgres_url: str) -> None:
    engine = engine_for(postgres_url)
    office = Office(engine)
    for number in range(4):
        office.post(f"m{number}")
    with Session(engine) as one, Session(engine) as other:
        other.execute(text("SET LOCAL lock_timeout = '2s'"))
        mine, theirs = (lease(session, "w", NOW, 2, ["twilio"]) for session in (one, other))
        assert len({leased.id for leased in (*mine, *theirs)}) == 4
    engine.dispose()


def test_a_message_whose_seal_is_broken_holds_up_no_other(office: Office) -> None:
    for number in range(3):
        office.post(f"m{number}")
    with office.turns.engine.begin() as connection:
        broken = update(OutboundMessage).where(OutboundMessage.key == "m0")
        connection.execute(broken.values(text=type_coerce(b"\x01\x01 nothing of ours", LargeBinary)))
    office.round()
    with Session(office.turns.engine) as session:
        fates = dict(session.execute(select(OutboundMessage.key, OutboundMessage.state)).all())
        reasons = session.scalars(select(OutboundMessage.reason).where(OutboundMessage.key == "m0")).all()
    assert (fates, reasons) == ({"m0": "failed", "m1": "sent", "m2": "sent"}, [UNREADABLE])


def test_two_workers_at_once_never_send_the_same_message(office: Office) -> None:
    keys = [f"m{number}" for number in range(60)]
    for key in keys:
        office.post(key)
    rules = Rules(rates={"sms": ((1000, SECOND),)})
    providers = [Provider() for _ in range(3)]

    def work(number: int) -> None:
        while office.round(providers[number], f"w{number}", rules):
            pass

    hands = [threading.Thread(target=work, args=(number,)) for number in range(3)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join(60)
    assert Counter(chain(*(provider.keys for provider in providers))) == Counter(keys)


D, F, S, Q = Delivery.DELIVERED, Delivery.FAILED, Delivery.SENT, Delivery.QUEUED


@pytest.mark.parametrize(
    ("reports", "state"),
    [
        ([S, D], Fate.DELIVERED),
        ([D, S], Fate.DELIVERED),
        ([D, D, Q], Fate.DELIVERED),
        ([F, D], Fate.FAILED),
        ([D, F], Fate.DELIVERED),
        ([Q, S, S], Fate.SENT),
        ([S, F, F, S], Fate.FAILED),
    ],
)
def test_receipts_only_move_forward(office: Office, reports: list[Delivery], state: Fate) -> None:
    office.post("m1")
    office.round()
    changed = [office.report("m1", delivery, NOW + place * SECOND, "空号") for place, delivery in enumerate(reports)]
    final = next((place for place, delivery in enumerate(reports) if delivery in (D, F)), None)
    assert [place for place, change in enumerate(changed) if change] == ([] if final is None else [final])
    row = office.row("m1")
    assert (row.state, row.sent_at) == (state, NOW)
    assert row.delivered_at == (NOW + final * SECOND if state is Fate.DELIVERED and final is not None else None)
    assert row.reason == ("空号" if state is Fate.FAILED else None)


def test_a_receipt_that_comes_before_the_sending_is_noted_waits_for_it(office: Office) -> None:
    office.post("m1")

    class Hasty(Provider):
        def send(self, message: Outbound) -> str:
            assert office.report("m1", D, NOW + SECOND) is False
            assert office.report("m1", D, NOW + SECOND) is False
            return super().send(message)

    office.round(Hasty())
    assert office.state("m1")[0] == Fate.SENT
    office.round()
    row = office.row("m1")
    assert (row.state, row.delivered_at) == (Fate.DELIVERED, NOW + SECOND)
    with Session(office.turns.engine) as session:
        assert session.scalars(select(EarlyReceipt)).all() == []


def test_a_receipt_of_nobodys_message_changes_nothing_and_is_forgotten(office: Office) -> None:
    office.post("m1")
    office.round()
    assert office.report("stranger", F, reason="没有 13900000001 这个号") is False
    assert office.state("m1")[0] == Fate.SENT
    with Session(office.turns.engine) as session:
        assert session.scalars(select(EarlyReceipt.reason)).all() == ["没有 **** 这个号"]
    for over, kept in ((outbox.EARLY_KEPT, 1), (SECOND, 0)):
        office.now += over
        office.round()
        with Session(office.turns.engine) as session:
            assert len(session.scalars(select(EarlyReceipt)).all()) == kept


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("", ""),
        ("UNDELIV\0\n", "UNDELIV  "),
        ("半\ud83d个", "半 个"),
        ("to +8613900000001", "to +****"),
        ("错" * 999, "错" * 200),
    ],
)
def test_a_providers_words_are_kept_short_and_without_numbers(said: str, kept: str) -> None:
    assert plain(said) == kept


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    events=st.lists(st.sampled_from(["round", "die", "stop", "wait", *Delivery]), max_size=14),
    keyed=st.booleans(),
)
def test_whatever_happens_in_whatever_order_a_message_only_moves_forward_and_goes_out_at_most_twice(
    engine: Engine, events: list[str], keyed: bool
) -> None:
    office, order = Office(engine), [Fate.QUEUED, Fate.SENT, Fate.DELIVERED]
    office.turns(lambda session: [session.execute(delete(table)) for table in (OutboundMessage, EarlyReceipt, OptOut)])
    provider = KeyedProvider() if keyed else Provider()
    office.post("m1", Purpose.CHECKIN)
    index = address_index(Channel.SMS, NUMBER)
    before, stopped = Fate.QUEUED, False
    for event in events:
        sent = len(provider.taken)
        if event == "round":
            office.round(provider)
        elif event == "die":
            with suppress(Killed):
                office.round(provider, "dead", turns=Dying(office.turns, NOTE_TURN))
        elif event == "stop":
            stopped = True
            office.turns(lambda session: opt_out(session, Channel.SMS, index, NOW))
        elif event == "wait":
            office.now += 2 * MINUTE
        elif event in set(Delivery):
            office.report("m1", Delivery(event))
        now = Fate(office.state("m1")[0])
        ended = before in (Fate.DELIVERED, Fate.FAILED, Fate.DROPPED)
        assert now == before or not ended
        assert before not in order or now not in order or order.index(now) >= order.index(before)
        assert not (stopped and len(provider.taken) > sent), "nothing goes out after the person said stop"
        before = now
    assert len(provider.taken) <= (1 if keyed else 2)


def test_the_month_is_that_of_the_county_and_only_what_went_out_costs(office: Office) -> None:
    rules = Rules(prices={"aliyun": 4})
    moments = ["2026-10-31T23:59:59", "2026-11-01T00:00", "2026-11-30T23:59:59", "2026-12-01T00:00"]
    for number, moment in enumerate(moments):
        office.now = local(moment)
        office.post(f"m{number}", text="困" * 71)
        office.round(rules=rules)
    office.now = local("2026-11-15T12:00")
    office.post("a1", provider="aliyun")
    office.round(rules=rules, aliyun=Provider())
    office.post("refused", provider="aliyun")
    office.round(rules=rules, aliyun=Provider(SendError("不行", retryable=False)))
    office.post("waiting", due_at=office.now + MINUTE)
    inline = Letter(Outbound("t1", NUMBER, "收到", "receipt"), Channel.SMS, "twilio", Purpose.REPLY)
    assert office.turns(lambda session: outbox.note_answered(session, inline, office.now))
    assert not office.turns(lambda session: outbox.note_answered(session, inline, office.now))
    with Session(office.turns.engine) as session:
        assert monthly_cost(session, date(2026, 11, 20)) == {"aliyun": Cost(1, 1, 4), "twilio": Cost(3, 5, 25)}
        assert monthly_cost(session, date(2026, 12, 1)) == {"twilio": Cost(1, 2, 10)}
        assert monthly_cost(session, date(2027, 1, 31)) == {}
    office.now += MINUTE
    assert office.round() == 1, "the answer within the provider's call is not sent again"


def put(county: County, keys: list[str]) -> Turns:
    """Post messages to the county's outbox, as of now by the real clock."""
    turns = turns_of(county)
    for key in keys:
        letter = Letter(Outbound(key, NUMBER, "收到", "receipt"), Channel.SMS, "file", Purpose.REPLY)
        turns(lambda session, letter=letter: post(session, letter, clock.now()))  # type: ignore[misc]
    return turns


def turns_of(county: County) -> Turns:
    with county.app.app_context():
        return Turns(county.app.extensions["sqlalchemy"].engine.execution_options(field_writes=True))


def postman(county: County, file: Path, *words: str) -> subprocess.Popen[bytes]:
    with file.with_suffix(".log").open("ab") as log:
        return begin(county, "tests.messaging.postman", str(file), *words, output=log)


def ended(turns: Turns) -> dict[str, tuple[str, str | None]]:
    with Session(turns.engine) as session:
        rows = session.execute(select(OutboundMessage.key, OutboundMessage.state, OutboundMessage.reason))
        return {key: (state, reason) for key, state, reason in rows}


@pytest.mark.parametrize(("words", "after"), [((), 2), (("keyed",), 1)])
def test_a_worker_killed_around_the_moment_of_sending_loses_nothing_and_sends_twice_at_most_what_was_taken(
    county: County, tmp_path: Path, words: tuple[str, ...], after: int
) -> None:
    keys = ["m0", "m1:before", "m2", "m3:after", "m4", "m5"]
    turns, file = put(county, keys), tmp_path / "provider"
    file.touch()
    codes = []
    for _ in range(4):
        codes.append(postman(county, file, *words).wait(60))
        if codes[-1] == 0:
            break
    assert codes == [-signal.SIGKILL, -signal.SIGKILL, 0], file.with_suffix(".log").read_text()
    assert ended(turns) == dict.fromkeys(keys, ("sent", None))
    assert Counter(file.read_text().split()) == Counter(keys) | Counter({"m3:after": after})


def test_of_two_workers_that_are_killed_at_random_moments_the_rest_loses_nothing(
    county: County, tmp_path: Path
) -> None:
    keys, chance = [f"m{number}" for number in range(80)], random.Random(20261120)
    turns, file = put(county, keys), tmp_path / "provider"
    file.touch()
    workers = [postman(county, file) for _ in range(2)]
    try:
        for victim in (0, 1, 0):
            until = len(file.read_text().split()) + chance.randint(3, 12)
            waited = time.monotonic() + 60
            while len(file.read_text().split()) < until and time.monotonic() < waited:
                time.sleep(0.003)
            kill(workers[victim])
            workers[victim] = postman(county, file)
        codes = [worker.wait(90) for worker in workers]
    finally:
        for worker in workers:
            kill(worker)
    assert codes == [0, 0], file.with_suffix(".log").read_text()
    taken, fates = Counter(file.read_text().split()), ended(turns)
    assert set(fates.values()) <= {("sent", None), ("failed", DOUBTFUL)}
    assert set(fates) == set(keys)
    assert all(taken[key] in (1, 2) for key, fate in fates.items() if fate[0] == "sent")
    assert max(taken.values()) <= 2
    assert sum(taken.values()) - len(taken) <= 3, "one duplicate for a kill, at most"
