"""微信的发送: what goes to WeChat's API, and what each of its answers means; against a fake of it on loopback."""

from dataclasses import replace
from typing import Any

import pytest
import requests
from wechatpy import WeChatClient

from field.messaging.messages import SendError
from field.messaging.providers.wechat_sending import WeChatSender
from field.messaging.providers.wechat_token import TIMEOUT
from tests.messaging.fake_wechat import CUSTOM, MESSAGE, OK, SUBSCRIPTION, TOKEN, Office, broken, slow
from tests.messaging.letters import FARMER, SETTINGS


def test_a_message_goes_out_as_talk(office: Office) -> None:
    assert office.send() == "k1", "WeChat gives talk no number, so it goes by our own key"
    [(_, _, wanted), (path, query, body)] = office.api.asked
    assert wanted == {
        "grant_type": "client_credential", "appid": SETTINGS.app_id, "secret": "shh", "force_refresh": False,
    }  # fmt: skip
    assert (path, query) == (CUSTOM, {"access_token": "T1"})
    assert body == {"touser": FARMER, "msgtype": "text", "text": {"content": "您好"}}


def test_a_long_message_is_cut_to_what_wechat_takes(office: Office) -> None:
    office.send(replace(MESSAGE, text="\x00" + "一" * 1000))
    assert office.api.asked[-1][2]["text"]["content"] == "一" * 682


@pytest.mark.parametrize("code", [45015, 45047])
def test_when_the_window_is_over_it_goes_as_a_subscription_message(office: Office, code: int) -> None:
    office.api.answers[CUSTOM] = [{"errcode": code, "errmsg": "response out of time limit"}]
    office.api.answers[SUBSCRIPTION] = [OK | {"msgid": 77}]
    assert office.send() == "77"
    path, _, body = office.api.asked[-1]
    assert (path, body["touser"], body["template_id"]) == (SUBSCRIPTION, FARMER, "TPL1")
    assert body["data"] == {"thing1": {"value": "保康县"}, "thing2": {"value": "一" * 20}, "phrase3": {"value": "无"}}


def test_a_step_without_a_template_ends_with_the_window(office: Office) -> None:
    office.api.answers[CUSTOM] = [{"errcode": 45015, "errmsg": "x"}]
    with pytest.raises(SendError) as caught:
        office.send(replace(MESSAGE, step="another"))
    assert (caught.value.retryable, caught.value.reason) == (False, "200 45015")


def test_a_template_that_wants_what_the_step_does_not_tell_is_refused(office: Office) -> None:
    office.api.answers[CUSTOM] = [{"errcode": 45015, "errmsg": "x"}]
    with pytest.raises(SendError, match="nothing_of_the_kind") as caught:
        office.send(replace(MESSAGE, step="wrong"))
    assert not caught.value.retryable
    assert SUBSCRIPTION not in office.api.paths()


@pytest.mark.parametrize(
    ("answer", "retryable", "after"),
    [
        ({"errcode": -1, "errmsg": "system busy"}, True, 5),
        ({"errcode": 45009, "errmsg": "reach max api daily quota limit"}, True, 3600),
        ({"errcode": 45011, "errmsg": "api minute-quota reach limit"}, True, 60),
        ({"errcode": "45011", "errmsg": "as a word"}, True, 60),
        ({"errcode": 43004, "errmsg": f"require subscribe {FARMER}"}, False, None),
        ({"errcode": 40003, "errmsg": "invalid openid"}, False, None),
        ({"errcode": 48001, "errmsg": "api unauthorized"}, False, None),
        (429, True, 60),
        (500, True, None),
        (503, True, None),
        (404, False, None),
    ],
)
def test_a_refusal_says_whether_to_try_again(office: Office, answer: Any, retryable: bool, after: int | None) -> None:
    office.api.answers[CUSTOM] = [answer]
    with pytest.raises(SendError) as caught:
        office.send()
    assert (caught.value.retryable, caught.value.after, caught.value.stopped) == (retryable, after, False)
    assert FARMER not in caught.value.reason, "nobody's openid in a reason"
    assert office.api.paths() == [TOKEN, CUSTOM], "trying again is the outbox's business"


@pytest.mark.parametrize("answer", [b"<html>", b"", b"[1]", b"{}", b"null", b'{"errmsg": "ok"}', 302, broken, slow])
@pytest.mark.usefixtures("hurried")
def test_no_sound_answer_leaves_it_in_doubt_whether_the_message_went(office: Office, answer: Any) -> None:
    office.api.answers[CUSTOM] = [answer]
    with pytest.raises(OSError, match=r"\w+") as caught:
        office.send()
    assert "T1" not in str(caught.value), "no token in what is told"
    assert office.api.paths() == [TOKEN, CUSTOM]


@pytest.mark.usefixtures("hurried")
def test_without_a_connection_nothing_went(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise requests.ConnectTimeout("T1")

    office.tokens.current()
    monkeypatch.setattr(requests.Session, "request", refused)
    with pytest.raises(SendError) as caught:
        office.send()
    assert caught.value.retryable


@pytest.mark.parametrize("code", [40001, 40014, 42001])
def test_a_token_that_is_refused_is_renewed_and_the_message_goes(both: Office, code: int) -> None:
    both.api.answers[CUSTOM] = [{"errcode": code, "errmsg": "x"}, OK]
    assert both.send() == "k1"
    assert both.api.paths() == [TOKEN, CUSTOM, TOKEN, CUSTOM]
    assert both.api.asked[-1][1] == {"access_token": "T2"}


def test_a_token_that_is_refused_again_is_left_to_the_outbox(office: Office) -> None:
    office.api.answers[CUSTOM] = [{"errcode": 40001, "errmsg": "x"}]
    with pytest.raises(SendError) as caught:
        office.send()
    assert (caught.value.retryable, caught.value.after) == (True, 60)
    assert office.api.paths() == [TOKEN, CUSTOM, TOKEN, CUSTOM]


def test_wechatpys_own_way_to_a_token_knows_one_host_only() -> None:
    """The hole that Line closes; where it is gone, the guard may go."""
    client = WeChatClient("wx1", "s")
    client.API_BASE_URL = "http://127.0.0.1:1/cgi-bin/"
    asked: list[str] = []
    client._fetch_access_token = lambda url, **_: asked.append(url)
    client.fetch_access_token()
    assert asked == ["https://api.weixin.qq.com/cgi-bin/token"]
    assert client.timeout is None


def test_every_call_has_a_time_limit(office: Office) -> None:
    assert WeChatSender(office.settings, office.tokens).line.timeout == TIMEOUT
