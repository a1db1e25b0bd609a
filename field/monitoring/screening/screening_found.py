"""归户的行: a row whose household is found becomes an entry of its chain, with a lead, a trace, or neither."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session

from field.case_codes import CaseState
from field.codes import Channel, EntryKind, LeadKind, Source, TaskKind
from field.ledger.entries import Draft, Entry, append_many, lock_heads
from field.ledger.facts import DEPARTMENT, state
from field.monitoring.cases.case_rules import due_in
from field.monitoring.duties.tasks import Task
from field.monitoring.leads.leads import Lead, Wanted, open_leads, tell_again
from field.monitoring.policy.shapes import Pack
from field.monitoring.policy.shelf import pack_on, shelf
from field.monitoring.relief.relief_standings import derive_many
from field.monitoring.risk.judgement import judge
from field.monitoring.screening.screening_lists import ScreeningList, keep_found
from field.monitoring.screening.screening_match import Candidate
from field.monitoring.screening.screening_rules import below, why
from field.monitoring.visiting.visit_rules import moment
from field.monitoring.workdays import china_day
from field.registry.households import Household, Person
from field.registry.screening import HEALTH, ILL, RISKS, ScreeningAnswer, ScreeningReason

Open = dict[tuple[str, str], int]
Decided = Mapping[str, Any]


@dataclass(frozen=True)
class Found:
    """好的一行: its number, what it says, and its digest."""

    row: int
    said: dict[str, Any]
    content: str


Pairs = Sequence[tuple[Found, Candidate]]


def record_found(
    session: Session, one: ScreeningList, several: Pairs, actor: str, now: datetime, decided: Decided | None = None
) -> list[Entry]:
    """One entry a row, in the order of the list, with what people decided; the households are judged anew."""
    ids = sorted({whom.person.household_id for _, whom in several})
    if not ids:
        return []
    lock_heads(session, ids)
    rows = session.scalars(select(Household).where(Household.id.in_(ids)).execution_options(populate_existing=True))
    homes = {home.id: home for home in rows}
    pack, open_now, entries = pack_on(china_day(now)), _open_leads(session, ids), []
    for wave in _waves(several):
        payloads = [_said(one, pair, homes, pack, open_now, now) for pair in wave]
        if decided:
            payloads = [_with(session, pair, said, decided) for pair, said in zip(wave, payloads, strict=True)]
        wrote = append_many(session, [_draft(*pair, actor, now) for pair in zip(wave, payloads, strict=True)], now)
        said_by = list(zip(wrote, payloads, strict=True))
        _follow(session, [(entry, said, homes[entry.chain_id].region) for entry, said in said_by])
        fresh = [(entry, said) for entry, said in said_by if said["answer"] == ScreeningAnswer.NEW_LEAD]
        open_now |= {(entry.chain_id, said["risk_factors"][0]): entry.seq for entry, said in fresh}
        entries += wrote
    judge(session, ids, now)
    return entries


def _with(session: Session, pair: tuple[Found, Candidate], said: dict[str, Any], decided: Decided) -> dict[str, Any]:
    """What was decided, and by when the lead was to be looked into before the row told of the same."""
    before: dict[str, str] = {}
    if "raises" in said:
        task = session.get(Task, (pair[1].person.household_id, said["raises"]), populate_existing=True)
        before = {"due_before": task.due_at.isoformat()} if task else {}
    return said | {"decided": {**decided, **before}}


def _draft(pair: tuple[Found, Candidate], said: dict[str, Any], actor: str, now: datetime) -> Draft:
    found, whom = pair
    nth = said.get("decided", {}).get("round")
    key = f"screening:{found.content}:{nth}" if nth else f"screening:{found.content}"
    return Draft(whom.person.household_id, EntryKind.SCREENING, Channel.DEPARTMENT, actor, now, key, said)


def _waves(several: Pairs) -> Iterator[Pairs]:
    """The first row of each household, then the second, and so on: one statement writes to a chain once."""
    left = list(several)
    while left:
        wave: dict[str, tuple[Found, Candidate]] = {}
        later = []
        for pair in left:
            if wave.setdefault(pair[1].person.household_id, pair) is not pair:
                later.append(pair)
        yield list(wave.values())
        left = later


def _open_leads(session: Session, ids: Sequence[str]) -> Open:
    """Leads of hardship that nobody has looked into yet, by household and risk factor; the newest of each."""
    rows = select(Lead).join(Household, Household.id == Lead.chain_id).where(
        Lead.chain_id.in_(ids), Lead.kind == LeadKind.HARDSHIP.value,
        or_(Household.last_visit_at.is_(None), Household.last_visit_at <= Lead.opened_at),
    )  # fmt: skip
    leads = session.scalars(rows.order_by(Lead.seq))
    return {(lead.chain_id, risk): lead.seq for lead in leads for risk in lead.risk_factors}


def _said(
    one: ScreeningList, pair: tuple[Found, Candidate], homes: dict[str, Household], pack: Pack, open_now: Open,
    now: datetime,
) -> dict[str, Any]:  # fmt: skip
    """The payload: what the row said, whose it is, what was decided by which pack, and by when somebody looks."""
    found, whom = pair
    home, risk = homes[whom.person.household_id], RISKS[ScreeningReason(found.said["reason"])].value
    said = found.said | {
        "list_id": one.id, "row": found.row, "content": found.content, "department": one.department,
        "person_id": whom.person.id, "risk_factors": [risk], "pack": pack.name,
    }  # fmt: skip
    if below(found.said, pack.departments, home.formerly_poor):
        return said | {"answer": ScreeningAnswer.NOT_OURS.value}
    if home.kind is not None:
        return said | {"answer": ScreeningAnswer.MONITORED.value}
    due_at = _due_at(pack, now).isoformat()
    if seq := open_now.get((home.id, risk)):
        return said | {"answer": ScreeningAnswer.SAME.value, "raises": seq, "due_at": due_at}
    return said | {"answer": ScreeningAnswer.NEW_LEAD.value, "due_at": due_at}


def _due_at(pack: Pack, now: datetime) -> datetime:
    """入户核实的期限 by the pack."""
    day = china_day(now)
    last = due_in(CaseState.ON_SITE_CHECK, day, pack, shelf().holidays)
    return now + timedelta(days=(last.day - day).days if last else 0)


def derive_screening(session: Session, entry: Entry, said: dict[str, Any]) -> None:
    """部门筛查预警, as it arrives and in every rebuild."""
    region = session.scalars(select(Household.region).where(Household.id == entry.chain_id)).one()
    _follow(session, [(entry, said, region)])


def _follow(session: Session, several: Sequence[tuple[Entry, dict[str, Any], str]]) -> None:
    """What follows from entries of different chains: answers, leads, traces, and what the list says of health."""
    keep_found(session, several)
    derive_many(session, [(entry, said) for entry, said, _ in several])
    fresh = [(entry, said) for entry, said, _ in several if said["answer"] == ScreeningAnswer.NEW_LEAD]
    open_leads(session, [(entry, _wanted(said)) for entry, said in fresh])
    for entry, said, _ in several:
        if said["answer"] == ScreeningAnswer.SAME:
            _raise(session, entry, said)
    ill = [(entry, said) for entry, said, _ in several if said["reason"] in HEALTH]
    state(session, [_health(entry, said) for entry, said in ill])
    for _, said in ill:
        _mark(session, said)


def _wanted(said: dict[str, Any]) -> Wanted:
    words = why(said["department"], said)
    return Wanted(
        LeadKind.HARDSHIP, Source.SCREENING, TaskKind.CHECK, said["risk_factors"], said["person_id"], words[:200],
        due_at=moment(said["due_at"]),
    )  # fmt: skip


def _raise(session: Session, entry: Entry, said: dict[str, Any]) -> None:
    """One more trace of the same lead; its task is due no later than this one would be."""
    tell_again(session, entry, said["raises"])
    due = moment(said["due_at"])
    task = and_(Task.chain_id == entry.chain_id, Task.seq == said["raises"], Task.due_at > due)
    session.execute(update(Task).where(task).values(due_at=due))


def _health(entry: Entry, said: dict[str, Any]) -> dict[str, Any]:
    return {
        "chain_id": entry.chain_id, "seq": entry.seq, "place": 0, "subject": said["person_id"],
        "attribute": "health", "value": HEALTH[ScreeningReason(said["reason"])], "sealed": None,
        "channel": Channel.DEPARTMENT.value, "informant": said["department"], "recorder": entry.actor,
        "observed_at": entry.occurred_at, "level": DEPARTMENT,
    }  # fmt: skip


def _mark(session: Session, said: dict[str, Any]) -> None:
    """The person's state of health; a new disability card does not make a grave illness forgotten."""
    value = HEALTH[ScreeningReason(said["reason"])]
    here = [Person.id == said["person_id"]]
    if value not in ILL:
        here.append(or_(Person.health.is_(None), Person.health.not_in(ILL)))
    session.execute(update(Person).where(*here).values(health=value))
