"""绑定规则: what may follow what in a binding, when it is fresh, and how often somebody may try."""

from collections.abc import Collection
from datetime import datetime, timedelta

from field.labels import Labelled

FRESH = timedelta(days=90)
UNCONFIRMED = timedelta(days=30)
DAY, MONTH = timedelta(days=1), timedelta(days=30)
Limits = tuple[tuple[int, timedelta], ...]
TRIES_OF_ADDRESS: Limits = ((5, DAY), (10, MONTH))
TRIES_FOR_PERSON: Limits = ((3, DAY), (6, MONTH))


class ContactState(Labelled):
    """绑定状态: how far a binding has come."""

    CLAIMED = "claimed", "自报"
    PENDING = "pending", "等待确认"
    VERIFIED = "verified", "已确认"
    STALE = "stale", "很久没有确认"
    REVOKED = "revoked", "已解除"


class Proof(Labelled):
    """确认方式: by what a binding became verified."""

    CODE = "code", "档案号码上的验证码"
    FAMILY = "family", "家人确认"
    VISIT = "visit", "干部上门确认"
    ANSWER = "answer", "新号码自己回复确认"


class Decision(Labelled):
    """处理决定: what a person decides about a number that another household holds."""

    SHARE = "share", "两家共用"
    MOVE = "move", "转给新的人"


class Withdrawn(Labelled):
    """不再算的号码: why a number that somebody told counts no more."""

    DENIED = "denied", "接的人说不是本人"
    TAKEN_BACK = "taken_back", "本人又说没有变化"


CLAIMED, PENDING, VERIFIED, STALE, REVOKED = ContactState
MOVES: dict[ContactState, frozenset[ContactState]] = {
    CLAIMED: frozenset((PENDING, VERIFIED, REVOKED)),
    PENDING: frozenset((PENDING, VERIFIED, REVOKED)),
    VERIFIED: frozenset((VERIFIED, STALE, REVOKED)),
    STALE: frozenset((VERIFIED, REVOKED)),
    REVOKED: frozenset(),
}
HOLDING = frozenset((VERIFIED, STALE))
WAITING = frozenset((CLAIMED, PENDING))


def may_become(state: str, then: ContactState) -> bool:
    """Whether a binding in one state may pass into another."""
    return then in MOVES[ContactState(state)]


def is_fresh(confirmed_at: datetime, now: datetime) -> bool:
    """Whether a confirmation is young enough to be relied on: numbers are given to new owners."""
    return now - confirmed_at < FRESH


def is_sure(state: str, confirmed_at: datetime | None, now: datetime) -> bool:
    """Whether a binding of this state is verified, and not too long ago."""
    return state == VERIFIED and confirmed_at is not None and is_fresh(confirmed_at, now)


def within_limits(times: Collection[datetime], now: datetime, limits: Limits) -> bool:
    """Whether one more try is allowed after those that were made."""
    return all(sum(now - time < window for time in times) < most for most, window in limits)
