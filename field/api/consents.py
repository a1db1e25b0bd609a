"""承诺授权接口: consents that adults of a household signed on a phone, one by one or together."""

from typing import Any, Literal

from flask import Blueprint, Response
from pydantic import Field

from field import clock
from field.api.describe import Id, Moment, Said, Strict, created, describe
from field.api.visits import Receipt, both, receipt
from field.auth import actor
from field.casework import refused
from field.db import transact
from field.monitoring.cases.consent_taking import take
from field.monitoring.repeats import OtherContent
from field.monitoring.visiting.visits import Faulty
from field.problems import Problem
from field.registry.rights import Right

api = Blueprint("consents", __name__, url_prefix="/api")
NEW_ID = "^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"


class Writer(Strict):
    """代写人."""

    name: Said


class GivenConsent(Strict):
    """一个人的承诺授权: drawn on the phone, signed on paper, or a fingerprint with who wrote for them."""

    person_id: Id
    how: Literal["drawn", "signed", "fingerprint"]
    written_by: Writer | None = None


class ConsentEvidence(Strict):
    """签名 of a person, or the photographed 承诺书."""

    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    kind: Literal["signature", "consent"]
    person_id: Id | None = None


class NewConsents(Strict):
    """承诺授权: `id` is made on the phone, `text` is the version that was read and signed."""

    id: str = Field(pattern=NEW_ID)
    text: str = Field(min_length=1, max_length=32)
    signed_at: Moment
    consents: list[GivenConsent] = Field(min_length=1, max_length=60)
    evidence: list[ConsentEvidence] = Field(min_length=1, max_length=60)


class ConsentsRecorded(Strict):
    """承诺授权已入台账."""

    id: str
    receipt: Receipt
    evidence_missing: list[str]


@api.post("/cases/<id:case_id>/consents")
@describe(Right.WORK_CASES, "交承诺授权", {201: ConsentsRecorded, 200: ConsentsRecorded}, body=NewConsents)
def take_consents(case_id: str, body: NewConsents) -> Response:
    by, now = actor(), clock.now()
    said: dict[str, Any] = body.model_dump(mode="json", exclude_none=True)
    try:
        with refused():
            taken = transact(lambda session: take(session, case_id, said, by, now))
    except Faulty as error:
        raise Problem(422, "invalid", "有几处要补上，再交一次", error.faults) from None
    except OtherContent as error:
        raise Problem(409, "other_content", "这份承诺授权已经入账，内容和这次交的不一样", more=both(error)) from error
    answer = {"id": body.id, "receipt": receipt(taken.entry.hash), "evidence_missing": taken.missing}
    return created(answer, taken.fresh)
