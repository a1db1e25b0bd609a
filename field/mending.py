"""改正的去处: what the data checks find of households, each with the form or the place on which it is put right."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from field.auth import actor
from field.codes import Role
from field.labels import Word
from field.monitoring.checks.quality import of_household, of_households, terms
from field.monitoring.checks.quality_checks import (
    CASE,
    INCOME,
    LEADS,
    MEMBERS,
    MERGING,
    PEOPLE,
    PLAN,
    RELIEF,
    RISKS,
    ROSTER,
    VISIT,
    Check,
)
from field.monitoring.visiting.visit_rules import definition
from field.registry.rights import HOLDERS, Right
from field.sentences import Sentence, Series

Warned = dict[str, str]
VISIT_PAGE, MEMBERS_SHOWN = "/m/households/{}/visit", "/households/{}#members"
PLACES: dict[str, tuple[Right, str]] = {
    VISIT: (Right.RECORD_VISITS, VISIT_PAGE),
    **{section: (Right.RECORD_VISITS, f"{VISIT_PAGE}#{section}") for section in (MEMBERS, INCOME, RISKS)},
    ROSTER: (Right.IMPORT_ROSTER, "/imports"),
    PEOPLE: (Right.CORRECT_SCHOOLING, MEMBERS_SHOWN),
    CASE: (Right.READ_CASES, "/cases/of/{}"),
    LEADS: (Right.READ_LEADS, "/leads?state=all&household={}"),
    PLAN: (Right.WORK_PLANS, "/households/{}/plan#new"),
    RELIEF: (Right.READ_RELIEF, "/households/{}/relief#unclear"),
    MERGING: (Right.MERGE_PEOPLE, "/merging"),
}


def place(check: Check, household_id: str, role: Role) -> str:
    """Where a role puts it right; who may not is shown the members of the household."""
    right, there = PLACES[check.mend]
    return (there if role in HOLDERS[right] else MEMBERS_SHOWN).format(household_id)


def mend(check: Check, household_id: str) -> str:
    """Where the reader puts it right."""
    return place(check, household_id, actor().role)


def warnings(session: Session, household_id: str, now: datetime) -> list[Warned]:
    """要核对的, as the answer to what was entered tells it."""
    return [_told(one.check, household_id) for one in of_household(session, household_id, terms(now))]


def unfounded(sections: Sequence[str], household_id: str) -> list[Warned]:
    """要核对的 of a visit that left sections as they were of which nothing was known."""
    if not sections:
        return []
    titles = [definition()["properties"][name]["title"] for name in sections]
    named = Series(Word(title) for title in titles)
    words = Sentence("{sections}以前没有记过，选“无变化”等于没有记。请问清楚，再走访一次填上", sections=named)
    return [{"check": "unchanged_unknown", "message": words, "link": VISIT_PAGE.format(household_id)}]


def warnings_of(session: Session, household_ids: Sequence[str], now: datetime) -> dict[str, list[Warned]]:
    """The same of several households, by id."""
    found = of_households(session, household_ids, terms(now))
    return {home: [_told(check, home) for check in checks] for home, checks in found.items()}


def beside_answers(session: Session, rows: Sequence[dict[str, Any]], now: datetime) -> list[dict[str, Any]]:
    """答复 of a department's rows with what is to be looked at, for readers of households alone; without ids."""
    homes = {row["household_id"] for row in rows if row["household_id"]} if actor().has(Right.READ_HOUSEHOLDS) else ()
    found = warnings_of(session, sorted(homes), now)
    rest = [{name: row[name] for name in row if name != "household_id"} for row in rows]
    return [one | {"warnings": found.get(row["household_id"], [])} for one, row in zip(rest, rows, strict=True)]


def _told(check: Check, household_id: str) -> Warned:
    words = Sentence("{title}：{words}", title=Word(check.title), words=Word(check.words))
    return {"check": check.code, "message": words, "link": mend(check, household_id)}
