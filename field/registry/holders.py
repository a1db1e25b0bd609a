"""在号上的人: who is sure to answer at an address, found by one look as a message comes in."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from typing import cast as as_type

from sqlalchemy import Table, and_, bindparam
from sqlalchemy.orm import Session

from field.prepared import Prepared
from field.registry.contact_rules import HOLDING, is_sure
from field.registry.contacts import AT_ADDRESS, LIVE, Contact
from field.registry.households import Person


class Holder(NamedTuple):
    """在这个号上的人: one live binding as a message that comes in finds it, with what may be recalled of the person."""

    id: str
    person_id: str
    household_id: str
    state: str
    confirmed_at: datetime | None
    merged_into: str | None
    name: str
    sex: str | None
    work_place: str | None
    monthly_income: int | None
    last_heard_at: datetime | None


LIVE_HERE = and_(LIVE, *AT_ADDRESS)
HELD = (
    Contact.id, Contact.person_id, Contact.household_id, Contact.state, Contact.confirmed_at, Person.merged_into,
    Person.name, Person.sex, Person.work_place, Person.monthly_income, Person.last_heard_at,
)  # fmt: skip
_contacts = as_type(Table, Contact.__table__)
_confirmed = Prepared(
    _contacts.update().where(_contacts.c.id == bindparam("contact")).values(confirmed_at=bindparam("now"))
)


def sure(here: Iterable[Holder], now: datetime) -> list[Holder]:
    """Who is sure to answer at an address: the verified, fresh bindings; several where a family shares a telephone.

    Nobody where one of them has grown old: it may be the one that counts.
    """
    holding = [one for one in here if one.state in HOLDING and one.merged_into is None]
    return holding if all(is_sure(one.state, one.confirmed_at, now) for one in holding) else []


def renew(session: Session, holder: Holder, now: datetime) -> None:
    """续期: a number in steady use is not given to somebody else, so an answer keeps a fresh binding fresh."""
    if is_sure(holder.state, holder.confirmed_at, now):
        _confirmed.run(session, {"contact": holder.id, "now": now})
