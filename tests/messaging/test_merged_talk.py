"""合并时正说着话: a talk goes on with whom its person was merged into, where the number went along."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from field import clock
from field.codes import Channel
from field.messaging import talk
from field.messaging.messages import Inbound, Said
from field.monitoring.checks.merging import Differing, merge
from field.monitoring.leads.leads import Lead
from field.registry import contacts
from field.registry.contact_rules import Proof
from field.registry.households import Person
from field.worker import turns
from tests.county import County

HOME, NUMBER = "420626107204", "+8613900000077"


def test_a_declaration_outlives_the_merge_of_who_declares(county: County) -> None:
    turn, now = turns(county.app), clock.now()

    def say(text: str) -> str:
        wrote = Inbound(Channel.SMS, "field", text, NUMBER, "", Said.TEXT, now, text)
        return turn(lambda session: talk.answer(session, wrote, now))

    def bound(session: Session) -> list[str]:
        rows = select(Person).where(Person.household_id == county.households[HOME]).order_by(Person.position)
        people = session.scalars(rows).all()
        contact = contacts.claim(session, people[1], Channel.SMS, NUMBER, now)
        contacts.confirm(session, contact, Proof.VISIT, "cadre", now)
        return [one.id for one in people]

    head, twin, *_ = turn(bound)
    assert "什么难处" in say("困难")
    turn(lambda session: merge(session, twin, head, "同一个人", county.actor("county"), now, [*Differing]))
    assert "从什么时候开始" in say("老婆住院")
    for text in ("上个月 3万", "1"):
        last = say(text)
    assert "受理号" in last
    assert turn(lambda session: session.scalars(select(Lead.household_id)).all()) == [county.households[HOME]]
