"""工作日: by the state's calendar or the county's own; where neither knows the year, Monday to Friday."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import chinese_calendar

from field.monitoring.policy.lines import line_of
from field.monitoring.policy.reading import Fault, FaultyPack

DAY = timedelta(days=1)
FRIDAY = 4
SHANGHAI = ZoneInfo("Asia/Shanghai")
KEYS = {"day", "whole_years"}


@dataclass(frozen=True)
class Own:
    """县里自己的日子: days worked or not, and the years of which every day off is written there."""

    days: Mapping[date, bool] = field(default_factory=dict)
    whole_years: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Due:
    """期限: a day, and whether it is provisional because the calendar of its year is not published yet."""

    day: date
    provisional: bool


def china_day(moment: datetime) -> date:
    """The day in China at a moment."""
    return moment.astimezone(SHANGHAI).date()


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or the last of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for number in range(day.day, 27, -1):
        try:
            return date(year, month + 1, number)
        except ValueError:
            continue
    return date(year, month + 1, day.day)


def month_of(day: date) -> tuple[date, date]:
    """The first day of a day's month and of the next."""
    first = day.replace(day=1)
    return first, months_after(first, 1)


def due(start: date, days: int, counting: str, own: Own | None = None) -> Due:
    """The last of so many days after a day, "calendar" or "working"."""
    if counting == "calendar":
        return Due(start + days * DAY, False)
    day, provisional, left = start, False, days
    while left > 0:
        day += DAY
        works, known = workday(day, own)
        left, provisional = left - works, provisional or not known
    return Due(day, provisional)


def resumed(last: date, stopped: date, again: date, counting: str, own: Own | None = None) -> Due:
    """接着计时: the last day of what stood still from one day up to another; what was late is as late as it was."""
    if counting == "calendar" or last < stopped:
        return Due(last + (again - stopped), False)
    left = sum(workday(stopped + n * DAY, own)[0] for n in range((last - stopped).days + 1))
    return due(again - DAY, max(left, 1), counting, own)


def workday(day: date, own: Own | None = None) -> tuple[bool, bool]:
    """Whether a day is worked, and whether that is known or only to be expected."""
    if own and day in own.days:
        return own.days[day], True
    try:
        return bool(chinese_calendar.is_workday(day)), True
    except NotImplementedError:
        return day.weekday() <= FRIDAY, bool(own and day.year in own.whole_years)


def own_days(file: Path) -> Own:
    """县里的节假日文件: [[day]] with date, work = true or false, and name; FaultyPack names every fault.

    Some days alone leave a year provisional that the state has not published; `whole_years` says that all are there.
    """
    if not file.exists():
        return Own()
    text = file.read_text(encoding="utf-8-sig", errors="replace")
    try:
        said = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise FaultyPack([Fault(str(file), text.count("\n") + 1, "", f"写法不对：{error}")]) from error
    if faults := [Fault(str(file), line_of(text, path), str(path[0]), words) for path, words in _wrong(said)]:
        raise FaultyPack(faults)
    days = {one["date"]: one["work"] for one in said.get("day", [])}
    return Own(days, frozenset(said.get("whole_years", [])))


def _wrong(said: Mapping[str, Any]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Where a holiday file is wrong, and how."""
    for key in said.keys() - KEYS:
        yield (key,), "没有这一项，只写 [[day]] 和 whole_years"
    years, several, seen = said.get("whole_years", []), said.get("day", []), set()
    if not isinstance(years, list) or any(type(year) is not int for year in years):
        yield ("whole_years",), "要写成年份的列表，如 [2027]"
    for place, one in enumerate(several if isinstance(several, list) else [several]):
        if not _sound(one):
            yield ("day", place), "要写 date = 2027-01-01 和 work = true 或 false"
        elif one["date"] in seen:
            yield ("day", place), f"{one['date']} 写了两次"
        else:
            seen.add(one["date"])


def _sound(one: object) -> bool:
    return (
        isinstance(one, dict)
        and type(one.get("date")) is date
        and isinstance(one.get("work"), bool)
        and set(one) <= {"date", "work", "name"}
    )
