"""更正登记: what stands wrong of a person is told again by a later entry; the first one stays as it was."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from field.codes import Channel, EntryKind
from field.ledger.entries import Draft, Entry, lock_heads, recorded
from field.ledger.facts import VERIFIED_ADDRESS, state
from field.monitoring.cases.case_contents import Faults, fault
from field.monitoring.checks.quality_rows import HEAD, here
from field.monitoring.once import append_once
from field.monitoring.refusals import Refused
from field.monitoring.roster.roster_corrections import (
    IDENTITY,
    PUPIL,
    Claim,
    claims,
    corrected,
    standing,
    stated,
    waiting,
)
from field.monitoring.workdays import china_day
from field.registry import idnumber, reach
from field.registry.households import Household, Person
from field.registry.rights import Actor, NotAllowed, Right
from field.registry.roster import MEMBER
from field.registry.roster_cells import reader
from field.registry.sealing import blind
from field.sentences import Sentence

RIGHTS = {**dict.fromkeys(IDENTITY, Right.CORRECT_PEOPLE), PUPIL: Right.CORRECT_SCHOOLING}
COLUMNS = {column.key: column for column in MEMBER if column.key in RIGHTS}


def correct(
    session: Session, person_id: str, said: Mapping[str, str], note: str, key: str, by: Actor, now: datetime
) -> Entry:
    """更正 what `said` names, by the keys of COLUMNS; Refused with every fault, NotAllowed beyond one's right."""
    person, home = correctable(session, person_id, by)
    if not all(by.may(RIGHTS[name], home.region) for name in said):
        raise NotAllowed
    lock_heads(session, [home.id])
    session.refresh(person)
    values, unreadable = _read(said)
    content = {"person_id": person_id, **values, "note": note}
    draft = Draft(home.id, EntryKind.PERSON_CORRECTED, Channel.WEB, by.username, now, f"person:{key}", content)
    fresh = recorded(session, draft.idempotency_key) is None
    if fresh and (wrong := unreadable or list(_faults(session, person, values, note, now))):
        raise Refused(wrong)
    entry, fresh = append_once(session, draft, now)
    if fresh:
        derive_corrected(session, entry, content)
    return entry


def correctable(session: Session, person_id: str, by: Actor) -> tuple[Person, Household]:
    """A person of whom the actor may correct something, and the household; never a row that was merged away."""
    person, home = reach.belonging(session, by, Person, person_id, Right.CORRECT_SCHOOLING)
    if person.merged_into:
        raise NotAllowed
    return person, home


def derive_corrected(session: Session, entry: Entry, said: dict[str, Any]) -> None:
    """更正登记, as it arrives and in every rebuild; a number that was lawfully deleted changes nothing."""
    person = session.get_one(Person, said["person_id"], populate_existing=True)
    told = {name: said[name] for name in COLUMNS if said.get(name)}
    state(session, stated(entry, corrected(person, told, _claims(session, person)), 1))
    changes: dict[str, Any] = {name: told[name] for name in IDENTITY if name in told}
    if "birth_date" in told:
        changes["birth_date"] = date.fromisoformat(told["birth_date"])
    if "id_number" in told:
        changes["id_number_index"] = blind("id_number", told["id_number"])
    if PUPIL in told:
        changes["details"] = {**person.details, PUPIL: told[PUPIL]}
        state(session, [_fact(entry, person.id, told[PUPIL])])
    held = {name: changes.get(name, getattr(person, name)) for name in ("id_number", "birth_date", "sex")}
    changes["id_fault"] = idnumber.mismatch(*held.values())
    session.execute(update(Person).where(Person.id == person.id).values(changes))
    if told.get("relation") == HEAD:
        session.execute(update(Household).where(Household.id == entry.chain_id).values(head=person.name))


def claimed(session: Session, person: Person) -> dict[str, str | None]:
    """名册上说的: what a roster says otherwise than was put right, by column, until somebody settles it."""
    return waiting(_claims(session, person))


def _claims(session: Session, person: Person) -> Mapping[str, Sequence[Claim]]:
    return claims(session, [person.household_id]).get(person.id, {})


def _fact(entry: Entry, person_id: str, value: str) -> dict[str, Any]:
    return {
        "chain_id": entry.chain_id, "seq": entry.seq, "place": 0, "subject": person_id, "attribute": PUPIL,
        "value": value, "sealed": None, "channel": entry.channel, "informant": None, "recorder": entry.actor,
        "observed_at": entry.occurred_at, "level": VERIFIED_ADDRESS,
    }  # fmt: skip


def _read(said: Mapping[str, str]) -> tuple[dict[str, str], Faults]:
    """The values as the registry keeps them, and what cannot be read; of a disability card its first 18 digits."""
    values: dict[str, str] = {}
    wrong: Faults = []
    for name, text in said.items():
        try:
            value = reader(COLUMNS[name])(text)
        except ValueError as error:
            wrong.append(fault(name, error.args[0]))
        else:
            values |= {name: value[:18] if name == "id_number" else value} if value else {}
    return values, wrong


def _faults(
    session: Session, person: Person, values: Mapping[str, str], note: str, now: datetime
) -> Iterator[dict[str, str]]:
    now_held, claimed = standing(person), waiting(_claims(session, person))
    if all(now_held[name] == value and name not in claimed for name, value in values.items()):
        yield fault("", "没有要改的：填了的和现在登记的一样")
    if len(note) < 2:
        yield fault("note", "请写明为什么更正，至少 2 个字")
    if values.get("birth_date", "") > china_day(now).isoformat():
        yield fault("birth_date", "出生日期不能晚于今天")
    if "id_number" in values and _taken(session, person, values["id_number"]):
        yield fault("id_number", "这个证件号码已经登记在另一个人名下，请逐位核对；是同一个人登记了两次的，请县里合并")
    if values.keys() & {"id_number", "birth_date", "sex"}:
        yield from _at_odds({**now_held, **values})
    if values.get("relation") == HEAD and (head := _other_head(session, person)):
        yield fault("relation", Sentence("现在的户主是{name}，请先更正这个人和户主的关系", name=head))


def _at_odds(held: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    """What of birth date and sex does not agree with the number, once all is corrected."""
    number, day = held["id_number"], held["birth_date"]
    if number is None or idnumber.fault(number):
        return
    if day and day != (told := str(idnumber.birth_date(number))):
        yield fault("birth_date", Sentence("和证件号码对不上，号码里是 {day}；请一起改正", day=told))
    if held["sex"] and held["sex"] != idnumber.sex(number):
        yield fault("sex", "和证件号码对不上，请一起改正")


def _taken(session: Session, person: Person, number: str) -> bool:
    same = Person.id_number_index == blind("id_number", number), Person.id != person.id
    return session.scalar(select(Person.id).where(*same, *here(Person)).limit(1)) is not None


def _other_head(session: Session, person: Person) -> str | None:
    other = Person.household_id == person.household_id, Person.id != person.id, Person.relation == HEAD
    return session.scalar(select(Person.name).where(*other, *here(Person)).limit(1))
