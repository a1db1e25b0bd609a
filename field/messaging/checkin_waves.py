"""分批回访: starts waves of check-ins and carries them on, batch by batch; any number of workers may, and die.

Every step is one transaction of a few requests, locked while it lasts, and every message, entry and dialog has a key
made of wave and person: what was begun and not committed is begun again, and nothing is done twice.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session

from field.messaging.asking import act, cases
from field.messaging.conversations import Dialog
from field.messaging.sending import Transact
from field.messaging.wave_rules import is_open, spread
from field.monitoring.leads import bindings
from field.monitoring.workdays import SHANGHAI
from field.monitoring.workers.checkin_requests import CheckinRequest, CheckinWave
from field.monitoring.workers.checkin_rules import RULES, Rules
from field.monitoring.workers.due_checkins import Due, due
from field.orm import insert_many
from field.prepared import add_or_leave
from field.registry.households import Person
from field.registry.regions import county

BATCH = 100  # few enough that no answer waits long for SQLite's one writer
ROWS = 500
_open = CheckinRequest.closed_at.is_(None)


def start(
    session: Session,
    wave_id: str,
    region: str,
    by: str,
    providers: Mapping[str, str],
    now: datetime,
    rules: Rules = RULES,
    limit: int | None = None,
) -> bool:
    """Plan a wave: one request for each person due, spread over the days to come; false where it was started before.

    Who is out of reach of messages is listed for a call where the household is monitored; all others are counted on
    the page, so that a county that has bound nobody yet does not bury its villages in calls.
    """
    if session.get(CheckinWave, wave_id) is not None:
        return False
    wave = {"id": wave_id, "region": region, "started_by": by, "started_at": now}
    if not add_or_leave(session, CheckinWave, wave):
        return False
    rows = planned(due(session, region, now, providers, rules), now, rules, limit)
    for first in range(0, len(rows), ROWS):
        insert_many(session, CheckinRequest, [{"wave_id": wave_id, **row} for row in rows[first : first + ROWS]])
    return True


def planned(
    several: Sequence[Due], now: datetime, rules: Rules = RULES, limit: int | None = None
) -> list[dict[str, Any]]:
    """Who is asked when, and who is to be called; at most so many of each."""
    most = rules.most if limit is None else min(limit, rules.most)
    asked = list(islice((one for one in several if one.contact_id), most))
    called = list(islice((one for one in several if one.out_of_reach and one.monitored), most))
    at = dict(spread([(one.person_id, one.region) for one in asked], now, rules.per_day, rules.hours))
    return [
        {
            "person_id": one.person_id, "household_id": one.household_id, "region": one.region,
            "contact_id": one.contact_id, "channel": one.channel, "planned_at": now,
            "due_at": at.get(one.person_id, now),
        }
        for one in (*asked, *called)
    ]  # fmt: skip


def start_monthly(session: Session, providers: Mapping[str, str], now: datetime, rules: Rules = RULES) -> bool:
    """每月一次 for the whole county, by whichever worker comes first; false where this month's was started."""
    month = f"{now.astimezone(SHANGHAI):%Y-%m}"
    here = county(session)
    if here is None or not providers:
        return False
    wave_id = str(uuid5(NAMESPACE_URL, f"field:checkins:{here.code}:{month}"))
    return start(session, wave_id, here.code, "field", providers, now, rules)


def step(
    transact: Transact,
    now: datetime,
    providers: Mapping[str, str],
    rules: Rules = RULES,
    *,
    monthly: bool = False,
) -> int:
    """One regular round: bindings grow old, answers are noted, and whoever is due is asked; how many requests moved."""
    transact(partial(bindings.grow_old, now=now))
    if monthly and is_open(now, rules.hours):
        transact(partial(start_monthly, providers=providers, now=now, rules=rules))
    return sum(
        _all(partial(transact, partial(one, providers=providers, now=now, rules=rules))) for one in (settle, go_on)
    )


def settle(session: Session, providers: Mapping[str, str], now: datetime, rules: Rules = RULES) -> int:
    """Note what has ended meanwhile by an answer, so that nobody who answered is reminded."""
    over = exists().where(Dialog.id == CheckinRequest.dialog_id, Dialog.closed_at.is_not(None))
    heard = exists().where(Person.id == CheckinRequest.person_id, Person.last_heard_at >= CheckinRequest.asked_at)
    return _batch(session, and_(CheckinRequest.asked_at.is_not(None), or_(over, heard)), providers, now, rules)


def go_on(session: Session, providers: Mapping[str, str], now: datetime, rules: Rules = RULES) -> int:
    """Ask, remind, or give over to a person, where it is time; people are written to only in open hours."""
    ours = or_(CheckinRequest.contact_id.is_(None), CheckinRequest.channel.in_(list(providers)))
    quiet = or_(CheckinRequest.contact_id.is_(None), CheckinRequest.reminded_at.is_not(None))
    wanted = [CheckinRequest.due_at <= now, ours, *([] if is_open(now, rules.hours) else [quiet])]
    return _batch(session, and_(*wanted), providers, now, rules)


def _batch(
    session: Session, wanted: ColumnElement[bool], providers: Mapping[str, str], now: datetime, rules: Rules
) -> int:
    rows = select(CheckinRequest).where(_open, wanted).order_by(CheckinRequest.due_at, CheckinRequest.person_id)
    mine = rows.limit(BATCH).with_for_update(skip_locked=True).execution_options(populate_existing=True)
    several = session.scalars(mine).all()
    for case in cases(session, several, providers, now, rules):
        act(case)
    session.flush()
    return len(several)


def _all(once: Callable[[], int]) -> int:
    """Batch after batch until there is none; each moves its requests on, so it ends."""
    total = 0
    while count := once():
        total += count
    return total
