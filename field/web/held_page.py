"""待核收页: what was sent after the right had ended, or refused and handed over, for the town to decide."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from field import clock
from field.auth import actor, allow
from field.codes import EntryKind
from field.db import db, transact
from field.ledger.entries import Entry, opened
from field.monitoring.household_file import people
from field.monitoring.timeline import masked
from field.monitoring.traces import Look
from field.monitoring.visiting.evidence import senders
from field.monitoring.visiting.held import AlreadyDecided, decide, pictured
from field.monitoring.visiting.held import waiting as held_waiting
from field.monitoring.visiting.visit_rules import faults, moment
from field.problems import Problem
from field.registry import regions
from field.registry.households import Household
from field.registry.rights import Right
from field.registry.signatures import by_same
from field.registry.staff import staff_names
from field.traced import traced
from field.web.entry_words import content
from field.web.forms import at_field
from field.web.visit_words import Section, sections

held = Blueprint("held", __name__, url_prefix="/held")
LONGEST = 500
FORMS = {"revisited_at": EntryKind.REVISIT, "signed_at": EntryKind.CONSENT, "called_at": EntryKind.CHECKIN}
JUDGED = {EntryKind.VISIT: "visit", EntryKind.REVISIT: "revisit"}


class Case(NamedTuple):
    """一条待核收: the entry, whose household, what it says with its photographs, and why it waits."""

    entry: Entry
    household: Household | None
    sections: list[Section]
    refused: bool
    faults: list[dict[str, str]]
    reason: str
    own: bool
    at: datetime | None
    form: EntryKind
    photos: list[str]


@held.get("")
@allow(Right.DECIDE_HELD)
@traced(Look.LIST)
def waiting() -> str:
    """All that waits in the reader's region, oldest first."""
    session = db.session()
    entries = held_waiting(session, actor())
    payloads = opened(session, entries)
    visits = [_visit(payload) for payload in payloads]
    homes = _homes(visits)
    names = _names(homes, visits)
    sent = senders(session, {digest for visit in visits for digest in pictured(visit)})
    cases = [_case(*both, homes, names, sent) for both in zip(entries, payloads, strict=True)]
    staff = staff_names(session, {entry.actor for entry in entries})
    return render_template("held.html", cases=cases, staff=staff, names=names)


@held.post("/<chain:chain_id>/<seq:seq>")
@allow(Right.DECIDE_HELD)
def decision(chain_id: str, seq: int) -> Response:
    """Take a visit in or send it back; sent back only with a reason."""
    accepted = request.form.get("verdict") == "accept"
    reason = request.form.get("reason", "").replace("\0", "").strip()[:LONGEST]
    if not accepted and not reason:
        raise at_field("reason", _("退回要写明原因，好让村里知道怎么改"))
    by, now = actor(), clock.now()
    try:
        transact(lambda session: decide(session, chain_id, seq, accepted, reason, by, now))
    except AlreadyDecided:
        raise Problem(409, "already_decided", _("这一条已经有人处理过了，没有再记一次")) from None
    return redirect(url_for(".waiting"), 303)


def _visit(payload: dict[str, Any]) -> dict[str, Any]:
    """The visit itself, out of what the phone handed over where the rules had refused it."""
    inner = payload.get("visit", payload)
    return inner if isinstance(inner, dict) else {}


def _homes(visits: Sequence[dict[str, Any]]) -> dict[str, Household]:
    """The households named, as far as the reader may know of them."""
    named = {str(visit.get("household_id"))[:36] for visit in visits}
    found = db.session.scalars(select(Household).where(Household.id.in_(named)))
    return {one.id: one for one in found if actor().may(Right.READ_HOUSEHOLDS, one.region)}


def _names(homes: dict[str, Household], visits: Sequence[dict[str, Any]]) -> dict[str, str]:
    """People by id; places by code."""
    persons = [person for several in people(db.session(), homes, merged=True).values() for person in several]
    lists = [visit["members"] for visit in visits if isinstance(visit.get("members"), list)]
    named = [item for members in lists for item in members if isinstance(item, dict)]
    named += [visit["facts"] for visit in visits if isinstance(visit.get("facts"), dict)]
    codes = {item["work_place"] for item in named if isinstance(item.get("work_place"), str)}
    places = regions.names(db.session(), codes | {one.region for one in homes.values()})
    return places | {person.id: person.name for person in persons}


def _case(
    entry: Entry, payload: dict[str, Any], homes: dict[str, Household], names: dict[str, str],
    sent: set[tuple[str, str]],
) -> Case:  # fmt: skip
    visit, refused = _visit(payload), "visit" in payload
    when = next((name for name in FORMS if name in visit), "visited_at")
    form = FORMS.get(when, EntryKind.VISIT)
    wrong = faults(visit, JUDGED[form]) if refused and form in JUDGED else []
    return Case(
        entry=entry,
        household=homes.get(str(visit.get("household_id"))),
        sections=_told(EntryKind.VISIT if wrong else form, visit, names),
        refused=refused,
        faults=wrong,
        reason=str(payload.get("reason", "")) if refused else "",
        own=by_same(entry.actor, actor().username),
        at=_moment(visit.get(when)),
        form=form,
        photos=[digest for digest in pictured(visit) if (digest, entry.actor) in sent],
    )


def _told(form: EntryKind, said: dict[str, Any], names: Mapping[str, str]) -> list[Section]:
    """What it says; of another shape than the form gives, as far as a visit's sections tell it."""
    by = said.get("said_by")
    shown = masked(said | ({"said_by": {"name": by}} if isinstance(by, str) else {}))
    try:
        return content(form, shown, names)
    except (AttributeError, KeyError, TypeError, ValueError):
        return sections(shown, names)


def _moment(said: Any) -> datetime | None:
    try:
        return moment(str(said))
    except (ValueError, OverflowError):
        return None
