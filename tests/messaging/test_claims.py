"""自报的绑定: a claim that nobody confirmed ends by itself, and then nobody need see to it."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from field import clock
from field.codes import Channel, TaskKind
from field.messaging.checkin_waves import step
from field.monitoring.duties.tasks import Task
from field.monitoring.leads import bindings
from field.monitoring.leads.bindings import Deed
from field.monitoring.rebuild import rebuild
from field.registry import contacts
from field.registry.contact_rules import UNCONFIRMED, Proof
from field.registry.households import Person
from field.worker import turns
from tests.county import County

HOME, ONE, DAY = "420626107204", "+8613900000001", timedelta(days=1)


def first(session: Session, county: County) -> Person:
    """The first of a household."""
    return session.scalars(select(Person).where(Person.household_id == county.households[HOME])).all()[0]


def to_see_to(county: County) -> int:
    """How many bindings wait for a cadre, the same after a rebuild."""

    def count(session: Session) -> int:
        assert rebuild(session).differing == ()
        return len(session.scalars(select(Task).where(Task.kind == TaskKind.BINDING.value)).all())

    return turns(county.app)(count)


def claim(county: County, address: str, days: int, channel: Channel = Channel.SMS) -> None:
    """Somebody says, so many days from now, to be the first of the household."""
    turns(county.app)(
        lambda session: bindings.register(
            session, first(session, county), channel, address, Deed("stranger", channel), clock.now() + days * DAY
        )
    )


def night(county: County, days: int) -> None:
    """The regular round, so many days from now."""
    step(turns(county.app), clock.now() + days * DAY, {})


def test_nobody_need_see_to_a_claim_that_has_ended_by_itself_until_it_is_made_again(county: County) -> None:
    month = UNCONFIRMED.days
    claim(county, ONE, 0)
    claim(county, "openid-1", 2, Channel.WECHAT)
    night(county, month - 1)
    assert to_see_to(county) == 1
    night(county, month + 1)
    assert to_see_to(county) == 1, "the other claim still waits"
    night(county, month + 3)
    assert to_see_to(county) == 0
    shown = county.client("cadre").get(f"/households/{county.households[HOME]}").text
    assert contacts.NEVER_CONFIRMED in shown
    claim(county, ONE, month + 4)
    assert to_see_to(county) == 1


@pytest.mark.parametrize("days", [UNCONFIRMED.days - 1, UNCONFIRMED.days + 1])
def test_a_claim_that_was_confirmed_does_not_end(county: County, days: int) -> None:
    claim(county, ONE, 0)

    def seen(session: Session) -> None:
        [contact] = session.scalars(select(contacts.Contact).where(contacts.Contact.address_index != "")).all()
        bindings.confirm(session, contact, Proof.VISIT, Deed("cadre"), clock.now() + DAY)

    turns(county.app)(seen)
    night(county, days)
    states = turns(county.app)(lambda session: list(session.scalars(select(contacts.Contact.state))))
    assert states == ["verified"]
