"""谁看过页: who looked at whose numbers, photographs, letters and exports; the address holds ids and days alone."""

from typing import Any

from flask import Blueprint, render_template, request
from flask_babel import gettext as _

from field.auth import actor, allow
from field.db import db
from field.monitoring.trace_list import Wanted, lookers, looks
from field.monitoring.traces import Look
from field.problems import Problem
from field.registry import regions
from field.registry.reach import household
from field.registry.rights import Right
from field.registry.staff import Staff
from field.web.asked import asked_code, asked_day
from field.web.forms import sent_id

traces_room = Blueprint("traces_page", __name__, url_prefix="/traces")


@traces_room.get("")
@allow(Right.READ_TRACES)
def listed() -> str:
    """One page of looks, newest first, and the way to the next."""
    session, by, wanted = db.session(), actor(), _wanted()
    home = household(session, by, wanted.household, Right.READ_TRACES) if wanted.household else None
    found, after = looks(session, by, wanted)
    places = {home.region for line in found for home in line.homes} | {line.region or "" for line in found}
    return render_template(
        "traces.html", found=found, after=after, wanted=wanted, asked=_asked(wanted), home=home, what=Look.labels(),
        staff=_known(wanted.staff) | lookers(session, by), names=regions.names(session, places),
    )  # fmt: skip


def _wanted() -> Wanted:
    """What was asked for; 422 for what makes no sense."""
    asked = request.args
    return Wanted(
        household=sent_id(asked, "household") or None, staff=_staff(),
        what=asked_code("what", Look.labels()), since=asked_day("since"),
        until=asked_day("until"), after=sent_id(asked, "after") or None,
    )  # fmt: skip


def _staff() -> str | None:
    """Whose looks are asked for; 422 where there is no such member of staff."""
    staff_id = sent_id(request.args, "staff") or None
    if staff_id and not _known(staff_id):
        words = _("没有这位工作人员。请在“谁看的”里重新选")
        raise Problem(422, "unknown_filter", words, [{"field": "staff", "message": words}])
    return staff_id


def _known(staff_id: str | None) -> dict[str, str]:
    """The name of who is asked for, of one who never looked at anything too."""
    one = db.session.get(Staff, staff_id) if staff_id else None
    return {one.id: one.name} if one else {}


def _asked(wanted: Wanted) -> dict[str, Any]:
    days = {name: day.isoformat() for name, day in (("since", wanted.since), ("until", wanted.until)) if day}
    return {"household": wanted.household, "staff": wanted.staff, "what": wanted.what} | days
