"""收件: every message that came in, once, masked before it is kept, with the answer that was given to it."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import JSON, Index, String, UniqueConstraint, and_, bindparam, func, literal, select
from sqlalchemy.orm import Mapped, Session, mapped_column
from uuid6 import uuid7

from field.china_time import china_day
from field.ledger.entries import Repeated
from field.messaging.messages import Inbound, Said
from field.orm import Base, Code, Id, Utc
from field.prepared import Prepared, add_or_leave
from field.registry.contacts import Contact, address_index
from field.registry.holders import HELD, LIVE_HERE, Holder, sure
from field.registry.households import Person
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
_this = and_(
    InboundMessage.channel == bindparam("channel"),
    InboundMessage.provider_message_id == bindparam("provider_message_id"),
)
_same = Prepared(select(InboundMessage).where(_this))
_met = Prepared(
    select(InboundMessage.id, *HELD)
    .select_from(select(literal(1)).subquery())
    .outerjoin(InboundMessage, _this)
    .outerjoin(Contact, LIVE_HERE)
    .outerjoin(Person, Person.id == Contact.person_id)
    .order_by(Contact.id)
)
_talks = Prepared(
    select(func.count(InboundMessage.dialog_id.distinct())).where(
        InboundMessage.channel == bindparam("channel"), InboundMessage.sender_index == bindparam("index"),
        InboundMessage.received_at > bindparam("since"),
    )
)  # fmt: skip


class Met(NamedTuple):
    """照面: a message and who is sure to have sent it; not `fresh` where it is a retry or replay of one kept before."""

    message: InboundMessage
    fresh: bool
    holders: Sequence[Holder]


def take_in(session: Session, inbound: Inbound, masked_text: str, now: datetime) -> Met:
    """What came in, by one look; a retry finds the first with its answer, a new one is to be kept."""
    row = _row(inbound, masked_text, now)
    found = _met.rows(
        session, {name: row[name] for name in ("channel", "provider_message_id")} | {"index": row["sender_index"]}
    )
    if found[0][0]:
        return Met(_same.objects(session, InboundMessage, row)[0], False, ())
    message = InboundMessage()
    vars(message).update(row)
    return Met(message, True, sure((Holder(*held) for _, *held in found if held[0]), now))


def keep(session: Session, message: InboundMessage) -> None:
    """Keep a new message with all that became of it, in the transaction that did it.

    Raises Repeated where the same came in meanwhile by another call: the whole is then tried again, and finds it.
    """
    kept = vars(message)
    if not add_or_leave(session, InboundMessage, {name: kept[name] for name in COLUMNS}):
        raise Repeated(message.provider_message_id)


def attach(message: InboundMessage, contact: Contact | Holder) -> None:
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


def day_key(why: str, channel: str, sender_index: str, at: datetime) -> str:
    """Under which a sender's words count once a day, whatever is being talked about."""
    return f"{why}:{channel}:{sender_index}:{china_day(at)}"


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
        "sent_at": inbound.sent_at, "received_at": now, "contact_id": None, "household_id": None, "dialog_id": None,
        "answer": None,
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
