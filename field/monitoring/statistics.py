"""统计: the reference table of monitored households, for any region."""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from field.codes import Grade, Kind, RiskFactor
from field.monitoring.grades import JUDGED, judged_grade
from field.registry.households import Household
from field.registry.regions import in_region

Figures = dict[str, Any]


def statistics(session: Session, region: str) -> Figures:
    """Monitored households and persons of a region, by kind, by main risk factor and by grade."""
    return statistics_by(session, region, len(region)).get(region) or figures_of(region)


def statistics_by(session: Session, region: str, digits: int) -> dict[str, Figures]:
    """The same for each region of so many digits inside, in one statement; where nobody is monitored there is none."""
    part = func.substr(Household.region, 1, digits).label("part")
    grade = judged_grade.label("grade")
    rows = session.execute(
        select(part, Household.kind, Household.main_risk, grade, func.count(), func.sum(Household.persons))
        .outerjoin(*JUDGED)
        .where(in_region(Household.region, region), Household.kind.is_not(None))
        .group_by("part", Household.kind, Household.main_risk, "grade")
    )
    parts: dict[str, Figures] = {}
    for code, kind, risk, graded, households, persons in rows:
        figures = parts[code] if code in parts else parts.setdefault(code, figures_of(code))
        count_in(figures, str(kind), risk, households, persons)
        figures["by_grade"][graded] += households
    return parts


def figures_of(region: str, parts: tuple[Figures, ...] = ()) -> Figures:
    """The sum of the figures of a region's parts; of none, every code with 0."""
    none = {"households": 0, "persons": 0}
    figures: Figures = {"region": region, **none, "by_kind": {kind.value: {**none} for kind in Kind}}
    figures |= {
        "by_risk_factor": {factor.value: 0 for factor in RiskFactor},
        "by_grade": {grade.value: 0 for grade in Grade},
    }
    for part in parts:
        _add(figures, part)
        for kind, share in part["by_kind"].items():
            _add(figures["by_kind"][kind], share)
        for risk, households in part["by_risk_factor"].items():
            figures["by_risk_factor"][risk] += households
        for grade, households in part["by_grade"].items():
            figures["by_grade"][grade] += households
    return figures


def count_in(figures: Figures, kind: str, risk: str | None, households: int, persons: int) -> None:
    """Count households of one kind and main risk factor."""
    share = {"households": households, "persons": persons}
    _add(figures, share)
    _add(figures["by_kind"][kind], share)
    if risk:
        figures["by_risk_factor"][risk] += households


def _add(figures: Figures, more: Figures) -> None:
    figures["households"] += more["households"]
    figures["persons"] += more["persons"]
