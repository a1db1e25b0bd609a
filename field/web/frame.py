"""页面框架: what every office page shares: navigation by rights, the demo's mark, and the way to log in."""

from typing import Any, NamedTuple

from flask import Flask, redirect, request, url_for
from werkzeug.wrappers import Response

from field.at_hand import settings
from field.auth import csrf_token, posts, signed_in
from field.codes import Role
from field.labels import Word
from field.monitoring.policy.share_shapes import share_told
from field.problems import Problem
from field.registry.masking import mask_id_number, mask_name, mask_phone, mask_words
from field.registry.rights import Right
from field.web.member_words import of_member
from field.web.thread_words import why
from field.web.wording import FILTERS, grade_mark, now

WITHIN = {
    "file": "households_page", "household_papers": "households_page", "corrections": "households_page",
    "numbers": "households_page", "notices": "cases_page", "approvals": "cases_page", "assessment": "cases_page",
    "plan_page": "measures_page", "bill_reading": "relief_page", "bindings_page": "messages_page",
}  # fmt: skip


class Door(NamedTuple):
    """One way in the navigation."""

    endpoint: str
    label: Word
    right: Right

    @property
    def is_here(self) -> bool:
        """Whether the page that is asked for lies behind it."""
        return WITHIN.get(here := request.blueprint or "", here) == self.endpoint.partition(".")[0]


class Wing(NamedTuple):
    """Ways that belong together."""

    label: Word
    doors: tuple[Door, ...]

    @property
    def is_here(self) -> bool:
        """Whether the page that is asked for is one of its own."""
        return any(door.is_here for door in self.doors)


HOUSE = (
    Wing(Word("总览"), (
        Door("board.figures", Word("总览"), Right.READ_STATISTICS),
        Door("bulletin.page", Word("月报"), Right.READ_STATISTICS),
    )),
    Wing(Word("要办的"), (
        Door("todo_page.listed", Word("待办"), Right.READ_LEADS),
        Door("leads_page.listed", Word("线索"), Right.READ_LEADS),
        Door("held.waiting", Word("待核收"), Right.DECIDE_HELD),
        Door("doubtful_page.page", Word("名单认定"), Right.DECIDE_SCREENING),
        Door("caseload_page.listed", Word("工作移交"), Right.HAND_OVER),
        Door("deputies_page.listed", Word("代班"), Right.HAND_OVER),
        Door("reminders_page.shown", Word("我的提醒"), Right.CHOOSE_REMINDERS),
    )),
    Wing(Word("农户"), (
        Door("households_page.listed", Word("农户"), Right.READ_HOUSEHOLDS),
        Door("map_page.page", Word("地图"), Right.READ_HOUSEHOLDS),
        Door("ledger.listed", Word("台账"), Right.READ_HOUSEHOLDS),
        Door("exports.page", Word("导出"), Right.EXPORT_HOUSEHOLDS),
    )),
    Wing(Word("办案帮扶"), (
        Door("cases_page.listed", Word("案子"), Right.READ_CASES),
        Door("measures_page.listed", Word("帮扶措施"), Right.READ_PLANS),
        Door("relief_page.listed", Word("医疗救助"), Right.READ_RELIEF),
        Door("long_term_page.listed", Word("长期用药"), Right.READ_RELIEF),
        Door("fund_page.listed", Word("救助基金"), Right.READ_FUND),
        Door("partners_page.listed", Word("利益联结"), Right.READ_PARTNERS),
    )),
    Wing(Word("联系"), (
        Door("messages_page.listed", Word("消息"), Right.READ_MESSAGES),
        Door("checkins.page", Word("务工回访"), Right.RUN_CHECKINS),
    )),
    Wing(Word("数据"), (
        Door("screening_page.page", Word("部门名单"), Right.READ_SCREENING),
        Door("concerned_page.page", Word("有关农户"), Right.SEND_SCREENING),
        Door("imports.page", Word("名册导入"), Right.IMPORT_ROSTER),
        Door("filling_page.page", Word("填报表"), Right.FILL_SHEETS),
        Door("quality_page.counted", Word("数据质量"), Right.READ_QUALITY),
        Door("merging_page.choose", Word("重复的人"), Right.MERGE_PEOPLE),
        Door("traces_page.listed", Word("谁看过"), Right.READ_TRACES),
    )),
    Wing(Word("与我有关的户"), (Door("sharing_page.listed", Word("与我有关的户"), Right.READ_SHARED),)),
)  # fmt: skip


def register(app: Flask) -> None:
    """Give the templates their filters and globals."""
    app.jinja_env.filters |= FILTERS | {
        "phone": mask_phone,
        "id_number": mask_id_number,
        "masked_name": mask_name,
        "masked_words": mask_words,
        "why": why,
        "of_member": of_member,
        "part_of": share_told,
    }
    app.jinja_env.globals |= {"csrf_token": csrf_token, "wings": wings, "may": may, "grade_mark": grade_mark}
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.context_processor(_everywhere)


def wings() -> list[Wing]:
    """The rooms that the person may enter, by what one comes for."""
    open_ones = (Wing(wing.label, tuple(door for door in wing.doors if may(door.right))) for wing in HOUSE)
    return [wing for wing in open_ones if wing.doors]


def may(right: str) -> bool:
    """Whether whoever looks holds a right at all."""
    person = signed_in()
    return person is not None and person.has(Right(right))


def to_login(problem: Problem) -> Response | None:
    """The way to the log-in page for a visitor whom a page refused for want of one; what was sent is not kept."""
    if problem.code != "login_needed":
        return None
    here = request.full_path.rstrip("?") if request.method in ("GET", "HEAD") else None
    return redirect(url_for("login.ask", next=here), 303)


def _everywhere() -> dict[str, Any]:
    person = signed_in()
    demo = settings().demo
    common = {"person": person, "posts": posts(), "demo": demo, "now": now()}
    return common | {"is_cadre": person and person.role is Role.VILLAGE}
