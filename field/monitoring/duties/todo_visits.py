"""一月一摸排: monitored households that nobody has visited this month, and how far each place has come."""

from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session

from field.china_time import opens
from field.codes import Role, Source, TaskKind
from field.monitoring.duties.escalation import level
from field.monitoring.duties.tasks import Task
from field.monitoring.duties.todo_rows import NOTHING, Found, Row, Wanted, closes
from field.monitoring.policy.shapes import Visits
from field.monitoring.risk.grades import JUDGED, by_urgency, judged_grade
from field.monitoring.workdays import DAY, month_of
from field.registry.households import Household
from field.registry.regions import in_region

_monitored = Household.kind.is_not(None)  # as the index says that holds these alone
_total = func.count().over().label("total")
_to_be_checked = exists().where(
    Task.household_id == Household.id, Task.kind == TaskKind.CHECK.value, Task.done.is_(False)
)  # fmt: skip


class Month(NamedTuple):
    """本月: its first and its last day."""

    first: date
    last: date


def month(day: date) -> Month:
    """The month of a day."""
    first, following = month_of(day)
    return Month(first, following - DAY)


def visits(session: Session, wanted: Wanted, most: int) -> Found:
    """本月走访 that are still to be made: the village's; higher levels get them once they have risen so far.

    Where a visit is asked for by a lead already, it is not listed twice.
    """
    rule, this = wanted.pack.visits, month(wanted.day)
    if rule is None or not _listed(wanted, rule, this):
        return NOTHING
    rows = select(Household.id, Household.region, judged_grade.label("grade"), _total)
    rows = rows.outerjoin(*JUDGED)
    rows = rows.where(in_region(Household.region, wanted.place), _monitored, ~_to_be_checked)
    rows = rows.where(or_(Household.last_visit_at.is_(None), Household.last_visit_at < opens(this.first)))
    if wanted.grade:
        rows = rows.where(judged_grade == wanted.grade)
    found = session.execute(rows.order_by(by_urgency, Household.id).limit(most or 1)).all()
    return Found([_row(one, this) for one in found], found[0].total if found else 0)


def _listed(wanted: Wanted, rule: Visits, this: Month) -> bool:
    if not wanted.asks_for(TaskKind.VISIT) or wanted.late or wanted.source not in (None, Source.VISIT):
        return False
    reached = level(opens(this.first), closes(this.last), wanted.now, rule.escalate_at)
    return wanted.role is Role.VILLAGE or reached is wanted.role or reached is Role.COUNTY


def _row(one: Any, this: Month) -> Row:
    return Row(
        f"visit:{one.id}:{this.first:%Y-%m}", TaskKind.VISIT, Source.VISIT.value, one.id, one.id, None, one.region,
        opens(this.first), closes(this.last), one.grade,
    )  # fmt: skip
