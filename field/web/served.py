"""静态文件: the office's style, scripts and the foot of every print."""

import hashlib
import mimetypes
from functools import cache
from pathlib import Path

from flask import Blueprint, Response, render_template, request
from werkzeug.exceptions import NotFound

from field.auth import allow
from field.db import db
from field.ledger.checkpoints import newest
from field.registry.rights import Right

FOLDER = Path(__file__).with_name("office")

office = Blueprint("office", __name__, url_prefix="/office")


@cache
def files() -> dict[str, bytes]:
    """Every file by its name below /office/."""
    return {path.name: path.read_bytes() for path in sorted(FOLDER.iterdir())}


@office.get("/<name>")
@allow(Right.PUBLIC)
def file(name: str) -> Response:
    """One file, to be asked for again only when it has changed."""
    if name not in files():
        raise NotFound
    kind = "text/javascript" if name.endswith(".js") else mimetypes.guess_type(name)[0]
    response = Response(files()[name], content_type=f"{kind}; charset=utf-8")
    response.set_etag(hashlib.sha256(files()[name]).hexdigest()[:32])
    response.headers["Cache-Control"] = "public, no-cache"
    response.make_conditional(request)
    return response


@office.get("/print.css")
@allow(Right.PUBLIC)
def print_style() -> Response:
    """打印页脚: day, page number and newest checkpoint on every sheet of paper."""
    sheet = render_template("print.css", checkpoint=newest(db.session()))
    return Response(sheet, content_type="text/css; charset=utf-8", headers={"Cache-Control": "private, max-age=60"})
