"""验证码: whether a telephone number that a member of staff wants to be told at is the person's own."""

import hmac
from datetime import datetime
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from field.codes import Channel, ReminderWay
from field.messaging import outbox
from field.messaging.bindings import CODE_LASTS
from field.messaging.dialogs.engine import final
from field.messaging.dialogs.loading import library
from field.messaging.messages import Outbound
from field.messaging.outbox import OutboundMessage
from field.messaging.scene import Ways
from field.messaging.sending_rules import Fate, Purpose
from field.messaging.staff_notices import DIALOG
from field.monitoring.duties import reminders
from field.monitoring.duties.reminders import Choice, Reminder, Standing
from field.registry.rights import Actor
from field.registry.sealing import keyring

STEP = f"{DIALOG}.code"


class NoWay(Exception):
    """没有通道: the county cannot send by that way."""


def choose(session: Session, asked: Choice, key: str, ways: Ways, by: Actor, now: datetime) -> None:
    """设置提醒, and a code to a number that is new."""
    if asked.way is not ReminderWay.NONE and asked.way.value not in ways:
        raise NoWay
    entry = reminders.choose(session, asked, key, by, now)
    held = reminders.chosen(session, by.staff_id)
    newest = held and (held.chain_id, held.seq) == (entry.chain_id, entry.seq)
    if held and newest and held.state == Standing.WAITING:
        _send(session, held, ways[Channel.SMS], now)


def answer(session: Session, code: str, by: Actor, now: datetime) -> bool:
    """Whether the number is confirmed: a code counts for an hour, and until a wrong one was given."""
    held = reminders.chosen(session, by.staff_id)
    right = held is not None and hmac.compare_digest(code_of(held).encode(), code.encode(errors="replace"))
    in_time = held is not None and now - held.chosen_at < CODE_LASTS
    return reminders.answer(session, right and in_time, by, now)


def code_of(held: Reminder) -> str:
    """Six digits that only we can make, for this choice alone."""
    about = f"reminder:{held.staff_id}:{held.chain_id}:{held.seq}"
    digest = hmac.new(keyring().session_key, about.encode(), sha256).digest()
    return f"{int.from_bytes(digest[:8]) % 1_000_000:06d}"


def fate(session: Session, held: Reminder) -> Fate | None:
    """How far the code has come, where one was posted."""
    state = session.scalar(select(OutboundMessage.state).where(OutboundMessage.key == _key(held)))
    return Fate(state) if state else None


def _key(held: Reminder) -> str:
    return f"reminder_code:{held.chain_id}:{held.seq}"


def _send(session: Session, held: Reminder, provider: str, now: datetime) -> None:
    say = final(library().dialog(DIALOG), "code", {"code": code_of(held)})
    message = Outbound(_key(held), held.address or "", say.text, say.step, say.variables)
    outbox.post(session, outbox.Letter(message, Channel.SMS, provider, Purpose.CODE), now)
