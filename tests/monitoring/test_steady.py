"""收入稳不稳: which of the incomes that were told count as periods of their own."""

from datetime import UTC, date, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from field.ledger.facts import Fact
from field.monitoring.cases.steady import _apart, _per_head, _whole
from field.monitoring.policy.shelf import pack_on
from field.monitoring.risk.judgement import months
from field.registry.households import Household

LAST = date(2026, 9, 30)
PACK = pack_on(date(2026, 11, 1))
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


@pytest.mark.parametrize(
    ("first", "counts"),
    [("2025-11-01", False), ("2025-10-01", True), ("2025-09-16", True), ("2025-08-31", False)],
    ids=["eleven months", "twelve", "twelve from within a month", "fourteen"],
)
def test_a_period_counts_that_is_a_year_long(first: str, counts: bool) -> None:
    assert _whole({"period": {"from": first, "to": f"{LAST}"}}, PACK) == (LAST if counts else None)


def test_an_earlier_income_is_less_what_was_known_of_the_expenses_when_it_was_told() -> None:
    def told(value: dict[str, int], day: int) -> Fact:
        return Fact(value=value, observed_at=datetime(2026, 10, day, tzinfo=UTC))

    home, income = (
        Household(persons=2),
        told(dict.fromkeys(PACK.income.parts, 0) | {"wages": 900, "production_cost": 0}, 5),
    )
    expenses = [told(dict.fromkeys(PACK.income.deduct, borne), day) for borne, day in ((50, 1), (100, 5), (400, 6))]
    assert _per_head(home, income, expenses, PACK) == 350
    assert _per_head(home, income, expenses[2:], PACK) is None, "nothing was known of them yet"


@given(st.sets(DAYS), st.integers(1, 36))
def test_no_two_that_count_are_nearer_than_the_pack_asks(several: set[date], least: int) -> None:
    ends = [LAST, *_apart(LAST, sorted(several, reverse=True), least)]
    assert all(months(later) - months(earlier) >= least for later, earlier in pairwise(ends))
