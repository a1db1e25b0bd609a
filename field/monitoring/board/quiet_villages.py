"""没有动静的村: villages without an information officer in post, or of which nothing was heard for many days.

Who stands in for the officer is heard as the officer is.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import and_, column, exists, func, or_, select
from sqlalchemy import table as table_named
from sqlalchemy.orm import Session

from field.codes import Role
from field.monitoring.policy.shelf import pack_on
from field.monitoring.workdays import china_day
from field.orm import UtcDateTime
from field.registry.deputies import Deputy, held
from field.registry.households import Household
from field.registry.regions import TOWN, VILLAGE, Region, in_region
from field.registry.staff import Post, Staff

_logins = table_named(  # an edge keeps it
    "login_session", column("staff_id"), column("seen_at", UtcDateTime()), column("deputy_id")
)


class Quiet(NamedTuple):
    """一个村: whether anybody is in post there, and when it was visited last."""

    code: str
    name: str
    held: bool
    visited_at: datetime | None

    @property
    def town(self) -> str:
        """The town in which it lies."""
        return self.code[:TOWN]


def quiet_villages(session: Session, region: str, now: datetime) -> list[Quiet]:
    """The villages of a region that have households and nobody in post, or neither a visit nor a log-in lately."""
    rule = pack_on(china_day(now)).visits
    if rule is None:
        return []
    since = now - timedelta(days=rule.quiet_days)
    in_post = and_(
        Post.region == Region.code, Post.role == Role.VILLAGE.value, held(Post, now),
        Post.staff_id == Staff.id, Staff.ended_at.is_(None),
    )  # fmt: skip
    manned = exists().where(in_post)
    of_deputy = exists().where(Deputy.id == _logins.c.deputy_id, Deputy.post_id == Post.id)
    logged_in = or_(_logins.c.staff_id == Staff.id, of_deputy)
    seen = exists().where(in_post, logged_in, _logins.c.seen_at >= since)
    visited = select(func.max(Household.last_visit_at)).where(Household.region == Region.code).scalar_subquery()
    lived_in = exists().where(Household.region == Region.code)
    rows = select(Region.code, Region.name, manned.label("held"), visited.label("visited"), seen.label("seen"))
    rows = rows.where(in_region(Region.code, region), func.length(Region.code) == VILLAGE, lived_in)
    found = session.execute(rows.order_by(Region.code))
    return [
        Quiet(code, name, bool(held), visited)
        for code, name, held, visited, seen in found
        if not held or not (seen or (visited and visited >= since))
    ]
