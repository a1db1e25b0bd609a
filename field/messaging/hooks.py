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
from field.messaging.messages import Inbound, NotGenuine, Receipt, Unreadable
from field.messaging.providers import twilio, wechat
from field.problems import NOT_FOUND, Problem
from field.registry.rights import Right

hooks = Blueprint("hooks", __name__, url_prefix="/hooks")
LARGEST = 160 * 1024  # 10,000 signs of four bytes each, as a form writes them
LET_END, PIECE = 16 * 1024 * 1024, 64 * 1024
View = TypeVar("View", bound=Callable[..., Response])


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


@hooks.get("/wechat")
@allow(Right.PUBLIC)
def wechat_address() -> Response:
    """WeChat's check that this address is ours: its own words again."""
    settings = _wechat()
    _genuine(lambda: wechat.verify(settings, request.args, clock.now()))
    return Response(request.args.get("echostr", ""), content_type="text/plain; charset=utf-8")


@hooks.post("/wechat")
@allow(Right.PUBLIC)
def wechat_message() -> Response:
    """A letter that came in through WeChat; the answer is sealed as the letter was, or there is none."""
    settings, now, body = _wechat(), clock.now(), whole(LARGEST)
    letter = _genuine(lambda: wechat.opened(settings, request.args, body, now))
    told, said = _readable(lambda: wechat.parse(letter)), ""
    if isinstance(told, Inbound):
        said = transact(lambda session: talk.answer(session, told, now, connected().ways))
    elif isinstance(told, Receipt):
        transact(lambda session: outbox.receipt(session, told, now))
    answer = wechat.reply(settings, letter, said, now)
    return Response(answer, content_type=f"text/{'plain' if answer == wechat.SILENCE else 'xml'}; charset=utf-8")


def _wechat() -> wechat.WeChat:
    settings: wechat.WeChat | None = connected().wechat
    if settings is None:
        raise Problem(*NOT_FOUND)
    return settings


def _twilio_form() -> Any:
    """The form, once its signature stands; 404 where Twilio is not set up, 413, 400 or 403 otherwise."""
    settings = connected().twilio
    if settings is None:
        raise Problem(*NOT_FOUND)
    whole(LARGEST)
    form = request.form
    query = f"?{request.query_string.decode('latin-1')}" if request.query_string else ""
    url = f"{current_app.config['FIELD'].public_url}{request.path}{query}"
    _genuine(lambda: twilio.verify(settings, url, form, request.headers.get("X-Twilio-Signature")))
    return form


def whole(most: int) -> bytes:
    """What was sent, if it is not too large, also where no length was told; judged before any signature."""
    request.max_content_length = request.max_form_memory_size = most + 1  # a stream without a length just ends there
    try:
        body = request.get_data()
    except RequestEntityTooLarge:
        body = None
    if body is None or len(body) > most:
        _let_end(len(body or b""))
        raise Problem(413, "too_large", "内容太大，没有收下")
    return body


def _let_end(heard: int) -> None:
    """听完再答: who is still sending hears no answer, only a line that breaks; of what is endless no more is read."""
    left = LET_END if request.content_length is None else min(request.content_length - heard, LET_END)
    while left > 0 and (piece := request.environ["wsgi.input"].read(min(left, PIECE))):
        left -= len(piece)


Read = TypeVar("Read")


def _genuine(read: Callable[[], Read]) -> Read:
    try:
        return _readable(read)
    except (NotGenuine, UnicodeError):
        raise Problem(403, "not_genuine", "签名不对") from None


def _readable(read: Callable[[], Read]) -> Read:
    try:
        return read()
    except Unreadable as error:
        raise Problem(400, "unreadable", "内容看不懂") from error
