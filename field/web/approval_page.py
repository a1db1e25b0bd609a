"""审批表: the cases of a region that wait for the county's word, or had it in a month, with what each step found."""

from datetime import date
from typing import Any

from flask import Blueprint, Response, url_for
from flask_babel import gettext as _

from field.auth import allow
from field.case_codes import CaseState as S
from field.codes import RiskFactor
from field.db import db
from field.ledger.entries import Entry
from field.monitoring.cases.case_around import kind_name
from field.monitoring.cases.case_list import steps_of
from field.monitoring.cases.case_papers import MOST, Both, Steps, approved, first_risks, passed, waiting
from field.monitoring.traces import Look
from field.monitoring.workdays import month_of
from field.registry import regions
from field.registry.masking import mask_words
from field.registry.rights import Right
from field.traced import traced
from field.web.asked import asked_month
from field.web.paper import printable
from field.web.sheets import Grid, Sheet, Signs, Words, answered
from field.web.whereabouts import Here, here
from field.web.wording import count, day, month_name

approvals = Blueprint("approvals", __name__, url_prefix="/approvals")
Done = tuple[Entry, dict[str, Any]] | None


@approvals.get("")
@allow(Right.READ_CASES)
@printable
@traced(Look.LIST)
def listed() -> str | Response:
    """Those that wait; of a month where the address names one (`?month=2026-11`), those that were approved in it."""
    session, where, month = db.session(), here(Right.READ_CASES), _month()
    found = approved(session, where.code, *month) if month else waiting(session, where.code)
    told = steps_of(session, [case for case, _home in found])
    names = regions.names(session, {home.region for _case, home in found})
    said = first_risks(session, [case for case, _home in found])
    empty = _("这个月没有审定纳入的农户。") if month else _("没有等待县级审定的农户。")
    back = url_for("cases_page.listed"), _("回到案子")

    def made() -> list[Sheet]:
        rows = [_row(place, both, told[both[0].id], names, said) for place, both in enumerate(found, 1)]
        return [_sheet(_title(month), where, month, found, rows)] if found else []

    return answered(_title(month), made, back, empty, here=where, month=month[0].isoformat()[:7] if month else "")


def _title(month: tuple[date, date] | None) -> str:
    return str(_("防止返贫监测对象审定表") if month else _("拟纳入防止返贫监测对象名单"))


def _sheet(title: str, where: Here, month: tuple[date, date] | None, found: list[Both], rows: list[list[str]]) -> Sheet:
    kind = _("监测类别") if month else _("监测类别（审定时定）")
    columns = (_("序号"), _("户主"), _("村"), _("人口"), kind, _("主要风险点"), _("入户核实"), _("民主评议"),
               _("公示期"), _("乡镇审核意见"), _("县级审定意见"))  # fmt: skip
    when = _("%(month)s审定纳入", month=month_name(month[0])) if month else _("等待县级审定")
    whole = _("%(h)s 户 %(p)s 人", h=count(len(found)), p=count(sum(home.persons for _case, home in found)))
    cut = [Words(_("太多了，只列了前 %(n)s 户，请按乡镇打印。", n=MOST))] if len(found) == MOST else []
    signs = Signs([_("乡镇审核人（签字、盖章）"), _("县级审定人（签字、盖章）")])
    return Sheet(title, f"{where.name} · {when} · {whole}", [*cut, Grid(columns, rows), signs], look="wide")


def _row(place: int, both: Both, steps: Steps, names: dict[str, str], heard: dict[str, list[str]]) -> list[str]:
    (case, home), done = both, passed(steps)
    said = (done.get(S.COUNTY_APPROVAL) or (None, {}))[1] if case.state != S.COUNTY_APPROVAL else {}
    risks = said.get("risk_factors") or home.risk_factors or heard.get(case.id, [])
    return [
        str(place), home.head, names.get(home.region, home.region), str(home.persons),
        kind_name(said.get("kind") or home.kind, case.pack), RiskFactor.label_of(risks[0]) if risks else "",
        _opinion(done.get(S.ON_SITE_CHECK)), _votes(done.get(S.ASSESSMENT)), _notice(steps),
        _opinion(done.get(S.TOWN_REVIEW)), _opinion(done.get(S.COUNTY_APPROVAL)) if said else "",
    ]  # fmt: skip


def _opinion(done: Done) -> str:
    """What was written down, and on which day."""
    return f"{mask_words(done[1].get('note') or '')}\n{day(done[0].recorded_at)}".strip() if done else ""


def _votes(done: Done) -> str:
    if done is None:
        return ""
    said = done[1]
    votes = _("到会 %(n)s，同意 %(yes)s", n=said["present"], yes=said["in_favour"])
    return f"{day(said['held_on'])}\n{votes}"


def _notice(steps: Steps) -> str:
    days = [
        said["content"] for _entry, said in steps if said["action"] == "post_notice" and said["from"] == S.PUBLIC_NOTICE
    ]
    return f"{day(days[-1]['from'])}\n– {day(days[-1]['to'])}" if days else ""


def _month() -> tuple[date, date] | None:
    """The first day of the month asked for and of the next."""
    begins = asked_month()
    return month_of(begins) if begins else None
