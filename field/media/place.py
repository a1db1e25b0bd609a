"""地点判断: how well circumstances bear out that evidence was made at the household. Never judges people."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import inf
from typing import NamedTuple

from geopy.distance import geodesic

from field.labels import Word
from field.media.coordinates import Point
from field.sentences import Sentence


class Reason(NamedTuple):
    """理由: a code, the points it takes off (0 or less), and a sentence for the town office."""

    code: str
    points: int
    sentence: str


@dataclass(frozen=True)
class Judgement:
    """判断: 0 (nothing bears it out) to 100 (nothing speaks against it), and all that was looked at."""

    score: int
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Shot:
    """一张照片: what its EXIF told, as far as it did; time in UTC, WGS-84."""

    taken_at: datetime | None = None
    place: Point | None = None


@dataclass(frozen=True)
class Facts:
    """事实: what is known of a visit; WGS-84, metres, UTC. Whatever is not known is None."""

    visited_at: datetime
    home: Point | None = None
    fix: Point | None = None
    accuracy_m: float | None = None
    fix_at: datetime | None = None
    location_reason: str = ""
    shots: tuple[Shot, ...] = ()
    last_visit: tuple[datetime, Point] | None = None
    clock_off: bool = False


# Points by the first limit that the value does not exceed.
THRESHOLDS: dict[str, tuple[tuple[float, int], ...]] = {
    "distance": ((300, 0), (1_000, -15), (5_000, -40), (inf, -70)),  # metres beyond the fix's accuracy
    "accuracy": ((100, 0), (500, -5), (5_000, -20), (inf, -50)),  # metres; the last is as good as no fix
    "fix_age": ((5, 0), (30, -5), (120, -15), (inf, -30)),  # minutes
    "photo_distance": ((500, 0), (2_000, -15), (inf, -40)),  # metres beyond the fix's accuracy
    "photo_time": ((60, 0), (360, -5), (1_440, -15), (inf, -30)),  # minutes
    "speed": ((90, 0), (150, -15), (inf, -40)),  # km/h
}
NO_HOME, NO_FIX_WITH_REASON, NO_FIX, CLOCK_OFF = -10, -30, -50, -10
NEAR_M, SHORTEST = 1_000, timedelta(minutes=1)  # nearer or sooner, a speed means nothing


def judge(facts: Facts) -> Judgement:
    """判断: the score and its reasons. A photograph without a place of its own counts neither way."""
    reasons = tuple(reason for look in LOOKS if (reason := look(facts)) is not None)
    return Judgement(max(0, 100 + sum(reason.points for reason in reasons)), reasons)


def metres(one: Point, other: Point) -> float:
    """距离 in metres on the WGS-84 ellipsoid."""
    return float(geodesic(one, other).m)


def _distance(facts: Facts) -> Reason | None:
    if facts.fix is None:
        return None
    if facts.home is None:
        return Reason("no_home", NO_HOME, Word("这户还没有登记位置，距离无从比较。"))
    far = metres(facts.fix, facts.home)
    return _reason("distance", _beyond(far, facts), Sentence("定位离这户登记的位置{far}。", far=_length(far)))


def _location(facts: Facts) -> Reason | None:
    if facts.fix is not None:
        return None
    if facts.location_reason:
        return Reason(
            "no_fix_with_reason", NO_FIX_WITH_REASON, Sentence("没有定位，说明是：{why}", why=facts.location_reason)
        )
    return Reason("no_fix", NO_FIX, Word("没有定位，也没有说明原因。"))


def _accuracy(facts: Facts) -> Reason | None:
    if facts.fix is None or facts.accuracy_m is None:
        return None
    return _reason("accuracy", facts.accuracy_m, Sentence("定位误差{far}。", far=_length(facts.accuracy_m)))


def _fix_age(facts: Facts) -> Reason | None:
    if facts.fix is None or facts.fix_at is None:
        return None
    apart = _minutes(facts.visited_at, facts.fix_at)
    return _reason("fix_age", apart, Sentence("定位时间与走访时间相差{span}。", span=_span(apart)))


def _photo_distance(facts: Facts) -> Reason | None:
    if facts.fix is None:
        return None
    far = [metres(facts.fix, shot.place) for shot in facts.shots if shot.place is not None]
    if not far:
        return None
    worst = max(far)
    return _reason(
        "photo_distance", _beyond(worst, facts), Sentence("照片记录的位置离手机定位{far}。", far=_length(worst))
    )


def _photo_time(facts: Facts) -> Reason | None:
    apart = [_minutes(facts.visited_at, shot.taken_at) for shot in facts.shots if shot.taken_at is not None]
    if not apart:
        return None
    return _reason("photo_time", max(apart), Sentence("照片拍摄时间与走访时间相差{span}。", span=_span(max(apart))))


def _speed(facts: Facts) -> Reason | None:
    """From this cadre's visit before to this one, where both have a place far enough apart."""
    if facts.fix is None or facts.last_visit is None:
        return None
    at, place = facts.last_visit
    far = _beyond(metres(facts.fix, place), facts)
    if far < NEAR_M:
        return None
    speed = far / 1_000 / (max(abs(facts.visited_at - at), SHORTEST) / timedelta(hours=1))
    return _reason("speed", speed, Sentence("从上一次走访到这里，平均每小时约 {speed} 公里。", speed=f"{speed:,.0f}"))


def _clock(facts: Facts) -> Reason | None:
    if not facts.clock_off:
        return None
    return Reason("clock_off", CLOCK_OFF, Word("手机时间与服务器时间不符，时间仅供参考。"))


LOOKS: tuple[Callable[[Facts], Reason | None], ...] = (
    _distance,
    _location,
    _accuracy,
    _fix_age,
    _photo_distance,
    _photo_time,
    _speed,
    _clock,
)


def _reason(code: str, value: float, sentence: str) -> Reason:
    points = next(points for limit, points in THRESHOLDS[code] if value <= limit)
    return Reason(code, points, sentence)


def _beyond(far: float, facts: Facts) -> float:
    return max(0.0, far - (facts.accuracy_m or 0))


def _minutes(one: datetime, other: datetime) -> float:
    return abs(one - other) / timedelta(minutes=1)


def _length(far: float) -> Sentence:
    if far < 995:
        return Sentence("约 {far} 米", far=f"{far:.0f}")
    return Sentence("约 {far} 公里", far=f"{far / 1_000:,.1f}")


def _span(minutes: float) -> Word:
    if minutes < 1:
        return Word("不到 1 分钟")
    if minutes < 120:
        return Sentence(" {n} 分钟", n=f"{minutes:.0f}")
    if minutes < 2_880:
        return Sentence(" {n} 小时", n=f"{minutes / 60:.0f}")
    return Sentence(" {n} 天", n=f"{minutes / 1_440:.0f}")
