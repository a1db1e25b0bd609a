"""更正与名册: what was put right of a person stays when a roster tells the old value; a third one waits for people."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased

from field.codes import EntryKind
from field.ledger.entries import Entry
from field.ledger.facts import VERIFIED_ADDRESS, Fact
from field.monitoring.checks.quality_rows import Rows, people
from field.registry.households import Person
from field.registry.idnumber import mismatch
from field.registry.masking import mask_id_number
from field.registry.sealing import blind

IDENTITY = ("id_number", "birth_date", "sex", "relation")
PUPIL, RELATION = "pupil", "relation"
CLAIMS = {name: f"roster_{name}" for name in (*IDENTITY, PUPIL)}
NAMES = {attribute: name for name, attribute in CLAIMS.items()}
TOGETHER = frozenset(("id_number", "birth_date", "sex"))  # each was held against the others when it was put right


class Claim(NamedTuple):
    """别处的说法 of a column of a person; one that is `settled` was put right, or agrees, and is asked of nobody."""

    person_id: str
    name: str
    said: str | None
    settled: bool


History = Mapping[str, Mapping[str, Sequence[Claim]]]


def standing(person: Person) -> dict[str, str | None]:
    """What is registered of a person in the columns that can be put right."""
    born = person.birth_date.isoformat() if person.birth_date else None
    return {**{name: getattr(person, name) for name in IDENTITY}, "birth_date": born, PUPIL: person.details.get(PUPIL)}


def claims(session: Session, household_ids: Iterable[str]) -> History:
    """What was put right of people of some households, or is claimed otherwise, by person and column; oldest first."""
    ours = Person.household_id.in_(list(household_ids)), Fact.attribute.in_(NAMES)
    rows = select(Fact).join(Person, Person.id == Fact.subject).where(*ours)
    found: dict[str, dict[str, list[Claim]]] = defaultdict(lambda: defaultdict(list))
    for fact in session.scalars(rows.order_by(Fact.chain_id, Fact.seq, Fact.place)):
        said = Claim(fact.subject, NAMES[fact.attribute], fact.sealed or fact.value["said"], fact.value["settled"])
        found[said.person_id][said.name].append(said)
    return found


def waiting(claims: Mapping[str, Sequence[Claim]]) -> dict[str, str | None]:
    """等人核对的 of one person: the newest claims that nobody has settled."""
    return {name: told[-1].said for name, told in claims.items() if not told[-1].settled}


def turned_away(before: Mapping[str, Sequence[Claim]]) -> list[str]:
    """改掉的证件号码 of one person, as their indexes."""
    return [blind("id_number", one.said) for one in before.get("id_number", ()) if one.settled and one.said]


def corrected(person: Person, told: Mapping[str, str], before: Mapping[str, Sequence[Claim]]) -> Iterator[Claim]:
    """What a correction puts right: what stood there, and what a roster claimed meanwhile."""
    held, open_ones = standing(person), waiting(before)
    for name in told:
        wrong = [held[name]] if held[name] != told[name] else []
        wrong += [open_ones[name]] if name in open_ones else []
        yield from (Claim(person.id, name, value, True) for value in wrong)


def keep(
    session: Session, household_ids: Sequence[str], members: Mapping[str, dict[str, Any]], rows: list[dict[str, Any]]
) -> dict[str, list[Claim]]:
    """Let what was put right stand in the `rows` of a roster for people who are here; by household, what it claims.

    `members` are the same people as the roster tells them. A value that was put right before says nothing new.
    """
    history = claims(session, household_ids)
    if not history:
        return {}
    homes = {row["household_id"] for row in rows if row["id"] in history and RELATION in history[row["id"]]}
    here = select(Person).where(Person.id.in_([row["id"] for row in rows])).execution_options(populate_existing=True)
    registered = {person.id: person for person in session.scalars(here)}
    found: dict[str, list[Claim]] = defaultdict(list)
    for row in rows:
        person, before = registered[row["id"]], history.get(row["id"], {})
        beside = TOGETHER if TOGETHER & before.keys() else frozenset()
        beside |= {RELATION} if person.household_id in homes else set()
        if guarded := {*before, *(name for name in beside if getattr(person, name))}:
            found[person.household_id] += _claimed(person, members[row["id"]], before, sorted(guarded))
            _stand(row, person, guarded)
    return found


def _claimed(
    person: Person, said: Mapping[str, Any], before: Mapping[str, Sequence[Claim]], guarded: Iterable[str]
) -> Iterator[Claim]:
    held = standing(person)
    for name in guarded:
        told, earlier = said.get(name), before.get(name, ())
        if not told:
            continue
        settled = told in {held[name], *(one.said for one in earlier if one.settled)}
        newest = earlier[-1] if earlier else Claim(person.id, name, held[name], True)
        if settled != newest.settled or (not settled and told != newest.said):
            yield Claim(person.id, name, told, settled)


def _stand(row: dict[str, Any], person: Person, guarded: Iterable[str]) -> None:
    """What is registered stays in the row; a schooling that was never told stays out of it."""
    for name in guarded:
        if name == PUPIL:
            row["details"] = {key: value for key, value in row["details"].items() if key != PUPIL}
            row["details"] |= {PUPIL: person.details[PUPIL]} if person.details.get(PUPIL) else {}
        else:
            row[name] = getattr(person, name)
    if TOGETHER & set(guarded):
        row["id_number_index"] = person.id_number_index
        row["id_fault"] = mismatch(person.id_number, person.birth_date, person.sex)


def stated(entry: Entry, several: Iterable[Claim], first: int) -> list[dict[str, Any]]:
    """Claims as facts of an entry, from a place on; an ID number is sealed beside its masked one."""
    return [
        {
            "chain_id": entry.chain_id, "seq": entry.seq, "place": place, "subject": one.person_id,
            "attribute": CLAIMS[one.name], "sealed": one.said if one.name == "id_number" else None,
            "value": {"said": mask_id_number(one.said) if one.name == "id_number" else one.said,
                      "settled": one.settled},
            "channel": entry.channel, "recorder": entry.actor, "observed_at": entry.occurred_at,
            "level": VERIFIED_ADDRESS,
        }
        for place, one in enumerate(several, first)
    ]  # fmt: skip


def contradicted() -> Rows:
    """People of whom the newest roster says otherwise than was put right, and nobody has settled it since."""
    claim, later = aliased(Fact), aliased(Fact)
    of_one = later.subject == claim.subject, later.attribute == claim.attribute, later.seq > claim.seq
    waits = claim.subject == Person.id, claim.attribute.in_(NAMES), claim.value["settled"].as_boolean().is_(False)
    some = select(Entry.chain_id).where(Entry.kind == EntryKind.PERSON_CORRECTED.value)  # few, and found by an index
    return people(Person.household_id.in_(some), exists().where(*waits, ~exists().where(*of_one)))
