"""够得着的: what somebody asks for by its id; outside one's region and not there at all are told alike."""

from typing import Protocol, TypeVar

from sqlalchemy.orm import Session

from field.registry.households import Household
from field.registry.rights import Actor, NotAllowed, Right


class _Placed(Protocol):
    region: str


class _Belonging(Protocol):
    household_id: str


Placed = TypeVar("Placed", bound=_Placed)
Belonging = TypeVar("Belonging", bound=_Belonging)


def reached(found: Placed | None, by: Actor, right: Right) -> Placed:
    """What was found, where there is something and the right goes as far as its region; else NotAllowed."""
    if found is None or not by.may(right, found.region):
        raise NotAllowed
    return found


def household(session: Session, by: Actor, household_id: str, right: Right = Right.READ_HOUSEHOLDS) -> Household:
    """The household, or NotAllowed."""
    return reached(session.get(Household, household_id), by, right)


def belonging(
    session: Session, by: Actor, kind: type[Belonging], its_id: str, right: Right
) -> tuple[Belonging, Household]:
    """What belongs to a household, and the household, or NotAllowed."""
    found = session.get(kind, its_id)
    if found is None:
        raise NotAllowed
    return found, household(session, by, found.household_id, right)
