"""谁看过列表: who looked at what, newest first, page after page without counting them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, literal, or_, select, tuple_, union
from sqlalchemy.orm import Session

from field.china_time import opens
from field.codes import JobKind
from field.ledger.entries import Entry
from field.monitoring.leads.leads import Lead
from field.monitoring.traces import Look, Trace
from field.monitoring.visiting.evidence import EvidenceLink
from field.orm import UtcDateTime
from field.registry import reach
from field.registry.deputies import signatures_of
from field.registry.households import Household, Person
from field.registry.regions import LEVELS, in_region
from field.registry.rights import Actor, NotAllowed, Right
from field.registry.staff import Post, Staff, staff_names
from field.work import Job

PER_PAGE = 50
OF_REGION = (Look.PRINT_FILES, Look.CARRIED, Look.LIST, Look.MAP)
PHOTOS = (Look.PHOTO_ORIGINAL, Look.PHOTO_LARGE, Look.PHOTO_SMALL)


@dataclass(frozen=True)
class Wanted:
    """筛选: a household and a member of staff by id, what was looked at, days of China; `after` the last one shown."""

    household: str | None = None
    staff: str | None = None
    what: str | None = None
    since: date | None = None
    until: date | None = None
    after: str | None = None


class Line(NamedTuple):
    """一行: a look, who it was, and whose it was: households, the person, or the region of an export or print."""

    trace: Trace
    name: str
    homes: Sequence[Household]
    person: str | None
    region: str | None


class _Meant(NamedTuple):
    """What subjects stand for; photographs and entries for households."""

    people: dict[str, Person]
    shared: dict[str, list[str]]
    exports: dict[str, str | None]
    homes: dict[str, Household]


def looks(session: Session, by: Actor, wanted: Wanted) -> tuple[list[Line], str | None]:
    """One page of looks with a constant number of statements, and after which the next begins; NotAllowed outside."""
    rows = select(Trace).where(_by_staff_of(by), *_conditions(session, by, wanted))
    found = session.scalars(rows.order_by(Trace.at.desc(), Trace.id.desc()).limit(PER_PAGE + 1)).all()
    page, names = found[:PER_PAGE], staff_names(session, {one.actor for one in found})
    meant = _meant(session, page)
    lines = [_line(one, names.get(one.actor, one.actor), meant) for one in page]
    return lines, page[-1].id if len(found) > PER_PAGE else None


def lookers(session: Session, by: Actor) -> dict[str, str]:
    """Whoever has looked at anything: the names by id."""
    rows = select(Staff.id, Staff.name).where(Staff.id.in_(select(Trace.staff_id).where(_by_staff_of(by))))
    return dict(session.execute(rows.order_by(Staff.name, Staff.id)).all())


def _by_staff_of(by: Actor) -> ColumnElement[bool]:
    if not by.has(Right.READ_TRACES):
        raise NotAllowed
    return Trace.staff_id.in_(select(Post.staff_id).where(in_region(Post.region, by.region)))


def _conditions(session: Session, by: Actor, wanted: Wanted) -> Iterable[ColumnElement[bool]]:
    if wanted.household:
        yield _of_household(session, by, wanted.household)
    if wanted.staff:
        called = select(Staff.username).where(Staff.id == wanted.staff)
        yield or_(Trace.staff_id == wanted.staff, Trace.actor.in_(signatures_of(called)))
    if wanted.what:
        yield Trace.what == wanted.what
    if wanted.since:
        yield Trace.at >= opens(wanted.since)
    if wanted.until:
        yield Trace.at < opens(wanted.until) + timedelta(days=1)
    if wanted.after and (last := session.get(Trace, wanted.after)):
        yield tuple_(Trace.at, Trace.id) < tuple_(literal(last.at, UtcDateTime()), last.id)


def _of_household(session: Session, by: Actor, household_id: str) -> ColumnElement[bool]:
    """Of the household itself, its people, photographs, entries, and exports and prints in which it may have stood."""
    home = reach.household(session, by, household_id, Right.READ_TRACES)
    around = [home.region[:digits] for digits in LEVELS]
    alone = Job.payload["household"].as_string()
    exports = select(Job.id).where(
        Job.kind == JobKind.EXPORT.value, Job.region.in_(around), or_(alone.is_(None), alone == home.id)
    )
    leads = select(EvidenceLink.sha256).join(
        Lead, (Lead.chain_id == EvidenceLink.chain_id) & (Lead.seq == EvidenceLink.seq)
    )
    photos = union(
        select(EvidenceLink.sha256).where(EvidenceLink.chain_id == home.id), leads.where(Lead.household_id == home.id)
    )
    people = select(Person.id).where(Person.household_id == home.id)
    several = (people, photos, exports, select(Entry.hash).where(Entry.chain_id == home.id))
    return or_(Trace.subject.in_([home.id, *around]), *(Trace.subject.in_(each) for each in several))


def _meant(session: Session, page: Sequence[Trace]) -> _Meant:
    subjects = {one.subject for one in page}
    people = {one.id: one for one in session.scalars(select(Person).where(Person.id.in_(subjects)))}
    lead = (Lead.chain_id == EvidenceLink.chain_id) & (Lead.seq == EvidenceLink.seq)
    links = select(EvidenceLink.sha256, EvidenceLink.chain_id, Lead.household_id).outerjoin(Lead, lead)
    entries = select(Entry.hash, Entry.chain_id).where(Entry.hash.in_(subjects))
    shared = {digest: [chain] for digest, chain in session.execute(entries)}
    for sha256, chain, attached in session.execute(links.where(EvidenceLink.sha256.in_(subjects)).distinct()):
        shared.setdefault(sha256, []).append(attached or chain)
    jobs = select(Job.id, Job.region).where(Job.id.in_(subjects), Job.kind == JobKind.EXPORT.value)
    exports = dict(session.execute(jobs).all())
    ids = subjects | {one.household_id for one in people.values()} | {home for each in shared.values() for home in each}
    homes = {one.id: one for one in session.scalars(select(Household).where(Household.id.in_(ids)))}
    return _Meant(people, shared, exports, homes)


def _line(one: Trace, name: str, meant: _Meant) -> Line:
    person = meant.people.get(one.subject)
    ids = [person.household_id] if person else sorted(set(meant.shared.get(one.subject, [one.subject])))
    homes = [meant.homes[each] for each in ids if each in meant.homes]
    region = one.subject if one.what in OF_REGION else meant.exports.get(one.subject)
    return Line(one, name, homes, person.name if person else None, region)
