"""微信的来信: as WeChat seals and signs them, by wechatpy's own crypto."""

import secrets
from base64 import b64encode
from datetime import datetime
from typing import Any

from wechatpy.crypto import PrpCrypto, WeChatCrypto
from wechatpy.utils import WeChatSigner
from werkzeug.test import TestResponse

from field import clock
from field.messaging.connected import Connected
from field.messaging.providers import wechat_xml
from field.messaging.providers.wechat import WeChat
from tests.county import County

AES_KEY = b64encode(bytes(range(32))).decode()[:43]
SETTINGS = WeChat("token", AES_KEY, "wx0123456789abcdef", "gh_field")
FARMER = "oFarmer-0123456789"
Query = dict[str, str]


def signature(*parts: str) -> str:
    signer = WeChatSigner()
    signer.add_data(*parts)
    return str(signer.signature)


def written(fields: dict[str, Any]) -> str:
    """A message as WeChat writes it, with what every message has."""
    every: dict[str, Any] = {"ToUserName": "gh_field", "FromUserName": FARMER, "CreateTime": 1764000000}
    return wechat_xml.render({name: value for name, value in (every | fields).items() if value is not None})


def sealed(inside: str | bytes, at: datetime, settings: WeChat = SETTINGS, app_id: str = "") -> tuple[Query, bytes]:
    """The query and body of a call in 安全模式."""
    text = inside.encode() if isinstance(inside, str) else inside
    encrypted = PrpCrypto(settings.key).encrypt(text, app_id or settings.app_id).decode()
    stamp, nonce = str(int(at.timestamp())), secrets.token_hex(4)
    query = {"timestamp": stamp, "nonce": nonce, "encrypt_type": "aes"}
    query["signature"] = signature(settings.token, stamp, nonce)
    query["msg_signature"] = signature(settings.token, stamp, nonce, encrypted)
    return query, wechat_xml.render({"ToUserName": "gh_field", "Encrypt": encrypted}).encode()


def bare(inside: str, at: datetime, settings: WeChat = SETTINGS) -> tuple[Query, bytes]:
    """The same in 明文模式, where the signature covers no body."""
    stamp, nonce = str(int(at.timestamp())), secrets.token_hex(4)
    return {"timestamp": stamp, "nonce": nonce, "signature": signature(settings.token, stamp, nonce)}, inside.encode()


class WeChatPhone:
    """微信: what somebody sends from a phone, and what comes back."""

    def __init__(self, county: County, settings: WeChat = SETTINGS) -> None:
        county.app.extensions["field_connected"] = Connected("http://127.0.0.1:8000", wechat=settings)
        self.county, self.settings, self.count = county, settings, 0

    def post(self, query: Query, body: bytes) -> TestResponse:
        return self.county.client().post("/hooks/wechat", query_string=query, data=body, content_type="text/xml")

    def send(self, again: bool = False, **fields: Any) -> TestResponse:
        self.count += not again
        more = {} if fields.get("MsgType") == "event" else {"MsgId": str(self.count)}
        return self.post(*sealed(written(more | fields), clock.now(), self.settings))

    def hear(self, answer: TestResponse) -> str:
        """The words of an answer; nothing for `success`."""
        assert answer.status_code == 200, answer.text
        if answer.text == "success":
            return ""
        outside = wechat_xml.read(answer.data)
        opener = WeChatCrypto(self.settings.token, self.settings.aes_key, self.settings.app_id)
        signed = outside["MsgSignature"], outside["TimeStamp"], outside["Nonce"]
        inside = wechat_xml.read(opener.decrypt_message(answer.text, *signed).encode())
        assert (inside["FromUserName"], inside["MsgType"]) == ("gh_field", "text")
        return inside["Content"]

    def say(self, text: str, again: bool = False, **fields: Any) -> str:
        return self.hear(self.send(again, MsgType="text", Content=text, **fields))

    def click(self, key: str, at: int) -> str:
        return self.hear(self.send(MsgType="event", Event="CLICK", EventKey=key, CreateTime=at))
