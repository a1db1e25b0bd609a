"""线索归户: a person says whose a lead is that came from nobody known, or takes it back."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session
from uuid6 import uuid7

from field.case_codes import CaseState
from field.codes import Channel, EntryKind, LeadKind, TaskKind
from field.ledger.entries import Draft, Entry, append, lock_heads, opened, region_of
from field.monitoring.cases.case_rules import LADDER
from field.monitoring.cases.cases import MonitoringCase, case_of
from field.monitoring.duties.tasks import Task, stand_again
from field.monitoring.leads.leads import DAYS, Lead, urgency_of
from field.monitoring.risk.judgement import judge
from field.registry import reach
from field.registry.households import Household
from field.registry.rights import Actor, Right


class AlreadyAttached(Exception):
    """已经归户: somebody has attached this lead before."""


class NotAttached(Exception):
    """没有归户: the lead is not, or no longer, of the household from which it was to be taken."""


class UnderWay(Exception):
    """已经立案: a case stands on this lead, which has to be refused before the lead can go elsewhere."""


def attach(session: Session, chain_id: str, seq: int, household_id: str, by: Actor, now: datetime) -> Entry:
    """线索归户: a person says whose lead it is; NotAllowed outside the region, AlreadyAttached where it has one."""
    household = reach.household(session, by, household_id, Right.ATTACH_LEADS)
    lock_heads(session, [household_id])
    lead = attachable(session, chain_id, seq, by)
    if lead.household_id is not None:
        raise AlreadyAttached
    content = {"seq": seq, "household_id": household_id, "region": household.region}
    case = case_of(session, household_id)
    if case and CaseState(case.state) in LADDER and case.heard_at < lead.opened_at:
        content |= {"under_way": case.seq}
    entry = _append(session, chain_id, EntryKind.LEAD_ATTACHED, content, by, now)
    derive_attached(session, entry, content)
    _judge(session, household_id, now)
    return entry


def detach(session: Session, chain_id: str, seq: int, household_id: str, note: str, by: Actor, now: datetime) -> Entry:
    """撤回归户: the lead is nobody's again, as before; NotAttached where it is not of the household named."""
    lead = attachable(session, chain_id, seq, by)
    if lead.household_id is None or lead.household_id != household_id:
        raise NotAttached
    lock_heads(session, [household_id])
    if _case_stands_on(session, lead):
        raise UnderWay
    content = {"seq": seq, "household_id": household_id, "note": note}
    entry = _append(session, chain_id, EntryKind.LEAD_DETACHED, content, by, now)
    derive_detached(session, entry, content)
    _judge(session, household_id, now)
    return entry


def _case_stands_on(session: Session, lead: Lead) -> bool:
    """Whether a case of the household was opened from the lead and has not been refused since."""
    case = MonitoringCase
    mine = case.lead_chain == lead.chain_id, case.lead_seq == lead.seq, case.household_id == lead.household_id
    return session.scalar(select(case.id).where(*mine, case.state != CaseState.REJECTED.value).limit(1)) is not None


def attachable(session: Session, chain_id: str, seq: int, by: Actor) -> Lead:
    """The lead of a region's chain, locked until the commit; NotAllowed unless it lies within the actor's region."""
    lead = session.get(Lead, (chain_id, seq), with_for_update=True, populate_existing=True)
    return reach.reached(lead if region_of(chain_id) else None, by, Right.ATTACH_LEADS)


def derive_attached(session: Session, entry: Entry, said: dict[str, Any]) -> None:
    """线索归户, as it arrives and in every rebuild."""
    home = select(Household.region).where(Household.id == said["household_id"])
    values = {"household_id": said["household_id"], "region": session.scalar(home) or said["region"]}
    for table in (Lead, Task):  # where the household is now: a rebuild meets this after all that became of it
        here = (table.chain_id == entry.chain_id) & (table.seq == said["seq"])
        session.execute(update(table).where(here).values(values))
    check = (Task.chain_id == entry.chain_id) & (Task.seq == said["seq"])
    lead = session.get_one(Lead, (entry.chain_id, said["seq"]), populate_existing=True)
    if lead.kind == LeadKind.DANGER:
        session.execute(update(Task).where(check).values(kind=TaskKind.DANGER.value))
        stand_again(session, [said["household_id"]])
        return
    asked_at: datetime | None = entry.occurred_at
    if said.get("under_way"):
        asked_at = _rejected_at(session, entry, said)
    if asked_at is None:  # a trace of the household's case
        session.execute(delete(Task).where(check))
        return
    due = asked_at + timedelta(days=DAYS[TaskKind.CHECK])
    session.execute(update(Task).where(check).values(kind=TaskKind.CHECK.value, due_at=due))


def _rejected_at(session: Session, entry: Entry, said: dict[str, Any]) -> datetime | None:
    """When the case of which a lead was a trace was rejected; a rebuild meets the lead after all of the case."""
    mine = Entry.chain_id == said["household_id"], Entry.kind == EntryKind.CASE_STEP.value
    since = said["under_way"]  # entries of before do not say behind which entry of the household they came
    later = Entry.recorded_at > entry.recorded_at if since is True else Entry.seq > since
    several = list(session.scalars(select(Entry).where(*mine, later).order_by(Entry.seq)))
    for step, content in zip(several, opened(session, several), strict=True):
        if content["to"] not in LADDER:
            return step.occurred_at if content["to"] == CaseState.REJECTED else None
    return None


def derive_detached(session: Session, entry: Entry, said: dict[str, Any]) -> None:
    """撤回归户: lead and task stand again as the first entry left them."""
    region = region_of(entry.chain_id)
    for table in (Lead, Task):
        here = (table.chain_id == entry.chain_id) & (table.seq == said["seq"])
        session.execute(update(table).where(here).values(household_id=None, region=region))
    task = session.get(Task, (entry.chain_id, said["seq"]), populate_existing=True)
    lead = session.get_one(Lead, (entry.chain_id, said["seq"]), populate_existing=True)
    if task is None:
        task = Task(chain_id=lead.chain_id, seq=lead.seq, source=lead.source, region=region, person_id=lead.person_id)
        task.opened_at = lead.opened_at
        session.add(task)
    waits, rank = urgency_of(LeadKind(lead.kind), TaskKind.FIND)
    task.kind, task.due_at, task.done, task.rank = TaskKind.FIND.value, task.opened_at + waits, False, rank
    session.flush()


def _judge(session: Session, household_id: str, now: datetime) -> None:
    lock_heads(session, [household_id])
    judge(session, [household_id], now)


def _append(
    session: Session, chain_id: str, kind: EntryKind, content: dict[str, Any], by: Actor, now: datetime
) -> Entry:
    """The lead's row is locked, so that its state alone decides; no second entry can come under any key."""
    key = f"{kind.value}:{uuid7()}"
    return append(session, Draft(chain_id, kind, Channel.WEB, by.username, now, key, content), now)
