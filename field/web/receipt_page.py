"""回执页: anyone may check a receipt, see the newest checkpoint, and keep both; nothing personal is told."""

import io
from typing import Any

import segno
from flask import Blueprint, Response, json, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Answer

from field.at_hand import settings
from field.auth import allow
from field.db import db
from field.ledger.checkpoints import newest
from field.ledger.note import read_tree
from field.ledger.receipts import Receipt, find, verify_receipt
from field.problems import Problem
from field.registry.rights import Right
from field.web.paper import printable
from field.worker import signer

receipt = Blueprint("receipt", __name__)


@receipt.post("/receipt")
@allow(Right.PUBLIC)
def look_up() -> Answer:
    """查回执, by the number that was typed; where there is none, what was typed stands in no address."""
    return redirect(url_for(".one", number=_found(request.form.get("number", "")).number), 303)


@receipt.get("/receipt/<number>")
@allow(Right.PUBLIC)
@printable
def one(number: str) -> str:
    """What a receipt stands for, and the proof that its entry is under a signed checkpoint."""
    found = _found(number)
    tree = read_tree(found.proof.checkpoint, signer(settings()).verifier) if found.proof else None
    proven = verify_receipt(found, signer(settings()).verifier)
    return render_template("receipt.html", receipt=found, tree=tree, proven=proven)


@receipt.get("/receipt/<number>.json")
@allow(Right.PUBLIC)
def proof(number: str) -> Response:
    """The receipt with all that a program needs to check it."""
    found = _found(number)
    body = {**found.as_json(), "log_public_key": str(signer(settings()).verifier)}
    return _kept(json.dumps(body, ensure_ascii=False, indent=1), "application/json", f"{found.number}.json")


@receipt.get("/receipt/<number>.svg")
@allow(Right.PUBLIC)
def square(number: str) -> Response:
    """The QR code of the receipt's public address, dark on light even in the dark."""
    address = settings().public_url + url_for(".one", number=_found(number).number)
    drawing = io.BytesIO()
    segno.make(address, error="m", micro=False).save(drawing, kind="svg", scale=4, border=4, light="#fff", dark="#000")
    headers = {"Cache-Control": "public, max-age=86400"}
    return Response(drawing.getvalue(), content_type="image/svg+xml", headers=headers)


@receipt.get("/checkpoint")
@allow(Right.PUBLIC)
def checkpoint() -> str:
    """The newest checkpoint and the key to check it with, for anyone to keep."""
    return render_template("checkpoint.html", checkpoint=newest(db.session()), key=signer(settings()).verifier)


@receipt.get("/checkpoint.txt")
@allow(Right.PUBLIC)
def note() -> Response:
    """The newest checkpoint's note as it was signed; 404 before the first."""
    found = newest(db.session())
    if found is None:
        raise Problem(404, "no_checkpoint", _("台账还没有封存过"))
    return _kept(found.note, "text/plain", f"checkpoint-{found.size}.txt")


def _found(number: str) -> Receipt:
    found = find(db.session(), number)
    if found is None:
        raise Problem(404, "no_receipt", _("没有这个回执号，请核对每一位"))
    return found


def _kept(text: str, kind: str, name: str) -> Response:
    headers: dict[str, Any] = {"Content-Disposition": f"attachment; filename={name}"}
    return Response(text, headers=headers, content_type=f"{kind}; charset=utf-8")
