"""The judgement of where evidence was made: a score with its reasons, never of people, never blocking."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from field.media.coordinates import Point
from field.media.place import THRESHOLDS, Facts, Judgement, Shot, judge, metres

NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
HOME = Point(31.7405, 111.3127)
GOOD = Facts(NOON, home=HOME, fix=HOME, accuracy_m=18.0, fix_at=NOON - timedelta(seconds=10))

points = st.builds(Point, st.floats(-90, 90), st.floats(-180, 180))
times = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
shots = st.builds(Shot, st.none() | times, st.none() | points)
any_facts = st.builds(
    Facts,
    visited_at=times,
    home=st.none() | points,
    fix=st.none() | points,
    accuracy_m=st.none() | st.floats(0, 1e6),
    fix_at=st.none() | times,
    location_reason=st.sampled_from(["", "山里收不到卫星信号"]),
    shots=st.lists(shots, max_size=3).map(tuple),
    last_visit=st.none() | st.tuples(times, points),
    clock_off=st.booleans(),
)


def north(kilometres: float) -> Point:
    """A point that far north of home; a degree is 110.9 km there."""
    return Point(HOME.latitude + kilometres / 110.9, HOME.longitude)


def points_of(judgement: Judgement) -> dict[str, int]:
    return {reason.code: reason.points for reason in judgement.reasons}


def sentence(judgement: Judgement, code: str) -> str:
    return next(reason.sentence for reason in judgement.reasons if reason.code == code)


def test_a_good_fix_at_home_has_nothing_against_it() -> None:
    judgement = judge(GOOD)
    assert judgement.score == 100
    assert points_of(judgement) == {"distance": 0, "accuracy": 0, "fix_age": 0}
    assert sentence(judgement, "distance") == "定位离这户登记的位置约 0 米。"


@pytest.mark.parametrize(
    ("kilometres", "accuracy", "taken", "words"),
    [
        (0.12, 18.0, 0, "约 120 米"),
        (0.31, 18.0, 0, "约 310 米"),  # 292 m beyond what the fix leaves open
        (0.9, 18.0, -15, "约 900 米"),
        (3.4, 18.0, -40, "约 3.4 公里"),
        (3.4, 3_200.0, 0, "约 3.4 公里"),
        (300, 18.0, -70, "约 300.0 公里"),
    ],
)
def test_distance_counts_beyond_what_the_fix_leaves_open(
    kilometres: float, accuracy: float, taken: int, words: str
) -> None:
    judgement = judge(replace(GOOD, fix=north(kilometres), accuracy_m=accuracy))
    assert points_of(judgement)["distance"] == taken
    assert words in sentence(judgement, "distance")


@pytest.mark.parametrize(
    ("facts", "code", "taken", "words"),
    [
        (replace(GOOD, home=None), "no_home", -10, "还没有登记位置"),
        (replace(GOOD, fix=None), "no_fix", -50, "没有说明原因"),
        (replace(GOOD, fix=None, location_reason="没有信号"), "no_fix_with_reason", -30, "没有信号"),
        (replace(GOOD, accuracy_m=100.0), "accuracy", 0, "约 100 米"),
        (replace(GOOD, accuracy_m=500.0), "accuracy", -5, "约 500 米"),
        (replace(GOOD, accuracy_m=2_000.0), "accuracy", -20, "约 2.0 公里"),
        (replace(GOOD, accuracy_m=1e9), "accuracy", -50, "公里"),
        (replace(GOOD, fix_at=NOON - timedelta(hours=3)), "fix_age", -30, "3 小时"),
        (replace(GOOD, fix_at=NOON + timedelta(minutes=20)), "fix_age", -5, "20 分钟"),
        (replace(GOOD, shots=(Shot(place=north(1)),)), "photo_distance", -15, "约 1.0 公里"),
        (replace(GOOD, shots=(Shot(place=HOME), Shot(place=north(9)))), "photo_distance", -40, "约 9.0 公里"),
        (replace(GOOD, shots=(Shot(NOON + timedelta(minutes=9)),)), "photo_time", 0, "9 分钟"),
        (replace(GOOD, shots=(Shot(NOON - timedelta(days=40)),)), "photo_time", -30, "40 天"),
        (replace(GOOD, shots=(Shot(NOON), Shot(NOON - timedelta(days=40)))), "photo_time", -30, "40 天"),
        (replace(GOOD, last_visit=(NOON - timedelta(minutes=30), north(60))), "speed", -15, "120 公里"),
        (replace(GOOD, last_visit=(NOON - timedelta(minutes=6), north(60))), "speed", -40, "600 公里"),
        (replace(GOOD, last_visit=(NOON + timedelta(minutes=30), north(60))), "speed", -15, "120 公里"),
        (replace(GOOD, last_visit=(NOON - timedelta(hours=2), north(60))), "speed", 0, "30 公里"),
        (replace(GOOD, clock_off=True), "clock_off", -10, "服务器时间不符"),
    ],
)
def test_each_circumstance_takes_its_points_and_says_why(facts: Facts, code: str, taken: int, words: str) -> None:
    judgement = judge(facts)
    assert points_of(judgement)[code] == taken
    assert words in sentence(judgement, code)
    assert judgement.score == 100 + sum(points_of(judgement).values())


@pytest.mark.parametrize("shots", [(), (Shot(),), (Shot(taken_at=NOON),)])
def test_a_photo_without_a_place_counts_neither_way(shots: tuple[Shot, ...]) -> None:
    assert judge(replace(GOOD, shots=shots)).score == judge(GOOD).score


@pytest.mark.parametrize("before", [timedelta(0), timedelta(seconds=5)])
def test_two_doors_of_one_hamlet_at_the_same_moment_are_no_flight(before: timedelta) -> None:
    assert "speed" not in points_of(judge(replace(GOOD, last_visit=(NOON - before, north(0.4)))))


def test_against_all_odds_the_score_is_0_and_not_less() -> None:
    worst = replace(GOOD, fix=north(500), shots=(Shot(NOON - timedelta(days=9), HOME),), clock_off=True)
    assert judge(worst).score == 0


@given(any_facts)
def test_any_circumstances_give_a_score_with_reasons_in_chinese(facts: Facts) -> None:
    judgement = judge(facts)
    assert 0 <= judgement.score <= 100
    assert judgement.reasons
    assert all(reason.points <= 0 and reason.sentence.endswith(("。", "信号")) for reason in judgement.reasons)
    assert judge(facts) == judgement


@given(st.floats(0, 100), st.floats(0, 100))
def test_farther_away_is_never_better(near: float, far: float) -> None:
    near, far = sorted((near, far))
    assert judge(replace(GOOD, fix=north(near))).score >= judge(replace(GOOD, fix=north(far))).score


def test_every_threshold_rises_ends_open_and_never_gives_points() -> None:
    for steps in THRESHOLDS.values():
        limits, points = zip(*steps, strict=True)
        assert list(limits) == sorted(limits)
        assert limits[-1] == inf
        assert list(points) == sorted(points, reverse=True)
        assert points[0] == 0


def test_metres_are_those_of_the_ellipsoid() -> None:
    assert metres(Point(0, 0), Point(0, 1)) == pytest.approx(111_319.49, abs=0.01)
    assert metres(HOME, HOME) == 0
