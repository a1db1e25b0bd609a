"""投递: takes due messages out of the outbox and hands them to the providers; any number of workers may, and die.

A message is noted as begun before it is handed over and as sent after: who dies between leaves one doubt, and at most
one second send follows from it, none where the provider knows the key again (`takes_keys` of its sender).
"""

import json
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple, Protocol, TypeVar

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.orm import Session

from field.messaging.messages import Outbound, Sender, SendError
from field.messaging.outbox import RULES, plain, take_up_early
from field.messaging.outbox import OutboundMessage as Row
from field.messaging.sending_rules import (
    Fate,
    Outcome,
    Purpose,
    Rules,
    exhausted,
    lowest_priority,
    refusal,
    room,
    verdict,
)
from field.registry.consent import opt_out, opted_out
from field.registry.contact_rules import ContactState
from field.registry.contacts import Contact
from field.registry.sealing import CannotOpen

BATCH = 20
UNREADABLE = "密文打不开"
HEAD = (
    Row.provider, Row.channel, Row.recipient_index, Row.contact_id, Row.purpose, Row.priority, Row.units, Row.tries,
    Row.doubts,
)  # fmt: skip
Result = TypeVar("Result")

log = logging.getLogger("field.messaging.sending")


class Transact(Protocol):
    """Does the work in one transaction and commits it; again as a whole after a conflict."""

    def __call__(self, work: Callable[[Session], Result]) -> Result: ...


class Leased(NamedTuple):
    """A message in a worker's hands, not yet begun."""

    id: str
    provider: str


@dataclass(frozen=True)
class Begun:
    """A message that is being handed over."""

    id: str
    provider: str
    channel: str
    recipient_index: str
    units: int
    tries: int
    doubts: int
    message: Outbound


def send_some(
    transact: Transact,
    senders: Mapping[str, Sender],
    clock: Callable[[], datetime],
    worker: str,
    rules: Rules = RULES,
    limit: int = BATCH,
) -> int:
    """One round: lease, and for each message begin, hand over, note; how many were leased, so 0 means rest."""
    taken = transact(partial(lease, worker=worker, now=clock(), limit=limit, providers=senders, rules=rules))
    slowed: dict[str, datetime] = {}
    for leased in taken:
        if leased.provider in slowed:
            transact(partial(_give_back, row_id=leased.id, worker=worker, due_at=slowed[leased.provider]))
            continue
        sender = senders[leased.provider]
        begun = transact(partial(_begin, row_id=leased.id, sender=sender, worker=worker, now=clock(), rules=rules))
        if begun is None:
            continue
        outcome, now = _hand_over(sender, begun), clock()
        values = verdict(outcome, begun.tries, begun.doubts, now, rules)
        transact(partial(_note, begun=begun, outcome=outcome, worker=worker, values=values, now=now, rules=rules))
        if outcome.error and outcome.error.after and not outcome.error.alone and "due_at" in values:
            slowed[leased.provider] = values["due_at"]
    return len(taken)


def lease(
    session: Session, worker: str, now: datetime, limit: int, providers: Iterable[str], rules: Rules = RULES
) -> list[Leased]:
    """Take what is due, or whose worker is gone, answers first, as many as each channel's rate leaves room for."""
    take_up_early(session, now)
    free = or_(Row.leased_until.is_(None), Row.leased_until < now)
    due = select(Row.id, Row.provider).where(
        Row.state == Fate.QUEUED.value, Row.provider.in_(list(providers)), Row.due_at <= now, free,
        Row.priority <= lowest_priority(now, rules),
    )  # fmt: skip
    taken: list[Leased] = []
    for channel, rate in rules.rates.items():
        begun = [_begun_since(session, channel, now - window, now) for _, window in rate]
        first = due.where(Row.channel == channel).order_by(Row.priority, Row.due_at, Row.id)
        rows = session.execute(first.limit(min(limit, room(begun, rate))).with_for_update(skip_locked=True))
        taken += [Leased(*row) for row in rows]
    if taken:
        mine = update(Row).where(Row.id.in_([leased.id for leased in taken]))
        session.execute(mine.values(worker=worker, leased_until=now + rules.lease))
    return taken


def _begun_since(session: Session, channel: str, since: datetime, now: datetime) -> int:
    """How many messages of a channel began lately, those included that somebody has just leased."""
    waiting = and_(Row.state == Fate.QUEUED.value, Row.leased_until >= now)
    begun = select(func.count()).select_from(Row).where(Row.channel == channel, or_(Row.tried_at > since, waiting))
    return session.scalar(begun) or 0


def _begin(session: Session, row_id: str, sender: Sender, worker: str, now: datetime, rules: Rules) -> Begun | None:
    """Note the beginning of a try, if the message is still this worker's and may still be sent."""
    mine = Row.id == row_id, Row.worker == worker, Row.state == Fate.QUEUED.value, Row.leased_until > now
    row = session.execute(select(*HEAD).where(*mine).with_for_update()).one_or_none()
    if row is None:
        return None
    takes_keys: bool = getattr(sender, "takes_keys", False)
    unfit = _unfit(row, _refused(session, row), takes_keys, now, rules)
    message = _opened(session, row_id)
    if unfit or message is None:
        values = unfit or {"state": Fate.FAILED.value, "reason": UNREADABLE}
        session.execute(update(Row).where(Row.id == row_id).values(leased_until=None, **values))
        return None
    tries, doubts = row.tries + 1, row.doubts + 1
    begun = {"tries": tries, "doubts": doubts, "tried_at": now, "leased_until": now + rules.lease}
    session.execute(update(Row).where(Row.id == row_id).values(begun))
    return Begun(row_id, row.provider, row.channel, row.recipient_index, row.units, tries, doubts, message)


def _unfit(row: Any, refused: str | None, takes_keys: bool, now: datetime, rules: Rules) -> dict[str, Any]:
    """What becomes of a message that is not to be handed over now; nothing when it is."""
    if refused:
        return {"state": Fate.DROPPED.value, "reason": refused}
    if why := exhausted(row.tries, row.doubts, rules, takes_keys=takes_keys):
        return {"state": Fate.FAILED.value, "reason": why}
    return {"state": Fate.QUEUED.value} if row.priority > lowest_priority(now, rules) else {}


def _refused(session: Session, row: Any) -> str | None:
    """Why it may not be sent, by the consent of this moment."""
    state = session.scalar(select(Contact.state).where(Contact.id == row.contact_id)) if row.contact_id else None
    stopped = opted_out(session, row.channel, row.recipient_index)
    return refusal(Purpose(row.purpose), opted_out=stopped, revoked=state == ContactState.REVOKED)


def _opened(session: Session, row_id: str) -> Outbound | None:
    sealed = select(Row.key, Row.recipient, Row.text, Row.step, Row.variables).where(Row.id == row_id)
    try:
        key, recipient, text, step, variables = session.execute(sealed).one()
    except CannotOpen:
        return None
    return Outbound(key, recipient, text, step, json.loads(variables))


def _hand_over(sender: Sender, begun: Begun) -> Outcome:
    try:
        return Outcome(provider_id=sender.send(begun.message)[:160])
    except SendError as error:
        return Outcome(error=error)
    except Exception as error:  # what it says may hold a number, so only its kind is told
        log.error("message %s: %s broke with %s", begun.id, begun.provider, type(error).__name__)
        return Outcome()


def _note(
    session: Session, begun: Begun, outcome: Outcome, worker: str, values: dict[str, Any], now: datetime, rules: Rules
) -> None:
    """Note how a try ended; what was accepted counts whoever holds the message by now."""
    mine = [Row.id == begun.id, Row.state == Fate.QUEUED.value]
    if outcome.provider_id is None:
        mine.append(Row.worker == worker)
    else:
        values = values | {"cost": rules.cost(begun.provider, begun.units)}
    if values.get("reason"):
        values = values | {"reason": plain(values["reason"])}
    session.execute(update(Row).where(*mine).values(leased_until=None, **values))
    if outcome.error and outcome.error.stopped:
        opt_out(session, begun.channel, begun.recipient_index, now)


def _give_back(session: Session, row_id: str, worker: str, due_at: datetime) -> None:
    mine = Row.id == row_id, Row.worker == worker, Row.state == Fate.QUEUED.value
    session.execute(update(Row).where(*mine).values(leased_until=None, due_at=due_at))
