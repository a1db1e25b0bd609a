"""一户一策: the measures of a household and its team, as they stand; derived from the household's chain."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, ColumnElement, Index, String, and_, exists, func, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from field.codes import EntryKind
from field.help_codes import MeasureState
from field.ledger.entries import Entry, opened
from field.monitoring.cases.case_turns import RE_MARKED, CaseTurn
from field.monitoring.help.measure_rules import Course
from field.monitoring.policy.shapes import Pack
from field.orm import Base, Code, Id, Name
from field.registry.households import Household

KINDS = (EntryKind.PLAN_TEAM.value, EntryKind.MEASURE_PLANNED.value, EntryKind.MEASURE_STEP.value)
ANEW: dict[str, Any] = {"populate_existing": True}
COLUMNS = tuple(Course.__dataclass_fields__)


class Measure(Base):
    """帮扶措施: one measure for one risk factor of a household; `seq` is its newest entry, `title` the pack's word."""

    __tablename__ = "measure"

    id: Mapped[Id] = mapped_column(primary_key=True)
    household_id: Mapped[Id]
    seq: Mapped[int]
    pack: Mapped[Code]
    code: Mapped[Code]
    title: Mapped[Name]
    money: Mapped[bool]
    state: Mapped[Code]
    risk_factor: Mapped[Code]
    owner: Mapped[Name]
    begins_on: Mapped[date]
    due_on: Mapped[date]
    done_seq: Mapped[int | None]
    done_on: Mapped[date | None]
    amount: Mapped[int | None] = mapped_column(BigInteger)

    __table_args__ = (Index(None, "household_id"), Index(None, "state", "due_on"))

    @property
    def course(self) -> Course:
        """As the rules see it."""
        row = {name: getattr(self, name) for name in COLUMNS}
        return Course(**row | {"state": MeasureState(self.state)})

    def counts_after(self, seq: int) -> bool:
        """Whether it is of the round that began with an entry: still open, or carried out since."""
        return self.done_seq is None or self.done_seq > seq


class PlanMember(Base):
    """专班成员: who helps a household, as what, from when until when; of the telephone only what is shown."""

    __tablename__ = "plan_team"

    id: Mapped[Id] = mapped_column(primary_key=True)
    household_id: Mapped[Id]
    seq: Mapped[int]
    role: Mapped[Code]
    name: Mapped[Name]
    unit: Mapped[Name | None]
    phone: Mapped[str | None] = mapped_column(String(20))
    since: Mapped[date]
    until: Mapped[date | None]

    __table_args__ = (Index(None, "household_id"),)

    def there(self, day: date) -> bool:
        """Whether the member has not left before a day."""
        return self.until is None or self.until >= day


def _counts(again: ColumnElement[int]) -> ColumnElement[bool]:
    """Not dropped, and of the round that began with an entry: still open, or carried out since."""
    since = or_(Measure.done_seq.is_(None), Measure.done_seq > func.coalesce(again, 0))
    return and_(Measure.household_id == Household.id, Measure.state != MeasureState.DROPPED.value, since)


_newest = select(func.max(CaseTurn.seq).label("seq")).where(CaseTurn.turn == RE_MARKED)
_its_own = _newest.where(CaseTurn.household_id == Measure.household_id).correlate(Measure).scalar_subquery()
_each = _newest.add_columns(CaseTurn.household_id).group_by(CaseTurn.household_id).subquery()
helped = exists(select(Measure.id).where(_counts(_its_own)))
helped_of_many = exists(
    select(Measure.id).outerjoin(_each, _each.c.household_id == Measure.household_id).where(_counts(_each.c.seq))
)  # the same; where many are looked at, the rounds are reckoned once


def due_since(pack: Pack, day: date) -> date:
    """满期: whoever was identified before this day should have a measure on the given one."""
    return day - timedelta(days=pack.elimination.measure_days)


class Plan(NamedTuple):
    """一户一策: who helps, and what is done."""

    team: list[PlanMember]
    measures: list[Measure]


def measures_of(session: Session, household_id: str) -> list[Measure]:
    """措施 of a household, those that begin first before the others."""
    return plans(session, [household_id])[household_id].measures


def team_of(session: Session, household_id: str) -> list[PlanMember]:
    """专班 of a household, those who came first before the others."""
    return plans(session, [household_id])[household_id].team


def plans(session: Session, household_ids: Iterable[str]) -> dict[str, Plan]:
    """一户一策 of households, with two statements."""
    found = {household_id: Plan([], []) for household_id in household_ids}
    team = select(PlanMember).where(PlanMember.household_id.in_(list(found)))
    for member in session.scalars(team.order_by(PlanMember.since, PlanMember.id).execution_options(**ANEW)):
        found[member.household_id].team.append(member)
    several = select(Measure).where(Measure.household_id.in_(list(found)))
    for measure in session.scalars(several.order_by(Measure.begins_on, Measure.id).execution_options(**ANEW)):
        found[measure.household_id].measures.append(measure)
    return found


def newest_seq(session: Session, household_id: str) -> int:
    """The newest entry of a household's plan; 0 where there is none yet."""
    both = [
        select(func.max(table.seq)).where(table.household_id == household_id).scalar_subquery()
        for table in (Measure, PlanMember)
    ]
    return max(found or 0 for found in session.execute(select(*both)).one())


def plan_entries(session: Session, household_id: str) -> list[tuple[Entry, dict[str, Any]]]:
    """办过的 of a household's plan with their opened payloads, oldest first."""
    rows = select(Entry).where(Entry.chain_id == household_id, Entry.kind.in_(KINDS)).order_by(Entry.seq)
    entries = list(session.scalars(rows))
    return list(zip(entries, opened(session, entries), strict=True))
