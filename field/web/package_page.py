"""数据包页: one household or those of a filter as a file that anyone can check."""

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from field import clock
from field.auth import actor, allow
from field.codes import ExportFormat
from field.db import db, transact
from field.jobs.export import Busy, Wanted, ask_for_export, told
from field.monitoring.household_file import Sought, households
from field.problems import Problem
from field.registry import regions
from field.registry.reach import household
from field.registry.rights import Right
from field.web.exports_page import BUSY, exports
from field.web.forms import at_field, sent_id, written
from field.web.households_page import asked_of, is_personal, sought_of


@exports.get("/package")
@allow(Right.EXPORT_HOUSEHOLDS)
def package() -> str:
    """Say what will be in it, and ask what for."""
    wanted = _wanted(sent_id(request.args, "household"), sought_of(request.args))
    total = 1 if wanted.household else households(db.session(), actor(), wanted.sought)[1]
    names = regions.names(db.session(), {region := wanted.sought.region or actor().region})
    asked = {name: value for name, value in asked_of(wanted.sought).items() if value} | {"region": region}
    return render_template(
        "package_new.html", asked=asked, wanted=wanted, total=total, told=told(wanted, names) or names[region],
        numbers=actor().has(Right.EXPORT_NUMBERS),
    )  # fmt: skip


@exports.post("/package")
@allow(Right.EXPORT_HOUSEHOLDS)
def pack() -> Response:
    """Put a package on the table."""
    by, now, sought = actor(), clock.now(), sought_of(request.form)
    personal, reason = request.form.get("personal") == "yes", written("reason")
    wanted = _wanted(sent_id(request.form, "household"), sought, personal=personal, reason=reason)
    if not wanted.household and is_personal(wanted.sought.q):
        raise Problem(422, "export_faults", _("按个人号码找到的，请打开这一户的档案，从那里做数据包"))
    if personal and len(reason) < 2:
        raise at_field("reason", _("带完整信息和照片的数据包要写明原因，至少 2 个字"))
    try:
        transact(lambda session: ask_for_export(session, wanted, by, now))
    except Busy:
        raise Problem(409, "busy", BUSY) from None
    return redirect(url_for("exports.page"), 303)


def _wanted(household_id: str, sought: Sought, *, personal: bool = False, reason: str = "") -> Wanted:
    """One household that the reader may see, or those of the filter."""
    if household_id:
        found = household(db.session(), actor(), household_id, Right.EXPORT_HOUSEHOLDS)
        sought = Sought(found.region, q=found.number)
    return Wanted(sought, (), ExportFormat.PACKAGE, reason, household_id or None, personal)
