"""代班: a deputy is named, accepts, and acts in an absent colleague's post until the last day, or until it is ended."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from field.codes import Channel, EntryKind, Role
from field.ledger.entries import Draft, Entry, append, lock_head, opened, recorded, region_chain
from field.monitoring.cases.cases import OtherContent
from field.monitoring.posts.deputy_rules import BELOW, Holder, Span, faults, may_arrange, span
from field.monitoring.workdays import china_day
from field.registry.deputies import Absent, Deputy, DeputyState, Stood, held
from field.registry.regions import in_region, parent
from field.registry.rights import Actor, NotAllowed
from field.registry.staff import Post, Staff

OPEN = (DeputyState.NAMED.value, DeputyState.ACCEPTED.value)


@dataclass(frozen=True)
class Asked:
    """安排: whom for, who, from when to when, why, and the page's own key."""

    absent: str
    deputy: str
    first: date | None
    last: date | None
    reason: str
    key: str


@dataclass(frozen=True)
class Arranged:
    """一次代班: the arrangement, its people, the post, and why."""

    row: Deputy
    absent: Staff
    post: Post
    deputy: Staff
    reason: str

    @property
    def last_day(self) -> date:
        """The last day of it, in China."""
        return china_day(self.row.until - timedelta(milliseconds=1))


class Faulty(Exception):
    """填写有误: every fault, by field."""

    def __init__(self, faults: Sequence[tuple[str, str]]) -> None:
        super().__init__("faults")
        self.faults = faults


class NotOpen(Exception):
    """不能再办: why, in words."""


def holders(session: Session, by: Actor, now: datetime) -> list[Holder]:
    """在岗的人 among whom one may choose: the own level under the same office above, and the levels below."""
    peers = and_(Post.role == by.role.value, in_region(Post.region, parent(by.region) or by.region))
    below = and_(Post.role.in_([role.value for role in BELOW[by.role]]), in_region(Post.region, by.region))
    rows = select(Staff.id, Staff.username, Staff.name, Post.id, Post.role, Post.region)
    rows = rows.join(Post, and_(Post.staff_id == Staff.id, held(Post, now), Staff.ended_at.is_(None)))
    found = session.execute(rows.where(or_(peers, below)).order_by(Post.region, Staff.username))
    return [Holder(a, b, c, d, Role(role), region) for a, b, c, d, role, region in found]


def name_deputy(session: Session, asked: Asked, by: Actor, now: datetime) -> Entry:
    """安排代班, by who will be away or the office above; nothing changes until the deputy accepts."""
    people = {one.username: one for one in holders(session, by, now)}
    absent, deputy = people.get(asked.absent), people.get(asked.deputy)
    if absent is None or not may_arrange(by, absent.staff_id, absent.role, absent.region):
        raise NotAllowed
    chain, key = region_chain(absent.region), f"deputy:{asked.key}"
    lock_head(session, chain)
    if known := recorded(session, key):
        return _same(session, known, asked, by)
    if found := list(faults(absent, deputy, asked.first, asked.last, _taken(session, absent.post_id), now)):
        raise Faulty(found)
    assert deputy
    content = _told(asked) | {
        "deputy_id": asked.key, "staff_id": deputy.staff_id, "post_id": absent.post_id,
        "role": absent.role.value, "region": absent.region,
    }  # fmt: skip
    return _append(session, Draft(chain, EntryKind.DEPUTY_NAMED, Channel.WEB, by.username, now, key, content), now)


def answer(session: Session, deputy_id: str, accepted: bool, by: Actor, now: datetime) -> Entry:
    """同意 or 不同意, by the deputy alone, once."""
    one = arranged(session, deputy_id, by)
    if by.staff_id != one.row.staff_id:
        raise NotAllowed
    key, content = f"deputy_answer:{deputy_id}", {"deputy_id": deputy_id, "accepted": accepted}
    if one.row.state != DeputyState.NAMED:
        if (known := recorded(session, key)) and opened(session, [known])[0]["accepted"] is accepted:
            return known
        raise NotOpen("这次代班已经答复过，或者已经结束了")
    if accepted and one.row.until <= now:
        raise NotOpen("代班的日子已经过了")
    kind = EntryKind.DEPUTY_ANSWERED
    return _append(session, Draft(one.row.chain_id, kind, Channel.WEB, by.username, now, key, content), now)


def end(session: Session, deputy_id: str, by: Actor, now: datetime) -> Entry:
    """提前结束, by who was away, the deputy, or the office above; a second time it is the same."""
    one = arranged(session, deputy_id, by)
    key, content = f"deputy_end:{deputy_id}", {"deputy_id": deputy_id}
    if known := recorded(session, key):
        return known
    if one.row.state not in OPEN or one.row.until <= now:
        raise NotOpen("这次代班已经结束了")
    kind = EntryKind.DEPUTY_ENDED
    return _append(session, Draft(one.row.chain_id, kind, Channel.WEB, by.username, now, key, content), now)


def arranged(session: Session, deputy_id: str, by: Actor) -> Arranged:
    """One arrangement, its chain locked; NotAllowed for who has no part in it, and where there is none."""
    chain = session.scalar(select(Deputy.chain_id).where(Deputy.id == deputy_id))
    if chain is None:
        raise NotAllowed
    lock_head(session, chain)
    found = _arranged(session, Deputy.id == deputy_id)
    if not found or not concerns(found[0], by):
        raise NotAllowed
    return found[0]


def concerns(one: Arranged, by: Actor) -> bool:
    """Whether someone has a part in it: the deputy, who is away, or the office above."""
    return by.staff_id == one.deputy.id or may_arrange(by, one.absent.id, Role(one.post.role), one.post.region)


def current(session: Session, by: Actor, now: datetime) -> list[Arranged]:
    """代班 that goes on or is to come, of the reader's region and of the reader."""
    mine = or_(in_region(Stood.region, by.region), Deputy.staff_id == by.staff_id, Stood.staff_id == by.staff_id)
    return _arranged(session, mine, Deputy.state.in_(OPEN), Deputy.until > now, held(Stood, now))


def derive_deputy(session: Session, entry: Entry, said: dict[str, Any]) -> None:
    """The arrangement as it stands after an entry; who ended it early ended it then."""
    if entry.kind == EntryKind.DEPUTY_NAMED:
        since, until = span(date.fromisoformat(said["from"]), date.fromisoformat(said["to"]))
        whose = {"id": said["deputy_id"], "staff_id": said["staff_id"], "post_id": said["post_id"]}
        place = {"chain_id": entry.chain_id, "seq": entry.seq, "state": DeputyState.NAMED.value}
        session.add(Deputy(**whose, since=since, until=until, **place))
    else:
        row = session.get_one(Deputy, said["deputy_id"], populate_existing=True)
        if entry.kind == EntryKind.DEPUTY_ENDED:
            row.state, row.until = DeputyState.ENDED.value, min(row.until, entry.recorded_at)
        else:
            row.state = (DeputyState.ACCEPTED if said["accepted"] else DeputyState.DECLINED).value
    session.flush()


def _arranged(session: Session, *which: Any) -> list[Arranged]:
    rows = select(Deputy, Absent, Stood, Staff, Entry).join(Stood, Stood.id == Deputy.post_id)
    rows = rows.join(Absent, Absent.id == Stood.staff_id).join(Staff, Staff.id == Deputy.staff_id)
    rows = rows.join(Entry, and_(Entry.chain_id == Deputy.chain_id, Entry.seq == Deputy.seq))
    rows = rows.where(*which).order_by(Deputy.since, Deputy.id).execution_options(populate_existing=True)
    found = session.execute(rows).all()
    several = opened(session, [entry for *_, entry in found])
    return [Arranged(*row[:4], said["reason"]) for row, said in zip(found, several, strict=True)]


def _taken(session: Session, post_id: str) -> list[Span]:
    rows = select(Deputy.since, Deputy.until).where(Deputy.post_id == post_id, Deputy.state.in_(OPEN))
    return [(since, until) for since, until in session.execute(rows)]


def _told(asked: Asked) -> dict[str, Any]:
    days = {name: day and day.isoformat() for name, day in (("from", asked.first), ("to", asked.last))}
    return {"absent": asked.absent, "deputy": asked.deputy, **days, "reason": asked.reason}


def _same(session: Session, known: Entry, asked: Asked, by: Actor) -> Entry:
    [before] = opened(session, [known])
    if known.actor != by.username or any(before[name] != value for name, value in _told(asked).items()):
        raise OtherContent
    return known


def _append(session: Session, draft: Draft, now: datetime) -> Entry:
    entry = append(session, draft, now)
    derive_deputy(session, entry, draft.payload)
    return entry
