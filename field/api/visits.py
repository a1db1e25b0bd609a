"""走访接口: a visit from the phone, and a refused one handed to the town office."""

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, jsonify
from pydantic import Field
from sqlalchemy.orm import Session

from field import clock, mending
from field.api.describe import Strict, created, describe
from field.auth import actor
from field.db import db, transact
from field.ledger.receipts import number
from field.mending import warnings
from field.monitoring.repeats import OtherContent
from field.monitoring.timeline import masked
from field.monitoring.visiting.held import hand_over
from field.monitoring.visiting.visit_rules import definition, faults, plain
from field.monitoring.visiting.visits import Faulty, Recorded, record_visit, unfounded, unknown_beside
from field.problems import Problem
from field.registry.rights import Actor, Right

api = Blueprint("visits", __name__, url_prefix="/api")


class Receipt(Strict):
    """回执."""

    number: str
    entry_hash: str


class Warned(Strict):
    """要核对的一处: the check, what it says, and the page on which it is put right."""

    check: str
    message: str
    link: str


class VisitRecorded(Strict):
    """走访已入台账."""

    id: str
    receipt: Receipt
    evidence_missing: list[str]
    held: bool
    warnings: list[Warned]


class HandOver(Strict):
    """交乡镇处理."""

    visit: dict[str, Any]
    reason: str = Field(max_length=500)


class HandedOver(Strict):
    """已交乡镇."""

    receipt: Receipt


@api.post("/visits")
@describe(Right.RECORD_VISITS, "提交一次走访", {201: VisitRecorded, 200: VisitRecorded}, body=definition())
def post_visit(body: Any) -> Response:
    visit = plain(body)
    if found := faults(visit):
        raise Problem(422, "invalid", "有几处需要改一下，改好再保存", every(found, visit))
    by, now = actor(), clock.now()
    try:
        recorded, told = transact(lambda session: _record(session, visit, by, now))
    except Faulty as error:
        raise Problem(422, "invalid", "有几处需要改一下，改好再保存", error.faults) from error
    except OtherContent as error:
        raise Problem(409, "other_content", "这次走访已经入账，内容和这次交的不一样", more=both(error)) from error
    return created(_receipt(visit["id"], recorded) | {"warnings": told}, recorded.fresh)


def every(found: list[dict[str, str]], said: Any) -> list[dict[str, str]]:
    """The faults that the rules found, and beside them the people and places of it that there are none of."""
    beside = unknown_beside(db.session(), said, found, actor())
    return sorted([*found, *beside], key=lambda fault: fault["field"])


@api.post("/visits/held")
@describe(Right.RECORD_VISITS, "把没有收下的走访交给乡镇", {202: HandedOver}, body=HandOver)
def hand_over_visit(body: HandOver) -> Response:
    by, now = actor(), clock.now()
    entry = transact(lambda session: hand_over(session, body.visit, body.reason, by, now))
    answer = jsonify({"receipt": receipt(entry.hash)})
    answer.status_code = 202
    return answer


def _record(session: Session, visit: dict[str, Any], by: Actor, now: datetime) -> tuple[Recorded, list[dict[str, str]]]:
    """Record it; asked in the same transaction, what is to be checked costs no connection of its own."""
    recorded, home = record_visit(session, visit, by, now), visit["household_id"]
    if not recorded.ours:
        return recorded, []
    return recorded, mending.unfounded(unfounded(session, recorded.entry, visit), home) + warnings(session, home, now)


def both(error: OtherContent) -> dict[str, Any]:
    """Both versions, and of the one in the ledger its receipt and the photographs that are not here yet."""
    versions = {"kept": masked(error.kept), "sent": masked(error.sent)}
    return versions | {"receipt": receipt(error.entry.hash), "evidence_missing": error.missing}


def receipt(digest: str) -> dict[str, str]:
    """回执: the number of an entry by its hash, and that."""
    return {"number": number(digest), "entry_hash": digest}


def _receipt(visit_id: str, recorded: Recorded) -> dict[str, Any]:
    return {
        "id": visit_id,
        "receipt": receipt(recorded.entry.hash),
        "evidence_missing": recorded.missing,
        "held": recorded.held,
    }
