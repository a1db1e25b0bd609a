"""代班: who stands in for an absent colleague in one post, from a day to a day; derived from entries."""

from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from field.codes import Role
from field.labels import Labelled
from field.orm import Base, Code, Id, Utc
from field.registry.regions import within
from field.registry.rights import Actor
from field.registry.signatures import FOR, IN_PLACE_OF, signature
from field.registry.staff import Post, Staff
from field.sentences import Sentence


class DeputyState(Labelled):
    """代班安排的情况."""

    NAMED = "named", "等本人同意"
    ACCEPTED = "accepted", "已同意"
    DECLINED = "declined", "没有同意"
    ENDED = "ended", "已结束"


class Deputy(Base):
    """代班安排: a post, who stands in, and from when to when; it ends with the post."""

    __tablename__ = "deputy"

    id: Mapped[Id] = mapped_column(primary_key=True)
    staff_id: Mapped[Id] = mapped_column(index=True)
    post_id: Mapped[Id] = mapped_column(index=True)
    since: Mapped[Utc]
    until: Mapped[Utc]
    state: Mapped[Code]
    chain_id: Mapped[Id]
    seq: Mapped[int]


Absent, Stood = aliased(Staff), aliased(Post)
Moment = datetime | ColumnElement[datetime]
STOOD = Deputy.state.in_((DeputyState.ACCEPTED.value, DeputyState.ENDED.value))  # in, though it may have ended since


def held(post: type[Post], moment: Moment) -> ColumnElement[bool]:
    """Whether a post is held at a moment."""
    return and_(post.since <= moment, or_(post.until.is_(None), post.until > moment))


def in_force(moment: Moment) -> ColumnElement[bool]:
    """Whether the deputy may act at a moment, as far as the arrangement itself says."""
    return and_(Deputy.state == DeputyState.ACCEPTED.value, Deputy.since <= moment, Deputy.until > moment)


def acting(own: Actor, whom: str, whose: str, role: str, region: str) -> Actor:
    """Who stands in, with the absent colleague's rights and region and nothing of the own, signing for both."""
    return Actor(
        own.staff_id,
        signature(own.username, whom),
        Sentence(IN_PLACE_OF, name=own.name, whose=whose),
        Role(role),
        region,
    )


def stand_ins(session: Session, now: datetime) -> list[Actor]:
    """Whoever stands in for somebody now."""
    who = (Staff.id, Staff.username, Staff.name, Post.role, Post.region)
    rows = select(*who, Absent.username, Absent.name, Stood.role, Stood.region)
    rows = rows.join(Post, and_(Post.staff_id == Staff.id, held(Post, now), Staff.ended_at.is_(None)))
    rows = rows.join(Deputy, and_(Deputy.staff_id == Staff.id, in_force(now)))
    rows = rows.join(Stood, and_(Stood.id == Deputy.post_id, held(Stood, now)))
    rows = rows.join(Absent, and_(Absent.id == Stood.staff_id, Absent.ended_at.is_(None)))
    found = session.execute(rows.order_by(Deputy.id))
    return [acting(Actor(*row[:3], Role(row[3]), row[4]), *row[5:]) for row in found]


def as_signed(session: Session, staff_id: str, signed: str | None, now: datetime) -> Actor | None:
    """Who asked for something, in the post that it was signed in, if that is still held; without one in the own.

    Nobody, once the account has ended.
    """
    staff = session.get_one(Staff, staff_id)
    if signed and signed != staff.username:
        return {one.username: one for one in stand_ins(session, now)}.get(signed)
    post = None if staff.ended_at else staff.post_at(now)
    return Actor(staff.id, staff.username, staff.name, Role(post.role), post.region) if post else None


def signatures_of(people: Select[str]) -> Select[str]:
    """署名 of all who ever stood in for one of these people, and of these for others."""
    rows = select(Staff.username + FOR + Absent.username).join(Deputy, Deputy.staff_id == Staff.id)
    rows = rows.join(Stood, Stood.id == Deputy.post_id).join(Absent, Absent.id == Stood.staff_id)
    return rows.where(or_(Staff.username.in_(people), Absent.username.in_(people)))


def stood_in_region(session: Session, staff_id: str, region: str, moment: datetime) -> bool:
    """Whether someone stood in, at a moment, in a post that covers the region."""
    rows = select(Post.region).join(Deputy, Deputy.post_id == Post.id)
    rows = rows.where(Deputy.staff_id == staff_id, Deputy.since <= moment, Deputy.until > moment)
    rows = rows.where(STOOD, held(Post, moment))
    return any(within(region, its) for its in session.scalars(rows))


def worked_in(session: Session, staff_id: str, region: str) -> bool:
    """Whether someone ever held a post that covers the region, or stood in for whom held one."""
    stood = select(Deputy.post_id).where(Deputy.staff_id == staff_id, STOOD)
    posts = select(Post.region).where(or_(Post.staff_id == staff_id, Post.id.in_(stood)))
    return any(within(region, its) for its in session.scalars(posts))
