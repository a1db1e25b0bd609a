"""救助申请页: an application for a household, its signatures, its payment and what came back."""

from collections.abc import Callable

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from uuid6 import uuid7
from werkzeug.wrappers import Response

from field import clock
from field.auth import actor, allow
from field.casework import done
from field.codes import Role
from field.db import db
from field.ledger.entries import Entry, opened
from field.ledger.receipts import number
from field.monitoring.cases.case_around import pack_of, photos
from field.monitoring.help import fund, fund_list
from field.monitoring.help.fund import Asked, FundApplication
from field.monitoring.help.fund_books import balances
from field.monitoring.help.fund_codes import FundAction, FundState, FundWay
from field.monitoring.help.fund_rules import RULES, hands, outstanding
from field.monitoring.policy.shelf import pack_on
from field.monitoring.timeline import masked
from field.monitoring.traces import Look
from field.monitoring.workdays import china_day
from field.problems import Problem
from field.registry import reach, regions
from field.registry.rights import Right
from field.registry.staff import staff_names
from field.traced import traced
from field.web.forms import sent_key, sent_seq
from field.web.fund_page import fund_room
from field.web.fund_words import content_of, fund_lines


@fund_room.get("/for/<id:household_id>")
@allow(Right.WORK_FUND)
@traced(Look.MONEY)
def ask(household_id: str) -> str:
    """The form of an application."""
    session, by = db.session(), actor()
    household = reach.household(session, by, household_id)
    return render_template(
        "fund_apply.html", household=household, key=str(uuid7()),
        rules=pack_on(china_day(clock.now())).fund, books=balances(session, household.region), roles=Role.labels(),
        before=fund_list.of_household(session, household.id), states=FundState.labels(),
        village=regions.names(session, {household.region}).get(household.region, ""),
    )  # fmt: skip


@fund_room.post("/for/<id:household_id>")
@allow(Right.WORK_FUND)
def apply(household_id: str) -> Response:
    """申请救助."""
    by, now = actor(), clock.now()
    asked = Asked(FundAction.APPLY, content_of(FundAction.APPLY, request.form), sent_key())
    return _done(lambda session: fund.apply(session, household_id, asked, by, now))


@fund_room.get("/applications/<id:application_id>")
@allow(Right.READ_FUND)
@traced(Look.MONEY)
def application(application_id: str) -> str:
    """One application."""
    session, by, now = db.session(), actor(), clock.now()
    found = fund_list.application(session, by, application_id)
    done = fund_list.steps(session, found)
    names, at = regions.names(session, {found.village}), found.standing
    offered = _offered(found)
    return render_template(
        "fund_application.html", one=found, at=at, village=names.get(found.village, ""), today=china_day(now),
        steps=[(entry, fund_lines(masked(said)), number(entry.hash)) for entry, said in done],
        staff=staff_names(session, {entry.actor for entry, _said in done} | {who for _role, who in at.signed}),
        head=fund_list.heads(session, [found.household_id], by).get(found.household_id),
        actions=offered, left=outstanding(at), roles=Role.labels(), states=FundState.labels(), ways=FundWay.labels(),
        key=str(uuid7()), books=balances(session, found.village), pack=pack_of(found.pack, now),
        photos=sorted(photos(session, found.household_id)) if FundAction.PAY in offered else [],
    )  # fmt: skip


@fund_room.post("/applications/<id:application_id>")
@allow(Right.WORK_FUND)
def act(application_id: str) -> Response:
    """Do the next thing."""
    by, now, said = actor(), clock.now(), request.form.get("action", "")
    fund_list.application(db.session(), by, application_id)
    if said not in FundAction.labels():
        raise Problem(422, "no_action", _("不知道要办什么，请返回上一页再选"))
    asked = Asked(FundAction(said), content_of(FundAction(said), request.form), sent_key(), sent_seq())
    return _done(lambda session: fund.act(session, application_id, asked, by, now))


def _done(work: Callable[[Session], Entry]) -> Response:
    """Do it in one transaction, and go to the application."""
    entry = done(work)
    [said] = opened(db.session(), [entry])
    return redirect(url_for("fund_page.application", application_id=said["application_id"]), 303)


def _offered(found: FundApplication) -> list[FundAction]:
    """What the reader may do now."""
    at, by = found.standing, actor()
    several = [action for state, action in RULES if state is at.state]
    return [one for one in several if hands(at, one, by.username, by.role) is None]
