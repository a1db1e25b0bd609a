"""案子接口: cases by urgency, one with its steps and what may be done next, and the doing of it."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response
from sqlalchemy.orm import Session

from field import clock
from field.api.case_shapes import CaseDetail, CasePage, CaseQuery, NewCase, NewStep, StepRecorded
from field.api.describe import created, describe, paged
from field.api.visits import receipt
from field.auth import actor
from field.case_codes import CaseAction, CaseState
from field.casework import done
from field.db import db
from field.ledger.entries import Entry, fresh, opened
from field.mending import warnings
from field.monitoring.cases import case_view, cases
from field.monitoring.cases.case_list import one_case
from field.monitoring.cases.case_offers import chosen
from field.monitoring.cases.cases import Asked
from field.monitoring.refusals import Refused
from field.monitoring.traces import Look
from field.problems import Problem
from field.registry import regions
from field.registry.rights import Right
from field.traced import traced

api = Blueprint("cases", __name__, url_prefix="/api")


@api.get("/cases")
@describe(Right.READ_CASES, "案子列表", {200: CasePage}, query=CaseQuery)
@traced(Look.LIST)
def list_cases(query: CaseQuery) -> dict[str, Any]:
    session = db.session()
    found, total = chosen(session, actor(), query.state, query.page, query.per_page, clock.now(), query.region)
    names = regions.names(session, {household.region for _case, household in found})
    items = [case_view.line(case, household, names) for case, household in found]
    return paged(items, total, query)


@api.get("/cases/<id:case_id>")
@describe(Right.READ_CASES, "一个案子", {200: CaseDetail})
@traced(Look.CASE)
def one(case_id: str) -> dict[str, Any]:
    session, by = db.session(), actor()
    case, household = one_case(session, by, case_id)
    return case_view.whole(session, case, household, by, clock.now())


@api.post("/cases")
@describe(Right.WORK_CASES, "立案，或给名册上的监测户补立案", {201: StepRecorded, 200: StepRecorded}, body=NewCase)
def begin(body: NewCase) -> Response:
    by, now = actor(), clock.now()
    if body.lead is None:
        asked, home = Asked(CaseAction.TAKE_OVER, body.content, body.key), body.household_id or ""
        return _recorded(lambda session: cases.take_over(session, home, asked, by, now))
    chain, seq = body.lead.chain_id, body.lead.seq
    asked = Asked(CaseAction.OPEN, body.content, f"lead:{chain}:{seq}")  # whoever opens it, it is opened once
    return _recorded(lambda session: cases.open_case(session, chain, seq, asked, by, now))


@api.post("/cases/<id:case_id>/steps")
@describe(Right.WORK_CASES, "办一步", {201: StepRecorded, 200: StepRecorded}, body=NewStep)
def step(case_id: str, body: NewStep) -> Response:
    by, now = actor(), clock.now()
    asked = Asked(body.action, body.content, body.key, body.expected)
    return _recorded(lambda session: cases.act(session, case_id, asked, by, now))


def _recorded(work: Callable[[Session], Entry]) -> Response:
    try:
        entry = done(work)
    except Refused as error:
        raise Problem(422, "invalid", "还差几样，什么都没有记，补上再办", error.faults) from None
    [said] = opened(db.session(), [entry])
    answer = {"case_id": said["case_id"], "seq": entry.seq, "state": said["to"], "due_on": said["due_on"]}
    answer |= {"state_name": CaseState.label_of(said["to"]), "receipt": receipt(entry.hash)}
    answer |= {"warnings": warnings(db.session(), entry.chain_id, clock.now())}
    return created(answer, fresh(entry))
