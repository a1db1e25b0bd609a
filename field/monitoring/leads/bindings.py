"""绑定处理: a binding claimed, confirmed or ended, each with its entry in the ledger.

Bindings live in the registry's `contact` rows and are no derived table: a rebuild leaves them as they stand, and the
entries tell who did what to them, why, and at which number (sealed, shown masked).
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session
from uuid6 import uuid7

from field.codes import Channel, EntryKind, Source, TaskKind
from field.ledger.entries import Draft, Entry, append, opened
from field.ledger.facts import PHONE, SEEN, VERIFIED_ADDRESS, WITHDRAWN, state
from field.monitoring.duties.tasks import Task
from field.monitoring.leads.leads import open_task
from field.monitoring.workers.worker_standings import note_workers
from field.registry import contacts
from field.registry.contact_rules import HOLDING, REVOKED, Decision, Proof, Withdrawn
from field.registry.contacts import Candidate, Contact
from field.registry.households import Household, Person
from field.registry.masking import mask_phone
from field.registry.rights import Actor, NotAllowed, Right
from field.registry.sealing import blind


class StateChanged(Exception):
    """情况变了: since the page was made, somebody or something has changed the binding or who else holds the number."""


@dataclass(frozen=True)
class Deed:
    """经手: who did it (a user name, or person:<id>), by which way, and why."""

    actor: str
    channel: Channel = Channel.WEB
    note: str = ""


def register(session: Session, person: Person, channel: str, address: str, deed: Deed, now: datetime) -> Contact:
    """登记: the binding is claimed and waits to be confirmed, with its entry; one that is there is left alone."""
    before = set(session.scalars(select(Contact.id).where(_at_address(channel, address))))
    contact = contacts.claim(session, person, channel, address, now)
    if contact.id not in before:
        contacts.ask(session, contact, now)
        _append(session, EntryKind.BINDING_CLAIMED, contact, {"note": deed.note}, deed, now)
    return contact


def confirm(
    session: Session, contact: Contact, proof: Proof, deed: Deed, now: datetime, decided: Decision | None = None
) -> None:
    """确认: verified, with an entry for it and one for each binding that ended by it; raises as the registry does."""
    at_stake = _at_stake(session, contact)
    contacts.confirm(session, contact, proof, deed.actor, now, decided)
    said = {"proof": proof.value, "note": deed.note, **({"decided": decided.value} if decided else {})}
    deeds: list[tuple[Contact, EntryKind, dict[str, Any]]] = [(contact, EntryKind.BINDING_CONFIRMED, said)]
    ended = [one for one in at_stake if one.state == REVOKED]
    deeds += [(one, EntryKind.BINDING_REVOKED, {"note": one.reason or ""}) for one in ended]
    for one, kind, more in sorted(deeds, key=lambda deed: deed[0].household_id):  # chains always in the same order
        _append(session, kind, one, more, deed, now)


def end(session: Session, contact: Contact, deed: Deed, now: datetime, withdrawn: Withdrawn | None = None) -> None:
    """解除 with a reason, and its entry; a number that is `withdrawn` was wrongly told, and counts no more."""
    contacts.revoke(session, contact, deed.note, now)
    said = {"note": deed.note, **({"withdrawn": withdrawn.value} if withdrawn else {})}
    _append(session, EntryKind.BINDING_REVOKED, contact, said, deed, now)


def grow_old(session: Session, now: datetime) -> int:
    """到期: the verified become stale; a claim that nobody confirmed ends with its entry, and nobody need see to it."""
    over = contacts.unconfirmed(session, now)
    for contact in over:
        end(session, contact, Deed("field", Channel.SYSTEM, contacts.NEVER_CONFIRMED), now)
    return contacts.grow_old(session, now) + len(over)


def derive_claimed(session: Session, entry: Entry, said: dict[str, Any]) -> None:
    """登记: somebody should see whether it is the person's own number."""
    derive_settled(session, entry, said)
    open_task(session, entry, TaskKind.BINDING, Source.CHECKIN, said["person_id"])


def derive_settled(session: Session, entry: Entry, said: dict[str, Any]) -> None:
    """Nobody need see to it any more."""
    waiting = Task.kind == TaskKind.BINDING.value, Task.person_id == said["person_id"]
    session.execute(delete(Task).where(Task.chain_id == entry.chain_id, *waiting))


def derive_revoked(session: Session, entry: Entry, said: dict[str, Any]) -> None:
    """解除: nobody need see to that number any more; another claim of the person's may still wait."""
    derive_settled(session, entry, said)
    if waiting := _waiting(session, entry, said["person_id"]):
        open_task(session, waiting, TaskKind.BINDING, Source.CHECKIN, said["person_id"])
    if said.get("withdrawn") and said.get("phone"):
        value = {"phone": mask_phone(said["phone"]), "why": said["withdrawn"]}
        state(session, [_fact(entry, said, WITHDRAWN, value, VERIFIED_ADDRESS)])


def derive_confirmed(session: Session, entry: Entry, said: dict[str, Any]) -> None:
    """确认: a verified telephone is the person's own from then on."""
    derive_settled(session, entry, said)
    number, person_id = said.get("phone"), said["person_id"]
    if number is None:
        return
    level = SEEN if said["proof"] == Proof.VISIT else VERIFIED_ADDRESS
    state(session, [_fact(entry, said, PHONE, mask_phone(number), level)])
    if said["proof"] != Proof.FAMILY:  # who only speaks for another does not take his number on file from him
        known = {"phone": number, "phone_index": blind("phone", number)}
        session.execute(update(Person).where(Person.id == person_id).values(known))
    note_workers(session, [entry])


DERIVERS = {
    EntryKind.BINDING_CLAIMED: derive_claimed,
    EntryKind.BINDING_CONFIRMED: derive_confirmed,
    EntryKind.BINDING_REVOKED: derive_revoked,
}


def _fact(entry: Entry, said: dict[str, Any], attribute: str, value: Any, level: int) -> dict[str, Any]:
    """What an entry says of its number, which is kept sealed."""
    return {
        "chain_id": entry.chain_id, "seq": entry.seq, "place": 0, "subject": said["person_id"], "attribute": attribute,
        "value": value, "sealed": said["phone"], "channel": entry.channel, "recorder": entry.actor,
        "observed_at": entry.occurred_at, "level": level,
    }  # fmt: skip


def seen_by(session: Session, contact: Contact) -> str:
    """所见: a mark of all on which a decision rests, so that a page that has grown old is noticed."""
    others = [f"{one.person_id}:{one.state}" for one in holders(session, contact)]
    text = "|".join([contact.state, contact.person_id, *sorted(others)])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def holders(session: Session, contact: Contact) -> Sequence[Candidate]:
    """争用: those of other households who hold the address of a binding, by a binding or on file."""
    found = contacts.attached_at(session, contact.channel, contact.address_index)
    others = [one for one in found if one.household_id != contact.household_id]
    return [one for one in others if one.state is None or one.state in HOLDING]


def checked(
    session: Session, contact_id: str, seen: str, note: str, by: Actor, now: datetime, decided: Decision | None = None
) -> None:
    """干部已核对: confirmed by a visit; of a contested number only who may decide over every holder's household."""
    contact = bindable(session, contact_id, by)
    if seen_by(session, contact) != seen:
        raise StateChanged
    if decided is not None:
        homes = [session.get_one(Household, one.household_id) for one in holders(session, contact)]
        if not by.has(Right.DECIDE_CONTESTED) or not all(by.may(Right.DECIDE_CONTESTED, one.region) for one in homes):
            raise NotAllowed
    confirm(session, contact, Proof.VISIT, Deed(by.username, note=note), now, decided)


def revoke(session: Session, contact_id: str, seen: str, note: str, by: Actor, now: datetime) -> None:
    """解除 by a member of staff."""
    contact = bindable(session, contact_id, by)
    if contact.state == REVOKED or seen_by(session, contact) != seen:
        raise StateChanged
    end(session, contact, Deed(by.username, note=note), now)


def bindable(session: Session, contact_id: str, by: Actor) -> Contact:
    """A binding of a household in the actor's region; NotAllowed otherwise."""
    contact = session.get(Contact, contact_id, populate_existing=True)
    household = session.get(Household, contact.household_id) if contact else None
    if contact is None or household is None or not by.may(Right.DECIDE_BINDINGS, household.region):
        raise NotAllowed
    return contact


def of_household(session: Session, household_id: str) -> Sequence[Contact]:
    """The bindings of a household, those that live first, the newest first."""
    rows = select(Contact).where(Contact.household_id == household_id)
    return session.scalars(rows.order_by(Contact.revoked_at.is_not(None), Contact.changed_at.desc(), Contact.id)).all()


def _waiting(session: Session, until: Entry, person_id: str) -> Entry | None:
    """The person's newest claim up to an entry that was neither ended nor made before another was confirmed."""
    mine = Entry.chain_id == until.chain_id, Entry.kind.in_([kind.value for kind in DERIVERS])
    entries = session.scalars(select(Entry).where(*mine, Entry.seq <= until.seq).order_by(Entry.seq)).all()
    waiting: dict[str, Entry] = {}
    for entry, said in zip(entries, opened(session, entries), strict=True):
        if said["person_id"] != person_id:
            continue
        if entry.kind == EntryKind.BINDING_CONFIRMED:
            waiting.clear()
        elif entry.kind == EntryKind.BINDING_CLAIMED:
            waiting[said["contact_id"]] = entry
        else:
            waiting.pop(said["contact_id"], None)
    return next(reversed(waiting.values()), None)


def _at_address(channel: str, address: str) -> Any:
    index = contacts.address_index(channel, address)
    return (Contact.channel == str(channel)) & (Contact.address_index == index)


def _at_stake(session: Session, contact: Contact) -> Sequence[Contact]:
    """The other live bindings of the address or of the person, which may end when this one is confirmed."""
    same = or_(Contact.address_index == contact.address_index, Contact.person_id == contact.person_id)
    here = Contact.revoked_at.is_(None), Contact.channel == contact.channel, Contact.id != contact.id
    return session.scalars(select(Contact).where(*here, same)).all()


def _append(
    session: Session, kind: EntryKind, contact: Contact, said: dict[str, Any], deed: Deed, now: datetime
) -> None:
    content: dict[str, Any] = {"contact_id": contact.id, "person_id": contact.person_id, "at": contact.channel, **said}
    if contact.channel != Channel.WECHAT:
        content["phone"] = contact.address
    draft = Draft(contact.household_id, kind, deed.channel, deed.actor, now, f"{kind.value}:{uuid7()}", content)
    DERIVERS[kind](session, append(session, draft, now), content)
