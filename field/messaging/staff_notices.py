"""提醒干部: collects what monitoring wrote for members of staff and posts it, by day, each thing once.

All that is red and new to a person within one round is one message: a night's sweep is no night of messages. Only
where a life is in danger is somebody woken.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from field.codes import Channel
from field.messaging import outbox
from field.messaging.dialogs.engine import final
from field.messaging.dialogs.loading import library
from field.messaging.messages import Outbound
from field.messaging.scene import NOWHERE, Ways
from field.messaging.sending import Transact
from field.messaging.sending_rules import Purpose, quiet
from field.monitoring.duties import notices, reminders
from field.monitoring.duties.notices import NoticeKind, Receiver, StaffNotice
from field.monitoring.workdays import china_day
from field.registry.regions import county

DIALOG, LATE = "staff", "过期"
WaysFor = Callable[[str], Ways]


def step(transact: Transact, now: datetime, ways_for: WaysFor) -> int:
    """One regular round: each post in a transaction of its own; how many messages were posted."""
    night = quiet(now, outbox.RULES)
    ways = {kind: ways_for(f"{DIALOG}.{kind.value}") for kind in NoticeKind}
    can = {channel.value: [kind for kind in NoticeKind if channel in ways[kind]] for channel in Channel}
    several = transact(partial(notices.receivers, can=can, now=now))
    return sum(
        transact(partial(_tell, several=post, ways=ways, now=now, night=night)) for post in notices.by_post(several)
    )


def _tell(
    session: Session, several: Sequence[Receiver], ways: dict[NoticeKind, Ways], now: datetime, night: bool
) -> int:
    """Those of one post, as their list is at this moment; by night where a life is in danger, and nothing else."""
    notices.write(session, several, now, night=night)
    posted = 0
    for one in several:
        waiting = [it for it in notices.waiting(session, one.by.staff_id) if it.said.get("danger") or not night]
        for kind in NoticeKind:
            mine = sorted((it for it in waiting if it.kind == kind), key=lambda it: it.said.get("place", 0))
            if mine and one.way in ways[kind]:
                posted += _post(session, one, kind, mine, ways[kind], now, Purpose.URGENT if night else Purpose.NOTICE)
    return posted


def _post(
    session: Session, one: Receiver, kind: NoticeKind, mine: Sequence[StaffNotice], ways: Ways, now: datetime,
    why: Purpose,
) -> bool:  # fmt: skip
    """Post one message and note that it was taken; the key is that of the first of what it tells."""
    for notice in mine:
        notice.taken_at = now
    choice = reminders.chosen(session, one.by.staff_id)
    if choice is None or not choice.address:
        return False
    values = {"county": one.whose or (county(session) or NOWHERE).name, **_values(kind, mine, china_day(now))}
    say = final(library().dialog(DIALOG), kind.value, values, one.way)
    message = Outbound(f"staff_notice:{mine[0].id}", choice.address, say.text, say.step, say.variables)
    return outbox.post(session, outbox.Letter(message, Channel(one.way), ways[one.way], why), now)


def _values(kind: NoticeKind, mine: Sequence[StaffNotice], today: date) -> dict[str, str]:
    said: dict[str, Any] = mine[0].said
    if kind is NoticeKind.DIGEST:
        return {name: str(said[name]) for name in ("tasks", "late", "red")}
    due = date.fromisoformat(said["due_on"])
    home = f"{said['village']}{said['head']}户" if said["head"] else said["village"]
    deed = said["what"].removesuffix(LATE) + LATE if due < today else said["what"]
    return {"red": str(len(mine)), "home": home, "deed": deed, "until": f"{due.month}月{due.day}日"}
