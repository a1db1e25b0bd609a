"""发送规则: when a message may go, at what pace, how often it is tried, what it costs; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

from field.codes import Channel
from field.labels import Labelled
from field.messaging.messages import SendError
from field.monitoring.workdays import SHANGHAI

GSM_7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_7_TWICE = frozenset("\f^{}\\[~]|€")
LATIN = GSM_7 | GSM_7_TWICE
DOUBTS = 2
LOST, DOUBTFUL, STOPPED, MOVED_ON = "试了多次都没发出去", "两次发送都没有回音，可能已经送到", "已退订", "号码已不归此人"
Rate = tuple[tuple[int, timedelta], ...]


class Purpose(Labelled):
    """去信目的: why a message is sent; it decides the priority and what consent it needs."""

    REPLY = "reply", "答复来信"
    CODE = "code", "验证码"
    CHECKIN = "checkin", "务工回访"
    REMINDER = "reminder", "提醒"
    NOTICE = "notice", "告知"
    URGENT = "urgent", "救急"  # where a life is in danger, also at night


class Fate(Labelled):
    """发送状态: forward only; failed and dropped end here."""

    QUEUED = "queued", "排队中"
    SENT = "sent", "已发出"
    DELIVERED = "delivered", "已送达"
    FAILED = "failed", "没有送到"
    DROPPED = "dropped", "没有发送"


BEFORE: dict[Fate, tuple[Fate, ...]] = {
    Fate.QUEUED: (),
    Fate.SENT: (Fate.QUEUED,),
    Fate.DELIVERED: (Fate.QUEUED, Fate.SENT),
    Fate.FAILED: (Fate.QUEUED, Fate.SENT),
    Fate.DROPPED: (Fate.QUEUED,),
}
PRIORITY = {
    Purpose.REPLY: 1, Purpose.CODE: 1, Purpose.URGENT: 1, Purpose.CHECKIN: 2, Purpose.REMINDER: 2, Purpose.NOTICE: 2,
}  # fmt: skip


@dataclass(frozen=True)
class Rules:
    """一县的发送规则: each figure may be set by the county; prices in 分 a segment by provider.

    `lease` must be well over the time-out of every sender.
    """

    lease: timedelta = timedelta(seconds=60)
    tries: int = 8
    quiet_from: time = time(21)
    quiet_until: time = time(8)
    rates: Mapping[str, Rate] = field(
        default_factory=lambda: {
            Channel.SMS.value: ((20, timedelta(seconds=1)), (600, timedelta(minutes=1))),
            Channel.WECHAT.value: ((50, timedelta(seconds=1)), (2000, timedelta(minutes=1))),
        }
    )
    prices: Mapping[str, int] = field(default_factory=dict)
    price: int = 5

    def cost(self, provider: str, units: int) -> int:
        """费用 in 分 of a message of so many segments."""
        return units * self.prices.get(provider, self.price)


@dataclass(frozen=True)
class Outcome:
    """结果: the provider's id of the message, or its refusal; neither where nothing certain is known."""

    provider_id: str | None = None
    error: SendError | None = None


def quiet(now: datetime, rules: Rules) -> bool:
    """免打扰: whether it is night in the county."""
    clock = now.astimezone(SHANGHAI).time()
    if rules.quiet_from <= rules.quiet_until:
        return rules.quiet_from <= clock < rules.quiet_until
    return clock >= rules.quiet_from or clock < rules.quiet_until


def lowest_priority(now: datetime, rules: Rules) -> int:
    """The last priority that may be sent now: answers at any time, all else by day."""
    return 1 if quiet(now, rules) else 2


def room(begun: Sequence[int], rate: Rate) -> int:
    """How many more messages may begin now, when so many began within each window of the rate."""
    return max(0, min(most - count for (most, _), count in zip(rate, begun, strict=True)))


def pause(tries: int, after: int | None = None) -> timedelta:
    """退避: how long to wait after so many tries; as long as the provider says where it says so, at most a day."""
    if after is not None:
        return timedelta(seconds=min(max(after, 1), 86400))
    return timedelta(seconds=min(30 * 2 ** (tries - 1), 3600))


def refusal(purpose: Purpose, *, opted_out: bool, revoked: bool) -> str | None:
    """Why a message must not be sent any more; an answer goes to whoever has just written."""
    if purpose is Purpose.REPLY:
        return None
    return STOPPED if opted_out else MOVED_ON if revoked else None


def exhausted(tries: int, doubts: int, rules: Rules, *, takes_keys: bool) -> str | None:
    """Why a message is not tried again; without a key at the provider, at most one second send in doubt."""
    if doubts >= DOUBTS and not takes_keys:
        return DOUBTFUL
    return LOST if tries >= rules.tries else None


def verdict(outcome: Outcome, tries: int, doubts: int, now: datetime, rules: Rules) -> dict[str, Any]:
    """What becomes of a message after a try, as column values."""
    if outcome.provider_id is not None:
        return {"state": Fate.SENT.value, "provider_id": outcome.provider_id, "sent_at": now, "reason": None}
    error = outcome.error
    if error is None:
        return {"due_at": now + pause(tries)}
    if error.stopped:
        return {"state": Fate.DROPPED.value, "reason": STOPPED}
    if not error.retryable or tries >= rules.tries:
        return {"state": Fate.FAILED.value, "reason": error.reason}
    return {"due_at": now + pause(tries, error.after), "doubts": doubts - 1, "reason": error.reason}


def segments(text: str) -> int:
    """计费条数: 160 or 153 a segment for plain Latin (GSM 03.38), 70 or 67 UTF-16 units else; no character is cut."""
    if LATIN.issuperset(text):
        return _parcels([2 if letter in GSM_7_TWICE else 1 for letter in text], 160, 153)
    return _parcels([2 if ord(letter) > 0xFFFF else 1 for letter in text], 70, 67)


def _parcels(sizes: Sequence[int], alone: int, each: int) -> int:
    if sum(sizes) <= alone:
        return 1
    parcels, filled = 1, 0
    for size in sizes:
        parcels, filled = (parcels, filled + size) if filled + size <= each else (parcels + 1, size)
    return parcels
