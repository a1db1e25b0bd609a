"""有关农户页: a department sees what became of the households that it named."""

from flask import Blueprint, render_template

from field.auth import actor, allow
from field.db import db
from field.monitoring.screening.concerned import concerned
from field.monitoring.traces import Look
from field.registry.rights import Right
from field.traced import traced
from field.web.asked import asked_page

concerned_room = Blueprint("concerned_page", __name__, url_prefix="/concerned")
PER_PAGE = 50


@concerned_room.get("")
@allow(Right.SEND_SCREENING)
@traced(Look.LIST)
def page() -> str:
    """The households of one's own lists."""
    at = asked_page()
    found, total = concerned(db.session(), actor(), at, PER_PAGE)
    return render_template("concerned.html", rows=found, total=total, page=at, pages=-(-total // PER_PAGE))
