"""会话: dialogs that are going on, one for each sender and purpose, kept between two messages."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from typing import cast as as_type

from sqlalchemy import Index, String, Table, and_, bindparam, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column
from uuid6 import uuid7

from field.labels import Labelled
from field.orm import Base, Code, Id, Utc
from field.prepared import Prepared, add, change
from field.registry.sealing import Sealed

FORGOTTEN = timedelta(days=30)
INTERRUPTED = "interrupted"  # in the state: true while the question waits to be asked again


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

    def forgotten(self, now: datetime) -> bool:
        """Whether the step waits for so long that nobody remembers the question."""
        return self.expires_at <= now - FORGOTTEN

    def expired(self, now: datetime) -> bool:
        """Whether an answer to the step now comes too late."""
        return self.expires_at <= now


_open = Dialog.closed_at.is_(None)
_sender = Dialog.channel, Dialog.sender_index, Dialog.purpose
Index(None, *_sender, unique=True, sqlite_where=_open, postgresql_where=_open)
Index(None, Dialog.person_id, Dialog.purpose, unique=True, sqlite_where=_open, postgresql_where=_open)
_mine = and_(Dialog.channel == bindparam("channel"), Dialog.sender_index == bindparam("index"))
_all = select(Dialog).where(_open).order_by(Dialog.id).with_for_update()
_moved = Prepared(
    as_type(Table, Dialog.__table__)
    .update()
    .where(_open, Dialog.person_id == bindparam("whose"), Dialog.purpose == bindparam("why"))
    .values(closed_at=bindparam("now"), outcome="moved")
)
_of_sender = Prepared(_all.where(_mine))
_of_person = Prepared(_all.where(or_(_mine, Dialog.person_id == bindparam("person_id"))))


def open_dialogs(
    session: Session, channel: str, sender_index: str, person_id: str | None = None
) -> dict[Purpose, Dialog]:
    """The open dialogs of a sender, and of the person bound to it on other channels; locked until the commit.

    Of two messages of one sender at once, the second waits here until the first is done.
    """
    whose = {"channel": str(channel), "index": sender_index, "person_id": person_id}
    found = (_of_person if person_id else _of_sender).objects(session, Dialog, whose)
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
        _moved.run(session, {"whose": person_id, "why": purpose.value, "now": now})
    return add(
        session, Dialog, id=str(uuid7()), purpose=purpose.value, channel=str(channel), sender_index=sender_index,
        person_id=person_id, opened_at=now, closed_at=None, outcome=None, **_where(standing, now),
    )  # fmt: skip


def declared_since(session: Session, channel: str, sender_index: str, since: datetime) -> str | None:
    """The talk by which a sender declared last, if that was after a moment; its id."""
    mine = Dialog.channel == str(channel), Dialog.sender_index == sender_index
    done = Dialog.purpose == Purpose.DECLARE.value, Dialog.outcome == "declared", Dialog.closed_at >= since
    return session.scalar(select(Dialog.id).where(*mine, *done).order_by(Dialog.closed_at.desc()).limit(1))


def keep(dialog: Dialog, standing: Standing, now: datetime) -> None:
    """Keep where the dialog stands now, and until when an answer to its step counts."""
    change(dialog, **_where(standing, now))


def interrupt(dialog: Dialog, state: Mapping[str, Any], *, asked_again: bool = False) -> None:
    """打断: something weightier was said meanwhile, so nothing answers the question until it was asked again."""
    change(dialog, sealed=json.dumps({**state, INTERRUPTED: not asked_again}))


def _where(standing: Standing, now: datetime) -> dict[str, Any]:
    state = json.dumps(dict(standing.state))
    return {"sealed": state, "step": standing.step, "expires_at": standing.expires_at, "changed_at": now}


def close(dialog: Dialog, outcome: str, now: datetime) -> None:
    """End a dialog: done, given up, expired; the state stays for who asks later what was said."""
    if dialog.closed_at is None:
        change(dialog, closed_at=now, outcome=outcome)
