"""收入稳不稳: which of the incomes that were told count as periods of their own."""

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from field.monitoring.cases.steady import _apart
from field.monitoring.risk.judgement import months

LAST = date(2026, 9, 30)
DAYS = st.dates(date(2020, 1, 1), date(2026, 9, 29))


@pytest.mark.parametrize(
    ("several", "counted"),
    [
        ([date(2026, 8, 31), date(2026, 7, 31)], []),  # each month's visit asks for nearly the same twelve months
        ([date(2026, 3, 31)], [date(2026, 3, 31)]),
        ([date(2026, 4, 30), date(2026, 3, 31), date(2025, 12, 31), date(2025, 9, 30)],
         [date(2026, 3, 31), date(2025, 9, 30)]),
    ],
    ids=["too near", "half a year", "the next after one that counts"],
)  # fmt: skip
def test_periods_count_that_end_half_a_year_apart(several: list[date], counted: list[date]) -> None:
    assert list(_apart(LAST, several, 6)) == counted


@given(st.sets(DAYS), st.integers(1, 36))
def test_no_two_that_count_are_nearer_than_the_pack_asks(several: set[date], least: int) -> None:
    ends = [LAST, *_apart(LAST, sorted(several, reverse=True), least)]
    assert all(months(later) - months(earlier) >= least for later, earlier in pairwise(ends))
