"""数据质量页: how many households each check finds, and which; each with the way to the page that mends it."""

from flask import Blueprint, render_template
from sqlalchemy import select

from field import clock
from field.auth import actor, allow
from field.db import db
from field.mending import mend
from field.monitoring.checks.quality import checks_called, counts, found, terms
from field.monitoring.checks.quality_checks import CHECKS, PEOPLE
from field.monitoring.traces import Look
from field.registry import regions
from field.registry.households import Person
from field.registry.rights import Right
from field.traced import traced
from field.web.asked import asked_code, asked_page
from field.web.whereabouts import here

quality_room = Blueprint("quality_page", __name__, url_prefix="/quality")
PER_PAGE = 50


@quality_room.get("")
@allow(Right.READ_QUALITY)
@traced(Look.LIST)
def counted() -> str:
    """The checks of a region, those that find something first; with `check`, what that one finds."""
    where, by, session = here(Right.READ_QUALITY), terms(clock.now()), db.session()
    numbers, page = counts(session, by, where.code), asked_page()
    several = sorted(CHECKS, key=lambda check: -numbers[check.code])
    chosen = next(iter(checks_called(asked_code("check", {check.code for check in CHECKS}))), None)
    rows = found(session, chosen, by, where.code, page, PER_PAGE) if chosen else []
    total = numbers[chosen.code] if chosen else 0
    return render_template(
        "quality.html", here=where, checks=several, numbers=numbers, chosen=chosen, rows=rows, total=total, page=page,
        pages=-(-total // PER_PAGE), names=regions.names(session, {home.region for home, _ in rows}), mend=mend,
        may_correct=chosen is not None and chosen.mend == PEOPLE and actor().has(Right.CORRECT_SCHOOLING),
        people=_names({one for _, people in rows for one in people}),
    )  # fmt: skip


def _names(ids: set[str]) -> dict[str, str]:
    rows = select(Person.id, Person.name).where(Person.id.in_(ids))
    return dict(db.session().execute(rows).all()) if ids else {}
