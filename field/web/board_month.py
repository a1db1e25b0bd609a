"""板上的数: what stood and happened in a region and in each place below it up to a day, each number to be opened."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from flask import url_for

from field.db import db
from field.monitoring.board.counted import LATE_STEPS, LATE_TASKS, counts, days_by, flow_by_month
from field.monitoring.board.flow import Flow
from field.monitoring.board.until import Until
from field.monitoring.cases.case_turns import ELIMINATED, IDENTIFIED, RE_MARKED
from field.monitoring.relief.relief_sums import Sums, relief_by
from field.monitoring.workdays import DAY
from field.web.charts import columns, spreads
from field.web.whereabouts import Here

SERIES = (IDENTIFIED, ELIMINATED, RE_MARKED)


class Days(NamedTuple):
    """从线索到识别 in calendar days, fewest first."""

    days: Sequence[int] = ()

    @property
    def median(self) -> int | None:
        """Half were identified within so many days."""
        return Flow(days=tuple(self.days)).median

    @property
    def slowest_tenth(self) -> int | None:
        """Nine of ten were identified within so many days."""
        return Flow(days=tuple(self.days)).slowest_tenth


class Row(NamedTuple):
    """一个地方: its numbers by their names, its days to identification in the month and the year, and its relief."""

    code: str
    name: str
    numbers: Mapping[str, int]
    month: Days
    year: Days
    relief: Sums

    @property
    def monitored(self) -> int:
        """在监测的, as the sweep of the month counts them."""
        return self.numbers.get("visited", 0) + self.numbers.get("unvisited", 0)


class Month(NamedTuple):
    """一个月的进展: up to which day it is counted, and how many households took each turn in it."""

    until: date
    numbers: Mapping[str, int]


def month_of(where: Here, on: date, present: bool) -> dict[str, Any]:
    """The whole and its places; `present` adds what is late now, which no past day keeps."""
    session, until = db.session(), Until(on)
    digits = len(where.below[0].code) if where.below else len(where.code)
    numbers: dict[str, dict[str, int]] = {}
    for (name, code), number in counts(session, where.code, digits, until, present).items():
        numbers.setdefault(code, {})[name] = number
    month, year = (days_by(session, where.code, digits, until, year=whole) for whole in (False, True))
    relief = relief_by(session, where.code, digits, until)
    below = [
        Row(one.code, one.name, numbers.get(one.code, {}), Days(month.get(one.code, ())),
            Days(year.get(one.code, ())), relief.get(one.code, Sums()))
        for one in where.below
    ]  # fmt: skip
    whole = Row(where.code, where.name, _sum(numbers), _all(month), _all(year), sum(relief.values(), Sums()))
    flow = _flow(where, until)
    return {
        "month": whole, "months": below, "flow": flow, "late_kinds": LATE_STEPS | (LATE_TASKS if present else {}),
        "spread": spreads([(one.code, one.name, one.year.median, one.year.slowest_tenth) for one in below or [whole]]),
        "flow_columns": columns([[one.numbers.get(turn, 0) for turn in SERIES] for one in flow]),
    }  # fmt: skip


def opener() -> Callable[..., str]:
    """Where the households behind a number are listed; a board has hundreds, so the route is looked up once.

    What is asked are codes, days and numbers: nothing that an address would spell otherwise.
    """
    listed = url_for("households_page.listed")
    return lambda **asked: f"{listed}?{'&'.join(f'{name}={value}' for name, value in asked.items() if value)}"


def _flow(where: Here, until: Until) -> list[Month]:
    found = flow_by_month(db.session(), where.code, until)
    ends = [*(after - DAY for after in until.months[1:]), until.on]
    turns = {turn for _, turn in found}
    return [Month(end, {turn: found.get((nth, turn), 0) for turn in turns}) for nth, end in enumerate(ends)]


def _sum(numbers: Mapping[str, Mapping[str, int]]) -> dict[str, int]:
    whole: dict[str, int] = {}
    for several in numbers.values():
        for name, number in several.items():
            whole[name] = whole.get(name, 0) + number
    return whole


def _all(days: Mapping[str, Sequence[int]]) -> Days:
    return Days(sorted(one for several in days.values() for one in several))
