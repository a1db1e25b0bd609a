"""台账页: entries newest first with filters in the address."""

from typing import Any

from flask import Blueprint, render_template, request
from sqlalchemy import select

from field.auth import actor, allow
from field.codes import Channel, EntryKind
from field.db import db
from field.ledger.entries import region_chain
from field.ledger.receipts import number
from field.monitoring.ledger_list import Line, Mark, Wanted, lines
from field.monitoring.traces import Look
from field.monitoring.visiting.visit_rules import moment
from field.registry import regions
from field.registry.households import Person
from field.registry.rights import Right
from field.traced import traced
from field.web.asked import asked_code, asked_day, senseless
from field.web.whereabouts import here
from field.web.wording import unnamed

ledger = Blueprint("ledger", __name__, url_prefix="/ledger")
LONGEST = 60
REGION = region_chain("")
WHOSE = frozenset((  # of somebody, though nobody knows yet of whom
    EntryKind.DECLARATION, EntryKind.CHECKIN, EntryKind.CALL_WANTED, EntryKind.HELP_WANTED, EntryKind.PHOTOS,
    EntryKind.LEAD_ATTACHED, EntryKind.LEAD_DETACHED, EntryKind.MESSAGES_ATTACHED, EntryKind.MESSAGES_DETACHED,
    EntryKind.HELD_VISIT, EntryKind.HELD_DECISION,
))  # fmt: skip


@ledger.get("")
@allow(Right.READ_HOUSEHOLDS)
@traced(Look.LIST)
def listed() -> str:
    """One page of the ledger, and the address of the next."""
    where, wanted = here(Right.READ_HOUSEHOLDS), _wanted()
    found, after = lines(db.session(), actor(), wanted)
    called = unnamed() | _themselves(found)
    names = regions.names(db.session(), {line.region or line.chain_id.removeprefix(REGION) for line in found})
    return render_template(
        "ledger.html", here=where, found=found, wanted=wanted, asked=_asked(wanted), names=names, number=number,
        called=called, after=_written(after) if after else None, kinds=EntryKind.labels(), channels=Channel.labels(),
        whose=WHOSE, region_mark=REGION,
    )  # fmt: skip


def _themselves(found: list[Line]) -> dict[str, str]:
    """Members of the households shown, as recorders of what they said themselves."""
    ids = {line.actor.removeprefix("person:") for line in found if line.actor.startswith("person:")}
    homes = {line.chain_id for line in found}
    rows = select(Person.id, Person.name).where(Person.id.in_(ids), Person.household_id.in_(homes))
    return {f"person:{person_id}": name for person_id, name in db.session.execute(rows)} if ids else {}


def _wanted() -> Wanted:
    """What was asked for; 422 for what makes no sense."""
    return Wanted(
        region=request.args.get("region") or None,
        kind=asked_code("kind", EntryKind.labels()),
        channel=asked_code("channel", Channel.labels()),
        actor=request.args.get("actor", "").replace("\0", "").strip()[:LONGEST] or None,
        day=asked_day("day"),
        after=_read(request.args.get("after", "")),
    )


def _asked(wanted: Wanted) -> dict[str, Any]:
    asked = {"region": wanted.region, "kind": wanted.kind, "channel": wanted.channel, "actor": wanted.actor}
    return asked | {"day": wanted.day.isoformat() if wanted.day else None}


def _written(mark: Mark) -> str:
    return f"{mark.recorded_at.isoformat(timespec='milliseconds')}~{mark.chain_id}~{mark.seq}"


def _read(text: str) -> Mark | None:
    if not text:
        return None
    at, _, place = text.partition("~")
    chain_id, _, seq = place.rpartition("~")
    try:
        mark = Mark(moment(at), chain_id, int(seq))
    except (ValueError, OverflowError):
        raise senseless("after") from None
    if not 0 <= mark.seq < 2**31 or "\0" in chain_id:
        raise senseless("after")
    return mark
