"""一户一策待办: monitored households for which nobody has planned a measure yet, from identification on."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Date, case, func, literal, select
from sqlalchemy.orm import Session

from field.china_time import opens
from field.codes import Grade, Role, Source, TaskKind
from field.monitoring.duties.escalation import LEVELS
from field.monitoring.duties.todo_entries import WHOLE, rule_of
from field.monitoring.duties.todo_rows import NOTHING, Found, Row, Wanted, closes
from field.monitoring.help.plan import due_since, helped_of_many
from field.monitoring.policy.risk_shapes import GRADES
from field.monitoring.risk.grades import JUDGED, by_urgency, judged_grade
from field.monitoring.workdays import china_day
from field.registry.households import Household
from field.registry.regions import in_region
from field.registry.rights import Right

_total = func.count().over().label("total")


def plans(session: Session, wanted: Wanted, most: int) -> Found:
    """制定一户一策: the village's from identification on, higher ones' as it rises, everybody's once it is late."""
    asked = wanted.asks_for(TaskKind.PLAN) and wanted.source in (None, Source.VISIT)
    if not asked or not wanted.by.has(Right.READ_PLANS):
        return NOTHING
    late = Household.identified_on < due_since(wanted.pack, wanted.day)
    rows = select(Household.id, Household.region, Household.identified_on, judged_grade.label("grade"), _total)
    rows = rows.add_columns(func.sum(case((late, 1), else_=0)).over().label("late")).outerjoin(*JUDGED)
    rows = rows.where(
        in_region(Household.region, wanted.place), Household.kind.is_not(None), ~helped_of_many, _own(wanted)
    )
    rows = rows.where(judged_grade == wanted.grade) if wanted.grade else rows
    rows = rows.where(late) if wanted.late else rows
    found = session.execute(rows.order_by(by_urgency, Household.identified_on, Household.id).limit(most or 1)).all()
    return Found([_row(one, wanted) for one in found], found[0].total, found[0].late) if found else NOTHING


def _own(wanted: Wanted) -> ColumnElement[bool]:
    """Who was identified long enough ago, by the rule of the household's grade."""
    last = {grade.value: literal(_last(wanted, grade), Date()) for grade in GRADES.values()}
    return Household.identified_on <= case(last, value=judged_grade)


def _last(wanted: Wanted, grade: Grade) -> date:
    """The newest day of identification that concerns the reader's level by now."""
    rule = rule_of(wanted, grade.value)
    if wanted.role is Role.VILLAGE or wanted.role.value in rule.receivers:
        return wanted.day
    share = min([*rule.escalate_at[LEVELS.index(wanted.role) :], WHOLE])
    whole = closes(_due(wanted.day, wanted)) - opens(wanted.day)
    return china_day(wanted.now - whole * share / WHOLE)


def _due(identified_on: date, wanted: Wanted) -> date:
    return identified_on + timedelta(days=wanted.pack.elimination.measure_days)


def _row(one: Any, wanted: Wanted) -> Row:
    return Row(
        f"plan:{one.id}:{one.identified_on}", TaskKind.PLAN, Source.VISIT.value, one.id, one.id, None, one.region,
        opens(one.identified_on), closes(_due(one.identified_on, wanted)), one.grade,
    )  # fmt: skip
