"""有关农户: the households of a department's own lists, and how far each is, with what it needs to know and no more."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from field.case_codes import CaseState
from field.labels import Word
from field.monitoring.cases.cases import MonitoringCase
from field.monitoring.screening.screening_decisions import what_rows_say
from field.monitoring.screening.screening_lists import ScreeningList, ScreeningRow
from field.registry.households import Household
from field.registry.regions import Region, in_region
from field.registry.rights import Actor
from field.registry.screening import ScreeningAnswer, ScreeningReason

CONCERNING = (ScreeningAnswer.NEW_LEAD.value, ScreeningAnswer.SAME.value, ScreeningAnswer.MONITORED.value)


class Concern(NamedTuple):
    """一户: who the department named, in which village, why and when, and how far it is."""

    name: str | None
    village: str
    reason: str
    issued_on: str
    stage: str


def concerned(session: Session, by: Actor, page: int, per_page: int) -> tuple[list[Concern], int]:
    """What the department sent and what became of it, newest list first, and how many there are."""
    mine = ScreeningList.sender == by.username, in_region(Household.region, by.region), Household.erased_at.is_(None)
    rows = select(ScreeningRow, ScreeningList.filed_at, Household.kind, Household.last_visit_at, Region.name)
    rows = rows.join(ScreeningList, ScreeningList.id == ScreeningRow.list_id)
    rows = rows.join(Household, Household.id == ScreeningRow.household_id)
    rows = rows.outerjoin(Region, Region.code == Household.region)
    rows = rows.where(*mine, ScreeningRow.answer.in_(CONCERNING))
    total = session.scalar(select(func.count()).select_from(rows.subquery())) or 0
    newest = rows.order_by(ScreeningList.filed_at.desc(), ScreeningRow.list_id, ScreeningRow.row)
    found = session.execute(newest.offset((page - 1) * per_page).limit(per_page)).all()
    said = what_rows_say(session, [row for row, *_ in found])
    cases = _states(session, [row.household_id or "" for row, *_ in found])
    shown = []
    for row, filed_at, kind, visited_at, village in found:
        what, stage = said[row.list_id, row.row], _stage(cases.get(row.household_id or ""), kind, visited_at, filed_at)
        reason = ScreeningReason.label_of(row.reason)
        shown.append(Concern(what["name"], village or "", reason, what["issued_on"], stage))
    return shown, total


def _states(session: Session, ids: Iterable[str]) -> dict[str, str]:
    """The state of the newest case of each household."""
    rows = select(MonitoringCase.household_id, MonitoringCase.state).where(MonitoringCase.household_id.in_(set(ids)))
    return dict(session.execute(rows.order_by(MonitoringCase.heard_at, MonitoringCase.id)).all())


def _stage(case: str | None, kind: str | None, visited_at: datetime | None, filed_at: datetime) -> str:
    if case:
        return CaseState.label_of(case)
    if kind:
        return CaseState.MONITORED.label
    return Word("已上门") if visited_at and visited_at > filed_at else Word("等上门核实")
