"""地址里问的: filters, days and pages of an address; 422 with what to do for what makes no sense."""

from collections.abc import Container, Mapping
from datetime import date

from flask import request
from flask_babel import gettext as _

from field.monitoring.workdays import china_day
from field.problems import Problem
from field.web.wording import now

YEARS = range(1900, 2200)
FARTHEST = 1_000_000


def asked_code(name: str, codes: Container[str], given: Mapping[str, str] | None = None) -> str | None:
    """One of the codes; None where nothing is asked for."""
    code = _said(name, given)
    if code and code not in codes:
        raise senseless(name)
    return code or None


def asked_number(name: str, most: int, given: Mapping[str, str] | None = None) -> int | None:
    """A whole number from 0 to the most; None where nothing is asked for."""
    text = _said(name, given)
    if text and not (text.isascii() and text.isdigit() and len(text) <= len(str(most)) and int(text) <= most):
        raise senseless(name)
    return int(text) if text else None


def asked_page(given: Mapping[str, str] | None = None) -> int:
    """The page, the first where none is asked for."""
    page = asked_number("page", FARTHEST, given)
    if page == 0:
        raise senseless("page")
    return page or 1


def asked_day(name: str, given: Mapping[str, str] | None = None) -> date | None:
    """A day (2026-11-27); None where nothing is asked for."""
    return _day(_said(name, given), name, _("日期请写成 2026-11-27 这样"))


def asked_past_day(name: str, given: Mapping[str, str] | None = None) -> date | None:
    """A day that is over; None for today and where nothing is asked for."""
    day, today = asked_day(name, given), china_day(now())
    if day and day > today:
        raise _fault(name, _("这一天还没有到，请选今天或者以前的日子"))
    return None if day == today else day


def asked_month(name: str = "month") -> date | None:
    """The first day of a month (2026-11) that has begun; None where nothing is asked for."""
    text = _said(name, None)
    first = _day(text and f"{text}-01", name, _("月份请写成 2026-11 这样"))
    if first and first > china_day(now()):
        raise _fault(name, _("这个月还没有到，请选这个月或者以前的月份"))
    return first


def senseless(name: str) -> Problem:
    """What to raise for a filter that no page of ours writes."""
    return _fault(name, _("链接里的“%(name)s”看不懂，可能没有复制完整。请回到页面上重新选", name=name))


def _said(name: str, given: Mapping[str, str] | None) -> str:
    return (request.args if given is None else given).get(name, "")


def _day(text: str, name: str, fault: str) -> date | None:
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise _fault(name, fault) from None
    if day.isoformat() != text or day.year not in YEARS:
        raise _fault(name, fault)
    return day


def _fault(name: str, words: str) -> Problem:
    return Problem(422, "unknown_filter", words, [{"field": name, "message": words}])
