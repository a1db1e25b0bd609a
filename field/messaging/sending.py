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
from typing import cast as as_type

from sqlalchemy import Table, and_, bindparam, exists, func, or_, select, update
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
from field.prepared import Prepared
from field.registry.consent import OptOut, opt_out
from field.registry.contact_rules import ContactState
from field.registry.contacts import Contact
from field.registry.sealing import CannotOpen

BATCH = 20
UNREADABLE = "密文打不开"
_stopped = exists().where(OptOut.channel == Row.channel, OptOut.address_index == Row.recipient_index)
_bound = select(Contact.state).where(Contact.id == Row.contact_id).scalar_subquery()
_waiting = Prepared(
    select(
        Row.provider, Row.channel, Row.recipient_index, Row.purpose, Row.priority, Row.units, Row.tries, Row.doubts,
        _stopped.label("stopped"), _bound.label("bound"),
    ).where(
        Row.id == bindparam("id"), Row.worker == bindparam("worker"), Row.state == Fate.QUEUED.value,
        Row.leased_until > bindparam("now"),
    ).with_for_update(of=Row)
)  # fmt: skip
_sealed = Prepared(
    select(Row.key, Row.recipient, Row.text, Row.step, Row.variables).where(Row.id == bindparam("id"))
)  # fmt: skip
_table = as_type(Table, Row.__table__)
_tried = Prepared(
    _table.update().where(_table.c.id == bindparam("row")).values(
        tries=bindparam("to_tries"), doubts=bindparam("to_doubts"), tried_at=bindparam("now"),
        leased_until=bindparam("until"),
    )
)  # fmt: skip
_sent = Prepared(
    _table.update().where(_table.c.id == bindparam("row"), _table.c.state == Fate.QUEUED.value).values(
        state=Fate.SENT.value, provider_id=bindparam("its_id"), sent_at=bindparam("at"), cost=bindparam("its_cost"),
        reason=None, leased_until=None,
    )
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


@dataclass(frozen=True)
class Tried:
    """A message that was handed over, and what becomes of it; not yet noted."""

    begun: Begun
    outcome: Outcome
    values: dict[str, Any]
    at: datetime

    @property
    def slows(self) -> datetime | None:
        """Until when its provider wants no more of anybody's messages."""
        error = self.outcome.error
        wants_rest = error and error.after and not error.alone
        return self.values.get("due_at") if wants_rest else None


def send_some(
    transact: Transact,
    senders: Mapping[str, Sender],
    clock: Callable[[], datetime],
    worker: str,
    rules: Rules = RULES,
    limit: int = BATCH,
) -> int:
    """One round: lease, then one transaction before each message, which notes the one before and begins this one.

    How many were leased, so 0 means rest.
    """
    taken = transact(partial(lease, worker=worker, now=clock(), limit=limit, providers=senders, rules=rules))
    slowed: dict[str, datetime] = {}
    tried: Tried | None = None
    for leased in (*taken, None):
        noted = partial(_between, tried=tried, leased=leased, senders=senders, slowed=slowed)
        begun = transact(partial(noted, worker=worker, now=clock(), rules=rules))
        tried = _try(senders[begun.provider], begun, clock, rules) if begun else None
        if tried and (until := tried.slows):
            slowed[tried.begun.provider] = until
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


def _between(
    session: Session,
    tried: Tried | None,
    leased: Leased | None,
    senders: Mapping[str, Sender],
    slowed: Mapping[str, datetime],
    worker: str,
    now: datetime,
    rules: Rules,
) -> Begun | None:
    """What is between two messages: how the last try ended, and the next one begun or given back."""
    if tried:
        _note(session, tried, worker, rules)
    if leased is None:
        return None
    if leased.provider in slowed:
        _give_back(session, leased.id, worker, slowed[leased.provider])
        return None
    return _begin(session, leased.id, senders[leased.provider], worker, now, rules)


def _begin(session: Session, row_id: str, sender: Sender, worker: str, now: datetime, rules: Rules) -> Begun | None:
    """Note the beginning of a try, if the message is still this worker's and may still be sent."""
    found = _waiting.named(session, {"id": row_id, "worker": worker, "now": now})
    if not found:
        return None
    [row] = found
    takes_keys: bool = getattr(sender, "takes_keys", False)
    unfit = _unfit(row, takes_keys, now, rules)
    message = None if unfit else _opened(session, row_id)
    if message is None:
        values = unfit or {"state": Fate.FAILED.value, "reason": UNREADABLE}
        session.execute(update(Row).where(Row.id == row_id).values(leased_until=None, **values))
        return None
    tries, doubts = row.tries + 1, row.doubts + 1
    begun = {"to_tries": tries, "to_doubts": doubts, "now": now, "until": now + rules.lease}
    _tried.run(session, {"row": row_id, **begun})
    return Begun(row_id, row.provider, row.channel, row.recipient_index, row.units, tries, doubts, message)


def _unfit(row: Any, takes_keys: bool, now: datetime, rules: Rules) -> dict[str, Any]:
    """What becomes of a message that is not handed over now, by the consent of this moment; nothing when it is."""
    revoked = row.bound == ContactState.REVOKED
    if refused := refusal(Purpose(row.purpose), opted_out=row.stopped, revoked=revoked):
        return {"state": Fate.DROPPED.value, "reason": refused}
    if why := exhausted(row.tries, row.doubts, rules, takes_keys=takes_keys):
        return {"state": Fate.FAILED.value, "reason": why}
    return {"state": Fate.QUEUED.value} if row.priority > lowest_priority(now, rules) else {}


def _opened(session: Session, row_id: str) -> Outbound | None:
    try:
        [(key, recipient, text, step, variables)] = _sealed.rows(session, {"id": row_id})
    except CannotOpen:
        return None
    return Outbound(key, recipient, text, step, json.loads(variables))


def _try(sender: Sender, begun: Begun, clock: Callable[[], datetime], rules: Rules) -> Tried:
    outcome, now = _hand_over(sender, begun), clock()
    return Tried(begun, outcome, verdict(outcome, begun.tries, begun.doubts, now, rules), now)


def _hand_over(sender: Sender, begun: Begun) -> Outcome:
    try:
        return Outcome(provider_id=sender.send(begun.message)[:160])
    except SendError as error:
        return Outcome(error=error)
    except Exception as error:  # what it says may hold a number, so only its kind is told
        log.error("message %s: %s broke with %s", begun.id, begun.provider, type(error).__name__)
        return Outcome()


def _note(session: Session, tried: Tried, worker: str, rules: Rules) -> None:
    """Note how a try ended; what was accepted counts whoever holds the message by now."""
    begun, outcome, values = tried.begun, tried.outcome, tried.values
    if outcome.provider_id is not None:
        cost = rules.cost(begun.provider, begun.units)
        _sent.run(session, {"row": begun.id, "its_id": outcome.provider_id, "at": tried.at, "its_cost": cost})
        return
    mine = Row.id == begun.id, Row.state == Fate.QUEUED.value, Row.worker == worker
    if values.get("reason"):
        values = values | {"reason": plain(values["reason"])}
    session.execute(update(Row).where(*mine).values(leased_until=None, **values))
    if outcome.error and outcome.error.stopped:
        opt_out(session, begun.channel, begun.recipient_index, tried.at)


def _give_back(session: Session, row_id: str, worker: str, due_at: datetime) -> None:
    mine = Row.id == row_id, Row.worker == worker, Row.state == Fate.QUEUED.value
    session.execute(update(Row).where(*mine).values(leased_until=None, due_at=due_at))
