"""名单接口: a department's system sends a list and reads what became of each row."""

from typing import Any, Literal

from flask import Blueprint, Response, jsonify
from pydantic import Field

from field import clock
from field.api.describe import Id, Page, PageQuery, Strict, describe, paged
from field.api.visits import Warned
from field.at_hand import vault
from field.auth import actor
from field.china_time import written
from field.db import db, transact
from field.jobs.screening_import import job_of, take_in
from field.ledger.receipts import number
from field.mending import beside_answers
from field.monitoring.screening.screening import Filing, OtherContent
from field.monitoring.screening.screening_answers import answers, counts, lists, readable
from field.monitoring.screening.screening_lists import ScreeningList, digest
from field.monitoring.traces import Look
from field.monitoring.workdays import china_day
from field.problems import NOT_FOUND, Problem
from field.registry.rights import Right
from field.registry.screening_reading import packed, read_json
from field.registry.villages import village_names
from field.traced import traced

api = Blueprint("screening", __name__, url_prefix="/api")
MOST_AT_ONCE = 2000


class SentList(Strict):
    """部门名单: rows with name, id_number or birth_date and village, reason, issued_on, and money in 分."""

    id: Id
    title: str = Field(min_length=1, max_length=60, pattern=r"\S")
    rows: list[dict[str, Any]] = Field(min_length=1, max_length=MOST_AT_ONCE)


class RowFault(Strict):
    """一处错."""

    field: str
    message: str


class RowAnswer(Strict):
    """一行的答复; `warnings` are for readers of households, not departments; `sheet` is null for systems' lists."""

    sheet: str | None
    row: int
    name: str | None
    id_number: str | None
    reason: str | None
    reason_name: str
    answer: str
    answer_name: str
    words: str
    errors: list[RowFault]
    warnings: list[Warned]


class ListLine(Strict):
    """一份名单, with how many rows were answered how; `job` while the worker answers a long one."""

    id: str
    title: str
    department: str
    rows: int
    filed_at: str
    receipt: str
    counts: dict[str, int]
    answered: int
    state: Literal["answered", "queued", "running", "failed", "cancelled"]
    job: str | None


class ListAnswers(ListLine):
    """名单和答复; rows are numbered as they were sent, from 1."""

    answers: list[RowAnswer]


class ListPage(Page):
    """名单一页, newest first."""

    items: list[ListLine]


class AnswerQuery(Strict):
    """从哪一行以后."""

    after: int = Field(0, ge=0, le=1_000_000)
    per_page: int = Field(200, ge=1, le=500)


@api.post("/screening")
@describe(Right.SEND_SCREENING, "报送部门名单", {201: ListAnswers, 200: ListAnswers, 202: ListAnswers}, body=SentList)
def send_list(body: SentList) -> Response:
    by, now = actor(), clock.now()
    rows = read_json(body.rows, village_names(db.session(), by.region), china_day(now))
    filing = Filing(body.id, " ".join(body.title.split()), len(rows), digest(by.username, by.region, packed(rows)))
    try:
        taken = transact(lambda session: take_in(session, vault(), filing, rows, by, now))
    except OtherContent:
        raise Problem(409, "other_content", "这个编号已经交过别的名单，没有收下") from None
    listed = db.session.get_one(ScreeningList, taken.listed.id)
    shown = jsonify(_with_answers(listed, 0, 200))
    waits = taken.fresh and listed.job_id is not None
    shown.status_code = 202 if waits else 201 if taken.fresh else 200
    return shown


@api.get("/screening")
@describe(Right.READ_SCREENING, "部门名单", {200: ListPage}, query=PageQuery)
def list_lists(query: PageQuery) -> dict[str, Any]:
    found, total = lists(db.session(), actor(), query.page, query.per_page)
    tallies = counts(db.session(), [one.id for one in found])
    items = [_line(one, tallies[one.id]) for one in found]
    return paged(items, total, query)


@api.get("/screening/<id:list_id>")
@describe(Right.READ_SCREENING, "一份名单的答复", {200: ListAnswers}, query=AnswerQuery)
@traced(Look.LIST)
def one_list(list_id: str, query: AnswerQuery) -> dict[str, Any]:
    listed = readable(db.session(), list_id, actor())
    if listed is None:
        raise Problem(*NOT_FOUND)
    return _with_answers(listed, query.after, query.per_page)


def _with_answers(listed: ScreeningList, after: int, most: int) -> dict[str, Any]:
    session = db.session()
    tally = counts(session, [listed.id])[listed.id]
    told = beside_answers(session, answers(session, listed, after, most), clock.now())
    return _line(listed, tally) | {"answers": told}


def _line(listed: ScreeningList, tally: dict[str, int]) -> dict[str, Any]:
    job = job_of(db.session(), listed)
    return {
        "id": listed.id, "title": listed.title, "department": listed.department, "rows": listed.rows,
        "filed_at": written(listed.filed_at),
        "receipt": number(listed.hash), "counts": tally, "answered": sum(tally.values()),
        "state": "answered" if job is None or job.state == "done" else job.state, "job": listed.job_id,
    }  # fmt: skip
