"""开口: begins a dialog from our side, at an address that has not written: its first words go into the outbox."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from field.codes import Channel
from field.messaging import conversations, outbox
from field.messaging.conversations import Purpose, Standing
from field.messaging.dialogs.engine import begin, may_begin
from field.messaging.dialogs.loading import library
from field.messaging.messages import Outbound
from field.messaging.sending_rules import Purpose as Why
from field.registry.contacts import address_index


@dataclass(frozen=True)
class Asked:
    """问谁: an address with the person and household bound there, if any, and the provider that sends to it."""

    channel: Channel
    address: str
    provider: str
    contact_id: str | None = None
    person_id: str | None = None
    household_id: str | None = None


def ask(
    session: Session,
    whom: Asked,
    purpose: Purpose,
    why: Why,
    answers: Mapping[str, Any],
    context: Mapping[str, Any],
    now: datetime,
) -> bool:
    """Open a dialog and post what it says; false where one of the same or a higher rank is open, or nobody sends."""
    dialog, index = library().dialog(purpose.value), address_index(whom.channel, whom.address)
    going_on = conversations.open_dialogs(session, whom.channel, index, whom.person_id)
    for one, kept in list(going_on.items()):
        if kept.expired(now):
            conversations.close(going_on.pop(one), "expired", now)
    session.flush()
    if not whom.provider or not may_begin(dialog, [library().dialog(one.value) for one in going_on]):
        return False
    turn = begin(dialog, {"channel": whom.channel.value, **context}, now, answers=answers)
    if turn.state is None or turn.expires_at is None:
        return False
    standing = Standing(turn.state, turn.step, turn.expires_at)
    kept = conversations.begin(session, purpose, whom.channel, index, standing, now, whom.person_id)
    for place, say in enumerate(turn.says):
        message = Outbound(f"asked:{kept.id}:{place}", whom.address, say.text, say.step, say.variables)
        letter = outbox.Letter(message, whom.channel, whom.provider, why, whom.contact_id, whom.household_id)
        outbox.post(session, letter, now)
    return True
