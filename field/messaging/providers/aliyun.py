"""阿里云短信: pushes of JSON arrays in, approved templates out by its SDK, loaded only where configured."""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from field.calling import Watched, limited
from field.codes import Channel
from field.messaging.messages import Delivery, Inbound, Outbound, Receipt, Said, SendError, Unreadable
from field.messaging.providers.pushed import Door, Item, door, in_shanghai, known_by, let_in, read_each, word
from field.messaging.templates import Approved
from field.registry.numbers import e164
from field.registry.sealing import blind

NAME = "aliyun"
ANSWER = {"code": 0, "msg": "接收成功"}
SDK = "alibabacloud_dysmsapi20170525"
CONNECT, TIMEOUT = 5000, 15000  # milliseconds to connect and for one word of a call
SECONDS = 20.0  # for a whole one, however slowly Aliyun speaks; well within a lease
HOUR = 3600
OURS = {  # what the county must mend; its messages wait
    "isv.AMOUNT_NOT_ENOUGH": "余额不足，请充值", "isv.OUT_OF_SERVICE": "欠费停机，请充值",
    "isv.ACCOUNT_ABNORMAL": "账户异常", "isv.ACCOUNT_NOT_EXISTS": "账户不对",
    "isv.PRODUCT_UN_SUBSCRIPT": "没有开通短信", "isv.PRODUCT_UNSUBSCRIBE": "没有开通短信",
    "isp.RAM_PERMISSION_DENY": "密钥没有发短信的权限", "isv.DAY_LIMIT_CONTROL": "到了每天的限额",
    "isv.MONTH_LIMIT_CONTROL": "到了每月的限额", "isv.DENY_IP_RANGE": "服务器地址不许发",
    "InvalidAccessKeyId.NotFound": "密钥不对", "InvalidAccessKeyId.Inactive": "密钥停用了",
    "SignatureDoesNotMatch": "密钥不对", "Forbidden.RAM": "密钥没有发短信的权限",
}  # fmt: skip
PACE = {"分钟": 60, "小时": HOUR, "天": 6 * HOUR}  # how the refusal names what was too much

log = logging.getLogger("field.messaging.providers.aliyun")


@dataclass(frozen=True)
class Aliyun:
    """阿里云短信的设置: `url` is the API's address where it is another than Aliyun's own."""

    key_id: str = ""
    key_secret: str = field(default="", repr=False)
    sign: str = ""
    door: Door = field(default_factory=Door, repr=False)
    url: str = ""

    @property
    def name(self) -> str:
        """The provider's name."""
        return NAME

    @property
    def sends(self) -> bool:
        """Whether all that sending needs is set."""
        return bool(self.key_id and self.key_secret and self.sign)


def settings_from(environ: Mapping[str, str]) -> Aliyun | None:
    """Aliyun SMS where it is configured, to send or to be pushed to."""
    key_id, secret = environ.get("ALIYUN_ACCESS_KEY_ID", ""), environ.get("ALIYUN_HOOK_SECRET", "")
    if not key_id and not secret:
        return None
    return Aliyun(
        key_id, environ.get("ALIYUN_ACCESS_KEY_SECRET", ""), environ.get("ALIYUN_SMS_SIGN", ""),
        door(secret, environ.get("ALIYUN_HOOK_FROM", "")), environ.get("ALIYUN_SMS_URL", ""),
    )  # fmt: skip


def verify(settings: Aliyun, secret: str, address: str | None) -> None:
    """NotGenuine unless secret and address are both right; Aliyun signs nothing."""
    let_in(settings.door, secret, address)


def parse(body: bytes, now: datetime) -> list[Inbound]:
    """上行短信: every message of a push that can be read, the earliest first."""
    found = read_each(body, partial(_inbound, now=now))
    return sorted(found, key=lambda inbound: inbound.sent_at)


def receipts(body: bytes, now: datetime) -> list[Receipt]:
    """状态报告: every report of a push that can be read."""
    return read_each(body, partial(_receipt, now=now))


class AliyunSender:
    """发送: one client for all messages, with a time limit on each call and no tries of its own.

    `takes_keys` stays false: OutId comes back in the report and keeps nothing from going twice.
    """

    def __init__(self, settings: Aliyun, approved: Approved) -> None:
        from alibabacloud_dysmsapi20170525 import models  # noqa: PLC0415 (an extra, loaded only where it is configured)
        from alibabacloud_dysmsapi20170525.client import Client  # noqa: PLC0415
        from alibabacloud_tea_openapi.utils_models import Config  # noqa: PLC0415
        from darabonba.core import DaraCore  # noqa: PLC0415
        from darabonba.exceptions import ResponseException  # noqa: PLC0415
        from darabonba.runtime import RuntimeOptions  # noqa: PLC0415

        self.settings, self.approved, self.request = settings, approved, models.SendSmsRequest
        self.refused: type[Any] = ResponseException
        self.runtime = RuntimeOptions(autoretry=False, connect_timeout=CONNECT, read_timeout=TIMEOUT)
        DaraCore.get_adapter = staticmethod(lambda *_given, **_more: Watched())  # the SDK's only way to its line
        where = urlsplit(settings.url or "https://dysmsapi.aliyuncs.com")
        self.client = Client(Config(
            access_key_id=settings.key_id, access_key_secret=settings.key_secret, endpoint=where.netloc,
            protocol=where.scheme,
        ))  # fmt: skip

    def send(self, message: Outbound) -> str:
        """Hand a message over as its approved template; a line that breaks leaves it in doubt (OSError)."""
        filled = self.approved.fill(message.step, message.variables)
        request = self.request(
            phone_numbers=message.recipient.removeprefix("+"), sign_name=self.settings.sign, out_id=message.key,
            template_code=filled.id, template_param=json.dumps(filled.named, ensure_ascii=False),
        )  # fmt: skip
        try:
            with limited(SECONDS):
                answer = self.client.send_sms_with_options(request, self.runtime).body
        except self.refused as error:
            raise _refusal(str(error.code), error.message or "", error.status_code or 0) from None
        except Exception as error:  # of several kinds, and each tells the number in its words
            raise OSError(f"no answer from Aliyun: {type(error).__name__}") from None
        if answer.code == "OK" and answer.biz_id:
            return str(answer.biz_id)
        if not answer.code or answer.code == "OK":
            raise OSError("no answer from Aliyun that says anything")
        raise _refusal(str(answer.code), answer.message or "")


def _inbound(item: Item, now: datetime) -> Inbound:
    phone, text, sent = word(item, "phone_number"), word(item, "content"), item.get("send_time")
    sender = e164(phone)
    if sender is None:
        raise Unreadable("phone_number")
    extension = str(item.get("dest_code") or "")
    if item.get("sequence_id") not in (None, ""):
        same = f"{extension}:{word(item, 'sequence_id')}"
    else:
        same = blind("pushed", f"{sender}:{word(item, 'send_time')}:{text}")
    return Inbound(
        Channel.SMS, NAME, f"{NAME}:{same}", sender, extension, Said.TEXT, in_shanghai(sent, now), text=text
    )  # fmt: skip


def _receipt(item: Item, now: datetime) -> Receipt:
    arrived = str(item.get("success")).lower()
    if arrived not in ("true", "false"):
        raise Unreadable("success")
    delivery = Delivery.DELIVERED if arrived == "true" else Delivery.FAILED
    at = in_shanghai(item.get("report_time"), now)
    reason = "" if arrived == "true" else f"{item.get('err_code') or ''} {item.get('err_msg') or ''}".strip()
    return Receipt(NAME, known_by(item, "biz_id"), delivery, at, reason)


def _refusal(code: str, message: str, status: int = 200) -> SendError:
    """What a code means; the account's own faults keep messages waiting and are told loudly."""
    if code in OURS:
        log.error("Aliyun sends nothing for this county: %s", code)
        return SendError(f"{code} {OURS[code]}", retryable=True, after=2 * HOUR)
    if code == "isv.BUSINESS_LIMIT_CONTROL":
        after = next((seconds for name, seconds in PACE.items() if name in message), 60)
        return SendError(f"{code} 对这个号码发得太多", retryable=True, after=after, alone=True)
    if code.startswith("Throttling") or status == 429:
        return SendError(code, retryable=True, after=60)
    return SendError(code, retryable=status >= 500 or code.startswith("isp."))
