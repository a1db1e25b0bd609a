"""国内短信发送: the SDKs against a gateway on loopback; every answer of theirs means one thing."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from field import clock
from field.codes import Channel
from field.db import transact
from field.messaging.connected import Connected
from field.messaging.domestic_senders import domestic_senders, installed
from field.messaging.messages import Outbound, Sender, SendError
from field.messaging.providers import aliyun, tencent
from field.messaging.providers.aliyun import Aliyun, AliyunSender
from field.messaging.providers.tencent import Tencent, TencentSender
from field.messaging.templates import Approved, Template
from tests.messaging.providers.gateways import Gateway, gateway

NUMBER = "+8613900000001"
APPROVED = Approved(longest=20, steps={"talk": Template(id="T1", wording="{name}您好,受理号{number}")})
MESSAGE = Outbound(
    "answer:1:0", NUMBER, "我们的话", "talk", {"number": "3F9A-07C1-55D2-8E4B", "name": "陈", "more": "x"}
)
OK = {
    "aliyun": {"Code": "OK", "Message": "OK", "BizId": "B1", "RequestId": "r"},
    "tencent": {"Response": {"SendStatusSet": [{"Code": "Ok", "SerialNo": "S1"}], "RequestId": "r"}},
}  # fmt: skip
PROVIDERS = ("aliyun", "tencent")


@pytest.fixture
def api() -> Iterator[Gateway]:
    with gateway() as server:
        yield server


def sender(name: str, url: str) -> Sender:
    if name == "aliyun":
        return AliyunSender(Aliyun("id", "key", "田野", url=url), APPROVED)
    return TencentSender(Tencent("id", "key", "1400", "田野", url=url), APPROVED)


def refused(api: Gateway, name: str, status: int, answer: Any) -> SendError:
    api.status, api.answer = status, answer
    with pytest.raises(SendError) as caught:
        sender(name, api.url).send(MESSAGE)
    assert len(api.bodies) == 1, "trying again is the outbox's business"
    assert NUMBER[3:] not in caught.value.reason, "nobody's number in a reason"
    return caught.value


def test_aliyun_is_given_the_template_with_its_variables_by_name(api: Gateway) -> None:
    api.answer = OK["aliyun"]
    assert sender("aliyun", api.url).send(MESSAGE) == "B1"
    [asked] = api.queries
    assert asked | {"TemplateParam": json.loads(asked["TemplateParam"])} == {
        "PhoneNumbers": "8613900000001", "SignName": "田野", "TemplateCode": "T1", "OutId": "answer:1:0",
        "TemplateParam": {"name": "陈", "number": "3F9A-07C1-55D2-8E4B"},
    }  # fmt: skip


def test_tencent_is_given_the_template_with_its_variables_by_place(api: Gateway) -> None:
    api.answer = OK["tencent"]
    assert sender("tencent", api.url).send(MESSAGE) == "S1"
    assert api.bodies == [{
        "PhoneNumberSet": [NUMBER], "SmsSdkAppId": "1400", "SignName": "田野", "TemplateId": "T1",
        "TemplateParamSet": ["陈", "3F9A-07C1-55D2-8E4B"], "SessionContext": "answer:1:0",
    }]  # fmt: skip


@pytest.mark.parametrize("name", PROVIDERS)
def test_a_step_without_a_template_asks_nobody(api: Gateway, name: str) -> None:
    with pytest.raises(SendError, match="没有批准的模板") as caught:
        sender(name, api.url).send(Outbound("k", NUMBER, "别的话", "other"))
    assert not caught.value.retryable
    assert api.bodies == []


@pytest.mark.parametrize(
    ("status", "code", "message", "retryable", "after", "alone"),
    [
        (200, "isv.BUSINESS_LIMIT_CONTROL", "触发分钟级流控Permits:1", True, 60, True),
        (200, "isv.BUSINESS_LIMIT_CONTROL", "触发小时级流控Permits:5", True, 3600, True),
        (200, "isv.BUSINESS_LIMIT_CONTROL", "触发天级流控Permits:10", True, 21600, True),
        (200, "isv.AMOUNT_NOT_ENOUGH", "账户余额不足", True, 7200, False),
        (200, "isv.DAY_LIMIT_CONTROL", "", True, 7200, False),
        (200, "isv.MOBILE_NUMBER_ILLEGAL", "139****0001", False, None, False),
        (200, "isv.BLACK_KEY_CONTROL_LIMIT", "", False, None, False),
        (200, "isv.SMS_TEMPLATE_ILLEGAL", "", False, None, False),
        (200, "isp.SYSTEM_ERROR", "", True, None, False),
        (200, "isp.RAM_PERMISSION_DENY", "", True, 7200, False),
        (429, "Throttling.User", "", True, 60, False),
        (400, "Throttling", "", True, 60, False),
        (404, "InvalidAccessKeyId.NotFound", "", True, 7200, False),
        (400, "MissingPhoneNumbers", NUMBER, False, None, False),
        (500, "InternalError", "", True, None, False),
        (503, "ServiceUnavailable", "", True, None, False),
    ],
)
def test_aliyun_refusals(
    api: Gateway, status: int, code: str, message: str, retryable: bool, after: int | None, alone: bool
) -> None:
    error = refused(api, "aliyun", status, {"Code": code, "Message": message, "RequestId": "r"})
    assert (error.retryable, error.after, error.alone, error.stopped) == (retryable, after, alone, False)


@pytest.mark.parametrize(
    ("code", "retryable", "after", "alone", "stopped"),
    [
        ("LimitExceeded.PhoneNumberThirtySecondLimit", True, 30, True, False),
        ("LimitExceeded.PhoneNumberDailyLimit", True, 21600, True, False),
        ("LimitExceeded.DeliveryFrequencyLimit", True, 60, True, False),
        ("LimitExceeded.AppDailyLimit", True, 21600, False, False),
        ("FailedOperation.PhoneNumberInBlacklist", False, None, False, True),
        ("FailedOperation.InsufficientBalanceInSmsPackage", True, 7200, False, False),
        ("FailedOperation.TemplateUnapprovedOrNotExist", False, None, False, False),
        ("InvalidParameterValue.TemplateParameterLengthLimit", False, None, False, False),
        ("InternalError.OtherError", True, None, False, False),
        ("InternalError.UnknownError", True, None, False, False),
    ],
)
def test_tencent_refusals_of_one_message(
    api: Gateway, code: str, retryable: bool, after: int | None, alone: bool, stopped: bool
) -> None:
    status = {"Code": code, "Message": f"to {NUMBER}", "PhoneNumber": NUMBER, "SerialNo": ""}
    error = refused(api, "tencent", 200, {"Response": {"SendStatusSet": [status], "RequestId": "r"}})
    assert (error.retryable, error.after, error.alone, error.stopped) == (retryable, after, alone, stopped)


@pytest.mark.parametrize(
    ("status", "code", "retryable", "after"),
    [(200, "AuthFailure.SecretIdNotFound", True, 7200), (200, "RequestLimitExceeded", True, 60),
     (200, "UnauthorizedOperation.SdkAppIdIsDisabled", True, 7200), (200, "InternalError", True, None),
     (200, "InvalidParameter", False, None), (429, "", True, 60), (500, "", True, 60), (503, "", True, 60)],
)  # fmt: skip
def test_tencent_refusals_of_a_whole_call(
    api: Gateway, status: int, code: str, retryable: bool, after: int | None
) -> None:
    error = refused(
        api, "tencent", status, {"Response": {"Error": {"Code": code, "Message": NUMBER}, "RequestId": "r"}}
    )
    assert (error.retryable, error.after) == (retryable, after)


DOUBTS: dict[str, Callable[[Gateway], None]] = {
    "the line breaks": lambda api: setattr(api, "status", 0),
    "nobody answers in time": lambda api: setattr(api, "slow", 1.5),
    "the answer is no JSON": lambda api: setattr(api, "answer", b"<html>"),
    "the answer is empty": lambda api: setattr(api, "answer", {}),
    "it says sent, but not as what": lambda api: setattr(
        api, "answer", {"Code": "OK", "Response": {"SendStatusSet": [{"Code": "Ok"}], "RequestId": "r"}}
    ),
    "it timed out further on": lambda api: setattr(
        api, "answer", {"Response": {"SendStatusSet": [{"Code": "InternalError.Timeout"}], "RequestId": "r"}}
    ),
}


@pytest.mark.parametrize("doubt", DOUBTS)
@pytest.mark.parametrize("name", PROVIDERS)
def test_where_nothing_certain_was_heard_the_message_stays_in_doubt(
    api: Gateway, name: str, doubt: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(aliyun, "TIMEOUT", 300)
    monkeypatch.setattr(tencent, "TIMEOUT", 0.3)
    DOUBTS[doubt](api)
    with pytest.raises(OSError, match="no answer") as caught:
        sender(name, api.url).send(MESSAGE)
    assert NUMBER[3:] not in str(caught.value)
    assert len(api.bodies) == 1


SET_UP = Aliyun("id", "key", "田野"), Tencent("id", "key", "1400", "田野")


def test_only_what_is_set_up_sends() -> None:
    assert domestic_senders(None, None, None) == {}
    assert domestic_senders(Aliyun("id", "key"), Tencent("id", "key", "1400"), None) == {}
    found = domestic_senders(*SET_UP, None)
    assert set(found) == {"aliyun", "tencent"}
    assert not any(getattr(one, "takes_keys", False) for one in found.values())


def test_what_is_set_up_sends_what_the_county_had_approved(api: Gateway, tmp_path: Path) -> None:
    api.answer = OK["tencent"]
    file = tmp_path / "templates.toml"
    file.write_text('[tencent.steps."words.first"]\nid = "T7"\nwording = "第一步"', encoding="utf-8")
    connected = Connected("", tencent=replace(SET_UP[1], url=api.url), templates=file)
    assert connected.ways == {Channel.SMS: "tencent"}
    assert (
        connected.senders(transact, clock.now)["tencent"].send(
            Outbound("k", NUMBER, "这已经是第一步了。", "words.first")
        )
        == "S1"
    )
    assert api.bodies[0]["TemplateId"] == "T7"


def test_a_faulty_file_of_templates_is_no_sender_and_is_named(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    file = tmp_path / "templates.toml"
    file.write_text("[tencent", encoding="utf-8")
    assert domestic_senders(*SET_UP, file) == {}
    assert "templates.toml：不是正确的 TOML" in caplog.text


def test_an_sdk_that_is_not_there_is_no_sender(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aliyun, "SDK", "not_there")
    monkeypatch.setattr(tencent, "SDK", "not_there.either")
    assert not installed(tencent.SDK)
    assert domestic_senders(*SET_UP, None) == {}
