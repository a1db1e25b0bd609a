"""对话: what one message that came in leads to, in one transaction: kept, understood, answered, in the ledger."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session
from uuid6 import uuid7

from field.messaging import inbox, outbox, pictures
from field.messaging.dialogs.engine import Say
from field.messaging.messages import Inbound, Outbound
from field.messaging.replies import reply
from field.messaging.scene import Scene, Ways
from field.messaging.sending_rules import Purpose as Why
from field.messaging.understanding.masking import masked

LABEL_LENGTH = 100


def answer(
    session: Session, inbound: Inbound, now: datetime, ways: Ways | None = None, *, by_post: bool = False
) -> str:
    """Take in one message and say what is to be answered; a retry gets the same answer and has no second effect.

    `by_post` for providers whose call takes no answer: each thing said is posted by itself, as a template.
    """
    inbound = _masked(inbound)
    message, fresh, holders = inbox.take_in(session, inbound, inbound.text, now)
    if not fresh:
        return message.answer or ""
    with session.no_autoflush:  # one write of the dialog, when all is known of it
        scene = Scene(session, message, inbound, holders, now, ways or {})
        says = _answered(scene)
        inbox.keep(session, message)
        if message.answer:
            (_post if by_post else _note)(scene, says)
    session.flush()
    return message.answer or ""


def _masked(inbound: Inbound) -> Inbound:
    """The message as it may be kept: nothing of it in the clear that is an identity or a bank number."""
    place = inbound.place and replace(inbound.place, label=masked(inbox.whole(inbound.place.label))[:LABEL_LENGTH])
    return replace(inbound, text=masked(inbound.text), place=place)


def _answered(scene: Scene) -> Sequence[Say]:
    if scene.contact:
        inbox.attach(scene.message, scene.contact)
    pictures.plan(scene)
    says = reply(scene)
    scene.message.answer = "\n".join(say.text for say in says)
    return says


def _note(scene: Scene, says: Sequence[Say]) -> None:
    """Keep the answer beside all else that went out; it leaves within the provider's own call."""
    whole = Say(says[-1].step, scene.message.answer or "", says[-1].variables)
    outbox.note_answered(scene.session, _letter(scene, whole, str(uuid7())), scene.now)


def _post(scene: Scene, says: Sequence[Say]) -> None:
    """Post each thing said, in that order; the keys are made of the message's own, so that none goes twice."""
    for place, one in enumerate(says):
        outbox.post(scene.session, _letter(scene, one, f"answer:{scene.message.id}:{place}"), scene.now)


def _letter(scene: Scene, one: Say, key: str) -> outbox.Letter:
    message = Outbound(key, scene.message.sender, one.text, one.step, one.variables)
    return outbox.Letter(
        message, scene.channel, scene.inbound.provider, Why.REPLY, scene.contact.id if scene.contact else None,
        scene.message.household_id,
    )  # fmt: skip
