"""措辞: numbers, money and time as people read them on a screen; times are shown in China's zone."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time

from flask import g
from flask_babel import force_locale
from flask_babel import gettext as _
from markupsafe import Markup, escape

from field import clock
from field.codes import Grade
from field.monitoring.workdays import SHANGHAI
from field.web.catalogue import CHINESE, in_english, said

LAST_MINUTE = time(23, 59)

WEEK = "一二三四五六日"
DAYS = re.compile(r"(?:– )?\d{4}年\d{1,2}月\d{1,2}日")
MARKS = {Grade.RED: "▲", Grade.ORANGE: "◆", Grade.YELLOW: "●", Grade.NONE: ""}


def now() -> datetime:
    """The moment at which this page is made, the same all over it."""
    if "now" not in g:
        g.now = clock.now()
    moment: datetime = g.now
    return moment


@contextmanager
def on_paper() -> Iterator[None]:
    """纸上: in Chinese, since a paper leaves the house; each day with its year, since it lies in a folder for many."""
    before, g.on_paper = g.get("on_paper", False), True
    try:
        with force_locale(CHINESE):
            yield
    finally:
        g.on_paper = before


def day(value: date | datetime | str) -> str:
    """11月23日 周一 in this year, 2025年11月23日 in another (Mon 23 Nov, 23 Nov 2025); takes ISO texts too."""
    local, this_year = _local_day(value), 0 if g.get("on_paper") else _local_day(now()).year
    if in_english():
        return f"{local:%a} {local.day} {local:%b}" if local.year == this_year else f"{local.day} {local:%b %Y}"
    if local.year == this_year:
        return f"{local.month}月{local.day}日 周{WEEK[local.weekday()]}"
    return f"{local.year}年{local.month}月{local.day}日"


def at(value: datetime | str) -> str:
    """The day and the time: 11月23日 周一 10:32."""
    moment = _moment(value)
    return f"{day(moment)} {moment:%H:%M}"


def until(value: datetime | str) -> str:
    """The last day; one that is still to end, and ends before its evening, with the time."""
    whole = _moment(value).time() >= LAST_MINUTE or _local_day(value) < _local_day(now())
    return day(value) if whole else at(value)


def ago(value: datetime | str) -> str:
    """今天, 昨天, 12 天前."""
    days = (_local_day(now()) - _local_day(value)).days
    if days < 0:
        return day(value)
    told: str = {0: _("今天"), 1: _("昨天")}.get(days) or _("%(days)d 天前", days=days)
    return told


def unnamed() -> dict[str, str]:
    """Recorders who are no staff and have no name: the platform itself, and a sender of whom nothing is known."""
    return {"field": str(_("平台")), "stranger": str(_("没有登记的人"))}


def years(birth: date | None) -> str:
    """58 岁; nothing where the birth date is not known."""
    if birth is None:
        return ""
    today = _local_day(now())
    before_birthday = (today.month, today.day) < (birth.month, birth.day)
    return str(_("%(years)d 岁", years=today.year - birth.year - before_birthday))


def yuan(fen: int) -> str:
    """分 as 1,234.50 元."""
    return str(_("%(amount)s 元", amount=f"{fen / 100:,.2f}"))


def count(number: int) -> str:
    """2,172."""
    return f"{number:,}"


def share(part: int, whole: int) -> str:
    """46.2%; nothing of nothing."""
    return f"{part * 100 / whole:.1f}%" if whole else "—"


def grade_mark(code: str) -> str:
    """▲ 红色: a grade by shape and word, so that it needs no colour; 没有预警 for none."""
    grade = Grade(code)
    return f"{MARKS[grade]} {said(grade.label)}" if MARKS[grade] else str(_("没有预警"))


def month(value: date | datetime | str) -> str:
    """2026-11, as a month's field wants it."""
    return f"{_local_day(value):%Y-%m}"


def month_name(value: date | datetime | str) -> str:
    """2026年11月, November 2026."""
    local = _local_day(value)
    return f"{local:%B %Y}" if in_english() else f"{local.year}年{local.month}月"


def whole_days(words: str) -> Markup:
    """The words with no line broken within a day such as 2026年11月5日."""
    return Markup(DAYS.sub(r'<span class="code">\g<0></span>', str(escape(words))))  # noqa: S704 - escaped above


FILTERS: dict[str, Callable[..., str]] = {
    "day": day,
    "at": at,
    "until": until,
    "ago": ago,
    "month": month,
    "month_name": month_name,
    "years": years,
    "yuan": yuan,
    "count": count,
    "share": share,
    "whole_days": whole_days,
}


def _moment(value: datetime | str) -> datetime:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment.astimezone(SHANGHAI)


def _local_day(value: date | datetime | str) -> date:
    if isinstance(value, str):
        value = datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)
    return value.astimezone(SHANGHAI).date() if isinstance(value, datetime) else value
