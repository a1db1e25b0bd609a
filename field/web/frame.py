"""页面框架: what every office page shares: navigation by rights, the demo's mark, and the way to log in."""

from typing import Any, NamedTuple

from flask import Flask, current_app, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from field.auth import csrf_token, signed_in
from field.codes import Role
from field.problems import Problem
from field.registry.masking import mask_phone
from field.registry.rights import Right
from field.web.thread_words import why
from field.web.wording import FILTERS, grade_mark, now


class Door(NamedTuple):
    """One way in the navigation."""

    endpoint: str
    label: str
    right: Right


def register(app: Flask) -> None:
    """Give the templates their filters and globals."""
    app.jinja_env.filters |= FILTERS | {"phone": mask_phone, "why": why}
    app.jinja_env.globals |= {"csrf_token": csrf_token, "doors": doors, "may": may, "grade_mark": grade_mark}
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.context_processor(_everywhere)


def doors() -> list[Door]:
    """The pages that the person may open."""
    ways = (
        Door("board.figures", _("总览"), Right.READ_STATISTICS),
        Door("households_page.listed", _("农户"), Right.READ_HOUSEHOLDS),
        Door("leads_page.listed", _("线索"), Right.READ_LEADS),
        Door("cases_page.listed", _("案子"), Right.READ_CASES),
        Door("messages_page.listed", _("消息"), Right.READ_MESSAGES),
        Door("checkins.page", _("务工回访"), Right.RUN_CHECKINS),
        Door("ledger.listed", _("台账"), Right.READ_HOUSEHOLDS),
        Door("held.waiting", _("待核收"), Right.DECIDE_HELD),
        Door("merging_page.choose", _("重复的人"), Right.MERGE_PEOPLE),
        Door("imports.page", _("名册导入"), Right.IMPORT_ROSTER),
    )
    return [way for way in ways if may(way.right)]


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
    demo = current_app.config["FIELD"].demo
    return {"person": person, "demo": demo, "now": now(), "is_cadre": person and person.role is Role.VILLAGE}
