"""农户列表: filters in the address, so that a link can be sent; ID numbers and telephones never come into it."""

import re
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from field.auth import actor, allow
from field.codes import Grade, Kind, RiskFactor
from field.db import db
from field.monitoring.grades import grades
from field.monitoring.household_file import ORDERS, Sought, households
from field.registry import regions
from field.registry.rights import Right
from field.web.whereabouts import here

listing = Blueprint("households_page", __name__, url_prefix="/households")
PER_PAGE, FARTHEST, LONGEST = 50, 1_000_000, 60
PERSONAL = re.compile(r"\+?[0-9 -]{10,17}[0-9xX]")
KINDS = {"any", "none", *Kind.labels()}
GRADES = {"any", *Grade.labels()}


@listing.get("")
@allow(Right.READ_HOUSEHOLDS)
def listed() -> str:
    """The households that the address asks for."""
    return _page(_sought(request.args))


@listing.post("")
@allow(Right.READ_HOUSEHOLDS)
def look_for() -> str | Response:
    """Turn the form into an address; what may be somebody's number is looked up here and goes into none."""
    sought = _sought(request.form)
    if not PERSONAL.fullmatch(sought.q or ""):
        return redirect(url_for(".listed", **_asked(sought)), 303)
    found, total = households(db.session(), actor(), sought)
    if total == 1:
        return redirect(url_for("file.one", household_id=found[0].id), 303)
    return _page(sought)


def _sought(given: Mapping[str, str]) -> Sought:
    """What was asked for; what makes no sense is passed over."""
    kind, risk, page = given.get("kind", ""), given.get("risk", ""), given.get("page", "")
    order, grade = given.get("order", ""), given.get("grade", "")
    return Sought(
        region=given.get("region") or None,
        kind=kind if kind in KINDS else None,
        risk=risk if risk in RiskFactor.labels() else None,
        grade=grade if grade in GRADES else None,
        q=given.get("q", "").replace("\0", "").strip()[:LONGEST] or None,
        order=order if order in ORDERS else "number",
        page=min(max(int(page), 1), FARTHEST) if page.isdecimal() and len(page) < LONGEST else 1,
        per_page=PER_PAGE,
    )


def _asked(sought: Sought) -> dict[str, Any]:
    """The filters as they stand in an address."""
    asked = {"region": sought.region, "kind": sought.kind, "risk": sought.risk}
    asked |= {"grade": sought.grade, "q": sought.q}
    return asked | {"order": None if sought.order == "number" else sought.order}


def _page(sought: Sought) -> str:
    where = here(Right.READ_HOUSEHOLDS)
    found, total = households(db.session(), actor(), sought)
    names = regions.names(db.session(), {one.region for one in found})
    pages = -(-total // PER_PAGE)
    asked = _asked(sought)
    if PERSONAL.fullmatch(sought.q or ""):
        asked["q"] = None
    return render_template(
        "households.html", here=where, found=found, total=total, pages=pages, sought=sought, asked=asked,
        names=names, kinds=Kind.labels(), risks=RiskFactor.labels(),
        grades=grades(db.session(), [one.id for one in found]),
    )  # fmt: skip
