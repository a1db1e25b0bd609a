"""从台账来的待办: leads to check, calls, whose lead it is, bindings; each open until it was done."""

from sqlalchemy import ColumnElement, and_, case, false, func, or_, select, true
from sqlalchemy.orm import Session

from field.codes import Grade, Role, TaskKind
from field.monitoring.duties.escalation import LEVELS, risen, seconds
from field.monitoring.duties.tasks import Task
from field.monitoring.duties.todo_rows import NOTHING, Found, Row, Wanted
from field.monitoring.policy.risk_shapes import GRADES
from field.monitoring.policy.shapes import GradeRule
from field.registry.regions import in_region

KINDS = (TaskKind.CHECK, TaskKind.CALL, TaskKind.ANSWER, TaskKind.DANGER, TaskKind.FIND, TaskKind.BINDING)
OFFICES = (Role.TOWN, Role.COUNTY)
WHOLE = 100


def entries(session: Session, wanted: Wanted, most: int) -> Found:
    """What entries ask somebody to do, the most urgent first; one index holds all that is open."""
    if not wanted.asks_for(*KINDS):
        return NOTHING
    which = and_(in_region(Task.region, wanted.place), *_conditions(wanted))
    late = func.coalesce(func.sum(case((Task.due_at < wanted.now, 1), else_=0)), 0)
    total, overdue = session.execute(select(func.count(), late).select_from(Task).where(which)).one()
    urgent = select(Task).where(which).order_by(Task.rank.desc(), Task.due_at, Task.chain_id, Task.seq).limit(most)
    return Found([_row(task) for task in session.scalars(urgent)] if total and most else [], total, overdue)


def rule_of(wanted: Wanted, grade: str) -> GradeRule:
    """By which rule a thing is told: that of its grade; where there is none, that of the least urgent."""
    return wanted.pack.grade.of(Grade.YELLOW if grade == Grade.NONE else Grade(grade))


def _row(task: Task) -> Row:
    return Row(
        f"{task.chain_id}:{task.seq}", TaskKind(task.kind), task.source, task.chain_id, task.household_id,
        task.person_id, task.region, task.opened_at, task.due_at, GRADES[task.rank].value, task.done,
    )  # fmt: skip


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    several: list[ColumnElement[bool]] = [Task.done.is_(False)] if wanted.open_only else []
    asked = (Task.kind, wanted.kind), (Task.source, wanted.source)
    several += [column == value for column, value in asked if value]
    if wanted.grade:
        several.append(Task.rank.in_([rank for rank, grade in GRADES.items() if grade == wanted.grade]))
    if wanted.late:
        several.append(Task.due_at < wanted.now)
    return [*several, _own(wanted)] if wanted.mine else several


def _own(wanted: Wanted) -> ColumnElement[bool]:
    """What the reader's level receives, or what has risen to it."""
    return or_(  # whose lead it is, the offices alone can say
        and_(Task.kind == TaskKind.FIND.value, true() if wanted.role in OFFICES else false()),
        *(and_(Task.rank == rank, _own_of(wanted, grade)) for rank, grade in GRADES.items()),
    )


def _own_of(wanted: Wanted, grade: Grade) -> ColumnElement[bool]:
    rule = rule_of(wanted, grade.value)
    if wanted.role.value in rule.receivers:
        return true()
    marks = rule.escalate_at[LEVELS.index(wanted.role) :] if wanted.role in LEVELS else []
    if marks and min(marks) == WHOLE:  # plain, where the index alone can tell
        return Task.due_at <= wanted.now
    return risen(seconds(Task.opened_at), seconds(Task.due_at), wanted.now, rule.escalate_at, wanted.role)
