"""联结规则: what falls due and since when something is late, by a table and for any terms."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from field.monitoring.help.tie_rules import Terms, instalments, late_since, owed

FROM = date(2024, 6, 1)
YEAR = 600_000


@pytest.mark.parametrize(
    ("ends", "day", "due", "paid", "since"),
    [
        (None, date(2025, 5, 31), 0, 0, None), (None, date(2025, 6, 1), YEAR, 0, None),
        (None, date(2025, 6, 2), YEAR, 0, date(2025, 6, 1)), (None, date(2025, 6, 2), YEAR, YEAR - 1, date(2025, 6, 1)),
        (None, date(2025, 6, 2), YEAR, YEAR, None), (None, date(2026, 6, 2), 2 * YEAR, YEAR, date(2026, 6, 1)),
        (date(2024, 11, 30), date(2024, 12, 1), 299_178, 0, date(2024, 11, 30)),
        (date(2024, 11, 30), date(2024, 11, 29), 0, 0, None), (date(2024, 11, 30), date(2030, 1, 1), 299_178, YEAR, None),
        (date(2024, 12, 2), date(2024, 12, 3), 302_466, 302_465, date(2024, 12, 2)),  # 302,465.75
        (date(2025, 6, 1), date(2030, 1, 1), YEAR, YEAR, None), (FROM, date(2030, 1, 1), 0, 0, None),
    ],
)  # fmt: skip
def test_what_was_promised_falls_due_at_the_end_of_each_year_and_of_the_tie(
    ends: date | None, day: date, due: int, paid: int, since: date | None
) -> None:
    terms = Terms(FROM, ends, YEAR)
    assert owed(terms, day) == due
    assert late_since(terms, paid, day) == since


DAYS = st.dates(date(2015, 1, 1), date(2035, 1, 1))


@given(DAYS, st.none() | st.integers(0, 4000), st.integers(1, 10**9), DAYS, st.integers(0, 10**10))
def test_never_more_falls_due_than_was_promised_and_who_paid_it_is_not_late(
    begins: date, lasts: int | None, promised: int, day: date, paid: int
) -> None:
    terms = Terms(begins, None if lasts is None else begins + timedelta(days=lasts), promised)
    due = owed(terms, day)
    last = min(day, terms.ends_on or day)
    assert 0 <= due <= promised * (max((last - begins).days, 0) / 365) + 1
    assert owed(terms, day + timedelta(days=1)) >= due
    assert late_since(terms, due, day) is None
    late = late_since(terms, paid, day)
    assert late is None or (begins < late < day and paid < due)
    assert [at for at, _ in instalments(terms, day)] == sorted(at for at, _ in instalments(terms, day))
