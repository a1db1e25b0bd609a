"""绑定: which person answers at which number or openid, and how sure that is.

Nothing here is overwritten: another address is another row, and the row before it stays, revoked, with the reason.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Index, String, bindparam, delete, func, or_, select, update
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column
from uuid6 import uuid7

from field.codes import Channel, Left
from field.orm import Base, Code, Id, Utc
from field.prepared import Prepared
from field.registry.contact_rules import (
    CLAIMED,
    FRESH,
    HOLDING,
    MONTH,
    PENDING,
    REVOKED,
    STALE,
    TRIES_FOR_PERSON,
    TRIES_OF_ADDRESS,
    UNCONFIRMED,
    VERIFIED,
    WAITING,
    ContactState,
    Decision,
    Proof,
    is_sure,
    may_become,
    within_limits,
)
from field.registry.households import Person
from field.registry.sealing import Sealed, blind

CHANGED, MOVED, NEVER_CONFIRMED = "换了新的号码", "号码已归他人", "到期没有确认"
RANK = {state.value: place for place, state in enumerate((VERIFIED, STALE, PENDING, CLAIMED))}


class Contact(Base):
    """绑定: one person at one address, from the first claim until it is revoked."""

    __tablename__ = "contact"

    id: Mapped[Id] = mapped_column(primary_key=True)
    person_id: Mapped[Id]
    household_id: Mapped[Id] = mapped_column(index=True)
    channel: Mapped[Code]
    address: Mapped[str] = mapped_column(Sealed("contact"))
    address_index: Mapped[str] = mapped_column(String(64))
    state: Mapped[Code]
    proof: Mapped[Code | None]
    confirmed_by: Mapped[str | None] = mapped_column(String(80))
    replaces: Mapped[Id | None]
    since: Mapped[Utc]
    confirmed_at: Mapped[Utc | None]
    changed_at: Mapped[Utc]
    revoked_at: Mapped[Utc | None]
    reason: Mapped[str | None] = mapped_column(String(200))


LIVE = Contact.revoked_at.is_(None)
_verified = Contact.state == VERIFIED.value
_held = Contact.state.in_([state.value for state in sorted(HOLDING)])
Index(
    None, Contact.channel, Contact.address_index, Contact.person_id,
    unique=True, sqlite_where=LIVE, postgresql_where=LIVE,
)  # fmt: skip
Index(None, Contact.person_id, Contact.channel, unique=True, sqlite_where=_verified, postgresql_where=_verified)
_twice = select(Person.id).where(Person.id == Contact.person_id, Person.merged_into.is_not(None))
AT_ADDRESS = Contact.channel == bindparam("channel"), Contact.address_index == bindparam("index")
_here = select(Contact).where(LIVE, *AT_ADDRESS, ~_twice.exists()).order_by(Contact.id)
_found_here = Prepared(_here)
_locked_here = _here.with_for_update(of=Contact).execution_options(populate_existing=True)


class BindingTry(Base):
    """绑定尝试: kept for a month to slow down who guesses; `person_id` is missing when nobody was found."""

    __tablename__ = "binding_try"

    id: Mapped[Id] = mapped_column(primary_key=True)
    address_index: Mapped[str] = mapped_column(String(64))
    person_id: Mapped[Id | None]
    at: Mapped[Utc]

    __table_args__ = (Index(None, "address_index", "at"), Index(None, "person_id", "at"))


@dataclass(frozen=True)
class Candidate:
    """可能的人: who may be at an address; without a state, only because the number is on file."""

    person_id: str
    household_id: str
    state: ContactState | None = None
    contact_id: str | None = None


@dataclass(frozen=True)
class Attached:
    """归属: the one contact that is sure, or else all who are possible, likelier ones first."""

    contact: Contact | None
    candidates: tuple[Candidate, ...] = ()


class NotPossible(Exception):
    """这一步走不通: the binding is not in a state from which this can follow."""


class TooMany(Exception):
    """试得太多: from this address, or for this person."""


class Contested(Exception):
    """号码已有人用: another household holds the address; a person decides, nothing was changed."""

    def __init__(self, holders: Sequence[Candidate]) -> None:
        super().__init__(f"held by {len(holders)} of other households")
        self.holders = tuple(holders)


def address_index(channel: str, address: str) -> str:
    """The name under which an address is found; for telephones the same as that of a person's phone on file."""
    return blind("openid" if channel == Channel.WECHAT else "phone", address)


def attached(session: Session, channel: str, address: str, now: datetime) -> Attached:
    """Whose address this is: the only verified binding if it is fresh; else nobody yet, and who it may be."""
    index = address_index(channel, address)
    holding = [contact for contact in _at(session, channel, index) if contact.state in HOLDING]
    if len(holding) == 1 and fresh(holding[0], now):
        return Attached(holding[0])
    return Attached(None, attached_at(session, channel, index))


def attached_at(session: Session, channel: str, index: str) -> tuple[Candidate, ...]:
    """All who may be at an address: by their bindings, likelier ones first, then those who have it on file."""
    bound = [_candidate(contact) for contact in _at(session, channel, index)]
    known = {candidate.person_id for candidate in bound}
    on_file = [candidate for candidate in _on_file(session, channel, index) if candidate.person_id not in known]
    return (*bound, *on_file)


def fresh(contact: Contact, now: datetime) -> bool:
    """Whether the binding is verified, and not too long ago."""
    return is_sure(contact.state, contact.confirmed_at, now)


def note_try(session: Session, channel: str, address: str, person_id: str | None, now: datetime) -> None:
    """Note that somebody tries to be bound, found on file or not; beyond the limits TooMany, and nothing noted."""
    index = address_index(channel, address)
    mine = _times(session, BindingTry.address_index == index)
    theirs = _times(session, BindingTry.person_id == person_id) if person_id else ()
    if not (within_limits(mine, now, TRIES_OF_ADDRESS) and within_limits(theirs, now, TRIES_FOR_PERSON)):
        raise TooMany
    session.add(BindingTry(id=str(uuid7()), address_index=index, person_id=person_id, at=now))
    session.flush()


def may_try(session: Session, channel: str, address: str, now: datetime) -> bool:
    """Whether this address may try once more to be bound, whomever it names."""
    mine = _times(session, BindingTry.address_index == address_index(channel, address))
    return within_limits(mine, now, TRIES_OF_ADDRESS)


def claim(session: Session, person: Person, channel: str, address: str, now: datetime) -> Contact:
    """自报: somebody says to be this person at this address; a claim made already is found again."""
    if person.merged_into:
        person = session.get_one(Person, person.merged_into)
    index = address_index(channel, address)
    for contact in _at(session, channel, index):
        if contact.person_id == person.id:
            return contact
    note_try(session, channel, address, person.id, now)
    contact = Contact(
        id=str(uuid7()), person_id=person.id, household_id=person.household_id, channel=str(channel), address=address,
        address_index=index, state=CLAIMED.value, since=now, changed_at=now,
    )  # fmt: skip
    session.add(contact)
    session.flush()
    return contact


def ask(session: Session, contact: Contact, now: datetime) -> None:
    """等待确认: a code was sent, or a family member or a cadre was asked."""
    _move(session, contact, PENDING, now)
    session.flush()


def confirm(
    session: Session, contact: Contact, proof: Proof, by: str, now: datetime, decided: Decision | None = None
) -> None:
    """确认: the binding is verified, and the person's former address on this channel revoked.

    An address that another household holds is left where it is (Contested) until a person has decided.
    """
    here = _at(session, contact.channel, contact.address_index, lock=True)
    if contact not in here:
        raise NotPossible(f"{contact.state} cannot be verified")
    others = [other for other in here if other.household_id != contact.household_id and other.state in HOLDING]
    if decided is None and (holders := _holders(session, contact, others)):
        raise Contested(holders)
    for other in others if decided is Decision.MOVE else ():
        revoke(session, other, MOVED, now)
    former = _former(session, contact)
    for one in former:
        revoke(session, one, CHANGED, now)
    _move(session, contact, VERIFIED, now)
    contact.proof, contact.confirmed_by, contact.confirmed_at = proof.value, by, now
    contact.replaces = former[-1].id if former else contact.replaces
    session.flush()


def revoke(session: Session, contact: Contact, reason: str, now: datetime) -> None:
    """解除: the binding ends and stays as history."""
    _move(session, contact, REVOKED, now)
    contact.revoked_at, contact.reason = now, reason[:200]
    session.flush()


def grow_old(session: Session, now: datetime) -> int:
    """到期: what was verified too long ago is stale, and old tries are forgotten; how many bindings."""
    old = update(Contact).where(_verified, Contact.confirmed_at <= now - FRESH)
    stale = session.scalars(old.values(state=STALE.value, changed_at=now).returning(Contact.id)).all()
    session.execute(delete(BindingTry).where(BindingTry.at <= now - MONTH))
    return len(stale)


def unconfirmed(session: Session, now: datetime) -> Sequence[Contact]:
    """没有人确认: the claims that wait for too long, locked, household by household."""
    waiting = Contact.state.in_([state.value for state in sorted(WAITING)])
    rows = select(Contact).where(waiting, Contact.changed_at <= now - UNCONFIRMED)
    locked = rows.order_by(Contact.household_id, Contact.id).with_for_update(skip_locked=True)
    return session.scalars(locked.execution_options(populate_existing=True)).all()


def _move(session: Session, contact: Contact, state: ContactState, now: datetime) -> None:
    session.refresh(contact, with_for_update=True)
    if not may_become(contact.state, state):
        raise NotPossible(f"{contact.state} cannot become {state}")
    contact.state, contact.changed_at = state.value, now


def _at(session: Session, channel: str, index: str, *, lock: bool = False) -> list[Contact]:
    """The live bindings of an address, likelier ones first; locked, so that of two confirmations one sees the other.

    Of two rows of one person who stood twice on the roster, only that of the person who is kept counts.
    """
    given = {"channel": str(channel), "index": index}
    rows = session.scalars(_locked_here, given) if lock else _found_here.objects(session, Contact, given)
    return sorted(rows, key=lambda contact: RANK[contact.state])


def _former(session: Session, contact: Contact) -> Sequence[Contact]:
    """The addresses on this channel that the person held until now."""
    mine = Contact.person_id == contact.person_id, Contact.channel == contact.channel, Contact.id != contact.id
    return session.scalars(select(Contact).where(LIVE, _held, *mine).order_by(Contact.since)).all()


def _holders(session: Session, contact: Contact, others: Iterable[Contact]) -> list[Candidate]:
    """Those of other households who hold the address, by a binding or on file."""
    on_file = _on_file(session, contact.channel, contact.address_index)
    strangers = [candidate for candidate in on_file if candidate.household_id != contact.household_id]
    return [_candidate(other) for other in others] + strangers


def _on_file(session: Session, channel: str, index: str) -> list[Candidate]:
    """Those whose telephone on file this is, the dead excepted; who stood twice on the roster, once."""
    if channel == Channel.WECHAT:
        return []
    living = or_(Person.left.is_(None), Person.left != Left.DIED.value)
    kept = aliased(Person)
    id_, home = func.coalesce(kept.id, Person.id), func.coalesce(kept.household_id, Person.household_id)
    rows = select(id_, home).select_from(Person).outerjoin(kept, kept.id == Person.merged_into)
    found = session.execute(rows.where(Person.phone_index == index, living).distinct().order_by(id_, home))
    return [Candidate(person_id, household_id) for person_id, household_id in found]


def _times(session: Session, whose: ColumnElement[bool]) -> Sequence[datetime]:
    return session.scalars(select(BindingTry.at).where(whose)).all()


def _candidate(contact: Contact) -> Candidate:
    return Candidate(contact.person_id, contact.household_id, ContactState(contact.state), contact.id)
