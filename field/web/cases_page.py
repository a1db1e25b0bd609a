"""案子页: cases by urgency, one case with its steps and what is to be done next."""

from collections.abc import Callable
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session
from uuid6 import uuid7
from werkzeug.wrappers import Response

from field import clock
from field.auth import actor, allow
from field.case_codes import CaseAction, CaseState
from field.casework import done
from field.codes import Channel, RiskFactor, Role
from field.db import db
from field.help_codes import MeasureState, TeamRole
from field.ledger.entries import Entry
from field.mending import mend
from field.messaging.understanding.places import name_of
from field.monitoring.cases import cases
from field.monitoring.cases.case_around import adults, kind_name, pack_of, papers, seen
from field.monitoring.cases.case_list import merged, one_case, overdue, steps
from field.monitoring.cases.case_offers import LATE, RIPE, chosen, met, offered, stays
from field.monitoring.cases.case_rules import HOLDERS, NOTICES, RULES, actions
from field.monitoring.cases.cases import Asked, MonitoringCase
from field.monitoring.cases.consents import consented
from field.monitoring.cases.revisit_schedule import next_days
from field.monitoring.checks.quality import of_household, terms
from field.monitoring.help.measures import counted
from field.monitoring.leads.lead_list import since
from field.monitoring.policy.shelf import shelf
from field.monitoring.risk.grades import risks
from field.monitoring.timeline import masked
from field.monitoring.traces import Look
from field.monitoring.workdays import china_day, due
from field.problems import Problem
from field.registry import reach, regions
from field.registry.households import Household
from field.registry.regions import in_region
from field.registry.rights import Right
from field.registry.staff import staff_names
from field.sentences import Series
from field.traced import traced
from field.web.asked import asked_code, asked_page
from field.web.case_words import case_lines, content_of
from field.web.forms import at_fields, lacking, sent_key, sent_seq, written
from field.web.plan_words import plan_shown

cases_room = Blueprint("cases_page", __name__, url_prefix="/cases")
PER_PAGE = 20
NOBODY = f"{UUID(int=0)}"


@cases_room.get("")
@allow(Right.READ_CASES)
@traced(Look.LIST)
def listed() -> str:
    """The cases of the reader's region."""
    session, by, page, day = db.session(), actor(), asked_page(), china_day(clock.now())
    choices = {RIPE: _("可以提出消除的"), LATE: _("已经过期的"), **CaseState.labels()}
    state = asked_code("state", choices)
    found, total = chosen(session, by, state, page, PER_PAGE, clock.now())
    names = regions.names(session, {household.region for _case, household in found})
    return render_template(
        "cases.html", cases=found, total=total, page=page, pages=-(-total // PER_PAGE), state=state, names=names,
        states=CaseState.labels(), actions=CaseAction.labels(), choices=choices, today=day,
        late=overdue(session, by, day),
        measures=counted(session, by, day),
        may_take_over=CaseAction.TAKE_OVER in actions(CaseState.LEAD, by.role),
        number=request.args.get("number", "")[:40],
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
    """补立案, by the household's number, with a reason."""
    by, now = actor(), clock.now()
    household_id = _numbered("number", by.region)
    unknown = [] if household_id else [{"field": "number", "message": _("没有找到这个户编号，请核对后再填")}]
    if household_id is None or lacking("note"):
        raise at_fields([*unknown, *lacking("note")])
    asked = Asked(CaseAction.TAKE_OVER, {"note": written("note")}, sent_key())
    return _done(lambda session: cases.take_over(session, household_id, asked, by, now))


@cases_room.get("/of/<id:household_id>")
@allow(Right.READ_CASES)
def of(household_id: str) -> Response:
    """The case of a household; where there is none, the form by which it is taken over."""
    session = db.session()
    found = reach.household(session, actor(), household_id)
    if case := cases.case_of(session, found.id):
        return redirect(url_for(".one", case_id=case.id))
    return redirect(url_for(".listed", number=found.number, _anchor="take_over"))


@cases_room.get("/<id:case_id>")
@allow(Right.READ_CASES)
@traced(Look.CASE)
def one(case_id: str) -> str:
    """One case."""
    session, by, now = db.session(), actor(), clock.now()
    case, household = one_case(session, by, case_id)
    several = steps(session, case)
    names = regions.names(session, {household.region})
    today, pack = china_day(now), pack_of(case.pack, now)
    conditions = met(session, case, household, now)
    least = due(today, pack.notice.days, pack.notice.counting, shelf().holidays).day
    return render_template(
        "case.html", case=case, household=household, village=names.get(household.region, ""), today=today, least=least,
        steps=[(entry, said, case_lines(masked(said))) for entry, said in several], needs=_needs,
        staff=staff_names(session, {entry.actor for entry, _said in several}),
        actions=offered(case, by, conditions), conditions=conditions, stays=stays(conditions),
        adults=adults(session, household.id, today), photos=papers(session, household.id),
        consented=consented(session, household.id, case.heard_at),
        key=str(uuid7()), states=CaseState.labels(),
        told=seen(session, [household.id]).get(household.id) or household.risk_factors,
        kinds={one.code: kind_name(one.code, case.pack) for one in pack.kind}, risks=RiskFactor.labels(), pack=pack,
        State=CaseState, channels=Channel.labels(),
        plan=plan_shown(session, household, by.role, today), measure_states=MeasureState.labels(),
        roles=TeamRole.labels(), doubts=of_household(session, household.id, terms(now)), mend=mend,
        leads=since(session, household.id, case.heard_at), revisit=next_days(session, [household.id]).get(household.id),
        merged=merged(session, household.id, by), risk=risks(session, [household.id])[household.id],
        holders=Series(one.label for one in Role if one in _holders(case)),
        leaving=CaseAction.label_of(case.leaving["action"]) if case.leaving else None, into=_into(case),
        moving_to=name_of(case.leaving["division"]) if case.leaving and case.leaving.get("division") else None,
        noticed=case.state in NOTICES or any(said["from"] in NOTICES for _entry, said in several),
    )  # fmt: skip


@cases_room.post("/<id:case_id>")
@allow(Right.WORK_CASES)
def act(case_id: str) -> Response:
    """Do the next thing."""
    by, now = actor(), clock.now()
    one_case(db.session(), by, case_id)
    if (action := request.form.get("action", "")) not in CaseAction.labels():
        raise Problem(422, "no_action", _("不知道要办什么，请返回上一页再选"))
    content = content_of(request.form)
    if "into" in request.form:
        content["into"] = _numbered("into") or NOBODY
    asked = Asked(CaseAction(action), content, sent_key(), sent_seq())
    return _done(lambda session: cases.act(session, case_id, asked, by, now))


def _numbered(name: str, region: str | None = None) -> str | None:
    """A household's id by the number in a field of the form, in a region or in the whole county."""
    found = select(Household.id).where(Household.number == written(name)[:40])
    return db.session.scalar(found.where(in_region(Household.region, region)) if region else found)


def _done(work: Callable[[Session], Entry]) -> Response:
    """Do it in one transaction, and go to the case."""
    case = cases.case_of(db.session(), done(work).chain_id)
    assert case is not None
    return redirect(url_for(".one", case_id=case.id), 303)


def _holders(case: MonitoringCase) -> frozenset[Role]:
    """Whose turn it is: the step's, or the county's where leaving was proposed."""
    return frozenset((Role.COUNTY,)) if case.leaving else HOLDERS.get(CaseState(case.state), frozenset())


def _into(case: MonitoringCase) -> Household | None:
    """The household of a merge that waits for the county, as far as it is the reader's to see."""
    other = db.session.get(Household, case.leaving["into"]) if case.leaving and case.leaving["into"] else None
    return other if other and actor().may(Right.READ_HOUSEHOLDS, other.region) else None


def _needs(case: MonitoringCase, action: CaseAction) -> str:
    return RULES[CaseState(case.state), action].needs
