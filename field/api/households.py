"""农户接口: lists, one household, its entries, and what the phone takes along."""

from hashlib import sha256
from typing import Any, Literal

from flask import Blueprint, Response, json, request
from pydantic import Field, field_validator
from sqlalchemy import func, select

from field import clock
from field.api.describe import PageQuery, Strict, describe
from field.api.leads import TaskLine
from field.auth import actor
from field.db import db, transact
from field.ledger.entries import Entry, opened
from field.monitoring import grades, household_file, search, traces
from field.monitoring.household_file import Sought, forms, household_shown, lines, person_shown
from field.monitoring.timeline import entry_shown
from field.monitoring.todo import todo
from field.monitoring.todo_rows import Wanted
from field.registry import regions
from field.registry.rights import Right

api = Blueprint("households", __name__, url_prefix="/api")
PACK, TASKS = 500, 100


class HouseholdQuery(PageQuery):
    """农户查询条件."""

    region: str | None = Field(None, pattern="^[0-9]{2,12}$", max_length=12)
    kind: Literal["unstable", "marginal", "sudden", "any", "none"] | None = None
    grade: Literal["red", "orange", "yellow", "none", "any"] | None = None
    order: Literal["number", "longest_unvisited", "urgent"] = "number"
    q: str | None = Field(None, max_length=60)

    @field_validator("region", "kind", "grade", "q", mode="before")
    @classmethod
    def _empty_is_all(cls, value: object) -> object:
        return value or None


class HouseholdLine(Strict):
    """农户."""

    id: str
    number: str
    head: str
    village: str
    region: str
    kind: str | None
    persons: int
    group: str | None
    main_risk: str | None
    risk_factors: list[str]
    address: str | None
    formerly_poor: bool
    no_labour: bool
    identified_on: str | None
    last_visit_at: str | None
    grade: str


class RuleLine(Strict):
    """一条预警: the sentence that can be read to the family, its figures, and the entries that they are from."""

    rule: str
    name: str
    grade: str
    words: str
    figures: dict[str, int]
    sources: dict[str, int]


class FoundLine(HouseholdLine):
    """找到的一户: with who of it was meant by the words asked for, numbers masked."""

    matched: list[str]


class HouseholdPage(Strict):
    """农户一页."""

    items: list[FoundLine]
    total: int
    page: int
    per_page: int


class PersonLine(Strict):
    """人员, every number masked; money in 分."""

    id: str
    name: str
    sex: str | None
    relation: str | None
    birth_date: str | None
    id_number: str | None
    phone: str | None
    bank_account: str | None
    work_place: str | None
    work_place_name: str | None
    work: str | None
    months_away: int | None
    monthly_income: int | None
    health: str | None
    schooling: str | None
    labour: str | None
    left: str | None
    details: dict[str, Any]


class Said(Strict):
    """农户自己的话, which nobody has looked into yet; `since` as it was said, `amount` in 分, to `amount_max`."""

    source: str
    source_name: str
    channel_name: str
    at: str
    words: str
    risk_factors: list[str]
    since: str | None
    amount: int | None
    amount_max: int | None


class HelperLine(Strict):
    """专班成员."""

    name: str
    role: str
    unit: str | None


class HelpLine(Strict):
    """帮扶措施."""

    name: str
    risk_factor: str
    owner: str
    due_on: str
    state: str
    state_name: str
    done_on: str | None


class Help(Strict):
    """一户一策."""

    team: list[HelperLine]
    measures: list[HelpLine]


class CaseBrief(Strict):
    """一户的案子, and who has signed the consent that it needs."""

    id: str
    state: str
    state_name: str
    round: int
    due_on: str | None
    provisional: bool
    stopped: bool
    green: bool
    consents: list[dict[str, str]]


class RevisitDay(Strict):
    """下次回访: due on a day, and counted from another on."""

    nth: int
    due_on: str
    from_on: str


class HouseholdForm(HouseholdLine):
    """走访表需要的一户."""

    place: dict[str, float] | None
    persons: list[PersonLine]  # type: ignore[assignment]
    last_visit: dict[str, Any] | None
    rules: list[RuleLine]
    missing: list[str]
    said: list[Said]
    plan: Help
    case: CaseBrief | None
    revisit: RevisitDay | None


class Pack(Strict):
    """手机随身带的农户: those longest unvisited first, and what is to be done."""

    items: list[HouseholdForm]
    total: int
    tasks: list[TaskLine]


class HouseholdDetail(HouseholdLine):
    """一户一档."""

    members: list[PersonLine]
    rules: list[RuleLine]
    missing: list[str]


class EntryLine(Strict):
    """台账条目."""

    seq: int
    kind: str
    kind_name: str
    channel: str
    channel_name: str
    actor: str
    occurred_at: str
    recorded_at: str
    hash: str
    prev_hash: str
    receipt: str
    payload: Any


class EntryPage(Strict):
    """台账条目一页, oldest first."""

    items: list[EntryLine]
    total: int
    page: int
    per_page: int


class Reason(Strict):
    """查看原因."""

    reason: str = Field(min_length=2, max_length=200)


class Phone(Strict):
    """电话全号."""

    phone: str


@api.get("/households")
@describe(Right.READ_HOUSEHOLDS, "农户列表", {200: HouseholdPage}, query=HouseholdQuery)
def list_households(query: HouseholdQuery) -> dict[str, Any]:
    found, total = household_file.households(db.session(), actor(), Sought(**query.model_dump()))
    meant: dict[str, list[str]] = {}
    if query.q:
        words = search.read(db.session(), query.region or actor().region, query.q)
        meant = search.matched(db.session(), words, [one.id for one in found])
    items = [line | {"matched": meant.get(line["id"], [])} for line in lines(db.session(), found)]
    return {"items": items, "total": total, "page": query.page, "per_page": query.per_page}


@api.get("/households/<id:household_id>")
@describe(Right.READ_HOUSEHOLDS, "一户", {200: HouseholdDetail})
def one_household(household_id: str) -> dict[str, Any]:
    one = household_file.household(db.session(), actor(), household_id)
    members = household_file.people(db.session(), [one.id])[one.id]
    names = regions.names(db.session(), {one.region} | {person.work_place or "" for person in members})
    risk = grades.risk_shown(grades.risks(db.session(), [one.id])[one.id])
    return {**household_shown(one, names), **risk, "members": [person_shown(person, names) for person in members]}


@api.get("/households/<id:household_id>/entries")
@describe(Right.READ_HOUSEHOLDS, "一户的台账", {200: EntryPage}, query=PageQuery)
def household_entries(household_id: str, query: PageQuery) -> dict[str, Any]:
    one = household_file.household(db.session(), actor(), household_id)
    chain = Entry.chain_id == one.id
    total = db.session.scalar(select(func.count()).select_from(Entry).where(chain))
    page = select(Entry).where(chain).order_by(Entry.seq)
    entries = db.session.scalars(page.offset((query.page - 1) * query.per_page).limit(query.per_page)).all()
    payloads = opened(db.session(), entries)
    items = [entry_shown(entry, payload) for entry, payload in zip(entries, payloads, strict=True)]
    return {"items": items, "total": total, "page": query.page, "per_page": query.per_page}


@api.get("/households/<id:household_id>/form")
@describe(Right.READ_HOUSEHOLDS, "一户的走访表", {200: HouseholdForm})
def household_form(household_id: str) -> Response:
    one = household_file.household(db.session(), actor(), household_id, Right.RECORD_VISITS)
    return _remembered(forms(db.session(), [one])[0])


@api.get("/pack")
@describe(Right.RECORD_VISITS, "手机随身带的农户", {200: Pack})
def pack() -> Response:
    sought = Sought(order="longest_unvisited", per_page=PACK)
    found, total = household_file.households(db.session(), actor(), sought)
    waiting, _ = todo(db.session(), Wanted(actor(), clock.now(), per_page=TASKS))
    return _remembered({"items": forms(db.session(), found), "total": total, "tasks": waiting})


@api.post("/people/<id:person_id>/phone")
@describe(Right.REVEAL_NUMBERS, "查看电话全号(留痕)", {200: Phone}, body=Reason)
def reveal_phone(person_id: str, body: Reason) -> dict[str, Any]:
    by, now = actor(), clock.now()
    phone = transact(lambda session: traces.reveal_phone(session, person_id, by, body.reason, now))
    return {"phone": phone}


def _remembered(answer: dict[str, Any]) -> Response:
    """An answer that the phone need not fetch again while nothing has changed."""
    body = json.dumps(answer, ensure_ascii=False)
    response = Response(body, content_type="application/json")
    response.set_etag(sha256(body.encode()).hexdigest()[:32])
    response.headers["Cache-Control"] = "private, no-cache"
    response.make_conditional(request)
    return response
