"""回调: where providers deliver; size, then signature, then one transaction, then the answer."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Blueprint, Response, current_app, request
from werkzeug.exceptions import RequestEntityTooLarge

from field import clock
from field.auth import allow
from field.db import transact
from field.messaging import outbox, talk
from field.messaging.connected import Connected
from field.messaging.messages import NotGenuine, Unreadable
from field.messaging.providers import twilio
from field.problems import NOT_FOUND, Problem
from field.registry.rights import Right

hooks = Blueprint("hooks", __name__, url_prefix="/hooks")
LARGEST = 64 * 1024
View = TypeVar("View", bound=Callable[..., Response])


@hooks.before_request
def _no_flood() -> None:
    request.max_content_length = LARGEST
    request.max_form_memory_size = LARGEST


@hooks.post("/twilio")
@allow(Right.PUBLIC)
def twilio_message() -> Response:
    """A message that came in through Twilio; the answer is TwiML."""
    form, now = _twilio_form(), clock.now()
    inbound = _readable(lambda: twilio.parse(form, now))
    said = transact(lambda session: talk.answer(session, inbound, now, connected().ways))
    return Response(twilio.reply(said), content_type="text/xml; charset=utf-8")


@hooks.post("/twilio/status")
@allow(Right.PUBLIC)
def twilio_status() -> Response:
    """What became of a message sent through Twilio."""
    form, now = _twilio_form(), clock.now()
    report = _readable(lambda: twilio.receipt(form, now))
    transact(lambda session: outbox.receipt(session, report, now))
    return Response(status=204)


def connected() -> Connected:
    """The providers that are set up."""
    found: Connected = current_app.extensions["field_connected"]
    return found


def _twilio_form() -> Any:
    """The form, once its signature stands; 404 where Twilio is not set up, 413, 400 or 403 otherwise."""
    settings = connected().twilio
    if settings is None:
        raise Problem(*NOT_FOUND)
    try:
        form = request.form
    except RequestEntityTooLarge:
        raise Problem(413, "too_large", "内容太大,没有收下") from None
    query = f"?{request.query_string.decode('latin-1')}" if request.query_string else ""
    url = f"{current_app.config['FIELD'].public_url}{request.path}{query}"
    try:
        twilio.verify(settings, url, form, request.headers.get("X-Twilio-Signature"))
    except (NotGenuine, UnicodeError):
        raise Problem(403, "not_genuine", "签名不对") from None
    return form


Read = TypeVar("Read")


def _readable(read: Callable[[], Read]) -> Read:
    try:
        return read()
    except Unreadable as error:
        raise Problem(400, "unreadable", "内容看不懂") from error
