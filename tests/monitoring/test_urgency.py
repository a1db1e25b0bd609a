"""急的在前: a life, and help that cannot wait, come before all, then the grade, then the time left."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from field.codes import Grade, TaskKind
from field.monitoring.duties.todo_rows import Row

DUE = datetime(2026, 11, 26, 4, tzinfo=UTC)


def row(kind: TaskKind = TaskKind.CHECK, grade: Grade = Grade.NONE, **changes: Any) -> Row:
    """A task of a known household."""
    said: dict[str, Any] = {
        "id": "b", "kind": kind, "source": "visit", "about": "h", "household_id": "h", "person_id": None,
        "region": "420626107204", "opened_at": DUE, "due_at": DUE, "grade": grade.value,
    }  # fmt: skip
    return Row(**said | changes)


@pytest.mark.parametrize(
    ("task", "of_life"),
    [
        (row(TaskKind.DANGER), True),
        (row(TaskKind.DANGER, household_id=None), True),
        (row(TaskKind.FIND, Grade.RED, household_id=None), True),
        (row(TaskKind.FIND, household_id=None), False),
        (row(TaskKind.CHECK, Grade.RED), False),
        (row(TaskKind.URGENT_AID, Grade.RED), False),
    ],
)
def test_a_life_is_who_speaks_of_dying_also_where_nobody_knows_who_it_is(task: Row, of_life: bool) -> None:
    assert task.of_life is of_life


def test_every_list_begins_with_what_waits_least() -> None:
    soon = DUE - timedelta(days=1)
    ranked = [
        row(TaskKind.FIND, Grade.RED, household_id=None, due_at=soon),
        row(TaskKind.DANGER, due_at=soon - timedelta(days=9)),
        row(TaskKind.URGENT_AID),
        row(grade=Grade.RED),
        row(grade=Grade.ORANGE, due_at=soon),
        row(grade=Grade.ORANGE, id="a"),
        row(grade=Grade.ORANGE),
        row(grade=Grade.YELLOW, due_at=soon),
        row(due_at=soon),
    ]
    shuffled = ranked[::-1]
    assert sorted(shuffled, key=lambda one: one.urgency) == ranked
