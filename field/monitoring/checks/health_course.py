"""健康状况怎么来的: what the entries of a household's chain say of a person's health, one after another."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from field.codes import EntryKind
from field.ledger.entries import Entry, opened
from field.registry.numbers import derived_id
from field.registry.screening import HEALTH, graver

FILLED = (EntryKind.FILLED_IN, EntryKind.FILLED_HELD, EntryKind.FILLED_DECIDED)
TOLD = (EntryKind.ROSTER, EntryKind.VISIT, EntryKind.HELD_VISIT, EntryKind.HELD_DECISION, EntryKind.SCREENING,
        EntryKind.SCREENING_UNDONE, *FILLED)  # fmt: skip
Told = tuple[Entry, dict[str, Any]]


def health_of(session: Session, household_id: str, person_id: str, before: int) -> str | None:
    """The state of health that stands once all entries up to one, itself too, are heard, without those taken back."""
    kinds = [kind.value for kind in TOLD]
    here = Entry.chain_id == household_id, Entry.seq <= before, Entry.kind.in_(kinds)
    entries = list(session.scalars(select(Entry).where(*here).order_by(Entry.seq)))
    told = list(zip(entries, opened(session, entries), strict=True))
    undone = {said["seq"] for entry, said in told if entry.kind == EntryKind.SCREENING_UNDONE}
    held = {entry.seq: said for entry, said in told if entry.kind == EntryKind.HELD_VISIT}
    health: str | None = None
    for entry, said in told:
        if entry.kind == EntryKind.SCREENING:
            if entry.seq not in undone and said["person_id"] == person_id and said["reason"] in HEALTH:
                health = graver(health, HEALTH[said["reason"]])
            continue
        for one in _members(entry, said, held):
            if one["id"] == person_id:
                health = one.get("health")
    return health


def _members(entry: Entry, said: dict[str, Any], held: dict[int, dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Members as an entry tells of their health; a roster that leaves it empty says that nothing is known."""
    if entry.kind == EntryKind.ROSTER:
        yield from said["members"]
    if entry.kind == EntryKind.VISIT:
        yield from _seen(said)
    if entry.kind in FILLED:
        members = said.get("members", ())
        yield from ({"id": one["person_id"], "health": one["health"]} for one in members if "health" in one)
    if entry.kind == EntryKind.HELD_DECISION and said["accepted"] and said["seq"] in held:
        yield from _seen(held[said["seq"]])


def _seen(visit: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for place, member in enumerate(visit.get("members", [])):
        told = member.get("new", member)
        if "health" in told:
            yield {"id": member.get("person_id", derived_id(visit["id"], place)), "health": told["health"]}
