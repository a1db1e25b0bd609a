"""来往: conversations as staff read them, each of one sender with one household, or with nobody yet.

Who may see what, and nobody anything else:
- messages of a household: staff with the right to read messages over the household's region;
- unmatched messages: town and county offices over a region in which a lead of the conversation lies; while there is
  no lead, the county's office alone, for nobody can say whose village it is.
A message follows its binding: where two people were merged, it is read under the household of who is kept.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    Subquery,
    and_,
    false,
    func,
    literal,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.orm import Session, aliased

from field.ledger.entries import Entry
from field.messaging.conversations import Dialog
from field.messaging.inbox import InboundMessage, day_key
from field.messaging.outbox import OutboundMessage
from field.monitoring.leads.leads import Lead
from field.registry.contacts import Contact
from field.registry.households import Household
from field.registry.regions import in_region
from field.registry.rights import Actor, NotAllowed, Right

COUNTY = 6
MOST = 200
DECLARED, CHECKED_IN, HELP_WANTED = "declaration:dialog:", "checkin:dialog:", "help_wanted:dialog:"
OF_A_DIALOG = DECLARED, CHECKED_IN, HELP_WANTED
BESIDE, BESIDE_PARTS = "help_wanted:", 5
BY_THE_WAY = "danger", "question", "voice"  # what is heard whatever is being talked about


class Key(NamedTuple):
    """哪一段来往: the sender's address, blind, and the household, or nobody's yet."""

    channel: str
    sender: str
    household_id: str | None


@dataclass(frozen=True)
class Line:
    """一行: a conversation, by any of its messages, with when it was last and how often they wrote."""

    message_id: str
    key: Key
    address: str
    last_at: datetime
    came: int
    head: str | None
    number: str | None
    region: str | None


@dataclass(frozen=True)
class Thread:
    """一段来往: what came in and what went out, oldest first, and the dialogs with what came of them."""

    key: Key
    address: str
    came: Sequence[InboundMessage]
    went: Sequence[OutboundMessage]
    dialogs: Sequence[Dialog]
    entries: Sequence[Entry]
    leads: Sequence[Lead]


def conversations(
    session: Session, by: Actor, which: str, household_id: str | None, page: int, per_page: int
) -> tuple[list[Line], int]:
    """会话列表, the newest first: `which` is all or unmatched; how many there are in all."""
    both = union_all(_came(by, which, household_id), _went(by, which, household_id)).subquery()
    key = both.c.channel, both.c.address, both.c.home
    last = func.max(both.c.at).label("at")
    grouped = select(func.max(both.c.id).label("id"), *key, last, func.sum(both.c.came).label("came")).group_by(*key)
    threads = grouped.subquery()
    seen = or_(threads.c.home.is_not(None), _nobodys_seen(threads, by))
    total = session.scalar(select(func.count()).select_from(threads).where(seen)) or 0
    rows = session.execute(_named(threads).where(seen).offset((page - 1) * per_page).limit(per_page)).all()
    numbers = _numbers(session, [row.id for row in rows])
    lines = [
        Line(row.id, Key(row.channel, row.address, row.home), numbers[row.id], row.at, row.came, *row[6:])
        for row in rows
    ]
    return lines, total


def thread(session: Session, by: Actor, message_id: str) -> Thread:
    """The conversation in which a message stands; NotAllowed where the actor may not see it, or there is none."""
    key = locate(session, message_id)
    if not readable(session, by, key):
        raise NotAllowed
    came, went = messages(session, key)
    dialog_ids = {one.dialog_id for one in came if one.dialog_id}
    dialogs = session.scalars(select(Dialog).where(Dialog.id.in_(dialog_ids)).order_by(Dialog.opened_at)).all()
    keys = _keys(dialog_ids, key, [one.received_at for one in came])
    entries = session.scalars(select(Entry).where(Entry.idempotency_key.in_(keys)).order_by(Entry.recorded_at)).all()
    leads = session.scalars(select(Lead).where(_opened_by(keys)).order_by(Lead.opened_at)).all()
    address = came[0].sender if came else went[0].recipient
    return Thread(key, address, came, went, dialogs, entries, leads)


def locate(session: Session, message_id: str) -> Key:
    """The conversation of a message that came in or went out; NotAllowed where there is no such message."""
    came = session.get(InboundMessage, message_id)
    went = None if came else session.get(OutboundMessage, message_id)
    one = came or went
    if one is None:
        raise NotAllowed
    contact = session.get(Contact, one.contact_id) if one.contact_id else None
    home = contact.household_id if contact else one.household_id
    return Key(one.channel, came.sender_index if came else one.recipient_index, home)  # type: ignore[union-attr]


def readable(session: Session, by: Actor, key: Key, right: Right = Right.READ_MESSAGES) -> bool:
    """Whether the actor may see a conversation, and with `right` do more with it."""
    if key.household_id:
        household = session.get(Household, key.household_id)
        return household is not None and by.may(right, household.region)
    if not (by.has(right) and by.has(Right.READ_UNMATCHED)):
        return False
    regions = {lead.region for lead in leads_of(session, key)}
    if not regions:
        return len(by.region) <= COUNTY
    return any(by.may(Right.READ_UNMATCHED, region) for region in regions)


def messages(session: Session, key: Key) -> tuple[Sequence[InboundMessage], Sequence[OutboundMessage]]:
    """The newest messages of a conversation, oldest first."""
    came = select(InboundMessage).outerjoin(Contact, Contact.id == InboundMessage.contact_id)
    sender = InboundMessage.channel == key.channel, InboundMessage.sender_index == key.sender
    came = came.where(*sender, _is(_home(InboundMessage), key.household_id))
    went = select(OutboundMessage).outerjoin(Contact, Contact.id == OutboundMessage.contact_id)
    recipient = OutboundMessage.channel == key.channel, OutboundMessage.recipient_index == key.sender
    went = went.where(*recipient, _is(_home(OutboundMessage), key.household_id))
    newest_in = came.order_by(InboundMessage.received_at.desc(), InboundMessage.id.desc()).limit(MOST)
    newest_out = went.order_by(OutboundMessage.created_at.desc(), OutboundMessage.id.desc()).limit(MOST)
    return session.scalars(newest_in).all()[::-1], session.scalars(newest_out).all()[::-1]


def told_in(session: Session, leads: Collection[tuple[str, int]]) -> dict[tuple[str, int], str]:
    """Of leads that strangers' messages opened, the newest message of the conversation."""
    if not leads:
        return {}
    here = tuple_(Entry.chain_id, Entry.seq).in_(leads)
    rows = session.execute(select(Entry.chain_id, Entry.seq, Entry.idempotency_key).where(here))
    keys = {(chain_id, seq): key.split(":") for chain_id, seq, key in rows}
    dialogs = {parts[-1] for parts in keys.values()}
    senders = {parts[-2] for parts in keys.values() if len(parts) == BESIDE_PARTS}
    one = InboundMessage
    wanted = one.household_id.is_(None), or_(one.dialog_id.in_(dialogs), one.sender_index.in_(senders))
    came = session.execute(select(one.id, one.dialog_id, one.sender_index).where(*wanted).order_by(one.id)).all()
    newest = {name: id_ for id_, *names in came for name in names}
    told = {place: newest.get(parts[-1]) or newest.get(parts[-2]) for place, parts in keys.items()}
    return {place: id_ for place, id_ in told.items() if id_}


def leads_of(session: Session, key: Key) -> Sequence[Lead]:
    """The leads that a sender's messages opened while they were nobody's."""
    mine = InboundMessage.channel == key.channel, InboundMessage.sender_index == key.sender
    columns = InboundMessage.dialog_id, InboundMessage.received_at
    came = session.execute(select(*columns).where(*mine, InboundMessage.household_id.is_(None))).all()
    keys = _keys({dialog_id for dialog_id, _at in came if dialog_id}, key, [at for _dialog_id, at in came])
    return session.scalars(select(Lead).where(_opened_by(keys)).order_by(Lead.opened_at)).all()


def _keys(dialog_ids: Collection[str], key: Key, moments: Iterable[datetime]) -> list[str]:
    """Under which the entries stand that a conversation led to: of its dialogs, and of what was said beside them."""
    days = {day_key(why, key.channel, key.sender, at) for at in moments for why in BY_THE_WAY}
    told = {prefix + one for one in dialog_ids for prefix in OF_A_DIALOG}
    return sorted(told | {BESIDE + day for day in days})


def _opened_by(keys: Sequence[str]) -> ColumnElement[bool]:
    """A lead that an entry of these keys opened."""
    here = Entry.chain_id == Lead.chain_id, Entry.seq == Lead.seq
    return select(Entry.seq).where(*here, Entry.idempotency_key.in_(keys)).exists()


def _came(by: Actor, which: str, household_id: str | None) -> Select[Any]:
    one, home = InboundMessage, _home(InboundMessage)
    columns = one.id, one.channel, one.sender_index.label("address"), home.label("home"), one.received_at.label("at")
    rows = select(*columns, literal(1, Integer).label("came")).outerjoin(Contact, Contact.id == one.contact_id)
    return _wanted(rows, home, by, which, household_id)


def _went(by: Actor, which: str, household_id: str | None) -> Select[Any]:
    one, home = OutboundMessage, _home(OutboundMessage)
    columns = one.id, one.channel, one.recipient_index.label("address"), home.label("home"), one.created_at.label("at")
    rows = select(*columns, literal(0, Integer).label("came")).outerjoin(Contact, Contact.id == one.contact_id)
    return _wanted(rows, home, by, which, household_id)


def _wanted(rows: Select[Any], home: Any, by: Actor, which: str, household_id: str | None) -> Select[Any]:
    """Messages of the actor's households and, for who may see such at all, those of nobody."""
    rows = rows.outerjoin(Household, Household.id == home)
    own = in_region(Household.region, by.region) if by.has(Right.READ_MESSAGES) else false()
    nobodys = home.is_(None) if by.has(Right.READ_UNMATCHED) else false()
    if household_id:
        return rows.where(own, home == household_id)
    return rows.where(nobodys if which == "unmatched" else or_(own, nobodys))


def _nobodys_seen(threads: Subquery, by: Actor) -> ColumnElement[bool]:
    """Whether a lead of an unmatched conversation lies in the actor's region, or, for the county, there is none."""
    said = aliased(InboundMessage)
    of_it = or_(*(Entry.idempotency_key == prefix + said.dialog_id for prefix in (DECLARED, HELP_WANTED)))
    rows = select(Lead.seq).select_from(said).join(Entry, of_it)
    rows = rows.join(Lead, and_(Lead.chain_id == Entry.chain_id, Lead.seq == Entry.seq))
    mine = said.channel == threads.c.channel, said.sender_index == threads.c.address, said.household_id.is_(None)
    rows = rows.where(*mine).correlate(threads)
    here = rows.where(in_region(Lead.region, by.region)).exists()
    return or_(here, ~rows.exists()) if len(by.region) <= COUNTY else here


def _named(threads: Subquery) -> Select[Any]:
    """The household beside each conversation."""
    columns = threads.c.id, threads.c.channel, threads.c.address, threads.c.home, threads.c.at, threads.c.came
    rows = select(*columns, Household.head, Household.number, Household.region)
    return rows.outerjoin(Household, Household.id == threads.c.home).order_by(threads.c.at.desc(), threads.c.id)


def _numbers(session: Session, ids: Sequence[str]) -> dict[str, str]:
    """The other side's number or account by message."""
    came = session.execute(select(InboundMessage.id, InboundMessage.sender).where(InboundMessage.id.in_(ids)))
    went = session.execute(select(OutboundMessage.id, OutboundMessage.recipient).where(OutboundMessage.id.in_(ids)))
    return dict(came.all()) | dict(went.all())


def _home(one: type[InboundMessage] | type[OutboundMessage]) -> Any:
    return func.coalesce(Contact.household_id, one.household_id)


def _is(home: Any, household_id: str | None) -> ColumnElement[bool]:
    condition: ColumnElement[bool] = home.is_(None) if household_id is None else home == household_id
    return condition
