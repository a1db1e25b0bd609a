"""网上申报表: what a visitor has filled in so far, sealed, and how many one address may send."""

import hashlib
import ipaddress
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Index, String, and_, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column
from uuid6 import uuid7

from field.orm import Base, Id, Utc
from field.registry.sealing import Sealed, blind

DAY, KEPT = timedelta(days=1), timedelta(hours=48)
# A carrier puts a village's telephones behind one address: enough for them, too little for who floods.
MOST_BEGUN, MOST_DECLARED, MOST_PHOTOS = 60, 20, 180


class TooMany(Exception):
    """太多了: from this address, or of this openid, within a day."""


class DeclareDraft(Base):
    """网上申报表: one form, until it is declared or forgotten after two days."""

    __tablename__ = "declare_draft"

    id: Mapped[Id] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(String(64), unique=True)
    address_index: Mapped[str] = mapped_column(String(64))
    sealed: Mapped[str] = mapped_column(Sealed("declare_draft"))
    opened_at: Mapped[Utc]
    changed_at: Mapped[Utc] = mapped_column(index=True)
    declared_at: Mapped[Utc | None]

    __table_args__ = (Index(None, "address_index", "opened_at"),)

    @property
    def state(self) -> dict[str, Any]:
        """What was filled in: version, answers, regions, openid; once declared only the receipt's number."""
        state: dict[str, Any] = json.loads(self.sealed)
        return state


def is_open(now: datetime) -> ColumnElement[bool]:
    """Forms that may still be declared."""
    return and_(DeclareDraft.declared_at.is_(None), DeclareDraft.changed_at > now - KEPT)


def find(session: Session, token: str, now: datetime, *, lock: bool = False) -> DeclareDraft | None:
    """The form that a cookie speaks of, unless it is too old; locked, so that of two taps one sees the other."""
    rows = select(DeclareDraft).where(DeclareDraft.token == _digest(token), DeclareDraft.changed_at > now - KEPT)
    if lock:
        rows = rows.with_for_update().execution_options(populate_existing=True)
    return session.scalar(rows)


def begin(session: Session, token: str, address: str, state: Mapping[str, Any], now: datetime) -> DeclareDraft:
    """A new form; TooMany where that address, or that openid, has begun too many today."""
    session.execute(delete(DeclareDraft).where(DeclareDraft.changed_at <= now - KEPT))
    openid = state.get("openid")
    index = blind("openid", openid) if openid else blind("address", _neighbourhood(address))
    if _today(session, index, now)[0] >= MOST_BEGUN:
        raise TooMany
    draft = DeclareDraft(id=str(uuid7()), token=_digest(token), address_index=index, opened_at=now)
    session.add(draft)
    keep(session, draft, state, now)
    return draft


def use_up(session: Session, state: str, address: str, now: datetime) -> bool:
    """Whether a state of WeChat's door is used for the first time; TooMany where that address has used enough today."""
    token = f"state:{state}"
    if find(session, token, now):
        return False
    begin(session, token, address, {}, now)
    return True


def keep(session: Session, draft: DeclareDraft, state: Mapping[str, Any], now: datetime) -> None:
    """Keep what is filled in now."""
    draft.sealed, draft.changed_at = json.dumps(dict(state)), now
    session.flush()


def may_declare(session: Session, draft: DeclareDraft, now: datetime) -> None:
    """TooMany where enough was declared today from that address or openid."""
    if _today(session, draft.address_index, now)[1] >= MOST_DECLARED:
        raise TooMany


def take_room(session: Session, draft: DeclareDraft, wanted: int, now: datetime) -> int:
    """How many of so many photographs there is room for today from that address or openid, kept or dropped later."""
    here = DeclareDraft.address_index == draft.address_index, DeclareDraft.opened_at > now - DAY
    sent = sum(int(one.state.get("sent", 0)) for one in session.scalars(select(DeclareDraft).where(*here)))
    room = max(0, min(wanted, MOST_PHOTOS - sent))
    keep(session, draft, draft.state | {"sent": draft.state.get("sent", 0) + room}, now)
    return room


def forget(session: Session, draft: DeclareDraft, now: datetime) -> None:
    """Nothing of what was filled in stays; that the form was begun still counts."""
    keep(session, draft, _without_answers(draft), now)


def declared(session: Session, draft: DeclareDraft, number: str, now: datetime) -> None:
    """Declared: what was said stands in the ledger and is forgotten here; the receipt's number stays."""
    draft.declared_at = now
    keep(session, draft, _without_answers(draft) | {"number": number}, now)


def _today(session: Session, index: str, now: datetime) -> tuple[int, int]:
    counts = select(func.count(), func.count(DeclareDraft.declared_at))
    here = DeclareDraft.address_index == index, DeclareDraft.opened_at > now - DAY
    begun, declared_ = session.execute(counts.where(*here)).one()
    return begun, declared_


def _without_answers(draft: DeclareDraft) -> dict[str, Any]:
    return {name: value for name, value in draft.state.items() if name in ("openid", "sent")}


def _neighbourhood(address: str) -> str:
    """Of an IPv6 address the network, for one visitor has all of it."""
    try:
        return str(ipaddress.IPv6Network((address, 64), strict=False).network_address)
    except ValueError:
        return address


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
