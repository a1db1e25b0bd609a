"""发件箱: messages to people, posted within the business transaction, sent later, and what providers report of them."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Index, String, delete, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column
from uuid6 import uuid7

from field.china_time import opens
from field.codes import Channel
from field.messaging.messages import Delivery, Outbound, Receipt
from field.messaging.sending_rules import BEFORE, PRIORITY, Fate, Purpose, Rules, segments
from field.monitoring.workdays import month_of
from field.orm import Base, Code, Id, Utc
from field.prepared import add_or_leave
from field.registry.contacts import address_index
from field.registry.sealing import Sealed

RULES = Rules()
_signatures: dict[str, str] = {}
EARLY_KEPT = timedelta(days=7)


class OutboundMessage(Base):
    """去信: what is to be sent, to whom, why, and how far it has come.

    `text` and `variables` are sealed, not masked: a message that is tried again must be whole.
    `tries` counts handings-over, `doubts` those of which nothing certain was heard.
    """

    __tablename__ = "outbound_message"

    id: Mapped[Id] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(120), unique=True)
    channel: Mapped[Code]
    provider: Mapped[Code]
    recipient: Mapped[str] = mapped_column(Sealed("recipient"))
    recipient_index: Mapped[str] = mapped_column(String(64))
    contact_id: Mapped[Id | None]
    household_id: Mapped[Id | None]
    text: Mapped[str] = mapped_column(Sealed("outbound_text"))
    step: Mapped[str] = mapped_column(String(80))
    variables: Mapped[str] = mapped_column(Sealed("outbound_variables"))
    purpose: Mapped[Code]
    priority: Mapped[int]
    due_at: Mapped[Utc]
    tries: Mapped[int] = mapped_column(default=0)
    doubts: Mapped[int] = mapped_column(default=0)
    tried_at: Mapped[Utc | None]
    worker: Mapped[Id | None]
    leased_until: Mapped[Utc | None]
    state: Mapped[Code]
    provider_id: Mapped[str | None] = mapped_column(String(160))
    units: Mapped[int]
    cost: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[Utc]
    sent_at: Mapped[Utc | None]
    delivered_at: Mapped[Utc | None]

    __table_args__ = (
        Index(None, "channel", "recipient_index", "created_at"),
        Index(None, "household_id", "created_at"),
        Index(None, "channel", "tried_at"),
        Index(None, "sent_at"),
    )


_queued, _handed = OutboundMessage.state == Fate.QUEUED.value, OutboundMessage.provider_id.is_not(None)
Index(
    None, OutboundMessage.channel, OutboundMessage.priority, OutboundMessage.due_at,
    sqlite_where=_queued, postgresql_where=_queued,
)  # fmt: skip
Index(None, OutboundMessage.provider, OutboundMessage.provider_id, sqlite_where=_handed, postgresql_where=_handed)


class EarlyReceipt(Base):
    """早到的状态报告: of a message whose sending is not yet noted here; taken up by the next round of sending."""

    __tablename__ = "early_receipt"

    provider: Mapped[Code] = mapped_column(primary_key=True)
    provider_id: Mapped[str] = mapped_column(String(160), primary_key=True)
    delivery: Mapped[Code] = mapped_column(primary_key=True)
    at: Mapped[Utc]
    reason: Mapped[str] = mapped_column(String(200))
    received_at: Mapped[Utc] = mapped_column(index=True)


@dataclass(frozen=True)
class Letter:
    """信件: a message, the way it goes, and why; due at once unless it says when."""

    message: Outbound
    channel: Channel
    provider: str
    purpose: Purpose
    contact_id: str | None = None
    household_id: str | None = None
    due_at: datetime | None = None


@dataclass(frozen=True)
class Cost:
    """费用: messages handed over in a month, their segments and what they cost in 分."""

    messages: int
    units: int
    cost: int


def sign_with(signatures: Mapping[str, str]) -> None:
    """短信签名: what each provider puts before every SMS, which is paid for as well."""
    _signatures.clear()
    _signatures.update(signatures)


def units(provider: str, text: str) -> int:
    """计费条数 of an SMS as it goes out, its signature before it."""
    return segments(_signatures.get(provider, "") + text)


def post(session: Session, letter: Letter, now: datetime) -> bool:
    """Put a message into the outbox; false when one with this key is there already."""
    return _insert(session, _row(letter, now))


def note_answered(session: Session, letter: Letter, now: datetime, rules: Rules = RULES) -> bool:
    """Note a message that went out within the answer to the provider's own call, so that it is seen and costed."""
    row = _row(letter, now)
    cost = rules.cost(letter.provider, row["units"])
    return _insert(session, row | {"state": Fate.SENT.value, "sent_at": now, "tried_at": now, "cost": cost})


def receipt(session: Session, report: Receipt, now: datetime) -> bool:
    """Take a provider's report: forward only, doubled and out of order harmless; whether it changed anything."""
    fate, provider_id = Fate(report.delivery.value), report.provider_id[:160]
    reported: dict[str, Any] = {"state": fate.value, "reason": plain(report.reason) or None}
    if fate is Fate.DELIVERED:
        reported |= {"delivered_at": report.at, "reason": None}
    same = OutboundMessage.provider == report.provider, OutboundMessage.provider_id == provider_id
    earlier = OutboundMessage.state.in_([before.value for before in BEFORE[fate]])
    forward = update(OutboundMessage).where(*same, earlier).values(reported).returning(OutboundMessage.id)
    if session.scalars(forward).all():
        return True
    if fate in (Fate.DELIVERED, Fate.FAILED) and session.scalar(select(OutboundMessage.id).where(*same)) is None:
        row = {
            "provider": report.provider, "provider_id": provider_id, "delivery": fate.value, "at": report.at,
            "reason": plain(report.reason), "received_at": now,
        }  # fmt: skip
        add_or_leave(session, EarlyReceipt, row)
    return False


def take_up_early(session: Session, now: datetime) -> int:
    """Apply the reports that came before their messages were noted as sent; those of nobody are forgotten in time."""
    same = (OutboundMessage.provider == EarlyReceipt.provider) & (
        OutboundMessage.provider_id == EarlyReceipt.provider_id
    )
    early = session.scalars(select(EarlyReceipt).join(OutboundMessage, same).order_by(EarlyReceipt.received_at)).all()
    for report in early:
        again = Receipt(report.provider, report.provider_id, Delivery(report.delivery), report.at, report.reason)
        receipt(session, again, now)
        session.delete(report)
    session.execute(delete(EarlyReceipt).where(EarlyReceipt.received_at < now - EARLY_KEPT))
    return len(early)


def monthly_cost(session: Session, month: date) -> dict[str, Cost]:
    """每月费用: by provider, what went out in the month of that day, by the calendar of the county."""
    first, next_one = map(opens, month_of(month))
    sums = func.count(), func.sum(OutboundMessage.units), func.sum(OutboundMessage.cost)
    rows = session.execute(
        select(OutboundMessage.provider, *sums)
        .where(OutboundMessage.sent_at >= first, OutboundMessage.sent_at < next_one)
        .group_by(OutboundMessage.provider)
        .order_by(OutboundMessage.provider)
    )
    return {provider: Cost(messages, int(units), int(cost)) for provider, messages, units, cost in rows}


def plain(reason: str) -> str:
    """A provider's words, fit to be kept: short, printable, and without anybody's number."""
    visible = "".join(letter if letter.isprintable() else " " for letter in reason)
    return re.sub(r"\d{7,}", "****", visible)[:200]


def _insert(session: Session, row: dict[str, Any]) -> bool:
    return add_or_leave(session, OutboundMessage, row)


def _row(letter: Letter, now: datetime) -> dict[str, Any]:
    message = letter.message
    return {
        "id": str(uuid7()), "key": message.key, "channel": letter.channel.value, "provider": letter.provider,
        "recipient": message.recipient, "recipient_index": address_index(letter.channel, message.recipient),
        "contact_id": letter.contact_id, "household_id": letter.household_id, "text": message.text,
        "step": message.step, "variables": json.dumps(dict(message.variables), ensure_ascii=False),
        "purpose": letter.purpose.value, "priority": PRIORITY[letter.purpose], "due_at": letter.due_at or now,
        "tries": 0, "doubts": 0, "state": Fate.QUEUED.value, "cost": 0, "created_at": now,
        "units": units(letter.provider, message.text) if letter.channel is Channel.SMS else 0,
    }  # fmt: skip
