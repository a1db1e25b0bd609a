"""工作移交: a post's whole caseload goes from one holder to another, who accepts it or sends it back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, String, and_, cast, exists, func, select
from sqlalchemy.orm import Session, aliased

from field.codes import Channel, EntryKind, Role
from field.ledger.entries import Draft, Entry, append, lock_head, lock_heads, opened, recorded, region_chain
from field.monitoring.cases.case_rules import HOLDERS
from field.monitoring.cases.cases import MonitoringCase
from field.monitoring.duties.tasks import Task
from field.monitoring.posts.deputy_rules import BELOW
from field.monitoring.visiting.phones import PhoneReport
from field.registry.deputies import held
from field.registry.households import Household
from field.registry.regions import in_region
from field.registry.rights import Actor, NotAllowed, Right
from field.registry.staff import Post, Staff, find_staff

AT_ONCE, ANSWERS_SHOWN = 200, 10


class NotPossible(Exception):
    """不能移交: why, in words."""


class AlreadyAnswered(Exception):
    """已经答复: the hand-over was answered before, otherwise."""


class PhoneHolds(Exception):
    """手机里还有: so many visits lie unsent on the former holder's phone."""

    def __init__(self, waiting: int) -> None:
        super().__init__(f"{waiting} visits are unsent")
        self.waiting = waiting


@dataclass(frozen=True)
class Offered:
    """一次移交: the entry, from whom to whom, and what is in it."""

    entry: Entry
    said: Mapping[str, Any]
    waiting: int


@dataclass(frozen=True)
class Shared:
    """同岗: a post that several hold, whom the reader may hand it over for, and who could take it."""

    region: str
    role: str
    givers: Sequence[Staff]
    takers: Sequence[Staff]


@dataclass(frozen=True)
class Answered:
    """一次答复: what had been offered, the entry that answers, and what that says."""

    offer: Mapping[str, Any]
    entry: Entry
    said: Mapping[str, Any]

    @property
    def outcome(self) -> str:
        """Accepted, sent back by whom it went to, or taken back by who had offered it."""
        if self.said["accepted"]:
            return "accepted"
        return "returned" if self.entry.actor == self.offer["taker"] else "withdrawn"


def shared(session: Session, by: Actor, region: str, now: datetime) -> list[Shared]:
    """同岗 of a region of the reader's, nearest first: the posts that one of their holders can take from another."""
    roles = [by.role.value, *(role.value for role in BELOW[by.role])]
    rows = select(Staff, Post).join(Post, and_(Post.staff_id == Staff.id, held(Post, now), Staff.ended_at.is_(None)))
    rows = rows.where(in_region(Post.region, region), Post.role.in_(roles))
    rows = rows.order_by(Post.region, Post.role, Staff.username)
    found = []
    for (place, role), several in groupby(session.execute(rows), lambda row: (row.Post.region, row.Post.role)):
        there = list(several)
        givers = [staff for staff, post in there if _may_offer(by, staff.username, post)]
        takers = [staff for staff, _post in there if [staff] != givers]
        found += [Shared(place, role, givers, takers)] if givers and len(there) > 1 else []
    return found


def _may_offer(by: Actor, giver: str, post: Post) -> bool:
    """Whether the reader may hand a post over: the own one, and an office those of lower levels below it."""
    own = giver == by.username or Role(post.role) in BELOW[by.role]
    return own and by.may(Right.HAND_OVER, post.region)


def hand_over(session: Session, giver: str, taker: str, note: str, key: str, by: Actor, now: datetime) -> Entry:
    """移交 from one holder of a post to another of the same; until it is accepted nothing changes."""
    staff, post = _held(session, giver, now)
    if not _may_offer(by, giver, post):
        raise NotAllowed
    chain, key = region_chain(post.region), f"handed_over:{key}"
    lock_head(session, chain)
    content: dict[str, Any] = {"giver": giver, "taker": taker, "role": post.role, "region": post.region, "reason": note}
    if known := recorded(session, key):
        return _same(session, known, content)
    if words := _against(session, staff, post, taker, now):
        raise NotPossible(words)
    content["caseload"] = caseload(session, post)
    return append(session, Draft(chain, EntryKind.HANDED_OVER, Channel.WEB, by.username, now, key, content), now)


def answer(
    session: Session, chain_id: str, seq: int, accepted: bool, reason: str, by: Actor, now: datetime, *, sure: bool
) -> Entry:
    """接收 or 退回, by the one to whom it goes; who offered it may take it back. On acceptance the post ends."""
    entry = session.get(Entry, (chain_id, seq))
    if entry is None or entry.kind != EntryKind.HANDED_OVER:
        raise NotAllowed
    [said] = opened(session, [entry])
    if by.username != said["taker"] and (accepted or by.username not in (said["giver"], entry.actor)):
        raise NotAllowed
    lock_heads(session, [chain_id])
    key, content = f"hand_over:{chain_id}:{seq}", {"seq": seq, "accepted": accepted, "reason": reason}
    if known := recorded(session, key):
        [before] = opened(session, [known])
        if before["accepted"] is not accepted:
            raise AlreadyAnswered
        return known
    if accepted:
        _end_post(session, said, by, now, sure=sure)
    kind = EntryKind.HAND_OVER_ANSWERED
    return append(session, Draft(chain_id, kind, Channel.WEB, by.username, now, key, content), now)


def giver_of(session: Session, chain_id: str, seq: int) -> str:
    """移交人 of an entry."""
    [said] = opened(session, [session.get_one(Entry, (chain_id, seq))])
    return str(said["giver"])


def waiting(session: Session, by: Actor) -> list[Offered]:
    """移交 of the reader's region on which nobody has answered, oldest first."""
    answered = aliased(Entry)
    key = "hand_over:" + Entry.chain_id + ":" + cast(Entry.seq, String)
    open_ones = select(Entry).where(
        Entry.kind == EntryKind.HANDED_OVER.value, in_region(Entry.chain_id, region_chain(by.region))
    )
    open_ones = open_ones.where(~exists(select(answered.seq).where(answered.idempotency_key == key)))
    entries = list(session.scalars(open_ones.order_by(Entry.recorded_at).limit(AT_ONCE)))
    several = opened(session, entries)
    held = unsent(session, {said["giver"] for said in several})
    both = zip(entries, several, strict=True)
    return [Offered(entry, said, held.get(said["giver"], 0)) for entry, said in both]


def answers(session: Session, by: Actor) -> list[Answered]:
    """最近的答复 of the reader's region, the newest first."""
    here = Entry.kind == EntryKind.HAND_OVER_ANSWERED.value, in_region(Entry.chain_id, region_chain(by.region))
    entries = list(session.scalars(select(Entry).where(*here).order_by(Entry.recorded_at.desc()).limit(ANSWERS_SHOWN)))
    several = opened(session, entries)
    offers = opened(session, [session.get_one(Entry, (one.chain_id, said["seq"]))
                              for one, said in zip(entries, several, strict=True)])  # fmt: skip
    return [Answered(offer, entry, said) for offer, entry, said in zip(offers, entries, several, strict=True)]


def caseload(session: Session, post: Post) -> dict[str, int]:
    """手上的工作: how many households, tasks and steps a post holds now."""
    here = in_region(Household.region, post.region)
    states = [state.value for state, who in HOLDERS.items() if Role(post.role) in who]
    steps = select(func.count()).select_from(MonitoringCase)
    steps = steps.join(Household, Household.id == MonitoringCase.household_id)
    return {
        "households": _count(session, Household, here),
        "monitored": _count(session, Household, here, Household.kind.is_not(None)),
        "tasks": _count(session, Task, in_region(Task.region, post.region), Task.done.is_(False)),
        "steps": session.scalar(steps.where(here, MonitoringCase.state.in_(states))) or 0,
    }


def unsent(session: Session, usernames: set[str]) -> dict[str, int]:
    """手机里还没发出来的走访, by user name, as the phones said last."""
    rows = select(Staff.username, func.sum(PhoneReport.waiting)).join(PhoneReport, PhoneReport.staff_id == Staff.id)
    found = session.execute(rows.where(Staff.username.in_(usernames)).group_by(Staff.username))
    return {username: int(count) for username, count in found if count}


def _against(session: Session, staff: Staff, post: Post, taker: str, now: datetime) -> str | None:
    """What stands against it, so that nothing is ever left without a holder."""
    if taker == staff.username:
        return "不能移交给本人"
    if not _holds_same(session, taker, post.role, post.region, now):
        return "接手的人要先在同一个村（或同一个单位）到岗，请县里先给他开通岗位"
    pending = any(said["giver"] == staff.username for said in _open_of(session, post))
    return "这个人已经有一份移交在等对方答复" if pending else None


def _open_of(session: Session, post: Post) -> Sequence[dict[str, Any]]:
    """What is offered and not answered in a post's chain."""
    chain = region_chain(post.region)
    rows = select(Entry).where(Entry.chain_id == chain, Entry.kind == EntryKind.HANDED_OVER.value)
    entries = [one for one in session.scalars(rows) if not recorded(session, f"hand_over:{chain}:{one.seq}")]
    return opened(session, entries)


def _end_post(session: Session, said: Mapping[str, Any], by: Actor, now: datetime, *, sure: bool) -> None:
    """离岗: the former holder's post ends, as long as it is still the one that was offered."""
    staff, post = _held(session, said["giver"], now)
    if (post.role, post.region) != (said["role"], said["region"]):
        raise NotPossible("移交的人已经不在这个岗位上了")
    if not _holds_same(session, by.username, post.role, post.region, now):
        raise NotPossible("您已经不在这个岗位上，不能接收")
    if not sure and (held := unsent(session, {staff.username})):
        raise PhoneHolds(held[staff.username])
    post.until = now
    session.flush()


def _holds_same(session: Session, username: str, role: str, region: str, now: datetime) -> bool:
    staff = find_staff(session, username)
    post = staff.post_at(now) if staff and staff.ended_at is None else None
    return post is not None and (post.role, post.region) == (role, region)


def _held(session: Session, username: str, now: datetime) -> tuple[Staff, Post]:
    staff = find_staff(session, username)
    post = staff.post_at(now) if staff else None
    if staff is None or post is None:
        raise NotAllowed
    return staff, post


def _same(session: Session, known: Entry, content: Mapping[str, Any]) -> Entry:
    [before] = opened(session, [known])
    if any(before[name] != value for name, value in content.items()):
        raise AlreadyAnswered
    return known


def _count(session: Session, table: type[Household] | type[Task], *which: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(table).where(*which)) or 0
