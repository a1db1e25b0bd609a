"""代班规则: whom one may stand in for, for which days, and who may arrange it; pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from field.china_time import opens
from field.codes import Role
from field.monitoring.workdays import china_day
from field.registry.regions import parent, within
from field.registry.rights import Actor, Right
from field.registry.signatures import signature
from field.sentences import Sentence

BELOW = {Role.COUNTY: (Role.TOWN, Role.VILLAGE), Role.TOWN: (Role.VILLAGE,), Role.VILLAGE: ()} | dict.fromkeys(
    (Role.DEPARTMENT, Role.UNIT), ()
)
MOST_DAYS, LONGEST = 92, 80
Faults = Iterator[tuple[str, str]]
Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class Holder:
    """在岗的人: an account and the post that it holds."""

    staff_id: str
    username: str
    name: str
    post_id: str
    role: Role
    region: str


def may_arrange(by: Actor, staff_id: str, role: Role, region: str) -> bool:
    """Whether someone may name and end a deputy for a post: for the own one, and an office for those below it."""
    return staff_id == by.staff_id or (role in BELOW[by.role] and by.may(Right.HAND_OVER, region))


def may_stand_in(absent: Holder, deputy: Holder) -> bool:
    """Whether the post is of the same level, under the same office above."""
    near = within(deputy.region, parent(absent.region) or absent.region)
    return deputy.role is absent.role and near and deputy.staff_id != absent.staff_id


def span(first: date, last: date) -> Span:
    """From the first moment of the first day to the end of the last, in China."""
    return opens(first), opens(last + timedelta(days=1))


def faults(
    absent: Holder, deputy: Holder | None, first: date | None, last: date | None, taken: Iterable[Span], now: datetime
) -> Faults:
    """Every fault of an arrangement, by field; `taken` are the days that the post has a deputy for."""
    today = china_day(now)
    if deputy is None or not may_stand_in(absent, deputy):
        yield "deputy", "代班的人要是同级的另一个人：村里的在同一个乡镇，乡镇的在同一个县"
    elif len(signature(deputy.username, absent.username)) > LONGEST:
        yield "deputy", "两个人的用户名连起来太长，台账里署不下，请县里先改短用户名"
    if first is None or first < today:
        yield "from", "请填从哪天起，不能早于今天"
    if last is None or (first and last < first):
        yield "to", "请填到哪天止，不能早于起的那天"
    elif first and (last - first).days >= MOST_DAYS:
        yield "to", Sentence("代班最长 {days} 天，更久的请办工作移交", days=MOST_DAYS)
    elif first and any(since < span(first, last)[1] and span(first, last)[0] < until for since, until in taken):
        yield "from", "这几天里已经安排了代班的人，请先结束那一次"
