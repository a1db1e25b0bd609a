"""认人: whom a name, a village and the last four of an ID number mean together; one person or nobody."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from field.registry.households import Household, Person
from field.registry.villages import villages_called

NAMESAKES = 50


def identified(session: Session, told: Mapping[str, str]) -> Person | None:
    """The one living member whose name, village and last four all fit; None where a part is missing or two fit."""
    name, village, last4 = (told.get(part, "") for part in ("name", "village", "last4"))
    if not (name and village and last4):
        return None
    here = Household.region.in_(villages_called(village, told.get("town", "")))
    rows = select(Person).join(Household, Household.id == Person.household_id)
    rows = rows.where(Person.name == name, Person.left.is_(None), here)
    fitting = [person for person in session.scalars(rows.limit(NAMESAKES)) if (person.id_number or "")[-4:] == last4]
    return fitting[0] if len(fitting) == 1 else None
