"""统计: the reference table of monitored households, for any region."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.orm import Session

from field.codes import THREE_KINDS, Grade, Kind, RiskFactor
from field.monitoring.risk.grades import JUDGED, judged_grade
from field.registry.households import Household
from field.registry.regions import in_region

Figures = dict[str, Any]
AT_RISK = Kind.AT_RISK.value
_of_three = case((Household.formerly_poor, Kind.UNSTABLE.value), else_=Kind.MARGINAL.value)
told_kind = case((Household.kind == AT_RISK, _of_three), else_=Household.kind)  # 三类户 as which a household is counted


def of_kind(kind: str, recorded: Any = Household.kind, told: Any = told_kind) -> ColumnElement[bool]:
    """Whether a household is of a kind: of the three as it is counted, of the one of 2026 as it was recorded."""
    return recorded == kind if kind == AT_RISK else and_(recorded.is_not(None), told == kind)


def statistics(session: Session, region: str) -> Figures:
    """Monitored households and persons of a region, by kind, by main risk factor and by grade."""
    return statistics_by(session, region, len(region)).get(region) or figures_of(region)


def statistics_by(session: Session, region: str, digits: int) -> dict[str, Figures]:
    """The same for each region of so many digits inside, in one statement; where nobody is monitored there is none."""
    part = func.substr(Household.region, 1, digits).label("part")
    grade = judged_grade.label("grade")
    rows = session.execute(
        select(part, told_kind.label("told"), Household.main_risk, grade, *counted(Household.kind, Household.persons))
        .outerjoin(*JUDGED)
        .where(in_region(Household.region, region), Household.kind.is_not(None))
        .group_by("part", "told", Household.main_risk, "grade")
    )
    return by_part(rows)


def by_part(rows: Iterable[Any]) -> dict[str, Figures]:
    """Figures by region of (region, one of the three kinds, main risk factor, grade, *counted)."""
    parts: dict[str, Figures] = {}
    for code, kind, risk, graded, *counts in rows:
        figures = parts[code] if code in parts else parts.setdefault(code, figures_of(code))
        _count_in(figures, kind, risk, *counts)
        figures["by_grade"][graded] += counts[0]
    return parts


def figures_of(region: str, parts: tuple[Figures, ...] = ()) -> Figures:
    """The sum of the figures of a region's parts; of none, every code with 0."""
    none = {"households": 0, "persons": 0}
    figures: Figures = {"region": region, **none, "by_kind": {kind.value: {**none} for kind in THREE_KINDS}}
    figures |= {
        AT_RISK: 0,
        "by_risk_factor": {factor.value: 0 for factor in RiskFactor},
        "by_grade": {grade.value: 0 for grade in Grade},
    }
    for part in parts:
        _add(figures, part)
        figures[AT_RISK] += part[AT_RISK]
        for kind, share in part["by_kind"].items():
            _add(figures["by_kind"][kind], share)
        for risk, households in part["by_risk_factor"].items():
            figures["by_risk_factor"][risk] += households
        for grade, households in part["by_grade"].items():
            figures["by_grade"][grade] += households
    return figures


def counted(recorded: Any, persons: Any) -> tuple[ColumnElement[int], ...]:
    """户, 人, and how many of the households were recorded as the one kind of 2026."""
    return func.count(), func.sum(persons), func.count(case((recorded == AT_RISK, 1)))


def _count_in(figures: Figures, kind: str, risk: str | None, households: int, persons: int, at_risk: int) -> None:
    """Count households of one of the three kinds and one main risk factor."""
    share = {"households": households, "persons": int(persons)}
    figures[AT_RISK] += at_risk
    _add(figures, share)
    _add(figures["by_kind"][kind], share)
    if risk:
        figures["by_risk_factor"][risk] += households


def _add(figures: Figures, more: Figures) -> None:
    figures["households"] += more["households"]
    figures["persons"] += more["persons"]
