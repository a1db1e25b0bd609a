"""农户接口: lists, one household, its entries, and what the phone takes along."""

from hashlib import sha256
from typing import Any

from flask import Blueprint, Response, json, request
from sqlalchemy import func, select

from field import clock
from field.api.describe import PageQuery, describe, paged
from field.api.household_shapes import (
    EntryPage,
    HouseholdDetail,
    HouseholdForm,
    HouseholdPage,
    HouseholdQuery,
    Pack,
    Phone,
    Reason,
    TypedWords,
)
from field.auth import actor
from field.db import db, transact
from field.ledger.entries import Entry, opened
from field.monitoring import household_file, search, traces
from field.monitoring.duties.todo import todo
from field.monitoring.duties.todo_rows import Wanted
from field.monitoring.household_file import Sought, forms, household_shown, lines, person_shown
from field.monitoring.risk import grades
from field.monitoring.timeline import entry_shown, shortened
from field.monitoring.traces import Look
from field.registry import reach, regions
from field.registry.rights import Right
from field.registry.search_keys import letters
from field.traced import trace_found, traced

api = Blueprint("households", __name__, url_prefix="/api")
PACK, TASKS = 500, 100


@api.get("/households")
@describe(Right.READ_HOUSEHOLDS, "农户列表", {200: HouseholdPage}, query=HouseholdQuery)
@traced(Look.LIST)
def list_households(query: HouseholdQuery) -> dict[str, Any]:
    found, total = household_file.households(db.session(), actor(), Sought(**query.model_dump()))
    meant: dict[str, list[str]] = {}
    if query.q:
        words = search.read(db.session(), query.region or actor().region, query.q)
        meant = search.matched(db.session(), words, [one.id for one in found])
    items = [line | {"matched": meant.get(line["id"], [])} for line in lines(db.session(), found)]
    if query.q:
        trace_found([item["id"] for item in items], total)
    return paged(items, total, query)


@api.get("/households/<id:household_id>")
@describe(Right.READ_HOUSEHOLDS, "一户", {200: HouseholdDetail})
@traced(Look.FILE)
def one_household(household_id: str) -> dict[str, Any]:
    one = reach.household(db.session(), actor(), household_id)
    members = household_file.people(db.session(), [one.id])[one.id]
    names = regions.names(db.session(), {one.region} | {person.work_place or "" for person in members})
    risk = grades.risk_shown(grades.risks(db.session(), [one.id])[one.id])
    return {**household_shown(one, names), **risk, "members": [person_shown(person, names) for person in members]}


@api.get("/households/<id:household_id>/entries")
@describe(Right.READ_HOUSEHOLDS, "一户的台账", {200: EntryPage}, query=PageQuery)
@traced(Look.FILE)
def household_entries(household_id: str, query: PageQuery) -> dict[str, Any]:
    one = reach.household(db.session(), actor(), household_id)
    chain = Entry.chain_id == one.id
    total = db.session.scalar(select(func.count()).select_from(Entry).where(chain)) or 0
    page = select(Entry).where(chain).order_by(Entry.seq)
    entries = db.session.scalars(page.offset((query.page - 1) * query.per_page).limit(query.per_page)).all()
    payloads = opened(db.session(), entries)
    items = [entry_shown(entry, payload) for entry, payload in zip(entries, payloads, strict=True)]
    return paged(items, total, query)


@api.get("/households/<id:household_id>/form")
@describe(Right.READ_HOUSEHOLDS, "一户的走访表", {200: HouseholdForm})
@traced(Look.FILE)
def household_form(household_id: str) -> Response:
    one = reach.household(db.session(), actor(), household_id, Right.RECORD_VISITS)
    return _remembered(forms(db.session(), [one])[0])


@api.get("/pack")
@describe(Right.RECORD_VISITS, "手机随身带的农户", {200: Pack})
@traced(Look.CARRIED)
def pack() -> Response:
    if actor().parted:
        return _remembered({"items": [], "total": 0, "tasks": []})
    sought = Sought(order="longest_unvisited", per_page=PACK)
    found, total = household_file.households(db.session(), actor(), sought)
    waiting, _ = todo(db.session(), Wanted(actor(), clock.now(), per_page=TASKS))
    keys = letters(db.session(), [one.id for one in found])
    items = [form | {"keys": keys.get(form["id"], [])} for form in forms(db.session(), found)]
    return _remembered({"items": items, "total": total, "tasks": waiting})


@api.post("/people/<id:person_id>/phone")
@describe(Right.REVEAL_NUMBERS, "查看电话全号（留痕）", {200: Phone}, body=Reason)
def reveal_phone(person_id: str, body: Reason) -> dict[str, Any]:
    by, now = actor(), clock.now()
    phone = transact(lambda session: traces.reveal_phone(session, person_id, by, body.reason, now))
    return {"phone": phone}


@api.post("/households/<id:household_id>/entries/<seq:seq>/words")
@describe(Right.REVEAL_NUMBERS, "查看一条记录的原话，号码不遮（留痕）", {200: TypedWords}, body=Reason)
def reveal_words(household_id: str, seq: int, body: Reason) -> dict[str, Any]:
    by, now = actor(), clock.now()
    entry = transact(lambda session: traces.reveal_words(session, household_id, seq, by, body.reason, now))
    [payload] = opened(db.session(), [entry])
    return {"items": [{"field": path, "text": text} for path, text in shortened(payload)]}


def _remembered(answer: dict[str, Any]) -> Response:
    """An answer that the phone need not fetch again while nothing has changed."""
    body = json.dumps(answer, ensure_ascii=False)
    response = Response(body, content_type="application/json")
    response.set_etag(sha256(body.encode()).hexdigest()[:32])
    response.headers["Cache-Control"] = "private, no-cache"
    response.make_conditional(request)
    return response
