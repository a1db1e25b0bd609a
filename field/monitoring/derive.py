"""推导: what entries mean for registry, facts and evidence; used as they arrive and by every rebuild."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import Boolean, Table, bindparam, case, func, insert, select, update
from sqlalchemy.orm import Session

from field.codes import EntryKind
from field.ledger.entries import Entry, opened
from field.ledger.facts import SEEN, latest, state
from field.monitoring.board.standings import note_standings
from field.monitoring.cases.cases import derive_case
from field.monitoring.cases.consents import derive_consents
from field.monitoring.cases.revisit_schedule import derive_revisit
from field.monitoring.checks.merging import count_persons, derive_merged, derive_parted
from field.monitoring.checks.people_corrections import derive_corrected
from field.monitoring.duties.reminders import derive_reminder
from field.monitoring.erased import derive_erased
from field.monitoring.help.fund import derive_fund
from field.monitoring.help.fund_donations import derive_donation
from field.monitoring.help.partners import derive_partnership
from field.monitoring.help.planning import derive_measure, derive_team
from field.monitoring.leads.attaching import derive_attached, derive_detached
from field.monitoring.leads.bindings import derive_claimed, derive_confirmed, derive_revoked
from field.monitoring.leads.declarations import derive_declaration
from field.monitoring.leads.photos_added import derive_photos
from field.monitoring.leads.unfinished import derive_help_wanted
from field.monitoring.posts.deputies import derive_deputy
from field.monitoring.relief.long_term import derive_marked, derive_unmarked
from field.monitoring.relief.relief_standings import derive_bills
from field.monitoring.risk.warnings import derive_warning
from field.monitoring.roster.register import register_roster
from field.monitoring.roster.roster_rows import ERASED
from field.monitoring.screening.screening_found import derive_screening
from field.monitoring.screening.screening_lists import derive_decided, derive_list, derive_rows
from field.monitoring.screening.screening_undoing import derive_undone
from field.monitoring.sheets.filling_derived import derive_filling
from field.monitoring.visiting.evidence import EvidenceLink
from field.monitoring.visiting.visit_rules import unasked
from field.monitoring.workers.checkins import derive_call_wanted, derive_checkin, derive_silence
from field.monitoring.workers.worker_standings import note_workers
from field.orm import UtcDateTime
from field.prepared import Prepared
from field.registry.households import Household, Person
from field.registry.idnumber import mismatch
from field.registry.masking import mask_phone
from field.registry.numbers import derived_id, e164
from field.registry.sealing import blind
from field.registry.search_keys import rewrite

SECTIONS = ("income", "expenses", "guarantees", "risk_factors")
PERSONAL_FACTS = ("phone", "work_place", "work", "months_away", "monthly_income", "health", "schooling", "labour")

Observation = tuple[str, str, Any, str | None]
Deriver = Callable[[Session, Entry, dict[str, Any]], None]


_households = cast(Table, Household.__table__)
_at = bindparam("at", type_=UtcDateTime())
_later = _households.c.last_visit_at.is_(None) | (_households.c.last_visit_at <= _at)
_asked = bindparam("asked", type_=Boolean())
_asked_later = _asked & (_households.c.risks_asked_at.is_(None) | (_households.c.risks_asked_at <= _at))
_new_links = Prepared(insert(EvidenceLink))
_newest_visit = Prepared(
    _households.update()
    .where(_households.c.id == bindparam("chain"))
    .values(
        last_visit_at=case((_later, _at), else_=_households.c.last_visit_at),
        last_visit_seq=case((_later, bindparam("to_seq")), else_=_households.c.last_visit_seq),
        risks_asked_at=case((_asked_later, _at), else_=_households.c.risks_asked_at),
    )
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
    _remember_visits(session, several)
    changed = [entry for entry, visit in several if visit.get("members") and entry.kind == EntryKind.VISIT]
    note_standings(session, changed)
    note_workers(session, changed)


def _seen(session: Session, entry: Entry, visit: dict[str, Any]) -> Iterator[dict[str, Any]]:
    here = [section for section in SECTIONS if section in visit]
    facts: list[Observation] = [(entry.chain_id, section, visit[section], None) for section in here]
    facts += _confirmed(session, entry, visit)
    for place, member in enumerate(visit.get("members", [])):
        facts += _observe_member(session, entry, member, derived_id(visit["id"], place))
    common = {
        "chain_id": entry.chain_id, "seq": entry.seq, "channel": entry.channel, "level": SEEN,
        "informant": visit["informant"], "recorder": entry.actor, "observed_at": _seen_at(entry),
    }  # fmt: skip
    for place, (subject, attribute, value, sealed) in enumerate(facts):
        what = {"subject": subject, "attribute": attribute, "value": value, "sealed": sealed}
        yield {**common, "place": place, **what}


def _seen_at(entry: Entry) -> datetime:
    """When it was seen: a phone's clock that runs ahead looks into no lead that comes later."""
    return min(entry.occurred_at, entry.recorded_at)


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
    if not values.get("phone", True):
        del values["phone"]  # lawfully deleted
    if "phone" in values:
        sealed["phone"] = e164(values["phone"]) or values["phone"]
        values["phone"] = mask_phone(sealed["phone"])
    _change_person(session, entry.chain_id, person_id, {**values, **sealed}, member.get("left"))
    return [(person_id, key, value, sealed.get(key)) for key, value in values.items()]


def _add_person(session: Session, household_id: str, person_id: str, said: dict[str, Any]) -> None:
    last = session.scalar(select(func.max(Person.position)).where(Person.household_id == household_id))
    number, birth = said.get("id_number"), said.get("birth_date")
    number, born = number.upper() if number else None, date.fromisoformat(birth) if birth else None
    row = {
        "id": person_id, "household_id": household_id, "position": (last or 0) + 1, "name": said["name"] or ERASED,
        "sex": said.get("sex"), "relation": said.get("relation"),
        "birth_date": born, "id_number": number, "id_fault": mismatch(number, born, said.get("sex")),
        "id_number_index": blind("id_number", number) if number else None,
    }  # fmt: skip
    session.execute(insert(Person), [row])
    count_persons(session, household_id)
    rewrite(session, [household_id])


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


def _remember_visits(session: Session, several: Sequence[tuple[Entry, dict[str, Any]]]) -> None:
    rows = [
        {"chain": entry.chain_id, "at": _seen_at(entry), "to_seq": entry.seq, "asked": not unasked(visit)}
        for entry, visit in several
    ]
    _newest_visit.run(session, *rows)


def take_in_held(session: Session, entry: Entry, decision: dict[str, Any]) -> None:
    """乡镇核收: a held visit or revisit that the town office took in counts from then on."""
    held = session.get(Entry, (entry.chain_id, decision["seq"]))
    if not decision["accepted"] or held is None or held.kind not in TAKEN_IN:
        return
    [said] = opened(session, [held])
    if said.get("household_id") == entry.chain_id:  # one that the rules refused lies in its region's chain
        for rule in TAKEN_IN[held.kind]:
            rule(session, held, said)
        note_standings(session, [entry])
        note_workers(session, [entry])


TAKEN_IN: dict[str, tuple[Deriver, ...]] = {
    EntryKind.HELD_VISIT: (observe_visit, derive_bills),
    EntryKind.HELD_REVISIT: (derive_revisit,),
}


DERIVERS: dict[str, tuple[Deriver, ...]] = {
    EntryKind.ROSTER: (register_roster,),
    EntryKind.VISIT: (link_evidence, observe_visit, derive_bills),
    EntryKind.HELD_VISIT: (link_evidence,),
    EntryKind.HELD_REVISIT: (link_evidence,),
    EntryKind.HELD_DECISION: (take_in_held,),
    EntryKind.DECLARATION: (derive_declaration,),
    EntryKind.CHECKIN: (derive_checkin,),
    EntryKind.SILENCE: (derive_silence,),
    EntryKind.CALL_WANTED: (derive_call_wanted,),
    EntryKind.LEAD_ATTACHED: (derive_attached,),
    EntryKind.BINDING_CLAIMED: (derive_claimed,),
    EntryKind.BINDING_CONFIRMED: (derive_confirmed,),
    EntryKind.BINDING_REVOKED: (derive_revoked,),
    EntryKind.HELP_WANTED: (derive_help_wanted,),
    EntryKind.PHOTOS: (derive_photos,),
    EntryKind.LEAD_DETACHED: (derive_detached,),
    EntryKind.PEOPLE_MERGED: (derive_merged,),
    EntryKind.PEOPLE_PARTED: (derive_parted,),
    EntryKind.WARNING: (derive_warning,),
    EntryKind.CASE_OPENED: (derive_case,),
    EntryKind.CASE_STEP: (derive_case,),
    EntryKind.FUND_DONATION: (derive_donation,),
    EntryKind.FUND_GIVEN_BACK: (derive_donation,),
    EntryKind.FUND_APPLICATION: (derive_fund,),
    EntryKind.FUND_STEP: (derive_fund,),
    EntryKind.FUND_PAYMENT: (derive_fund,),
    EntryKind.FUND_REFUND: (derive_fund,),
    EntryKind.BILL_CORRECTED: (derive_bills,),
    EntryKind.LONG_TERM_MARKED: (derive_marked,),
    EntryKind.LONG_TERM_UNMARKED: (derive_unmarked,),
    EntryKind.SCREENING: (derive_screening,),
    EntryKind.SCREENING_LIST: (derive_list,),
    EntryKind.SCREENING_ROWS: (derive_rows,),
    EntryKind.SCREENING_DECIDED: (derive_decided,),
    EntryKind.SCREENING_UNDONE: (derive_undone,),
    EntryKind.PLAN_TEAM: (derive_team,),
    EntryKind.MEASURE_PLANNED: (derive_measure,),
    EntryKind.MEASURE_STEP: (derive_measure,),
    EntryKind.PARTNER: (derive_partnership,),
    EntryKind.TIE: (derive_partnership,),
    EntryKind.TIE_PAID: (derive_partnership,),
    EntryKind.CONSENT: (link_evidence, derive_consents),
    EntryKind.REVISIT: (link_evidence, derive_revisit),
    EntryKind.REMINDER: (derive_reminder,),
    EntryKind.DEPUTY_NAMED: (derive_deputy,),
    EntryKind.DEPUTY_ANSWERED: (derive_deputy,),
    EntryKind.DEPUTY_ENDED: (derive_deputy,),
    EntryKind.ERASED: (derive_erased,),
    EntryKind.PERSON_CORRECTED: (derive_corrected,),
    EntryKind.FILLED_IN: (derive_filling,),
    EntryKind.FILLED_HELD: (derive_filling,),
    EntryKind.FILLED_DECIDED: (derive_filling,),
}
