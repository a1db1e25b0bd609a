"""工作日: weekends, holidays, days worked instead, and years whose calendar is not published yet."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from field.monitoring.policy.reading import FaultyPack
from field.monitoring.workdays import Due, due, own_days, workday


@pytest.mark.parametrize(
    ("start", "days", "counting", "last"),
    [
        ("2025-09-26", 5, "calendar", "2025-10-01"),
        ("2025-09-26", 1, "working", "2025-09-28"),  # a Sunday worked for National Day
        ("2025-09-30", 1, "working", "2025-10-09"),
        ("2025-10-10", 1, "working", "2025-10-11"),  # a Saturday worked
        ("2025-11-20", 0, "working", "2025-11-20"),
        ("2025-11-20", 5, "working", "2025-11-27"),
    ],
)
def test_days_are_counted_by_the_states_calendar(start: str, days: int, counting: str, last: str) -> None:
    assert due(date.fromisoformat(start), days, counting) == Due(date.fromisoformat(last), False)


def test_a_year_that_is_not_published_is_counted_monday_to_friday_and_marked() -> None:
    assert due(date(2040, 1, 6), 1, "working") == Due(date(2040, 1, 9), True)


def test_the_countys_own_days_stand_over_the_states(tmp_path: Path) -> None:
    file = tmp_path / "holidays.toml"
    file.write_text('[[day]]\ndate = 2040-01-09\nwork = false\nname = "元旦调休"\n', encoding="utf-8")
    own = own_days(file)
    assert due(date(2040, 1, 6), 1, "working", own) == Due(date(2040, 1, 10), False)
    assert own_days(tmp_path / "none.toml") == {}


@pytest.mark.parametrize("text", ["[[day]]\ndate = '2040-01-09'\nwork = false", "day = 3", "[[day]]\nwork = 1", "[["])
def test_a_faulty_holiday_file_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "holidays.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(FaultyPack):
        own_days(file)


@given(st.dates(date(2020, 1, 1), date(2045, 12, 31)), st.integers(0, 40))
def test_a_deadline_is_a_workday_with_so_many_workdays_up_to_it(start: date, days: int) -> None:
    last = due(start, days, "working").day
    passed = [start + timedelta(n) for n in range(1, (last - start).days + 1)]
    assert sum(workday(day)[0] for day in passed) == days
    assert not days or workday(last)[0]
