"""案子页: cases by urgency, one case with its steps and what is to be done next, and the public notice to print."""

import re
from collections.abc import Callable
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session
from uuid6 import uuid7
from werkzeug.wrappers import Response

from field import clock
from field.auth import actor, allow
from field.codes import CaseAction, CaseState, Kind, RiskFactor
from field.converters import IdConverter
from field.db import db, transact
from field.ledger.checkpoints import newest
from field.ledger.entries import Entry
from field.monitoring import cases
from field.monitoring.case_around import adults, ground, pack_of, photos
from field.monitoring.case_contents import Faults
from field.monitoring.case_course import OutOfOrder, Refused, WrongHands, same_hands
from field.monitoring.case_list import cases as listing
from field.monitoring.case_list import one_case, overdue, steps
from field.monitoring.case_rules import NOTICES, RULES, WAY_OUT, actions
from field.monitoring.cases import Asked, MonitoringCase, OtherContent, Stale
from field.monitoring.elimination import Condition, conditions
from field.monitoring.judgement import Basis
from field.monitoring.workdays import china_day
from field.problems import NOT_FOUND, Problem
from field.registry import regions
from field.registry.households import Household
from field.registry.regions import in_region
from field.registry.rights import Right
from field.registry.staff import staff_names
from field.web.case_words import case_lines, content_of, fault_words
from field.web.forms import asked_page, written

cases_room = Blueprint("cases_page", __name__, url_prefix="/cases")
PER_PAGE = 20
SHOWN = {*WAY_OUT, CaseState.MONITORED}


@cases_room.get("")
@allow(Right.READ_CASES)
def listed() -> str:
    """The cases of the reader's region."""
    session, by, page, day = db.session(), actor(), asked_page(), china_day(clock.now())
    state = request.args.get("state") if request.args.get("state") in CaseState.labels() else None
    found, total = listing(session, by, state, page, PER_PAGE)
    names = regions.names(session, {household.region for _case, household in found})
    return render_template(
        "cases.html", cases=found, total=total, page=page, pages=-(-total // PER_PAGE), state=state, names=names,
        states=CaseState.labels(), late=overdue(session, by, day), today=day,
        may_take_over=CaseAction.TAKE_OVER in actions(CaseState.LEAD, by.role),
    )  # fmt: skip


@cases_room.post("/from/<chain:chain_id>/<seq:seq>")
@allow(Right.WORK_CASES)
def begin(chain_id: str, seq: int) -> Response:
    """立案 from a lead; a second tap finds the case of the first."""
    asked, by, now = Asked(CaseAction.OPEN, {}, f"lead:{chain_id}:{seq}"), actor(), clock.now()
    return _done(lambda session: cases.open_case(session, chain_id, seq, asked, by, now))


@cases_room.post("")
@allow(Right.WORK_CASES)
def take_over() -> Response:
    """在册户接管, by the household's number, with a reason."""
    by, now, number = actor(), clock.now(), written("number")[:40]
    ours = select(Household.id).where(Household.number == number, in_region(Household.region, by.region))
    household_id = db.session.scalar(ours)
    if household_id is None:
        raise Problem(422, "no_household", _("没有找到这个户编号，请核对后再填"))
    asked = Asked(CaseAction.TAKE_OVER, {"note": written("note", needed=True)}, _key())
    return _done(lambda session: cases.take_over(session, household_id, asked, by, now))


@cases_room.get("/<id:case_id>")
@allow(Right.READ_CASES)
def one(case_id: str) -> str:
    """One case."""
    return _page(case_id, [])


@cases_room.post("/<id:case_id>")
@allow(Right.WORK_CASES)
def act(case_id: str) -> Any:
    """Do the next thing; what cannot be done is told on the same page, with what was written still there."""
    by, now, said = actor(), clock.now(), request.form.get("expected", "")
    one_case(db.session(), by, case_id)
    if (action := request.form.get("action", "")) not in CaseAction.labels():
        raise Problem(422, "no_action", _("不知道要办什么，请返回上一页再选"))
    expected = int(said) if said.isascii() and said.isdigit() and len(said) < 10 else 0
    asked = Asked(CaseAction(action), content_of(request.form), _key(), expected)
    try:
        return _done(lambda session: cases.act(session, case_id, asked, by, now))
    except Refused as error:
        return _page(case_id, error.faults), 422


@cases_room.get("/<id:case_id>/notice")
@allow(Right.READ_CASES)
def notice(case_id: str) -> str:
    """公示 to print: name and village, nothing else of the household."""
    case, household = one_case(db.session(), actor(), case_id)
    if case.begins is None:
        raise Problem(*NOT_FOUND)
    names = regions.names(db.session(), {household.region, household.region[:9]})
    leaving = case.state == CaseState.ELIMINATION_NOTICE
    checkpoint = newest(db.session())
    return render_template(
        "notice.html", case=case, household=household, names=names, leaving=leaving, checkpoint=checkpoint
    )


def _done(work: Callable[[Session], Entry]) -> Response:
    """Do it in one transaction, and go to the case."""
    try:
        entry = transact(work)
    except Stale:
        raise Problem(409, "stale", _("这个案子刚才有人办过一步，请刷新后再看，没有重复记录")) from None
    except OtherContent:
        raise Problem(409, "other_content", _("这一页已经交过别的内容，请刷新后再办")) from None
    except WrongHands as error:
        raise Problem(403, "wrong_hands", error.faults[0]["message"], error.faults) from None
    except OutOfOrder as error:
        raise Problem(409, "out_of_order", error.faults[0]["message"], error.faults) from None
    case = cases.case_of(db.session(), entry.chain_id)
    assert case is not None
    return redirect(url_for(".one", case_id=case.id), 303)


def _page(case_id: str, faults: Faults) -> str:
    session, by, now = db.session(), actor(), clock.now()
    case, household = one_case(session, by, case_id)
    done = steps(session, case)
    names = regions.names(session, {household.region})
    today = china_day(now)
    return render_template(
        "case.html", case=case, household=household, village=names.get(household.region, ""), today=today,
        steps=[(entry, said, case_lines(said)) for entry, said in done], needs=_needs, faults=fault_words(faults),
        staff=staff_names(session, {entry.actor for entry, _said in done}), filled=request.form,
        actions=_offered(case), conditions=_conditions(case, household), adults=adults(session, household.id, today),
        photos=sorted(photos(session, household.id)), key=str(uuid7()), states=CaseState.labels(),
        kinds=Kind.labels(), risks=RiskFactor.labels(), pack=pack_of(case.pack, now), State=CaseState,
    )  # fmt: skip


def _needs(case: MonitoringCase, action: CaseAction) -> str:
    return RULES[CaseState(case.state), action].needs


def _offered(case: MonitoringCase) -> list[CaseAction]:
    """What the reader may do now, the step itself first."""
    at, by = case.standing, actor()
    several = [one for one in actions(at.state, by.role) if same_hands(at, one, by.username) is None]
    if at.state in NOTICES:
        running = {CaseAction.ANSWER_OBJECTION} if at.stopped_on else {CaseAction.OBJECT, CaseAction.ADVANCE}
        not_now = {CaseAction.OBJECT, CaseAction.ANSWER_OBJECTION, CaseAction.ADVANCE, CaseAction.POST_NOTICE}
        not_now -= running if at.ends else {CaseAction.POST_NOTICE}
        several = [one for one in several if one not in not_now]
    return several


def _conditions(case: MonitoringCase, household: Household) -> list[Condition]:
    """消除条件, where the way out is near."""
    if CaseState(case.state) not in SHOWN:
        return []
    now = clock.now()
    pack, day = pack_of(case.pack, now), china_day(now)
    found = ground(db.session(), household, case.standing, Basis(pack, day))
    return conditions(found, pack.elimination, day)


def _key() -> str:
    """The page's own key, so that a second sending is the same."""
    sent = request.form.get("key", "")
    return sent if re.fullmatch(IdConverter.regex, sent) else str(uuid7())
