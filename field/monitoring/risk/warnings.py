"""平台预警: what a sweep found becomes an entry of the household's chain, and opens or raises its lead."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, case, or_, select, update
from sqlalchemy.orm import Session

from field.codes import Channel, EntryKind, Grade, LeadKind, Source, TaskKind
from field.ledger.entries import Draft, Entry, append_many
from field.monitoring.cases.case_list import gone
from field.monitoring.cases.case_rules import LADDER
from field.monitoring.cases.cases import MonitoringCase
from field.monitoring.duties.tasks import Task
from field.monitoring.leads.leads import Lead, Wanted, open_leads
from field.monitoring.policy.risk_shapes import RANKS
from field.monitoring.policy.shelf import shelf
from field.monitoring.risk.judgement import Basis, Judgement
from field.monitoring.risk.risk_words import told
from field.monitoring.visiting.visit_rules import moment
from field.monitoring.workdays import due
from field.registry.households import Household

ACTOR = "field"
RISING = (LeadKind.HARDSHIP.value, LeadKind.WARNING.value)
_rank = case({grade.value: rank for grade, rank in RANKS.items()}, value=Judgement.grade, else_=0)


def warn(session: Session, by: Basis, low: str, high: str, now: datetime) -> int:
    """Warn of households from id to id whose grade is news; how many. Their chains are locked."""
    news = _news(session, by, low, high)
    drafts = [Draft(row.household_id, EntryKind.WARNING, Channel.SYSTEM, ACTOR, now, key(row, by), _said(row, by, now))
              for row in news]  # fmt: skip
    if drafts:
        entries = append_many(session, drafts, now)
        derive_warnings(session, [(entry, draft.payload) for entry, draft in zip(entries, drafts, strict=True)])
    return len(drafts)


def key(row: Any, by: Basis, grade: str | None = None) -> str:
    """同一信号: a household and grade are told of once a period."""
    return f"warning:{row.household_id}:{period(by)}:{grade or row.grade}"


def period(by: Basis) -> str:
    """The period of the day: a year and its how-manieth part."""
    return f"{by.day.year}-{(by.day.month - 1) // by.pack.risk.period_months + 1}"


def _news(session: Session, by: Basis, low: str, high: str) -> list[Any]:
    """Households not monitored with any grade, monitored ones above being monitored; unless told of in this period.

    Who has moved away or died is not looked for any more, and of who was merged the other household is.
    """
    least = RANKS[Grade(by.pack.risk.monitored_from)]
    rows = select(Judgement.household_id, Judgement.grade, Judgement.fired, Judgement.figures, Judgement.since)
    rows = rows.join(Household, Household.id == Judgement.household_id).where(
        Judgement.household_id.between(low, high), Judgement.grade != Grade.NONE.value,
        or_(Household.kind.is_(None), _rank >= least), ~gone(Judgement.household_id),
    )  # fmt: skip
    graded: list[Any] = list(session.execute(rows.order_by(Judgement.household_id)))
    higher = {row: [one for one, rank in RANKS.items() if rank >= RANKS[Grade(row.grade)]] for row in graded}
    keys = [key(row, by, grade.value) for row, grades in higher.items() for grade in grades]
    before = set()
    for start in range(0, len(keys), 5000):
        known = select(Entry.idempotency_key).where(Entry.idempotency_key.in_(keys[start : start + 5000]))
        before |= set(session.scalars(known))
    return [row for row, grades in higher.items() if not any(key(row, by, one.value) in before for one in grades)]


def _said(row: Any, by: Basis, now: datetime) -> dict[str, Any]:
    rule = by.pack.grade.of(Grade(row.grade))
    last = due(by.day, rule.days, rule.counting, shelf().holidays)
    several = told(by.pack, row.fired, row.figures)
    due_at = now + timedelta(days=(last.day - by.day).days)
    return {
        "grade": row.grade, "pack": by.pack.name, "as_of": by.day.isoformat(), "receivers": list(rule.receivers),
        "due_at": due_at.isoformat(), "due_provisional": last.provisional,
        "rules": [{"rule": one.rule, "grade": one.grade.value, "figures": one.figures, "sources": one.sources}
                  for one in several],
        "note": "".join(one.words for one in several),
    }  # fmt: skip


def derive_warning(session: Session, entry: Entry, said: dict[str, Any]) -> None:
    """平台预警, as it arrives and in every rebuild."""
    derive_warnings(session, [(entry, said)])


def derive_warnings(session: Session, several: Sequence[tuple[Entry, dict[str, Any]]]) -> None:
    """The lead of each that nobody has looked into yet, or that its case is about, is raised; else one is opened."""
    chains = [entry.chain_id for entry, _ in several]
    raised, fresh = _leads_of_cases(session, chains) | _open_leads(session, chains), []
    for entry, said in several:
        if lead := raised.get(entry.chain_id):
            _raise(session, lead, entry, said)
        else:
            wanted = Wanted(LeadKind.WARNING, Source.ANALYSIS, TaskKind.CHECK, grade=said["grade"], due_at=_due(said))
            fresh.append((entry, wanted))
    open_leads(session, fresh)


def _leads_of_cases(session: Session, chains: Sequence[str]) -> dict[str, Lead | None]:
    """Households with a case on the ladder, each with the case's lead where it lies in the household's own chain."""
    its = Lead.chain_id == MonitoringCase.lead_chain, Lead.seq == MonitoringCase.lead_seq
    rows = select(MonitoringCase.household_id, Lead)
    rows = rows.outerjoin(Lead, and_(*its, Lead.chain_id == MonitoringCase.household_id))
    going = MonitoringCase.household_id.in_(chains), MonitoringCase.state.in_([one.value for one in LADDER])
    return dict(session.execute(rows.where(*going)).all())


def _open_leads(session: Session, chains: Sequence[str]) -> dict[str, Lead]:
    rows = select(Lead).join(Household, Household.id == Lead.chain_id).where(
        Lead.chain_id.in_(chains), Lead.kind.in_(RISING),
        or_(Household.last_visit_at.is_(None), Household.last_visit_at <= Lead.opened_at),
    )  # fmt: skip
    return {lead.chain_id: lead for lead in session.scalars(rows.order_by(Lead.seq.desc()))}


def _raise(session: Session, lead: Lead, entry: Entry, said: dict[str, Any]) -> None:
    rank = RANKS[Grade(lead.grade)] if lead.grade else 0
    grade = said["grade"] if RANKS[Grade(said["grade"])] > rank else lead.grade
    here = and_(Lead.chain_id == lead.chain_id, Lead.seq == lead.seq)
    session.execute(update(Lead).where(here).values(grade=grade, raised=[*(lead.raised or []), entry.seq]))
    task = and_(Task.chain_id == lead.chain_id, Task.seq == lead.seq, Task.due_at > _due(said))
    session.execute(update(Task).where(task).values(due_at=_due(said)))


def _due(said: dict[str, Any]) -> datetime:
    return moment(said["due_at"])
