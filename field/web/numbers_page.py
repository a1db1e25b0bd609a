"""看全号: a person's numbers in full, against a reason that is kept with the look."""

from flask import Blueprint, render_template, request
from flask_babel import gettext as _

from field import clock
from field.auth import actor, allow
from field.db import db, transact
from field.monitoring.household_file import household
from field.monitoring.traces import reveal_numbers
from field.registry.households import Person
from field.registry.rights import NotAllowed, Right

numbers = Blueprint("numbers", __name__, url_prefix="/people")
SHORTEST, LONGEST = 2, 200


@numbers.get("/<id:person_id>/numbers")
@allow(Right.REVEAL_NUMBERS)
def ask(person_id: str) -> str:
    """Ask for the reason."""
    return render_template("numbers.html", whose=_person(person_id), shown=False, fault=None, reason="")


@numbers.post("/<id:person_id>/numbers")
@allow(Right.REVEAL_NUMBERS)
def reveal(person_id: str) -> str | tuple[str, int]:
    """Show the numbers and leave the trace; without a reason neither."""
    reason = " ".join(request.form.get("reason", "").replace("\0", "").split())
    if not SHORTEST <= len(reason) <= LONGEST:
        fault = _("请写明为什么要看，至少 2 个字，最多 200 个字")
        asked = {"shown": False, "fault": fault, "reason": reason[:LONGEST]}
        return render_template("numbers.html", whose=_person(person_id), **asked), 422
    by, now = actor(), clock.now()
    whose = transact(lambda session: reveal_numbers(session, person_id, by, reason, now))
    return render_template("numbers.html", whose=whose, shown=True, fault=None, reason=reason)


def _person(person_id: str) -> Person:
    person = db.session.get(Person, person_id)
    if person is None:
        raise NotAllowed
    household(db.session(), actor(), person.household_id, Right.REVEAL_NUMBERS)
    return person
