"""工作日: weekends, holidays, days worked instead, and years whose calendar is not published yet."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from field.monitoring.policy.reading import FaultyPack
from field.monitoring.policy.shelf import Shelf
from field.monitoring.workdays import Due, Own, due, own_days, resumed, workday


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


@pytest.mark.parametrize(
    ("last", "stopped", "again", "counting", "until"),
    [
        ("2026-11-05", "2026-11-03", "2026-11-13", "calendar", "2026-11-15"),
        ("2026-11-09", "2026-11-03", "2026-11-13", "working", "2026-11-19"),  # five working days, a weekend between
        ("2026-11-09", "2026-11-04", "2026-11-04", "working", "2026-11-09"),
        ("2026-11-06", "2026-11-06", "2026-11-08", "working", "2026-11-09"),  # goes on on a Sunday
        ("2026-11-08", "2026-11-07", "2026-11-16", "working", "2026-11-16"),  # none was left, yet it goes on for a day
        ("2026-11-04", "2026-11-06", "2026-11-16", "working", "2026-11-14"),  # late by two days then, and now
    ],
)
def test_what_stood_still_has_as_much_time_as_it_had(
    last: str, stopped: str, again: str, counting: str, until: str
) -> None:
    ends, stood_still, goes_on = (date.fromisoformat(one) for one in (last, stopped, again))
    assert resumed(ends, stood_still, goes_on, counting) == Due(date.fromisoformat(until), False)


def test_a_year_that_is_not_published_is_counted_monday_to_friday_and_marked() -> None:
    assert due(date(2040, 1, 6), 1, "working") == Due(date(2040, 1, 9), True)


def test_the_countys_own_days_stand_over_the_states(tmp_path: Path) -> None:
    file = tmp_path / "holidays.toml"
    day = '[[day]]\ndate = 2040-01-09\nwork = false\nname = "元旦调休"\n'
    file.write_text(day, encoding="utf-8")
    friday = date(2040, 1, 6)
    assert due(friday, 1, "working", own_days(file)) == Due(date(2040, 1, 10), True), "one day is not the whole year"
    file.write_text("whole_years = [2040]\n" + day, encoding="utf-8")
    assert due(friday, 1, "working", own_days(file)) == Due(date(2040, 1, 10), False)
    assert due(date(2041, 1, 4), 1, "working", own_days(file)).provisional
    assert own_days(tmp_path / "none.toml") == Own()


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[[day]]\ndate = '2040-01-09'\nwork = false", 1),
        ("day = 3", 1),
        ("[[day]]\nwork = 1", 1),
        ("[[", 1),
        ("[[days]]\ndate = 2040-01-09\nwork = false", 1),
        ("\nwhole_years = 2040", 2),
        ("whole_years = ['2040']", 1),
        ("[[day]]\ndate = 2040-01-09\nwork = false\n\n[[day]]\ndate = 2040-01-09\nwork = true", 5),
    ],
)
def test_a_faulty_holiday_file_is_refused_with_its_line(tmp_path: Path, text: str, line: int) -> None:
    file = tmp_path / "holidays.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(FaultyPack) as told:
        own_days(file)
    assert [fault.line for fault in told.value.faults] == [line]


def test_a_faulty_holiday_file_leaves_the_former_in_force_also_after_a_new_start(tmp_path: Path) -> None:
    file = tmp_path / "holidays.toml"
    file.write_text("[[day]]\ndate = 2040-01-09\nwork = false\n", encoding="utf-8")
    shelf = Shelf(tmp_path)
    off = {date(2040, 1, 9): False}
    assert shelf.holidays.days == off
    file.write_text("[[day]]\ndate = 2040-01-09\n", encoding="utf-8")
    assert (shelf.holidays.days, Shelf(tmp_path).holidays.days) == (off, off)
    assert [fault.field for fault in shelf.faults] == ["day"]
    file.unlink()
    assert shelf.holidays == Shelf(tmp_path).holidays == Own()


@settings(deadline=None)
@given(st.dates(date(2020, 1, 1), date(2045, 12, 31)), st.integers(0, 40))
def test_a_deadline_is_a_workday_with_so_many_workdays_up_to_it(start: date, days: int) -> None:
    last = due(start, days, "working").day
    passed = [start + timedelta(n) for n in range(1, (last - start).days + 1)]
    assert sum(workday(day)[0] for day in passed) == days
    assert not days or workday(last)[0]


DAYS = st.dates(date(2020, 1, 1), date(2045, 12, 31))
OWN = st.builds(
    Own, st.dictionaries(DAYS, st.booleans(), max_size=30), st.frozensets(st.integers(2026, 2046), max_size=3)
)
COUNTING = st.sampled_from(["working", "calendar"])


@settings(deadline=None)
@given(DAYS, st.integers(0, 40), st.integers(0, 40), COUNTING, OWN)
def test_a_clock_over_weekends_and_holidays_adds_up(start: date, one: int, other: int, counting: str, own: Own) -> None:
    first = due(start, one, counting, own)
    second = due(first.day, other, counting, own)
    whole = due(start, one + other, counting, own)
    assert whole.day == second.day
    assert whole.provisional == (first.provisional or second.provisional)


@settings(deadline=None)
@given(DAYS, st.integers(0, 60), st.integers(0, 40), COUNTING, OWN)
def test_a_later_start_or_more_days_never_end_earlier(
    start: date, later: int, days: int, counting: str, own: Own
) -> None:
    last = due(start, days, counting, own).day
    assert last <= due(start + timedelta(later), days, counting, own).day
    assert last < due(start, days + 1, counting, own).day
    assert last >= due(start, days, "calendar").day


@settings(deadline=None)
@given(DAYS, st.integers(1, 40), OWN)
def test_a_clock_never_ends_on_a_day_that_is_not_worked_and_says_when_a_day_was_only_expected(
    start: date, days: int, own: Own
) -> None:
    last = due(start, days, "working", own)
    passed = [workday(start + timedelta(n), own) for n in range(1, (last.day - start).days + 1)]
    assert passed[-1][0]
    assert sum(works for works, _known in passed) == days
    assert last.provisional == (not all(known for _works, known in passed))


@settings(deadline=None)
@given(st.lists(DAYS.filter(lambda day: day.year < 2026), min_size=1, max_size=10, unique=True), st.integers(1, 20))
def test_what_is_off_for_the_county_is_never_an_end_even_where_the_state_works(off: list[date], days: int) -> None:
    own = Own(dict.fromkeys(off, False))
    for start in off:
        assert due(start - timedelta(1), days, "working", own).day not in off
