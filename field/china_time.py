"""中国时间: by which days are counted and shown, wherever the server stands; what is written down is in UTC."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def china_day(moment: datetime) -> date:
    """The day in China at a moment."""
    return moment.astimezone(SHANGHAI).date()


def opens(day: date) -> datetime:
    """The first moment of a day in China."""
    return datetime.combine(day, time(), SHANGHAI)


def written(moment: datetime) -> str:
    """A moment as answers write it."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
