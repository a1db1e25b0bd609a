"""线索接口: what came in, what is to be done, and whose it is."""

from typing import Any, Literal

from flask import Blueprint
from pydantic import Field

from field import clock
from field.api.describe import Page, PageQuery, Region, Strict, describe, paged
from field.auth import actor
from field.codes import Grade, Source, TaskKind
from field.db import db, transact
from field.monitoring.duties.todo import todo
from field.monitoring.duties.todo_rows import Wanted
from field.monitoring.leads import lead_list
from field.monitoring.leads.attaching import AlreadyAttached, attach
from field.monitoring.traces import Look
from field.problems import Problem
from field.registry.rights import NotAllowed, Right
from field.traced import traced

api = Blueprint("leads", __name__, url_prefix="/api")


class OpenQuery(PageQuery):
    """未办的, or all."""

    state: Literal["open", "all"] = "open"


class LeadQuery(OpenQuery):
    """线索查询条件."""

    region: Region | None = None
    source: Literal["declaration", "visit", "screening", "analysis", "checkin"] | None = None
    kind: Literal["hardship", "out_of_touch", "income", "warning"] | None = None


class TaskQuery(OpenQuery):
    """待办的查询条件; `mine` leaves out what others receive first."""

    view: Literal["all", "mine"] = "all"
    kind: Literal[tuple(TaskKind.labels())] | None = None  # type: ignore[valid-type]
    source: Literal[tuple(Source.labels())] | None = None  # type: ignore[valid-type]
    region: Region | None = None
    grade: Literal[tuple(Grade.labels())] | None = None  # type: ignore[valid-type]
    late: Literal["yes"] | None = None


class Again(Strict):
    """又说一次: what the household said of the same before anybody came."""

    channel: str
    at: str
    receipt: str
    words: str


class Closed(Strict):
    """了结: as what the case of the lead's household ended, and when."""

    why: str
    name: str
    at: str


class LeadLine(Strict):
    """线索; `state` is open, checked (at the door) or closed (with its household's leaving)."""

    id: str
    chain_id: str
    seq: int
    kind: str
    kind_name: str
    source: str
    source_name: str
    channel: str
    state: str
    closed: Closed | None
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
    again: list[Again]
    warned: str
    opened_at: str
    receipt: str


class LeadPage(Page):
    """线索一页, newest first."""

    items: list[LeadLine]


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
    group: str | None
    household_id: str | None
    person_id: str | None
    head: str | None
    opened_at: str
    due_at: str
    grade: str
    why: str
    late: bool
    level: str | None
    last_visit_at: str | None
    case_id: str | None
    own_hands: bool
    application_id: str | None
    reason: str | None
    leads: int


class TaskPage(Page):
    """待办一页, most urgent first."""

    items: list[TaskLine]


class Attachment(Strict):
    """线索归户."""

    chain_id: str = Field(max_length=36)
    seq: int = Field(ge=1, le=2**31 - 1)
    household_id: str = Field(max_length=36)


class Attached(Strict):
    """已归户."""

    household_id: str


@api.get("/leads")
@describe(Right.READ_LEADS, "线索", {200: LeadPage}, query=LeadQuery)
@traced(Look.LIST)
def list_leads(query: LeadQuery) -> dict[str, Any]:
    sought = lead_list.Sought(query.region, query.source, query.kind)
    items, total = lead_list.leads(db.session(), actor(), query.state == "open", query.page, query.per_page, sought)
    return paged(items, total, query)


@api.get("/tasks")
@describe(Right.READ_LEADS, "待办", {200: TaskPage}, query=TaskQuery)
@traced(Look.LIST)
def list_tasks(query: TaskQuery) -> dict[str, Any]:
    if query.region and not actor().may(Right.READ_LEADS, query.region):
        raise NotAllowed
    wanted = Wanted(
        actor(), clock.now(), query.state == "open", query.view == "mine", query.kind, query.source, query.region,
        query.grade, query.late == "yes", query.page, query.per_page,
    )  # fmt: skip
    items, total = todo(db.session(), wanted)
    return paged(items, total, query)


@api.post("/leads/attach")
@describe(Right.ATTACH_LEADS, "线索归户", {200: Attached}, body=Attachment)
def attach_lead(body: Attachment) -> dict[str, Any]:
    by, now = actor(), clock.now()
    try:
        transact(lambda session: attach(session, body.chain_id, body.seq, body.household_id, by, now))
    except AlreadyAttached as error:
        raise Problem(409, "already_attached", "这条线索已经归到一户了") from error
    return {"household_id": body.household_id}
