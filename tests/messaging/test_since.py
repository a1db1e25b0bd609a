"""起始时间: since when something is so, as people say it, and what of the words is left for the amount."""

from datetime import date

import pytest

from field.messaging.dialogs.amounts import spent
from field.messaging.dialogs.since import since

DAY = date(2026, 11, 20)
JUST_BEFORE, JUST_AFTER = date(2027, 1, 20), date(2027, 2, 20)  # the old calendar's new year


@pytest.mark.parametrize(
    ("words", "month"),
    [
        ("腊月", "2026-01"), ("腊月里", "2026-01"), ("农历腊月", "2026-01"), ("去年腊月", "2026-01"), ("今年腊月", "2026-01"),
        ("前年腊月", "2025-01"), ("2025年腊月", "2026-01"), ("2026年腊月", "2026-01"), ("腊月二十三", "2026-01"),
        ("腊月廿三", "2026-01"), ("正月", "2026-02"), ("正月初八", "2026-02"), ("今年正月", "2026-02"), ("去年正月", "2025-02"),
        ("2025年正月", "2025-02"), ("去年正月十五", "2025-02"), ("冬月", "2025-12"), ("冬月初八", "2025-12"),
        ("去年冬月", "2025-12"), ("前年冬月", "2024-12"), ("2024年冬月", "2024-12"), ("阴历冬月", "2025-12"),
        ("八月十五", "2026-09"), ("去年八月十五", "2025-09"), ("农历八月", "2026-09"), ("去年农历十月", "2025-11"),
        ("2025年农历八月初三", "2025-09"), ("闰六月", "2026-07"), ("2025年底", "2025-12"), ("去年年底", "2025-12"),
        ("去年", "2025"), ("2025年", "2025"), ("八月", "2026-08"), ("八月十五号", "2026-08-15"), ("去年八月十五号", "2025-08-15"),
    ],
)  # fmt: skip
def test_a_month_of_the_old_calendar_is_the_one_after_it(words: str, month: str) -> None:
    found = since(words, DAY)
    assert found
    assert found[0] == month


@pytest.mark.parametrize(
    ("words", "day", "month"),
    [
        ("腊月", JUST_BEFORE, "2027-01"), ("去年腊月", JUST_BEFORE, "2026-01"), ("今年腊月", JUST_BEFORE, "2027-01"),
        ("去年腊月", JUST_AFTER, "2027-01"), ("正月", JUST_BEFORE, "2026-02"), ("正月", JUST_AFTER, "2027-02"),
        ("去年冬月", JUST_BEFORE, "2026-12"), ("冬月", JUST_BEFORE, "2026-12"),
    ],
)  # fmt: skip
def test_around_the_new_year_the_last_of_them_is_meant(words: str, day: date, month: str) -> None:
    found = since(words, day)
    assert found
    assert found[0] == month


@pytest.mark.parametrize("words", ["明年正月", "今年冬月", "今年底", "2027年正月"])
def test_what_is_still_to_come_is_no_beginning(words: str) -> None:
    assert since(words, DAY) is None


@pytest.mark.parametrize(
    ("text", "fen"),
    [("腊月二十三住院花了3万", 3_000_000), ("腊月三万", 3_000_000), ("正月初八花了两千", 200_000), ("农历八月5000元", 500_000),
     ("去年腊月二十，8千", 800_000), ("冬月15000", 1_500_000), ("腊月", None), ("腊月二十三", None)],
)  # fmt: skip
def test_the_day_is_no_amount_and_the_amount_no_day(text: str, fen: int | None) -> None:
    found = since(text, DAY)
    assert found
    amount = spent(text.replace(found[1], " ", 1))
    assert (amount and amount[0]) == fen
