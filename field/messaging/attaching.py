"""来信归户: a person says whose a conversation is, takes it back, and says whose number it is; all in the ledger.

Which household a message belongs to is no derived state (a bound sender's is noted as it comes in): a rebuild leaves
messages as they stand. The entries name every message that was attached, so that what they did can be undone exactly.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session
from uuid6 import uuid7

from field.codes import Channel, EntryKind
from field.ledger.entries import Draft, Entry, append, opened
from field.messaging import threads
from field.messaging.inbox import InboundMessage
from field.messaging.outbox import OutboundMessage
from field.messaging.threads import Key
from field.monitoring.leads.attaching import attach as attach_lead
from field.monitoring.leads.attaching import attachable as attachable_lead
from field.monitoring.leads.attaching import detach as detach_lead
from field.monitoring.leads.bindings import Deed, end, register
from field.registry.contact_rules import WAITING
from field.registry.contacts import Contact
from field.registry.households import Person
from field.registry.reach import household
from field.registry.rights import Actor, NotAllowed, Right

Place = tuple[str, int]


class NotNobodys(Exception):
    """已经归户: the conversation is somebody's already."""


class NotTaken(Exception):
    """没有可撤回的: nothing of this conversation was attached by hand, or it was taken back already."""


def attach(
    session: Session,
    message_id: str,
    household_id: str,
    chosen: Sequence[Place],
    note: str,
    by: Actor,
    now: datetime,
    whose: Person | None = None,
) -> None:
    """All messages of the conversation, and the leads chosen, are the household's; leads that are its own stay so.

    With `whose` the number is noted as that person's, and waits to be confirmed.
    """
    key = attachable(session, message_id, by)
    if key.household_id is not None:
        raise NotNobodys
    home = household(session, by, household_id, Right.ATTACH_MESSAGES)
    found = {(one.chain_id, one.seq): one for one in threads.leads_of(session, key)}
    for place in chosen:
        if place not in found:
            raise NotAllowed
        if found[place].household_id != home.id:
            attach_lead(session, *place, home.id, by, now)
    content = _taken(session, key, home.id) | {"note": note, "leads": [list(place) for place in chosen]}
    if whose:
        address = session.get_one(InboundMessage, content["messages"][0]).sender
        noted = register(session, whose, key.channel, address, Deed(by.username, note=note), now)
        content |= {"binding": noted.id} if noted.since == now else {}  # what was there before is not taken back
    _append(session, EntryKind.MESSAGES_ATTACHED, home.id, content, by, now)


def detach(session: Session, message_id: str, note: str, by: Actor, now: datetime) -> None:
    """撤回: what was attached last is nobody's again, and so are the leads and the number that came with it.

    A number that was confirmed since stays: somebody has seen that it is the person's.
    """
    key = attachable(session, message_id, by)
    said = attached_by_hand(session, key) if key.household_id else None
    if key.household_id is None or said is None:
        raise NotTaken
    for chain_id, seq in said["leads"]:
        lead = attachable_lead(session, chain_id, seq, by)
        if lead.household_id == key.household_id:
            detach_lead(session, chain_id, seq, key.household_id, note, by, now)
    for table, name in ((InboundMessage, "messages"), (OutboundMessage, "answers")):
        mine = table.id.in_(said[name]), table.household_id == key.household_id
        session.execute(update(table).where(*mine).values(household_id=None))
    contact = session.get(Contact, said["binding"]) if "binding" in said else None
    if contact and contact.state in WAITING:
        end(session, contact, Deed(by.username, note=note), now)
    content = {name: said[name] for name in ("messages", "answers", "leads", "at")} | {"note": note}
    _append(session, EntryKind.MESSAGES_DETACHED, key.household_id, content, by, now)


def attachable(session: Session, message_id: str, by: Actor) -> Key:
    """The conversation of a message, if the actor may say whose it is; else NotAllowed."""
    key = threads.locate(session, message_id)
    if not threads.readable(session, by, key, Right.ATTACH_MESSAGES):
        raise NotAllowed
    return key


def attached_by_hand(session: Session, key: Key) -> dict[str, Any] | None:
    """The entry by which messages of the conversation were attached and which was not taken back; its payload."""
    mine = InboundMessage.channel == key.channel, InboundMessage.sender_index == key.sender
    rows = select(InboundMessage.id).where(*mine, InboundMessage.household_id == key.household_id)
    ours = set(session.scalars(rows.where(InboundMessage.contact_id.is_(None))))
    kinds = [kind.value for kind in (EntryKind.MESSAGES_ATTACHED, EntryKind.MESSAGES_DETACHED)]
    entries = select(Entry).where(Entry.chain_id == key.household_id, Entry.kind.in_(kinds)).order_by(Entry.seq.desc())
    several = list(session.scalars(entries)) if ours else []
    for entry, said in zip(several, opened(session, several), strict=True):
        if ours & set(said["messages"]):
            return said if entry.kind == EntryKind.MESSAGES_ATTACHED else None
    return None


def _taken(session: Session, key: Key, household_id: str) -> dict[str, Any]:
    """Every message of the sender that is nobody's becomes the household's; none left, somebody was quicker."""
    taken: dict[str, Any] = {}
    for table, index, name in (
        (InboundMessage, InboundMessage.sender_index, "messages"),
        (OutboundMessage, OutboundMessage.recipient_index, "answers"),
    ):
        mine = table.channel == key.channel, index == key.sender, table.household_id.is_(None)
        change = update(table).where(*mine).values(household_id=household_id).returning(table.id)
        taken[name] = sorted(session.scalars(change.execution_options(synchronize_session=False)))
    if not taken["messages"]:
        raise NotNobodys
    session.expire_all()
    return taken | {"at": key.channel}


def _append(
    session: Session, kind: EntryKind, household_id: str, content: dict[str, Any], by: Actor, now: datetime
) -> None:
    """Which messages there are is decided by their rows; no second entry can come of the same."""
    draft = Draft(household_id, kind, Channel.WEB, by.username, now, f"{kind.value}:{uuid7()}", content)
    append(session, draft, now)
