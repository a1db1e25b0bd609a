"""乡镇共享 for tests: households with something in every field, and a county's own rule for a unit."""

import json
from datetime import date
from itertools import count
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from field import clock
from field.db import transact
from field.ledger.facts import Fact, state
from field.monitoring.policy.shelf import OURS
from field.monitoring.risk.judgement import Judgement
from field.registry.households import Household, Person
from tests.county import County
from tests.running import settings_of

TOWN, HOME, NEXT, ELSEWHERE = "420626107", "420626107204", "420626107205", "420626102201"
VERSIONS = count(5)
TEXT = (OURS / "2026.toml").read_text(encoding="utf-8")
BARE = TEXT[: TEXT.index("\n[[sharing]]")]
INCOME = {"wages": 1_234_567, "business": 0, "property": 0, "transfers": 0, "production_cost": 0,
          "period": {"from": "2025-10-01", "to": "2026-09-30"}}  # fmt: skip
CHILD: dict[str, Any] = {
    "name": "李小孩", "relation": "之子", "sex": "male", "birth_date": date(2015, 3, 9), "schooling": "学龄前",
    "health": "患有大病", "labour": "无劳动力",
    "details": {"pupil": "初中", "disability": "视力二级", "medical_insurance": "城乡居民", "minimum_living": True,
                "major_illness_cover": True, "extreme_hardship": True},
}  # fmt: skip


def shares(county: County, when: str, shows: list[str], people: list[str], unit: str = "民政办") -> None:
    """Put a pack into force that shares with one unit alone; `when` is TOML, several separated by blank lines."""
    lines = f"unit = {json.dumps(unit)}\nshows = {json.dumps(shows)}\npeople = {json.dumps(people)}\nsource = 'x'\n"
    each = "".join(f"[[sharing.when]]\n{one}\n" for one in when.split("\n\n"))
    keep(county, f"{BARE}\n[[sharing]]\n{lines}{each}")


def keep(county: County, text: str) -> None:
    """Put a pack into force in place of ours of 2026."""
    folder = settings_of(county).policy
    folder.mkdir(exist_ok=True)
    text = text.replace("version = 4", f"version = {next(VERSIONS)}", 1)
    (folder / "2026.toml").write_text(text, encoding="utf-8")


def told(home: str, section: str, value: Any, seq: int = 1, level: int = 3) -> dict[str, Any]:
    """A fact of a household as a visit leaves it."""
    return {
        "chain_id": home, "subject": home, "seq": seq, "place": 70 + len(section), "attribute": section,
        "channel": "phone", "recorder": "cadre", "observed_at": clock.now(), "level": level, "informant": None,
        "sealed": None, "value": value,
    }  # fmt: skip


def guarantees(**status: str) -> dict[str, Any]:
    """What was told of guarantees, each problem with the note that nobody here may see."""
    return {key: {"status": one} | ({"note": "白血病自费"} if one == "problem" else {}) for key, one in status.items()}


def fill(session: Session, village: str, child: dict[str, Any] | None = None, **home: Any) -> str:
    """Give a village's household something in every field, and its second member another life."""
    found = session.scalars(select(Household).where(Household.region == village)).one()
    several = {"address": "标记住址", "last_visit_at": clock.now(), **home}
    session.execute(update(Household).where(Household.id == found.id).values(several))
    second = Person.household_id == found.id, Person.position == 2
    session.execute(update(Person).where(*second).values(child or CHILD))
    session.execute(delete(Fact).where(Fact.subject == found.id, Fact.attribute.in_(("income", "guarantees"))))
    said = guarantees(food="ok", clothing="ok", schooling="problem", medical="problem", housing="ok")
    facts = [told(found.id, "income", INCOME), told(found.id, "guarantees", said)]
    state(session, facts)
    session.execute(update(Judgement).where(Judgement.household_id == found.id).values(grade="orange"))
    return found.id


def filled(county: County, *villages: str, **home: Any) -> None:
    """The same in the villages of a county, or in its home village alone."""
    with county.app.app_context():
        for village in villages or (HOME,):
            transact(lambda session, village=village: fill(session, village, **home))  # type: ignore[misc]


def asked(county: County, username: str = "civil", **query: Any) -> dict[str, Any]:
    """What the interface shows an account."""
    answer = county.client(username).get("/api/sharing", query_string=query)
    assert answer.status_code == 200, answer.text
    shown: dict[str, Any] = answer.get_json()
    return shown
