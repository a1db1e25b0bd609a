"""工作日: by the state's calendar or the county's own; where neither knows the year, Monday to Friday."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import chinese_calendar

from field.monitoring.policy.lines import line_of
from field.monitoring.policy.reading import Fault, FaultyPack

DAY = timedelta(days=1)
FRIDAY = 4
SHANGHAI = ZoneInfo("Asia/Shanghai")
Own = Mapping[date, bool]


@dataclass(frozen=True)
class Due:
    """期限: a day, and whether it is provisional because the calendar of its year is not published yet."""

    day: date
    provisional: bool


def china_day(moment: datetime) -> date:
    """The day in China at a moment."""
    return moment.astimezone(SHANGHAI).date()


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


def workday(day: date, own: Own | None = None) -> tuple[bool, bool]:
    """Whether a day is worked, and whether that is known or only to be expected."""
    if own and day in own:
        return own[day], True
    try:
        return bool(chinese_calendar.is_workday(day)), True
    except NotImplementedError:
        return day.weekday() <= FRIDAY, bool(own) and any(one.year == day.year for one in own or ())


def own_days(file: Path) -> dict[date, bool]:
    """县里的节假日文件: [[day]] with date, work = true or false, and name; FaultyPack names every fault."""
    if not file.exists():
        return {}
    text = file.read_text(encoding="utf-8-sig", errors="replace")
    try:
        said = tomllib.loads(text).get("day", [])
    except tomllib.TOMLDecodeError as error:
        raise FaultyPack([Fault(str(file), text.count("\n") + 1, "", f"写法不对: {error}")]) from error
    several = said if isinstance(said, list) else [said]
    wrong = [place for place, one in enumerate(several) if not _sound(one)]
    if wrong:
        words = "要写 date = 2027-01-01 和 work = true 或 false"
        raise FaultyPack([Fault(str(file), line_of(text, ("day", place)), "day", words) for place in wrong])
    return {one["date"]: one["work"] for one in several}


def _sound(one: object) -> bool:
    return (
        isinstance(one, dict)
        and type(one.get("date")) is date
        and isinstance(one.get("work"), bool)
        and set(one) <= {"date", "work", "name"}
    )
