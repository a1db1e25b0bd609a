"""公示: a sheet to be put up in the village, of one household or of all whose notice runs on a day; names alone."""

from datetime import date
from itertools import groupby
from typing import NamedTuple

from flask import Blueprint, Response, url_for
from flask_babel import gettext as _

from field.auth import actor, allow
from field.case_codes import CaseState
from field.db import db
from field.monitoring.cases.case_list import one_case, steps
from field.monitoring.cases.case_papers import MOST, notice_of, posted
from field.monitoring.cases.case_rules import NOTICES
from field.monitoring.cases.cases import MonitoringCase
from field.monitoring.traces import Look
from field.monitoring.workdays import china_day
from field.problems import Problem
from field.registry import regions
from field.registry.households import Household
from field.registry.rights import Right
from field.traced import traced
from field.web.asked import asked_day
from field.web.paper import printable
from field.web.sheets import Grid, Sheet, Signs, Words, answered
from field.web.whereabouts import here
from field.web.wording import day, now

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
def one(case_id: str) -> str | Response:
    """The notice of one household; its days are left to write where it is not put up yet."""
    session = db.session()
    case, household = one_case(session, actor(), case_id)
    line = Line(household, *notice_of(case, steps(session, case)))
    if line.begins is None and case.state not in NOTICES:
        raise Problem(404, "no_notice", _("这一户还没有办到公示，办到了才能打印"))
    back = url_for("cases_page.one", case_id=case_id), _("回到案子")
    return answered(_("公示"), lambda: _sheets([line]), back)


@notices.get("/notices")
@allow(Right.READ_CASES)
@printable
def running() -> str | Response:
    """The notices of a region that run on a day, a sheet for each village and each way."""
    where, chosen = here(Right.READ_CASES), asked_day("day") or china_day(now())
    found = posted(db.session(), where.code, chosen)
    lines = [_line(*both) for both in found]
    back = url_for("cases_page.listed"), _("回到案子")
    cut = _("太多了，只列了前 %(n)s 户，请按村打印。", n=MOST) if len(found) == MOST else ""
    empty = _("这里这一天没有在公示的农户。")
    return answered(_("公示"), lambda: _sheets(lines), back, empty, here=where, day=chosen.isoformat(), warning=cut)


def _line(case: MonitoringCase, household: Household) -> Line:
    return Line(household, case.begins, case.ends, case.state == CaseState.ELIMINATION_NOTICE)


def _sheets(lines: list[Line]) -> list[Sheet]:
    """By village and by way."""
    codes = {code for one in lines for code in (one.household.region, one.household.region[:9])}
    names = regions.names(db.session(), codes)

    def by(one: Line) -> tuple[str, bool]:
        return one.household.region, one.leaving

    return [
        _sheet(names.get(region[:9], ""), names.get(region, ""), leaving, list(group))
        for (region, leaving), group in groupby(sorted(lines, key=by), by)
    ]


def _sheet(town: str, village: str, leaving: bool, lines: list[Line]) -> Sheet:
    told = {"place": town + village, "n": len(lines)}
    what = (
        _("经入户核实、民主评议，%(place)s下列 %(n)s 户农户拟消除返贫致贫风险，现予公示。", **told)
        if leaving
        else _("经入户核实、信息比对、民主评议，%(place)s下列 %(n)s 户农户拟纳入防止返贫监测，现予公示。", **told)
    )
    rows = [(str(nth), one.household.head, village, _days(one)) for nth, one in enumerate(lines, 1)]
    return Sheet(_("公　示"), "", [
        Words(what), Grid((_("序号"), _("户主"), _("所在村"), _("公示期")), rows),
        Words(_("公示期内如有异议，请向村民委员会或乡镇人民政府反映。有异议的，答复以前不往下办。")),
        Words(_("监督电话：＿＿＿＿＿＿＿＿＿＿＿＿")), Signs([village + _("村民委员会（盖章）")], apart=True),
    ], look="notice")  # fmt: skip


def _days(one: Line) -> str:
    if one.begins and one.ends:
        return f"{day(one.begins)}\n– {day(one.ends)}"
    return str(_("　　月　　日 – 　　月　　日"))
