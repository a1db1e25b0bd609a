"""演示服务商: plays WeChat's API and word on who opens a page, and Twilio's store of photographs; the rest is real.

Bound to the demo's own app id, secret and token; outside the demo there is nothing here.
"""

import hmac
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, current_app, redirect, request

from field import at_hand
from field.auth import allow
from field.demo.owners import UNKNOWN
from field.messaging.hooks import connected
from field.messaging.providers.wechat import WeChat
from field.problems import NOT_FOUND, Problem
from field.registry.rights import Right

demo_providers = Blueprint("demo_providers", __name__, url_prefix="/demo")
STORED = "demo"  # the version under which the vault keeps what a demo telephone sends, apart from all evidence
SECONDS = 7200
OK = {"errcode": 0, "errmsg": "ok"}
WRONG_SECRET, WRONG_TOKEN, NO_RECEIVER, WRONG_CODE = 40125, 40001, 40003, 40029


@demo_providers.before_request
def _only_in_the_demo() -> None:
    if not at_hand.settings().demo or connected().wechat is None or connected().twilio is None:
        raise Problem(*NOT_FOUND)


@demo_providers.post("/wechat/cgi-bin/stable_token")
@allow(Right.PUBLIC)
def token() -> dict[str, Any]:
    """A token for who knows the app id and its secret."""
    told, settings = _told(), _settings()
    known = told.get("appid") == settings.app_id and _same(str(told.get("secret")), settings.app_secret)
    return {"access_token": _token(settings), "expires_in": SECONDS} if known else _refused(WRONG_SECRET)


@demo_providers.post("/wechat/cgi-bin/message/custom/send")
@allow(Right.PUBLIC)
def talk() -> dict[str, Any]:
    """A message to a telephone, which reads the outbox."""
    return _taken()


@demo_providers.post("/wechat/cgi-bin/message/subscribe/bizsend")
@allow(Right.PUBLIC)
def subscription() -> dict[str, Any]:
    """The same as an approved template."""
    return _taken()


@demo_providers.get("/wechat/cgi-bin/media/get")
@allow(Right.PUBLIC)
def wechat_photo() -> Response | dict[str, Any]:
    """A photograph that was sent from a demo telephone."""
    return _photo(request.args.get("media_id", "")) if _allowed() else _refused(WRONG_TOKEN)


@demo_providers.get("/wechat/connect/oauth2/authorize")
@allow(Right.PUBLIC)
def authorize() -> Any:
    """Back to the page with a code at once, as WeChat sends a visitor who need not be asked; to our own pages alone."""
    back = request.args.get("redirect_uri", "")
    if not back.startswith(f"{current_app.config['FIELD'].public_url}/"):
        raise Problem(*NOT_FOUND)
    return redirect(f"{back}?{urlencode({'code': _code(), 'state': request.args.get('state', '')})}", 302)


@demo_providers.get("/wechat/sns/oauth2/access_token")
@allow(Right.PUBLIC)
def visitor() -> dict[str, Any]:
    """Whose telephone a page was opened on: that of which nobody is bound, so that what is sent there is seen."""
    if not _same(request.args.get("secret", ""), _settings().app_secret):
        return _refused(WRONG_SECRET)
    return {"openid": UNKNOWN} if _same(request.args.get("code", ""), _code()) else _refused(WRONG_CODE)


@demo_providers.get("/twilio/<sha256:digest>")
@allow(Right.PUBLIC)
def twilio_photo(digest: str) -> Response:
    """The same for who knows Twilio's token."""
    settings, given = connected().twilio, request.authorization
    if settings is None or given is None or not _same(given.password or "", settings.auth_token):
        raise Problem(403, "not_genuine", "签名不对")
    return _photo(digest)


def oauth_here(settings: WeChat, back: str, state: str) -> str | None:
    """Where the demo's own WeChat says who opens a page; None where another one does."""
    ours = at_hand.settings()
    if not ours.demo or settings.api != f"{ours.public_url}/demo/wechat":
        return None
    return f"{settings.api}/connect/oauth2/authorize?{urlencode({'redirect_uri': back, 'state': state})}"


def _code() -> str:
    settings = _settings()
    return hmac.digest(settings.app_secret.encode(), b"oauth", sha256).hex()


def _settings() -> WeChat:
    settings = connected().wechat
    assert settings is not None
    return settings


def _told() -> dict[str, Any]:
    told = request.get_json(force=True, silent=True)
    return told if isinstance(told, dict) else {}


def _taken() -> dict[str, Any]:
    if not _allowed():
        return _refused(WRONG_TOKEN)
    return OK if _told().get("touser") else _refused(NO_RECEIVER)


def _allowed() -> bool:
    return _same(request.args.get("access_token", ""), _token(_settings()))


def _token(settings: WeChat) -> str:
    """The same for every process and as long as the secret stands."""
    return hmac.digest(settings.app_secret.encode(), settings.app_id.encode(), sha256).hex()


def _same(given: str, wanted: str) -> bool:
    return bool(wanted) and hmac.compare_digest(given.encode(errors="replace"), wanted.encode())


def _refused(code: int) -> dict[str, Any]:
    return {"errcode": code, "errmsg": "refused"}


def _photo(digest: str) -> Response:
    vault = at_hand.vault()
    if len(digest) != 64 or not digest.isalnum() or not vault.has(digest, STORED):
        raise Problem(*NOT_FOUND)
    return Response(vault.get(digest, STORED), content_type="image/jpeg")
