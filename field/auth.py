"""门: the one gate that every route passes; who asks, and whether the route is theirs."""

import hmac
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any, TypeVar

from flask import Flask, Response, current_app, g, request

from field import basic, clock
from field.db import db, transact
from field.login import LIFETIME, find_session, seen
from field.problems import NOT_ALLOWED, Problem
from field.registry.rights import Actor, Right
from field.registry.sealing import keyring
from field.system_tokens import holder, is_system, note_use

COOKIE, CSRF_COOKIE, CSRF_HEADER = "field_session", "field_csrf", "X-CSRF-Token"
SAFE = {"GET", "HEAD", "OPTIONS"}

View = TypeVar("View", bound=Callable[..., Any])


def allow(right: Right) -> Callable[[View], View]:
    """Name the right that a route needs; a route without one is refused to everybody."""

    def mark(view: View) -> View:
        view.right = right  # type: ignore[attr-defined]
        return view

    return mark


def allow_basic(view: View) -> View:
    """Let survey apps in by name and password on each request, over TLS; every other route knows no such thing."""
    view.basic = True  # type: ignore[attr-defined]
    return view


def guard(app: Flask) -> None:
    """Put the gate before every route."""
    app.before_request(_gate)


def actor() -> Actor:
    """The signed-in member of staff; 401 when there is none."""
    if signed_in() is None:
        raise Problem(401, "login_needed", "请先登录")
    person: Actor = g.actor
    return person


def signed_in() -> Actor | None:
    """The signed-in member of staff, or None."""
    person: Actor | None = g.get("actor")
    return person


def posts() -> Mapping[str, Actor]:
    """The posts in which the signed-in member of staff may act: the own one under "", others by the deputy's id."""
    several: Mapping[str, Actor] = g.get("posts", {})
    return several


def right_of(endpoint: str) -> Right | None:
    """The right that an endpoint names, or None."""
    view: Any = current_app.view_functions.get(endpoint)
    return getattr(view, "right", None)


def own_pages_only() -> None:
    """A form or script on another site's page logs nobody in."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise Problem(403, "csrf", "请在本页登录")


def csrf_token() -> str:
    """The token that a page's forms carry: a keyed digest of the session, so that no other site can know it."""
    return hmac.new(keyring().session_key, g.get("session_id", "").encode(), sha256).hexdigest()


def with_cookies(answer: Response, token: str) -> Response:
    """Set the session's cookie and the readable one against forged requests."""
    secure = current_app.config["SESSION_COOKIE_SECURE"]
    age = int(LIFETIME.total_seconds())
    answer.set_cookie(COOKIE, token, max_age=age, httponly=True, samesite="Lax", secure=secure)
    return with_csrf_cookie(answer)


def with_csrf_cookie(answer: Response) -> Response:
    """Set the readable cookie alone."""
    secure = current_app.config["SESSION_COOKIE_SECURE"]
    age = int(LIFETIME.total_seconds())
    answer.set_cookie(CSRF_COOKIE, csrf_token(), max_age=age, samesite="Lax", secure=secure)
    return answer


def without_cookies(answer: Response) -> Response:
    """Take both cookies away."""
    for name in (COOKIE, CSRF_COOKIE):
        answer.delete_cookie(name)
    return answer


def _gate() -> None:
    if request.endpoint is None:  # the page that says so has its head all the same
        if token := request.cookies.get(COOKIE):
            _enter(token, Right.PUBLIC)
        return
    right = right_of(request.endpoint)
    kind, _, words = request.headers.get("Authorization", "").partition(" ")
    by_name = basic.is_open(request.endpoint) and kind.lower() == "basic"
    by_cookie = kind.lower() != "bearer" and not by_name
    given = request.cookies.get(COOKIE) if by_cookie else words.strip()
    token = basic.token_of(words.strip(), clock.now()) if by_name else given
    if token and not by_cookie and is_system(token):
        _enter_system(token, right)
    elif token:
        _enter(token, right)
    if right is Right.PUBLIC:
        return
    person = actor()
    if by_cookie and request.method not in SAFE and not _from_here():
        raise Problem(403, "csrf", "页面已经过期，请刷新后再提交")
    if right is None or not person.has(right):
        raise Problem(*NOT_ALLOWED)


def _enter(token: str, right: Right | None) -> None:
    now = clock.now()
    found = find_session(db.session(), token, now)
    if found is None:
        return
    if found.actor is None:
        if right is Right.PUBLIC:
            return
        raise Problem(401, "account_ended", "这个账号已经停用，请联系县里")
    g.actor, g.session_id, g.posts = found.actor, found.id, found.posts
    seen(found, now)


def _enter_system(token: str, right: Right | None) -> None:
    """A department's system, with the few rights of its token."""
    now = clock.now()
    found = holder(db.session(), token, now)
    if found is None:
        return
    kept, person = found
    if person is None:
        if right is Right.PUBLIC:
            return
        raise Problem(401, "account_ended", "这个账号已经停用，请联系县里")
    g.actor, g.session_id = person, kept.id
    token_id = kept.id
    if wait := transact(lambda write: note_use(write, token_id, now)):
        words = f"一分钟里来得太多，请等 {wait} 秒再来"
        raise Problem(429, "too_many_requests", words, headers={"Retry-After": f"{wait}"})


def _from_here() -> bool:
    sent = request.headers.get(CSRF_HEADER) or request.form.get("csrf_token", "")
    return hmac.compare_digest(sent.encode(), csrf_token().encode())
