"""联结清单: partners of a region, their ties with households, what was paid, and what is late."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from field.monitoring.help.partners import Partner, Tie, TiePayment, reachable
from field.monitoring.help.tie_rules import late_since, owed
from field.registry.households import Household
from field.registry.regions import LEVELS, in_region
from field.registry.rights import Actor, NotAllowed, Right


class TieLine(NamedTuple):
    """一项联结: with whom, what is promised, what fell due and was paid, and since when something is late."""

    tie: Tie
    household: Household
    partner: Partner
    paid: int
    owed: int
    last_paid_on: date | None
    late_since: date | None

    @property
    def behind(self) -> int:
        """还欠多少, in 分."""
        return max(self.owed - self.paid, 0)


class PartnerLine(NamedTuple):
    """一个经营主体: with how many households of the reader's region it is tied, and how many of the ties are late."""

    partner: Partner
    households: int
    promised: int
    late: int


def partners(session: Session, by: Actor, day: date) -> list[PartnerLine]:
    """经营主体 that the actor's households may be tied to, those that are late before the others."""
    found = session.scalars(_reachable(by))
    lines = ties(session, by, day)
    several = [_summed(one, [line for line in lines if line.partner.id == one.id], day) for one in found]
    return sorted(several, key=lambda one: (-one.late, one.partner.region, one.partner.title, one.partner.id))


def partner(session: Session, by: Actor, partner_id: str) -> Partner:
    """One partner; NotAllowed where its region is neither within the actor's nor above it."""
    found = session.get(Partner, partner_id)
    if found is None or not by.has(Right.READ_PARTNERS) or not reachable(by, found.region):
        raise NotAllowed
    return found


def ties(session: Session, by: Actor, day: date, partner_id: str | None = None) -> list[TieLine]:
    """联结 of households of the actor's region, what is late before the others."""
    rows = _both().where(in_region(Household.region, by.region))
    if partner_id:
        rows = rows.where(Tie.partner_id == partner_id)
    return _lines(session, rows, day)


def ties_of(session: Session, household_id: str, day: date) -> list[TieLine]:
    """联结 of one household."""
    return _lines(session, _both().where(Tie.household_id == household_id), day)


def payments(session: Session, tie_ids: Iterable[str]) -> dict[str, list[TiePayment]]:
    """兑现 by tie, the newest first."""
    found: dict[str, list[TiePayment]] = {tie_id: [] for tie_id in tie_ids}
    rows = select(TiePayment).where(TiePayment.tie_id.in_(list(found)))
    for one in session.scalars(rows.order_by(TiePayment.paid_on.desc(), TiePayment.seq.desc())):
        found[one.tie_id].append(one)
    return found


def _both() -> Select[Tie, Household, Partner]:
    rows = select(Tie, Household, Partner).join(Household, Household.id == Tie.household_id)
    return rows.join(Partner, Partner.id == Tie.partner_id).order_by(Tie.begins_on, Tie.id)


def _lines(session: Session, rows: Select[Tie, Household, Partner], day: date) -> list[TieLine]:
    found = session.execute(rows.execution_options(populate_existing=True)).all()
    if not found:
        return []
    sums = select(TiePayment.tie_id, func.sum(TiePayment.amount), func.max(TiePayment.paid_on))
    mine = sums.where(TiePayment.tie_id.in_([tie.id for tie, _, _ in found])).group_by(TiePayment.tie_id)
    paid = {tie_id: (int(amount), last) for tie_id, amount, last in session.execute(mine)}
    lines = [_line(tie, home, partner, paid.get(tie.id, (0, None)), day) for tie, home, partner in found]
    return sorted(lines, key=lambda one: (one.late_since is None, one.late_since or day, one.tie.id))


def _line(tie: Tie, household: Household, partner: Partner, paid: tuple[int, date | None], day: date) -> TieLine:
    late = late_since(tie.terms, paid[0], day)
    return TieLine(tie, household, partner, paid[0], owed(tie.terms, day), paid[1], late)


def _summed(partner: Partner, lines: list[TieLine], day: date) -> PartnerLine:
    current = [one for one in lines if one.tie.ends_on is None or one.tie.ends_on >= day]
    homes = {one.household.id for one in current}
    late = sum(one.late_since is not None for one in lines)
    return PartnerLine(partner, len(homes), sum(one.tie.promised for one in current), late)


def _reachable(by: Actor) -> Select[Partner]:
    """Within the actor's region, or of a place above it."""
    above = [by.region[:length] for length in LEVELS if length < len(by.region)]
    return select(Partner).where(in_region(Partner.region, by.region) | Partner.region.in_(above))
