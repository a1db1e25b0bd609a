"""回访规则: when a worker should be asked again, by how fresh what is known is and how much is at risk; pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from field.ledger.facts import HALF_LIFE


@dataclass(frozen=True)
class Hours:
    """回访时间: when people may be written to, by the clocks of the county; well within what is not quiet."""

    opens: time = time(9)
    closes: time = time(20)

    @property
    def length(self) -> timedelta:
        """How long it is open on one day."""
        return on_clock(self.closes) - on_clock(self.opens)


@dataclass(frozen=True)
class Rules:
    """一县的回访规则: each figure may be set by the county; days of half-life by attribute, limits of one wave.

    `asked` are the attributes that a check-in makes fresh again; health is asked about at the door. With the usual
    half-lives a worker of whom all was known on one day is due after some 120 days, of a monitored household after 60.
    """

    half_lives: Mapping[str, int] = field(default_factory=lambda: dict(HALF_LIFE))
    asked: tuple[str, ...] = ("phone", "work_place", "monthly_income")
    enough: float = 0.38
    enough_monitored: float = 0.61
    again: timedelta = timedelta(days=30)
    remind: timedelta = timedelta(days=3)
    per_day: int = 2000
    most: int = 20_000
    hours: Hours = field(default_factory=Hours)


RULES = Rules()
Seen = Mapping[str, datetime | None]


def freshness(seen: Seen, now: datetime, rules: Rules = RULES) -> float:
    """新鲜程度 between 0 and 1: each attribute halves with its half-life since it was seen; what is missing is 0."""
    return sum(_left(name, seen.get(name), now, rules) for name in rules.asked) / len(rules.asked)


def is_due(fresh: float, *, monitored: bool, rules: Rules = RULES) -> bool:
    """Whether so little is certain that the worker should be asked; monitored households come sooner."""
    return fresh < (rules.enough_monitored if monitored else rules.enough)


def on_clock(clock: time) -> timedelta:
    """How long after midnight a clock shows this."""
    return timedelta(hours=clock.hour, minutes=clock.minute, seconds=clock.second, microseconds=clock.microsecond)


def _left(name: str, at: datetime | None, now: datetime, rules: Rules) -> float:
    if at is None:
        return 0.0
    age: timedelta = max(now - at, timedelta())
    return float(0.5 ** (age / timedelta(days=rules.half_lives[name])))
