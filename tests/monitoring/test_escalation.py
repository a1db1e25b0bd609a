"""逐级提醒: at 50, 80 and 100 percent of its time a thing is told to village, town and county; SQL says the same."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import literal, select
from sqlalchemy.orm import Session

from field.codes import Role
from field.monitoring.duties.escalation import LEVELS, concerns, level, risen, seconds
from field.orm import UtcDateTime

V, T, C, D = Role.VILLAGE, Role.TOWN, Role.COUNTY, Role.DEPARTMENT
OPENED = datetime(2026, 11, 20, 8, tzinfo=UTC)
TEN_DAYS = OPENED + timedelta(days=10)
OURS = [50, 80, 100]
TIMES = st.integers(0, 10**6).map(lambda n: OPENED + timedelta(seconds=n))


@pytest.mark.parametrize(
    ("days", "marks", "expected"),
    [
        (0, OURS, None), (4.99, OURS, None), (5, OURS, V), (7.99, OURS, V), (8, OURS, T), (9.99, OURS, T),
        (10, OURS, C), (300, OURS, C), (10, [], None), (9, [50], V), (9, [50, 60], T), (0, [0, 0, 0], C),
        (9, [100, 80, 100], T), (5, [100, 100, 50], C),
    ],
)  # fmt: skip
def test_the_level_by_the_share_of_the_time(days: float, marks: list[int], expected: Role | None) -> None:
    assert level(OPENED, TEN_DAYS, OPENED + timedelta(days=days), marks) is expected


def test_of_no_time_at_all_everything_is_over_at_once() -> None:
    assert level(OPENED, OPENED, OPENED, OURS) is C
    assert level(OPENED, OPENED, OPENED - timedelta(seconds=1), OURS) is None


@pytest.mark.parametrize(
    ("role", "receivers", "reached", "expected"),
    [
        (V, ["village"], None, True), (T, ["village"], None, False), (T, ["village"], V, False),
        (T, ["village"], T, True), (T, ["village"], C, True), (C, ["village"], T, False), (C, ["village"], C, True),
        (C, ["village", "county"], None, True), (V, ["town"], None, False), (V, ["town"], V, True),
        (D, ["village"], C, False),
    ],
)  # fmt: skip
def test_whose_it_is(role: Role, receivers: list[str], reached: Role | None, expected: bool) -> None:
    assert concerns(role, receivers, reached) is expected


@given(opened=TIMES, lasts=st.integers(1, 10**6), at=TIMES, marks=st.lists(st.integers(0, 100), max_size=3))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
def test_the_database_says_the_same(
    session: Session, opened: datetime, lasts: int, at: datetime, marks: list[int]
) -> None:
    due = opened + timedelta(seconds=lasts)
    both = (seconds(literal(moment, UtcDateTime())) for moment in (opened, due))
    opened_at, due_at = both
    for role in LEVELS:
        condition = risen(opened_at, due_at, at, marks, role)
        if at >= opened:
            assert bool(session.scalar(select(condition))) is concerns(role, (), level(opened, due, at, marks))


def test_no_level_lies_beside_the_three(session: Session) -> None:
    moment = seconds(literal(OPENED, UtcDateTime()))
    assert not session.scalar(select(risen(moment, moment, OPENED, OURS, D)))
