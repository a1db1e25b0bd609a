"""看全号、看原话、看原图: numbers, words and photographs in full, against a reason that is kept with the look."""

from typing import Any

from flask import Blueprint, Response, render_template, request
from flask_babel import gettext as _

from field import clock
from field.at_hand import vault
from field.auth import actor, allow
from field.codes import Channel, EntryKind
from field.db import db, transact
from field.ledger.entries import Entry, opened
from field.messaging import threads
from field.messaging.threads import Thread
from field.monitoring.timeline import shortened
from field.monitoring.traces import Look, leave_trace, readable, reveal_numbers, reveal_words
from field.monitoring.visiting import evidence
from field.monitoring.visiting.evidence import Evidence
from field.problems import NOT_FOUND, Problem
from field.registry import reach
from field.registry.households import Person
from field.registry.rights import NotAllowed, Right
from field.web.forms import at_field
from field.web.visit_words import personal_title
from field.web.wording import day

numbers = Blueprint("numbers", __name__)
SHORTEST, LONGEST = 2, 200


@numbers.get("/people/<id:person_id>/numbers")
@allow(Right.REVEAL_NUMBERS)
def ask(person_id: str) -> str:
    """Ask for the reason."""
    return _asked(_person(person_id))


@numbers.post("/people/<id:person_id>/numbers")
@allow(Right.REVEAL_NUMBERS)
def reveal(person_id: str) -> str:
    """Show the numbers and leave the trace; without a reason neither."""
    reason = _reason()
    by, now = actor(), clock.now()
    whose = transact(lambda session: reveal_numbers(session, person_id, by, reason, now))
    return render_template("numbers.html", whose=whose, shown=True)


@numbers.get("/households/<id:household_id>/entries/<seq:seq>/words")
@allow(Right.REVEAL_NUMBERS)
def ask_words(household_id: str, seq: int) -> str:
    """Ask for the reason."""
    return _asked(readable(db.session(), household_id, seq, actor()))


@numbers.post("/households/<id:household_id>/entries/<seq:seq>/words")
@allow(Right.REVEAL_NUMBERS)
def reveal_typed(household_id: str, seq: int) -> str:
    """Show what was typed in an entry, and leave the trace; without a reason neither."""
    reason, by, now = _reason(), actor(), clock.now()
    entry = transact(lambda session: reveal_words(session, household_id, seq, by, reason, now))
    [payload] = opened(db.session(), [entry])
    texts = [(_label(path.rpartition(".")[2]), text) for path, text in shortened(payload)]
    return render_template("words.html", texts=texts, shown=True, **_called(entry))


@numbers.get("/households/<id:household_id>/photographs/<sha256:digest>")
@allow(Right.READ_ORIGINALS)
def ask_original(household_id: str, digest: str) -> str:
    """Ask for the reason."""
    _photograph(digest)
    return render_template("original.html", household_id=household_id)


@numbers.post("/households/<id:household_id>/photographs/<sha256:digest>")
@allow(Right.READ_ORIGINALS)
def reveal_original(household_id: str, digest: str) -> Any:  # noqa: ARG001 (of the address)
    """Give the photograph as it was taken, with its EXIF, and leave the trace; without a reason neither."""
    photo, reason, by, now = _photograph(digest), _reason(), actor(), clock.now()
    transact(lambda session: leave_trace(session, by, Look.PHOTO_ORIGINAL, digest, now, reason))
    return Response(vault().get(digest), content_type=f"image/{photo.format}")


@numbers.get("/messages/<id:message_id>/number")
@allow(Right.REVEAL_NUMBERS)
def ask_sender(message_id: str) -> str:
    """Ask for the reason."""
    _conversation(message_id)
    return render_template("sender.html", message_id=message_id)


@numbers.post("/messages/<id:message_id>/number")
@allow(Right.REVEAL_NUMBERS)
def reveal_sender(message_id: str) -> str:
    """Show from where somebody writes, so that he can be called, and leave the trace; without a reason neither."""
    found, reason, by, now = _conversation(message_id), _reason(), actor(), clock.now()
    subject = found.key.household_id or message_id
    transact(lambda session: leave_trace(session, by, Look.PHONE, subject, now, reason))
    return render_template("sender.html", message_id=message_id, address=found.address, shown=True)


def _conversation(message_id: str) -> Thread:
    """By SMS, for a WeChat account cannot be called."""
    session, by = db.session(), actor()
    found = threads.thread(session, by, message_id)
    if found.key.channel != Channel.SMS or not threads.readable(session, by, found.key, Right.REVEAL_NUMBERS):
        raise NotAllowed
    return found


def _photograph(digest: str) -> Evidence:
    photo = evidence.visible(db.session(), digest, actor(), Right.READ_ORIGINALS)
    if photo is None:
        raise Problem(*NOT_FOUND)
    return photo


def _label(name: str) -> str:
    own = {"note": _("说明"), "informant": _("谁说的"), "reason": _("原因"), "location_reason": _("没有定位的原因")}
    return own.get(name) or personal_title(name)


def _asked(what: Person | Entry) -> str:
    if isinstance(what, Entry):
        return render_template("words.html", **_called(what), shown=False)
    return render_template("numbers.html", whose=what, shown=False)


def _called(entry: Entry) -> dict[str, str]:
    kind = {"kind": EntryKind.label_of(entry.kind), "day": day(entry.occurred_at), "seq": entry.seq}
    return {"title": _("%(kind)s的原话（%(day)s，第 %(seq)s 条）", **kind), "household_id": entry.chain_id}


def _reason() -> str:
    reason = " ".join(request.form.get("reason", "").replace("\0", "").split())
    if SHORTEST <= len(reason) <= LONGEST:
        return reason
    raise at_field("reason", _("请写明为什么要看，至少 2 个字，最多 200 个字"))


def _person(person_id: str) -> Person:
    person, _household = reach.belonging(db.session(), actor(), Person, person_id, Right.REVEAL_NUMBERS)
    return person
