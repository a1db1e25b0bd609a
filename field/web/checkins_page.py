"""回访页: who is due by town and village, what asking them would cost, the waves so far, and the month's messages."""

from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from uuid6 import uuid7
from werkzeug.wrappers import Response

from field import clock
from field.auth import actor, allow
from field.db import db, transact
from field.labels import Word
from field.messaging import checkin_waves
from field.messaging.hooks import connected
from field.messaging.outbox import monthly_cost
from field.messaging.wave_figures import estimate, progress
from field.monitoring.workdays import SHANGHAI
from field.monitoring.workers.checkin_requests import Outcome
from field.monitoring.workers.checkin_rules import RULES
from field.monitoring.workers.due_checkins import Count, count_by_place, due
from field.problems import NOT_ALLOWED, Problem
from field.registry.regions import VILLAGE, Region
from field.registry.rights import Right
from field.web.forms import at_field
from field.web.whereabouts import here as whereabouts

checkins_room = Blueprint("checkins", __name__, url_prefix="/checkins")
PROVIDERS = {"twilio": "Twilio", "aliyun": Word("阿里云短信"), "tencent": Word("腾讯云短信"), "wechat": Word("微信")}


@checkins_room.get("")
@allow(Right.RUN_CHECKINS)
def page() -> str:
    """Counts of the region's parts, the form that starts a wave, the waves, and the cost of the month."""
    here, now, session, open_ways = whereabouts(Right.RUN_CHECKINS), clock.now(), db.session(), connected().ways
    found = due(session, here.code, now, open_ways)
    reached = [one for one in found if one.contact_id][: RULES.most]
    counts = count_by_place(found, len(here.below[0].code) if here.below else VILLAGE)
    month = now.astimezone(SHANGHAI).date()
    told = {
        "whole": sum(counts.values(), Count()), "cost": estimate(reached, open_ways, now),
        "calls": sum(one.out_of_reach and one.monitored for one in found),
        "below": [(place, counts[place.code]) for place in here.below if place.code in counts],
        "waves": progress(session, here.code), "month": monthly_cost(session, month), "month_no": month.month,
        "outcomes": list(Outcome), "ways": open_ways, "called": PROVIDERS, "per_day": RULES.per_day,
    }  # fmt: skip
    return render_template("checkins.html", here=here, wave_id=str(uuid7()), **told)


@checkins_room.post("")
@allow(Right.RUN_CHECKINS)
def begin() -> Response:
    """Start a wave; the form's id makes a second click the same wave."""
    by, now, open_ways = actor(), clock.now(), connected().ways
    region, wave_id = request.form.get("region", ""), _wave_id(request.form.get("wave", ""))
    if not by.may(Right.RUN_CHECKINS, region) or not _is_there(region):
        raise Problem(*NOT_ALLOWED)
    if request.form.get("sure") != "1":
        raise at_field("sure", _("请先勾选“费用和人数已经看过”，再开始"))
    if not open_ways:
        raise Problem(409, "no_provider", _("还没有接通短信或微信，发不了"))
    transact(lambda session: checkin_waves.start(session, wave_id, region, by.name, open_ways, now))
    return redirect(url_for(".page", region=region), 303)


def _wave_id(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        raise Problem(422, "no_wave", _("页面太旧了，请刷新后再开始")) from None


def _is_there(region: str) -> bool:
    return db.session.scalar(select(Region.code).where(Region.code == region)) is not None
