"""绑定办理: from somebody's claim to a verified binding: by code, family, answer or people.

Whatever is claimed, the same words come back: nobody learns who is on the roster.
"""

import hmac
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, NamedTuple

from sqlalchemy import select
from uuid6 import uuid7

from field.codes import Channel
from field.messaging import conversations, outbox
from field.messaging.conversations import Purpose
from field.messaging.dialogs.engine import final, tell
from field.messaging.dialogs.loading import library
from field.messaging.first_word import Asked, ask
from field.messaging.messages import Outbound
from field.messaging.scene import Scene
from field.messaging.sending_rules import Purpose as Why
from field.monitoring.leads.bindings import Deed, confirm, end, register
from field.monitoring.workers.checkins import Why as CallWhy
from field.monitoring.workers.checkins import record_call_wanted
from field.registry import contacts
from field.registry.contact_rules import HOLDING, PENDING, STALE, VERIFIED, Proof, Withdrawn
from field.registry.contacts import Contact, Contested, NotPossible, TooMany
from field.registry.holders import Holder
from field.registry.households import Person
from field.registry.identify import identified
from field.registry.sealing import keyring

CODE_LASTS = timedelta(hours=1)


class Closing(NamedTuple):
    """收尾的话: which last words follow where it was done, where another household holds the number, or it is over."""

    done: str
    contested: str
    over: str


def claim(scene: Scene, told: dict[str, str]) -> None:
    """自报: take a claim; where it fits one person, a code goes to the number on file, or people are asked."""
    person = identified(scene.session, told)
    try:
        contact = _claimed(scene, person)
    except TooMany:
        if person is not None:  # others may have used up the tries, so people look into it
            key = f"many_claims:{person.id}:{scene.now.date()}"
            record_call_wanted(scene.session, person.id, person.household_id, key, CallWhy.MANY_CLAIMS, scene.now)
        return
    if person is None or contact is None or contact.state == VERIFIED:
        return
    if person.phone:
        _send_code(scene, contact, person)
    else:
        ask_people(scene)


def _claimed(scene: Scene, person: Person | None) -> Contact | None:
    """The claim, counted against who guesses, whether anybody fits or not."""
    if person is None:
        contacts.note_try(scene.session, scene.channel, scene.message.sender, None, scene.now)
        return None
    deed, address = _deed(scene), scene.message.sender
    contact = register(scene.session, person, scene.channel, address, deed, scene.now)
    if contact.state == STALE:  # grown old, so it is claimed anew, and confirmed anew
        end(scene.session, contact, _deed(scene, "很久没有确认，重新绑定"), scene.now)
        return register(scene.session, person, scene.channel, address, deed, scene.now)
    if contact.since != scene.now:  # claimed before: another try, and another code
        contacts.note_try(scene.session, scene.channel, address, person.id, scene.now)
        if contact.state != VERIFIED:
            contacts.ask(scene.session, contact, scene.now)
    return contact


def confirm_by_code(scene: Scene, code: str) -> str:
    """验证码: which last words follow; a code counts for its claim, for an hour, and until a wrong one was given."""
    contact = _waiting(scene)
    if contact is None or scene.now - contact.changed_at >= CODE_LASTS:
        return "wrong_code"
    if not hmac.compare_digest(code_of(contact).encode(), code.encode()):
        contact.changed_at = scene.now - CODE_LASTS  # one guess for each code that was sent, and those are counted
        scene.session.flush()
        return "wrong_code"
    done = Closing("verified", "checking", "wrong_code")
    return _confirmed(scene, contact, Proof.CODE, f"person:{contact.person_id}", done)


def withdraw(scene: Scene, since: datetime) -> None:
    """不绑了: the claim of this talk ends, for whoever made it wants it no more; an earlier one is somebody else's."""
    if (contact := _waiting(scene)) and contact.changed_at >= since:
        end(scene.session, contact, _deed(scene, "申请绑定的人说不绑了"), scene.now)


def ask_people(scene: Scene) -> None:
    """没有验证码: a bound member of the family is asked; the cadre's task is there in any case."""
    contact = _waiting(scene)
    if contact is None:
        return
    person = scene.session.get_one(Person, contact.person_id)
    address = f"尾号{contact.address[-4:]}的手机" if contact.channel == Channel.SMS else "微信"
    answers = {"contact": contact.id, "claim": {"name": person.name}, "address": address}
    for family in _family(scene, contact):
        whom = Asked(
            Channel(family.channel), family.address, scene.provider(Channel(family.channel)), family.id,
            family.person_id, family.household_id,
        )  # fmt: skip
        if ask(scene.session, whom, Purpose.VOUCH, Why.NOTICE, answers, _hello(scene), scene.now):
            return


def ask_new_number(scene: Scene, contact: Holder, number: str) -> None:
    """换号: the new number itself is asked; until it answers, everything stays as it is."""
    person = scene.session.get_one(Person, contact.person_id)
    held = scene.message.sender if scene.channel is Channel.SMS else person.phone
    if number == held:
        return
    try:
        new = register(scene.session, person, Channel.SMS, number, _deed(scene), scene.now)
    except TooMany:  # asked too often to ask once more, so people look into it
        key = f"new_number:{person.id}:{scene.now.date()}"
        record_call_wanted(scene.session, person.id, person.household_id, key, CallWhy.NEW_NUMBER, scene.now)
        return
    if new.state not in HOLDING:
        whom = Asked(Channel.SMS, number, scene.provider(Channel.SMS), new.id)
        answers = {"contact": new.id, "claim": {"name": f"{person.name[:1]}某某"}}
        ask(scene.session, whom, Purpose.RENUMBER, Why.NOTICE, answers, _hello(scene), scene.now)


def let_new_number_go(scene: Scene, contact: Holder) -> None:
    """没变化: whoever said 换号 and now, from the old number, that nothing changed, waits for no other number's yes."""
    waiting = Contact.person_id == contact.person_id, Contact.state == PENDING.value, Contact.revoked_at.is_(None)
    for new in scene.session.scalars(select(Contact).where(*waiting, Contact.channel == Channel.SMS.value)):
        if new.address_index != scene.index:
            end(scene.session, new, _deed(scene, "本人又说没有变化"), scene.now, Withdrawn.TAKEN_BACK)


def agree(scene: Scene, purpose: str, contact_id: str) -> str:
    """是本人: which last words follow."""
    contact = _asked_about(scene, purpose, contact_id)
    if contact is None:
        return "unsure"
    by_family = purpose == Purpose.VOUCH
    by = scene.person_id if by_family else contact.person_id
    proof = Proof.FAMILY if by_family else Proof.ANSWER
    closing = _confirmed(scene, contact, proof, f"person:{by}", Closing("agreed", "contested", "unsure"))
    if by_family and closing == "agreed":
        _tell_verified(scene, contact)
    return closing


def deny(scene: Scene, purpose: str, contact_id: str) -> None:
    """不是本人: a new number is let go; what a family member denies stays a cadre's task."""
    contact = _asked_about(scene, purpose, contact_id)
    if contact is not None and purpose == Purpose.RENUMBER:
        end(scene.session, contact, _deed(scene, "新号码说不是本人"), scene.now, Withdrawn.DENIED)


def _tell_verified(scene: Scene, contact: Contact) -> None:
    """Tell whom the family spoke for; nobody need wait for a code any more."""
    going_on = conversations.open_dialogs(scene.session, contact.channel, contact.address_index)
    if asked := going_on.get(Purpose.BIND):
        conversations.close(asked, "verified", scene.now)
    channel = Channel(contact.channel)
    say = final(library().dialog("bind"), "verified", {}, channel.value)
    message = Outbound(f"verified:{contact.id}", contact.address, say.text, say.step, say.variables)
    letter = outbox.Letter(message, channel, scene.provider(channel), Why.NOTICE, contact.id, contact.household_id)
    outbox.post(scene.session, letter, scene.now)


def code_of(contact: Contact) -> str:
    """Six digits that only we can make, for this claim as it was last asked about."""
    about = f"{contact.id}:{contact.changed_at.isoformat(timespec='milliseconds')}"
    digest = hmac.new(keyring().session_key, f"binding:{about}".encode(), sha256).digest()
    return f"{int.from_bytes(digest[:8]) % 1_000_000:06d}"


def _confirmed(scene: Scene, contact: Contact, proof: Proof, by: str, closing: Closing) -> str:
    try:
        confirm(scene.session, contact, proof, Deed(by, scene.channel), scene.now)
    except Contested:
        return closing.contested
    except NotPossible:  # revoked at the same moment
        return closing.over
    return closing.done


def _send_code(scene: Scene, contact: Contact, person: Person) -> None:
    scene.session.refresh(contact)
    say = tell(library().dialog("bind"), "code", {"code": code_of(contact)})
    message = Outbound(str(uuid7()), person.phone or "", say.text, say.step, say.variables)
    provider = scene.provider(Channel.SMS)
    if provider:
        letter = outbox.Letter(message, Channel.SMS, provider, Why.CODE, household_id=contact.household_id)
        outbox.post(scene.session, letter, scene.now)


def _waiting(scene: Scene) -> Contact | None:
    """The claim of this address that was asked about last."""
    here = Contact.channel == scene.channel.value, Contact.address_index == scene.index
    rows = select(Contact).where(*here, Contact.state == PENDING.value, Contact.revoked_at.is_(None))
    return scene.session.scalars(rows.order_by(Contact.changed_at.desc(), Contact.id.desc()).limit(1)).first()


def _family(scene: Scene, contact: Contact) -> list[Contact]:
    """The verified, fresh bindings of other members, the one confirmed last first."""
    others = Contact.household_id == contact.household_id, Contact.person_id != contact.person_id
    rows = select(Contact).where(*others, Contact.state == VERIFIED.value, Contact.revoked_at.is_(None))
    found = scene.session.scalars(rows.order_by(Contact.confirmed_at.desc(), Contact.id))
    return [one for one in found if contacts.fresh(one, scene.now) and one.address_index != contact.address_index]


def _asked_about(scene: Scene, purpose: str, contact_id: str) -> Contact | None:
    """The binding in question, if it still waits and this address may speak for it."""
    contact = scene.session.get(Contact, contact_id)
    if contact is None or contact.state != PENDING:
        return None
    if purpose == Purpose.RENUMBER:
        return contact if contact.address_index == scene.index else None
    return contact if any(one.household_id == contact.household_id for one in scene.holders) else None


def _deed(scene: Scene, note: str = "") -> Deed:
    return Deed(f"person:{scene.person_id}" if scene.person_id else "stranger", scene.channel, note)


def _hello(scene: Scene) -> dict[str, Any]:
    return {"county": scene.county.name}
