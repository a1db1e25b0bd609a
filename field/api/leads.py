"""线索接口: what came in, what is to be done, and whose it is."""

from typing import Any, Literal

from flask import Blueprint
from pydantic import Field

from field import clock
from field.api.describe import PageQuery, Strict, describe
from field.auth import actor
from field.db import db, transact
from field.monitoring import grades, leads
from field.monitoring.attaching import AlreadyAttached, attach
from field.problems import Problem
from field.registry.rights import Right

api = Blueprint("leads", __name__, url_prefix="/api")


class OpenQuery(PageQuery):
    """未办的, or all."""

    state: Literal["open", "all"] = "open"


class LeadLine(Strict):
    """线索."""

    id: str
    chain_id: str
    seq: int
    kind: str
    kind_name: str
    source: str
    source_name: str
    channel: str
    state: str
    region: str
    village: str
    household_id: str | None
    person_id: str | None
    head: str | None
    risk_factors: list[str]
    why: str | None
    grade: str | None
    traces: list[int]
    words: str
    warned: str
    opened_at: str
    receipt: str


class LeadPage(Strict):
    """线索一页, newest first."""

    items: list[LeadLine]
    total: int
    page: int
    per_page: int


class TaskLine(Strict):
    """待办."""

    id: str
    kind: str
    kind_name: str
    source: str
    source_name: str
    state: str
    region: str
    village: str
    household_id: str | None
    person_id: str | None
    head: str | None
    opened_at: str
    due_at: str
    grade: str
    why: str


class TaskPage(Strict):
    """待办一页, most urgent first."""

    items: list[TaskLine]
    total: int
    page: int
    per_page: int


class Attachment(Strict):
    """线索归户."""

    chain_id: str = Field(max_length=36)
    seq: int = Field(ge=1, le=2**31 - 1)
    household_id: str = Field(max_length=36)


class Attached(Strict):
    """已归户."""

    household_id: str


@api.get("/leads")
@describe(Right.READ_LEADS, "线索", {200: LeadPage}, query=OpenQuery)
def list_leads(query: OpenQuery) -> dict[str, Any]:
    items, total = leads.leads(db.session(), actor(), query.state == "open", query.page, query.per_page)
    return {"items": items, "total": total, "page": query.page, "per_page": query.per_page}


@api.get("/tasks")
@describe(Right.READ_LEADS, "待办", {200: TaskPage}, query=OpenQuery)
def list_tasks(query: OpenQuery) -> dict[str, Any]:
    items, total = grades.tasks(db.session(), actor(), query.state == "open", query.page, query.per_page)
    return {"items": items, "total": total, "page": query.page, "per_page": query.per_page}


@api.post("/leads/attach")
@describe(Right.ATTACH_LEADS, "线索归户", {200: Attached}, body=Attachment)
def attach_lead(body: Attachment) -> dict[str, Any]:
    by, now = actor(), clock.now()
    try:
        transact(lambda session: attach(session, body.chain_id, body.seq, body.household_id, by, now))
    except AlreadyAttached as error:
        raise Problem(409, "already_attached", "这条线索已经归到一户了") from error
    return {"household_id": body.household_id}
