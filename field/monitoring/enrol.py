"""登记名册: the core call by which households of a roster enter the ledger, a batch at a time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from uuid6 import uuid7

from field.codes import Channel, EntryKind
from field.ledger.chain import canonical
from field.ledger.entries import Draft, Entry, append_many, opened
from field.monitoring.judgement import judge
from field.monitoring.register import register
from field.registry.households import Household, Person
from field.registry.numbers import derived_id
from field.registry.roster import RosterHousehold
from field.registry.sealing import blind, keyring

BATCH = 2000  # of 500, the indexes are written twice as often; of more, others wait too long for their turn


@dataclass(frozen=True)
class Counts:
    """登记结果: households that are new, changed, or the same as before, and people of the first two."""

    new: int = 0
    changed: int = 0
    same: int = 0
    persons: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.new + other.new, self.changed + other.changed,
            self.same + other.same, self.persons + other.persons,
        )  # fmt: skip


@dataclass(frozen=True)
class Standing:
    """在册情况: a household in the ledger, its last roster entry with its digest, and how many it has."""

    household_id: str
    last: Entry
    digest: str
    times: int


def enrol(session: Session, households: Iterable[RosterHousehold], actor: str, now: datetime) -> Counts:
    """Record a batch of households (each number once), one entry each; the same again adds nothing.

    `actor` is the user name of who imports. Flushes, never commits; Repeated when another import was faster.
    """
    listed = list(households)
    erased = _erased(session, [one["number"] for one in listed])
    several = [one for one in listed if one["number"] not in erased]
    standing = _standing(session, [one["number"] for one in several])
    digests = {one["number"]: keyring().name(canonical(one).encode()) for one in several}
    news = [one for one in several if one["number"] not in standing]
    changed = [one for one in several if one["number"] in standing
               and standing[one["number"]].digest != digests[one["number"]]]  # fmt: skip
    payloads = [_first(one) for one in news] + _again(session, changed, standing)
    drafts = []
    for household_id, payload in payloads:
        before = standing.get(payload["number"])
        key = f"roster:{household_id}:{before.times + 1 if before else 1}:{digests[payload['number']]}"
        drafts.append(Draft(household_id, EntryKind.ROSTER, Channel.ROSTER, actor, now, key, payload))
    if drafts:
        entries = append_many(session, drafts, now)
        register(session, [(entry, payload) for entry, (_, payload) in zip(entries, payloads, strict=True)])
        judge(session, [household_id for household_id, _ in payloads], now)
    persons = sum(len(payload["members"]) for _, payload in payloads)
    return Counts(len(news), len(changed), len(listed) - len(payloads), persons)


def _erased(session: Session, numbers: Sequence[str]) -> set[str]:
    """已依法删除的: a roster that still lists them brings nothing back."""
    gone = Household.number.in_(numbers), Household.erased_at.is_not(None)
    return set(session.scalars(select(Household.number).where(*gone)))


def _standing(session: Session, numbers: Sequence[str]) -> dict[str, Standing]:
    rows = (
        select(Household.number, Entry)
        .join(Entry, Entry.chain_id == Household.id)
        .where(Household.number.in_(numbers), Entry.kind == EntryKind.ROSTER.value)
        .order_by(Entry.seq)
    )
    standing: dict[str, Standing] = {}
    for number, entry in session.execute(rows):
        times = standing[number].times + 1 if number in standing else 1
        standing[number] = Standing(entry.chain_id, entry, entry.idempotency_key.split(":")[3], times)
    return standing


def _first(household: RosterHousehold) -> tuple[str, dict[str, Any]]:
    """A household that is new: an id for it and for each member."""
    household_id = str(uuid7())
    members = [{**said, "id": _person_id(household_id, said)} for said in household["members"]]
    return household_id, {**household, "members": members}


def _again(
    session: Session, changed: Sequence[RosterHousehold], standing: dict[str, Standing]
) -> list[tuple[str, dict[str, Any]]]:
    """Households that are here: members keep their ids, by ID number or else name; `gone` are the rest."""
    if not changed:
        return []
    before = [standing[one["number"]] for one in changed]
    known: dict[tuple[str, str], str] = {}
    people = select(Person).where(Person.household_id.in_([was.household_id for was in before]))
    for person in session.scalars(people.order_by(Person.position.desc())):
        known[person.household_id, person.name] = person.id
        known[person.household_id, person.id_number_index or ""] = person.id
    listed = opened(session, [was.last for was in before])
    return [
        (was.household_id, _matched(one, was.household_id, known, [said["id"] for said in old["members"]]))
        for one, was, old in zip(changed, before, listed, strict=True)
    ]


def _matched(
    household: RosterHousehold, household_id: str, known: dict[tuple[str, str], str], listed: Sequence[str]
) -> dict[str, Any]:
    ids = [known.get((household_id, blind("id_number", said["id_number"]))) for said in household["members"]]
    for place, said in enumerate(household["members"]):
        if ids[place] is None:
            namesake = known.get((household_id, said["name"]))
            ids[place] = namesake if namesake not in ids else None
    members = [
        {**said, "id": person_id or _person_id(household_id, said)}
        for person_id, said in zip(ids, household["members"], strict=True)
    ]
    gone = [person_id for person_id in listed if person_id not in ids]
    return {**household, "members": members, **({"gone": gone} if gone else {})}


def _person_id(household_id: str, said: dict[str, Any]) -> str:
    """Made from the keyed digest of the ID number, so that the id gives nothing of the number away."""
    return derived_id(household_id, blind("id_number", said["id_number"]))
