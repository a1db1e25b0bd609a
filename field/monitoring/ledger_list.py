"""台账列表: entries newest first, page after page without counting them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, literal, or_, select, tuple_
from sqlalchemy.orm import Session

from field.china_time import opens
from field.ledger.entries import Entry, region_chain
from field.orm import UtcDateTime
from field.registry.deputies import signatures_of
from field.registry.households import Household
from field.registry.regions import VILLAGE, in_region
from field.registry.rights import Actor, NotAllowed, Right
from field.registry.staff import Staff, staff_names

PER_PAGE = 50


class Mark(NamedTuple):
    """书签: the entry after which the next page begins."""

    recorded_at: datetime
    chain_id: str
    seq: int


@dataclass(frozen=True)
class Wanted:
    """台账筛选: `region` must lie within the actor's own; `actor` is a name or user name; `day` one of China's."""

    region: str | None = None
    kind: str | None = None
    channel: str | None = None
    actor: str | None = None
    day: date | None = None
    after: Mark | None = None


class Line(NamedTuple):
    """一行: an entry with its household, where it has one, and the name of who recorded it."""

    chain_id: str
    seq: int
    kind: str
    channel: str
    actor: str
    recorded_at: datetime
    hash: str
    number: str | None
    head: str | None
    region: str | None
    name: str | None


def lines(session: Session, by: Actor, wanted: Wanted) -> tuple[list[Line], Mark | None]:
    """One page of entries, and where the next begins; NotAllowed outside the region."""
    region = wanted.region or by.region
    if not by.may(Right.READ_HOUSEHOLDS, region):
        raise NotAllowed
    rows = session.execute(
        select(Entry.chain_id, Entry.seq, Entry.kind, Entry.channel, Entry.actor, Entry.recorded_at, Entry.hash)
        .add_columns(Household.number, Household.head, Household.region)
        .outerjoin(Household, Household.id == Entry.chain_id)
        .where(_inside(region), *_conditions(wanted))
        .order_by(Entry.recorded_at.desc(), Entry.chain_id.desc(), Entry.seq.desc())
        .limit(PER_PAGE + 1)
    ).all()
    names = staff_names(session, {row.actor for row in rows})
    page = [Line._make([*row, names.get(row.actor)]) for row in rows[:PER_PAGE]]
    last = page[-1] if len(rows) > PER_PAGE else None
    return page, Mark(last.recorded_at, last.chain_id, last.seq) if last else None


def _inside(region: str) -> ColumnElement[bool]:
    """Entries of the region's households and of what is attached to none; a village is few chains, read by chain."""
    unattached = in_region(Entry.chain_id, region_chain(region))
    if len(region) == VILLAGE:
        return or_(Entry.chain_id.in_(select(Household.id).where(in_region(Household.region, region))), unattached)
    return or_(in_region(Household.region, region), unattached)


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.kind:
        conditions.append(Entry.kind == wanted.kind)
    if wanted.channel:
        conditions.append(Entry.channel == wanted.channel)
    if wanted.actor:
        called = select(Staff.username).where(or_(Staff.username == wanted.actor, Staff.name == wanted.actor))
        signed = Entry.actor.in_(called), Entry.actor.in_(signatures_of(called))
        conditions.append(or_(Entry.actor == wanted.actor, *signed))
    if wanted.day:
        begin = opens(wanted.day)
        conditions.append(Entry.recorded_at.between(begin, begin + timedelta(days=1, milliseconds=-1)))
    if wanted.after:
        at, chain_id, seq = wanted.after
        place = tuple_(Entry.recorded_at, Entry.chain_id, Entry.seq)
        conditions.append(place < tuple_(literal(at, UtcDateTime()), chain_id, seq))
    return conditions
