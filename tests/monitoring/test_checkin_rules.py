"""回访与收入的规则: who is due by freshness and risk, and which income does not fit."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from field.monitoring.workers.checkin_rules import Rules, freshness, is_due
from field.monitoring.workers.income_rules import EXAMPLES, Earned, doubt, trade_of
from field.monitoring.workers.income_rules import Rules as IncomeRules

NOW = datetime(2026, 11, 20, 2, tzinfo=UTC)
ASKED = ("phone", "work_place", "monthly_income")


def seen(**days: int | None) -> dict[str, datetime | None]:
    return {name: None if ago is None else NOW - timedelta(days=ago) for name, ago in days.items()}


@pytest.mark.parametrize(
    ("days", "monitored", "due"), [(59, True, False), (61, True, True), (61, False, False), (119, False, False), (122, False, True)]
)  # fmt: skip
def test_all_known_on_one_day_is_due_after_two_months_with_risk_and_after_four_without(
    days: int, *, monitored: bool, due: bool
) -> None:
    assert is_due(freshness(seen(phone=days, work_place=days, monthly_income=days), NOW), monitored=monitored) is due


def test_what_is_missing_is_not_fresh_and_each_attribute_has_its_half_life() -> None:
    assert freshness({}, NOW) == 0
    assert freshness(seen(phone=120, work_place=60, monthly_income=90), NOW) == pytest.approx(0.5)
    assert freshness(seen(phone=0, work_place=None, monthly_income=0), NOW) == pytest.approx(2 / 3)
    assert freshness(seen(phone=-5, work_place=0, monthly_income=0), NOW) == 1, "a time to come is now"
    quick = Rules(half_lives=dict.fromkeys(ASKED, 1))
    assert freshness(seen(phone=1, work_place=1, monthly_income=1), NOW, quick) == pytest.approx(0.5)


@given(st.lists(st.integers(0, 2000), min_size=3, max_size=3), st.integers(0, 500))
def test_nothing_grows_fresher_by_waiting_and_risk_comes_sooner(days: list[int], more: int) -> None:
    then = seen(**dict(zip(ASKED, days, strict=True)))
    assert freshness(then, NOW + timedelta(days=more)) <= freshness(then, NOW) <= 1
    fresh = freshness(then, NOW)
    assert is_due(fresh, monitored=True) or not is_due(fresh, monitored=False)


def earned(yuan: int, day: str) -> Earned:
    return Earned(yuan * 100, datetime.fromisoformat(f"{day}T12:00+08:00"))


LAST, SEASON = "月收入不到上次的一半", "月收入不到往年同季的一半"


@pytest.mark.parametrize(
    ("now", "before", "work", "why"),
    [
        ((2000, "2026-11-20"), [(5000, "2026-08-01")], "", LAST),
        ((2500, "2026-11-20"), [(5000, "2026-08-01")], "", None),
        ((2000, "2026-11-20"), [], "", None),
        ((1400, "2026-11-20"), [], "电子厂", "月收入不到工厂常见最低数的一半"),
        ((1500, "2026-11-20"), [], "电子厂", None),
        ((1900, "2026-10-20"), [(2500, "2026-08-01")], "工地上做钢筋", "月收入不到建筑常见最低数的一半"),
        ((1900, "2026-12-20"), [], "工地", None),
        ((1900, "2026-12-20"), [(6000, "2026-10-01")], "工地", LAST),
        ((1900, "2026-12-20"), [(2000, "2025-12-10"), (6000, "2026-10-01")], "工地", None),
        ((900, "2026-12-20"), [(2000, "2025-12-10"), (6000, "2026-10-01")], "工地", SEASON),
        ((2000, "2027-02-20"), [(2500, "2026-02-10"), (5000, "2026-11-01")], "电子厂", None),
        ((2000, "2026-11-20"), [(5000, "2025-11-25"), (3000, "2026-08-01")], "", SEASON),
        ((2000, "2026-11-20"), [(5000, "2024-11-25"), (3000, "2025-11-25"), (3000, "2026-08-01")], "", None),
        ((0, "2026-11-20"), [(5000, "2026-08-01")], "", LAST),
    ],
)
def test_which_income_does_not_fit_and_which_rule_says_so(
    now: tuple[int, str], before: list[tuple[int, str]], work: str, why: str | None
) -> None:
    assert doubt(earned(*now), [earned(*one) for one in before], work) == why


def test_the_trades_are_the_countys_own_and_no_trade_is_no_judgement() -> None:
    found = trade_of("在鞋厂上班")
    assert found is not None
    assert found.name == "工厂"
    assert trade_of("") is None
    nothing = IncomeRules(trades=())
    assert doubt(earned(100, "2026-11-20"), [], "电子厂", nothing) is None
    assert len({trade.name for trade in EXAMPLES}) == len(EXAMPLES)


@given(st.integers(0, 10**7), st.integers(0, 10**7))
def test_an_income_no_lower_than_the_last_is_never_far_under_it(now: int, before: int) -> None:
    high, low = max(now, before), min(now, before)
    assert doubt(Earned(high, NOW), [Earned(low, NOW - timedelta(days=30))], "") is None
