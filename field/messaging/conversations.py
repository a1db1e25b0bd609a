"""会话: dialogs that are going on, one for each sender and purpose, kept between two messages."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, and_, bindparam, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column
from uuid6 import uuid7

from field.codes import Labelled
from field.orm import Base, Code, Id, Utc
from field.registry.sealing import Sealed


class Purpose(Labelled):
    """会话目的: what a dialog is for."""

    DECLARE = "declare", "自主申报"
    CHECKIN = "checkin", "务工回访"
    BIND = "bind", "绑定"
    VOUCH = "vouch", "家人作证"
    RENUMBER = "renumber", "换号确认"


@dataclass(frozen=True)
class Standing:
    """进展: the engine's state, the step that waits for an answer, and until when."""

    state: Mapping[str, Any]
    step: str
    expires_at: datetime


class Dialog(Base):
    """会话: where one talk stands; known by its channel and sender, and by the person where one is bound.

    What was said so far is sealed, for it has names and numbers in it.
    """

    __tablename__ = "dialog"

    id: Mapped[Id] = mapped_column(primary_key=True)
    purpose: Mapped[Code]
    channel: Mapped[Code]
    sender_index: Mapped[str] = mapped_column(String(64))
    person_id: Mapped[Id | None]
    sealed: Mapped[str] = mapped_column(Sealed("dialog"))
    step: Mapped[str] = mapped_column(String(80))
    opened_at: Mapped[Utc]
    changed_at: Mapped[Utc]
    expires_at: Mapped[Utc]
    closed_at: Mapped[Utc | None]
    outcome: Mapped[Code | None]

    @property
    def state(self) -> dict[str, Any]:
        """The engine's state as it was kept."""
        state: dict[str, Any] = json.loads(self.sealed)
        return state

    def expired(self, now: datetime) -> bool:
        """Whether an answer to the step now comes too late."""
        return self.expires_at <= now


_open = Dialog.closed_at.is_(None)
_sender = Dialog.channel, Dialog.sender_index, Dialog.purpose
Index(None, *_sender, unique=True, sqlite_where=_open, postgresql_where=_open)
Index(None, Dialog.person_id, Dialog.purpose, unique=True, sqlite_where=_open, postgresql_where=_open)
_mine = and_(Dialog.channel == bindparam("channel"), Dialog.sender_index == bindparam("index"))
_all = select(Dialog).where(_open).order_by(Dialog.id).with_for_update().execution_options(populate_existing=True)
_of_sender, _of_person = _all.where(_mine), _all.where(or_(_mine, Dialog.person_id == bindparam("person_id")))


def open_dialogs(
    session: Session, channel: str, sender_index: str, person_id: str | None = None
) -> dict[Purpose, Dialog]:
    """The open dialogs of a sender, and of the person bound to it on other channels; locked until the commit.

    Of two messages of one sender at once, the second waits here until the first is done.
    """
    whose = {"channel": str(channel), "index": sender_index, "person_id": person_id}
    found = session.scalars(_of_person if person_id else _of_sender, whose).all()
    elsewhere_first = sorted(found, key=lambda dialog: (dialog.channel, dialog.sender_index) == (channel, sender_index))
    return {Purpose(dialog.purpose): dialog for dialog in elsewhere_first}


def begin(
    session: Session,
    purpose: Purpose,
    channel: str,
    sender_index: str,
    standing: Standing,
    now: datetime,
    person_id: str | None = None,
) -> Dialog:
    """Open a dialog; the bound person's dialog for the same purpose on another channel ends there.

    `person_id` only where the sender is bound: a name that somebody only claims closes nobody's dialog.
    """
    if person_id:
        mine = Dialog.person_id == person_id, Dialog.purpose == purpose.value
        session.execute(update(Dialog).where(_open, *mine).values(closed_at=now, outcome="moved"))
    dialog = Dialog(
        id=str(uuid7()), purpose=purpose.value, channel=str(channel), sender_index=sender_index, person_id=person_id,
        opened_at=now,
    )  # fmt: skip
    session.add(dialog)
    keep(dialog, standing, now)
    session.flush()
    return dialog


def keep(dialog: Dialog, standing: Standing, now: datetime) -> None:
    """Keep where the dialog stands now, and until when an answer to its step counts."""
    dialog.sealed, dialog.step = json.dumps(dict(standing.state)), standing.step
    dialog.expires_at, dialog.changed_at = standing.expires_at, now


def close(dialog: Dialog, outcome: str, now: datetime) -> None:
    """End a dialog: done, given up, expired; the state stays for who asks later what was said."""
    if dialog.closed_at is None:
        dialog.closed_at, dialog.outcome = now, outcome
