"""Finding households among 250,000 people by every way, beside plain SQL for the same question, on both databases."""

import time
from collections.abc import Callable, Iterator
from random import Random
from statistics import quantiles

from sqlalchemy import text
from sqlalchemy.orm import Session
from uuid6 import uuid7

from benchmarks import ground
from benchmarks.peopled import peopled
from field.codes import Role
from field.config import Settings
from field.db import db
from field.monitoring import search
from field.monitoring.household_file import Sought, households
from field.registry.households import Household, Person
from field.registry.pinyin import spelled
from field.registry.regions import Region
from field.registry.rights import Actor

ASKED, PER_PAGE = 60, 50
PLAIN = {
    "household number": "SELECT count(*) FROM household WHERE number LIKE :q || '%'",
    "phone": "SELECT count(*) FROM person WHERE phone_index = :q",
}
NAMES = "SELECT count(DISTINCT household_id) FROM person WHERE name LIKE :q || '%'"


def rows() -> Iterator[tuple[str, str, str, str]]:
    """p95 of a page of results with its total and who was meant, each kind of words by itself."""
    for database, home, url in ground.databases():
        app, people = peopled(Settings(home, url))
        with app.app_context():
            session = db.session()
            ground.looked_through(session, database)
            for kind, words in _asked(session).items():
                ours = _p95(lambda one: _page(session, one), words)  # noqa: B023
                floor = _p95(lambda one: session.execute(text(PLAIN.get(kind, NAMES)), {"q": one}), words)  # noqa: B023
                what = f"search by {kind}, {people:,} people, {database}"
                yield what, f"p95 {ours:.1f} ms", f"plain SQL {floor:.1f} ms", f"{ours / floor:.2f}"
            db.session.remove()
            db.engine.dispose()


def _page(session: Session, words: str) -> None:
    found, _total = households(session, BY, Sought(q=words, per_page=PER_PAGE))
    search.matched(session, search.read(session, BY.region, words), [one.id for one in found])
    session.rollback()


BY = Actor(str(uuid7()), "county", "县", Role.COUNTY, "420626")


def _asked(session: Session) -> dict[str, list[str]]:
    """Words of people who are there, of each kind; a surname alone is the hardest."""
    chance = Random(2)
    people = chance.sample(list(session.execute(text("SELECT id, name FROM person ORDER BY id"))), ASKED)
    persons = [session.get_one(Person, row.id) for row in people]
    homes = [session.get_one(Household, person.household_id) for person in persons]
    names = [person.name for person in persons]
    letters = [sorted(spelled(name), key=len) for name in names]
    phones = [phone for row in persons if (phone := row.phone)]
    villages = [session.get_one(Region, home.region).name for home in homes]
    return {
        "name": names, "surname alone": [name[0] for name in names], "pinyin": [ways[-1] for ways in letters],
        "initials": [ways[0] for ways in letters], "two letters": [ways[-1][:2] for ways in letters],
        "household number": [home.number for home in homes], "phone": (phones * ASKED)[:ASKED],
        "ID number": [person.id_number or "" for person in persons], "village": villages,
        "village by pinyin": ["".join(sorted(spelled(village), key=len)[-1]) for village in villages],
        "group alone": [home.group or "" for home in homes],
        "group of a village": [f"{village} {home.group}" for village, home in zip(villages, homes, strict=True)],
        "surname and group": [f"{name[0]} {home.group}" for name, home in zip(names, homes, strict=True)],
    }  # fmt: skip


def _p95(ask: Callable[[str], object], words: list[str]) -> float:
    ask(words[0])
    spent = []
    for one in words:
        begin = time.perf_counter()
        ask(one)
        spent.append((time.perf_counter() - begin) * 1000)
    return quantiles(spent, n=20)[-1]
