"""填报冲突待办: what a filled-in sheet and the ledger say differently, until an office has decided cell by cell."""

from typing import Any

from sqlalchemy.orm import Session

from field.codes import Role, Source, TaskKind
from field.ledger.entries import Entry
from field.monitoring.duties.escalation import concerns, level
from field.monitoring.duties.todo_entries import rule_of
from field.monitoring.duties.todo_rows import NOTHING, Found, Row, Wanted, closes, narrowed
from field.monitoring.policy.shelf import shelf
from field.monitoring.risk.grades import JUDGED, judged_grade
from field.monitoring.sheets.filling_decisions import undecided
from field.monitoring.workdays import china_day, due
from field.registry.households import Household
from field.registry.rights import Right

DECIDES = (Role.TOWN.value,)


def conflicts(session: Session, wanted: Wanted, most: int) -> Found:
    """填报冲突 on which nobody has decided, for the town, and for who they have risen to; few, so read whole.

    They have the time of their household's grade.
    """
    if not wanted.asks_for(TaskKind.FILLING) or not wanted.by.has(Right.FILL_SHEETS):
        return NOTHING
    rows = undecided(wanted.place).outerjoin(*JUDGED).with_only_columns(
        Entry.chain_id, Entry.seq, Entry.recorded_at, Household.region, judged_grade.label("grade")
    )  # fmt: skip
    found = (_row(one, wanted) for one in session.execute(rows))
    return narrowed((row for row in found if _is_own(row, wanted)), wanted, most)


def _is_own(row: Row, wanted: Wanted) -> bool:
    marks = rule_of(wanted, row.grade).escalate_at
    return concerns(wanted.role, DECIDES, level(row.opened_at, row.due_at, wanted.now, marks))


def _row(one: Any, wanted: Wanted) -> Row:
    rule = rule_of(wanted, one.grade)
    last = due(china_day(one.recorded_at), rule.days, rule.counting, shelf().holidays).day
    return Row(
        f"filling:{one.chain_id}:{one.seq}", TaskKind.FILLING, Source.VISIT.value, one.chain_id, one.chain_id, None,
        one.region, one.recorded_at, closes(last), one.grade,
    )  # fmt: skip
