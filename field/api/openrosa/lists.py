"""名单: what the form and its lists are called, how they are known by digest, and whom they name."""

import csv
import io
from collections.abc import Iterator
from functools import cache
from hashlib import md5
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from field.registry.households import Household, Person
from field.registry.regions import VILLAGE
from field.registry.rights import Actor, Right


@cache
def form() -> bytes:
    """The form that was made of the XLSForm."""
    return Path(__file__).with_name("visit.xml").read_bytes()


def digest(data: bytes) -> str:
    """The digest by which a survey app sees that something is new."""
    return f"md5:{md5(data, usedforsecurity=False).hexdigest()}"


def lists(session: Session, by: Actor) -> dict[str, bytes]:
    """Households and members of the actor's village; of a larger region none: nobody carries a town along."""
    is_village = len(by.region) == VILLAGE and by.may(Right.RECORD_VISITS, by.region)
    households = _households(session, by.region) if is_village else ()
    members = _members(session, by.region) if is_village else ()
    return {
        "households.csv": _written(("name", "label"), households),
        "members.csv": _written(("name", "label", "household"), members),
    }


def _households(session: Session, village: str) -> Iterator[tuple[str, ...]]:
    here = Household.region == village, Household.erased_at.is_(None)
    rows = select(Household.id, Household.head, Household.group, Household.number).where(*here)
    for key, *shown in session.execute(rows.order_by(Household.number)):
        yield key, _label(shown)


def _members(session: Session, village: str) -> Iterator[tuple[str, ...]]:
    rows = select(Person.id, Person.household_id, Person.name, Person.relation).join(Person.household)
    here = Household.region == village, Person.left.is_(None), Person.merged_into.is_(None)
    for key, household, *shown in session.execute(rows.where(*here).order_by(Household.number, Person.position)):
        yield key, _label(shown), household


def _label(parts: list[str | None]) -> str:
    return " · ".join(part for part in parts if part)


def _written(columns: tuple[str, ...], rows: Iterator[tuple[str, ...]] | tuple[()]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([columns, *rows])
    return text.getvalue().encode()
