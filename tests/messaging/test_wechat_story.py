"""微信的故事: a farmer taps 我要申报 in WeChat and holds a receipt number; all sealed and signed as WeChat does."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from field import clock
from field.codes import Channel
from field.db import db, transact
from field.ledger.entries import Entry
from field.messaging.connected import Connected
from field.messaging.inbox import InboundMessage
from field.messaging.messages import Outbound
from field.messaging.outbox import Letter, OutboundMessage, post
from field.messaging.sending_rules import Purpose
from field.registry import consent, contacts
from field.registry.contact_rules import Proof
from field.registry.contacts import address_index
from field.registry.households import Person
from tests.county import County
from tests.messaging.letters import FARMER, SETTINGS, WeChatPhone, bare, sealed, written

HOME = "420626107204"
AT = 1764000000


@pytest.fixture
def phone(county: County) -> WeChatPhone:
    return WeChatPhone(county)


@pytest.fixture
def small_phone(small_county: County) -> WeChatPhone:
    return WeChatPhone(small_county)


def bind(county: County) -> None:
    """The farmer's openid is confirmed by a cadre's visit."""

    def work(session: Session) -> None:
        here = Person.household_id == county.households[HOME]
        person = session.scalars(select(Person).where(here).order_by(Person.position)).all()[0]
        contact = contacts.claim(session, person, Channel.WECHAT, FARMER, clock.now())
        contacts.confirm(session, contact, Proof.VISIT, "cadre", clock.now())

    with county.app.app_context():
        transact(work)


def count(county: County, table: type[Entry] | type[InboundMessage], kind: str | None = None) -> int:
    with county.app.app_context():
        rows = select(func.count()).select_from(table)
        return db.session.scalar(rows.where(Entry.kind == kind) if kind else rows) or 0


def test_a_bound_farmer_taps_the_menu_and_declares(phone: WeChatPhone) -> None:
    bind(phone.county)
    assert phone.click("困难", AT)
    for text in ("1", "上个月 3万", "没有", "1"):
        said = phone.say(text)
    [lead] = phone.county.client("cadre").get("/api/leads").get_json()["items"]
    assert lead["household_id"] == phone.county.households[HOME]
    assert lead["receipt"] in said
    assert count(phone.county, Entry, "declaration") == 1
    assert "已经收到" in phone.click("进度", AT + 1)


def test_a_click_is_the_same_as_the_words(small_phone: WeChatPhone) -> None:
    for key in ("困难", "进度", "绑定"):
        event: dict[str, Any] = {
            "MsgType": "event",
            "Event": "CLICK",
            "EventKey": key,
            "FromUserName": f"oClicks-{key}",
        }
        clicked = small_phone.hear(small_phone.send(**event))
        assert clicked == small_phone.say(key, FromUserName=f"oWrites-{key}") != ""


def test_retries_replays_and_doubled_clicks_have_one_effect_and_one_answer(phone: WeChatPhone) -> None:
    bind(phone.county)
    first = phone.click("困难", AT)
    assert phone.click("困难", AT) == first
    said = phone.say("1")
    assert phone.say("1", again=True) == said
    assert count(phone.county, InboundMessage) == 2
    call = sealed(written({"MsgType": "text", "Content": "上个月 3万", "MsgId": "77"}), clock.now())
    assert phone.hear(phone.post(*call)) == phone.hear(phone.post(*call))
    assert count(phone.county, InboundMessage) == 3


def test_following_is_greeted_leaving_is_not_and_no_more_is_sent(phone: WeChatPhone) -> None:
    assert phone.hear(phone.send(MsgType="event", Event="subscribe", CreateTime=AT))
    assert phone.hear(phone.send(MsgType="event", Event="unsubscribe", CreateTime=AT + 1)) == ""
    with phone.county.app.app_context():
        assert consent.opted_out(db.session(), Channel.WECHAT, address_index(Channel.WECHAT, FARMER))


@pytest.mark.parametrize("event", ["VIEW", "LOCATION", "subscribe_msg_popup_event", "subscribe_msg_change_event"])
def test_what_nobody_says_disturbs_no_dialog_and_is_not_kept(small_phone: WeChatPhone, event: str) -> None:
    small_phone.click("困难", AT)
    assert small_phone.hear(small_phone.send(MsgType="event", Event=event, EventKey="1", CreateTime=AT)) == ""
    assert count(small_phone.county, InboundMessage) == 1


@pytest.mark.parametrize("kind", ["image", "video", "link", "voice", "file", "something_new"])
def test_every_kind_of_message_is_answered_at_any_step(small_phone: WeChatPhone, kind: str) -> None:
    assert small_phone.hear(small_phone.send(MsgType=kind, MediaId="m1"))
    small_phone.click("困难", AT)
    assert small_phone.hear(small_phone.send(MsgType=kind, MediaId="m1"))


def test_a_place_is_kept_with_its_datum(phone: WeChatPhone) -> None:
    phone.hear(phone.send(MsgType="location", Location_X="31.7405", Location_Y="111.3127", Label="堰垭村"))
    with phone.county.app.app_context():
        [message] = db.session.scalars(select(InboundMessage)).all()
        assert message.place == {"latitude": 31.7405, "longitude": 111.3127, "datum": "gcj02", "label": "堰垭村"}


def test_a_report_moves_the_message_it_speaks_of(phone: WeChatPhone) -> None:
    letter = Letter(Outbound("k1", FARMER, "您好", "ask"), Channel.WECHAT, "wechat", Purpose.NOTICE)

    def sent(session: Session) -> None:
        post(session, letter, clock.now())
        session.scalars(select(OutboundMessage)).one().provider_id = "77"

    with phone.county.app.app_context():
        transact(sent)
    told = phone.send(MsgType="event", Event="TEMPLATESENDJOBFINISH", MsgID="77", Status="success")
    assert phone.hear(told) == ""
    with phone.county.app.app_context():
        assert db.session.scalars(select(OutboundMessage.state)).one() == "delivered"


@pytest.mark.parametrize("text", ["", "]]>", "x" * 10_000, "😀" * 500, "<xml/>", "返回", "帮助", "&amp;", "\t\n"])
def test_anything_at_any_step_is_answered(small_phone: WeChatPhone, text: str) -> None:
    for before in ((), ("困难",), ("困难", "1"), ("困难", "1", "上个月 3万")):
        for said in (*before, text):
            small_phone.say(said)


def test_control_characters_in_a_letter_do_not_keep_it_from_being_heard(small_phone: WeChatPhone) -> None:
    letter = written({"MsgType": "text", "Content": "困，难", "MsgId": "1"}).replace("，", "\x00\x08\x1f")
    assert small_phone.post(*sealed(letter, clock.now())).status_code == 200
    with small_phone.county.app.app_context():
        assert db.session.scalar(select(InboundMessage.text_masked)) == "困难"


def test_what_is_not_genuine_malformed_or_too_large_is_refused(small_phone: WeChatPhone) -> None:
    now, good = clock.now(), written({"MsgType": "text", "Content": "困难", "MsgId": "1"})
    query, body = sealed(good, now)
    cases = [
        ((query | {"msg_signature": "x"}, body), 403),
        (({}, body), 403),
        (bare(good, now), 403),
        (sealed(good, now - timedelta(hours=1)), 403),
        (sealed(good, now, app_id="wx-other"), 403),
        (sealed(written({"ToUserName": "gh_other", "MsgType": "text", "MsgId": "1"}), now), 403),
        (sealed("<xml><MsgType>", now), 400),
        (sealed("", now), 400),
        (sealed(written({"MsgType": "text"}), now), 400),
        (sealed("<!DOCTYPE x [<!ENTITY a 'a'>]><xml><MsgType>&a;</MsgType></xml>", now), 400),
        (({}, b""), 400),
        (({}, b"<xml>"), 400),
        (({}, b"x" * 5_000_000), 413),
    ]
    assert [small_phone.post(*call).status_code for call, _ in cases] == [status for _, status in cases]
    assert count(small_phone.county, InboundMessage) == 0
    small_phone.county.app.extensions["field_connected"] = Connected("http://127.0.0.1:8000")
    assert small_phone.post(query, body).status_code == 404


def test_the_check_of_the_address_gets_its_own_words_back(small_phone: WeChatPhone) -> None:
    client, (query, _) = small_phone.county.client(), bare("", clock.now())
    answer = client.get("/hooks/wechat", query_string=query | {"echostr": "<b>5"})
    assert (answer.status_code, answer.text, answer.mimetype) == (200, "<b>5", "text/plain")
    assert client.get("/hooks/wechat", query_string=query | {"signature": "x"}).status_code == 403
    assert client.get("/hooks/wechat").status_code == 403


def test_the_plain_mode_answers_plainly_where_development_wants_it(small_county: County) -> None:
    phone = WeChatPhone(small_county, replace(SETTINGS, plain=True))
    answer = phone.post(*bare(written({"MsgType": "text", "Content": "帮助", "MsgId": "1"}), clock.now()))
    assert answer.status_code == 200
    assert re.search("<Content><!\\[CDATA\\[.+]]></Content>", answer.text, re.DOTALL)
