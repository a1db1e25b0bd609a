"""机主: whose the demo's telephones are: a bound household, a bound worker, and somebody whom nobody knows."""

from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from field.codes import Channel
from field.demo.voices import HOUSEHOLD, WORKER
from field.media.coordinates import Point, to_gcj02
from field.registry.contacts import Contact, address_index
from field.registry.households import Household, Person

STRANGER, UNKNOWN = "+8617400099999", "oDemoStranger000000000000001"
SQUARE = Point(31.8803, 111.2557)  # the county town


class Owner(NamedTuple):
    """机主: the number, the openid, and where the telephone is, in WeChat's own datum."""

    key: str
    what: str
    name: str
    number: str
    openid: str
    at: Point
    contact: Contact | None = None


def owners(session: Session) -> list[Owner]:
    """The three of them; only the stranger where nobody of the demo is bound."""
    known = [_bound(session, *one) for one in (("household", "农户", HOUSEHOLD), ("worker", "务工人员", WORKER))]
    stranger = Owner("stranger", "没有绑定的人", "", STRANGER, UNKNOWN, to_gcj02(SQUARE))
    return [*(one for one in known if one), stranger]


def _bound(session: Session, key: str, what: str, openid: str) -> Owner | None:
    wanted = Contact.channel == Channel.WECHAT.value, Contact.address_index == address_index(Channel.WECHAT, openid)
    rows = select(Contact, Person, Household).join(Person, Person.id == Contact.person_id)
    found = session.execute(rows.join(Household, Household.id == Person.household_id).where(*wanted)).first()
    if found is None:
        return None
    contact, person, home = found
    at = Point(home.latitude, home.longitude) if home.latitude and home.longitude else SQUARE
    return Owner(key, what, person.name, person.phone or "", openid, to_gcj02(at), contact)
