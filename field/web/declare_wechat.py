"""微信里申报: who opened the declaration form, by WeChat's own word (snsapi_base) and nobody else's."""

import hmac
import secrets
from collections.abc import Callable
from typing import Any, NamedTuple

from flask import current_app, redirect, request, url_for
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response

from field import at_hand, clock
from field.auth import allow
from field.db import transact
from field.messaging import declare_draft
from field.messaging.declare_draft import TooMany
from field.messaging.hooks import connected
from field.messaging.messages import NotGenuine
from field.messaging.providers.wechat_sending import oauth_address, openid_of
from field.problems import NOT_FOUND, Problem
from field.registry.rights import Right
from field.registry.sealing import blind
from field.web.declare_page import declare, open_form, start_page, with_cookie
from field.web.demo_providers import oauth_here

STATE, MINUTES = "field_declare_state", 10


class Door(NamedTuple):
    """微信的门: where to send a visitor, and whose openid a code stands for."""

    address: Callable[[Any, str, str], str]
    openid: Callable[[Any, str], str]


WECHAT = Door(lambda *asked: oauth_here(*asked) or oauth_address(*asked), openid_of)


@declare.get("/wechat")
@allow(Right.PUBLIC)
def wechat() -> Response:
    """Off to WeChat, with a state that only this browser holds."""
    way, settings = door()
    state = _signed(secrets.token_urlsafe(24))
    back = at_hand.settings().public_url + url_for(".wechat_back")
    response = redirect(way.address(settings, back, state), 302)
    secure = current_app.config["SESSION_COOKIE_SECURE"]
    response.set_cookie(
        STATE, state, max_age=60 * MINUTES, path="/declare/wechat", httponly=True, samesite="Lax", secure=secure
    )
    return response


@declare.get("/wechat/back")
@allow(Right.PUBLIC)
def wechat_back() -> Response:
    """Back from WeChat: the code is exchanged once; without it the form is open all the same, as to a stranger.

    WeChat is asked only for a state of ours that was not used before, and so many times a day for one address.
    """
    way, settings = door()
    kept, given = request.cookies.get(STATE, ""), request.args.get("state", "")
    ours = _signed(given.partition(".")[0])
    if not (_same(kept, given) and _same(given, ours)):
        return start_page(None, _("没能确认是从微信打开的，可以照样填，写上姓名和村就行"), 403)
    token = secrets.token_urlsafe(32)
    try:
        if not _first_use(given):
            raise NotGenuine
        open_form(token, {"openid": way.openid(settings, request.args.get("code", ""))})
    except NotGenuine:
        return start_page(None, _("没能确认是从微信打开的，可以照样填，写上姓名和村就行"), 403)
    except OSError:
        return start_page(None, _("微信暂时没有回应，可以照样填，写上姓名和村就行"))
    except TooMany:
        return start_page(None, _("今天已经打开太多次了，请明天再来，或者找村干部当面说"), 429)
    response = with_cookie(redirect(url_for(".start"), 303), token)
    response.delete_cookie(STATE, path="/declare/wechat")
    return response


def _signed(state: str) -> str:
    return f"{state}.{blind('declare_state', state)}"


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(errors="replace"), other.encode(errors="replace"))


def _first_use(state: str) -> bool:
    address, now = request.remote_addr or "", clock.now()
    try:
        return transact(lambda session: declare_draft.use_up(session, state, address, now))
    except IntegrityError:  # of two at once the other was first
        return False


def door() -> tuple[Door, Any]:
    """The door and the account's settings; 404 where WeChat is not set up."""
    settings = connected().wechat
    if settings is None or not settings.app_secret:
        raise Problem(*NOT_FOUND)
    way: Door = current_app.extensions.get("field_wechat_door", WECHAT)
    return way, settings
