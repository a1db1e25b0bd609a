"""Invented people for tests of messages, and transactions as the edges have them."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

from sqlalchemy import Engine
from sqlalchemy.orm import Session
from uuid6 import uuid7

from field.db import transact
from field.registry.households import Household, Person
from field.registry.sealing import blind

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)  # 10:00 in the county
Result = TypeVar("Result")


def household(session: Session, number: str, *phones: str | None) -> list[Person]:
    """A household with one member for each telephone on file."""
    home = Household(
        id=str(uuid7()), number=number, region="420626107204", head=f"陈{number}", persons=len(phones), risk_factors=[]
    )
    session.add(home)
    session.flush()
    people = [
        Person(
            id=str(uuid7()), household_id=home.id, position=place, name=f"陈{number}{place}", details={},
            phone=phone, phone_index=blind("phone", phone) if phone else None,
        )
        for place, phone in enumerate(phones)
    ]  # fmt: skip
    session.add_all(people)
    session.flush()
    return people


class Turns:
    """One transaction at a time on an engine, each committed, each tried again as the product's own are."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def __call__(self, work: Callable[[Session], Result]) -> Result:
        with Session(self.engine, expire_on_commit=False) as session:
            return transact(work, session)
