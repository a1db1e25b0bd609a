"""微信: only what was sealed for our own account is read, whatever else comes is refused, every answer is sealed."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wechatpy import parse_message
from wechatpy.crypto import PrpCrypto, WeChatCrypto
from wechatpy.replies import TextReply

from field.messaging.messages import Delivery, Inbound, NotGenuine, Photo, Place, Receipt, Said, Unreadable
from field.messaging.providers import wechat, wechat_xml
from field.messaging.providers.wechat import Letter, WeChat
from tests.messaging.letters import AES_KEY, FARMER, SETTINGS, bare, sealed, signature, written

NOW = datetime(2026, 11, 24, 2, 30, tzinfo=UTC)
TEXT: dict[str, Any] = {"MsgType": "text", "Content": "困难", "MsgId": "7"}
OTHER_KEY = "z" * 43
BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><xml><Encrypt>&b;</Encrypt></xml>'
OUTSIDE = '<!DOCTYPE x SYSTEM "file:///etc/passwd"><xml><Encrypt>x</Encrypt></xml>'


def read(fields: dict[str, Any], settings: WeChat = SETTINGS) -> Inbound | Receipt | None:
    return wechat.parse(wechat.opened(settings, *sealed(written(fields), NOW, settings), NOW))


def inbound(fields: dict[str, Any]) -> Inbound:
    told = read(fields)
    assert isinstance(told, Inbound)
    return told


def test_a_sealed_letter_is_read() -> None:
    told = inbound(TEXT)
    assert (told.id, told.sender, told.recipient, told.said, told.text) == ("7", FARMER, "gh_field", Said.TEXT, "困难")
    assert told.sent_at == datetime.fromtimestamp(1764000000, UTC)


@pytest.mark.parametrize(
    "change",
    [
        {"msg_signature": "x"}, {"msg_signature": ""}, {"msg_signature": "签"}, {"nonce": "other"}, {"timestamp": ""},
        {"timestamp": "soon"}, {"timestamp": "9" * 40}, {"timestamp": "１７"},
        {"timestamp": str(int(NOW.timestamp()) + 1)},
    ],
)  # fmt: skip
def test_a_wrong_signature_is_refused(change: dict[str, str]) -> None:
    query, body = sealed(written(TEXT), NOW)
    with pytest.raises(NotGenuine):
        wechat.opened(SETTINGS, query | change, body, NOW)


def test_the_signature_of_the_plain_mode_opens_no_seal() -> None:
    query, body = sealed(written(TEXT), NOW)
    del query["msg_signature"]
    with pytest.raises(NotGenuine):
        wechat.opened(SETTINGS, query, body, NOW)


@pytest.mark.parametrize("late", [timedelta(minutes=11), timedelta(minutes=-11), timedelta(days=300)])
def test_what_was_signed_long_ago_or_is_yet_to_be_is_refused(late: timedelta) -> None:
    with pytest.raises(NotGenuine):
        wechat.opened(SETTINGS, *sealed(written(TEXT), NOW - late), NOW)


@pytest.mark.parametrize("late", [timedelta(0), timedelta(seconds=20), timedelta(minutes=9), timedelta(minutes=-9)])
def test_a_retry_and_a_clock_that_is_a_little_wrong_are_not(late: timedelta) -> None:
    wechat.opened(SETTINGS, *sealed(written(TEXT), NOW - late), NOW)


@pytest.mark.parametrize(
    ("inside", "settings", "app_id"),
    [
        (written(TEXT), SETTINGS, "wx-of-somebody-else"),
        (written(TEXT), SETTINGS, f"{SETTINGS.app_id}x"),
        (written(TEXT), replace(SETTINGS, token="other"), ""),
        (written(TEXT), replace(SETTINGS, aes_key=OTHER_KEY), ""),
        (written(TEXT | {"ToUserName": "gh_other"}), SETTINGS, ""),
        (written(TEXT | {"ToUserName": None}), SETTINGS, ""),
    ],
)
def test_what_was_sealed_for_or_by_somebody_else_is_refused(inside: str, settings: WeChat, app_id: str) -> None:
    query, body = sealed(inside, NOW, settings, app_id)
    with pytest.raises(NotGenuine):
        wechat.opened(SETTINGS, query, body, NOW)


@pytest.mark.parametrize("encrypted", ["x", "AAAA", "A" * 64, "!!", "签", "A" * 88, "QUFB" * 20])
def test_a_seal_that_does_not_open_is_refused_though_signed(encrypted: str) -> None:
    query, _ = sealed("", NOW)
    stamped = query["timestamp"], query["nonce"]
    signed = query | {"msg_signature": signature("token", *stamped, encrypted)}
    with pytest.raises(NotGenuine):
        wechat.opened(SETTINGS, signed, wechat_xml.render({"Encrypt": encrypted}).encode(), NOW)


def test_without_an_account_any_of_the_apps_letters_is_read() -> None:
    settings = replace(SETTINGS, account="")
    wechat.opened(settings, *sealed(written(TEXT | {"ToUserName": "gh_other"}), NOW), NOW)


def test_a_plain_body_is_read_by_the_development_setting_alone() -> None:
    query, body = bare(written(TEXT), NOW)
    with pytest.raises(NotGenuine):
        wechat.opened(SETTINGS, query, body, NOW)
    in_plain = replace(SETTINGS, plain=True)
    letter = wechat.opened(in_plain, query, body, NOW)
    assert not letter.sealed
    assert wechat_xml.read(wechat.reply(in_plain, letter, "好", NOW).encode())["Content"] == "好"
    with pytest.raises(NotGenuine):
        wechat.opened(in_plain, query | {"signature": "x"}, body, NOW)
    assert wechat.opened(in_plain, *sealed(written(TEXT), NOW), NOW).sealed


@pytest.mark.parametrize("body", ["", "x", "<xml>", "<xml/><xml/>", "<a><Encrypt>x</Encrypt></a>", BOMB, OUTSIDE, "\0",
                                  "<xml><A>1</A><A>2</A></xml>", "<xml>" + "<a>" * 9 + "</a>" * 9 + "</xml>"])  # fmt: skip
def test_what_is_no_message_is_unreadable_outside_and_inside_a_seal(body: str) -> None:
    query, _ = sealed("", NOW)
    with pytest.raises(Unreadable):
        wechat.opened(SETTINGS, query, body.encode(), NOW)
    with pytest.raises(Unreadable):
        wechat.opened(SETTINGS, *sealed(body, NOW), NOW)


def test_halves_of_characters_and_another_encoding_inside_a_seal_are_unreadable() -> None:
    for inside in (
        b"<xml>\xff</xml>",
        "<xml>困难</xml>".encode("gbk"),
        b'<?xml version="1.0" encoding="gbk"?><xml>\xc0\xa7</xml>',
    ):
        with pytest.raises(Unreadable):
            wechat.opened(SETTINGS, *sealed(inside, NOW), NOW)


@given(st.binary(max_size=200))
def test_any_bytes_are_fields_or_unreadable(body: bytes) -> None:
    for whole in (body, b"<xml>" + body + b"</xml>", b"<xml><a>" + body + b"</a></xml>"):
        try:
            wechat_xml.read(whole)
        except Unreadable:
            continue


@pytest.mark.parametrize(
    ("fields", "said", "more"),
    [
        ({"MsgType": "text", "Content": "x]]>y\n😀"}, Said.TEXT, {"text": "x]]>y\n😀"}),
        ({"MsgType": "text"}, Said.TEXT, {"text": ""}),
        ({"MsgType": "TEXT", "Content": "1"}, Said.TEXT, {"text": "1"}),
        ({"MsgType": "image", "PicUrl": "http://x/y", "MediaId": "m1"}, Said.PHOTO, {"photos": (Photo("m1"),)}),
        ({"MsgType": "image"}, Said.PHOTO, {"photos": ()}),
        ({"MsgType": "voice", "MediaId": "m1", "Format": "amr"}, Said.VOICE, {"text": ""}),
        ({"MsgType": "voice", "Recognition": "家里有人住院"}, Said.VOICE, {"text": "家里有人住院"}),
        ({"MsgType": "location", "Location_X": "31.7405", "Location_Y": "111.31", "Scale": "16", "Label": "堰垭村"},
         Said.PLACE, {"place": Place(31.7405, 111.31, "gcj02", "堰垭村")}),
        ({"MsgType": "link", "Title": "1", "Url": "http://x"}, Said.UNKNOWN, {}),
        ({"MsgType": "video", "MediaId": "m1"}, Said.UNKNOWN, {}),
        ({"MsgType": "shortvideo"}, Said.UNKNOWN, {}),
        ({"MsgType": "file"}, Said.UNKNOWN, {}),
        ({"MsgType": "something_new"}, Said.UNKNOWN, {}),
    ],
)  # fmt: skip
def test_each_kind_of_message_says_one_thing(fields: dict[str, Any], said: Said, more: dict[str, Any]) -> None:
    told = inbound(fields | {"MsgId": "9"})
    expected = {"text": "", "photos": (), "place": None} | more
    assert told.said is said
    assert {name: getattr(told, name) for name in expected} == expected


@pytest.mark.parametrize(
    ("event", "key", "said", "text"),
    [
        ("subscribe", None, Said.FOLLOWED, ""),
        ("subscribe", "", Said.FOLLOWED, ""),
        ("subscribe", "qrscene_困难", Said.FOLLOWED, "困难"),
        ("subscribe", "qrscene_1", Said.FOLLOWED, ""),
        ("SCAN", "困难", Said.CLICKED, "困难"),
        ("SCAN", "1", Said.CLICKED, ""),
        ("CLICK", "进度", Said.CLICKED, "进度"),
        ("unsubscribe", "", Said.LEFT, ""),
    ],
)
def test_each_event_says_one_thing(event: str, key: str | None, said: Said, text: str) -> None:
    told = inbound({"MsgType": "event", "Event": event, "EventKey": key})
    assert (told.said, told.text) == (said, text)
    assert told.id == f"{FARMER}:1764000000:{event.lower()}:{key or ''}"


@pytest.mark.parametrize(
    "event",
    ["VIEW", "LOCATION", "location_select", "scancode_waitmsg", "subscribe_msg_popup_event",
     "subscribe_msg_change_event", "subscribe_msg_sent_event", "TEMPLATESENDJOBFINISH", "MASSSENDJOBFINISH", "", "new"],
)  # fmt: skip
def test_what_nobody_says_is_passed_over(event: str) -> None:
    assert read({"MsgType": "event", "Event": event, "EventKey": "1", "Latitude": "31.7", "Longitude": "111.3"}) is None


@pytest.mark.parametrize(
    ("fields", "delivery", "reason"),
    [
        ("<Event>TEMPLATESENDJOBFINISH</Event><MsgID>77</MsgID><Status>success</Status>", Delivery.DELIVERED, ""),
        ("<Event>TEMPLATESENDJOBFINISH</Event><MsgID>77</MsgID><Status>failed:user block</Status>",
         Delivery.FAILED, "failed:user block"),
        ("<Event>subscribe_msg_sent_event</Event><SubscribeMsgSentEvent><List><TemplateId>t</TemplateId><MsgID>77</MsgID>"
         "<ErrorCode>0</ErrorCode><ErrorStatus>success</ErrorStatus></List></SubscribeMsgSentEvent>",
         Delivery.DELIVERED, ""),
        ("<Event>subscribe_msg_sent_event</Event><SubscribeMsgSentEvent><List><MsgID>77</MsgID>"
         "<ErrorCode>3</ErrorCode><ErrorStatus>rejected</ErrorStatus></List></SubscribeMsgSentEvent>",
         Delivery.FAILED, "rejected"),
    ],
)  # fmt: skip
def test_what_became_of_a_template_is_a_receipt(fields: str, delivery: Delivery, reason: str) -> None:
    inside = written({"MsgType": "event"}).replace("</xml>", f"{fields}</xml>")
    told = wechat.parse(wechat.opened(SETTINGS, *sealed(inside, NOW), NOW))
    assert isinstance(told, Receipt)
    assert (told.provider_id, told.delivery, told.reason) == ("77", delivery, reason)


@pytest.mark.parametrize(
    "change",
    [{"MsgType": None}, {"MsgType": ""}, {"FromUserName": None}, {"FromUserName": ""}, {"MsgId": None}, {"MsgId": ""},
     {"CreateTime": None}, {"CreateTime": "soon"}, {"CreateTime": "9" * 30}, {"CreateTime": "-1"},
     {"MsgType": "location"}, {"MsgType": "location", "Location_X": "nan", "Location_Y": "1"},
     {"MsgType": "location", "Location_X": "91", "Location_Y": "1"},
     {"MsgType": "location", "Location_X": "北", "Location_Y": "东"}],
)  # fmt: skip
def test_a_message_that_lacks_what_it_must_have_is_unreadable(change: dict[str, Any]) -> None:
    with pytest.raises(Unreadable):
        read(TEXT | change)


@given(st.dictionaries(st.sampled_from(["MsgType", "Event", "EventKey", "MsgId", "Content", "Location_X", "Location_Y",
                                        "CreateTime", "FromUserName"]),
                       st.one_of(st.text(max_size=20), st.sampled_from(["event", "text", "location", "CLICK", "1"]))))  # fmt: skip
def test_any_fields_are_read_passed_over_or_unreadable(fields: dict[str, str]) -> None:
    try:
        wechat.parse(Letter(fields))
    except Unreadable:
        return


def test_the_check_of_the_address_is_judged_by_its_signature() -> None:
    query, _ = bare("", NOW)
    wechat.verify(SETTINGS, query, NOW)
    for wrong in ({}, query | {"signature": ""}, query | {"nonce": "2"}, {"echostr": "1"}):
        with pytest.raises(NotGenuine):
            wechat.verify(SETTINGS, wrong, NOW)
    with pytest.raises(NotGenuine):
        wechat.verify(SETTINGS, query, NOW + timedelta(hours=1))


LETTER = Letter({"FromUserName": FARMER, "ToUserName": "gh_field"})


def said(text: str) -> str:
    """What a phone shows of an answer, opened by wechatpy."""
    answer = wechat.reply(SETTINGS, LETTER, text, NOW)
    outside = wechat_xml.read(answer.encode())
    signed = outside["MsgSignature"], outside["TimeStamp"], outside["Nonce"]
    inside = WeChatCrypto("token", AES_KEY, SETTINGS.app_id).decrypt_message(answer, *signed)
    root = ElementTree.fromstring(inside)
    assert [child.tag for child in root] == ["ToUserName", "FromUserName", "CreateTime", "MsgType", "Content"]
    return root.findtext("Content") or ""


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=1500))
def test_any_answer_is_sound_xml_and_says_as_much_as_wechat_takes(text: str) -> None:
    wanted = wechat.cut(text)
    assert len(wanted.encode()) <= 2048
    assert wechat_xml.plain(text).startswith(wanted)
    if wanted:
        assert said(text) == wanted


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("]]>", "]]>"),
        (
            "a]]></Content><MsgType>news</MsgType><Content><![CDATA[b",
            "a]]></Content><MsgType>news</MsgType><Content><![CDATA[b",
        ),
        ("]]]]>>", "]]]]>>"),
        ("\x00a\x01b\x1b\ufffe\udc00", "ab"),
        ("一" * 1000, "一" * 682),
        ("x" + "😀" * 600, "x" + "😀" * 511),
    ],
)
def test_an_answer_breaks_out_of_nothing_and_cuts_no_character(text: str, shown: str) -> None:
    assert said(text) == shown


@pytest.mark.parametrize("text", ["", "\x00\x01"])
def test_no_answer_is_success(text: str) -> None:
    assert wechat.reply(SETTINGS, LETTER, text, NOW) == "success"


def test_no_two_answers_are_sealed_alike() -> None:
    assert len({wechat.reply(SETTINGS, LETTER, "好", NOW) for _ in range(20)}) == 20


@pytest.mark.parametrize(
    ("hole", "seen"),
    [
        (lambda: "<Evil>" in TextReply(source="a", target="b", content="]]><Evil>1</Evil><![CDATA[").render(), True),
        (lambda: parse_message(written({"MsgType": "event", "Event": "CLICK", "EventKey": "1"})).id, 0),
        (lambda: parse_message(""), None),
        (lambda: type(parse_message(written({"MsgType": "event", "Event": "subscribe_msg_popup_event"}))).__name__,
         "UnknownMessage"),
        (lambda: {len(set(PrpCrypto(SETTINGS.key).get_random_string())) for _ in range(50)}, {16}),
    ],
)  # fmt: skip
def test_the_holes_of_wechatpy_are_where_they_were(hole: Callable[[], Any], seen: object) -> None:
    """Each has its guard above; where one is closed, its guard may go."""
    assert hole() == seen


ENVIRON = {"WECHAT_TOKEN": "t", "WECHAT_AES_KEY": AES_KEY, "WECHAT_APP_ID": "wx1"}


def test_settings_come_from_the_environment_whole_or_not_at_all(tmp_path: Path) -> None:
    assert wechat.settings_from({}) is None
    assert wechat.settings_from({"WECHAT_APP_ID": "wx1"}) is None
    file = tmp_path / "templates.toml"
    file.write_text('["checkin.ask"]\nid = "T1"\nfields = { thing1 = "county" }\n', encoding="utf-8")
    more = {
        "WECHAT_ACCOUNT": "gh_1",
        "WECHAT_APP_SECRET": "s",
        "WECHAT_API_URL": "http://127.0.0.1:9/",
        "WECHAT_TEMPLATES": str(file),
    }
    settings = wechat.settings_from(ENVIRON | more)
    assert settings is not None
    assert (settings.account, settings.plain, settings.api) == ("gh_1", False, "http://127.0.0.1:9")
    assert settings.templates["checkin.ask"].fields == {"thing1": "county"}
    assert AES_KEY not in repr(settings)


@pytest.mark.parametrize(
    "change", [{"WECHAT_APP_ID": ""}, {"WECHAT_AES_KEY": ""}, {"WECHAT_AES_KEY": "short"}, {"WECHAT_AES_KEY": f"{AES_KEY}="},
               {"WECHAT_PLAIN": "1", "WECHAT_AES_KEY": "short"}, {"WECHAT_PLAIN": "yes", "WECHAT_AES_KEY": ""}]
)  # fmt: skip
def test_half_of_the_settings_is_an_error_at_the_start(change: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="WECHAT_AES_KEY"):
        wechat.settings_from(ENVIRON | change)


def test_plain_needs_its_own_setting_and_no_key() -> None:
    settings = wechat.settings_from(ENVIRON | {"WECHAT_PLAIN": "1", "WECHAT_AES_KEY": ""})
    assert settings is not None
    assert settings.plain


@pytest.mark.parametrize("text", ["a = 1", '[a]\nid = "x"', '[a]\nfields = { x = "y" }', '[a]\nid = "x"\nfields = 3'])
def test_a_template_that_is_half_named_is_an_error_that_names_it(tmp_path: Path, text: str) -> None:
    file = tmp_path / "templates.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=r"\[a\] needs id and fields"):
        wechat.templates_from(file)
