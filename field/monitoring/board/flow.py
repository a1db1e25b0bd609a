"""监测进展: what came in and what was done in a region within a time, counted from the entries."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from field.codes import EntryKind
from field.ledger.entries import Entry, region_chain
from field.monitoring.board.standings import HouseholdStanding, stands, visited
from field.monitoring.cases.case_turns import CaseTurn
from field.monitoring.leads.leads import Lead
from field.registry.households import Household
from field.registry.regions import in_region

COUNTED = (EntryKind.VISIT.value, EntryKind.DECLARATION.value, EntryKind.CHECKIN.value)


@dataclass(frozen=True)
class Flow:
    """进展: entries by kind, leads by source, what became of cases, and the days from first signal to identification.

    `unvisited` are the households monitored at the end that nobody visited within the time.
    """

    entries: Counter[str] = field(default_factory=Counter)
    leads: Counter[str] = field(default_factory=Counter)
    cases: Counter[str] = field(default_factory=Counter)
    days: tuple[int, ...] = ()
    unvisited: int = 0

    @property
    def median(self) -> int | None:
        """Half of the households were identified within so many days."""
        return self.days[(len(self.days) - 1) // 2] if self.days else None

    @property
    def slowest_tenth(self) -> int | None:
        """Nine of ten households were identified within so many days."""
        return self.days[(len(self.days) * 9 - 1) // 10] if self.days else None


def flow(session: Session, region: str, begins: datetime, ends: datetime) -> Flow:
    """监测进展 of a region from a moment on, up to another."""
    within = Entry.recorded_at >= begins, Entry.recorded_at < ends
    counted = select(Entry.kind, func.count()).where(Entry.kind.in_(COUNTED), *within).group_by(Entry.kind)
    came = Lead.opened_at >= begins, Lead.opened_at < ends, in_region(Lead.region, region)
    sources = select(Lead.source, func.count()).where(*came).group_by(Lead.source)
    turned = CaseTurn.recorded_at >= begins, CaseTurn.recorded_at < ends, in_region(Household.region, region)
    turns = select(CaseTurn.turn, func.count()).join(Household, Household.id == CaseTurn.household_id)
    cases = _counted(session, turns.where(*turned).group_by(CaseTurn.turn))
    return Flow(
        _counted(session, _here(counted, region)), _counted(session, sources), cases,
        days_to_identification(session, region, begins, ends), unvisited(session, region, begins, ends),
    )  # fmt: skip


def days_to_identification(session: Session, region: str, begins: datetime, ends: datetime) -> tuple[int, ...]:
    """从线索到识别 of the households that were identified within the time: calendar days, fewest first."""
    rows = select(CaseTurn.days).join(Household, Household.id == CaseTurn.household_id)
    within = CaseTurn.recorded_at >= begins, CaseTurn.recorded_at < ends, CaseTurn.days.is_not(None)
    found = session.scalars(rows.where(*within, in_region(Household.region, region)).order_by(CaseTurn.days))
    return tuple(int(days) for days in found if days is not None)


def unvisited(session: Session, region: str, begins: datetime, ends: datetime) -> int:
    """当月没有走访的监测户: monitored at the end, and no visit recorded within the time."""
    stood = HouseholdStanding.household_id.label("id")
    rows = select(func.count()).select_from(HouseholdStanding).join(Household, Household.id == stood)
    here = in_region(Household.region, region), *stands(ends), ~visited(stood, begins, ends)
    return session.scalar(rows.where(*here)) or 0


def _counted(session: Session, rows: Select[*tuple[Any, ...]]) -> Counter[str]:
    return Counter({str(code): int(number) for code, number in session.execute(rows)})


def _here(rows: Select[*tuple[Any, ...]], region: str) -> Select[*tuple[Any, ...]]:
    """Of the region's households, and what is attached to none yet."""
    unattached = in_region(Entry.chain_id, region_chain(region))
    beside = rows.outerjoin(Household, Household.id == Entry.chain_id)
    return beside.where(or_(in_region(Household.region, region), unattached))
