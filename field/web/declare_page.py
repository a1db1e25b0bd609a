"""自主申报页: the declaration dialog as pages for everybody, one question a page, without login and without script."""

import hmac
import secrets
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from flask import Blueprint, current_app, jsonify, redirect, render_template, request, url_for
from flask import Response as Page
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response

from field import clock
from field.auth import allow
from field.db import db, transact
from field.messaging import declare_draft
from field.messaging.declare_draft import KEPT, TooMany
from field.messaging.dialogs.engine import final
from field.messaging.dialogs.saying import values_of
from field.messaging.dialogs.shapes import Answer, tidy
from field.messaging.hooks import connected
from field.messaging.understanding.danger import in_danger
from field.messaging.understanding.masking import masked
from field.monitoring.workdays import SHANGHAI
from field.registry.rights import Right
from field.registry.sealing import keyring
from field.web import declare_photos
from field.web.declare_reading import NOTE, beside, place, read
from field.web.declare_sheet import Sheet, blank, call_out, record, sheet_of, shown_name, towns

declare = Blueprint("declare", __name__, url_prefix="/declare")
COOKIE, LARGEST = "field_declare", 64 * 1024
TOLD = ("note", "since", "amount", "name", "village_name")  # what is written freely


@declare.before_request
def _no_flood() -> None:
    photos = request.mimetype == "multipart/form-data"
    request.max_content_length = declare_photos.LARGEST if photos else LARGEST


@declare.get("")
@allow(Right.PUBLIC)
def start() -> Response:
    """What it is, for whom it is to be, and on with a form that was begun."""
    return start_page(_sheet())


@declare.post("")
@allow(Right.PUBLIC)
def begin() -> Response:
    """Begin a form; one that is open in the same browser is left behind."""
    old = _sheet()
    whose = request.form.get("whose")
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        return start_page(old, _("请在本页开始申报"), 403)
    if whose not in ("own", "other"):
        return start_page(old, _("请选一样：为自己家，还是替别人"), 422)
    token = secrets.token_urlsafe(32)
    state = blank(whose == "other", old.state.get("openid") if old else None)
    try:
        open_form(token, state)
    except TooMany:
        return start_page(old, _too_many(), 429)
    sheet = sheet_of(db.session(), token, clock.now())
    assert sheet is not None
    return with_cookie(redirect(url_for(".ask", step=sheet.next), 303), token)


@declare.get("/done")
@allow(Right.PUBLIC)
def done() -> Response:
    """受理号, to keep."""
    sheet = _sheet()
    if sheet is None or not sheet.number:
        return start_page(sheet, _("这张申报表还没有报上去，请从这里接着填"))
    words = final(sheet.dialog, "received", {"number": sheet.number}, "web").text
    return Page(render_template("declare_done.html", number=sheet.number, words=words, comfort=sheet.comfort))


@declare.get("/<step>")
@allow(Right.PUBLIC)
def ask(step: str) -> Response:
    """One question, with what was answered before."""
    sheet = _sheet()
    if sheet is None or not sheet.begun:
        return _afterwards(sheet, 200)
    return _question(sheet, step) if sheet.asks(step) else _onward(sheet)


@declare.post("/<step>")
@allow(Right.PUBLIC)
def answer(step: str) -> Response:
    """Take the answer to one question and go on to the next that is open."""
    sheet = _sheet()
    if sheet is None or not sheet.begun:
        return _afterwards(sheet, 409)
    if not sheet.asks(step):
        return _onward(sheet)
    try:
        own = hmac.compare_digest(request.form.get("csrf_token", "").encode(), form_token().encode())
    except RequestEntityTooLarge:
        return _question(sheet, step, _too_large(sheet.dialog.steps[step].answer), 413)
    if not own:
        return _question(sheet, step, {"page": _("页面已经过期，请再按一次")}, 403)
    kind = sheet.dialog.steps[step].answer
    if kind is Answer.CONFIRM:
        return _confirm(sheet, step)
    return _photos(sheet, step) if kind is Answer.PHOTOS else _answered(sheet, step)


def start_page(sheet: Sheet | None, fault: str = "", status: int = 200) -> Response:
    """The first page, with what went wrong."""
    open_ = sheet if sheet and sheet.begun and not sheet.number else None
    page = render_template(
        "declare_start.html", fault=fault, onward=open_.next if open_ else None, known=shown_name(db.session(), sheet),
        number=sheet.number if sheet else None, wechat=bool(connected().wechat),
    )  # fmt: skip
    return Page(page, status)


def open_form(token: str, state: Mapping[str, Any]) -> None:
    """Begin a form under a new token; TooMany where this address has begun enough today."""
    address = request.remote_addr or ""
    transact(lambda session: _opened(session, token, address, state))


def with_cookie(response: Response, token: str) -> Response:
    """The form's cookie: no script reads it, no other page gets it."""
    secure, age = current_app.config["SESSION_COOKIE_SECURE"], int(KEPT.total_seconds())
    response.set_cookie(COOKIE, token, max_age=age, path="/declare", httponly=True, samesite="Lax", secure=secure)
    return response


def form_token() -> str:
    """What the pages of one form carry: a keyed digest of its cookie, so that no other site can send for it."""
    token = request.cookies.get(COOKIE, "").encode(errors="replace")
    return hmac.new(keyring().session_key, b"declare:" + token, sha256).hexdigest()


def _opened(session: Session, token: str, address: str, state: Mapping[str, Any]) -> None:
    declare_draft.begin(session, token, address, state, clock.now())


def _sheet() -> Sheet | None:
    return sheet_of(db.session(), request.cookies.get(COOKIE, ""), clock.now())


def _afterwards(sheet: Sheet | None, status: int) -> Response:
    """A page of no open form: on to the receipt, or to the beginning."""
    if sheet and sheet.number:
        return redirect(url_for(".done"), 303)
    return start_page(sheet, _("请从这里开始。填到一半的表只留两天，在别的手机或浏览器里也接不上。"), status)


def _onward(sheet: Sheet) -> Response:
    return redirect(url_for(".ask", step=sheet.next), 303)


def _answered(sheet: Sheet, step: str) -> Response:
    asked, villages = sheet.dialog.steps[step], _villages()
    today = sheet.now.astimezone(SHANGHAI).date()
    words = masked(tidy(" ".join(request.form.get(name, "") for name in TOLD)))[:NOTE]
    if in_danger(words):
        transact(lambda session: _called_out(session, words))
        db.session.expire_all()
        sheet = _sheet() or sheet
    found = read(asked, request.form, request.form.getlist("what"), villages, today, sheet.answers)
    more = beside(sheet.dialog, asked, request.form, sheet.answers)
    if found.faults:
        return _mended(sheet, step, found.faults, more)
    regions = {asked.stores[0]: found.region} if asked.answer is Answer.IDENTITY else {}
    return _stored(more | found.values, regions)


def _mended(sheet: Sheet, step: str, faults: Mapping[str, str], more: Mapping[str, Any]) -> Response:
    """What is to be mended; the hardship that was written into the wrong line is kept for all that."""
    if not more:
        return _question(sheet, step, faults, 422)
    _keep(more, {})
    db.session.expire_all()
    return _question(_sheet() or sheet, step, {"page": _("您又说的难处记下了，请接着填这一页。"), **faults}, 422)


def _stored(values: Mapping[str, Any], regions: Mapping[str, Any]) -> Response:
    """Keep answers in the form as it is now, and go on."""
    _keep(values, regions)
    sheet = _sheet()
    return _onward(sheet) if sheet and sheet.begun else _afterwards(sheet, 409)


def _keep(values: Mapping[str, Any], regions: Mapping[str, Any]) -> None:

    def work(session: Session) -> None:
        sheet = sheet_of(session, request.cookies.get(COOKIE, ""), clock.now(), lock=True)
        if sheet and sheet.begun:
            filled = {"answers": sheet.answers | dict(values), "regions": sheet.state["regions"] | dict(regions)}
            declare_draft.keep(session, sheet.draft, sheet.state | filled, sheet.now)

    transact(work)


def _photos(sheet: Sheet, step: str) -> Response:
    """Photographs, each kept as it comes; on only with the button that says so, and with nothing refused."""
    token, wants = request.cookies.get(COOKIE, ""), request.form.get("do", "")
    if wants.startswith("drop:"):
        declare_photos.drop(token, wants.removeprefix("drop:"))
        return redirect(url_for(".ask", step=step), 303)
    where, faults = place(request.form)
    taken = declare_photos.take(token, request.files.getlist("photos"))
    if request.accept_mimetypes.best == "application/json":
        return jsonify(kept=len(taken.kept), refused=taken.refused)
    faults |= {"photos": " ".join(taken.refused)} if taken.refused else {}
    if faults:
        db.session.expire_all()
        return _question(_sheet() or sheet, step, faults, 422)
    if wants != "on":
        return redirect(url_for(".ask", step=step), 303)
    return _stored({sheet.dialog.steps[step].stores[0]: True} | ({"place": where} if where else {}), {})


def _confirm(sheet: Sheet, step: str) -> Response:
    token, wants = request.cookies.get(COOKIE, ""), request.form.get("do")
    if wants == "cancel":
        transact(lambda session: _forgotten(session, token))
        cancelled = final(sheet.dialog, "cancelled", {}, "web").text
        return start_page(None, cancelled)
    if wants != "yes":
        return _question(sheet, step, {"page": _("请选：报上去，还是不报了")}, 422)
    try:
        transact(lambda session: _recorded(session, token))
    except TooMany:
        return _question(sheet, step, {"page": _too_many()}, 429)
    return redirect(url_for(".done"), 303)


def _recorded(session: Session, token: str) -> None:
    if sheet := sheet_of(session, token, clock.now(), lock=True):
        record(session, sheet)


def _called_out(session: Session, words: str) -> None:
    sheet = sheet_of(session, request.cookies.get(COOKIE, ""), clock.now(), lock=True)
    if sheet and sheet.begun:
        call_out(session, sheet, words)


def _forgotten(session: Session, token: str) -> None:
    if (sheet := sheet_of(session, token, clock.now(), lock=True)) and not sheet.number:
        declare_draft.forget(session, sheet.draft, sheet.now)


def _villages() -> dict[str, str]:
    return {code: name for villages in towns(db.session()).values() for code, name in villages.items()}


def _too_large(kind: Answer) -> dict[str, str]:
    if kind is Answer.PHOTOS:
        return {"photos": _("一次传的照片太大，没有收下。请一张一张传。")}
    return {"page": _("写得太长，没有收下。请写短一些。")}


def _too_many() -> str:
    words: str = _("今天从这个网络交的申报太多了，填的内容还在。请明天再交，或者找村干部当面说；急事请打村干部电话。")
    return words


def _question(sheet: Sheet, step: str, faults: Mapping[str, str] | None = None, status: int = 200) -> Response:
    asked = sheet.dialog.steps[step]
    page = render_template(
        "declare.html", sheet=sheet, step=step, asked=asked, kind=asked.answer.value, faults=faults or {},
        said=values_of(sheet.answers, {}), towns=towns(db.session()) if asked.answer is Answer.IDENTITY else {},
        known=shown_name(db.session(), sheet), token=form_token(), most=declare_photos.MOST,
        notice=next((one.says.on("web") for one in sheet.dialog.steps.values() if "notice" in one.stores), ""),
        typed=request.form if faults and status != 413 else {},
    )  # fmt: skip
    return Page(page, status)
