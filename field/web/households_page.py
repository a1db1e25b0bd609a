"""农户列表: filters in the address, so that a link can be sent; whom somebody searches for stands there sealed."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from field.auth import actor, allow
from field.codes import Grade, Kind, RiskFactor
from field.db import db
from field.monitoring import search
from field.monitoring.board.counted import AMONG
from field.monitoring.board.standings import stood_as
from field.monitoring.board.until import Until
from field.monitoring.household_file import ORDERS, Sought, households, persons
from field.monitoring.risk.grade_standings import grades_on
from field.monitoring.risk.grades import grades
from field.monitoring.traces import Look
from field.monitoring.workdays import china_day
from field.problems import Problem
from field.registry import regions
from field.registry.rights import Right
from field.traced import trace_found, traced
from field.web.asked import asked_code, asked_number, asked_page, asked_past_day
from field.web.sealed_words import sealed, unsealed
from field.web.whereabouts import here
from field.web.wording import now

listing = Blueprint("households_page", __name__, url_prefix="/households")
PER_PAGE, LONGEST, MOST_DAYS = 50, 60, 9999
PERSONAL = re.compile(r"\+?[0-9]{10,19}[0-9xX]?")
APART = re.compile(r"[\s\-_.,·，。]+")
KINDS = {"any", "none", *Kind.labels()}
GRADES = {"any", *Grade.labels()}


@listing.get("")
@allow(Right.READ_HOUSEHOLDS)
@traced(Look.LIST)
def listed() -> str | Response:
    """The households that the address asks for; open words of an old link are sealed before anything is shown."""
    sought = sought_of(request.args)
    return redirect(url_for(".listed", **asked_of(sought)), 303) if request.args.get("q") else _page(sought)


@listing.post("")
@allow(Right.READ_HOUSEHOLDS)
def look_for() -> Response:
    """Turn the form into an address; somebody's number leads to the one household that has it."""
    sought = sought_of(request.form)
    if is_personal(sought.q):
        found, total = households(db.session(), actor(), sought)
        if total == 1:
            return redirect(url_for("file.one", household_id=found[0].id), 303)
    return redirect(url_for(".listed", **asked_of(sought)), 303)


def sought_of(given: Mapping[str, str]) -> Sought:
    """What was asked for; 422 for what makes no sense."""
    return Sought(
        region=given.get("region") or None,
        kind=asked_code("kind", KINDS, given),
        risk=asked_code("risk", RiskFactor.labels(), given),
        grade=asked_code("grade", GRADES, given),
        **_counted(given),
        q=_words(given).replace("\0", "").strip()[:LONGEST] or None,
        order=asked_code("order", ORDERS, given) or "number",
        page=asked_page(given),
        per_page=PER_PAGE,
    )


def _grades(ids: list[str], on: date | None) -> dict[str, str]:
    return grades_on(db.session(), ids, on) if on else grades(db.session(), ids)


def _words(given: Mapping[str, str]) -> str:
    """What is searched for, as it was typed or sealed."""
    if not given.get("q") and given.get("words"):
        if (words := unsealed(given["words"])) is None:
            raise Problem(422, "unknown_filter", _("搜索的链接看不懂，可能没有复制完整。请重新搜索"))
        return words
    return given.get("q", "")


def _counted(given: Mapping[str, str]) -> dict[str, Any]:
    """The number of the board that is asked for, and the day of which it speaks."""
    among, on = asked_code("among", AMONG, given), asked_past_day("on", given)
    days = asked_number("days", MOST_DAYS, given)
    return {"on": on or china_day(now()), "among": among, "days": days or 0} if among else {"on": on}


def asked_of(sought: Sought) -> dict[str, Any]:
    """The filters as they stand in an address, what is searched for sealed."""
    asked: dict[str, Any] = {"region": sought.region, "kind": sought.kind, "risk": sought.risk}
    asked |= {"grade": sought.grade, "words": sealed(sought.q) if sought.q else None}
    asked |= {"on": sought.on, "among": sought.among, "days": sought.days or None}
    return asked | {"order": None if sought.order == "number" else sought.order}


def is_personal(words: str | None) -> bool:
    """Whether the words may be somebody's number, however it is spaced or typed."""
    return bool(PERSONAL.fullmatch(APART.sub("", unicodedata.normalize("NFKC", words or ""))))


def _page(sought: Sought) -> str:
    where = here(Right.READ_HOUSEHOLDS)
    found, total = households(db.session(), actor(), sought)
    stood = stood_as(db.session(), (one.id for one in found), Until(sought.on).ends) if sought.on else {}
    names = regions.names(db.session(), {stood.get(one.id, one).region for one in found})
    pages = -(-total // PER_PAGE)
    shown = None if is_personal(sought.q) else sought.q
    words = search.read(db.session(), where.code, sought.q) if sought.q else None
    meant = search.matched(db.session(), words, [one.id for one in found]) if words else {}
    page = render_template(
        "households.html", meant=meant, here=where, found=found, total=total, pages=pages, sought=sought, shown=shown,
        asked=asked_of(sought), names=names, kinds=Kind.labels(), risks=RiskFactor.labels(),
        grades=_grades([one.id for one in found], sought.on), stood=stood,
        people=None if sought.q else persons(db.session(), actor(), sought),
    )  # fmt: skip
    if sought.q:
        trace_found([one.id for one in found], total)
    return page
