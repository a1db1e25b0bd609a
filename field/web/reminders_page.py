"""我的提醒页: whether, how and when the reader wants to be told of what is to be done, and what was told last."""

import re
from datetime import time

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from uuid6 import uuid7
from werkzeug.wrappers import Response

from field import clock
from field.auth import actor, allow
from field.codes import Channel, ReminderWay
from field.db import db, transact
from field.messaging import outbox, staff_codes
from field.messaging.hooks import connected
from field.messaging.sending_rules import Fate
from field.messaging.staff_codes import STEP, NoWay
from field.monitoring.cases.cases import OtherContent
from field.monitoring.duties import notices, reminders
from field.monitoring.duties.reminders import USUAL, Choice, NotProven, Reminder, Standing, TooManyCodes
from field.problems import Problem
from field.registry.consent import opted_out
from field.registry.contacts import address_index
from field.registry.rights import Right
from field.web.forms import at_fields, sent_key

reminders_page = Blueprint("reminders_page", __name__, url_prefix="/reminders")
SHOWN = 10
LOST = (Fate.FAILED, Fate.DROPPED)


@reminders_page.get("")
@allow(Right.CHOOSE_REMINDERS)
def shown() -> str:
    """The choice as it stands."""
    session, by = db.session(), actor()
    held = reminders.chosen(session, by.staff_id)
    at = held.at if held else USUAL
    lost = held is not None and staff_codes.fate(session, held) in LOST
    return render_template(
        "reminders.html", held=held, way=held.way if held else ReminderWay.NONE, at=at, times=_times(at),
        told=request.args.get("told", ""),
        sms=Channel.SMS in connected().ways_for(STEP), by_wechat=_by_wechat(), stopped=_stopped(session, held),
        states=Standing.labels(), lost=lost, last=notices.latest(session, by.staff_id, SHOWN), key=str(uuid7()),
    )  # fmt: skip


@reminders_page.post("")
@allow(Right.CHOOSE_REMINDERS)
def choose() -> Response:
    """保存; a new telephone number is sent a code."""
    form = request.form
    way, at, phone = form.get("way", ""), form.get("at", ""), form.get("phone", "").replace("\0", "").strip()[:20]
    if found := reminders.faults(way, at, phone, reminders.chosen(db.session(), actor().staff_id)):
        raise at_fields([{"field": field, "message": words} for field, words in found])
    take(Choice(ReminderWay(way), at, phone), sent_key())
    return redirect(url_for(".shown", told="saved"), 303)


@reminders_page.post("/code")
@allow(Right.CHOOSE_REMINDERS)
def confirm() -> Response:
    """填验证码."""
    code, by, now = re.sub(r"\s", "", request.form.get("code", ""))[:12], actor(), clock.now()
    right = transact(lambda session: staff_codes.answer(session, code, by, now))
    return redirect(url_for(".shown", told="confirmed" if right else "wrong"), 303)


def take(asked: Choice, key: str) -> None:
    """设置提醒, or why that cannot be, in words."""
    by, now = actor(), clock.now()
    ways = connected().ways_for(STEP) if asked.way is ReminderWay.SMS else connected().ways

    def work(session: Session) -> None:
        staff_codes.choose(session, asked, key, ways, by, now)

    try:
        transact(work)
    except NoWay:
        words = _("县里还没有接通这种方式，没有保存。请先选别的方式，或请县里接通")
        raise Problem(409, "no_way", words) from None
    except NotProven:
        raise Problem(422, "not_proven", _("请在微信里打开“我的提醒”，点“用这个微信接收”")) from None
    except TooManyCodes:
        raise Problem(429, "too_many", _("今天验证码发得太多了，请明天再试")) from None
    except OtherContent:
        raise Problem(409, "other_content", _("这一页已经交过别的内容，请刷新后再办")) from None


def _stopped(session: Session, held: Reminder | None) -> bool:
    """Whether the number wants no messages, so that not even a code would come."""
    if held is None or not held.address or held.way != ReminderWay.SMS:
        return False
    return opted_out(session, held.way, address_index(held.way, held.address))


def _by_wechat() -> bool:
    """Whether WeChat can say who opens a page."""
    settings = connected().wechat
    return settings is not None and bool(settings.app_secret)


def _times(at: str) -> list[str]:
    """Each half hour of the day's that is not quiet, and the one that stands there."""
    rules = outbox.RULES
    day = [time(hour, half) for hour in range(24) for half in (0, 30)]
    open_ones = {f"{one:%H:%M}" for one in day if rules.quiet_until <= one < rules.quiet_from}
    return sorted(open_ones | ({at} if reminders.HALF_HOUR.fullmatch(at) else set()))
