"""绑定页: the numbers and accounts bound to a household, and what a cadre or an office decides about them."""

from typing import NamedTuple

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from field import clock
from field.auth import actor, allow
from field.codes import Channel
from field.db import db, transact
from field.monitoring.household_file import people
from field.monitoring.leads import bindings
from field.monitoring.leads.bindings import StateChanged
from field.monitoring.traces import Look
from field.problems import Problem
from field.registry.contact_rules import ContactState, Decision, Proof
from field.registry.contacts import Candidate, Contact, Contested, NotPossible
from field.registry.households import Household, Person
from field.registry.reach import household
from field.registry.rights import Actor, Right
from field.registry.staff import staff_names
from field.traced import traced
from field.web.forms import written

bindings_page = Blueprint("bindings_page", __name__, url_prefix="/bindings")


class Binding(NamedTuple):
    """一个绑定: with whose it is, who else holds the number, and a mark of what the reader has seen."""

    contact: Contact
    person: Person | None
    others: list[Household]
    beyond: int
    may_decide: bool
    seen: str


@bindings_page.get("/<id:household_id>")
@allow(Right.DECIDE_BINDINGS)
@traced(Look.FILE)
def listed(household_id: str) -> str:
    """The bindings of one household."""
    session, by = db.session(), actor()
    home = household(session, by, household_id, Right.DECIDE_BINDINGS)
    members = {one.id: one for one in people(session, [home.id], merged=True)[home.id]}
    found = bindings.of_household(session, home.id)
    staff = staff_names(session, {one.confirmed_by for one in found if one.confirmed_by})
    return render_template(
        "bindings.html", home=home, several=[_binding(one, members.get(one.person_id), by) for one in found],
        states=ContactState.labels(), proofs=Proof.labels(), decisions=Decision.labels(), staff=staff,
        channels=Channel.labels(),
    )  # fmt: skip


@bindings_page.post("/contacts/<id:contact_id>/confirm")
@allow(Right.DECIDE_BINDINGS)
def confirm(contact_id: str) -> Response:
    """干部已核对; of a number that another household holds with a decision."""
    by, now, note, seen = actor(), clock.now(), written("note"), request.form.get("seen", "")
    chosen = request.form.get("decision", "")
    decided = Decision(chosen) if chosen in list(Decision) else None
    try:
        transact(lambda session: bindings.checked(session, contact_id, seen, note, by, now, decided))
    except Contested:
        detail = _("这个号码另一户在用，没有改动。请乡镇或县里决定：两家共用，还是转给新的人")
        raise Problem(409, "contested", detail) from None
    except (StateChanged, NotPossible):
        raise _stale() from None
    return _back(contact_id)


@bindings_page.post("/contacts/<id:contact_id>/revoke")
@allow(Right.DECIDE_BINDINGS)
def revoke(contact_id: str) -> Response:
    """解除, with a reason."""
    by, now, note, seen = actor(), clock.now(), written("note", needed=True), request.form.get("seen", "")
    try:
        transact(lambda session: bindings.revoke(session, contact_id, seen, note, by, now))
    except (StateChanged, NotPossible):
        raise _stale() from None
    return _back(contact_id)


def _binding(contact: Contact, person: Person | None, by: Actor) -> Binding:
    """Households elsewhere that hold the number are counted and not named."""
    session = db.session()
    others: list[Candidate] = [] if contact.revoked_at else list(bindings.holders(session, contact))
    homes = [session.get_one(Household, home) for home in sorted({one.household_id for one in others})]
    mine = [home for home in homes if by.may(Right.READ_HOUSEHOLDS, home.region)]
    decides = by.has(Right.DECIDE_CONTESTED) and len(mine) == len(homes)
    return Binding(contact, person, mine, len(homes) - len(mine), decides, bindings.seen_by(session, contact))


def _stale() -> Problem:
    return Problem(409, "state_changed", _("这个绑定刚才有人改动过，没有再改。请返回刷新后再看"))


def _back(contact_id: str) -> Response:
    contact = db.session.get(Contact, contact_id)
    return redirect(url_for(".listed", household_id=contact.household_id if contact else None), 303)
