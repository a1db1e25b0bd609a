"""长期户列表: who is one and why, what a month costs, and the twelve months to come."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from field.monitoring.policy.shelf import pack_on
from field.monitoring.relief.long_term import LongTerm
from field.monitoring.relief.long_term_course import Month, Steady, project
from field.monitoring.relief.relief import YUAN
from field.monitoring.relief.relief_sheet import Sheet, rule_of, sheet, sheets
from field.monitoring.risk.judgement import Judgement
from field.monitoring.workdays import months_after
from field.registry.households import Household
from field.registry.regions import in_region
from field.registry.rights import Actor

FIGURE = '"drug_cost_month":'
MOST = 30_000  # as many ids as a statement takes; no county has as many


@dataclass(frozen=True)
class LongCase:
    """一个长期户: its mark and its figure as far as there are any, and the twelve months."""

    household: Household
    mark: LongTerm | None
    figure: int | None
    by_figure: bool
    person_id: str | None
    steady: Steady | None
    by_bills: bool
    months: tuple[Month, ...]

    @property
    def is_one(self) -> bool:
        """Whether it is long-term at all."""
        return self.mark is not None or self.by_figure

    def sum_of(self, name: str) -> int:
        """A figure of the twelve months together."""
        return sum(int(getattr(one, name)) for one in self.months)

    @property
    def capped_in(self) -> date | None:
        """The first month in which a layer has reached its cap."""
        return next((one.begins for one in self.months if one.capped), None)


def long_cases(session: Session, by: Actor, region: str, day: date) -> list[LongCase]:
    """The long-term households of a region, the dearest first."""
    here = in_region(Household.region, region)
    marks = dict(session.execute(select(Household.id, LongTerm).join(LongTerm, LongTerm.household_id == Household.id)
                                 .where(here)).all())  # fmt: skip
    costs = _figures(session, here)
    wanted = sorted({*marks, *(one for one, cost in costs.items() if cost >= _least(day))})[:MOST]
    bills = sheets(session, by, region, day.year, day, wanted)
    known = {one.household.id: one for one in bills}
    found = [
        _case(one, marks.get(one.id), costs.get(one.id), known.get(one.id), day) for one in _homes(session, wanted)
    ]
    return sorted(found, key=lambda one: (-one.sum_of("borne"), one.household.number))


def long_case(session: Session, household: Household, day: date) -> LongCase:
    """The same of one household, whether it is long-term or not."""
    cost = _figures(session, Household.id == household.id).get(household.id)
    mark = session.get(LongTerm, household.id, populate_existing=True)
    return _case(household, mark, cost, sheet(session, household, day), day)


def _homes(session: Session, wanted: list[str]) -> Iterator[Household]:
    yield from session.scalars(select(Household).where(Household.id.in_(wanted)))


def _figures(session: Session, here: object) -> dict[str, int]:
    """每月用药 as judged, of those of whom it is known and not nothing."""
    rows = select(Judgement.household_id, Judgement.figures).join(Household, Household.id == Judgement.household_id)
    rows = rows.where(here, Judgement.figures.contains(FIGURE), ~Judgement.figures.contains(f"{FIGURE}0,"))  # type: ignore[arg-type]
    return {one: json.loads(figures)["drug_cost_month"] for one, figures in session.execute(rows)}


def _least(day: date) -> int:
    return pack_on(day).long_term.drug_month_yuan * YUAN


def _case(home: Household, mark: LongTerm | None, cost: int | None, known: Sheet | None, day: date) -> LongCase:
    this_year = [one for one in known.years if one.year == day.year] if known else []
    person = max(this_year, key=lambda one: (one.compliant, one.person_id), default=None)
    first = months_after(day.replace(day=1), 1)
    so_far = person.since if person and first.year == day.year else 0
    steady = _steady(mark, cost, sum(one.amount for one in this_year), sum(one.compliant for one in this_year), so_far)
    months = project(first, steady, lambda year: rule_of(year, day)) if steady else []
    return LongCase(home, mark, cost, (cost or 0) >= _least(day), person.person_id if person else None, steady,
                    bool(this_year), tuple(months))  # fmt: skip


def _steady(mark: LongTerm | None, cost: int | None, amount: int, compliant: int, so_far: int) -> Steady | None:
    """What a month costs: as marked, else as judged, of which as much is compliant as of this year's bills."""
    month = mark.month_cost if mark and mark.month_cost is not None else cost
    if month is None:
        return None
    if mark and mark.month_cost is not None and mark.month_compliant is not None:
        return Steady(month, min(mark.month_compliant, month), so_far)
    return Steady(month, month * compliant // amount if amount else month, so_far)
