"""案子里的待办: the step that is to be done now, for who may do it and for whom it has risen to; and objections."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy import case as either
from sqlalchemy.orm import Session

from field.case_codes import CaseState
from field.china_time import opens
from field.codes import Role, Source, TaskKind
from field.monitoring.cases.case_rules import HOLDERS, NOTICES, WAY_OUT, step_of
from field.monitoring.cases.case_rules import OFFICES as ANSWER
from field.monitoring.cases.cases import MonitoringCase
from field.monitoring.duties.escalation import LEVELS, risen, seconds
from field.monitoring.duties.tasks import Task
from field.monitoring.duties.todo_rows import NOTHING, Found, Row, Wanted, closes, narrowed
from field.monitoring.leads.leads import Lead
from field.monitoring.policy.shapes import Pack
from field.monitoring.policy.shelf import shelf
from field.monitoring.risk.grades import by_urgency, judged_grade
from field.monitoring.risk.judgement import Judgement
from field.monitoring.workdays import due
from field.registry.households import Household
from field.registry.regions import lies_in

VISITED_FIRST = (CaseState.ON_SITE_CHECK.value, *(one.value for one in WAY_OUT))
CHINA, DAY = 8 * 3600, 24 * 3600
SOURCE = func.coalesce(Lead.source, Source.VISIT.value)
_case = MonitoringCase
_columns = (
    _case.id, _case.state, _case.since, _case.counts_from, _case.due_on, _case.ends, _case.stopped_on,
    _case.household_id, Household.region,
)  # fmt: skip
_total = func.count().over().label("total")
_opened = seconds(func.coalesce(_case.counts_from, _case.since)) - CHINA
_closed = seconds(_case.due_on) + DAY - CHINA
_asked_already = exists().where(
    Task.household_id == _case.household_id, Task.kind == TaskKind.CHECK.value, Task.done.is_(False)
)  # fmt: skip


def steps(session: Session, wanted: Wanted, most: int) -> Found:
    """办理步骤 that are due, each with the last day of its time."""
    if not wanted.asks_for(TaskKind.STEP):
        return NOTHING
    urgent = _steps(wanted).order_by(by_urgency, func.coalesce(_case.due_on, wanted.day), _case.id).limit(most or 1)
    found = session.execute(urgent).all()
    return Found([_step(one, wanted) for one in found], *((found[0].total, found[0].late) if found else (0, 0)))


def objections(session: Session, wanted: Wanted, most: int) -> Found:
    """公示异议 that nobody has answered yet; few, so they are read whole."""
    rule = wanted.pack.notice
    if not wanted.asks_for(TaskKind.OBJECTION) or wanted.role not in ANSWER or rule.answer_days is None:
        return NOTHING
    days = rule.answer_days
    rows = _beside(wanted).where(_case.state.in_(NOTICES), _case.stopped_on.is_not(None), _case.leaving.is_(None))
    return narrowed((_objection(one, days) for one in session.execute(rows)), wanted, most)


def leavings(session: Session, wanted: Wanted, most: int) -> Found:
    """离开监测 that was proposed and waits for the county; few, so they are read whole."""
    if not wanted.asks_for(TaskKind.LEAVING) or wanted.role is not Role.COUNTY:
        return NOTHING
    rows = session.execute(_beside(wanted).where(_case.leaving.is_not(None)))
    return narrowed((_step(one, wanted)._replace(id=f"leaving:{one.id}", kind=TaskKind.LEAVING) for one in rows),
                    wanted, most)  # fmt: skip


def marks_of(pack: Pack, state: str | None) -> Sequence[int]:
    """At which shares of a step's time it is told higher up."""
    step = step_of(CaseState(state), pack) if state else None
    return step.escalate_at if step else []


def comes_to(state: str | None, up: Role | None) -> Role | None:
    """The level to which a step has risen, where that is not below all whose step it is."""
    who = HOLDERS[CaseState(state)] if state else frozenset()
    return None if up is None or (who and _above(who, up)) else up


def _step(one: Any, wanted: Wanted) -> Row:
    """A step; what has no time is for today."""
    return Row(
        f"case:{one.id}", TaskKind.STEP, one.source, one.id, one.household_id, None, one.region,
        opens(one.counts_from or one.since), closes(one.due_on or wanted.day), one.grade, step=one.state,
    )  # fmt: skip


def _objection(one: Any, days: int) -> Row:
    began = max(one.stopped_on, one.counts_from or one.stopped_on)
    last = due(began, days, "calendar", shelf().holidays).day
    return Row(
        f"objection:{one.id}", TaskKind.OBJECTION, one.source, one.id, one.household_id, None, one.region,
        opens(began), closes(last), one.grade, step=one.state,
    )  # fmt: skip


def _beside(wanted: Wanted) -> Select[*tuple[Any, ...]]:
    rows = select(*_columns, SOURCE.label("source"), judged_grade.label("grade"), _total)
    rows = rows.join(Household, Household.id == _case.household_id)
    rows = rows.outerjoin(Lead, and_(Lead.chain_id == _case.lead_chain, Lead.seq == _case.lead_seq))
    rows = rows.outerjoin(Judgement, Judgement.household_id == _case.household_id)
    return rows.where(lies_in(Household.region, wanted.place))


def _steps(wanted: Wanted) -> Select[*tuple[Any, ...]]:
    """Not while an objection stands, a notice runs or leaving is proposed, nor where a visit comes first."""
    rows = _beside(wanted).where(_case.state.in_(HOLDERS), _case.stopped_on.is_(None), or_(*_own(wanted)))
    rows = rows.where(_case.leaving.is_(None))
    rows = rows.where(or_(_case.ends.is_(None), _case.ends < wanted.day))
    rows = rows.where(~and_(_case.state.in_(VISITED_FIRST), _asked_already))
    late = func.coalesce(_case.due_on, wanted.day) < wanted.day
    rows = rows.add_columns(func.sum(either((late, 1), else_=0)).over().label("late"))
    rows = rows.where(late) if wanted.late else rows
    asked = (SOURCE, wanted.source), (judged_grade, wanted.grade)
    return rows.where(*(column == value for column, value in asked if value))


def _own(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    """The steps of the reader's level, and those of lower ones that have risen to it."""
    yield _case.state.in_([state.value for state, who in HOLDERS.items() if wanted.role in who])
    for state, who in HOLDERS.items():
        if wanted.role not in who and _below(who, wanted.role):
            marks = marks_of(wanted.pack, state.value)
            yield and_(_case.state == state.value, risen(_opened, _closed, wanted.now, marks, wanted.role))


def _above(who: frozenset[Role], role: Role) -> bool:
    return all(LEVELS.index(one) > LEVELS.index(role) for one in who)


def _below(who: frozenset[Role], role: Role) -> bool:
    return role in LEVELS and all(LEVELS.index(one) < LEVELS.index(role) for one in who)
