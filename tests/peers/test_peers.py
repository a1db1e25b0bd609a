"""独立的裁判: what Field seals and signs, WeChat's and Twilio's own code takes; and the other way round."""

import secrets
from base64 import b64encode
from datetime import UTC, datetime

import pytest
from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict

from field.messaging.messages import Inbound, NotGenuine
from field.messaging.providers import twilio, wechat, wechat_xml
from field.messaging.providers.twilio import Twilio
from field.messaging.providers.wechat import Letter, WeChat
from tests.peers import ask

NOW = datetime(2026, 11, 24, 2, 30, tzinfo=UTC)
STAMP = str(int(NOW.timestamp()))
KEY = b64encode(secrets.token_bytes(32)).decode()[:43]
SETTINGS = WeChat("token", KEY, "wx0123456789abcdef", "gh_field")
TEXTS = ["困难", "]]>", "a]]]>b<![CDATA[c", "😀" * 200, "一" * 3000, "<xml>&amp;", "line\nline"]


def inside(text: str) -> str:
    fields: dict[str, str | int] = {
        "ToUserName": "gh_field",
        "FromUserName": "oFarmer",
        "CreateTime": int(STAMP),
        "MsgType": "text",
    }
    return wechat_xml.render(fields | {"Content": text, "MsgId": "1"})


@pytest.mark.parametrize("text", TEXTS)
def test_what_wechats_own_code_seals_is_opened(text: str) -> None:
    [sealed] = ask(("seal", KEY, inside(text), SETTINGS.app_id))
    [signature] = ask(("sign", "token", STAMP, "n1", sealed))
    query = {"timestamp": STAMP, "nonce": "n1", "msg_signature": signature}
    letter = wechat.opened(SETTINGS, query, wechat_xml.render({"Encrypt": sealed}).encode(), NOW)
    told = wechat.parse(letter)
    assert isinstance(told, Inbound)
    assert (told.sender, told.text) == ("oFarmer", text)


@pytest.mark.parametrize("text", TEXTS)
def test_what_is_answered_is_opened_by_wechats_own_code(text: str) -> None:
    letter = Letter({"FromUserName": "oFarmer", "ToUserName": "gh_field"})
    outside = wechat_xml.read(wechat.reply(SETTINGS, letter, text, NOW).encode())
    signed = outside["TimeStamp"], outside["Nonce"], outside["Encrypt"]
    signature, opened = ask(("sign", "token", *signed), ("open", KEY, outside["Encrypt"]))
    assert signature == outside["MsgSignature"]
    assert opened["id"] == SETTINGS.app_id
    fields = wechat_xml.read(opened["message"].encode())
    assert fields["Content"] == wechat.cut(text)
    assert (fields["ToUserName"], fields["FromUserName"]) == ("oFarmer", "gh_field")


@pytest.mark.parametrize(
    ("url", "form"),
    [
        ("https://field.example/hooks/twilio", {"From": "+8613800000150", "Body": "困难"}),
        ("https://field.example/hooks/twilio?x=1&y=%E4%B8%AD", {"Body": "a b+c", "From": "+1", "empty": ""}),
        ("https://field.example:443/hooks/twilio", {"Body": "😀\n]]>", "B": "2", "A": "1"}),
    ],
)
def test_twilios_own_code_and_field_agree_on_signatures(url: str, form: dict[str, str]) -> None:
    ours = str(RequestValidator("token").compute_signature(url, form))
    theirs, right, wrong = ask(
        ("twilioSign", "token", url, form),
        ("twilioJudge", "token", ours, url, form),
        ("twilioJudge", "x", ours, url, form),
    )
    twilio.verify(Twilio("token"), url, MultiDict(form), theirs)
    assert (right, wrong) == (True, False)
    with pytest.raises(NotGenuine):
        twilio.verify(Twilio("token"), url, MultiDict(form | {"Body": "别的"}), theirs)
