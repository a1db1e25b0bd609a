"""风险等级: the grade of households as people are told it, with the rules that fired and what is not known."""

import json
from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.orm import Session

from field.codes import Grade
from field.labels import Word
from field.monitoring.policy.risk_shapes import RANKS
from field.monitoring.policy.shapes import Pack
from field.monitoring.policy.shelf import pack_judged_by
from field.monitoring.risk.judgement import GRADED, Judgement
from field.monitoring.risk.risk_words import Fired, told
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


class Reasoned(NamedTuple):
    """等级和缘由: a grade, and the names of the rules that gave it."""

    grade: Grade
    why: str


UNJUDGED = Risk(Grade.NONE, [], [], None)
UNREASONED = Reasoned(Grade.NONE, Series(()))


def grades(session: Session, household_ids: Iterable[str]) -> dict[str, str]:
    """The grade of each household that has been judged, in one statement."""
    rows = select(Judgement.household_id, Judgement.grade).where(Judgement.household_id.in_(list(household_ids)))
    return dict(session.execute(rows).all())


def risks(session: Session, household_ids: Iterable[str]) -> dict[str, Risk]:
    """The risk of each household, in one statement."""
    ids = list(household_ids)
    rows = session.scalars(select(Judgement).where(Judgement.household_id.in_(ids)))
    return dict.fromkeys(ids, UNJUDGED) | {row.household_id: _risk(row) for row in rows}


def reasons(session: Session, household_ids: Iterable[str]) -> dict[str, Reasoned]:
    """Why each household that has a grade has it, in one statement and without the sentences."""
    rows = select(Judgement.household_id, Judgement.grade, Judgement.pack, Judgement.as_of, Judgement.fired)
    found = session.execute(rows.where(Judgement.household_id.in_(list(household_ids)), GRADED))
    return {
        home: Reasoned(Grade(grade), _why(grade, pack_judged_by(name, day), fired))
        for home, grade, name, day, fired in found
    }


def _why(grade: str, pack: Pack, fired: str) -> Series:
    gave = json.loads(fired)
    return Series(Word(rule.name) for rule in pack.risk.rule if gave.get(rule.code) == grade)


def risk_shown(risk: Risk) -> dict[str, Any]:
    """The same as the interface answers it."""
    rules = [
        {"rule": one.rule, "name": one.name, "grade": one.grade.value, "words": one.words, "figures": one.figures,
         "sources": one.sources}
        for one in risk.rules
    ]  # fmt: skip
    return {"grade": risk.grade.value, "rules": rules, "missing": risk.missing}


def _risk(row: Judgement) -> Risk:
    pack = pack_judged_by(row.pack, row.as_of)
    return Risk(Grade(row.grade), told(pack, row.fired, row.figures), json.loads(row.missing), row.as_of)
