"""风险等级: the grade of households as people are told it, with the rules that fired and what is not known."""

import json
from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from field.codes import Grade
from field.monitoring import leads
from field.monitoring.judgement import Judgement
from field.monitoring.policy.shelf import pack_on, shelf
from field.monitoring.risk_words import Fired, told
from field.registry.rights import Actor


class Risk(NamedTuple):
    """一户的风险: its grade, every rule that fired (the gravest first), and the facts that could change the grade."""

    grade: Grade
    rules: list[Fired]
    missing: list[str]
    as_of: date | None

    @property
    def why(self) -> str:
        """Why it has this grade, in the names of the rules that gave it."""
        return "、".join(rule.name for rule in self.rules if rule.grade is self.grade)


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


def tasks(session: Session, by: Actor, open_only: bool, page: int, per_page: int) -> tuple[list[dict[str, Any]], int]:
    """待办, each with its household's grade of today and why."""
    found, total = leads.tasks(session, by, open_only, page, per_page)
    known = risks(session, {task["household_id"] for task in found if task["household_id"]})
    whose = [(task, known.get(task["household_id"], UNJUDGED)) for task in found]
    return [task | {"grade": risk.grade.value, "why": risk.why} for task, risk in whose], total


def _risk(row: Judgement) -> Risk:
    pack = shelf().called(row.pack) or pack_on(row.as_of)
    return Risk(Grade(row.grade), told(pack, row.fired, row.figures), json.loads(row.missing), row.as_of)
