"""系统令牌: by which a department's own system sends its lists; limited to that, ended on a day or at any time."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from math import ceil

from sqlalchemy import ForeignKey, String, case, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from field.codes import Role
from field.orm import Base, Id, Name, RegionCode, Utc
from field.registry.rights import Actor, Right
from field.registry.staff import NoDepartment, Staff

PREFIX = "field-system-"
SCOPE = frozenset((Right.SEND_SCREENING, Right.READ_SCREENING))
PER_MINUTE, MINUTE = 60, timedelta(minutes=1)  # our own figure: a list of 2,000 rows is one request


class SystemToken(Base):
    """令牌: known by its digest alone; `region` may be smaller than the account's own.

    `used` counts its requests since `minute`, of which `per_minute` are let in within one.
    """

    __tablename__ = "system_token"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    staff_id: Mapped[Id] = mapped_column(ForeignKey("staff.id"), index=True)
    region: Mapped[RegionCode]
    note: Mapped[Name]
    created_at: Mapped[Utc]
    ends_at: Mapped[Utc]
    used_at: Mapped[Utc | None]
    per_minute: Mapped[int]
    minute: Mapped[Utc | None]
    used: Mapped[int]
    revoked_at: Mapped[Utc | None]


def make_token(
    session: Session,
    staff: Staff,
    region: str | None,
    note: str,
    ends_at: datetime,
    now: datetime,
    per_minute: int = PER_MINUTE,
) -> str:
    """发令牌: told once and kept nowhere."""
    place = staff.served_at(region, now)
    if place is None:
        raise NoDepartment
    token = PREFIX + secrets.token_urlsafe(32)
    row = {"region": place, "note": note, "created_at": now, "ends_at": ends_at}
    row |= {"per_minute": per_minute, "minute": None, "used": 0}
    session.add(SystemToken(id=_digest(token), staff_id=staff.id, **row))
    session.flush()
    return token


def revoke_token(session: Session, beginning: str, now: datetime) -> int:
    """收回 the token whose number begins so; how many."""
    here = SystemToken.id.startswith(beginning, autoescape=True), SystemToken.revoked_at.is_(None)
    return len(session.scalars(update(SystemToken).where(*here).values(revoked_at=now).returning(SystemToken.id)).all())


def tokens(session: Session) -> Sequence[tuple[SystemToken, str]]:
    """Every token with the account that it belongs to, oldest first."""
    rows = select(SystemToken, Staff.username).join(Staff, Staff.id == SystemToken.staff_id)
    return [(token, username) for token, username in session.execute(rows.order_by(SystemToken.created_at))]


def holder(session: Session, token: str, now: datetime) -> tuple[SystemToken, Actor | None] | None:
    """Whose token it is, with the few rights that it gives; None for one that does not count any more."""
    found = session.get(SystemToken, _digest(token))
    if found is None or found.revoked_at or found.ends_at <= now:
        return None
    staff = session.get_one(Staff, found.staff_id)
    if staff.served_at(found.region, now) is None:
        return found, None
    return found, Actor(staff.id, staff.username, staff.name, Role.DEPARTMENT, found.region, SCOPE)


def note_use(session: Session, token_id: str, now: datetime) -> int:
    """Remember that a system came; for how many seconds it has to wait, 0 where it is within its rate."""
    over = or_(SystemToken.minute.is_(None), SystemToken.minute <= now - MINUTE)
    counted = update(SystemToken).where(SystemToken.id == token_id).values(
        used_at=now, minute=case((over, now), else_=SystemToken.minute),
        used=case((over, 1), else_=SystemToken.used + 1),
    )  # fmt: skip
    rows = counted.returning(SystemToken.used, SystemToken.per_minute, SystemToken.minute)
    used, most, since = session.execute(rows).one()
    return 0 if used <= most or since is None else max(1, ceil((since + MINUTE - now).total_seconds()))


def is_system(token: str) -> bool:
    """Whether it looks like one."""
    return token.startswith(PREFIX)


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()
