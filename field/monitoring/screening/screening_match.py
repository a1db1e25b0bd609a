"""比对: whom a row means, by ID number, else by name, birth date and village; near ones are left to people."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import and_, false, or_, select
from sqlalchemy.orm import Session, defer

from field.registry import idnumber
from field.registry.households import Household, Person
from field.registry.regions import in_region
from field.registry.sealing import blind

NEAR = 20
UNOPENED = [defer(column) for column in (Person.id_number, Person.phone, Person.bank_account)]  # opening costs time
Said = Mapping[str, Any]
Key = str | tuple[date | None, str | None]


class Candidate(NamedTuple):
    """可能的人, with the household's region."""

    person: Person
    region: str


class Match(NamedTuple):
    """比对结果: the one person meant, or those who are near, or nobody."""

    sure: Candidate | None
    near: list[Candidate]


def match(session: Session, region: str, several: Sequence[Said]) -> list[Match]:
    """Whom each row means in a region, with few statements."""
    indexes = [blind("id_number", said["id_number"]) if "id_number" in said else None for said in several]
    numbered = _numbered(session, region, [one for one in indexes if one])
    matches = [_by_number(said, numbered.get(index or "", [])) for said, index in zip(several, indexes, strict=True)]
    open_ones = [said for said, found in zip(several, matches, strict=True) if found is None]
    shelves = _shelved(_named(session, region, open_ones))
    return [found or _by_name(said, _fetched(shelves, said)) for said, found in zip(several, matches, strict=True)]


def _by_number(said: Said, found: list[Candidate]) -> Match | None:
    """Sure where one living member has number and name; None where nobody has the number."""
    if not found:
        return None
    fitting = [one for one in found if one.person.name == said["name"] and one.person.left is None]
    return Match(fitting[0], []) if len(found) == len(fitting) == 1 else Match(None, found[:NEAR])


def _shelved(named: Iterable[Candidate]) -> dict[Key, list[Candidate]]:
    """People by name, and by birth date and village."""
    shelves: dict[Key, list[Candidate]] = {}
    for one in named:
        for key in (one.person.name, (one.person.birth_date, one.region)):
            shelves.setdefault(key, []).append(one)
    return shelves


def _fetched(shelves: Mapping[Key, list[Candidate]], said: Said) -> list[Candidate]:
    """Those who have the name, or the birth date and the village, each once."""
    several = [*shelves.get(said["name"], ()), *shelves.get((_birth(said), said.get("village")), ())]
    return sorted(dict.fromkeys(several), key=lambda one: one.person.id)


def _by_name(said: Said, named: Iterable[Candidate]) -> Match:
    """Sure where no number was sent and name, birth date and village mean one member; else near."""
    agreeing = [(one, _agreeing(said, one)) for one in named]
    whole = [one for one, count in agreeing if count == 3]
    present = [one for one in whole if one.person.left is None]
    if "id_number" not in said and len(present) == 1:
        return Match(present[0], [])
    near = [one for one, count in agreeing if count == 2 and _slipped(said["name"], one.person.name)]
    return Match(None, (whole or near)[:NEAR])


def _slipped(name: str, other: str) -> bool:
    """Whether two names are the same but for one character at most."""
    return len(name) == len(other) and sum(a != b for a, b in zip(name, other, strict=True)) <= 1


def _agreeing(said: Said, one: Candidate) -> int:
    same_name, same_birth = one.person.name == said["name"], one.person.birth_date == _birth(said)
    return sum((same_name, same_birth, one.region == said.get("village")))


def _birth(said: Said) -> date | None:
    if "birth_date" in said:
        return date.fromisoformat(said["birth_date"])
    return idnumber.birth_date(said["id_number"]) if "id_number" in said else None


def _numbered(session: Session, region: str, indexes: Sequence[str]) -> dict[str, list[Candidate]]:
    found: dict[str, list[Candidate]] = {}
    for start in range(0, len(indexes), 500):
        rows = select(Person.id_number_index, Person.id).where(Person.id_number_index.in_(indexes[start : start + 500]))
        several = session.execute(rows.order_by(Person.id)).all()
        whose = _kept(session, region, [person_id for _, person_id in several])
        for index, person_id in several:
            if person_id in whose and whose[person_id] not in found.setdefault(index or "", []):
                found[index or ""].append(whose[person_id])
    return found


def _named(session: Session, region: str, several: Sequence[Said]) -> list[Candidate]:
    """Everybody with a name that was sent, or born on a day in a village that were."""
    if not several:
        return []
    names, villages = {said["name"] for said in several}, {said["village"] for said in several if "village" in said}
    births = {birth for said in several if (birth := _birth(said))}
    born = and_(Person.birth_date.in_(births), Household.region.in_(villages)) if births and villages else false()
    rows = select(Person.id).join(Household, Household.id == Person.household_id)
    rows = rows.where(in_region(Household.region, region), or_(Person.name.in_(names), born))
    found = _kept(session, region, list(session.scalars(rows)))
    return list(dict.fromkeys(found.values()))


def _kept(session: Session, region: str, ids: Sequence[str]) -> dict[str, Candidate]:
    """Each person, or whom the person was merged into, as far as the household lies in the region."""
    merged = select(Person.id, Person.merged_into).where(Person.id.in_(ids))
    kept = {person_id: into or person_id for person_id, into in session.execute(merged)}
    rows = select(Person, Household.region).join(Household, Household.id == Person.household_id)
    rows = rows.where(Person.id.in_(set(kept.values())), in_region(Household.region, region)).options(*UNOPENED)
    found = {person.id: Candidate(person, place) for person, place in session.execute(rows)}
    return {person_id: found[into] for person_id, into in kept.items() if into in found}
