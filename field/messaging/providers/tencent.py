"""腾讯云短信: pushes of a message or of reports in, approved templates out by its SDK, where configured."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from field.calling import limited, watch
from field.codes import Channel
from field.messaging.messages import Delivery, Inbound, Outbound, Receipt, Said, SendError, Unreadable
from field.messaging.providers.pushed import Door, Item, door, in_shanghai, known_by, let_in, read_each, word
from field.messaging.templates import Approved
from field.registry.numbers import e164
from field.registry.sealing import blind

NAME = "tencent"
ANSWER = {"result": 0, "errmsg": "OK"}
SDK = "tencentcloud.sms"
TIMEOUT = 15  # seconds for one word of a call
SECONDS = 20.0  # for a whole one, however slowly Tencent speaks; well within a lease
HOUR = 3600
STATUSES = {"SUCCESS": Delivery.DELIVERED, "FAIL": Delivery.FAILED}
OPTED_OUT = "FailedOperation.PhoneNumberInBlacklist"
NOT_SERVED = "ServerNetworkError"  # the SDK's word for any HTTP status but 200
DOUBTFUL = ("Ok", "InternalError.Timeout", "InternalError.SendAndRecvFail")
OURS = {  # what the county must mend; its messages wait
    "FailedOperation.InsufficientBalanceInSmsPackage": "套餐包用完了，请购买",
    "UnauthorizedOperation.ServiceSuspendDueToArrears": "欠费停机，请充值",
    "UnauthorizedOperation.SdkAppIdIsDisabled": "短信应用停用了",
    "UnauthorizedOperation.SmsSdkAppIdVerifyFail": "短信应用和密钥不是一个账号的",
    "UnauthorizedOperation.RequestPermissionDeny": "没有发短信的权限",
    "UnauthorizedOperation.RequestIpNotInWhitelist": "服务器地址不在白名单",
    "UnauthorizedOperation": "没有发短信的权限",
}
AUTH = "AuthFailure"
PACE = {
    "LimitExceeded.PhoneNumberThirtySecondLimit": 30, "LimitExceeded.PhoneNumberOneHourLimit": HOUR,
    "LimitExceeded.PhoneNumberDailyLimit": 6 * HOUR, "LimitExceeded.PhoneNumberSameContentDailyLimit": 6 * HOUR,
    "LimitExceeded.AppDailyLimit": 6 * HOUR, "LimitExceeded.AppMainlandChinaDailyLimit": 6 * HOUR,
    "LimitExceeded.DailyLimit": 6 * HOUR,
}  # fmt: skip
OF_ONE_NUMBER = ("LimitExceeded.PhoneNumber", "LimitExceeded.DeliveryFrequencyLimit")
TOO_FAST = ("LimitExceeded", "RequestLimitExceeded")
MAY_WORK_LATER = ("InternalError", NOT_SERVED, "ResourceUnavailable", "FailedOperation.OtherError")

log = logging.getLogger("field.messaging.providers.tencent")


@dataclass(frozen=True)
class Tencent:
    """腾讯云短信的设置: `url` is the API's address where it is another than Tencent's own."""

    key_id: str = ""
    key_secret: str = field(default="", repr=False)
    app_id: str = ""
    sign: str = ""
    door: Door = field(default_factory=Door, repr=False)
    url: str = ""
    region: str = "ap-guangzhou"

    @property
    def name(self) -> str:
        """The provider's name."""
        return NAME

    @property
    def sends(self) -> bool:
        """Whether all that sending needs is set."""
        return bool(self.key_id and self.key_secret and self.app_id and self.sign)


def settings_from(environ: Mapping[str, str]) -> Tencent | None:
    """Tencent Cloud SMS where it is configured, to send or to be pushed to."""
    key_id, secret = environ.get("TENCENT_SECRET_ID", ""), environ.get("TENCENT_HOOK_SECRET", "")
    if not key_id and not secret:
        return None
    return Tencent(
        key_id, environ.get("TENCENT_SECRET_KEY", ""), environ.get("TENCENT_SMS_APP_ID", ""),
        environ.get("TENCENT_SMS_SIGN", ""), door(secret, environ.get("TENCENT_HOOK_FROM", "")),
        environ.get("TENCENT_SMS_URL", ""), environ.get("TENCENT_SMS_REGION", "ap-guangzhou"),
    )  # fmt: skip


def verify(settings: Tencent, secret: str, address: str | None) -> None:
    """NotGenuine unless secret and address are both right; Tencent signs nothing."""
    let_in(settings.door, secret, address)


def parse(body: bytes, now: datetime) -> list[Inbound]:
    """短信回复: the message of a push."""
    return read_each(body, partial(_inbound, now=now))


def receipts(body: bytes, now: datetime) -> list[Receipt]:
    """下发状态: every report of a push that can be read."""
    return read_each(body, partial(_receipt, now=now))


class TencentSender:
    """发送: one client for all messages, with a time limit on each call and no tries of its own.

    `takes_keys` stays false: SessionContext comes back and keeps nothing from going twice.
    """

    def __init__(self, settings: Tencent, approved: Approved) -> None:
        from tencentcloud.common.credential import Credential  # noqa: PLC0415 (an extra, loaded where configured)
        from tencentcloud.common.exception import TencentCloudSDKException  # noqa: PLC0415
        from tencentcloud.common.profile.client_profile import ClientProfile  # noqa: PLC0415
        from tencentcloud.common.profile.http_profile import HttpProfile  # noqa: PLC0415
        from tencentcloud.sms.v20210111 import models, sms_client  # noqa: PLC0415

        self.settings, self.approved, self.request = settings, approved, models.SendSmsRequest
        self.refused: type[Any] = TencentCloudSDKException
        where = urlsplit(settings.url)
        http = HttpProfile(protocol=where.scheme or None, endpoint=where.netloc or None, reqTimeout=TIMEOUT)
        credential = Credential(settings.key_id, settings.key_secret)
        self.client = sms_client.SmsClient(credential, settings.region, ClientProfile(httpProfile=http))
        watch(self.client.request.conn._session)  # the SDK has no other way to its line

    def send(self, message: Outbound) -> str:
        """Hand a message over as its approved template; a line that breaks leaves it in doubt (OSError)."""
        filled = self.approved.fill(message.step, message.variables)
        request = self.request()
        request.PhoneNumberSet, request.SmsSdkAppId = [message.recipient], self.settings.app_id
        request.TemplateId, request.TemplateParamSet = filled.id, list(filled.values)
        request.SignName, request.SessionContext = self.settings.sign, message.key
        try:
            with limited(SECONDS):
                [status] = self.client.SendSms(request).SendStatusSet
        except self.refused as error:
            if not error.requestId and error.code != NOT_SERVED:  # no answer, or one that the SDK could not read
                raise OSError(f"no answer from Tencent: {error.code}") from None
            raise _refusal(str(error.code)) from None
        except (TypeError, ValueError) as error:
            raise OSError(f"no answer from Tencent: {type(error).__name__}") from None
        if status.Code == "Ok" and status.SerialNo:
            return str(status.SerialNo)
        raise _refusal(str(status.Code))


def _inbound(item: Item, now: datetime) -> Inbound:
    mobile, text, time = word(item, "mobile"), word(item, "text"), word(item, "time")
    sender = e164(mobile if mobile.startswith("+") else f"+{item.get('nationcode') or 86}{mobile}")
    if sender is None:
        raise Unreadable("mobile")
    same = blind("pushed", f"{sender}:{time}:{text}")  # it carries no id; a plain digest of a number can be guessed
    return Inbound(
        Channel.SMS, NAME, f"{NAME}:{same}", sender, str(item.get("extend") or ""), Said.TEXT, _seconds(time, now),
        text=text,
    )  # fmt: skip


def _seconds(time: str, now: datetime) -> datetime:
    try:
        return datetime.fromtimestamp(int(time), UTC)
    except (ValueError, OverflowError, OSError):
        return now


def _receipt(item: Item, now: datetime) -> Receipt:
    delivery = STATUSES.get(word(item, "report_status"))
    if delivery is None:
        raise Unreadable("report_status")
    failed = delivery is Delivery.FAILED
    reason = f"{item.get('errmsg') or ''} {item.get('description') or ''}".strip() if failed else ""
    return Receipt(NAME, known_by(item, "sid"), delivery, in_shanghai(item.get("user_receive_time"), now), reason)


def _refusal(code: str) -> Exception:
    """What a code means: a SendError, or the doubt of a call that nobody answered."""
    if code in DOUBTFUL:
        return OSError(f"no answer from Tencent: {code}")
    if code in OURS or code.startswith(AUTH):
        log.error("Tencent sends nothing for this county: %s", code)
        return SendError(f"{code} {OURS.get(code, '密钥不对')}", retryable=True, after=2 * HOUR)
    if code == OPTED_OUT:
        return SendError(code, retryable=False, stopped=True)
    if code.startswith(TOO_FAST):
        alone = code.startswith(OF_ONE_NUMBER)
        return SendError(f"{code} 发得太多，过后再发", retryable=True, after=PACE.get(code, 60), alone=alone)
    return SendError(code, retryable=code.startswith(MAY_WORK_LATER), after=60 if code == NOT_SERVED else None)
