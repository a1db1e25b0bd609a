"""健康: whether the county can work, and the figures for Prometheus; not for strangers."""

import hmac
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, request
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from field import clock, pulse
from field.at_hand import settings
from field.auth import allow
from field.basic import is_loopback
from field.db import db
from field.latency import Latency
from field.problems import NOT_FOUND, Problem
from field.registry.rights import Right

api = Blueprint("health", __name__)


@api.get("/health")
@allow(Right.PUBLIC)
def health() -> Any:
    """活着: this process answers; nothing else is asked."""
    return jsonify(ok=True)


@api.get("/health/ready")
@allow(Right.PUBLIC)
def ready() -> Any:
    """能做事: database, worker and disk; 503 with what is missing."""
    _watchers_only()
    try:
        db.session.execute(text("SELECT 1"))
        missing = pulse.faults(settings().home, clock.now())
    except DBAPIError:
        missing = ["database"]
    return jsonify(ok=not missing, missing=missing), 503 if missing else 200


@api.get("/metrics")
@allow(Right.PUBLIC)
def metrics() -> Response:
    """指标, in the text form of Prometheus 0.0.4."""
    _watchers_only()
    found = pulse.figures(db.session(), settings().home, clock.now())
    lines = (f"# HELP {one.name} {one.meaning}\n# TYPE {one.name} gauge\n{one.name} {one.value:g}\n" for one in found)
    timed: Latency = current_app.extensions["field_latency"]
    return Response("".join([*lines, *timed.lines()]), content_type="text/plain; version=0.0.4; charset=utf-8")


def _watchers_only() -> None:
    """Who holds the token, or asks from this machine itself and through no proxy; for others there is nothing here."""
    token = settings().metrics_token
    kind, _, given = request.headers.get("Authorization", "").partition(" ")
    if token and kind.lower() == "bearer" and hmac.compare_digest(given.strip().encode(), token.encode()):
        return
    forwarded = any(name in request.headers for name in ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"))
    if forwarded or not is_loopback(request.remote_addr or ""):
        raise Problem(*NOT_FOUND)
