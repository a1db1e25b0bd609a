"""场合: one message that came in, with all that may be known of its sender; of a stranger nothing is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from field.codes import Channel
from field.media.coordinates import Point, to_wgs84
from field.messaging.dialogs.proposals import NOTE_LENGTH
from field.messaging.inbox import InboundMessage
from field.messaging.messages import Inbound
from field.messaging.understanding.places import name_of
from field.prepared import Prepared
from field.registry.holders import Holder
from field.registry.households import Household, Person
from field.registry.regions import County, Region, county
from field.registry.villages import villages_called

DATUMS = {"gcj02": "GCJ-02", "wgs84": "WGS-84"}
NOWHERE, LONGEST = County("000000", ""), 2048
TITLES = {"male": "先生", "female": "女士"}
_known = Person.name, Person.sex, Person.work_place, Person.monthly_income, Person.last_heard_at
_person = Prepared(select(*_known).where(Person.id == bindparam("id")))
_place = Prepared(select(Region.name).where(Region.code == bindparam("code")))
_region = Prepared(select(Household.region).where(Household.id == bindparam("id")))
Ways = Mapping[str, str]


@dataclass(frozen=True)
class Scene:
    """场合: `holders` are the fresh bindings of the address; `ways` says which provider sends on a channel."""

    session: Session
    message: InboundMessage
    inbound: Inbound
    holders: Sequence[Holder]
    now: datetime
    ways: Ways = field(default_factory=dict)

    @property
    def text(self) -> str:
        """What was written, masked; of what is longer than any provider lets people write, the beginning."""
        return self.message.text_masked[:LONGEST]

    @property
    def note(self) -> str:
        """As much of it as is handed on to people."""
        return self.text[:NOTE_LENGTH]

    @property
    def contact(self) -> Holder | None:
        """The binding, only where exactly one says who this is."""
        return self.holders[0] if len(self.holders) == 1 else None

    @property
    def person_id(self) -> str | None:
        """The person, where exactly one binding says so."""
        return self.contact.person_id if self.contact else None

    @property
    def channel(self) -> Channel:
        """The channel on which the message came."""
        return self.inbound.channel

    @property
    def index(self) -> str:
        """The address, as it is found."""
        return self.message.sender_index

    def provider(self, channel: Channel) -> str:
        """Which provider sends on a channel; on its own, the one that brought the message."""
        return self.inbound.provider if channel is self.channel else self.ways.get(channel, "")

    def holder(self, person_id: str | None) -> Holder | None:
        """The binding of a person who is known to be at this address; without a person, the only one."""
        if person_id is None:
            return self.contact
        return next((contact for contact in self.holders if contact.person_id == person_id), None)

    @property
    def photos(self) -> tuple[str, ...]:
        """The photographs of the message by where they will be found, for their bytes are still to be fetched."""
        return tuple(f"{self.message.id}:{place}" for place in range(len(self.inbound.photos)))

    @property
    def place(self) -> dict[str, Any] | None:
        """The place in WGS-84, with what was sent beside it."""
        sent = self.inbound.place
        if sent is None:
            return None
        datum = DATUMS.get(sent.datum, sent.datum)
        point = to_wgs84(Point(sent.latitude, sent.longitude), datum)
        return {
            "latitude": round(point.latitude, 6), "longitude": round(point.longitude, 6), "datum": "WGS-84",
            "label": sent.label, "sent": f"{sent.latitude},{sent.longitude}", "sent_datum": datum,
        }  # fmt: skip

    @property
    def county(self) -> County:
        """The county whose ledger this is; nowhere before its places are loaded."""
        return county(self.session) or NOWHERE

    def context(self, purpose_of: str | None = None) -> dict[str, Any]:
        """What the dialogs may know: of a stranger only the channel; `purpose_of` is the person a dialog is with."""
        contact = self.holder(purpose_of)
        known: dict[str, Any] = {
            "bound": bool(self.holders), "channel": self.channel.value, "county": self.county.name,
            "name": "", "place": None, "place_code": None, "income": None,
            "people": [] if purpose_of else self._people(),
        }  # fmt: skip
        return known | _recalled(self.session, contact) if contact else known

    def _people(self) -> list[dict[str, str]]:
        """Who of several may be writing, by name, to whom all of them belong."""
        if len(self.holders) < 2:
            return []
        ids = [contact.person_id for contact in self.holders]
        rows = select(Person).where(Person.id.in_(ids)).order_by(Person.household_id, Person.position)
        return [{"id": person.id, "shown": person.name} for person in self.session.scalars(rows)]

    def region_of(self, contact: Holder | None, claim: Mapping[str, str]) -> str:
        """Where a lead goes: the household's village, the one village of the name that was said, or the county."""
        if contact:
            [(region,)] = _region.rows(self.session, {"id": contact.household_id})
            return str(region)
        village, town = (str(claim.get(part) or "").strip() for part in ("village", "town"))
        found = self.session.scalars(villages_called(village, town).limit(2)).all() if village else ()
        return found[0] if len(found) == 1 else self.county.code


def known_of(session: Session, person_id: str) -> dict[str, Any]:
    """What a dialog with a bound person may recall: how to call him, place and income of last time."""
    [known] = _person.named(session, {"id": person_id})
    return _recalled(session, known)


def _recalled(session: Session, person: Any) -> dict[str, Any]:
    place, income = person.work_place, person.monthly_income
    return {
        "name": person.name[:1] + TITLES.get(person.sex or "", "乡亲"), "known": bool(person.last_heard_at),
        "place": place_name(session, place) if place else None, "place_code": place,
        "income": None if income is None else f"{income // 100}",
    }  # fmt: skip


def place_name(session: Session, code: str) -> str:
    """A place by its name, the county's own regions before all others."""
    own = _place.rows(session, {"code": code})
    return str(own[0][0]) if own else name_of(code)
