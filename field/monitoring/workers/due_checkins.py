"""该回访的人: workers of whom too little is certain any more, with the address at which each can be asked."""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from field.codes import Channel
from field.ledger.facts import Fact
from field.monitoring.workers.checkin_requests import CheckinRequest
from field.monitoring.workers.checkin_rules import RULES, Rules, freshness, is_due
from field.registry.consent import OptOut
from field.registry.contact_rules import FRESH, HOLDING, ContactState
from field.registry.contacts import Contact
from field.registry.households import Household, Person
from field.registry.regions import in_region

COUNTY = 6
ASKED_BY = (Channel.SMS.value, Channel.WECHAT.value)  # an SMS arrives without a click or a subscription


class Due(NamedTuple):
    """该回访的一人: reachable where there is a contact; `stopped` where the person wants no messages."""

    person_id: str
    household_id: str
    region: str
    monitored: bool
    freshness: float
    contact_id: str | None
    channel: str | None
    stopped: bool

    @property
    def out_of_reach(self) -> bool:
        """Whether no message can reach the person, though none was refused."""
        return self.contact_id is None and not self.stopped


class Count(NamedTuple):
    """人数: due, of these to be asked by message, out of reach of messages, and unwilling to get any."""

    due: int = 0
    reachable: int = 0
    out_of_reach: int = 0
    stopped: int = 0

    def __add__(self, other: Any) -> "Count":
        return Count(*(one + more for one, more in zip(self, other, strict=True)))


def due(
    session: Session, region: str, now: datetime, channels: Collection[str] = ASKED_BY, rules: Rules = RULES
) -> list[Due]:
    """Who is due, those of monitored households first, then the least certain; nobody who was asked lately."""
    found = _judged(
        session.execute(_workers(region, now, channels, rules).execution_options(yield_per=1000)), now, rules
    )
    return sorted(found, key=lambda one: (not one.monitored, one.freshness, one.person_id))


def count_by_place(several: Iterable[Due], digits: int) -> dict[str, Count]:
    """How many are due in each region of so many digits."""
    counts: dict[str, Count] = {}
    for one in several:
        place = one.region[:digits]
        more = Count(1, one.contact_id is not None, one.out_of_reach, one.contact_id is None and one.stopped)
        counts[place] = counts.get(place, Count()) + more
    return counts


def _judged(rows: Iterable[Any], now: datetime, rules: Rules) -> Iterator[Due]:
    for row in rows:
        heard, seen = row.last_heard_at, {name: getattr(row, f"{name}_at") for name in rules.asked}
        if heard:
            seen["phone"] = max(heard, seen["phone"] or heard)  # who answered has that number still
        fresh, monitored = freshness(seen, now, rules), row.kind is not None
        if not is_due(fresh, monitored=monitored, rules=rules):
            continue
        channel = next((name for name in ASKED_BY if getattr(row, name)), None)
        contact = getattr(row, channel) if channel else None
        yield Due(row.id, row.household_id, row.region, monitored, fresh, contact, channel, bool(row.stopped))


def _workers(region: str, now: datetime, channels: Collection[str], rules: Rules) -> Select[Any]:
    """Everybody who works away, was neither asked nor heard lately, with what the rules want to know."""
    seen = [_last_seen(name).label(f"{name}_at") for name in rules.asked]
    reach = [_contact(name, now, offered=name in channels).label(name) for name in ASKED_BY]
    refused = exists().where(*_of_person(), _stopped(Contact)).correlate(Person)
    lately = exists().where(
        CheckinRequest.person_id == Person.id,
        or_(CheckinRequest.closed_at.is_(None), CheckinRequest.planned_at > now - rules.again),
    )
    unheard = or_(Person.last_heard_at.is_(None), Person.last_heard_at <= now - rules.again)
    columns = (Person.id, Person.household_id, Household.region, Household.kind, Person.last_heard_at)
    rows = select(*columns, *seen, *reach, refused.label("stopped")).join(
        Household, Household.id == Person.household_id
    )
    return rows.where(in_region(Household.region, region), Person.left.is_(None), away(), unheard, ~lately)


def away() -> ColumnElement[bool]:
    """务工在外: works in another county, or is away for months of the year."""
    elsewhere = func.substr(Person.work_place, 1, COUNTY) != func.substr(Household.region, 1, COUNTY)
    return or_(and_(Person.work_place.is_not(None), elsewhere), Person.months_away > 0)


def works_away(place: str | None, months: int | None, home: str) -> bool:
    """The same of the values of one person and the region of the household."""
    return (place is not None and place[:COUNTY] != home[:COUNTY]) or (months or 0) > 0


def _last_seen(attribute: str) -> Any:
    last = select(func.max(Fact.observed_at)).where(Fact.subject == Person.id, Fact.attribute == attribute)
    return last.correlate(Person).scalar_subquery()


def _contact(channel: str, now: datetime, *, offered: bool) -> Any:
    """The one address on a channel from which an answer would count: verified, fresh, held by nobody else."""
    other = aliased(Contact)
    shared = exists().where(
        other.channel == Contact.channel, other.address_index == Contact.address_index, other.id != Contact.id,
        other.revoked_at.is_(None), other.state.in_([state.value for state in HOLDING]),
    )  # fmt: skip
    sure = Contact.state == ContactState.VERIFIED.value, Contact.confirmed_at > now - FRESH
    fit = *_of_person(), Contact.channel == (channel if offered else ""), *sure, ~shared, ~_stopped(Contact)
    return select(Contact.id).where(*fit).correlate(Person).scalar_subquery()


def _of_person() -> tuple[ColumnElement[bool], ...]:
    return Contact.household_id == Person.household_id, Contact.person_id == Person.id, Contact.revoked_at.is_(None)


def _stopped(contact: type[Contact]) -> ColumnElement[bool]:
    return exists().where(OptOut.channel == contact.channel, OptOut.address_index == contact.address_index)
