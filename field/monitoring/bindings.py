"""绑定入账: each change of a binding as an entry of the household's chain, and what follows from it."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from field.codes import Channel, EntryKind, Source, TaskKind
from field.ledger.entries import Draft, Entry, append
from field.ledger.facts import SEEN, VERIFIED_ADDRESS, state
from field.monitoring.leads import Task, open_task
from field.registry.contact_rules import PENDING, VERIFIED, Proof
from field.registry.contacts import Contact
from field.registry.households import Person
from field.registry.masking import mask_phone
from field.registry.sealing import blind


def record_binding(session: Session, contact: Contact, channel: Channel, actor: str, now: datetime) -> Entry:
    """Record how a binding stands now; `actor` is who brought it there, `channel` the way by which."""
    content: dict[str, Any] = {
        "contact_id": contact.id, "person_id": contact.person_id, "address_channel": contact.channel,
        "state": contact.state, "proof": contact.proof, "reason": contact.reason,
    }  # fmt: skip
    if contact.channel == Channel.SMS:
        content["phone"] = contact.address
    key = f"binding:{contact.id}:{contact.state}:{contact.changed_at.isoformat()}"
    draft = Draft(contact.household_id, EntryKind.BINDING, channel, actor, now, key, content)
    entry = append(session, draft, now)
    derive_binding(session, entry, content)
    return entry


def derive_binding(session: Session, entry: Entry, said: dict[str, Any]) -> None:
    """A verified telephone is the person's from then on; a binding that waits for people is somebody's task."""
    waiting = Task.kind == TaskKind.BINDING.value, Task.person_id == said["person_id"]
    session.execute(delete(Task).where(Task.chain_id == entry.chain_id, *waiting))
    if said["state"] == PENDING:
        open_task(session, entry, TaskKind.BINDING, Source.CHECKIN, said["person_id"])
    elif said["state"] == VERIFIED and said.get("phone"):
        _know_phone(session, entry, said)


def _know_phone(session: Session, entry: Entry, said: dict[str, Any]) -> None:
    number, person_id = said["phone"], said["person_id"]
    fact = {
        "chain_id": entry.chain_id, "seq": entry.seq, "place": 0, "subject": person_id, "attribute": "phone",
        "value": mask_phone(number), "sealed": number, "channel": entry.channel, "recorder": entry.actor,
        "observed_at": entry.occurred_at, "level": SEEN if said["proof"] == Proof.VISIT else VERIFIED_ADDRESS,
    }  # fmt: skip
    state(session, [fact])
    known = {"phone": number, "phone_index": blind("phone", number)}
    session.execute(update(Person).where(Person.id == person_id).values(known))
