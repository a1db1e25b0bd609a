"""演示手机的信: written, signed and sealed as Twilio and WeChat do it, and posted to the county's real webhooks."""

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import requests
from twilio.request_validator import RequestValidator
from wechatpy.crypto import PrpCrypto, WeChatCrypto
from wechatpy.exceptions import InvalidSignatureException
from wechatpy.utils import WeChatSigner

from field.messaging.messages import Unreadable
from field.messaging.providers import wechat_xml
from field.messaging.providers.twilio import Twilio
from field.messaging.providers.wechat import SILENCE, WeChat

OFFICE, TIMEOUT = "+8617400000000", 20.0


@dataclass(frozen=True)
class Telephone:
    """一部手机: `url` is where the county's webhooks are."""

    url: str
    number: str
    openid: str

    def sms(self, settings: Twilio, text: str, photo: str = "") -> bool:
        """短信, with a photograph where there is one; whether it was taken and answered in TwiML."""
        form = {"MessageSid": f"SM{uuid4().hex}", "From": self.number, "To": OFFICE, "Body": text, "NumMedia": "0"}
        if photo:
            media = {"MediaUrl0": f"{settings.url}/demo/twilio/{photo}", "MediaContentType0": "image/jpeg"}
            form |= {"NumMedia": "1", **media}
        address = f"{self.url}/hooks/twilio"
        signed = {"X-Twilio-Signature": RequestValidator(settings.auth_token).compute_signature(address, form)}
        answer = _posted(address, data=form, headers=signed)
        return answer is not None and "<Response" in answer.text

    def wechat(self, settings: WeChat, fields: Mapping[str, str]) -> bool:
        """微信: a sealed letter; whether it was taken, and what answers it sealed for us."""
        now = int(time.time())
        every: dict[str, str | int] = {"ToUserName": settings.account, "FromUserName": self.openid, "CreateTime": now}
        more: dict[str, str | int] = {} if fields.get("MsgType") == "event" else {"MsgId": str(secrets.randbits(63))}
        letter = wechat_xml.render({**every, **more, **fields})
        encrypted = PrpCrypto(settings.key).encrypt(letter.encode(), settings.app_id).decode()
        body = wechat_xml.render({"ToUserName": settings.account, "Encrypt": encrypted}).encode()
        query = _signed(settings, str(now), secrets.token_hex(4), encrypted)
        answer = _posted(f"{self.url}/hooks/wechat", params=query, data=body, headers={"Content-Type": "text/xml"})
        return answer is not None and _genuine(settings, answer.content)


def _signed(settings: WeChat, stamp: str, nonce: str, encrypted: str) -> dict[str, str]:
    query = {"timestamp": stamp, "nonce": nonce, "encrypt_type": "aes"}
    query["signature"] = _signature(settings.token, stamp, nonce)
    return query | {"msg_signature": _signature(settings.token, stamp, nonce, encrypted)}


def _signature(*parts: str) -> str:
    signer = WeChatSigner()
    signer.add_data(*parts)
    return str(signer.signature)


def _genuine(settings: WeChat, answer: bytes) -> bool:
    """Whether an answer is silence, or opens with the account's key under a signature that stands."""
    if answer == SILENCE.encode():
        return True
    try:
        outside = wechat_xml.read(answer)
        signed = outside["MsgSignature"], outside["TimeStamp"], outside["Nonce"]
        opener = WeChatCrypto(settings.token, settings.aes_key, settings.app_id)
        inside = wechat_xml.read(opener.decrypt_message(answer.decode(), *signed).encode())
    except (InvalidSignatureException, KeyError, ValueError, Unreadable):
        return False
    return bool(inside.get("Content"))


def _posted(url: str, **what: Any) -> requests.Response | None:
    try:
        answer = requests.post(url, timeout=TIMEOUT, allow_redirects=False, **what)
    except requests.RequestException:
        return None
    return answer if answer.status_code == 200 else None
