"""分批规则: everybody once, in open hours, no more than so many a day, no town all at once."""

from collections import Counter
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from field.messaging.dialogs.lengths import sizes
from field.messaging.dialogs.loading import library
from field.messaging.sending_rules import Rules, quiet
from field.messaging.wave_rules import is_open, opening, spread
from field.monitoring.workdays import SHANGHAI
from field.monitoring.workers.checkin_rules import Hours

TOWNS = ("420626107", "420626102", "420626105", "420626100")
moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
waves = st.lists(st.sampled_from(TOWNS), max_size=150).map(
    lambda towns: [(f"p{place}", f"{town}20{place % 4}") for place, town in enumerate(towns)]
)


@given(waves, moments, st.integers(1, 60))
def test_everybody_is_asked_once_by_day_in_order_and_within_the_daily_limit(
    people: list[tuple[str, str]], begin: datetime, per_day: int
) -> None:
    planned = spread(people, begin, per_day)
    assert sorted(person for person, _ in planned) == sorted(person for person, _ in people)
    times = [at for _, at in planned]
    assert times == sorted(times)
    assert all(at >= begin and is_open(at) and not quiet(at, Rules()) for at in times)
    assert max(Counter(at.astimezone(SHANGHAI).date() for at in times).values(), default=0) <= per_day
    assert spread(people, begin, per_day) == planned


@given(waves, moments)
def test_every_town_is_spread_over_the_whole(people: list[tuple[str, str]], begin: datetime) -> None:
    town_of = {person: village[:9] for person, village in people}
    order = [town_of[person] for person, _ in spread(people, begin, 2000)]
    whole = Counter(order)
    for upto in range(len(order)):
        so_far = Counter(order[:upto])
        for town, count in whole.items():
            assert abs(so_far[town] - count * upto / len(order)) <= len(whole) + 1


def test_a_small_wave_fills_the_open_day_and_a_large_one_goes_on_in_the_morning() -> None:
    nine = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
    people = [(f"p{place}", "420626107204") for place in range(22)]
    clocks = [at.astimezone(SHANGHAI) for _, at in spread(people, nine, 2000)]
    assert [f"{at:%d %H:%M}" for at in clocks[:3]] == ["20 09:00", "20 09:30", "20 10:00"]
    assert f"{clocks[-1]:%d %H:%M}" == "20 19:30"
    clocks = [at.astimezone(SHANGHAI) for _, at in spread(people, nine + timedelta(hours=10), 11)]
    assert [f"{at:%d %H:%M}" for at in clocks[:3]] == ["20 19:00", "21 09:00", "21 10:00"]


def test_who_is_named_first_is_asked_first_in_each_town() -> None:
    people = [("urgent", "420626107204"), ("less", "420626107205"), ("other", "420626102201")]
    order = [person for person, _ in spread(people, datetime(2026, 11, 20, 1, tzinfo=UTC), 2000)]
    assert order.index("urgent") < order.index("less")
    assert spread([], datetime(2026, 11, 20, tzinfo=UTC), 10) == []


@pytest.mark.parametrize(
    ("clock", "opens"),
    [("08:59", "20 09:00"), ("09:00", "20 09:00"), ("19:59", "20 19:59"), ("20:00", "21 09:00"), ("23:30", "21 09:00")],
)
def test_the_next_opening(clock: str, opens: str) -> None:
    at = datetime.fromisoformat(f"2026-11-20T{clock}+08:00").astimezone(UTC)
    assert f"{opening(at).astimezone(SHANGHAI):%d %H:%M}" == opens


def test_a_county_may_set_other_hours() -> None:
    noon = Hours(time(12), time(13))
    at = datetime(2026, 11, 20, 4, 30, tzinfo=UTC)
    assert is_open(at, noon)
    assert not is_open(at + timedelta(hours=1), noon)


def test_every_wording_of_a_wave_is_one_segment_and_says_how_to_stop() -> None:
    told = {size.template: size for size in sizes(library().dialog("checkin"))}
    for name in ("checkin.ask", "checkin.remind"):
        assert told[name].units <= 70
        assert "退订回T" in told[name].text
