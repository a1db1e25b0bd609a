"""一来一往: what a demo telephone shows of inbox and outbox, the newest last."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from field.codes import Channel
from field.messaging.inbox import InboundMessage
from field.messaging.messages import Said
from field.messaging.outbox import OutboundMessage
from field.messaging.sending_rules import Fate, Purpose
from field.registry.contacts import address_index

SHOWN = 40
DONE = {
    Said.PHOTO: "［照片］", Said.VOICE: "［语音］", Said.PLACE: "［位置］", Said.CLICKED: "［点了菜单］",
    Said.FOLLOWED: "［关注了公众号］", Said.LEFT: "［取消了关注］", Said.UNKNOWN: "［其他］",
}  # fmt: skip


class Line(NamedTuple):
    """一条: from the telephone or to it; `state` only of what the outbox sends by itself."""

    text: str
    at: datetime
    mine: bool
    state: str = ""


def lines(session: Session, channel: Channel, address: str) -> Sequence[Line]:
    """The newest messages of one address, in the order in which they stand on its screen."""
    index, came, went = address_index(channel, address), InboundMessage, OutboundMessage
    sent = select(came).where(came.channel == channel.value, came.sender_index == index)
    got = select(went).where(went.channel == channel.value, went.recipient_index == index)
    mine = session.scalars(sent.order_by(came.received_at.desc()).limit(SHOWN))
    theirs = session.scalars(got.order_by(went.created_at.desc()).limit(SHOWN))
    both = [Line(_said(one), one.received_at, True) for one in mine]
    both += [Line(one.text, one.created_at, False, _state(one)) for one in theirs]
    return sorted(both, key=lambda line: (line.at, not line.mine))[-SHOWN:]


def _said(message: InboundMessage) -> str:
    return f"{DONE.get(Said(message.said), '')}{message.text_masked}"


def _state(message: OutboundMessage) -> str:
    return "" if message.purpose == Purpose.REPLY.value else Fate(message.state).label
