"""走访: the one core call by which a visit enters the ledger, and what follows from its entry."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, exists, select
from sqlalchemy.orm import Session

from field.codes import Channel, EntryKind, JobKind
from field.ledger.entries import Draft, Entry, append, append_many, recorded
from field.ledger.facts import Fact
from field.monitoring.derive import derive, link_evidence, observe_visits
from field.monitoring.relief.relief_standings import derive_many
from field.monitoring.repeats import same_or_raise
from field.monitoring.risk.judgement import judge
from field.monitoring.visiting.evidence import missing
from field.monitoring.visiting.visit_rules import moment
from field.prepared import Prepared
from field.registry import divisions
from field.registry.deputies import stood_in_region
from field.registry.households import Household, Person
from field.registry.rights import Actor, NotAllowed, Right
from field.registry.staff import Staff
from field.work import enqueue

FOUNDED = ("income", "expenses", "guarantees")
_known = exists(select(Entry.seq).where(Entry.idempotency_key == bindparam("key")))
_place = Prepared(select(Household.region, _known.label("known")).where(Household.id == bindparam("id")))


@dataclass(frozen=True)
class Recorded:
    """入账回执: the entry, whether it is new, photographs still on their way; whether the household is the sender's."""

    entry: Entry
    fresh: bool
    missing: list[str]
    ours: bool = True

    @property
    def held(self) -> bool:
        """Whether it waits for the town office to take it in."""
        return self.entry.kind in (EntryKind.HELD_VISIT, EntryKind.HELD_REVISIT)


class Faulty(Exception):
    """填写有误: every fault as {"field", "message"}."""

    def __init__(self, faults: list[dict[str, str]]) -> None:
        super().__init__("faults")
        self.faults = faults


def record_visit(session: Session, visit: dict[str, Any], by: Actor, now: datetime) -> Recorded:
    """Record a visit that the rules found faultless; the same again gives the same receipt.

    A visit made with the right and sent after it ended is held for the town office. Raises NotAllowed,
    OtherContent, or Faulty for people who are not of the household and places that are none.
    """
    digests = [item["sha256"] for item in visit.get("evidence", [])]
    occurred_at, key = moment(visit["visited_at"]), f"visit:{visit['id']}"
    place = _place.rows(session, {"id": visit["household_id"], "key": key})
    if not place or not by.has(Right.RECORD_VISITS):
        raise NotAllowed
    [(region, is_known)] = place
    ours = sent_in_post(session, region, by, occurred_at)
    if is_known and (known := recorded(session, key)):
        same_or_raise(session, known, visit["household_id"], visit, occurred_at, by)
        return Recorded(known, False, missing(session, known, digests, by.username), ours)
    unknown_or_raise(session, visit)
    kind = EntryKind.VISIT if ours else EntryKind.HELD_VISIT
    draft = Draft(visit["household_id"], kind, Channel.PHONE, by.username, occurred_at, key, visit, digests)
    entry = append(session, draft, now)
    derive(session, entry, visit)
    if ours:
        judge(session, [entry.chain_id], now)
    enqueue(session, JobKind.PLACE_JUDGEMENT, {"chain_id": entry.chain_id, "seq": entry.seq}, now)
    return Recorded(entry, True, missing(session, entry, digests, by.username), ours)


def record_visits(session: Session, visits: Sequence[tuple[dict[str, Any], Actor]], now: datetime) -> list[Entry]:
    """The same for many new visits with few statements: one a household, no member changed, no place to judge.

    Raises NotAllowed for all of them when one is outside its actor's region.
    """
    ids = [visit["household_id"] for visit, _ in visits]
    rows = session.execute(select(Household.id, Household.region).where(Household.id.in_(ids)))
    regions = dict(rows.all())
    drafts: list[Draft] = []
    for visit, by in visits:
        if not by.may(Right.RECORD_VISITS, regions.get(visit["household_id"], "-")):
            raise NotAllowed
        digests = [item["sha256"] for item in visit.get("evidence", [])]
        at, key = moment(visit["visited_at"]), f"visit:{visit['id']}"
        drafts.append(Draft(ids[len(drafts)], EntryKind.VISIT, Channel.PHONE, by.username, at, key, visit, digests))
    entries = append_many(session, drafts, now)
    several = [(entry, visit) for entry, (visit, _) in zip(entries, visits, strict=True)]
    for entry, visit in several:
        link_evidence(session, entry, visit)
    observe_visits(session, several)
    derive_many(session, several)
    judge(session, ids, now)
    return entries


def unfounded(session: Session, entry: Entry, visit: dict[str, Any]) -> list[str]:
    """说无变化而以前没有记过: sections that a recorded visit leaves as they were though nothing was known of them.

    Of members and risks the roster always says something, if only that there are none.
    """
    same = [name for name in FOUNDED if name in visit.get("unchanged", []) and name not in visit]
    if not same:
        return []
    told = select(Fact.attribute).where(Fact.chain_id == entry.chain_id, Fact.seq == entry.seq)
    known = set(session.scalars(told.where(Fact.subject == entry.chain_id)))
    return [name for name in same if name not in known]


def sent_in_post(session: Session, region: str, by: Actor, visited_at: datetime) -> bool:
    """Whether the right still stands that one had at the door; NotAllowed where there was none."""
    if by.may(Right.RECORD_VISITS, region):
        return True
    staff = session.get(Staff, by.staff_id)
    held = staff is not None and staff.held_region_at(region, visited_at)
    if held or stood_in_region(session, by.staff_id, region, visited_at):
        return False
    raise NotAllowed


def unknown_or_raise(session: Session, visit: dict[str, Any]) -> None:
    """Raises Faulty for people named in a visit who do not belong to its household, and for places that are none."""
    if faults := _unknown(session, visit):
        raise Faulty(faults)


def unknown_beside(
    session: Session, visit: Any, found: Sequence[dict[str, str]], by: Actor
) -> list[dict[str, str]]:  # fmt: skip
    """The same beside the faults that the rules found, as far as they left its parts whole: all is told at once."""
    at_fault = {fault["field"].partition(".")[0] for fault in found}
    if not isinstance(visit, dict) or at_fault & {"", "household_id"} or "household_id" not in visit:
        return []
    region = session.scalar(select(Household.region).where(Household.id == visit["household_id"]))
    if region is None or not by.may(Right.RECORD_VISITS, region):
        return []
    sound = {part: visit[part] for part in ("household_id", "members", "evidence") if part in visit.keys() - at_fault}
    return _unknown(session, sound)


def _unknown(session: Session, visit: dict[str, Any]) -> list[dict[str, str]]:
    return [*_strangers(session, visit), *_nowhere(visit)]


def _nowhere(visit: dict[str, Any]) -> Iterator[dict[str, str]]:
    """务工地点 that there is none of; the phone chooses from a list and never sends one."""
    for place, member in enumerate(visit.get("members", [])):
        for field, said in ((f"members.{place}", member), (f"members.{place}.new", member.get("new", {}))):
            if (code := said.get("work_place")) and not divisions.is_known(code):
                yield {"field": f"{field}.work_place", "message": "没有这个务工地点，请重新选择"}


def _strangers(session: Session, visit: dict[str, Any]) -> list[dict[str, str]]:
    """People named in a visit who do not belong to its household."""
    named = [(f"members.{n}.person_id", item.get("person_id")) for n, item in enumerate(visit.get("members", []))]
    named += [(f"evidence.{n}.person_id", item.get("person_id")) for n, item in enumerate(visit.get("evidence", []))]
    wanted: Sequence[str] = [person_id for _, person_id in named if person_id]
    if not wanted:
        return []
    rows = select(Person.id).where(Person.household_id == visit["household_id"], Person.id.in_(wanted))
    ours = set(session.scalars(rows))
    return [
        {"field": field, "message": "这位成员不在这一户里，请重新选择"}
        for field, person_id in named
        if person_id and person_id not in ours
    ]
