"""消息页: conversations with households, unmatched ones with those who may have written, and whose they are.

Who may see what is decided in `field/messaging/threads.py`, by deny by default: a household's messages within one's
region; unmatched ones by the town and county offices in whose region their lead lies, without a lead by the county's.
Opening a conversation leaves a trace. Numbers are shown masked, and neither they nor names stand in any address.
"""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from field import clock
from field.auth import actor, allow
from field.codes import Channel
from field.db import db, transact
from field.messaging import attaching, threads
from field.messaging.attaching import NotNobodys, NotTaken
from field.messaging.threads import Thread
from field.messaging.unmatched import claims, suggestions
from field.monitoring.leads.attaching import AlreadyAttached
from field.monitoring.leads.leads import Lead
from field.monitoring.traces import Look
from field.monitoring.visiting.evidence import visible_among
from field.problems import Problem
from field.registry import regions
from field.registry.contacts import TooMany
from field.registry.households import Household, Person
from field.registry.reach import household
from field.registry.regions import in_region
from field.registry.rights import NotAllowed, Right
from field.traced import trace_look, traced
from field.web.asked import asked_code, asked_page
from field.web.forms import at_field, sent_id, written
from field.web.thread_words import LABELS, declared_for_itself, said_to_be, spoken, turns

messages_page = Blueprint("messages_page", __name__, url_prefix="/messages")
PER_PAGE, MOST_LEADS = 50, 50


@messages_page.get("")
@allow(Right.READ_MESSAGES)
@traced(Look.LIST)
def listed() -> str:
    """Conversations that the reader may see, the newest first."""
    session, by, page = db.session(), actor(), asked_page()
    asked = asked_code("which", ("all", "unmatched"))
    which = "unmatched" if asked == "unmatched" and by.has(Right.READ_UNMATCHED) else "all"
    whose = sent_id(request.args, "household")
    home = household(session, by, whose) if whose else None
    found, total = threads.conversations(session, by, which, home.id if home else None, page, PER_PAGE)
    names = regions.names(session, {line.region for line in found if line.region})
    return render_template(
        "messages.html", found=found, total=total, page=page, pages=-(-total // PER_PAGE), which=which, home=home,
        names=names, channels=Channel.labels(),
    )  # fmt: skip


@messages_page.get("/<id:message_id>")
@allow(Right.READ_MESSAGES)
def one(message_id: str) -> str:
    """One conversation, and who may have written it where that is nobody's; the look is noted."""
    session, by = db.session(), actor()
    found = threads.thread(session, by, message_id)
    trace_look(Look.MESSAGES, found.key.household_id or message_id)
    found = threads.thread(session, by, message_id)
    home = session.get(Household, found.key.household_id) if found.key.household_id else None
    likely, elsewhere = (
        ([], 0) if home else suggestions(session, by, found.key.channel, found.key.sender, found.dialogs)
    )
    taken = attaching.attached_by_hand(session, found.key) is not None if home else False
    return render_template(
        "thread.html", thread=found, message_id=message_id, home=home, likely=likely, elsewhere=elsewhere, taken=taken,
        turns=turns(found, _photos(found)), talks=spoken(found), claims=said_to_be(claims(found.dialogs)),
        lead_is_own=declared_for_itself(found), leads=_attachable(found), **LABELS,
    )  # fmt: skip


@messages_page.post("/<id:message_id>/attach")
@allow(Right.ATTACH_MESSAGES)
def attach(message_id: str) -> Response:
    """归户: by somebody suggested or by the household's number; on wish the number is noted as that person's."""
    by, now, note = actor(), clock.now(), written("note")
    attaching.attachable(db.session(), message_id, by)
    person, home = _chosen()
    leads = [_place(text) for text in request.form.getlist("lead")[:MOST_LEADS]]

    def work(session: Any) -> None:
        whose = session.get_one(Person, person.id) if person and request.form.get("bind") else None
        attaching.attach(session, message_id, home.id, leads, note, by, now, whose)

    try:
        transact(work)
    except (NotNobodys, AlreadyAttached):
        raise Problem(409, "already_attached", _("这段来往或它的线索刚才有人归过户了，请刷新后再看")) from None
    except TooMany:
        raise Problem(429, "too_many", _("这个号码近来登记得太多了，请先不登记号码，只归户")) from None
    bound = person is not None and bool(request.form.get("bind"))
    onward = url_for("bindings_page.listed", household_id=home.id) if bound else url_for(".one", message_id=message_id)
    return redirect(onward, 303)


@messages_page.post("/<id:message_id>/detach")
@allow(Right.ATTACH_MESSAGES)
def detach(message_id: str) -> Response:
    """撤回归户, with a reason."""
    by, now, note = actor(), clock.now(), written("note", needed=True)
    try:
        transact(lambda session: attaching.detach(session, message_id, note, by, now))
    except NotTaken:
        raise Problem(409, "not_attached", _("没有可以撤回的，可能刚才已经有人撤回了，请刷新后再看")) from None
    return redirect(url_for(".listed"), 303)


def _chosen() -> tuple[Person | None, Household]:
    """The person chosen, if any, and the household; 422 where neither is named."""
    session, by = db.session(), actor()
    person_id, number = sent_id(request.form, "person"), written("number")[:40]
    if person_id and not number:
        person = session.get(Person, person_id)
        if person is None:
            raise NotAllowed
        return person, household(session, by, person.household_id, Right.ATTACH_MESSAGES)
    ours = select(Household).where(Household.number == number, in_region(Household.region, by.region))
    home = session.scalar(ours)
    if home is None:
        raise at_field("number", _("请选一个人，或者填对户编号"))
    return None, home


def _place(text: str) -> tuple[str, int]:
    chain_id, _colon, seq = text.rpartition("/")
    if not (seq.isascii() and seq.isdigit() and len(seq) < 10):
        raise NotAllowed
    return chain_id[:36].replace("\0", ""), int(seq)


def _attachable(found: Thread) -> list[Lead]:
    """Leads of nobody yet that the reader may say whose they are."""
    return [one for one in found.leads if not one.household_id and actor().may(Right.ATTACH_LEADS, one.region)]


def _photos(found: Thread) -> set[str]:
    """The photographs that the reader may open."""
    digests = {digest for message in found.came for digest in message.photos}
    return visible_among(db.session(), digests, actor())
