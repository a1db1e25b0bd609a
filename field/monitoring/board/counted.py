"""板上的户: the households behind each number of the board; the number and the list are made of the same rows."""

from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from itertools import chain
from typing import Any

from sqlalchemy import ColumnElement, Select, String, bindparam, case, func, literal, or_, select, union_all
from sqlalchemy.orm import Session

from field.china_time import opens
from field.monitoring.board.standings import UNVISITED, VISITED, visited, visits_of
from field.monitoring.board.until import ASKED, Moments, Until
from field.monitoring.cases.case_rules import MAY_LEAVE
from field.monitoring.cases.case_turns import IDENTIFIED, TURNS, CaseTurn
from field.monitoring.cases.deadlines import (
    LATE,
    LATE_CASE,
    LATE_REVISIT,
    MEASURE,
    late_cases,
    late_revisits,
    late_steps,
)
from field.monitoring.duties.tasks import Task
from field.monitoring.duties.todo_entries import KINDS
from field.monitoring.relief.relief_sums import RELIEVED, relieved
from field.monitoring.workers.checkin_requests import CheckinRequest, Outcome
from field.monitoring.workers.worker_freshness import FRESHNESS, freshness, oldest, states
from field.prepared import Prepared
from field.registry.households import Household
from field.registry.regions import in_region

Rows = Select[str, Any]  # the name of a number, and the id of a household behind it
Source = Callable[[Any], Rows | Sequence[Rows]]
OF_YEAR, LATE_TASK = "identified_in_year", "late_task"
ENDED = (Outcome.ANSWERED, Outcome.SILENT, Outcome.CALL)
LATE_STEPS = {f"{LATE}{state.value}": state.label for state in MAY_LEAVE} | {f"{LATE}{MEASURE}": "帮扶措施"}
LATE_TASKS = {f"{LATE_TASK}_{kind.value}": kind.label for kind in KINDS}


def _turned(until: Moments) -> Rows:
    rows = select(CaseTurn.turn.label("name"), CaseTurn.household_id.label("id"))
    rows = rows.where(CaseTurn.recorded_at >= until.begins, CaseTurn.recorded_at < until.ends)
    return rows.where(CaseTurn.days >= until.days) if until.days else rows


def _of_year(until: Moments) -> Rows:
    rows = select(literal(OF_YEAR, String()).label("name"), CaseTurn.household_id.label("id"))
    within = CaseTurn.recorded_at >= until.year_begins, CaseTurn.recorded_at < until.ends
    rows = rows.where(CaseTurn.turn == IDENTIFIED, *within)
    return rows.where(CaseTurn.days >= until.days) if until.days else rows


def _asked(until: Moments) -> Rows:
    rows = select(literal("asked", String()).label("name"), CheckinRequest.household_id.label("id"))
    return rows.where(CheckinRequest.planned_at >= until.begins, CheckinRequest.planned_at < until.ends)


def _ended(until: Moments) -> Rows:
    answered = CheckinRequest.outcome == Outcome.ANSWERED.value
    how = case((answered, literal("answered", String())), else_=literal("silent", String()))
    rows = select(how.label("name"), CheckinRequest.household_id.label("id"))
    asked = CheckinRequest.planned_at >= until.begins, CheckinRequest.planned_at < until.ends
    ended = or_(*(CheckinRequest.outcome == one.value for one in ENDED)), CheckinRequest.closed_at < until.ends
    return rows.where(*asked, *ended)


def _late_tasks(until: Moments, name: ColumnElement[str]) -> Rows:
    late = Task.done.is_(False), Task.due_at < until.opened, Task.household_id.is_not(None)
    return select(name.label("name"), Task.household_id.label("id")).where(*late)


PAST: dict[Source, tuple[str, ...]] = {
    _turned: TURNS, _of_year: (OF_YEAR,), _asked: ("asked",), _ended: ("answered", "silent"),
    late_steps: tuple(LATE_STEPS), late_cases: (LATE_CASE,), late_revisits: (LATE_REVISIT,),
}  # fmt: skip
PRESENT: dict[Source, tuple[str, ...]] = {  # what no past day keeps
    partial(_late_tasks, name=literal(LATE_TASK, String())): (LATE_TASK,),
    partial(_late_tasks, name=literal(f"{LATE_TASK}_", String()) + Task.kind): tuple(LATE_TASKS),
}
MONITORED: dict[Source, tuple[str, ...]] = {visits_of: (VISITED, UNVISITED), freshness: FRESHNESS}  # most, if not all
ALL = PAST | PRESENT | MONITORED | {relieved: RELIEVED}
AMONG = {name: source for source, names in ALL.items() for name in names}


def among(name: str, until: Until) -> ColumnElement[bool]:
    """Whether a household stands behind a number of the board."""
    rows = union_all(*_rows(AMONG[name], until)).subquery()
    return Household.id.in_(select(rows.c.id).where(rows.c.name == name))


def counts(session: Session, region: str, digits: int, until: Until, present: bool) -> dict[tuple[str, str], int]:
    """How many households stand behind each number, by its name and by the regions of so many digits."""
    given = until.given | {"here": f"{region}%", "digits": digits}
    found = {(name, code): number for name, code, number in _counting(present).rows(session, given)}
    for code, monitored, *numbers in _of_monitored(present).rows(session, given):
        several = zip((UNVISITED, VISITED, *FRESHNESS), (monitored - numbers[0], *numbers), strict=True)
        found |= {(name, code): int(number) for name, number in several if number}
    return found


@cache
def _counting(present: bool) -> Prepared:
    """Written once, for some hundred lines of SQL cost more to write than to answer."""
    sources = PAST | PRESENT if present else PAST
    every = union_all(*chain.from_iterable(_rows(source, ASKED) for source in sources)).subquery()
    part = func.substr(Household.region, 1, bindparam("digits")).label("part")
    rows = select(every.c.name, part, func.count(every.c.id.distinct())).join(Household, Household.id == every.c.id)
    here = Household.region.like(bindparam("here"))
    return Prepared(rows.where(here).group_by(every.c.name, "part"))


@cache
def _of_monitored(present: bool) -> Prepared:
    """The numbers of which every monitored household is part, each of them looked up once.

    Who was monitored on the day is told by the standings; that who is so today is monitored spares reading all others.
    """
    homes = oldest(ASKED)
    which = [visited(homes.c.id, ASKED.begins, ASKED.ends), *states(homes, ASKED).values()]
    part = func.substr(Household.region, 1, bindparam("digits")).label("part")
    rows = select(part, func.count(), *(func.sum(case((one, 1), else_=0)) for one in which))
    rows = rows.join(homes, homes.c.id == Household.id).where(Household.region.like(bindparam("here")))
    rows = rows.where(Household.kind.is_not(None)) if present else rows
    return Prepared(rows.group_by("part"))


def _rows(source: Source, until: Moments) -> Iterator[Rows]:
    found = source(until)
    yield from [found] if isinstance(found, Select) else found


def flow_by_month(session: Session, region: str, until: Until) -> dict[tuple[int, str], int]:
    """每月进展: how many households took each turn in each of the twelve months (0 … 11) up to a day."""
    begins = [opens(month) for month in until.months]
    nth = case(*((CaseTurn.recorded_at < end, at) for at, end in enumerate(begins[1:])), else_=len(begins) - 1)
    rows = select(nth.label("nth"), CaseTurn.turn, func.count(CaseTurn.household_id.distinct()))
    within = CaseTurn.recorded_at >= begins[0], CaseTurn.recorded_at < until.ends, in_region(Household.region, region)
    rows = rows.join(Household, Household.id == CaseTurn.household_id).where(*within)
    return {(at, turn): number for at, turn, number in session.execute(rows.group_by("nth", CaseTurn.turn))}


def days_by(session: Session, region: str, digits: int, until: Until, year: bool = False) -> dict[str, list[int]]:
    """从线索到识别 in days of the identifications of the month or the year, fewest first, by the regions below."""
    part = func.substr(Household.region, 1, digits).label("part")
    rows = select(part, CaseTurn.days).join(Household, Household.id == CaseTurn.household_id)
    begins = until.year_begins if year else until.begins
    within = CaseTurn.recorded_at >= begins, CaseTurn.recorded_at < until.ends, CaseTurn.days.is_not(None)
    found: dict[str, list[int]] = {}
    for code, days in session.execute(rows.where(*within, in_region(Household.region, region)).order_by(CaseTurn.days)):
        found.setdefault(code, []).append(days)
    return found
