"""对话: what one message that came in leads to, in one transaction: kept, understood, answered, in the ledger."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from uuid6 import uuid7

from field.codes import Channel
from field.ledger.receipts import number
from field.messaging import conversations, inbox, outbox
from field.messaging.conversations import Dialog as Kept
from field.messaging.conversations import Purpose, Standing
from field.messaging.dialogs.engine import Event, Heard, Say, Turn, begin, final, go_on, tell, which
from field.messaging.dialogs.loading import library
from field.messaging.dialogs.shapes import Dialog
from field.messaging.messages import Inbound, Outbound, Said
from field.messaging.sending_rules import Purpose as Why
from field.messaging.understanding.masking import masked
from field.messaging.understanding.places import name_of
from field.messaging.understanding.understand import understand
from field.monitoring.checkins import CheckedIn, record_checkin
from field.monitoring.declarations import Declared, record_declaration
from field.monitoring.leads import Lead
from field.registry import consent, contacts
from field.registry.contacts import Contact
from field.registry.households import Household, Person
from field.registry.regions import VILLAGE, Region

WORDS = {
    "again": "好的，以后有事会再发信息告诉您。",
    "checked": "您的申报已经有人上门看过。有疑问请问村干部。",
    "open": "您的申报已经收到，村里会上门核实，请等一等。",
    "none": "没有查到您的申报。家里有困难，请回：困难",
}
BACK = "恢复"


@dataclass(frozen=True)
class Scene:
    """场合: one message with all that is known of its sender; nothing is known of a stranger."""

    session: Session
    message: inbox.InboundMessage
    inbound: Inbound
    text: str
    contact: Contact | None
    now: datetime

    @property
    def person_id(self) -> str | None:
        """The person, only where exactly one fresh verified binding says so."""
        return self.contact.person_id if self.contact else None


def answer(session: Session, inbound: Inbound, now: datetime, *, by_post: bool = False) -> str:
    """Take in one message and say what is to be answered; a retry gets the same answer and has no second effect.

    `by_post` for providers whose call takes no answer: each thing said is posted by itself, as a template.
    """
    message, fresh = inbox.take_in(session, inbound, masked(inbound.text), now)
    if not fresh:
        return message.answer or ""
    attached = contacts.attached(session, inbound.channel, message.sender, now)
    if attached.contact:
        inbox.attach(message, attached.contact)
    scene = Scene(session, message, inbound, message.text_masked, attached.contact, now)
    says = _heard(scene)
    message.answer = "\n".join(say.text for say in says)
    if by_post:
        _post(scene, says)
    elif message.answer:
        _note(scene, says)
    session.flush()
    return message.answer


def _heard(scene: Scene) -> Sequence[Say]:
    index = scene.message.sender_index
    if scene.inbound.said is Said.LEFT:
        consent.opt_out(scene.session, scene.inbound.channel, index, scene.now)
        return []
    if scene.text.strip() == BACK:
        consent.opt_in(scene.session, scene.inbound.channel, index)
        return [_say("again")]
    going_on = conversations.open_dialogs(scene.session, scene.inbound.channel, index, scene.person_id)
    for purpose, kept in list(going_on.items()):
        if kept.expired(scene.now):
            conversations.close(scene.session, kept, "expired", scene.now)
            del going_on[purpose]
    dialogs = library().current
    wanted = which([purpose.value for purpose in going_on], scene.text, dialogs)
    if wanted == "progress" and not going_on:
        return [_progress(scene)]
    if wanted == "stop":
        return [_stopped(scene, dialogs[0])]
    if wanted in (None, "help", "progress") and not going_on:
        return [tell(dialogs[0], "help" if wanted == "help" else "greeting", _context(scene), _channel(scene))]
    purpose = Purpose(wanted) if wanted in list(Purpose) else next(iter(going_on))
    return _go_on(scene, going_on[purpose]) if purpose in going_on else _begin(scene, purpose)


def _begin(scene: Scene, purpose: Purpose) -> Sequence[Say]:
    dialog = library().dialog(purpose.value)
    turn = begin(dialog, _context(scene), scene.now, Heard(scene.text))
    if turn.state is None or turn.expires_at is None:
        return turn.says
    standing, index = Standing(turn.state, turn.step, turn.expires_at), scene.message.sender_index
    channel = scene.inbound.channel
    kept = conversations.begin(scene.session, purpose, channel, index, standing, scene.now, scene.person_id)
    scene.message.dialog_id = kept.id
    return turn.says


def _go_on(scene: Scene, kept: Kept) -> Sequence[Say]:
    scene.message.dialog_id = kept.id
    dialog = library().dialog(kept.purpose, kept.state.get("version"))
    heard = Heard(scene.text, tuple(scene.message.photos), scene.message.place)
    named = partial(_place_name, scene.session)
    turn = go_on(dialog, kept.state, heard, _context(scene), scene.now, understand, place_name=named)
    told: dict[str, str] = {}
    extra: list[Say] = []
    for event in turn.events:
        if event.kind == "progress":
            extra.append(_progress(scene))
        else:
            told |= _happened(scene, kept, event)
    _keep(scene, kept, turn)
    last = [final(dialog, turn.closing, told, _channel(scene))] if turn.closing else []
    return [*extra, *turn.says, *last]


def _keep(scene: Scene, kept: Kept, turn: Turn) -> None:
    if turn.state is None or turn.expires_at is None:
        outcome = turn.events[-1].kind if turn.events else "ended"
        conversations.close(scene.session, kept, outcome, scene.now)
        return
    conversations.keep(scene.session, kept, Standing(turn.state, turn.step, turn.expires_at), scene.now)


def _happened(scene: Scene, kept: Kept, event: Event) -> dict[str, str]:
    """What an event of a dialog does to the ledger, and what the last words may tell of it."""
    data = dict(event.data)
    if event.kind == "declared":
        return _declared(scene, kept, data)
    if event.kind in ("checked_in", "unchanged", "declined"):
        _checked_in(scene, kept, event.kind, data)
    elif event.kind == "stopped":
        consent.opt_out(scene.session, scene.inbound.channel, scene.message.sender_index, scene.now)
    return {}


def _declared(scene: Scene, kept: Kept, data: dict[str, Any]) -> dict[str, str]:
    contact, claim = scene.contact, data.get("claim")
    own = contact if not data.get("helping") else None  # for whom somebody else declares, no binding speaks
    said = Declared(
        key=f"dialog:{kept.id}", channel=scene.inbound.channel, risk_factors=data["risk_factors"],
        note=data["note"] or scene.text, notice=data["notice"],
        region=_region(scene.session, own, claim or {}), household_id=own.household_id if own else None,
        person_id=scene.person_id, since=data.get("since"), amount=data.get("amount"), claim=claim,
        helper=data.get("helper"), place=data.get("place"), evidence=data.get("photos", ()),
    )  # fmt: skip
    return {"number": number(record_declaration(scene.session, said, scene.now).hash)}


def _checked_in(scene: Scene, kept: Kept, kind: str, data: dict[str, Any]) -> None:
    if scene.contact is None:
        return
    said = CheckedIn(
        key=f"dialog:{kept.id}", channel=scene.inbound.channel, person_id=scene.contact.person_id,
        household_id=scene.contact.household_id, facts=data.get("facts", {}), unchanged=kind == "unchanged",
        declined=kind == "declined", asks_help=bool(data.get("asks_help")), verified=True, note=data.get("note", ""),
    )  # fmt: skip
    record_checkin(scene.session, said, scene.now, scene.now)


def _stopped(scene: Scene, dialog: Dialog) -> Say:
    consent.opt_out(scene.session, scene.inbound.channel, scene.message.sender_index, scene.now)
    return tell(dialog, "stopped", {}, _channel(scene))


def _channel(scene: Scene) -> str:
    return scene.inbound.channel.value


def _place_name(session: Session, code: str) -> str:
    place = session.get(Region, code)
    return place.name if place else name_of(code)


def _progress(scene: Scene) -> Say:
    """进度 in plain words; nothing to who is not bound."""
    if scene.contact is None:
        return tell(library().current[0], "greeting", _context(scene), _channel(scene))
    mine = Lead.household_id == scene.contact.household_id
    opened = scene.session.scalar(select(func.max(Lead.opened_at)).where(mine))
    if opened is None:
        return _say("none")
    household = scene.session.get_one(Household, scene.contact.household_id)
    return _say("checked" if household.last_visit_at and household.last_visit_at > opened else "open")


def _context(scene: Scene) -> dict[str, Any]:
    """What the dialogs may know of the sender; of a stranger only the channel."""
    context: dict[str, Any] = {
        "bound": scene.contact is not None, "name": "", "channel": _channel(scene), "county": "",
        "place": None, "income": None,
    }  # fmt: skip
    if scene.contact:
        person = scene.session.get_one(Person, scene.contact.person_id)
        place = scene.session.get(Region, person.work_place) if person.work_place else None
        income = f"{person.monthly_income // 100}" if person.monthly_income is not None else None
        context |= {"name": person.name[:1], "place": place.name if place else None, "income": income}
    return context


def _region(session: Session, contact: Contact | None, claim: dict[str, Any]) -> str:
    """Where the lead goes: the household's village, the one village of the name that was said, or the county."""
    if contact:
        return session.get_one(Household, contact.household_id).region
    county = session.scalars(select(Region.code).where(func.length(Region.code) == 6).order_by(Region.code)).first()
    named = str(claim.get("village") or "").strip()
    if named:
        here = func.length(Region.code) == VILLAGE, Region.name.startswith(named, autoescape=True)
        found = session.scalars(select(Region.code).where(*here).limit(2)).all()
        if len(found) == 1:
            return found[0]
    return county or "000000"


def _note(scene: Scene, says: Sequence[Say]) -> None:
    """Keep the answer beside all else that went out; it leaves within the provider's own call."""
    whole = Say(says[-1].step, scene.message.answer or "", says[-1].variables)
    outbox.note_answered(scene.session, _letter(scene, whole, str(uuid7())), scene.now)


def _post(scene: Scene, says: Sequence[Say]) -> None:
    """Post each thing said, in that order; the keys are made of the message's own, so that none goes twice."""
    for place, one in enumerate(says):
        outbox.post(scene.session, _letter(scene, one, f"answer:{scene.message.id}:{place}"), scene.now)


def _letter(scene: Scene, one: Say, key: str) -> outbox.Letter:
    return outbox.Letter(
        Outbound(key, scene.message.sender, one.text, one.step, one.variables), Channel(scene.inbound.channel),
        scene.inbound.provider, Why.REPLY, scene.contact.id if scene.contact else None, scene.message.household_id,
    )  # fmt: skip


def _say(word: str) -> Say:
    return Say(f"talk.{word}", WORDS[word], {})
