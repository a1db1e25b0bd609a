"""公示: a sheet to be put up in the village, of one household or of all whose notice runs on a day; names alone."""

from datetime import date
from itertools import groupby
from typing import NamedTuple

from flask import Blueprint, render_template, url_for
from flask_babel import gettext as _

from field.auth import actor, allow
from field.case_codes import CaseState
from field.db import db
from field.ledger.checkpoints import newest
from field.monitoring.case_list import one_case, steps
from field.monitoring.case_papers import MOST, notice_of, posted
from field.monitoring.case_rules import NOTICES
from field.monitoring.cases import MonitoringCase
from field.monitoring.traces import Look
from field.monitoring.workdays import china_day
from field.problems import Problem
from field.registry import regions
from field.registry.households import Household
from field.registry.rights import Right
from field.traced import traced
from field.web.asked import asked_day
from field.web.paper import printable
from field.web.whereabouts import here
from field.web.wording import now

notices = Blueprint("notices", __name__)


class Line(NamedTuple):
    """一户: its name and village, and the days of its notice; nothing else of it is told."""

    household: Household
    begins: date | None
    ends: date | None
    leaving: bool


@notices.get("/cases/<id:case_id>/notice")
@allow(Right.READ_CASES)
@printable
@traced(Look.CASE)
def one(case_id: str) -> str:
    """The notice of one household; its days are left to write where it is not put up yet."""
    session = db.session()
    case, household = one_case(session, actor(), case_id)
    line = Line(household, *notice_of(case, steps(session, case)))
    if line.begins is None and case.state not in NOTICES:
        raise Problem(404, "no_notice", _("这一户还没有办到公示，办到了才能打印"))
    back = url_for("cases_page.one", case_id=case_id), _("回到案子")
    return render_template("notice.html", **_shown([line]), back=back)


@notices.get("/notices")
@allow(Right.READ_CASES)
@printable
def running() -> str:
    """The notices of a region that run on a day, a sheet for each village and each way."""
    where, chosen = here(Right.READ_CASES), asked_day("day") or china_day(now())
    found = posted(db.session(), where.code, chosen)
    back = url_for("cases_page.listed"), _("回到案子")
    lines = [_line(*both) for both in found]
    return render_template(
        "notice.html", **_shown(lines), back=back, here=where, chosen=chosen, full=len(found) == MOST
    )


def _line(case: MonitoringCase, household: Household) -> Line:
    return Line(household, case.begins, case.ends, case.state == CaseState.ELIMINATION_NOTICE)


def _shown(lines: list[Line]) -> dict[str, object]:
    """The sheets with all that they tell: by village and by way."""
    codes = {code for one in lines for code in (one.household.region, one.household.region[:9])}

    def by(one: Line) -> tuple[str, bool]:
        return one.household.region, one.leaving

    sheets = [(*key, list(group)) for key, group in groupby(sorted(lines, key=by), by)]
    return {"sheets": sheets, "names": regions.names(db.session(), codes), "checkpoint": newest(db.session())}
