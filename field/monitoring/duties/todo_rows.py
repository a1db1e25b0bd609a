"""待办的行: what every source of tasks is asked for and what it answers, light enough for a whole county."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, NamedTuple

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session

from field.china_time import opens
from field.codes import Grade, Role, Source, TaskKind
from field.monitoring.policy.risk_shapes import RANKS
from field.monitoring.policy.shapes import Pack
from field.monitoring.policy.shelf import pack_on
from field.monitoring.risk.grades import JUDGED, by_urgency, judged_grade
from field.monitoring.workdays import SHANGHAI, china_day
from field.registry.households import Household
from field.registry.regions import lies_in, within
from field.registry.rights import Actor

CLOSES = time(23, 59, 59)


@dataclass(frozen=True)
class Wanted:
    """要看哪些: whose list, at which moment, and what of it; `mine` leaves out what others receive first."""

    by: Actor
    now: datetime
    open_only: bool = True
    mine: bool = False
    kind: str | None = None
    source: str | None = None
    region: str | None = None
    grade: str | None = None
    late: bool = False
    page: int = 1
    per_page: int = 20

    @property
    def day(self) -> date:
        """Today in China."""
        return china_day(self.now)

    @property
    def pack(self) -> Pack:
        """The pack in force today: by it people are reminded, whatever pack a case is judged by."""
        return pack_on(self.day)

    @property
    def role(self) -> Role:
        """The reader's level."""
        return self.by.role

    @property
    def place(self) -> str:
        """The region to look in; nowhere, where that of the filter lies outside the reader's own."""
        wanted = self.region or self.by.region
        return wanted if within(wanted, self.by.region) else "-"

    def asks_for(self, *kinds: TaskKind) -> bool:
        """Whether any of these kinds may be among what is wanted."""
        return self.kind is None or self.kind in kinds


class Row(NamedTuple):
    """一件待办, before it is told in words; `about` is the entry, case or household that it is about."""

    id: str
    kind: TaskKind
    source: str
    about: str
    household_id: str | None
    person_id: str | None
    region: str
    opened_at: datetime
    due_at: datetime
    grade: str
    done: bool = False
    step: str | None = None

    @property
    def of_life(self) -> bool:
        """性命攸关: who speaks of dying, also where nobody knows yet who it is."""
        return self.kind is TaskKind.DANGER or (self.household_id is None and self.grade == Grade.RED)

    @property
    def urgency(self) -> tuple[bool, int, datetime, str]:
        """A life, and help that cannot wait, before all; then by grade, then by the time left."""
        waits = not self.of_life and self.kind is not TaskKind.URGENT_AID
        return waits, -RANKS.get(Grade(self.grade), 0), self.due_at, self.id


class Found(NamedTuple):
    """The most urgent rows of a source, as many as were asked for; how many there are in all, and late of them.

    Who asks for none wants the numbers alone.
    """

    rows: list[Row]
    total: int
    late: int = 0


SourceOf = Callable[[Session, Wanted, int], Found]
NOTHING = Found([], 0)


def closes(day: date) -> datetime:
    """The last moment of a day in China."""
    return datetime.combine(day, CLOSES, SHANGHAI)


def dated(kind: TaskKind, due: Callable[[Actor, date], Select[*tuple[Any, ...]]]) -> SourceOf:
    """A source of what another part of the house finds due by household and day, for every level that may see it."""

    def source(session: Session, wanted: Wanted, most: int) -> Found:
        if not wanted.asks_for(kind) or wanted.source not in (None, Source.VISIT):
            return NOTHING
        found = session.execute(_most_urgent(due(wanted.by, wanted.day), wanted).limit(most or 1)).all()
        rows = [
            Row(
                f"{kind.value}:{one.id}:{one.due_on}", kind, Source.VISIT.value, one.id, one.id, None, one.region,
                opens(one.due_on), closes(one.due_on), one.grade,
            )
            for one in found
        ]  # fmt: skip
        return Found(rows, found[0].total, found[0].late) if found else NOTHING

    return source


def _most_urgent(due: Select[*tuple[Any, ...]], wanted: Wanted) -> Select[*tuple[Any, ...]]:
    """Of rows with `household_id` and `due_on`, those that are wanted, beside how many there are and how many late."""
    day = due.subquery()
    late = func.sum(case((day.c.due_on < wanted.day, 1), else_=0)).over()
    rows = select(Household.id, day.c.due_on, Household.region, judged_grade.label("grade"), late.label("late"))
    rows = rows.add_columns(func.count().over().label("total")).join(day, day.c.household_id == Household.id)
    rows = rows.outerjoin(*JUDGED).where(lies_in(Household.region, wanted.place))
    rows = rows.where(judged_grade == wanted.grade) if wanted.grade else rows
    rows = rows.where(day.c.due_on < wanted.day) if wanted.late else rows
    return rows.order_by(by_urgency, day.c.due_on, Household.id)


def narrowed(rows: Iterable[Row], wanted: Wanted, most: int) -> Found:
    """What the filters leave of rows that were read whole."""
    left = sorted(_left(rows, wanted), key=lambda row: row.urgency)
    return Found(left[:most], len(left), sum(row.due_at < wanted.now for row in left))


def _left(rows: Iterable[Row], wanted: Wanted) -> Iterator[Row]:
    for row in rows:
        asked = (wanted.source, row.source), (wanted.grade, row.grade), (wanted.kind, row.kind.value)
        in_time = wanted.late and row.due_at >= wanted.now
        if all(one in (None, value) for one, value in asked) and within(row.region, wanted.place) and not in_time:
            yield row
