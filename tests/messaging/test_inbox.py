"""收件与会话: every message once, with its answer; one dialog for each sender and purpose."""

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, LargeBinary, func, select, type_coerce
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from field.codes import Channel
from field.messaging import conversations, inbox
from field.messaging.conversations import Dialog, Purpose, Standing, open_dialogs
from field.messaging.inbox import InboundMessage
from field.messaging.messages import Inbound, Place, Said
from field.registry import contacts
from field.registry.contacts import address_index
from tests.messaging.people import NOW, Turns, household

SENDER = "+8613900000001"
MESSAGE = Inbound(Channel.SMS, "simulator", "SM-1", SENDER, "10690000", Said.TEXT, NOW - timedelta(seconds=2), "困难")


def take_in(
    session: Session, inbound: Inbound, text: str, now: datetime, answer: str | None = None
) -> tuple[InboundMessage, bool]:
    """Take a message in and keep it at once, as an answer that asks for nothing else would."""
    message, fresh, _ = inbox.take_in(session, inbound, text, now)
    if fresh:
        message.answer = answer
        inbox.keep(session, message)
    return (session.get_one(InboundMessage, message.id) if fresh else message), fresh


UNTIL = NOW + timedelta(hours=2)


def at_once(hands: int, work: Callable[[int], object]) -> None:
    """Let several threads do the work at the same moment."""
    together = threading.Barrier(hands, timeout=30)

    def begin(number: int) -> None:
        together.wait()
        work(number)

    threads = [threading.Thread(target=begin, args=(number,)) for number in range(hands)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)


def count(session: Session, table: Any) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def test_a_retry_finds_the_first_message_and_its_answer(engine: Engine) -> None:
    turns = Turns(engine)

    def answer(session: Session) -> tuple[str, bool, str | None]:
        message, fresh = take_in(session, MESSAGE, "困难", NOW, "收到,请问您是哪一户?")
        return message.id, fresh, message.answer

    first, again = turns(answer), turns(answer)
    assert first[1:] == (True, "收到,请问您是哪一户?")
    assert again == (first[0], False, first[2])
    with Session(engine) as session:
        assert count(session, InboundMessage) == 1


def test_the_first_wording_stays_when_the_same_id_comes_with_another(session: Session) -> None:
    take_in(session, MESSAGE, "困难", NOW)
    message, fresh = take_in(session, replace(MESSAGE, sender="+8613900000009", text="不困难"), "不困难", NOW)
    assert (fresh, message.text_masked, message.sender) == (False, "困难", SENDER)


def test_the_same_id_in_another_channel_is_another_message(session: Session) -> None:
    assert take_in(session, MESSAGE, "困难", NOW)[1]
    assert take_in(session, replace(MESSAGE, channel=Channel.WECHAT, sender="openid-1"), "困难", NOW)[1]


def test_of_eight_deliveries_at_once_one_is_new_and_all_give_its_answer(engine: Engine) -> None:
    turns, told = Turns(engine), []

    def deliver(number: int) -> None:
        def work(session: Session) -> tuple[bool, str | None]:
            message, fresh = take_in(session, MESSAGE, "困难", NOW, f"第{number}个")
            return fresh, message.answer

        told.append(turns(work))

    at_once(8, deliver)
    assert Counter(fresh for fresh, _ in told) == {True: 1, False: 7}
    assert len({answer for _, answer in told}) == 1
    with Session(engine) as session:
        assert count(session, InboundMessage) == 1


def test_a_message_whose_business_failed_is_new_when_it_comes_again(engine: Engine) -> None:
    with Session(engine) as session:
        assert take_in(session, MESSAGE, "困难", NOW)[1]
        session.rollback()
        assert take_in(session, MESSAGE, "困难", NOW)[1]


def test_only_the_masked_text_is_kept_and_nothing_of_it_can_be_read_in_the_database(session: Session) -> None:
    said = replace(MESSAGE, text="我是 420626199107083515", place=Place(31.7, 111.3, "gcj02", "马桥镇"))
    message, _ = take_in(session, said, "我是 420626********3515", NOW)
    message.answer = "陈大一,您好"
    session.flush()
    session.expire_all()
    assert message.text_masked == "我是 420626********3515"
    assert message.place == {"latitude": 31.7, "longitude": 111.3, "datum": "gcj02", "label": "马桥镇"}
    columns = [type_coerce(column, LargeBinary) for column in (InboundMessage.sender, InboundMessage.answer)]
    [row] = session.execute(select(*columns, type_coerce(InboundMessage.text_masked, LargeBinary)))
    for value, words in zip(row, (SENDER, "陈大一", "420626"), strict=True):
        assert words.encode() not in value


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("SM" + "0" * 158, "SM" + "0" * 158),
        ("SM" + "0" * 159, None),
        ("SM\0", None),
        ("SM\n1", None),
        ("\ud83d", None),
        ("oA1:1732400000:CLICK:declare", "oA1:1732400000:CLICK:declare"),
    ],
)
def test_an_id_that_no_column_holds_is_kept_as_a_digest(session: Session, given: str, kept: str | None) -> None:
    message, fresh = take_in(session, replace(MESSAGE, id=given), "困难", NOW)
    again, still_fresh = take_in(session, replace(MESSAGE, id=given), "困难", NOW)
    assert (fresh, still_fresh, again) == (True, False, message)
    assert message.provider_message_id == kept or (kept is None and len(message.provider_message_id) == 64)


@pytest.mark.parametrize("text", ["", "🆘" * 5000, "]]>\0\x1b[2J", "半个\ud83d字", "困难" * 5000])
def test_whatever_people_write_is_stored(session: Session, text: str) -> None:
    message, _ = take_in(session, replace(MESSAGE, sender="o-\ud83d", text=text), text, NOW)
    session.expire_all()
    assert message.text_masked == text.replace("\ud83d", "?")


def test_a_message_is_its_contacts_once_it_is_attached(session: Session) -> None:
    [person] = household(session, "H1", None)
    message, _ = take_in(session, MESSAGE, "困难", NOW)
    assert (message.contact_id, message.household_id) == (None, None)
    contact = contacts.claim(session, person, Channel.SMS, SENDER, NOW)
    inbox.attach(message, contact)
    assert (message.contact_id, message.household_id) == (contact.id, person.household_id)
    assert message.sender_index == contact.address_index


def test_photographs_that_arrive_at_once_are_all_noted_and_each_once(engine: Engine) -> None:
    turns = Turns(engine)
    message_id = turns(lambda session: take_in(session, MESSAGE, "", NOW)[0].id)
    at_once(6, lambda number: turns(lambda session: inbox.add_photo(session, message_id, f"{number // 2:064x}")))
    with Session(engine) as session:
        assert sorted(session.get_one(InboundMessage, message_id).photos) == [f"{number:064x}" for number in range(3)]


def begin(session: Session, purpose: Purpose = Purpose.DECLARE, **changes: Any) -> Dialog:
    how: dict[str, Any] = {"channel": Channel.SMS, "sender_index": address_index(Channel.SMS, SENDER)}
    standing = Standing({"谁": "陈大一"}, "what", UNTIL)
    return conversations.begin(session, purpose, standing=standing, now=NOW, **(how | changes))


def mine(session: Session, person_id: str | None = None) -> dict[Purpose, Dialog]:
    return open_dialogs(session, Channel.SMS, address_index(Channel.SMS, SENDER), person_id)


def test_a_dialog_is_kept_between_two_messages(engine: Engine) -> None:
    turns = Turns(engine)
    first = turns(lambda session: begin(session).id)

    def answered(session: Session) -> str:
        dialog = mine(session)[Purpose.DECLARE]
        standing = Standing(dialog.state | {"什么": ["illness"]}, "since", UNTIL)
        conversations.keep(dialog, standing, NOW)
        return dialog.id

    assert turns(answered) == first
    with Session(engine) as session:
        dialog = mine(session)[Purpose.DECLARE]
        assert (dialog.state, dialog.step) == ({"谁": "陈大一", "什么": ["illness"]}, "since")
        assert dialog.expired(UNTIL)
        assert not dialog.expired(UNTIL - timedelta(milliseconds=1))


def test_what_was_said_in_a_dialog_cannot_be_read_in_the_database(session: Session) -> None:
    begin(session)
    [sealed] = session.scalars(select(type_coerce(Dialog.sealed, LargeBinary)))
    assert "陈大一".encode() not in sealed
    assert b"\\u9648" not in sealed


def test_a_sender_has_one_open_dialog_for_each_purpose(session: Session) -> None:
    dialogs = {purpose: begin(session, purpose) for purpose in Purpose}
    assert mine(session) == dialogs
    with pytest.raises(IntegrityError), session.begin_nested():
        begin(session)
    conversations.close(dialogs[Purpose.DECLARE], "done", NOW)
    again = begin(session)
    assert mine(session)[Purpose.DECLARE] is again


def test_closing_again_changes_nothing(session: Session) -> None:
    dialog = begin(session)
    conversations.close(dialog, "done", NOW)
    conversations.close(dialog, "expired", NOW + timedelta(days=1))
    assert (dialog.outcome, dialog.closed_at) == ("done", NOW)
    assert mine(session) == {}


def test_a_bound_persons_dialog_moves_with_the_person_to_another_channel(session: Session) -> None:
    in_wechat = begin(session, channel=Channel.WECHAT, sender_index="openid", person_id="p1")
    checkin = begin(session, Purpose.CHECKIN, channel=Channel.WECHAT, sender_index="openid", person_id="p1")
    assert mine(session) == {}, "a sender who is not known as the person sees none of it"
    assert mine(session, "p1") == {Purpose.DECLARE: in_wechat, Purpose.CHECKIN: checkin}
    here = begin(session, person_id="p1")
    session.refresh(in_wechat)
    assert (in_wechat.closed_at, in_wechat.outcome) == (NOW, "moved")
    assert mine(session, "p1") == {Purpose.DECLARE: here, Purpose.CHECKIN: checkin}


def test_two_first_messages_at_once_open_one_dialog(engine: Engine) -> None:
    turns, told = Turns(engine), []

    def message(_: int) -> None:
        def work(session: Session) -> str:
            dialog = mine(session).get(Purpose.DECLARE) or begin(session)
            return dialog.id

        told.append(turns(work))

    at_once(4, message)
    assert len(told) == 4
    assert len(set(told)) == 1


def test_of_messages_at_once_each_sees_what_the_one_before_it_left(engine: Engine) -> None:
    turns = Turns(engine)
    turns(lambda session: conversations.keep(begin(session), Standing({"seen": 0}, "x", UNTIL), NOW))

    def message(_: int) -> None:
        def work(session: Session) -> None:
            dialog = mine(session)[Purpose.DECLARE]
            conversations.keep(dialog, Standing({"seen": dialog.state["seen"] + 1}, "x", UNTIL), NOW)

        turns(work)

    at_once(6, message)
    with Session(engine) as session:
        assert mine(session)[Purpose.DECLARE].state == {"seen": 6}
