"""没说完的申报: who began to tell of a hardship and fell silent is looked into by people, on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from field import clock
from field.codes import Channel
from field.messaging import abandoned, talk
from field.messaging.messages import Inbound, Said
from field.monitoring.leads.leads import Lead
from field.registry import contacts
from field.registry.contact_rules import Proof
from field.registry.households import Person
from field.worker import turns
from tests.county import County

HOME, NUMBER = "420626107204", "+8613900000077"
LATER = timedelta(days=3)


def say(county: County, *texts: str, bound: bool) -> list[str]:
    """Somebody writes; the answers."""
    now = clock.now()

    def work(session):  # type: ignore[no-untyped-def]
        if bound:
            whose = select(Person).where(Person.household_id == county.households[HOME]).limit(1)
            contact = contacts.claim(session, session.scalars(whose).one(), Channel.SMS, NUMBER, now)
            contacts.confirm(session, contact, Proof.VISIT, "cadre", now)
        wrote = [Inbound(Channel.SMS, "field", f"{bound}{text}", NUMBER, "", Said.TEXT, now, text) for text in texts]
        return [talk.answer(session, one, now) for one in wrote]

    return turns(county.app)(work)


def leads(county: County) -> list[tuple[str | None, ...]]:
    """Kind, source and household of each lead."""
    rows = select(Lead.kind, Lead.source, Lead.household_id)
    return turns(county.app)(lambda session: [tuple(row) for row in session.execute(rows)])


@pytest.mark.parametrize("bound", [True, False])
def test_a_hardship_half_told_becomes_a_lead_once_its_time_is_over(county: County, bound: bool) -> None:
    told = ("困难", "老婆车祸快不行了") if bound else ("困难", "张三 堰垭村 1234", "老婆车祸快不行了")
    say(county, *told, bound=bound)
    assert abandoned.step(turns(county.app), clock.now()) == 0, "there is time yet"
    assert leads(county) == []
    assert abandoned.step(turns(county.app), clock.now() + LATER) == 1
    assert leads(county) == [("hardship", "declaration", county.households[HOME] if bound else None)]
    assert abandoned.step(turns(county.app), clock.now() + LATER) == 0, "once"
    said = county.client("county").get("/api/leads").get_json()["items"][0]["words"]
    assert said == "因意外：老婆车祸快不行了"


def test_who_said_nothing_of_a_hardship_is_left_alone(county: County) -> None:
    say(county, "困难", bound=True)
    assert abandoned.step(turns(county.app), clock.now() + LATER) == 1
    assert leads(county) == []


def test_what_was_chosen_by_number_and_what_was_told_later_are_both_handed_on(county: County) -> None:
    say(county, "困难", "1", "房子也塌了", bound=True)
    assert abandoned.step(turns(county.app), clock.now() + LATER) == 1
    said = county.client("county").get("/api/leads").get_json()["items"][0]["words"]
    assert said == "因病、住房：房子也塌了"
