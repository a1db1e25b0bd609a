"""依法删除: a household's personal data goes for good (个人信息保护法 47); what was counted, and the chain, stay.

One transaction takes what lies in rows and the values beside entries; a job then takes photographs and exports out of
the vault and has the database write over what it freed. Entries keep salted digests, so the ledger verifies as before.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, delete, func, or_, select, update
from sqlalchemy.orm import Session
from uuid6 import uuid7

from field.codes import Channel, EntryKind, JobKind, JobState
from field.ledger.entries import Draft, Entry, Secret, append, close, forget, lock_heads, open_secret, region_chain
from field.messaging.declare_draft import DeclareDraft
from field.messaging.erased import forget_letters, letters_of, photographs
from field.messaging.inbox import InboundMessage
from field.monitoring.duties.notices import StaffNotice
from field.monitoring.erased import derive_erased, elsewhere, pictured
from field.monitoring.kept import must_stay
from field.monitoring.looks import FileLook
from field.monitoring.risk.judgement import judge
from field.monitoring.screening.screening_lists import ScreeningRow
from field.monitoring.traces import Trace
from field.monitoring.visiting.evidence import Evidence, EvidenceAlike, EvidenceSender
from field.monitoring.visiting.places import PlaceJudgement
from field.orm import Base
from field.registry.households import Household, Person
from field.registry.regions import LEVELS, in_region
from field.registry.rights import Actor, NotAllowed, Right
from field.registry.signatures import by_same
from field.work import OPEN, Job, enqueue

WAITING = {JobKind.PHOTO_FETCH: "message", JobKind.PHOTO_VERSIONS: "sha256", JobKind.PLACE_JUDGEMENT: "chain_id"}
GIVEN = (*OPEN, JobState.DONE.value)
BOTH = (EntryKind.PEOPLE_MERGED.value, EntryKind.PEOPLE_PARTED.value)


class FourEyes(Exception):
    """四眼: two county accounts of different people must want it."""


@dataclass(frozen=True)
class Whole:
    """一户的全部: people, names and numbers, letters, and the photographs that go and that stay."""

    home: Household
    people: list[str]
    names: frozenset[str]
    numbers: frozenset[str]
    letters: dict[type[Base], ColumnElement[bool]]
    photos: frozenset[str]
    shared: frozenset[str]


class MustStay(Exception):
    """不能删: each reason in a sentence."""


class Why(NamedTuple):
    """为什么: the reason that stays in the ledger, who else wanted it, and the days that the law asks to keep."""

    reason: str
    agreed: Actor
    days: Mapping[str, int]


def whole(session: Session, home: Household) -> Whole:
    """All that is the household's, read and not changed."""
    people = list(session.scalars(select(Person).where(Person.household_id == home.id)))
    ids, letters = [one.id for one in people], letters_of(session, home.id, [one.id for one in people])
    mine, others = pictured(session, home.id)
    sent = photographs(session, letters[InboundMessage]) - mine
    numbers = {number for one in people for number in (one.id_number, one.phone, one.bank_account) if number}
    names = {one.name for one in people} | {home.head}
    return Whole(home, ids, frozenset(names), frozenset(numbers), letters, frozenset((mine | sent) - others),
                 frozenset(others))  # fmt: skip


def counted(session: Session, all_of_it: Whole) -> dict[str, int]:
    """要删的, in words, with how many there are."""
    beside = select(func.count()).select_from(Secret).where(Secret.chain_id == all_of_it.home.id)
    found = {"家庭成员": len(all_of_it.people), "台账条目中的个人信息": session.scalar(beside) or 0}
    for table, which in all_of_it.letters.items():
        title = {"inbound_message": "来信", "outbound_message": "去信", "contact": "绑定的号码"}.get(
            table.__tablename__
        )
        if title:
            found[title] = session.scalar(select(func.count()).select_from(table).where(which)) or 0
    found |= {"照片": len(all_of_it.photos), "含这一户的导出": len(_exports(session, all_of_it.home))}
    return found | ({"别户也用、要保留的照片": len(all_of_it.shared)} if all_of_it.shared else {})


def erase(session: Session, home: Household, why: Why, by: Actor, now: datetime) -> Entry:
    """Erase a household; the entry that says so. NotAllowed, FourEyes, or MustStay with every reason against it."""
    if not all(one.may(Right.ERASE, home.region) for one in (by, why.agreed)):
        raise NotAllowed
    if by_same(by.username, why.agreed.username):
        raise FourEyes
    leads = elsewhere(session, home.id)
    lock_heads(session, sorted((home.id, *leads)))
    session.refresh(home)
    if against := must_stay(session, home, why.days, now):
        raise MustStay(against)
    all_of_it = whole(session, home)
    exports = _exports(session, home)
    _forget_beside(session, all_of_it, exports)
    _forget_elsewhere(session, all_of_it, leads)
    said = {"household_id": home.id, "reason": why.reason, "agreed_by": why.agreed.username}
    entry = _note(session, home.id, said | {"photographs": len(all_of_it.photos)}, by, now)
    for chain, seqs in leads.items():
        _note(session, chain, said | {"leads": seqs}, by, now)
    judge(session, [home.id], now)
    close(session, home.id)
    gone = {"photos": sorted(all_of_it.photos), "exports": [one.id for one in exports]}
    enqueue(session, JobKind.ERASURE, gone, now)
    return entry


def _note(session: Session, chain: str, said: dict[str, Any], by: Actor, now: datetime) -> Entry:
    key = f"{EntryKind.ERASED.value}:{uuid7()}"
    entry = append(session, Draft(chain, EntryKind.ERASED, Channel.SYSTEM, by.username, now, key, said), now)
    derive_erased(session, entry, said)
    return entry


def _forget_beside(session: Session, one: Whole, exports: Iterable[Job]) -> None:
    """What lies in rows that no entry explains."""
    letters = session.scalars(select(InboundMessage.id).where(one.letters[InboundMessage]))
    entries = session.scalars(select(Entry.hash).where(Entry.chain_id == one.home.id))
    about = {one.home.id, *one.people, *one.photos, *letters, *entries}
    looked = update(Trace).where(Trace.subject.in_(about)).values(subject=one.home.id, reason=None)
    session.execute(looked)
    for kind, key in WAITING.items():
        waiting = Job.kind == kind.value, Job.payload[key].as_string().in_(about)
        session.execute(delete(Job).where(*waiting).execution_options(synchronize_session=False))
    forget_letters(session, one.letters)
    session.execute(delete(FileLook).where(FileLook.household_id == one.home.id))
    session.execute(delete(PlaceJudgement).where(PlaceJudgement.chain_id == one.home.id))
    session.execute(delete(StaffNotice).where(StaffNotice.about.contains(one.home.id)))
    for table in (EvidenceSender, Evidence):
        session.execute(delete(table).where(table.sha256.in_(one.photos)))
    alike = EvidenceAlike.sha256.in_(one.photos) | EvidenceAlike.other.in_(one.photos)
    session.execute(delete(EvidenceAlike).where(alike))
    for draft in session.scalars(select(DeclareDraft)):
        if any(value in json.dumps(draft.state, ensure_ascii=False) for value in (one.home.id, *one.numbers)):
            session.delete(draft)
    for job in exports:
        job.state = (JobState.EXPIRED if job.state == JobState.DONE else JobState.CANCELLED).value
    _forget_searches(session, one)


def _forget_searches(session: Session, one: Whole) -> None:
    """By which words of theirs somebody chose what to export."""
    words = Job.payload["sought"]["q"].as_string().is_not(None)
    for job in session.scalars(select(Job).where(Job.kind == JobKind.EXPORT.value, words)):
        if any(value in job.payload["sought"]["q"] for value in one.names | one.numbers):
            job.payload = job.payload | {"sought": job.payload["sought"] | {"q": None}}
    session.flush()


def _exports(session: Session, home: Household) -> list[Job]:
    """导出 that are ready or under way and in which the household may stand."""
    alone, around = Job.payload["household"].as_string(), [home.region[:digits] for digits in LEVELS]
    here = Job.kind == JobKind.EXPORT.value, Job.state.in_(GIVEN), Job.region.in_(around)
    return list(session.scalars(select(Job).where(*here, or_(alone.is_(None), alone == home.id))))


def _forget_elsewhere(session: Session, one: Whole, leads: dict[str, list[int]]) -> None:
    """The values beside entries of other chains that are this household's."""
    for chain, seqs in leads.items():
        for seq in seqs:
            forget(session, chain, seq, lambda _path, _value: True)
    for entry in _naming(session, one):
        parts = _parts(json.loads(entry.payload), one)
        theirs = "merged." if json.loads(entry.payload).get("household_id") == one.home.id else "kept."
        prefixes = (*parts, theirs) if entry.kind in BOTH else parts
        forget(session, entry.chain_id, entry.seq, lambda path, value, mine=prefixes: (  # type: ignore[misc]
            path == "note" or path.startswith(mine) or value in one.names | one.numbers
        ))  # fmt: skip
    for chain, seq, sealed in _beside_regions(session):
        kept = open_secret(chain, seq, sealed)
        known = tuple({_folder(path) for path, (_salt, value) in kept.items() if value in one.numbers})
        if known:
            forget(session, chain, seq, lambda path, _value, mine=known: _folder(path) in mine)  # type: ignore[misc]


def _naming(session: Session, one: Whole) -> list[Entry]:
    """Entries of other chains that name the household or one of its people by id."""
    named = [Entry.payload.contains(each) for each in (one.home.id, *one.people)]
    listed = select(ScreeningRow.seq).where(
        ScreeningRow.household_id == one.home.id, ScreeningRow.chain_id == Entry.chain_id, ScreeningRow.seq == Entry.seq
    )
    rows = select(Entry).where(Entry.chain_id != one.home.id, or_(*named, listed.exists()))
    return list(session.scalars(rows))


def _parts(said: Any, one: Whole, path: str = "") -> tuple[str, ...]:
    """Where in a payload the household or one of its people is spoken of, as beginnings of paths."""
    if isinstance(said, list):
        return tuple(each for place, item in enumerate(said) for each in _parts(item, one, f"{path}{place}."))
    if not isinstance(said, dict):
        return ()
    here = said.get("person_id") in one.people or said.get("household_id") == one.home.id
    return (path,) if here and path else tuple(
        each for key, item in said.items() for each in _parts(item, one, f"{path}{key}.")
    )  # fmt: skip


def _beside_regions(session: Session) -> Iterator[tuple[str, int, bytes]]:
    rows = select(Secret.chain_id, Secret.seq, Secret.sealed).where(in_region(Secret.chain_id, region_chain("")))
    yield from [(chain, seq, sealed) for chain, seq, sealed in session.execute(rows)]


def _folder(path: str) -> str:
    return path.rpartition(".")[0]
