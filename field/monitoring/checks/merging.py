"""合并重复的人: one person who stands twice in the registry is made one, and can be made two again.

The person merged away keeps the row, marked with who is kept; facts are read through the mark, bindings go over,
messages follow their binding. Nothing is deleted. A rebuild restores the mark and the count of members; bindings
are no derived rows and stand as they are.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session
from uuid6 import uuid7

from field.codes import Channel, EntryKind
from field.labels import Labelled
from field.ledger.entries import Draft, Entry, append, opened
from field.monitoring.board.standings import note_standings
from field.monitoring.relief.relief_standings import restate
from field.monitoring.risk.judgement import judge
from field.monitoring.workers.worker_standings import note_workers
from field.registry.handing_over import hand_back, hand_over
from field.registry.households import Household, Person
from field.registry.numbers import e164
from field.registry.regions import in_region
from field.registry.rights import Actor, NotAllowed, Right
from field.registry.sealing import blind
from field.registry.search_keys import rewrite

SHOWN, ID_LENGTH = 40, 18


class NotMergeable(Exception):
    """不能合并: the same row twice, or one of them is, or stands for, a merged one already."""


class NotMerged(Exception):
    """没有合并: there is nothing, or no longer anything, to undo."""


class Differing(Labelled):
    """不一样的: what of two rows speaks against their being one person."""

    SEX = "sex", "性别"
    BIRTH_DATE = "birth_date", "出生日期"
    ID_NUMBER = "id_number", "证件号码"


class Differ(Exception):
    """对不上: the two differ in what nobody has said to have looked at."""

    def __init__(self, unseen: Sequence[Differing]) -> None:
        super().__init__(", ".join(unseen))
        self.unseen = unseen


def merge(
    session: Session, person_id: str, into: str, note: str, by: Actor, now: datetime, seen: Collection[str] = ()
) -> None:
    """One person is marked as the other; an entry in the chain of each household.

    Differ where sex, birth date or ID number differ and it was not `seen`; what was seen stands in the entry.
    """
    both = _locked(session, person_id, into)
    dup, kept = (_allowed(session, both.get(one), by) for one in (person_id, into))
    stands = session.scalar(select(Person.id).where(Person.merged_into == person_id).limit(1))
    if dup is kept or dup.merged_into or kept.merged_into or stands:
        raise NotMergeable
    different = differing(dup, kept)
    if unseen := [one for one in different if one not in seen]:
        raise Differ(unseen)
    content: dict[str, Any] = {
        "person_id": dup.id, "into": kept.id, "household_id": dup.household_id, "note": note,
        "into_household_id": kept.household_id, "merged": {"name": dup.name}, "kept": {"name": kept.name},
        "contacts": hand_over(session, dup, kept, now), **({"differing": different} if different else {}),
    }  # fmt: skip
    for entry in _append(session, EntryKind.PEOPLE_MERGED, content, by, now):
        derive_merged(session, entry, content)
        judge(session, [entry.chain_id], now)


def part(session: Session, person_id: str, note: str, by: Actor, now: datetime) -> None:
    """撤销合并: the two are two again, each with the bindings had before."""
    dup = _allowed(session, _locked(session, person_id).get(person_id), by)
    if not dup.merged_into:
        raise NotMerged
    kept = _allowed(session, session.get(Person, dup.merged_into), by)
    said = _last_merge(session, dup)
    content = {name: said[name] for name in said if name not in ("note", "differing")} | {"note": note}
    hand_back(session, said["contacts"], dup, now)
    for entry in _append(session, EntryKind.PEOPLE_PARTED, content | {"into": kept.id}, by, now):
        derive_parted(session, entry, content)
        judge(session, [entry.chain_id], now)


def differing(one: Person, other: Person) -> list[Differing]:
    """In what two rows differ that both tell; a disability card begins with the ID number."""
    told = [
        (Differing.SEX, one.sex, other.sex), (Differing.BIRTH_DATE, one.birth_date, other.birth_date),
        (Differing.ID_NUMBER, (one.id_number or "")[:ID_LENGTH], (other.id_number or "")[:ID_LENGTH]),
    ]  # fmt: skip
    return [what for what, first, second in told if first and second and first != second]


def derive_merged(session: Session, entry: Entry, said: dict[str, Any]) -> None:
    """The mark, from the entry in the merged person's own chain alone: rebuilding goes chain by chain."""
    _mark(session, entry, said, said["into"])


def derive_parted(session: Session, entry: Entry, said: dict[str, Any]) -> None:
    """The mark is taken away."""
    _mark(session, entry, said, None)


def merged_people(session: Session, by: Actor) -> list[tuple[Person, Person]]:
    """已合并的: who was merged, and into whom, as far as the actor may decide of both."""
    rows = select(Person).where(Person.merged_into.is_not(None)).order_by(Person.name, Person.id).limit(200)
    merged = session.scalars(rows).all()
    people = select(Person).where(Person.id.in_({one.merged_into for one in merged}))
    kept = {one.id: one for one in session.scalars(people)}
    where = homes(session, (*merged, *kept.values()))
    pairs = [(one, kept[one.merged_into or ""]) for one in merged if one.merged_into in kept]
    return [pair for pair in pairs if all(by.may(Right.MERGE_PEOPLE, where[one.household_id].region) for one in pair)]


def alike(session: Session, by: Actor) -> list[Person]:
    """疑似重复: people of one ID number in several rows, those of one number next to one another."""
    here = Person.id_number_index.is_not(None), Person.merged_into.is_(None), in_region(Household.region, by.region)
    mine = select(Person.id_number_index).join(Household, Household.id == Person.household_id).where(*here)
    twice = mine.group_by(Person.id_number_index).having(func.count() > 1)
    rows = select(Person).join(Household, Household.id == Person.household_id)
    rows = rows.where(*here, Person.id_number_index.in_(twice)).order_by(Person.id_number_index, Person.id)
    return list(session.scalars(rows.limit(SHOWN)))


def found(session: Session, by: Actor, words: str) -> list[Person]:
    """People of the actor's region by whole name, ID number, telephone or household number."""
    phone = e164(words)
    asked = [Person.name == words, Person.id_number_index == blind("id_number", words.upper())]
    asked += [Person.phone_index == blind("phone", phone)] if phone else []
    rows = select(Person).join(Household, Household.id == Person.household_id)
    mine = Person.merged_into.is_(None), in_region(Household.region, by.region)
    rows = rows.where(or_(*asked, Household.number == words), *mine).order_by(Person.name, Person.id)
    return list(session.scalars(rows.limit(SHOWN)))


def homes(session: Session, people: Iterable[Person]) -> dict[str, Household]:
    """The households of people, by id."""
    ids = {one.household_id for one in people}
    return {one.id: one for one in session.scalars(select(Household).where(Household.id.in_(ids)))}


def count_persons(session: Session, household_id: str) -> None:
    """人口: those who have not left, each once."""
    here = Person.household_id == household_id, Person.left.is_(None), Person.merged_into.is_(None)
    counted = select(func.count()).where(*here).scalar_subquery()
    session.execute(update(Household).where(Household.id == household_id).values(persons=counted))


def _mark(session: Session, entry: Entry, said: dict[str, Any], into: str | None) -> None:
    here = Person.id == said["person_id"], Person.household_id == entry.chain_id
    session.execute(update(Person).where(*here).values(merged_into=into))
    count_persons(session, entry.chain_id)
    rewrite(session, {said["household_id"], said["into_household_id"]})
    note_standings(session, [entry])
    note_workers(session, [entry])
    restate(session, {said["household_id"], said["into_household_id"]})


def _locked(session: Session, *ids: str) -> dict[str, Person]:
    rows = select(Person).where(Person.id.in_(ids)).order_by(Person.id).with_for_update()
    return {one.id: one for one in session.scalars(rows.execution_options(populate_existing=True))}


def _allowed(session: Session, person: Person | None, by: Actor) -> Person:
    household = session.get(Household, person.household_id) if person else None
    if person is None or household is None or not by.may(Right.MERGE_PEOPLE, household.region):
        raise NotAllowed
    return person


def _append(session: Session, kind: EntryKind, content: dict[str, Any], by: Actor, now: datetime) -> list[Entry]:
    """In the chain of each household, always in the same order; the rows are locked, so that none comes twice."""
    chains = sorted({content["household_id"], content["into_household_id"]})
    keys = {chain: f"{kind.value}:{uuid7()}" for chain in chains}
    drafts = [Draft(chain, kind, Channel.WEB, by.username, now, keys[chain], content) for chain in chains]
    return [append(session, draft, now) for draft in drafts]


def _last_merge(session: Session, dup: Person) -> dict[str, Any]:
    here = Entry.chain_id == dup.household_id, Entry.kind == EntryKind.PEOPLE_MERGED.value
    entries = list(session.scalars(select(Entry).where(*here).order_by(Entry.seq.desc())))
    mine = [said for said in opened(session, entries) if said["person_id"] == dup.id]
    return mine[0]
