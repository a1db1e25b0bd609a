"""帮扶清单: measures that are late, and monitored households that have none when they should, of a region."""

from datetime import date
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, or_, select, true
from sqlalchemy.orm import Session

from field.monitoring.cases.case_rules import LADDER
from field.monitoring.cases.cases import MonitoringCase
from field.monitoring.help.measure_rules import OPEN
from field.monitoring.help.plan import Measure, due_since, helped_of_many
from field.monitoring.policy.shelf import pack_on
from field.registry.households import Household
from field.registry.regions import in_region
from field.registry.rights import Actor, Right


class Overdue(NamedTuple):
    """过期的措施: whose it is, what, who answers for it, and since when it should have been done."""

    household_id: str
    head: str
    number: str
    region: str
    measure_id: str
    name: str
    risk_factor: str
    owner: str
    state: str
    due_on: date
    days_late: int


def days_late(state: str, due_on: date, day: date) -> int:
    """过期几天: how many days after its last one an open measure is on a day; 0 in time, or done, or dropped."""
    return max((day - due_on).days, 0) if state in OPEN else 0


def overdue_measures(session: Session, by: Actor, day: date, limit: int | None = None) -> list[Overdue]:
    """过期的措施 of the actor's region on a day, the latest first."""
    columns = (
        Household.id, Household.head, Household.number, Household.region, Measure.id, Measure.title,
        Measure.risk_factor, Measure.owner, Measure.state, Measure.due_on,
    )  # fmt: skip
    rows = select(*columns).join(Household, Household.id == Measure.household_id).where(_late(by, day))
    rows = rows.order_by(Measure.due_on, Household.number, Measure.id).limit(limit)
    return [Overdue._make((*row, days_late(row.state, row.due_on, day))) for row in session.execute(rows)]


def late_measures(by: Actor, day: date) -> Select[Measure]:
    """The same measures themselves, in no order."""
    return select(Measure).join(Household, Household.id == Measure.household_id).where(_late(by, day))


def without_measures(
    session: Session, by: Actor, day: date, page: int = 1, per_page: int = 50
) -> tuple[list[Household], int]:
    """到期没有措施的监测户, those identified first before the others; and how many there are."""
    wanted = _bare(by, day)
    rows = select(Household).where(wanted).order_by(Household.identified_on, Household.number)
    found = session.scalars(rows.offset((page - 1) * per_page).limit(per_page))
    return list(found), bare(session, by, day)


def counted(session: Session, by: Actor, day: date) -> tuple[int, int]:
    """过期的措施 and 没有措施的户: how many."""
    late = select(func.count()).select_from(Measure).join(Household, Household.id == Measure.household_id)
    return session.scalar(late.where(_late(by, day))) or 0, bare(session, by, day)


def bare(session: Session, by: Actor, day: date) -> int:
    """没有措施的户: how many."""
    return session.scalar(select(func.count()).select_from(Household).where(_bare(by, day))) or 0


def _late(by: Actor, day: date) -> ColumnElement[bool]:
    still = Measure.state.in_([one.value for one in OPEN]), Measure.due_on < day
    return and_(in_region(Household.region, by.region), _allowed(by), *still, _helped())


def _bare(by: Actor, day: date) -> ColumnElement[bool]:
    """Monitored for longer than the pack's days, and no measure but such as were dropped."""
    monitored = Household.kind.is_not(None), Household.identified_on < due_since(pack_on(day), day)
    return and_(in_region(Household.region, by.region), _allowed(by), *monitored, ~helped_of_many)


def _allowed(by: Actor) -> ColumnElement[bool]:
    return true() if by.has(Right.READ_PLANS) else false()


def _helped() -> ColumnElement[bool]:
    """Of who is monitored, or is to be: nobody is reminded of who has moved away."""
    ladder = MonitoringCase.state.in_([one.value for one in LADDER])
    return or_(Household.kind.is_not(None), exists().where(MonitoringCase.household_id == Household.id, ladder))
