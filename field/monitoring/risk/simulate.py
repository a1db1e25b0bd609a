"""试算: what a pack would do to the grades of today's households before it is signed; nothing is kept."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from field.monitoring.policy.shapes import Pack
from field.monitoring.risk.judgement import SEVERAL, Basis, judged
from field.registry.households import Household

BATCH = 2000


class Move(NamedTuple):
    """A household whose grade would be another; its head shown by the family name alone."""

    region: str
    head: str
    before: str
    after: str


def simulate(session: Session, before: Pack, after: Pack, day: date) -> tuple[Counter[str], Counter[str], list[Move]]:
    """Households by grade under both packs, and those that would move."""
    counts: tuple[Counter[str], Counter[str]] = Counter(), Counter()
    moves: list[Move] = []
    for homes in _batches(session):
        which = {"ids": list(homes)}
        grades = [
            {row.household_id: row.grade for row in judged(session, Basis(pack, day), SEVERAL, which)}
            for pack in (before, after)
        ]
        for count, several in zip(counts, grades, strict=True):
            count.update(several.values())
        for household_id, (region, head) in homes.items():
            was, becomes = (several[household_id] for several in grades)
            if was != becomes:
                moves.append(Move(region, head[:1] + "**", was, becomes))
    return *counts, moves


def _batches(session: Session) -> Iterator[dict[str, tuple[str, str]]]:
    after = ""
    while True:
        rows = select(Household.id, Household.region, Household.head).where(Household.id > after)
        homes = {row.id: (row.region, row.head) for row in session.execute(rows.order_by(Household.id).limit(BATCH))}
        if not homes:
            return
        after = max(homes)
        yield homes
