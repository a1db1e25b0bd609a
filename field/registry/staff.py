"""工作人员: who holds an account, which post in which region and since when."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from field.codes import Role
from field.orm import Base, Code, Id, Name, RegionCode, Utc
from field.registry.regions import within
from field.registry.signatures import hands, named


class Staff(Base):
    """账号: one person who may log in, until the account is ended."""

    __tablename__ = "staff"

    id: Mapped[Id] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[Name]
    password_hash: Mapped[str] = mapped_column(String(200))
    unit: Mapped[Name | None]
    ended_at: Mapped[Utc | None]

    posts: Mapped[list["Post"]] = relationship(order_by="Post.since", lazy="selectin")

    def post_at(self, moment: datetime) -> "Post | None":
        """The post held at a moment, or None."""
        held = [post for post in self.posts if post.since <= moment and (not post.until or moment < post.until)]
        return held[-1] if held else None

    def served_at(self, region: str | None, moment: datetime) -> str | None:
        """The region, or else all of its own, in which a department's account serves; None outside or for others."""
        post = self.post_at(moment)
        if post is None or self.ended_at or post.role != Role.DEPARTMENT:
            return None
        place = region or post.region
        return place if within(place, post.region) else None

    def held_region_at(self, region: str, moment: datetime) -> bool:
        """Whether a post that was held at that moment covered the region."""
        post = self.post_at(moment)
        return post is not None and within(region, post.region)


class NoDepartment(Exception):
    """不是行业部门: only a department's account has systems, and only within its region."""


class Post(Base):
    """岗位: a role in a region from one day to another; ended posts are kept."""

    __tablename__ = "post"

    id: Mapped[Id] = mapped_column(primary_key=True)
    staff_id: Mapped[Id] = mapped_column(ForeignKey("staff.id"), index=True)
    role: Mapped[Code]
    region: Mapped[RegionCode]
    since: Mapped[Utc]
    until: Mapped[Utc | None]


def find_staff(session: Session, username: str) -> Staff | None:
    """The account of a user name."""
    return session.scalar(select(Staff).where(Staff.username == username))


def staff_names(session: Session, usernames: Iterable[str]) -> dict[str, str]:
    """The names of accounts by user name or signature; one that is not there is missing."""
    signed = set(usernames)
    people = {one for each in signed for one in hands(each)}
    names = dict(session.execute(select(Staff.username, Staff.name).where(Staff.username.in_(people))).all())
    return {each: name for each in signed if (name := named(each, names))}


def take_post(session: Session, staff: Staff, role: Role, region: str, now: datetime, post_id: str) -> Post:
    """到岗: end the post held now and begin another; the same post again changes nothing."""
    current = staff.post_at(now)
    if current and (current.role, current.region) == (role.value, region):
        return current
    if current:
        current.until = now
    post = Post(id=post_id, staff_id=staff.id, role=role.value, region=region, since=now)
    staff.posts.append(post)
    session.flush()
    return post
