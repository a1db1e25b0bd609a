"""用微信接收提醒: whose WeChat it is, by WeChat's own word (snsapi_base), for whoever is signed in there."""

import hmac

from flask import redirect, request, url_for
from flask_babel import gettext as _
from uuid6 import uuid7
from werkzeug.wrappers import Response

from field import at_hand
from field.auth import actor, allow, csrf_token
from field.codes import ReminderWay
from field.db import db
from field.messaging.messages import NotGenuine
from field.monitoring.duties import reminders
from field.monitoring.duties.reminders import USUAL, Choice
from field.problems import Problem
from field.registry.rights import Right
from field.registry.sealing import blind
from field.web.declare_wechat import door
from field.web.reminders_page import reminders_page, take


@reminders_page.get("/wechat")
@allow(Right.CHOOSE_REMINDERS)
def wechat() -> Response:
    """Off to WeChat, with a state that only this sitting has."""
    way, settings = door()
    back = at_hand.settings().public_url + url_for(".wechat_back")
    return redirect(way.address(settings, back, _state()), 302)


@reminders_page.get("/wechat/back")
@allow(Right.CHOOSE_REMINDERS)
def wechat_back() -> Response:
    """Back from WeChat with a code, which WeChat takes once."""
    way, settings = door()
    given = request.args.get("state", "").encode(errors="replace")
    try:
        if not hmac.compare_digest(given, _state().encode()):
            raise NotGenuine
        openid = way.openid(settings, request.args.get("code", ""))
    except NotGenuine:
        raise Problem(403, "not_genuine", _("没能确认是从微信打开的，没有保存。请从微信里重新打开“我的提醒”")) from None
    except OSError:
        raise Problem(503, "no_answer", _("微信暂时没有回应，没有保存，请过一会儿再试")) from None
    held = reminders.chosen(db.session(), actor().staff_id)
    take(Choice(ReminderWay.WECHAT, held.at if held else USUAL, openid=openid), str(uuid7()))
    return redirect(url_for(".shown", told="saved"), 303)


def _state() -> str:
    return blind("reminder_wechat", csrf_token())
