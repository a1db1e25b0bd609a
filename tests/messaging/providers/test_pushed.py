"""国内推送: who is let in, and what of a push is read."""

import json
import logging
from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from field.messaging.messages import Delivery, NotGenuine, Said, Unreadable
from field.messaging.providers import aliyun, tencent
from field.messaging.providers.aliyun import Aliyun
from field.messaging.providers.pushed import door
from field.messaging.providers.tencent import Tencent

NOW = datetime(2026, 11, 24, 2, 30, tzinfo=UTC)
SECRET = "a-secret-that-nobody-guesses"
UP = {
    "phone_number": "13800000150", "content": "困难", "send_time": "2026-11-24 10:29:00", "dest_code": "1234",
    "sequence_id": "1234567890",
}  # fmt: skip
REPORT = {
    "phone_number": "13800000150", "send_time": "2026-11-24 10:00:00", "report_time": "2026-11-24 10:00:05",
    "success": True, "err_code": "DELIVERED", "err_msg": "用户接收成功", "sms_size": "1", "biz_id": "B1", "out_id": "k1",
}  # fmt: skip
REPLY = {"extend": "", "mobile": "13800000150", "nationcode": "86", "sign": "田野", "text": "困难", "time": 1795573740}
STATUS = {
    "user_receive_time": "2026-11-24 10:00:05", "nationcode": "86", "mobile": "13800000150", "report_status": "SUCCESS",
    "errmsg": "DELIVRD", "description": "用户短信送达成功", "sid": "S1",
}  # fmt: skip


def body(*items: Any) -> bytes:
    return json.dumps(items).encode()


@pytest.mark.parametrize(
    ("listed", "address", "let_in"),
    [
        ("203.0.113.7", "203.0.113.7", True),
        ("203.0.113.7", "203.0.113.8", False),
        ("203.0.113.0/24, 198.51.100.0/28", "198.51.100.15", True),
        ("203.0.113.0/24 198.51.100.0/28", "198.51.100.16", False),
        ("203.0.113.7/24", "203.0.113.200", True),
        ("203.0.113.7", "::ffff:203.0.113.7", True),
        ("2001:db8::/32", "2001:db8::1", True),
        ("2001:db8::/32", "203.0.113.7", False),
        ("any", "203.0.113.7", True),
        ("any 203.0.113.7", "198.51.100.1", False),
        ("", "203.0.113.7", False),
        ("203.0.113", "203.0.113.7", False),
        ("203.0.113.7", None, False),
        ("203.0.113.7", "nonsense", False),
    ],
)
def test_the_address_must_be_one_of_the_list_and_no_list_lets_nobody_in(
    listed: str, address: str | None, let_in: bool
) -> None:
    asked = [
        partial(aliyun.verify, Aliyun(door=door(SECRET, listed)), SECRET, address),
        partial(tencent.verify, Tencent(door=door(SECRET, listed)), SECRET, address),
    ]
    for verify in asked:
        with nullcontext() if let_in else pytest.raises(NotGenuine):
            verify()


@pytest.mark.parametrize("secret", ["", "x", SECRET[:-1], SECRET.upper(), SECRET + "x", "秘密", "\udc80"])
def test_a_wrong_secret_is_refused_from_any_address(secret: str) -> None:
    with pytest.raises(NotGenuine):
        aliyun.verify(Aliyun(door=door(SECRET, "any")), secret, "203.0.113.7")


def test_without_a_secret_nobody_is_let_in_not_even_with_none() -> None:
    with pytest.raises(NotGenuine):
        tencent.verify(Tencent(door=door("", "any")), "", "203.0.113.7")


def test_settings_are_read_and_never_shown() -> None:
    environ = {
        "ALIYUN_ACCESS_KEY_ID": "id", "ALIYUN_ACCESS_KEY_SECRET": "key-s3cret", "ALIYUN_SMS_SIGN": "田野",
        "ALIYUN_HOOK_SECRET": SECRET, "ALIYUN_HOOK_FROM": "any", "TENCENT_SECRET_ID": "id",
        "TENCENT_SECRET_KEY": "key-s3cret", "TENCENT_SMS_APP_ID": "1400", "TENCENT_SMS_SIGN": "田野",
        "TENCENT_HOOK_SECRET": SECRET, "TENCENT_HOOK_FROM": "10.0.0.0/8",
    }  # fmt: skip
    ali, ten = aliyun.settings_from(environ), tencent.settings_from(environ)
    assert ali
    assert ten
    assert (ali.sends, ten.sends, ali.door.anywhere, ten.door.anywhere) == (True, True, True, False)
    assert "s3cret" not in f"{ali}{ten}"
    assert SECRET not in f"{ali}{ten}"
    assert aliyun.settings_from({}) is None
    assert tencent.settings_from({}) is None
    only_in = tencent.settings_from({"TENCENT_HOOK_SECRET": SECRET})
    assert only_in
    assert not only_in.sends


def test_aliyun_messages_are_read_the_earliest_first() -> None:
    earlier = UP | {"sequence_id": 7, "send_time": "2026-11-24 10:28:00", "content": "1"}
    first, second = aliyun.parse(body(UP, earlier), NOW)
    assert (first.text, first.id) == ("1", "aliyun:1234:7")
    assert (second.sender, second.recipient, second.text, second.said) == ("+8613800000150", "1234", "困难", Said.TEXT)
    assert (second.id, second.sent_at) == ("aliyun:1234:1234567890", datetime(2026, 11, 24, 2, 29, tzinfo=UTC))


def test_aliyun_without_a_sequence_is_known_by_who_when_and_what() -> None:
    bare = {name: value for name, value in UP.items() if name != "sequence_id"}
    [one], [same] = aliyun.parse(body(bare), NOW), aliyun.parse(body(bare), NOW)
    [other] = aliyun.parse(body(bare | {"content": "1"}), NOW)
    assert one.id == same.id != other.id
    assert "1380000" not in one.id


def test_a_tencent_message_is_known_by_who_when_and_what() -> None:
    [one] = tencent.parse(json.dumps(REPLY).encode(), NOW)
    [same] = tencent.parse(json.dumps(REPLY | {"sign": "别的"}).encode(), NOW)
    others = [tencent.parse(json.dumps(REPLY | change).encode(), NOW)[0] for change in
              ({"text": "1"}, {"time": 1795573741}, {"mobile": "13800000151"})]  # fmt: skip
    assert one.id == same.id
    assert len({one.id, *(other.id for other in others)}) == 4
    assert (one.sender, one.text, one.sent_at) == ("+8613800000150", "困难", datetime(2026, 11, 25, 2, 29, tzinfo=UTC))


@pytest.mark.parametrize(
    ("mobile", "code", "sender"),
    [("13800000150", "86", "+8613800000150"), ("13800000150", None, "+8613800000150"),
     ("51234567", "852", "+85251234567"), ("+8613800000150", "86", "+8613800000150"), (13800000150, 86, "+8613800000150")],
)  # fmt: skip
def test_numbers_become_e164(mobile: Any, code: Any, sender: str) -> None:
    [one] = tencent.parse(json.dumps(REPLY | {"mobile": mobile, "nationcode": code}).encode(), NOW)
    assert one.sender == sender


@pytest.mark.parametrize(
    ("report", "delivery", "reason"),
    [(REPORT, Delivery.DELIVERED, ""), (REPORT | {"success": "true"}, Delivery.DELIVERED, ""),
     (REPORT | {"success": False, "err_code": "MK:0001", "err_msg": "空号"}, Delivery.FAILED, "MK:0001 空号")],
)  # fmt: skip
def test_aliyun_reports(report: dict[str, Any], delivery: Delivery, reason: str) -> None:
    [read] = aliyun.receipts(body(report), NOW)
    assert (read.provider, read.provider_id, read.delivery, read.reason) == ("aliyun", "B1", delivery, reason)
    assert read.at == datetime(2026, 11, 24, 2, 0, 5, tzinfo=UTC)


def test_tencent_reports() -> None:
    failed = STATUS | {"sid": "S2", "report_status": "FAIL", "errmsg": "MK:0001", "description": "空号"}
    first, second = tencent.receipts(body(STATUS, failed), NOW)
    assert (first.provider_id, first.delivery, first.reason) == ("S1", Delivery.DELIVERED, "")
    assert (second.provider_id, second.delivery, second.reason) == ("S2", Delivery.FAILED, "MK:0001 空号")
    assert first.at == datetime(2026, 11, 24, 2, 0, 5, tzinfo=UTC)


READERS: dict[str, tuple[Callable[[bytes, datetime], list[Any]], dict[str, Any], str]] = {
    "aliyun inbound": (aliyun.parse, UP, "phone_number"), "aliyun receipts": (aliyun.receipts, REPORT, "biz_id"),
    "tencent inbound": (tencent.parse, REPLY, "mobile"), "tencent receipts": (tencent.receipts, STATUS, "sid"),
}  # fmt: skip


@pytest.mark.parametrize("name", READERS)
def test_of_a_half_bad_push_the_good_half_is_read_and_nobodys_number_logged(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    read, good, needed = READERS[name]
    lacking = {key: value for key, value in good.items() if key != needed}
    with caplog.at_level(logging.WARNING):
        found = read(body(lacking, good, 5, None, good | {needed: "\x00"}, good | {needed: True}), NOW)
    assert len(found) == 1
    assert "of 6 items pushed 5 could not be read" in caplog.text
    assert "1380000" not in caplog.text


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize(
    "raw", [b"", b"{", b"null", b"5", b'"x"', b"\xff\xfe", b"[" * 100_000, b"{}", b"[{}, 3]", b"<xml/>", b"1" * 5000]
)
def test_what_is_no_push_is_unreadable(name: str, raw: bytes) -> None:
    with pytest.raises(Unreadable):
        READERS[name][0](raw, NOW)


@pytest.mark.parametrize("name", READERS)
def test_an_empty_push_is_read_as_nothing(name: str) -> None:
    assert READERS[name][0](b"[]", NOW) == []


PLAIN = st.none() | st.booleans() | st.integers() | st.floats() | st.text()


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.sampled_from(sorted(READERS)), st.dictionaries(st.sampled_from([*UP, *REPORT, *REPLY, *STATUS]), PLAIN))
def test_any_item_is_read_or_unreadable_and_what_is_read_can_be_kept(name: str, change: dict[str, Any]) -> None:
    read, good, _ = READERS[name]
    try:
        [found] = read(json.dumps(good | change).encode(), NOW)
    except Unreadable:
        return
    if hasattr(found, "sender"):
        assert found.sender.startswith("+")
        assert found.text.encode().decode() == found.text
    else:
        assert found.provider_id.isprintable()
