"""在册状况: how households stood from each entry on, so that a past day is counted as it stood then."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Index, Select, String, case, func, literal, select
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from field.codes import EntryKind
from field.ledger.entries import Entry
from field.monitoring.board.statistics import Figures, by_part, counted, of_kind, told_kind
from field.monitoring.board.until import Moments
from field.monitoring.risk.grade_standings import grade_on
from field.monitoring.workdays import china_day
from field.orm import Base, Code, Id, RegionCode, Utc, insert_many
from field.registry.households import Household
from field.registry.regions import in_region

VISITED, UNVISITED = "visited", "unvisited"
STILL = datetime(9999, 1, 1, tzinfo=UTC)  # until when that stands which nothing has changed since
MOMENT = timedelta(milliseconds=1)
COLUMNS = (
    Household.region, Household.kind, told_kind.label("told"), Household.main_risk, Household.persons,
    Household.identified_on,
)  # fmt: skip


class HouseholdStanding(Base):
    """在册状况 of a household after one of its entries; derived, kept from the first time that it is identified.

    `told` is as which of the three kinds it was counted.
    """

    __tablename__ = "household_standing"
    __table_args__ = (Index(None, "region", "recorded_at"), {"sqlite_with_rowid": False})

    household_id: Mapped[Id] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    recorded_at: Mapped[Utc]
    region: Mapped[RegionCode]
    kind: Mapped[Code | None]
    told: Mapped[Code | None]
    main_risk: Mapped[Code | None]
    persons: Mapped[int]
    identified_on: Mapped[date | None]


def note_standings(session: Session, entries: Sequence[Entry]) -> None:
    """How the households of entries stand now, one entry each; who never was identified is passed over."""
    if not entries:
        return
    of = {entry.chain_id: entry for entry in entries}
    before = select(HouseholdStanding.household_id).where(HouseholdStanding.household_id == Household.id)
    identified = Household.kind.is_not(None) | Household.identified_on.is_not(None)
    wanted = Household.id.in_(of), identified | before.exists()
    rows = session.execute(select(Household.id.label("household_id"), *COLUMNS).where(*wanted)).mappings()
    insert_many(session, HouseholdStanding, [
        {**row, "seq": of[row["household_id"]].seq, "recorded_at": of[row["household_id"]].recorded_at} for row in rows
    ])  # fmt: skip


def statistics_on(session: Session, region: str, digits: int, until: datetime) -> dict[str, Figures]:
    """监测统计 as it stood before a moment, by the regions of so many digits, with the grades that were judged then."""
    last = HouseholdStanding
    part = func.substr(last.region, 1, digits).label("part")
    grade = grade_on(last.household_id, china_day(until - MOMENT)).label("grade")
    rows = session.execute(
        select(part, last.told, last.main_risk, grade, *counted(last.kind, last.persons))
        .where(*stands(until), in_region(last.region, region))
        .group_by("part", last.told, last.main_risk, "grade")
    )
    return by_part(rows)


def stood(until: Any, region: str | None = None, kind: str | None = None, risk: str | None = None) -> Select[str]:
    """The ids of the households that were monitored before a moment: of a region, a kind and a main risk of then."""
    last = HouseholdStanding
    rows = select(last.household_id).where(*stands(until))
    rows = rows.where(in_region(last.region, region)) if region else rows
    rows = rows.where(of_kind(kind, last.kind, last.told)) if kind else rows
    return rows.where(last.main_risk == risk) if risk else rows


def stood_as(session: Session, household_ids: Iterable[str], until: datetime) -> dict[str, HouseholdStanding]:
    """How some households stood before a moment; who had never been identified by then is not among them."""
    last, ids = HouseholdStanding, list(household_ids)
    rows = select(last).where(last.household_id.in_(ids), *newest(until))
    return {one.household_id: one for one in session.scalars(rows)} if ids else {}


def stands(until: Any) -> tuple[ColumnElement[bool], ...]:
    """Whether a standing is the newest of its household before a moment, and the household was monitored."""
    return *newest(until), HouseholdStanding.kind.is_not(None)


def newest(until: Any) -> tuple[ColumnElement[bool], ...]:
    """Whether a standing is the newest of its household before a moment."""
    last, later = HouseholdStanding, aliased(HouseholdStanding)
    newer = later.household_id == last.household_id, later.seq > last.seq, later.recorded_at < until
    return last.recorded_at < until, ~select(later.seq).where(*newer).exists()


def visits_of(until: Moments) -> Select[str, str]:
    """一月一摸排: each household monitored when a day was over, and whether a visit was recorded in its month."""
    seen = visited(HouseholdStanding.household_id, until.begins, until.ends)
    name = case((seen, literal(VISITED, String())), else_=literal(UNVISITED, String()))
    return select(name.label("name"), HouseholdStanding.household_id.label("id")).where(*stands(until.ends))


def visited(household_id: Any, begins: Any, ends: Any) -> ColumnElement[bool]:
    """Whether a visit of a household was recorded within a time; the visits are read once, not for each household."""
    within = Entry.recorded_at >= begins, Entry.recorded_at < ends
    seen: ColumnElement[bool] = household_id.in_(
        select(Entry.chain_id).where(Entry.kind == EntryKind.VISIT.value, *within)
    )
    return seen
