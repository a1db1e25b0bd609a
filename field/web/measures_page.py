"""帮扶页: measures that are late, and monitored households that have none when they should."""

from flask import Blueprint, render_template

from field import clock
from field.auth import actor, allow
from field.codes import RiskFactor
from field.db import db
from field.help_codes import MeasureState
from field.monitoring.help import measures
from field.monitoring.policy.shelf import pack_on
from field.monitoring.traces import Look
from field.monitoring.workdays import china_day
from field.registry import regions
from field.registry.rights import Right
from field.traced import traced
from field.web.asked import asked_page

measures_room = Blueprint("measures_page", __name__, url_prefix="/measures")
PER_PAGE, LATE_SHOWN = 50, 200


@measures_room.get("")
@allow(Right.READ_PLANS)
@traced(Look.LIST)
def listed() -> str:
    """What is late in the reader's region, and who is without help."""
    session, by, page, day = db.session(), actor(), asked_page(), china_day(clock.now())
    late = measures.overdue_measures(session, by, day, LATE_SHOWN)
    bare, total = measures.without_measures(session, by, day, page, PER_PAGE)
    return render_template(
        "measures.html", late=late, late_total=measures.counted(session, by, day)[0], bare=bare, total=total,
        page=page, pages=-(-total // PER_PAGE), today=day, days=pack_on(day).elimination.measure_days,
        names=regions.names(session, {one.region for one in late} | {one.region for one in bare}),
        states=MeasureState.labels(), risks=RiskFactor.labels(),
    )  # fmt: skip
