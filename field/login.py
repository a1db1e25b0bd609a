"""登录: accounts, sessions that can be ended, and the slow-down of who guesses."""

import secrets
import threading
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from types import MappingProxyType
from typing import NamedTuple

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from sqlalchemy import ColumnElement, ForeignKey, Index, String, bindparam, delete, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column
from uuid6 import uuid7

from field.codes import Role
from field.db import db, transact
from field.orm import Base, Id, Utc, UtcDateTime
from field.prepared import Prepared
from field.problems import Problem
from field.registry.deputies import Absent, Deputy, Stood, acting, held, in_force
from field.registry.rights import PARTED, Actor, Right
from field.registry.sealing import blind
from field.registry.staff import Post, Staff, find_staff
from field.sentences import Sentence

LIFETIME = timedelta(days=30)
SEEN_EVERY = timedelta(hours=1)
WINDOW = timedelta(minutes=15)
FREE_TRIES, SLOWEST = 5, 300
STRANGERS_TRIES, STRANGERS_PAUSE = 60, 30

hasher = PasswordHasher()
_hashing = threading.BoundedSemaphore(2)  # a hash takes 64 MiB; a rush of log-ins must not take them all at once
_nobody = hasher.hash(secrets.token_hex(16))


class LoginSession(Base):
    """登录会话: known by the digest of its token, until it is revoked or too old."""

    __tablename__ = "login_session"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    staff_id: Mapped[Id] = mapped_column(ForeignKey("staff.id"), index=True)
    address: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[Utc]
    seen_at: Mapped[Utc]
    revoked_at: Mapped[Utc | None]
    deputy_id: Mapped[Id | None]


class LoginFailure(Base):
    """登录失败: kept for an hour to slow down who guesses; names and addresses only as digests."""

    __tablename__ = "login_failure"

    id: Mapped[Id] = mapped_column(primary_key=True)
    account: Mapped[str] = mapped_column(String(64))
    address: Mapped[str] = mapped_column(String(64))
    at: Mapped[Utc]

    __table_args__ = (Index(None, "account", "at"), Index(None, "address", "at"))


class Found(NamedTuple):
    """A session that is open, its holder in the post chosen, and all there are; None where the account has ended."""

    id: str
    seen_at: datetime
    actor: Actor | None
    posts: Mapping[str, Actor] = MappingProxyType({})


_now = bindparam("now", type_=UtcDateTime())
_open_session_of = Prepared(
    select(LoginSession.id, LoginSession.seen_at, Staff.id, Staff.username, Staff.name)
    .add_columns(Staff.ended_at, Post.role, Post.region, Staff.unit, LoginSession.deputy_id)
    .add_columns(Deputy.id, Absent.username, Absent.name, Stood.role, Stood.region)
    .join(Staff, Staff.id == LoginSession.staff_id)
    .outerjoin(Post, (Post.staff_id == Staff.id) & held(Post, _now))
    .outerjoin(Deputy, (Deputy.staff_id == Staff.id) & in_force(_now))
    .outerjoin(Stood, (Stood.id == Deputy.post_id) & held(Stood, _now))
    .outerjoin(Absent, (Absent.id == Stood.staff_id) & Absent.ended_at.is_(None))
    .where(LoginSession.id == bindparam("id"), LoginSession.revoked_at.is_(None))
    .where(LoginSession.created_at > bindparam("oldest"))
    .order_by(Deputy.id)
)


class Entered(NamedTuple):
    """A log-in that went well: the token is told once and kept nowhere."""

    token: str
    session_id: str
    actor: Actor


def log_in(username: str, password: str, address: str, now: datetime) -> Entered:
    """Open a session; 401 for wrong words, 403 for an ended account, 429 when it is too soon to try again."""
    username = username.replace("\0", "").strip()
    account, place = blind("account", username.lower()), blind("address", address)
    with _hashing:
        staff = _recognised(username, password, account, place, now)
    post = staff.post_at(now)
    person = _in_post(staff, post) if post else _parted(staff, now)
    if staff.ended_at is not None or person is None:
        raise Problem(403, "account_ended", "这个账号已经停用，请联系县里")
    token = secrets.token_urlsafe(32)
    transact(lambda write: _open_session(write, token, person, account, place, now))
    return Entered(token, _digest(token), person)


def _recognised(username: str, password: str, account: str, place: str, now: datetime) -> Staff:
    """Whose name and password these are; a guess counts before the next one is judged, however many come at once."""
    session = db.session()
    session.rollback()  # what was seen before others had their turn is old
    staff = find_staff(session, username)
    if wait := _wait(session, staff, account, place, now):
        raise Problem(429, "too_many_tries", _too_soon(wait), headers={"Retry-After": str(wait)})
    right = _verified(staff.password_hash if staff else _nobody, password)
    if staff is None or not right:
        transact(lambda write: _note_failure(write, account, place, now))
        raise Problem(401, "wrong_login", "用户名或密码不对")
    return staff


def _too_soon(wait: int) -> Sentence:
    """How long to wait, as people count it, and whom to ask."""
    if wait <= 60:
        return Sentence("密码错了好几次，请 {wait} 秒以后再试。忘了密码，请找县里重设", wait=wait)
    return Sentence("密码错了好几次，请 {wait} 分钟以后再试。忘了密码，请找县里重设", wait=-(-wait // 60))


def find_session(session: Session, token: str, now: datetime) -> Found | None:
    """The open session of a token with its holder, the post held now and those stood in for, in one statement."""
    given = {"id": _digest(token), "now": now, "oldest": now - LIFETIME}
    found = _open_session_of.rows(session, given)
    if not found:
        return None
    opened, seen_at, staff_id, username, name, ended_at, role, region, unit, chosen = found[0][:10]
    if ended_at is not None:
        return Found(opened, seen_at, None)
    if role is None:
        parted = _parted(session.get_one(Staff, staff_id), now)
        return Found(opened, seen_at, parted, {"": parted} if parted else {})
    own = Actor(staff_id, username, name, Role(role), region, unit=unit)
    others = {one: acting(own, whom, whose, *post) for one, whom, whose, *post in (row[10:] for row in found) if whom}
    return Found(opened, seen_at, others.get(chosen, own), {"": own} | others)


def _in_post(staff: Staff, post: Post) -> Actor:
    return Actor(staff.id, staff.username, staff.name, Role(post.role), post.region, unit=staff.unit)


def _parted(staff: Staff, now: datetime) -> Actor | None:
    """离岗的人: who held a post until lately hands in what the phone still holds, and does nothing else."""
    before = [post for post in staff.posts if post.until and post.until <= now]
    parted = replace(_in_post(staff, before[-1]), only=PARTED, parted=True) if before else None
    return parted if parted and parted.has(Right.RECORD_VISITS) else None


def seen(found: Found, now: datetime) -> None:
    """Remember, at most once an hour, that a session is in use."""
    if found.seen_at < now - SEEN_EVERY:
        mark = update(LoginSession).where(LoginSession.id == found.id).values(seen_at=now)
        transact(lambda write: write.execute(mark))


def act_in(session: Session, session_id: str, deputy_id: str | None) -> None:
    """换岗位: from now on this session acts in the own post, or in that of one who is absent."""
    session.execute(update(LoginSession).where(LoginSession.id == session_id).values(deputy_id=deputy_id))


def log_out(session: Session, session_id: str, now: datetime) -> None:
    """End one session."""
    session.execute(update(LoginSession).where(LoginSession.id == session_id).values(revoked_at=now))


def revoke_sessions(session: Session, staff_id: str, now: datetime) -> None:
    """End every session of an account."""
    open_ones = (LoginSession.staff_id == staff_id) & LoginSession.revoked_at.is_(None)
    session.execute(update(LoginSession).where(open_ones).values(revoked_at=now))


def hash_password(password: str) -> str:
    """An argon2 hash of a password."""
    return hasher.hash(password)


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def _verified(kept: str, password: str) -> bool:
    try:
        return hasher.verify(kept, password)
    except (Argon2Error, InvalidHashError):
        return False


def _wait(session: Session, staff: Staff | None, account: str, place: str, now: datetime) -> int:
    """Seconds until this account may be tried from this address; 0 is at once.

    Where the account has logged in before, only failures from that same address count against it, so that
    neither a stranger elsewhere nor a colleague in the same office can lock its holder out.
    """
    at_home = staff is not None and _is_home(session, staff.id, place, now)
    mine = LoginFailure.account == account
    count, last = _failures(session, mine & (LoginFailure.address == place) if at_home else mine, now)
    if count >= FREE_TRIES:
        return _left(min(2 ** (count - FREE_TRIES), SLOWEST), last, now)
    if at_home:
        return 0
    count, last = _failures(session, LoginFailure.address == place, now)
    return _left(STRANGERS_PAUSE, last, now) if count >= STRANGERS_TRIES else 0


def _is_home(session: Session, staff_id: str, place: str, now: datetime) -> bool:
    mine = (LoginSession.staff_id == staff_id) & (LoginSession.address == place)
    recent = LoginSession.created_at > now - LIFETIME
    return session.scalar(select(LoginSession.id).where(mine, recent).limit(1)) is not None


def _failures(session: Session, which: ColumnElement[bool], now: datetime) -> tuple[int, datetime]:
    recent = LoginFailure.at > now - WINDOW
    count, last = session.execute(select(func.count(), func.max(LoginFailure.at)).where(which, recent)).one()
    return count, last or now


def _left(pause: int, last: datetime, now: datetime) -> int:
    return max(0, round(pause - (now - last).total_seconds()))


def _note_failure(session: Session, account: str, place: str, now: datetime) -> None:
    session.execute(delete(LoginFailure).where(LoginFailure.at < now - 4 * WINDOW))
    session.add(LoginFailure(id=str(uuid7()), account=account, address=place, at=now))


def _open_session(session: Session, token: str, person: Actor, account: str, place: str, now: datetime) -> None:
    mine = (LoginFailure.account == account) & (LoginFailure.address == place)
    session.execute(delete(LoginFailure).where(mine))
    session.add(LoginSession(id=_digest(token), staff_id=person.staff_id, address=place, created_at=now, seen_at=now))
