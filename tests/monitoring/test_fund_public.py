"""公开账: no period tells of fewer than three households, and what was once told stays as it was."""

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from field.monitoring.help.fund_public import by_month, published

BEGIN = date(2025, 3, 10)
move = st.one_of(
    st.tuples(st.integers(0, 700), st.integers(1, 100_000), st.none()),
    st.tuples(st.integers(0, 700), st.integers(-50_000, 20_000).filter(bool), st.sampled_from("甲乙丙丁戊")),
)


def told(moved: list[tuple[date, int, str | None]], today: date) -> list[tuple[str, str, int, int, int, int]]:
    result = published(by_month(moved, today), 3)
    return [
        (f"{p.first:%y-%m}", f"{p.last:%y-%m}", p.income, p.relief, len(p.helped), p.balance) for p in result.periods
    ]


def test_months_in_which_few_were_helped_are_told_together() -> None:
    moved: list[tuple[date, int, str | None]] = [
        (date(2026, 1, 3), 100_000, None), (date(2026, 2, 1), -5_000, "甲"), (date(2026, 2, 9), -5_000, "乙"),
        (date(2026, 3, 2), -5_000, "甲"), (date(2026, 4, 2), -5_000, "丙"), (date(2026, 5, 2), 7, None),
        (date(2026, 6, 2), -3, "丁"), (date(2026, 7, 2), 5, None), (date(2026, 8, 1), -1_000, "甲"),
    ]  # fmt: skip
    assert told(moved, date(2026, 8, 20)) == [
        ("26-01", "26-01", 100_000, 0, 0, 100_000),
        ("26-02", "26-04", 0, 20_000, 3, 80_000),
        ("26-05", "26-05", 7, 0, 0, 80_007),
    ]
    waiting = published(by_month(moved, date(2026, 8, 20)), 3).waiting
    assert waiting
    assert (waiting.first, waiting.last, waiting.income) == (date(2026, 6, 1), date(2026, 7, 1), 5)


def test_a_month_in_which_one_family_only_gave_back_is_not_told_alone() -> None:
    moved: list[tuple[date, int, str | None]] = [(date(2026, 1, 3), 100_000, None), (date(2026, 2, 3), 500, "甲")]
    assert told(moved, date(2026, 5, 1)) == [("26-01", "26-01", 100_000, 0, 0, 100_000)]
    assert told([], date(2026, 5, 1)) == []


@settings(deadline=None)
@given(st.lists(move, max_size=40), st.integers(0, 24))
def test_whatever_happens_nobody_is_recognised_and_nothing_told_changes_later(
    several: list[tuple[int, int, str | None]], months: int
) -> None:
    moved = sorted(((BEGIN + timedelta(days=n), amount, home) for n, amount, home in several), key=lambda one: one[0])
    today = BEGIN + timedelta(days=30 * months)
    early = told(moved, today)
    late = told(moved, BEGIN + timedelta(days=800))
    assert late[: len(early)] == early, "what was published stays"
    for _first, _last, _income, relief, helped, _balance in late:
        assert helped >= 3 or (helped, relief) == (0, 0)
    ends = [one[1] for one in late]
    assert ends == sorted(set(ends))
    balance = 0
    for one in late:
        balance += one[2] - one[3]
        assert balance == one[5]
