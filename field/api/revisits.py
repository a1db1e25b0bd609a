"""回访接口: a revisit from the phone."""

from typing import Any

from flask import Blueprint, Response

from field import clock
from field.api.describe import Strict, created, describe
from field.api.visits import Receipt, Warned, both, every, receipt
from field.auth import actor
from field.db import db, transact
from field.mending import warnings
from field.monitoring.cases.revisit_schedule import done_by
from field.monitoring.cases.revisits import NotEliminated, record_revisit
from field.monitoring.repeats import OtherContent
from field.monitoring.visiting.visit_rules import definition, faults, plain
from field.monitoring.visiting.visits import Faulty
from field.problems import Problem
from field.registry.rights import Right

api = Blueprint("revisits", __name__, url_prefix="/api")


class RevisitRecorded(Strict):
    """回访已入台账: `nth` are the scheduled revisits that it did; none for one beyond the schedule."""

    id: str
    receipt: Receipt
    evidence_missing: list[str]
    nth: list[int]
    held: bool
    warnings: list[Warned]


@api.post("/revisits")
@describe(Right.RECORD_VISITS, "提交一次回访", {201: RevisitRecorded, 200: RevisitRecorded}, body=definition("revisit"))
def post_revisit(body: Any) -> Response:
    said = plain(body)
    if found := faults(said, "revisit"):
        raise Problem(422, "invalid", "有几处需要改一下，改好再保存", every(found, said))
    by, now = actor(), clock.now()
    try:
        done = transact(lambda session: record_revisit(session, said, by, now))
    except Faulty as error:
        raise Problem(422, "invalid", "有几处需要改一下，改好再保存", error.faults) from error
    except OtherContent as error:
        raise Problem(409, "other_content", "这次回访已经入账，内容和这次交的不一样", more=both(error)) from error
    except NotEliminated as error:
        raise Problem(409, "not_eliminated", "这一户没有消除过风险，不用回访，请改用走访") from error
    entry = done.entry
    answer = {"id": said["id"], "receipt": receipt(entry.hash)}
    answer |= {"evidence_missing": done.missing, "nth": done_by(db.session(), entry.chain_id, entry.seq)}
    answer |= {"held": done.held, "warnings": warnings(db.session(), entry.chain_id, now) if done.ours else []}
    return created(answer, done.fresh)
