"""断点续传: photographs in pieces by tus 1.0 (core, creation), so that a cut repeats at most one piece."""

import base64
import binascii
import contextlib
import re
from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Blueprint, Response, current_app, request, url_for
from werkzeug.exceptions import ClientDisconnected

from field.api.describe import describe
from field.api.evidence import take_in
from field.auth import actor
from field.db import db
from field.ledger.receipts import HASH
from field.media.photo import MAX_BYTES
from field.media.pieces import OtherOffset, Pieces, Promise, Unknown
from field.monitoring.visiting import evidence
from field.problems import NOT_FOUND, Problem
from field.registry.rights import Right

api = Blueprint("uploads", __name__, url_prefix="/api")
VERSION = "1.0.0"
PIECE = 64 * 1024
View = Callable[..., Response]


def tus(view: View) -> View:
    """No other version of tus; what was dropped meanwhile is not found."""

    @wraps(view)
    def spoken(**given: Any) -> Response:
        if request.method != "OPTIONS" and request.headers.get("Tus-Resumable") != VERSION:
            raise Problem(412, "tus_version", "上传协议版本不对", headers={"Tus-Version": VERSION})
        try:
            return view(**given)
        except Unknown as error:
            raise Problem(*NOT_FOUND) from error

    return spoken


@api.after_request
def tell_version(answer: Response) -> Response:
    """The version on every answer, refusals too."""
    answer.headers["Tus-Resumable"] = VERSION
    return answer


@api.route("/uploads", methods=["OPTIONS"], provide_automatic_options=False)
@describe(Right.PUBLIC, "续传能力", {204: "tus 1.0"})
@tus
def upload_options() -> Response:
    ability = {"Tus-Version": VERSION, "Tus-Extension": "creation", "Tus-Max-Size": str(MAX_BYTES)}
    return Response(status=204, headers=ability)


@api.post("/uploads")
@describe(Right.RECORD_VISITS, "开始上传一张照片", {201: "Location 是上传地址"})
@tus
def begin_upload() -> Response:
    length = _number("Upload-Length")
    if length > MAX_BYTES:
        raise Problem(413, "too_large", "照片太大，最多 15 MB")
    if not length:
        raise Problem(422, "empty", "照片是空的，没有保存。请重拍一张，或换一张照片")
    upload = pieces().begin(Promise(_digest(), length, actor().staff_id))
    return Response(status=201, headers={"Location": url_for(".upload_offset", upload=upload)})


@api.route("/uploads/<upload:upload>", methods=["HEAD"], provide_automatic_options=False)
@describe(Right.RECORD_VISITS, "已收到多少", {200: "Upload-Offset"})
@tus
def upload_offset(upload: str) -> Response:
    promise = _mine(upload)
    done = evidence.sent(db.session(), promise.sha256, actor().username)
    here = promise.length if done else pieces().offset(upload)
    if here == promise.length and not done:  # the server died between the last piece and taking it in
        _finish(upload, promise)
    headers = {"Upload-Offset": str(here), "Upload-Length": str(promise.length), "Cache-Control": "no-store"}
    return Response(headers=headers)


@api.patch("/uploads/<upload:upload>")
@describe(Right.RECORD_VISITS, "接着上传", {204: "Upload-Offset"})
@tus
def continue_upload(upload: str) -> Response:
    promise = _mine(upload)
    if request.mimetype != "application/offset+octet-stream":
        raise Problem(415, "tus_content", "上传内容的格式不对")
    offset = _receive(upload, promise, _number("Upload-Offset"))
    if offset == promise.length:
        _finish(upload, promise)
    return Response(status=204, headers={"Upload-Offset": str(offset)})


def pieces() -> Pieces:
    """The county's folder of photographs that are on their way."""
    kept: Any = current_app.extensions["field_pieces"]
    assert isinstance(kept, Pieces)
    return kept


def _receive(upload: str, promise: Promise, offset: int) -> int:
    """Keep what comes, piece by piece, until it ends or is cut."""
    request.max_content_length = MAX_BYTES
    with contextlib.suppress(ClientDisconnected, OSError):
        while piece := request.stream.read(PIECE):
            if offset + len(piece) > promise.length:
                raise Problem(413, "too_long", "比说好的长")
            try:
                offset = pieces().add(upload, offset, piece)
            except OtherOffset as error:
                raise Problem(409, "tus_offset", "续传位置不对，请从已收到的地方接着传") from error
    return offset


def _finish(upload: str, promise: Promise) -> None:
    """Take the photograph in; one that is refused is dropped, so that a better one may come."""
    if not evidence.sent(db.session(), promise.sha256, actor().username):
        try:
            take_in(promise.sha256, pieces().whole(upload), actor())
        except Problem:
            pieces().drop(upload)
            raise
    with contextlib.suppress(Unknown):
        pieces().empty(upload)


def _mine(upload: str) -> Promise:
    promise = pieces().promised(upload)
    if promise.staff_id != actor().staff_id:
        raise Problem(*NOT_FOUND)
    return promise


def _number(header: str) -> int:
    text = request.headers.get(header, "")
    if not re.fullmatch("[0-9]{1,12}", text):
        raise Problem(400, "tus_header", f"请在 {header} 里写整数")
    return int(text)


def _digest() -> str:
    pairs = [part.split() for part in request.headers.get("Upload-Metadata", "").split(",")]
    told = {pair[0]: pair[1] for pair in pairs if len(pair) == 2}
    try:
        digest = base64.b64decode(told.get("sha256", ""), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        digest = ""
    if not HASH.fullmatch(digest):
        raise Problem(400, "tus_header", "请在 Upload-Metadata 里写 sha256：64 位小写十六进制，再用 Base64 编码")
    return digest
