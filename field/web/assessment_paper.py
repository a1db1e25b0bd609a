"""民主评议记录: who came, how they voted and what was said, from the step of the case; else a sheet to be filled in."""

from typing import Any

from flask import Blueprint, Response, url_for
from flask_babel import gettext as _

from field.auth import actor, allow
from field.case_codes import CaseState
from field.db import db
from field.ledger.entries import Entry
from field.monitoring.cases.case_list import one_case, steps
from field.monitoring.cases.case_rules import WAY_OUT
from field.monitoring.traces import Look
from field.registry import regions
from field.registry.households import Household
from field.registry.masking import mask_words
from field.registry.rights import Right
from field.registry.staff import staff_names
from field.traced import traced
from field.web.paper import printable
from field.web.sheets import Grid, Pairs, Sheet, Signs, Words, answered
from field.web.wording import at, day, share

assessment_paper = Blueprint("assessment", __name__, url_prefix="/cases")
HELD = (CaseState.ASSESSMENT.value, CaseState.ELIMINATION_ASSESSMENT.value)
ROWS = 8
Done = tuple[Entry, dict[str, Any]]


@assessment_paper.get("/<id:case_id>/assessment")
@allow(Right.READ_CASES)
@printable
@traced(Look.CASE)
def record(case_id: str) -> str | Response:
    """Every assessment of a case, the newest first, and an empty record where one is still to be held."""
    session = db.session()
    case, household = one_case(session, actor(), case_id)
    held = [(entry, said) for entry, said in steps(session, case) if said["from"] in HELD]
    names = regions.names(session, {household.region, household.region[:9]})
    place = names.get(household.region[:9], "") + names.get(household.region, "")
    staff = staff_names(session, {entry.actor for entry, _said in held})

    def made() -> list[Sheet]:
        sheets = [_sheet(household, place, one, staff) for one in reversed(held)]
        to_hold = [_empty(household, place, case.state in WAY_OUT)] if case.state in HELD or not sheets else []
        return to_hold + sheets

    back = url_for("cases_page.one", case_id=case_id), _("回到%(head)s户的案子", head=household.head)
    return answered(_("民主评议记录"), made, back)


def _sheet(home: Household, place: str, done: Done, staff: dict[str, str]) -> Sheet:
    entry, said = done
    content, outcome = said.get("content") or {}, CaseState.label_of(said["to"])
    passed = "eligible" in content
    when = content.get("held_on")
    came = [
        [(_("评议时间"), day(when) if when else ""), (_("地点"), content.get("place") or "")],
        [(_("应到人数"), _people(content, "eligible")), (_("到会人数"), _people(content, "present"))],
        [(_("同意"), _people(content, "in_favour")), (_("不同意"), _people(content, "against"))],
        [(_("到会率"), share(content["present"], content["eligible"]) if passed else ""),
         (_("结果"), _("通过") if passed else _("没有通过"))],
        [(_("接着办"), outcome), (_("意见"), mask_words(content.get("note") or "") or _("没有写意见"))],
        [(_("记录人"), staff.get(entry.actor, entry.actor)), (_("记录时间"), at(entry.recorded_at))],
        [(_("依据"), _("台账第 %(seq)s 条", seq=entry.seq))],
    ]  # fmt: skip
    leaving = said["from"] == CaseState.ELIMINATION_ASSESSMENT
    return Sheet(_("民主评议记录"), place, [Pairs(_matter(home, leaving)), Pairs(came), *_signed()])


def _empty(home: Household, place: str, leaving: bool) -> Sheet:
    came = [
        [(_("评议时间"), ""), (_("地点"), "")],
        [(_("应到人数"), ""), (_("到会人数"), "")],
        [(_("同意"), ""), (_("不同意"), "")],
        [(_("主持人"), ""), (_("记录人"), "")],
        [(_("结果和意见"), "")],
    ]
    told = Words(_("台账里还没有这次评议，请在会上填写，会后照着录入。"))
    return Sheet(_("民主评议记录"), place, [Pairs(_matter(home, leaving)), told, Pairs(came), *_signed()])


def _matter(home: Household, leaving: bool) -> list[list[tuple[str, str]]]:
    what = _("拟消除风险") if leaving else _("拟纳入监测")
    people = _("%(n)s 人", n=home.persons)
    return [
        [(_("评议的农户"), home.head), (_("户编号"), home.number)],
        [(_("家庭人口"), people), (_("评议事项"), what)],
    ]


def _signed() -> list[Words | Grid | Signs]:
    columns = (_("序号"), _("参会人"), _("签字"), _("序号"), _("参会人"), _("签字"))
    return [
        Words(_("参会人签到"), True),
        Grid(columns, [], ROWS),
        Signs([_("主持人"), _("记录人"), _("村民委员会（盖章）")]),
    ]


def _people(content: dict[str, Any], name: str) -> str:
    return _("%(n)s 人", n=content[name]) if name in content else ""
