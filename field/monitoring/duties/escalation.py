"""逐级提醒: to which level a thing has risen by the share of its time that is used up; pure, and the same as SQL."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, extract, false, literal
from sqlalchemy.orm import InstrumentedAttribute

from field.codes import Role
from field.orm import UtcDateTime

Seconds = ColumnElement[int]
LEVELS = (Role.VILLAGE, Role.TOWN, Role.COUNTY)


def level(opened_at: datetime, due_at: datetime, now: datetime, marks: Sequence[int]) -> Role | None:
    """升到哪一级: the highest level that is reminded by now; marks are the percents for village, town and county."""
    passed = [one for one, mark in zip(LEVELS, marks, strict=False) if used(opened_at, due_at, now, mark)]
    return passed[-1] if passed else None


def used(opened_at: datetime, due_at: datetime, now: datetime, percent: int) -> bool:
    """Whether so many percent of the time are over; of no time at all everything is."""
    if due_at <= opened_at:
        return now >= due_at
    return (now - opened_at) * 100 >= (due_at - opened_at) * percent


def concerns(role: Role, receivers: Collection[str], reached: Role | None) -> bool:
    """Whether a thing is a level's own: it receives it from the start, or the thing has risen to it or above it."""
    if role.value in receivers:
        return True
    return role in LEVELS and reached is not None and LEVELS.index(role) <= LEVELS.index(reached)


def risen(opened: Seconds, due: Seconds, now: datetime, marks: Sequence[int], role: Role) -> ColumnElement[bool]:
    """The same as a condition, over seconds: whether a thing has risen to a level or above it."""
    if role not in LEVELS:
        return false()
    mine = marks[LEVELS.index(role) : len(LEVELS)]
    if not mine:
        return false()
    at = seconds(literal(now, UtcDateTime()))
    return (at - opened) * 100 >= (due - opened) * min(mine)


def seconds(moment: ColumnElement[Any] | InstrumentedAttribute[Any]) -> Seconds:
    """Seconds since 1970 of a time or a day."""
    return extract("epoch", moment)
