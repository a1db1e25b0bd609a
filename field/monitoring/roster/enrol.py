"""登记名册: the core call by which households of a roster enter the ledger, a batch at a time."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from field.codes import EntryKind
from field.ledger.entries import Entry, append_many, opened
from field.monitoring.board.standings import note_standings
from field.monitoring.risk.judgement import judge
from field.monitoring.roster.first_entries import Made, digest, drafted, make, person_id
from field.monitoring.roster.register import enter, register
from field.monitoring.roster.roster_corrections import claims, turned_away
from field.registry.households import Household, Person
from field.registry.numbers import derived_id
from field.registry.roster import RosterHousehold
from field.registry.sealing import blind

BATCH = 2000  # of 500, the indexes are written twice as often; of more, others wait too long for their turn


@dataclass(frozen=True)
class Counts:
    """登记结果: households that are new, changed, or the same as before, and people of the first two.

    `others` are the numbers that stayed as they are, since nobody listed belongs to the family that has them.
    """

    new: int = 0
    changed: int = 0
    same: int = 0
    persons: int = 0
    others: tuple[str, ...] = ()

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.new + other.new, self.changed + other.changed,
            self.same + other.same, self.persons + other.persons, self.others + other.others,
        )  # fmt: skip


@dataclass(frozen=True)
class Standing:
    """在册情况: a household in the ledger, which its last roster entry is, its digest, and how many it has."""

    household_id: str
    seq: int
    digest: str
    times: int


def enrol(
    session: Session, households: Iterable[RosterHousehold], actor: str, now: datetime, made: Made | None = None
) -> Counts:
    """Record a batch of households (each number once), one entry each; the same again adds nothing.

    `actor` is the user name of who imports; `made` is what was made before of those that were new then.
    Flushes, never commits; Repeated when another import was faster.
    """
    listed = list(households)
    here = registered(session, [one["number"] for one in listed])
    erased = _erased(session, here) if here else set()
    several = [one for one in listed if one["number"] not in erased]
    standing = _standing(session, here - erased) if here else {}
    news = [one for one in several if one["number"] not in standing]
    if made is None or made.numbers != [one["number"] for one in news]:
        made = make(news, actor, now)
    enter(session, made.tables)
    note_standings(session, made.identified)
    known = [one for one in several if one["number"] in standing]
    said = {one["number"]: digest(one) for one in known}
    changed = [one for one in known if said[one["number"]] != standing[one["number"]].digest]
    payloads = _again(session, changed, standing)
    drafts = [
        drafted(standing[number].household_id, standing[number].times + 1, said[number], payload, actor, now)
        for number, payload in payloads.items()
    ]
    if drafts:
        entries = append_many(session, drafts, now)
        register(session, list(zip(entries, payloads.values(), strict=True)))
    judge(session, [*made.ids, *(draft.chain_id for draft in drafts)], now)
    persons = sum(len(one["members"]) for one in (*news, *payloads.values()))
    others = tuple(one["number"] for one in changed if one["number"] not in payloads)
    return Counts(len(news), len(payloads), len(listed) - len(news) - len(changed), persons, others)


def registered(session: Session, numbers: Sequence[str]) -> set[str]:
    """Which of the numbers are of households that are here, or were."""
    return set(session.scalars(select(Household.number).where(Household.number.in_(numbers))))


def _erased(session: Session, numbers: Collection[str]) -> set[str]:
    """已依法删除的: a roster that still lists them brings nothing back."""
    gone = Household.number.in_(numbers), Household.erased_at.is_not(None)
    return set(session.scalars(select(Household.number).where(*gone)))


def _standing(session: Session, numbers: Collection[str]) -> dict[str, Standing]:
    rows = (
        select(Household.number, Entry.chain_id, Entry.seq, Entry.idempotency_key)
        .join(Entry, Entry.chain_id == Household.id)
        .where(Household.number.in_(numbers), Entry.kind == EntryKind.ROSTER.value)
        .order_by(Entry.seq)
    )
    standing: dict[str, Standing] = {}
    for number, household_id, seq, key in session.execute(rows):
        times = standing[number].times + 1 if number in standing else 1
        standing[number] = Standing(household_id, seq, key.split(":")[3], times)
    return standing


def _again(
    session: Session, changed: Sequence[RosterHousehold], standing: dict[str, Standing]
) -> dict[str, dict[str, Any]]:
    """What is recorded of households that are here, by number; a family of which nobody is known is left out."""
    if not changed:
        return {}
    before = [standing[one["number"]] for one in changed]
    known: dict[tuple[str, str], Person] = {}
    ids = [was.household_id for was in before]
    people, history = select(Person).where(Person.household_id.in_(ids)), claims(session, ids)
    for person in session.scalars(people.order_by(Person.position.desc())):
        known[person.household_id, person.name] = person
        known[person.household_id, person.id_number_index or ""] = person
        known[person.household_id, person.id] = person
        for index in turned_away(history.get(person.id, {})):
            known[person.household_id, index + person.name] = person
    places = tuple_(Entry.chain_id, Entry.seq).in_([(was.household_id, was.seq) for was in before])
    last = {entry.chain_id: entry for entry in session.scalars(select(Entry).where(places))}
    listed = opened(session, [last[was.household_id] for was in before])
    matched = (
        _matched(one, was.household_id, known, [said["id"] for said in old["members"]])
        for one, was, old in zip(changed, before, listed, strict=True)
    )
    return {payload["number"]: payload for payload in matched if payload}


def _matched(
    household: RosterHousehold, household_id: str, known: dict[tuple[str, str], Person], listed: Sequence[str]
) -> dict[str, Any] | None:
    """Members keep their ids, by ID number or else name; `gone` are the rest. None where nobody is surely known.

    A number that was put right still tells whose row it is, where the name is the same.
    """
    indexes = [blind("id_number", said["id_number"]) for said in household["members"]]
    both = zip(indexes, household["members"], strict=True)
    found = [
        known.get((household_id, index + said["name"])) or known.get((household_id, index)) for index, said in both
    ]
    sure = any(found)
    for place, said in enumerate(household["members"]):
        namesake = known.get((household_id, said["name"]))
        if found[place] is None and namesake and namesake not in found:
            found[place] = namesake
            sure = sure or _borne_out(namesake, said)
    if not sure:
        return None
    members = [
        {**said, "id": person.id if person else _new_id(household_id, said, known)}
        for person, said in zip(found, household["members"], strict=True)
    ]
    ids = {person.id for person in found if person}
    gone = [listed_id for listed_id in listed if listed_id not in ids]
    return {**household, "members": members, **({"gone": gone} if gone else {})}


def _new_id(household_id: str, said: dict[str, Any], known: dict[tuple[str, str], Person]) -> str:
    """Of somebody whose number another of the family was registered with by mistake, an id of their own."""
    made = person_id(household_id, said)
    return derived_id(made, said["name"]) if (household_id, made) in known else made


def _borne_out(namesake: Person, said: dict[str, Any]) -> bool:
    """Whether more than the name says that it is the same person; the birth date does where no ID number differs."""
    numbers = (namesake.phone, said.get("phone")), (namesake.bank_account, said.get("bank_account"))
    born = str(namesake.birth_date) == said.get("birth_date") and (not namesake.id_number or bool(namesake.id_fault))
    return born or any(ours and ours == theirs for ours, theirs in numbers)
