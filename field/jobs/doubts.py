"""要核对的: what the live checks find in households that a file brought in, for the person who sent it."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from field.codes import Role
from field.mending import place
from field.monitoring.checks.quality import checks_called, of_households, of_region, terms
from field.monitoring.checks.quality_checks import TITLES
from field.registry.households import Household
from field.registry.regions import in_region

FEW = 2000


class Doubt(NamedTuple):
    """要核对的一处: the household of the file, and the code of the check that found something."""

    household_id: str
    number: str
    check: str


def doubts(session: Session, numbers: Sequence[str], now: datetime, region: str) -> list[Doubt]:
    """要核对的 of households of a region by number, as the live checks see them now that they are in."""
    rows = select(Household.id, Household.number).order_by(Household.number)
    if len(numbers) > FEW:  # of many, it is quicker to look at all who live there
        found, theirs = of_region(session, region, terms(now)), set(numbers)
        homes = [
            home for home in session.execute(rows.where(in_region(Household.region, region))) if home.number in theirs
        ]
    else:
        homes = list(session.execute(rows.where(Household.number.in_(numbers))))
        found = of_households(session, [home.id for home in homes], terms(now))
    return [Doubt(home.id, home.number, check.code) for home in homes for check in found.get(home.id, ())]


def in_numbers(several: Sequence[Doubt]) -> dict[str, Any]:
    """How many households have any, and how often each check found something."""
    counted = Counter(doubt.check for doubt in several)
    return {
        "doubtful": len({doubt.household_id for doubt in several}),
        "doubts": {code: counted[code] for code in TITLES if code in counted},
    }


def mended(doubt: Doubt, address: str) -> tuple[str, str, str, str]:
    """A doubt as the Excel file tells it: number, what, what to do, the address of the page for it."""
    [check] = checks_called(doubt.check)
    return doubt.number, check.title, check.words, address + place(check, doubt.household_id, Role.COUNTY)
