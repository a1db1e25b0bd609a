"""推导: what entries mean for registry, facts and evidence; used as they arrive and by every rebuild."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any, cast

from sqlalchemy import Table, bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from field.codes import EntryKind
from field.ledger.entries import Entry, opened
from field.ledger.facts import SEEN, latest, state
from field.monitoring.bindings import derive_claimed, derive_confirmed, derive_settled
from field.monitoring.cases import derive_case
from field.monitoring.checkins import derive_call_wanted, derive_checkin, derive_silence
from field.monitoring.declarations import derive_declaration
from field.monitoring.evidence import EvidenceLink
from field.monitoring.leads import derive_attached, derive_detached
from field.monitoring.merging import count_persons, derive_merged, derive_parted
from field.monitoring.photos_added import derive_photos
from field.monitoring.register import register_roster
from field.monitoring.unfinished import derive_help_wanted
from field.monitoring.warnings import derive_warning
from field.orm import UtcDateTime
from field.prepared import Prepared
from field.registry.households import Household, Person
from field.registry.masking import mask_phone
from field.registry.numbers import derived_id, e164
from field.registry.sealing import blind

SECTIONS = ("income", "expenses", "guarantees", "risk_factors")
PERSONAL_FACTS = ("phone", "work_place", "work", "months_away", "monthly_income", "health", "schooling", "labour")

Observation = tuple[str, str, Any, str | None]
Deriver = Callable[[Session, Entry, dict[str, Any]], None]


_households = cast(Table, Household.__table__)
_at = bindparam("at", type_=UtcDateTime())
_later = _households.c.last_visit_at.is_(None) | (_households.c.last_visit_at <= _at)
_new_links = Prepared(insert(EvidenceLink))
_newest_visit = Prepared(
    _households.update()
    .where(_households.c.id == bindparam("chain"), _later)
    .values(last_visit_at=_at, last_visit_seq=bindparam("to_seq"))
)


def derive(session: Session, entry: Entry, payload: dict[str, Any]) -> None:
    """Write what follows from one entry, whose opened payload is given."""
    for rule in DERIVERS.get(entry.kind, ()):
        rule(session, entry, payload)


def link_evidence(session: Session, entry: Entry, visit: dict[str, Any]) -> None:
    """佐证关联 of a visit, held or not."""
    links: dict[str, dict[str, Any]] = {}
    for item in visit.get("evidence", []):
        row = {"sha256": item["sha256"], "kind": item["kind"], "person_id": item.get("person_id")}
        links[item["sha256"]] = {"chain_id": entry.chain_id, "seq": entry.seq, **row}
    _new_links.run(session, *links.values())


def observe_visit(session: Session, entry: Entry, visit: dict[str, Any]) -> None:
    """走访所见: facts with their provenance, changed members, and the day of the last visit."""
    observe_visits(session, [(entry, visit)])


def observe_visits(session: Session, several: Sequence[tuple[Entry, dict[str, Any]]]) -> None:
    """The same for many visits, oldest first, with few statements."""
    state(session, [fact for entry, visit in several for fact in _seen(session, entry, visit)])
    _remember_visits(session, [entry for entry, _ in several])


def _seen(session: Session, entry: Entry, visit: dict[str, Any]) -> Iterator[dict[str, Any]]:
    here = [section for section in SECTIONS if section in visit]
    facts: list[Observation] = [(entry.chain_id, section, visit[section], None) for section in here]
    facts += _confirmed(session, entry, visit)
    for place, member in enumerate(visit.get("members", [])):
        facts += _observe_member(session, entry, member, derived_id(visit["id"], place))
    common = {
        "chain_id": entry.chain_id, "seq": entry.seq, "channel": entry.channel, "level": SEEN,
        "informant": visit["informant"], "recorder": entry.actor, "observed_at": entry.occurred_at,
    }  # fmt: skip
    for place, (subject, attribute, value, sealed) in enumerate(facts):
        what = {"subject": subject, "attribute": attribute, "value": value, "sealed": sealed}
        yield {**common, "place": place, **what}


def _confirmed(session: Session, entry: Entry, visit: dict[str, Any]) -> list[Observation]:
    """What was true last time and was said to be so again."""
    sections = [name for name in visit.get("unchanged", []) if name in SECTIONS and name not in visit]
    if not sections:
        return []
    before = latest(session, entry.chain_id, sections)
    return [(entry.chain_id, name, fact.value, None) for name, fact in before.items()]


def _observe_member(session: Session, entry: Entry, member: dict[str, Any], new_id: str) -> list[Observation]:
    said = member.get("new", member)
    person_id = member.get("person_id", new_id)
    if "new" in member:
        _add_person(session, entry.chain_id, new_id, said)
    values = {key: said[key] for key in PERSONAL_FACTS if key in said}
    sealed = {}
    if "phone" in values:
        sealed["phone"] = e164(values["phone"]) or values["phone"]
        values["phone"] = mask_phone(sealed["phone"])
    _change_person(session, entry.chain_id, person_id, {**values, **sealed}, member.get("left"))
    return [(person_id, key, value, sealed.get(key)) for key, value in values.items()]


def _add_person(session: Session, household_id: str, person_id: str, said: dict[str, Any]) -> None:
    last = session.scalar(select(func.max(Person.position)).where(Person.household_id == household_id))
    number = said.get("id_number")
    birth = said.get("birth_date")
    row = {
        "id": person_id, "household_id": household_id, "position": (last or 0) + 1, "name": said["name"],
        "sex": said.get("sex"), "relation": said.get("relation"),
        "birth_date": date.fromisoformat(birth) if birth else None,
        "id_number": number.upper() if number else None,
        "id_number_index": blind("id_number", number.upper()) if number else None,
    }  # fmt: skip
    session.execute(insert(Person), [row])
    count_persons(session, household_id)


def _change_person(
    session: Session, household_id: str, person_id: str, values: dict[str, Any], left: str | None
) -> None:
    changes = dict(values)
    if "phone" in changes:
        changes["phone_index"] = blind("phone", changes["phone"])
    if left:
        changes["left"] = left
    if changes:
        session.execute(update(Person).where(Person.id == person_id).values(changes))
    if left:
        count_persons(session, household_id)


def _remember_visits(session: Session, entries: Sequence[Entry]) -> None:
    rows = [{"chain": entry.chain_id, "at": entry.occurred_at, "to_seq": entry.seq} for entry in entries]
    _newest_visit.run(session, *rows)


def take_in_held(session: Session, entry: Entry, decision: dict[str, Any]) -> None:
    """乡镇核收: a held visit that the town office took in counts from then on."""
    held = session.get(Entry, (entry.chain_id, decision["seq"]))
    if not decision["accepted"] or held is None or held.kind != EntryKind.HELD_VISIT:
        return
    [visit] = opened(session, [held])
    if visit.get("household_id") == entry.chain_id:  # one that the rules refused lies in its region's chain
        observe_visit(session, held, visit)


DERIVERS: dict[str, tuple[Deriver, ...]] = {
    EntryKind.ROSTER: (register_roster,),
    EntryKind.VISIT: (link_evidence, observe_visit),
    EntryKind.HELD_VISIT: (link_evidence,),
    EntryKind.HELD_DECISION: (take_in_held,),
    EntryKind.DECLARATION: (derive_declaration,),
    EntryKind.CHECKIN: (derive_checkin,),
    EntryKind.SILENCE: (derive_silence,),
    EntryKind.CALL_WANTED: (derive_call_wanted,),
    EntryKind.LEAD_ATTACHED: (derive_attached,),
    EntryKind.BINDING_CLAIMED: (derive_claimed,),
    EntryKind.BINDING_CONFIRMED: (derive_confirmed,),
    EntryKind.BINDING_REVOKED: (derive_settled,),
    EntryKind.HELP_WANTED: (derive_help_wanted,),
    EntryKind.PHOTOS: (derive_photos,),
    EntryKind.LEAD_DETACHED: (derive_detached,),
    EntryKind.PEOPLE_MERGED: (derive_merged,),
    EntryKind.PEOPLE_PARTED: (derive_parted,),
    EntryKind.WARNING: (derive_warning,),
    EntryKind.CASE_OPENED: (derive_case,),
    EntryKind.CASE_STEP: (derive_case,),
}
