"""待办的行: what every source of tasks is asked for and what it answers, light enough for a whole county."""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, NamedTuple, Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from field.codes import Grade, Role, Source, TaskKind
from field.monitoring.grades import JUDGED, judged_grade
from field.monitoring.policy.risk_shapes import RANKS
from field.monitoring.policy.shapes import Pack
from field.monitoring.policy.shelf import pack_on
from field.monitoring.workdays import SHANGHAI, china_day
from field.registry.households import Household
from field.registry.regions import within
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
    def urgency(self) -> tuple[int, datetime, str]:
        """By grade, then by the time left."""
        return -RANKS.get(Grade(self.grade), 0), self.due_at, self.id


class Found(NamedTuple):
    """The most urgent rows of a source, as many as were asked for; how many there are in all, and late of them."""

    rows: list[Row]
    total: int
    late: int = 0


SourceOf = Callable[[Session, Wanted, int], Found]
NOTHING = Found([], 0)


class Dated(Protocol):
    """What another part of the house lists as due: a household and the day."""

    @property
    def household_id(self) -> str: ...

    @property
    def due_on(self) -> date: ...


def opens(day: date) -> datetime:
    """The first moment of a day in China."""
    return datetime.combine(day, time(), SHANGHAI)


def closes(day: date) -> datetime:
    """The last moment of a day in China."""
    return datetime.combine(day, CLOSES, SHANGHAI)


def dated(kind: TaskKind, due: Callable[[Session, Actor, date], Iterable[Dated]]) -> SourceOf:
    """A source of what another part of the house lists by household and day, for every level that may see it."""

    def source(session: Session, wanted: Wanted, most: int) -> Found:
        if not wanted.asks_for(kind):
            return NOTHING
        listed = list(due(session, wanted.by, wanted.day))
        homes = at_home(session, {one.household_id for one in listed})
        rows = [
            Row(
                f"{kind.value}:{one.household_id}:{one.due_on}", kind, Source.VISIT.value, one.household_id,
                one.household_id, None, homes[one.household_id].region, opens(one.due_on), closes(one.due_on),
                homes[one.household_id].grade,
            )
            for one in listed if one.household_id in homes
        ]  # fmt: skip
        return narrowed(rows, wanted, most)

    return source


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


def at_home(session: Session, ids: Collection[str]) -> dict[str, Any]:
    """The region and grade of households, in one statement."""
    rows = select(Household.id, Household.region, judged_grade.label("grade"))
    rows = rows.outerjoin(*JUDGED).where(Household.id.in_(ids))
    return {row.id: row for row in session.execute(rows)} if ids else {}
