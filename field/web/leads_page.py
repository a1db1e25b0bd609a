"""线索页: what households said themselves and what workers answered, open ones first, each with its way on."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from uuid6 import uuid7
from werkzeug.wrappers import Response

from field import clock
from field.auth import actor, allow
from field.case_codes import CaseAction, CaseState
from field.codes import Channel, LeadKind, RiskFactor, Source
from field.db import db, transact
from field.messaging import threads
from field.monitoring.cases.case_list import settled
from field.monitoring.cases.case_rules import actions
from field.monitoring.leads import attaching, lead_list
from field.monitoring.traces import Look
from field.problems import Problem
from field.registry.households import Household
from field.registry.regions import in_region
from field.registry.rights import Right
from field.traced import traced
from field.web.asked import asked_code, asked_page
from field.web.forms import at_field, sent_id, written
from field.web.whereabouts import here

leads_room = Blueprint("leads_page", __name__, url_prefix="/leads")
PER_PAGE = 20
SOURCES = Source.labels()


@leads_room.get("")
@allow(Right.READ_LEADS)
@traced(Look.LIST)
def listed() -> str:
    """Leads of the reader's region, or of what the address asks for."""
    where, open_only, page = here(Right.READ_LEADS), asked_code("state", ("all", "open")) != "all", asked_page()
    source, kind = asked_code("source", SOURCES), asked_code("kind", LeadKind.labels())
    household = sent_id(request.args, "household") or None
    sought = lead_list.Sought(where.code, source, kind, household)
    asked = {
        "household": household,
        "region": None if where.code == actor().region else where.code, "source": source, "kind": kind,
        "state": None if open_only else "all",
    }  # fmt: skip
    found, total = lead_list.leads(db.session(), actor(), open_only, page, PER_PAGE, sought)
    homes = {one["household_id"] for one in found if one["household_id"]}
    return render_template(
        "leads.html", leads=found, settled=settled(db.session(), homes), states=CaseState.labels(),
        may_take_over=CaseAction.TAKE_OVER in actions(CaseState.LEAD, actor().role), key=uuid7,
        numbers=_numbers(homes), total=total, page=page, pages=-(-total // PER_PAGE), open_only=open_only,
        channels=Channel.labels(), risks=RiskFactor.labels(), here=where, asked=asked, sources=SOURCES,
        kinds=LeadKind.labels(), told_in=_conversations(found),
    )  # fmt: skip


def _conversations(found: list[dict[str, Any]]) -> dict[tuple[str, int], str]:
    """来往 in which what nobody's lead says was told, for who may see such: by whom, and how to call him."""
    strangers = [(one["chain_id"], one["seq"]) for one in found if not one["household_id"]]
    return threads.told_in(db.session(), strangers) if actor().has(Right.READ_UNMATCHED) else {}


def _numbers(homes: set[str]) -> dict[str, str]:
    """户编号 by household, for 补立案."""
    return dict(db.session.execute(select(Household.id, Household.number).where(Household.id.in_(homes))).all())


@leads_room.post("/<chain:chain_id>/<seq:seq>")
@allow(Right.ATTACH_LEADS)
def attach(chain_id: str, seq: int) -> Response:
    """Say whose lead it is, by the household's number."""
    by, now = actor(), clock.now()
    attaching.attachable(db.session(), chain_id, seq, by)
    number = request.form.get("number", "").replace("\0", "").strip()[:40]
    ours = select(Household.id).where(Household.number == number, in_region(Household.region, by.region))
    household_id = db.session.scalar(ours)
    if household_id is None:
        raise at_field("number", _("没有找到这个户编号，请核对后再填"))
    try:
        transact(lambda session: attaching.attach(session, chain_id, seq, household_id, by, now))
    except attaching.AlreadyAttached:
        raise Problem(409, "already_attached", _("这条线索已经归到一户了")) from None
    return redirect(url_for(".listed"), 303)


@leads_room.post("/<chain:chain_id>/<seq:seq>/detach")
@allow(Right.ATTACH_LEADS)
def detach(chain_id: str, seq: int) -> Response:
    """撤回归户, with a reason, from the household that the page showed."""
    by, now, note = actor(), clock.now(), written("note", needed=True)
    household_id = sent_id(request.form, "household")
    try:
        transact(lambda session: attaching.detach(session, chain_id, seq, household_id, note, by, now))
    except attaching.UnderWay:
        raise Problem(409, "under_way", _("这条线索已经立了案，先在案子里办“不予通过”，再撤回归户")) from None
    except attaching.NotAttached:
        raise Problem(409, "not_attached", _("这条线索刚才有人改过归户了，请刷新后再看")) from None
    return redirect(url_for(".listed"), 303)
