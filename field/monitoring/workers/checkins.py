"""务工回访: what a worker confirmed about phone, place and work, or a cadre heard by telephone; and silence."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from field.codes import Channel, EntryKind, LeadKind, Source, TaskKind
from field.labels import Labelled
from field.ledger.entries import Draft, Entry, append, recorded
from field.ledger.facts import INCOME, INCOME_MOST, SEEN, SELF_REPORTED, VERIFIED_ADDRESS, Fact, every, latest, state
from field.monitoring.leads.leads import Wanted, open_lead, open_task
from field.monitoring.repeats import same_or_raise
from field.monitoring.risk.judgement import judge
from field.monitoring.workers.income_rules import Earned, doubt
from field.monitoring.workers.worker_standings import note_workers
from field.registry import reach
from field.registry.households import Person
from field.registry.masking import mask_phone
from field.registry.rights import Actor, Right

FACTS = ("phone", "work_place", "work", "months_away", INCOME, INCOME_MOST)
HELD_NOW = ("work_place", "work", "months_away", INCOME)


@dataclass(frozen=True)
class CheckedIn:
    """回访内容: confirmed facts (phone E.164, work_place a division code, monthly_income and its range in 分).

    `monthly_income_max` is None where no most was said: 五千以上.
    `unchanged` says that all is as before; `declined` that the person would rather not say: an answer, not silence.
    `said_by` names the relative who answered for the worker; `note` is the words, masked.
    """

    key: str
    channel: Channel
    person_id: str
    household_id: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    unchanged: bool = False
    declined: bool = False
    asks_help: bool = False
    verified: bool = False
    recorder: str | None = None
    said_by: str | None = None
    note: str = ""


class Why(Labelled):
    """请打电话的原因: why a message will not do."""

    NO_CONTACT = "no_contact", "没有确认过的号码，发不了信息"
    NOT_DELIVERED = "not_delivered", "信息没有送到"
    NOT_UNDERSTOOD = "not_understood", "回了信，没有听明白"
    NOT_CONFIRMED = "not_confirmed", "回了信，没有确认"
    NOT_THEIRS = "not_theirs", "这个号码的人说不是本人"
    MANY_CLAIMS = "many_claims", "一天里多次有人要绑定成他，请核对"
    NEW_NUMBER = "new_number", "说换了号码，一天里问得太多没有再问，请核对新号码"


def record_checkin(session: Session, said: CheckedIn, occurred_at: datetime, now: datetime) -> tuple[Entry, bool]:
    """Record a confirmed check-in once; the entry and whether it is new."""
    key = f"checkin:{said.key}"
    if known := recorded(session, key):
        return known, False
    content = _content(said)
    actor = said.recorder or f"person:{said.person_id}"
    draft = Draft(said.household_id, EntryKind.CHECKIN, said.channel, actor, occurred_at, key, content)
    entry = append(session, draft, now)
    derive_checkin(session, entry, content)
    judge(session, [entry.chain_id], now)
    return entry, True


def record_call(session: Session, said: CheckedIn, called_at: datetime, by: Actor, now: datetime) -> tuple[str, bool]:
    """电话回访 by a cadre: the entry's hash and whether it is new.

    Raises NotAllowed outside the region, OtherContent where the same id was recorded with other content.
    """
    _person, household = reach.belonging(session, by, Person, said.person_id, Right.RECORD_CALLS)
    entry, fresh = record_checkin(session, replace(said, household_id=household.id), called_at, now)
    if not fresh:
        same_or_raise(session, entry, household.id, _content(said), called_at, by)
    return entry.hash, fresh


def record_silence(session: Session, person_id: str, household_id: str, key: str, waves: int, now: datetime) -> Entry:
    """没有回音: somebody should call the family."""
    if known := recorded(session, f"silence:{key}"):
        return known
    content = {"person_id": person_id, "waves": waves}
    draft = Draft(household_id, EntryKind.SILENCE, Channel.SYSTEM, "field", now, f"silence:{key}", content)
    entry = append(session, draft, now)
    derive_silence(session, entry, content)
    judge(session, [household_id], now)
    return entry


def record_call_wanted(session: Session, person_id: str, household_id: str, key: str, why: Why, now: datetime) -> Entry:
    """请干部打电话: no message reaches the worker, or none was understood; a task and no lead."""
    if known := recorded(session, f"call_wanted:{key}"):
        return known
    content = {"person_id": person_id, "why": why.value}
    draft = Draft(household_id, EntryKind.CALL_WANTED, Channel.SYSTEM, "field", now, f"call_wanted:{key}", content)
    entry = append(session, draft, now)
    derive_call_wanted(session, entry, content)
    return entry


def derive_checkin(session: Session, entry: Entry, said: dict[str, Any]) -> None:
    """Facts with their level and source, when the person was last heard of, and what should be looked into."""
    person_id, facts = said["person_id"], _facts(session, said)
    doubted = _doubted(session, entry, said)
    common = {
        "chain_id": entry.chain_id, "seq": entry.seq, "channel": entry.channel, "level": said["level"],
        "informant": (said.get("said_by") or {}).get("name"), "recorder": entry.actor,
        "observed_at": entry.occurred_at, "subject": person_id,
    }  # fmt: skip
    rows = [common | {"place": place} | fact for place, fact in enumerate(facts)]
    state(session, rows)
    now_held = {fact["attribute"]: fact["value"] for fact in facts if fact["attribute"] in HELD_NOW}
    heard = update(Person).where(Person.id == person_id).values(last_heard_at=entry.occurred_at, **now_held)
    session.execute(heard)
    note_workers(session, [entry])
    if said["asks_help"]:
        wanted = Wanted(LeadKind.HARDSHIP, Source.CHECKIN, TaskKind.CHECK, (), person_id)
        open_lead(session, entry, wanted)
    elif doubted:
        open_lead(session, entry, Wanted(LeadKind.INCOME, Source.CHECKIN, TaskKind.CHECK, (), person_id, doubted))


def earns_at_least(session: Session, person_ids: Collection[str]) -> set[str]:
    """五千以上: who said last what he earns at least, and no most."""
    where = Fact.subject, Fact.chain_id, Fact.seq
    most = select(*where, Fact.value).where(Fact.subject.in_(person_ids), Fact.attribute == INCOME_MOST)
    without = {(subject, chain, seq) for subject, chain, seq, value in session.execute(most) if value is None}
    if not without:
        return set()
    told = select(*where).where(Fact.subject.in_({one[0] for one in without}), Fact.attribute == INCOME)
    rows = session.execute(told.order_by(Fact.observed_at, Fact.seq, Fact.place))
    newest = {subject: (subject, chain, seq) for subject, chain, seq in rows}
    return {subject for subject, place in newest.items() if place in without}


def derive_silence(session: Session, entry: Entry, said: dict[str, Any]) -> None:
    """没有回音: a lead and a call to the family."""
    person_id = said["person_id"]
    open_lead(session, entry, Wanted(LeadKind.OUT_OF_TOUCH, Source.CHECKIN, TaskKind.CALL, (), person_id))


def derive_call_wanted(session: Session, entry: Entry, said: dict[str, Any]) -> None:
    """请干部打电话: a call, as it arrives and in every rebuild."""
    open_task(session, entry, TaskKind.CALL, Source.CHECKIN, said["person_id"])


def _content(said: CheckedIn) -> dict[str, Any]:
    content: dict[str, Any] = {
        "person_id": said.person_id, "facts": {name: said.facts[name] for name in sorted(said.facts)},
        "unchanged": said.unchanged, "declined": said.declined, "asks_help": said.asks_help,
        "level": _level(said), "note": said.note,
    }  # fmt: skip
    if said.said_by:
        content["said_by"] = {"name": said.said_by}
    return content


def _level(said: CheckedIn) -> int:
    """可信度: what a cadre heard from the person counts as seen; else how well the address is known."""
    if said.recorder:
        return SEEN
    return VERIFIED_ADDRESS if said.verified else SELF_REPORTED


def _facts(session: Session, said: dict[str, Any]) -> list[dict[str, Any]]:
    if said["unchanged"]:
        before = latest(session, said["person_id"], FACTS)
        held = session.scalar(select(Person.phone).where(Person.id == said["person_id"]))
        if "phone" in before and before["phone"].value != mask_phone(held or ""):
            del before["phone"]  # told once, and never confirmed by whoever has it
        if (most := before.get(INCOME_MOST)) and most.seq != before[INCOME].seq:
            del before[INCOME_MOST]  # of another figure
        return [{"attribute": name, "value": fact.value, "sealed": fact.sealed} for name, fact in before.items()]
    facts = []
    for name in FACTS:
        if name in said["facts"]:
            value = said["facts"][name]
            shown = (
                {"value": mask_phone(value), "sealed": value} if name == "phone" else {"value": value, "sealed": None}
            )
            facts.append({"attribute": name, **shown})
    return facts


def _doubted(session: Session, entry: Entry, said: dict[str, Any]) -> str | None:
    """收入对不上, in words: only ever a reason to look."""
    income = said["facts"].get(INCOME)
    if not isinstance(income, int):
        return None
    earlier = every(session, said["person_id"], INCOME)
    held = session.scalar(select(Person.work).where(Person.id == said["person_id"]))
    before = [Earned(fact.value, fact.observed_at) for fact in earlier if isinstance(fact.value, int)]
    return doubt(Earned(income, entry.occurred_at), before, said["facts"].get("work") or held or "")
