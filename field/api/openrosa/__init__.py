"""OpenRosa: the visit form for ODK Collect, and the visits that it sends, under the rules of every other visit."""

from typing import Any

from flask import Blueprint, Response, url_for

from field.api.openrosa.lists import digest, form, lists
from field.api.openrosa.sheets import FORM, sheets
from field.api.openrosa.submission import TAKES, submit
from field.api.openrosa.telling import XML, elements, told, xml
from field.auth import actor, allow, allow_basic
from field.db import db
from field.monitoring.traces import Look
from field.registry.rights import Right
from field.traced import traced

api = Blueprint("openrosa", __name__)
__all__ = ["api", "told"]


@api.get("/formList")
@allow_basic
@allow(Right.RECORD_VISITS)
def form_list() -> Response:
    """The one form that there is."""
    [said] = sheets()["settings"]
    known = {"formID": FORM, "name": said["form_title"], "version": said["version"], "hash": digest(form())}
    known |= {"downloadUrl": _to(".visit_form"), "manifestUrl": _to(".manifest")}
    return xml(f'<xforms xmlns="http://openrosa.org/xforms/xformsList"><xform>{elements(known)}</xform></xforms>')


@api.get("/forms/visit.xml")
@allow_basic
@allow(Right.RECORD_VISITS)
def visit_form() -> Response:
    """The form itself."""
    return Response(form(), content_type=XML)


@api.get("/forms/visit/manifest")
@allow_basic
@allow(Right.RECORD_VISITS)
def manifest() -> Response:
    """The lists that the form needs, each known by its digest."""
    files = [
        elements({"filename": name, "hash": digest(data), "downloadUrl": _to(".one_list", name=name)})
        for name, data in lists(db.session(), actor()).items()
    ]
    whole = "".join(f"<mediaFile>{file}</mediaFile>" for file in files)
    return xml(f'<manifest xmlns="http://openrosa.org/xforms/xformsManifest">{whole}</manifest>')


@api.get("/forms/visit/<any('households.csv', 'members.csv'):name>")
@allow_basic
@allow(Right.RECORD_VISITS)
@traced(Look.CARRIED)
def one_list(name: str) -> Response:
    """Households or members of the village of who asks."""
    return Response(lists(db.session(), actor())[name], content_type="text/csv; charset=utf-8")


@api.route("/submission", methods=["HEAD"], provide_automatic_options=False)
@allow_basic
@allow(Right.RECORD_VISITS)
def where_to_send() -> Response:
    """Where visits go, and how much at once."""
    return Response(status=204, headers={"Location": _to(".send")})


@api.post("/submission")
@allow_basic
@allow(Right.RECORD_VISITS)
def send() -> Response:
    """A visit with its photographs, or a part of them."""
    return submit(actor())


@api.after_request
def _speak(answer: Response) -> Response:
    answer.headers["X-OpenRosa-Version"] = "1.0"
    answer.headers["X-OpenRosa-Accept-Content-Length"] = str(TAKES)
    return answer


def _to(endpoint: str, **parts: Any) -> str:
    return url_for(endpoint, **parts, _external=True)
