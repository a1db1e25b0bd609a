"""中国时间: by which days are counted and shown, wherever the server stands."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def china_day(moment: datetime) -> date:
    """The day in China at a moment."""
    return moment.astimezone(SHANGHAI).date()
