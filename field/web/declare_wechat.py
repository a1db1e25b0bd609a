"""微信里申报: who opened the declaration form, by WeChat's own word (snsapi_base) and nobody else's."""

import hmac
import secrets
from collections.abc import Callable
from typing import Any, NamedTuple

from flask import current_app, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from field.auth import allow
from field.messaging.hooks import connected
from field.messaging.messages import NotGenuine
from field.messaging.providers.wechat_sending import oauth_address, openid_of
from field.problems import NOT_FOUND, Problem
from field.registry.rights import Right
from field.web.declare_draft import TooMany
from field.web.declare_page import declare, open_form, start_page, with_cookie

STATE, MINUTES = "field_declare_state", 10


class Door(NamedTuple):
    """微信的门: where to send a visitor, and whose openid a code stands for."""

    address: Callable[[Any, str, str], str]
    openid: Callable[[Any, str], str]


WECHAT = Door(oauth_address, openid_of)


@declare.get("/wechat")
@allow(Right.PUBLIC)
def wechat() -> Response:
    """Off to WeChat, with a state that only this browser holds."""
    door, settings = _door()
    state = secrets.token_urlsafe(24)
    back = current_app.config["FIELD"].public_url + url_for(".wechat_back")
    response = redirect(door.address(settings, back, state), 302)
    secure = current_app.config["SESSION_COOKIE_SECURE"]
    response.set_cookie(
        STATE, state, max_age=60 * MINUTES, path="/declare/wechat", httponly=True, samesite="Lax", secure=secure
    )
    return response


@declare.get("/wechat/back")
@allow(Right.PUBLIC)
def wechat_back() -> Response:
    """Back from WeChat: the code is exchanged once; without it the form is open all the same, as to a stranger."""
    door, settings = _door()
    kept, given = request.cookies.get(STATE, ""), request.args.get("state", "")
    if not kept or not hmac.compare_digest(kept.encode(errors="replace"), given.encode(errors="replace")):
        return start_page(None, _("没能确认是从微信打开的，可以照样填，写上姓名和村就行"), 403)
    token = secrets.token_urlsafe(32)
    try:
        open_form(token, {"openid": door.openid(settings, request.args.get("code", ""))})
    except NotGenuine:
        return start_page(None, _("没能确认是从微信打开的，可以照样填，写上姓名和村就行"), 403)
    except OSError:
        return start_page(None, _("微信暂时没有回应，可以照样填，写上姓名和村就行"))
    except TooMany:
        return start_page(None, _("今天已经打开太多次了，请明天再来，或者找村干部当面说"), 429)
    response = with_cookie(redirect(url_for(".start"), 303), token)
    response.delete_cookie(STATE, path="/declare/wechat")
    return response


def _door() -> tuple[Door, Any]:
    """The door and the account's settings; 404 where WeChat is not set up."""
    settings = connected().wechat
    if settings is None or not settings.app_secret:
        raise Problem(*NOT_FOUND)
    door: Door = current_app.extensions.get("field_wechat_door", WECHAT)
    return door, settings
