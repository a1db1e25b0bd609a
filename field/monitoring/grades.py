"""风险等级: the grade of households as people are told it, with the rules that fired and what is not known."""

import json
from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.orm import Session

from field.codes import Grade
from field.monitoring.judgement import GRADED, Judgement
from field.monitoring.policy.risk_shapes import RANKS
from field.monitoring.policy.shelf import pack_on, shelf
from field.monitoring.risk_words import Fired, told
from field.registry.households import Household
from field.sentences import Series

# Few have a grade, and an index holds just them; the database leaves the join out where nothing asks for it.
JUDGED = Judgement, and_(Judgement.household_id == Household.id, GRADED)
judged_grade: ColumnElement[str] = func.coalesce(Judgement.grade, Grade.NONE.value)
by_urgency = case({grade.value: -rank for grade, rank in RANKS.items()}, value=Judgement.grade, else_=0)


class Risk(NamedTuple):
    """一户的风险: its grade, every rule that fired (the gravest first), and the facts that could change the grade."""

    grade: Grade
    rules: list[Fired]
    missing: list[str]
    as_of: date | None

    @property
    def why(self) -> str:
        """Why it has this grade, in the names of the rules that gave it."""
        return Series(rule.name for rule in self.rules if rule.grade is self.grade)


UNJUDGED = Risk(Grade.NONE, [], [], None)


def grades(session: Session, household_ids: Iterable[str]) -> dict[str, str]:
    """The grade of each household that has been judged, in one statement."""
    rows = select(Judgement.household_id, Judgement.grade).where(Judgement.household_id.in_(list(household_ids)))
    return dict(session.execute(rows).all())


def risks(session: Session, household_ids: Iterable[str]) -> dict[str, Risk]:
    """The risk of each household, in one statement."""
    ids = list(household_ids)
    rows = session.scalars(select(Judgement).where(Judgement.household_id.in_(ids)))
    return dict.fromkeys(ids, UNJUDGED) | {row.household_id: _risk(row) for row in rows}


def risk_shown(risk: Risk) -> dict[str, Any]:
    """The same as the interface answers it."""
    rules = [
        {"rule": one.rule, "name": one.name, "grade": one.grade.value, "words": one.words, "figures": one.figures,
         "sources": one.sources}
        for one in risk.rules
    ]  # fmt: skip
    return {"grade": risk.grade.value, "rules": rules, "missing": risk.missing}


def _risk(row: Judgement) -> Risk:
    pack = shelf().called(row.pack) or pack_on(row.as_of)
    return Risk(Grade(row.grade), told(pack, row.fired, row.figures), json.loads(row.missing), row.as_of)
