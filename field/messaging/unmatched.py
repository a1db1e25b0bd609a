"""没有归户的来信: who a sender may be, from bindings, telephones on file, and what was said in the dialogs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from field.messaging.conversations import Dialog
from field.registry.candidates import Ground, Known, Ranked, compare, rank
from field.registry.contacts import attached_at
from field.registry.households import Household, Person
from field.registry.regions import Region
from field.registry.rights import Actor, Right

MOST_NAMESAKES, SHOWN = 50, 10


@dataclass(frozen=True)
class Suggestion:
    """一位可能的人, whose household the reader may know of."""

    ranked: Ranked
    person: Person
    household: Household
    village: str


def suggestions(
    session: Session, by: Actor, channel: str, index: str, dialogs: Sequence[Dialog]
) -> tuple[list[Suggestion], int]:
    """The likeliest of the reader's region, and how many others are in regions that are not the reader's."""
    said = claims(dialogs)
    grounds: dict[str, set[Ground]] = {}
    for one in attached_at(session, channel, index):
        grounds.setdefault(one.person_id, set()).add(Ground(one.state.value) if one.state else Ground.ON_FILE)
    rows = _people(session, grounds, {str(claim.get("name") or "") for claim in said} - {""})
    for person, _, village in rows:
        known = Known(person.name, village, person.id_number[-4:] if person.id_number else None)
        best = max((compare(claim, known) for claim in said), key=_told, default=frozenset[Ground]())
        grounds.setdefault(person.id, set()).update(best)
    found = {person.id: (person, home, village) for person, home, village in rows}
    ranked = [one for one in rank(grounds) if one.person_id in found]
    mine = [one for one in ranked if by.may(Right.READ_UNMATCHED, found[one.person_id][1].region)]
    return [Suggestion(one, *found[one.person_id]) for one in mine[:SHOWN]], len(ranked) - len(mine)


def claims(dialogs: Iterable[Dialog]) -> list[dict[str, Any]]:
    """自报: who the senders said to be, each claim once; who only helps a neighbour speaks of the neighbour."""
    found: list[dict[str, Any]] = []
    for dialog in dialogs:
        answers = dialog.state.get("answers") or {}
        claim = answers.get("whom") if answers.get("helping") else answers.get("claim")
        if isinstance(claim, dict) and claim and claim not in found:
            found.append(claim)
    return found


def _people(session: Session, ids: Iterable[str], names: Iterable[str]) -> list[tuple[Person, Household, str]]:
    """Those named by id, and namesakes of who was said; one who stands twice only as the row that is kept."""
    rows = select(Person, Household, Region.name).join(Household, Household.id == Person.household_id)
    rows = rows.outerjoin(Region, Region.code == Household.region).where(Person.merged_into.is_(None))
    by_id = session.execute(rows.where(Person.id.in_(list(ids)))).all()
    namesakes = rows.where(Person.name.in_(list(names)), Person.left.is_(None)).order_by(Person.id)
    by_name = session.execute(namesakes.limit(MOST_NAMESAKES)).all()
    several = {person.id: (person, home, village or "") for person, home, village in (*by_id, *by_name)}
    return list(several.values())


def _told(grounds: frozenset[Ground]) -> int:
    """How much a claim says for somebody: the best of several is taken."""
    return next((one.score for one in rank({"": grounds})), 0)
