"""线索页: what households said themselves and what workers answered, open ones first, each with its way on."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from field import clock
from field.auth import actor, allow
from field.codes import Channel, RiskFactor
from field.db import db, transact
from field.monitoring import attaching, grades, leads
from field.problems import Problem
from field.registry.households import Household
from field.registry.regions import in_region
from field.registry.rights import Right
from field.web.forms import asked_page, sent_id, written

leads_room = Blueprint("leads_page", __name__, url_prefix="/leads")
PER_PAGE = 20


@leads_room.get("")
@allow(Right.READ_LEADS)
def listed() -> str:
    """Leads and tasks of the reader's region."""
    open_only, page = request.args.get("state") != "all", asked_page()
    found, total = leads.leads(db.session(), actor(), open_only, page, PER_PAGE)
    waiting, tasks = grades.tasks(db.session(), actor(), True, 1, PER_PAGE)
    return render_template(
        "leads.html", leads=found, total=total, page=page, pages=-(-total // PER_PAGE), open_only=open_only,
        tasks=waiting, tasks_total=tasks, channels=Channel.labels(), risks=RiskFactor.labels(),
    )  # fmt: skip


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
        raise Problem(422, "no_household", _("没有找到这个户编号，请核对后再填"))
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
    except attaching.NotAttached:
        raise Problem(409, "not_attached", _("这条线索刚才有人改过归户了，请刷新后再看")) from None
    return redirect(url_for(".listed"), 303)
