"""佐证接口: photographs in, and out again to those who may see them."""

import hashlib
from typing import Literal

from flask import Blueprint, Response

from field import clock
from field.api.describe import Strict, Why, body_bytes, created, describe
from field.api.household_shapes import Reason
from field.at_hand import vault
from field.auth import actor
from field.db import db, transact
from field.media.photo import MAX_BYTES, NotEvidence, inspect
from field.monitoring.traces import Look, leave_trace
from field.monitoring.visiting import evidence, photos
from field.problems import NOT_FOUND, Problem
from field.registry.rights import Actor, Right

api = Blueprint("evidence", __name__, url_prefix="/api")
STATUS = {"too_large": 413}
LOOKS = {"large": Look.PHOTO_LARGE, "small": Look.PHOTO_SMALL, "original": Look.PHOTO_ORIGINAL}  # by size


class Arrived(Strict):
    """照片已收到."""

    sha256: str
    size: int


class EvidenceQuery(Strict):
    """要看的大小; the original, with its EXIF, needs a right and a reason: posted, it stands in no address."""

    size: Literal["large", "small", "original"] = "large"
    reason: Why | None = None


@api.put("/evidence/<sha256:digest>")
@describe(Right.RECORD_VISITS, "上传一张照片", {201: Arrived, 200: Arrived})
def put_evidence(digest: str) -> Response:
    data = body_bytes(MAX_BYTES)
    return created({"sha256": digest, "size": len(data)}, take_in(digest, data, actor()))


@api.get("/evidence/<sha256:digest>")
@describe(Right.READ_EVIDENCE, "看一张照片（留痕）", {200: "JPEG"}, query=EvidenceQuery)
def get_evidence(digest: str, query: EvidenceQuery) -> Response:
    original = query.size == "original"
    found = _visible(digest, Right.READ_ORIGINALS if original else Right.READ_EVIDENCE)
    if original and not query.reason:
        errors = [{"field": "reason", "message": "请填写查看原图的原因"}]
        raise Problem(422, "invalid", "查看原图要说明原因", errors)
    return _shown(found, query.size, query.reason)


@api.post("/evidence/<sha256:digest>/original")
@describe(Right.READ_ORIGINALS, "查看原图，原因不写在网址里（留痕）", {200: "JPEG"}, body=Reason)
def post_original(digest: str, body: Reason) -> Response:
    return _shown(_visible(digest, Right.READ_ORIGINALS), "original", body.reason)


def _visible(digest: str, right: Right) -> evidence.Evidence:
    found = evidence.visible(db.session(), digest, actor(), right)
    if found is None:
        raise Problem(*NOT_FOUND)
    return found


def _shown(found: evidence.Evidence, size: str, reason: str | None) -> Response:
    by, now, digest, original = actor(), clock.now(), found.sha256, size == "original"
    kind = f"image/{found.format}" if original else "image/jpeg"
    transact(lambda session: leave_trace(session, by, LOOKS[size], digest, now, reason))
    data = vault().get(digest) if original else photos.shown(db.session(), vault(), digest, size)
    headers = {"Cache-Control": "private, no-store", "Content-Disposition": "inline"}
    return Response(data, headers=headers, content_type=kind)


def take_in(digest: str, data: bytes, by: Actor) -> bool:
    """Keep a photograph that is one and has the digest named; whether it is new. Problem otherwise, nothing kept."""
    if hashlib.sha256(data).hexdigest() != digest:
        raise Problem(422, "digest_mismatch", "照片在路上损坏了，请重新上传")
    try:
        photo = inspect(data, digest)
    except NotEvidence as error:
        raise Problem(STATUS.get(error.code, 422), error.code, error.message) from error
    vault().put(digest, data)
    now = clock.now()
    return transact(lambda session: evidence.take_in(session, photo, by.username, now))
