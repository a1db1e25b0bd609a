"""收件: every message that came in, once, masked before it is kept, with the answer that was given to it."""

import hashlib
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, String, UniqueConstraint, bindparam, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column
from uuid6 import uuid7

from field.ledger.entries import Repeated
from field.messaging.messages import Inbound, Said
from field.orm import Base, Code, Id, Utc
from field.prepared import Prepared, add_or_leave
from field.registry.contacts import Contact, address_index
from field.registry.sealing import Sealed, blind

ID_LENGTH = 160


class InboundMessage(Base):
    """来信: as it was taken in; nobody's until it is attached, then its contact's and household's.

    `text_masked` and `answer` are sealed besides: what people tell is as personal as their numbers.
    """

    __tablename__ = "inbound_message"

    id: Mapped[Id] = mapped_column(primary_key=True)
    channel: Mapped[Code]
    provider: Mapped[Code]
    provider_message_id: Mapped[str] = mapped_column(String(ID_LENGTH))
    sender: Mapped[str] = mapped_column(Sealed("sender"))
    sender_index: Mapped[str] = mapped_column(String(64))
    contact_id: Mapped[Id | None]
    household_id: Mapped[Id | None]
    said: Mapped[Code]
    text_masked: Mapped[str] = mapped_column(Sealed("inbound_text"))
    place: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    photos: Mapped[list[str]] = mapped_column(JSON)
    dialog_id: Mapped[Id | None]
    answer: Mapped[str | None] = mapped_column(Sealed("inbound_answer"))
    sent_at: Mapped[Utc]
    received_at: Mapped[Utc]

    __table_args__ = (
        UniqueConstraint("channel", "provider_message_id"),
        Index(None, "channel", "sender_index", "received_at"),
        Index(None, "household_id", "received_at"),
    )


_unmatched = InboundMessage.household_id.is_(None)
Index(None, InboundMessage.received_at, sqlite_where=_unmatched, postgresql_where=_unmatched)
COLUMNS = [column.key for column in InboundMessage.__table__.columns]
_same = Prepared(
    select(InboundMessage).where(
        InboundMessage.channel == bindparam("channel"),
        InboundMessage.provider_message_id == bindparam("provider_message_id"),
    )
)
_talks = Prepared(
    select(func.count(InboundMessage.dialog_id.distinct())).where(
        InboundMessage.channel == bindparam("channel"), InboundMessage.sender_index == bindparam("index"),
        InboundMessage.received_at > bindparam("since"),
    )
)  # fmt: skip


def take_in(session: Session, inbound: Inbound, masked_text: str, now: datetime) -> tuple[InboundMessage, bool]:
    """A message, and whether it is new: a retry or replay finds the first, with its answer; a new one is to be kept."""
    row = _row(inbound, masked_text, now)
    for known in _same.objects(session, InboundMessage, row):
        return known, False
    return InboundMessage(**row, contact_id=None, household_id=None, dialog_id=None, answer=None), True


def keep(session: Session, message: InboundMessage) -> None:
    """Keep a new message with all that became of it, in the transaction that did it.

    Raises Repeated where the same came in meanwhile by another call: the whole is then tried again, and finds it.
    """
    row = {name: getattr(message, name) for name in COLUMNS}
    if not add_or_leave(session, InboundMessage, row):
        raise Repeated(message.provider_message_id)


def attach(message: InboundMessage, contact: Contact) -> None:
    """归户: the message is this contact's, and its household's."""
    message.contact_id, message.household_id = contact.id, contact.household_id


def add_photo(session: Session, message_id: str, sha256: str) -> None:
    """Note a photograph that came with the message, once its bytes are evidence; the same again changes nothing."""
    message = session.get_one(InboundMessage, message_id, with_for_update=True, populate_existing=True)
    if sha256 not in message.photos:
        message.photos = [*message.photos, sha256]
        session.flush()


def talks_since(session: Session, channel: str, index: str, since: datetime) -> int:
    """In how many talks a sender has written since then."""
    [(talks,)] = _talks.rows(session, {"channel": str(channel), "index": index, "since": since})
    return int(talks)


def photos_since(session: Session, channel: str, index: str, since: datetime) -> int:
    """How many messages with photographs a sender has sent since then."""
    here = InboundMessage.channel == str(channel), InboundMessage.sender_index == index
    rows = select(func.count()).where(*here, InboundMessage.received_at > since)
    return session.scalar(rows.where(InboundMessage.said == Said.PHOTO.value)) or 0


def _row(inbound: Inbound, masked_text: str, now: datetime) -> dict[str, Any]:
    sender = whole(inbound.sender)
    return {
        "id": str(uuid7()), "channel": inbound.channel.value, "provider": inbound.provider,
        "provider_message_id": _id(inbound.id, sender), "sender": sender,
        "sender_index": address_index(inbound.channel, sender), "said": inbound.said.value,
        "text_masked": whole(masked_text), "place": asdict(inbound.place) if inbound.place else None, "photos": [],
        "sent_at": inbound.sent_at, "received_at": now,
    }  # fmt: skip


def _id(given: str, sender: str) -> str:
    """The provider's id as it is, or a digest of one that no column holds, or a keyed one of one that names the sender.

    No column holds what is too long or has control characters; WeChat's events have no id but of sender and time.
    """
    if sender and sender in given:
        return blind("message", given.encode(errors="replace").decode())
    if len(given) <= ID_LENGTH and given.isprintable():
        return given
    return hashlib.sha256(given.encode(errors="surrogatepass")).hexdigest()


def whole(text: str) -> str:
    """The text with halves of characters replaced, which cannot be written down."""
    return text.encode(errors="replace").decode()
