"""案子列表: the cases of a region, the most urgent first, and the steps of one."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from field.case_codes import CaseState
from field.codes import EntryKind
from field.ledger.entries import Entry, opened
from field.monitoring.cases.case_rules import ENDED, LEAVING
from field.monitoring.cases.cases import MonitoringCase
from field.registry import reach
from field.registry.households import Household
from field.registry.regions import in_region
from field.registry.rights import Actor, NotAllowed, Right

LEFT = tuple(end.value for _, end in LEAVING.values())
KINDS = (EntryKind.CASE_OPENED.value, EntryKind.CASE_STEP.value)


def cases(
    session: Session,
    by: Actor,
    state: str | None,
    page: int,
    per_page: int,
    region: str | None = None,
    due_before: date | None = None,
) -> tuple[list[tuple[MonitoringCase, Household]], int]:
    """案子 with their households, what is overdue first; of one state, all that go on, or those overdue; how many."""
    if not by.may(Right.READ_CASES, region or by.region):
        raise NotAllowed
    wanted = and_(in_region(Household.region, region or by.region), _in(state))
    wanted = and_(wanted, MonitoringCase.due_on < due_before) if due_before else wanted
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
    return reach.belonging(session, by, MonitoringCase, case_id, Right.READ_CASES)


def settled(session: Session, household_ids: Collection[str]) -> dict[str, MonitoringCase | None]:
    """不用再立案的: households with a case that goes on or was eliminated, or monitored by the roster without any."""
    monitored = select(Household.id).where(Household.id.in_(household_ids), Household.kind.is_not(None))
    found: dict[str, MonitoringCase | None] = dict.fromkeys(session.scalars(monitored))
    again = [one.value for one in ENDED - {CaseState.ELIMINATED}]
    going = select(MonitoringCase).where(
        MonitoringCase.household_id.in_(household_ids), MonitoringCase.state.not_in(again)
    )
    newest = session.scalars(going.order_by(MonitoringCase.heard_at, MonitoringCase.id))
    return found | {case.household_id: case for case in newest}


def gone(household_id: Any) -> ColumnElement[bool]:
    """已经离开: merged, moved away or died by its newest case, though the roster may go on listing its people."""
    later = aliased(MonitoringCase)
    newer = later.household_id == MonitoringCase.household_id, later.heard_at > MonitoringCase.heard_at
    left = MonitoringCase.household_id == household_id, MonitoringCase.state.in_(LEFT)
    return select(MonitoringCase.id).where(*left, ~select(later.id).where(*newer).exists()).exists()


class Merged(NamedTuple):
    """并户: the household into which one was merged, and those that were merged into it."""

    into: Household | None
    came: list[Household]


def merged(session: Session, household_id: str, by: Actor) -> Merged:
    """并户 of a household, as far as it lies in the reader's own region."""
    mine = select(Household).where(in_region(Household.region, by.region))
    into = select(MonitoringCase.merged_into).where(MonitoringCase.household_id == household_id)
    came = select(MonitoringCase.household_id).where(MonitoringCase.merged_into == household_id)
    others = session.scalars(mine.where(Household.id.in_(came)).order_by(Household.number))
    return Merged(session.scalar(mine.where(Household.id.in_(into)).limit(1)), list(others))


def steps(session: Session, case: MonitoringCase) -> list[tuple[Entry, dict[str, Any]]]:
    """办过的步骤 with their opened payloads, oldest first."""
    return steps_of(session, [case])[case.id]


def steps_of(session: Session, cases: Sequence[MonitoringCase]) -> dict[str, list[tuple[Entry, dict[str, Any]]]]:
    """The same of several cases, with a constant number of statements."""
    homes = {case.household_id for case in cases}
    rows = select(Entry).where(Entry.chain_id.in_(homes), Entry.kind.in_(KINDS)).order_by(Entry.chain_id, Entry.seq)
    entries = list(session.scalars(rows)) if homes else []
    found: dict[str, list[tuple[Entry, dict[str, Any]]]] = {case.id: [] for case in cases}
    for entry, said in zip(entries, opened(session, entries), strict=True):
        if said["case_id"] in found:
            found[said["case_id"]].append((entry, said))
    return found


def _in(state: str | None) -> ColumnElement[bool]:
    if state:
        return MonitoringCase.state == state
    ended = [one.value for one in CaseState if one in ENDED]
    return or_(MonitoringCase.state.not_in(ended), MonitoringCase.leaving.is_not(None))
