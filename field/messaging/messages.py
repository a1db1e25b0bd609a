"""消息: the one shape in which all providers speak, whatever their own forms."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from field.codes import Channel


class Said(StrEnum):
    """消息种类: what kind of message came in."""

    TEXT = "text"
    PHOTO = "photo"
    VOICE = "voice"  # `text` is what the provider recognised, possibly nothing
    PLACE = "place"
    FOLLOWED = "followed"  # subscribed to the account, or opted in again
    LEFT = "left"  # unsubscribed, or told the provider to stop
    CLICKED = "clicked"  # a menu entry or a scanned code; `text` is its key
    UNKNOWN = "unknown"  # answered politely, kept as it came


@dataclass(frozen=True)
class Photo:
    """照片: where the provider keeps one; fetched at intake, for it does not stay there."""

    reference: str
    content_type: str = ""


@dataclass(frozen=True)
class Place:
    """位置: as the sender's application gave it, in its own datum (gcj02 or wgs84)."""

    latitude: float
    longitude: float
    datum: str
    label: str = ""


@dataclass(frozen=True)
class Inbound:
    """来信: `id` is the provider's own or made of what never repeats; `sender` is E.164 or an openid."""

    channel: Channel
    provider: str
    id: str
    sender: str
    recipient: str
    said: Said
    sent_at: datetime
    text: str = ""
    photos: tuple[Photo, ...] = ()
    place: Place | None = None


@dataclass(frozen=True)
class Outbound:
    """去信: `key` never repeats; `step` names the approved template, `variables` fill it, `text` is the whole."""

    key: str
    recipient: str
    text: str
    step: str
    variables: Mapping[str, str] = field(default_factory=dict)


class Delivery(StrEnum):
    """送达: only ever moves forward."""

    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True)
class Receipt:
    """状态报告: what the provider says of a message sent, known by the provider's own id."""

    provider: str
    provider_id: str
    delivery: Delivery
    at: datetime
    reason: str = ""


class SendError(Exception):
    """没发出去: `retryable` says whether to try again, `after` (seconds) when; `stopped`: the person opted out.

    `alone`: it is about this recipient, and no reason to hold anybody else's message back.
    """

    def __init__(
        self, reason: str, *, retryable: bool, after: int | None = None, stopped: bool = False, alone: bool = False
    ) -> None:
        super().__init__(reason)
        self.reason, self.retryable, self.after, self.stopped = reason, retryable, after, stopped
        self.alone = alone


class NotGenuine(Exception):
    """不是真的: signature, secret or address is wrong; told as 403 and nothing more."""


class Unreadable(Exception):
    """看不懂: genuine, but malformed; told as 400."""


class NotThere(Exception):
    """取不到: the provider says that there is no such photograph, or that it keeps it no longer."""


class Sender(Protocol):
    """发送: hands one message to the provider and returns the provider's id of it, or raises SendError."""

    def send(self, message: Outbound) -> str: ...
