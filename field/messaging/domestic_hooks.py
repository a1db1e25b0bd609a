"""国内短信回调: where Aliyun and Tencent push; size, secret and address, then a transaction for each message."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from types import ModuleType
from typing import Any, TypeVar

from flask import Blueprint, Response, jsonify, request
from sqlalchemy.orm import Session

from field import clock
from field.auth import allow
from field.db import Unavailable, transact
from field.messaging import outbox, talk
from field.messaging.hooks import connected, whole
from field.messaging.messages import Inbound, NotGenuine, Receipt, Unreadable
from field.messaging.providers import aliyun, tencent
from field.problems import NOT_FOUND, Problem
from field.registry.rights import Right

domestic_hooks = Blueprint("domestic_hooks", __name__, url_prefix="/hooks")
LARGEST = 512 * 1024  # a push holds many items
Read = TypeVar("Read")

log = logging.getLogger("field.messaging.domestic_hooks")


@domestic_hooks.post("/aliyun/<secret>/inbound")
@allow(Right.PUBLIC)
def aliyun_inbound(secret: str) -> Response:
    """Messages that came in through Aliyun; the answers go out from the outbox."""
    return _take(aliyun, secret, aliyun.parse, _answer)


@domestic_hooks.post("/aliyun/<secret>/receipts")
@allow(Right.PUBLIC)
def aliyun_receipts(secret: str) -> Response:
    """What became of messages sent through Aliyun."""
    return _take(aliyun, secret, aliyun.receipts, _note)


@domestic_hooks.post("/tencent/<secret>/inbound")
@allow(Right.PUBLIC)
def tencent_inbound(secret: str) -> Response:
    """A message that came in through Tencent; the answer goes out from the outbox."""
    return _take(tencent, secret, tencent.parse, _answer)


@domestic_hooks.post("/tencent/<secret>/receipts")
@allow(Right.PUBLIC)
def tencent_receipts(secret: str) -> Response:
    """What became of messages sent through Tencent."""
    return _take(tencent, secret, tencent.receipts, _note)


def _take(
    provider: ModuleType,
    secret: str,
    read: Callable[[bytes, datetime], Sequence[Read]],
    work: Callable[[Sequence[Read], datetime], None],
) -> Response:
    """Let a push in, read it, do what it asks, and say so in the provider's own words."""
    now = clock.now()
    body = _body(provider, secret)
    try:
        found = read(body, now)
    except Unreadable:
        raise Problem(400, "unreadable", "内容看不懂") from None
    work(found, now)
    return jsonify(provider.ANSWER)


def _body(provider: ModuleType, secret: str) -> bytes:
    """The body, once secret and address are right; 404 where the provider is not set up, 413 or 403 otherwise."""
    settings: Any = getattr(connected(), provider.NAME)
    if settings is None:
        raise Problem(*NOT_FOUND)
    body = whole(LARGEST)
    try:
        provider.verify(settings, secret, request.remote_addr)
    except NotGenuine:
        raise Problem(403, "not_genuine", "来源不对") from None
    return body


def _answer(found: Sequence[Inbound], now: datetime) -> None:
    """Each message in a transaction of its own; one that fails is pushed again, and holds up no other."""
    failed: Exception | None = None
    for inbound in found:
        try:
            transact(partial(_answer_one, inbound=inbound, now=now))
        except Unavailable:
            raise
        except Exception as error:
            log.error("a message of %s could not be taken: %s", inbound.provider, type(error).__name__)
            failed = failed or error
    if failed:
        raise failed


def _answer_one(session: Session, inbound: Inbound, now: datetime) -> None:
    talk.answer(session, inbound, now, connected().ways, by_post=True)


def _note(found: Sequence[Receipt], now: datetime) -> None:
    """All reports in one transaction, in the same order in each, so that two pushes do not wait for each other."""
    reports = sorted(found, key=lambda report: report.provider_id)
    transact(lambda session: [outbox.receipt(session, report, now) for report in reports])
