"""案子列表: the cases of a region, the most urgent first, and the steps of one."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from field.codes import CaseState, EntryKind
from field.ledger.entries import Entry, opened
from field.monitoring.case_rules import ENDED
from field.monitoring.cases import MonitoringCase
from field.registry.households import Household
from field.registry.regions import in_region
from field.registry.rights import Actor, NotAllowed, Right

KINDS = (EntryKind.CASE_OPENED.value, EntryKind.CASE_STEP.value)


def cases(
    session: Session, by: Actor, state: str | None, page: int, per_page: int
) -> tuple[list[tuple[MonitoringCase, Household]], int]:
    """案子 with their households, what is overdue first; of one state, or all that have not ended; and how many."""
    wanted = and_(in_region(Household.region, by.region), _in(state))
    both = select(MonitoringCase, Household).join(Household, Household.id == MonitoringCase.household_id).where(wanted)
    urgent = MonitoringCase.due_on.is_(None), MonitoringCase.due_on, MonitoringCase.heard_at, MonitoringCase.id
    rows = session.execute(both.order_by(*urgent).offset((page - 1) * per_page).limit(per_page))
    count = select(func.count()).select_from(MonitoringCase)
    count = count.join(Household, Household.id == MonitoringCase.household_id)
    return [(case, household) for case, household in rows], session.scalar(count.where(wanted)) or 0


def overdue(session: Session, by: Actor, day: date) -> int:
    """已经过期的: how many cases should have gone on before a day."""
    rows = select(func.count()).select_from(MonitoringCase)
    rows = rows.join(Household, Household.id == MonitoringCase.household_id)
    return session.scalar(rows.where(in_region(Household.region, by.region), MonitoringCase.due_on < day)) or 0


def one_case(session: Session, by: Actor, case_id: str) -> tuple[MonitoringCase, Household]:
    """A case and its household; NotAllowed outside the region, or where there is none."""
    case = session.get(MonitoringCase, case_id)
    household = session.get(Household, case.household_id) if case else None
    if case is None or household is None or not by.may(Right.READ_CASES, household.region):
        raise NotAllowed
    return case, household


def steps(session: Session, case: MonitoringCase) -> list[tuple[Entry, dict[str, Any]]]:
    """办过的步骤 with their opened payloads, oldest first."""
    rows = select(Entry).where(Entry.chain_id == case.household_id, Entry.kind.in_(KINDS)).order_by(Entry.seq)
    entries = list(session.scalars(rows))
    both = zip(entries, opened(session, entries), strict=True)
    return [(entry, said) for entry, said in both if said["case_id"] == case.id]


def _in(state: str | None) -> ColumnElement[bool]:
    if state:
        return MonitoringCase.state == state
    ended = [one.value for one in CaseState if one in ENDED]
    return MonitoringCase.state.not_in(ended)
