"""联结页: enterprises, co-operatives and family farms, their ties to households, and whether they pay."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from uuid6 import uuid7
from werkzeug.wrappers import Response

from field import clock
from field.auth import actor, allow
from field.casework import done
from field.db import db
from field.help_codes import PartnerKind, TieAction, TieKind
from field.monitoring.help import partners, tie_list
from field.monitoring.traces import Look
from field.monitoring.workdays import china_day
from field.registry import reach, regions
from field.registry.households import Household
from field.registry.regions import in_region
from field.registry.rights import Right
from field.traced import traced
from field.web.forms import at_field, sent_key, sent_seq, written
from field.web.partner_words import content_of

partners_room = Blueprint("partners_page", __name__, url_prefix="/partners")
LABELS = {"kinds": PartnerKind.labels(), "tie_kinds": TieKind.labels()}
LATE_SHOWN = 50


@partners_room.get("")
@allow(Right.READ_PARTNERS)
def listed() -> str:
    """The partners of the reader's region, and who is late."""
    session, by, day = db.session(), actor(), china_day(clock.now())
    found = tie_list.partners(session, by, day)
    late = [line for line in tie_list.ties(session, by, day) if line.late_since]
    places = [by.region, *(place.code for place in session.scalars(regions.children(by.region)))]
    codes = {one.partner.region for one in found} | set(places) | {line.household.region for line in late}
    return render_template(
        "partners.html", partners=found, late=late[:LATE_SHOWN], late_total=len(late),
        names=regions.names(session, codes), places=places, key=str(uuid7()), **LABELS,
    )  # fmt: skip


@partners_room.post("")
@allow(Right.WORK_PARTNERS)
def add() -> Response:
    """登记经营主体."""
    return _done(TieAction.ADD, "", url_for(".listed"))


@partners_room.get("/<id:partner_id>")
@allow(Right.READ_PARTNERS)
@traced(Look.LIST)
def one(partner_id: str) -> str:
    """One partner with its ties."""
    session, by, day = db.session(), actor(), china_day(clock.now())
    partner = tie_list.partner(session, by, partner_id)
    lines = tie_list.ties(session, by, day, partner_id)
    names = regions.names(session, {partner.region, *(line.household.region for line in lines)})
    return render_template(
        "partner.html", partner=partner, ties=lines, names=names, today=day,
        paid=tie_list.payments(session, [line.tie.id for line in lines]), key=str(uuid7()), **LABELS,
    )  # fmt: skip


@partners_room.post("/<id:partner_id>")
@allow(Right.WORK_PARTNERS)
def tie(partner_id: str) -> Response:
    """结成联结 with a household, by its number."""
    by, number = actor(), written("number")[:40]
    tie_list.partner(db.session(), by, partner_id)
    ours = select(Household.id).where(Household.number == number, in_region(Household.region, by.region))
    household_id = db.session.scalar(ours)
    if household_id is None:
        raise at_field("number", _("没有找到这个户编号，请核对后再填"))
    back = url_for(".one", partner_id=partner_id)
    return _done(TieAction.TIE, household_id, back, {"partner_id": partner_id})


@partners_room.post("/ties/<id:tie_id>")
@allow(Right.WORK_PARTNERS)
def later(tie_id: str) -> Response:
    """记兑现, or 结束联结."""
    found, _household = reach.belonging(db.session(), actor(), partners.Tie, tie_id, Right.WORK_PARTNERS)
    action = TieAction.END if request.form.get("action") == TieAction.END else TieAction.PAY
    return _done(action, tie_id, url_for(".one", partner_id=found.partner_id))


def _done(action: TieAction, of: str, back: str, more: dict[str, Any] | None = None) -> Response:
    """Record it in one transaction."""
    by, now = actor(), clock.now()
    asked = partners.Asked(action, content_of(action, request.form) | (more or {}), sent_key(), sent_seq(), of)
    stale = _("刚才有人记过这项联结，请刷新后再看，没有重复记录")
    done(lambda session: partners.act(session, asked, by, now), stale)
    return redirect(back, 303)
