"""A county whose workers are asked in waves: a clock that the test moves, a provider that takes everything, answers."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from field import clock, worker
from field.codes import Channel
from field.ledger.entries import Entry
from field.messaging import checkin_waves, talk
from field.messaging.messages import Inbound, Outbound, Said, SendError
from field.messaging.outbox import OutboundMessage
from field.messaging.sending import send_some
from field.monitoring.rebuild import rebuild
from field.monitoring.workdays import SHANGHAI
from field.monitoring.workers.checkin_requests import CheckinRequest
from field.monitoring.workers.checkins import CheckedIn, record_checkin
from field.monitoring.workers.due_checkins import Due, due
from field.registry import contacts
from field.registry.contact_rules import Proof
from field.registry.contacts import Contact
from field.registry.households import Person
from tests.county import County

WAYS = {"sms": "field"}
COUNTY = "420626"
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


class Provider:
    """Takes every message, unless it was told to fail."""

    def __init__(self) -> None:
        self.taken: list[Outbound] = []
        self.error: SendError | None = None

    def send(self, message: Outbound) -> str:
        if self.error:
            raise self.error
        self.taken.append(message)
        return f"id-{message.key}"


class Waves:
    """The office that asks, half a year after everything was last known; ten in the morning."""

    def __init__(self, county: County) -> None:
        self.county, self.provider, self.turn = county, Provider(), worker.turns(county.app)
        later = (clock.now() + timedelta(days=200)).astimezone(SHANGHAI)
        self.now: datetime = later.replace(hour=10, minute=0, second=0, microsecond=0).astimezone(clock.now().tzinfo)

    def worker(self, village: str = "420626107204", place: int = 0, phone: str | None = None) -> str:
        """A member of the village's household works in Shenzhen; asked by `phone` where one is confirmed."""

        def work(session: Session) -> str:
            home = self.county.households[village]
            whose = select(Person).where(Person.household_id == home).order_by(Person.position)
            person, at = session.scalars(whose).all()[place], clock.now()
            facts = {"work_place": "440309", "monthly_income": 520000, "months_away": 10}
            said = CheckedIn(f"{village}:{place}", Channel.CALL, person.id, home, facts, recorder="cadre")
            record_checkin(session, said, at, at)
            if phone:
                since = self.now - DAY
                contacts.confirm(session, self.claim(session, person, phone, since), Proof.VISIT, "cadre", since)
            return person.id

        return self.turn(work)

    @staticmethod
    def claim(session: Session, person: Person, phone: str, at: datetime) -> Contact:
        """A binding that is not confirmed yet."""
        return contacts.claim(session, person, Channel.SMS, phone, at)

    def due(self) -> list[Due]:
        """Who is due now."""
        return self.turn(lambda session: due(session, COUNTY, self.now, WAYS))

    def start(self, wave_id: str = "w1", **changes: Any) -> bool:
        """Start a wave of the whole county."""
        return self.turn(
            lambda session: checkin_waves.start(session, wave_id, COUNTY, "周主任", WAYS, self.now, **changes)
        )

    def round(self) -> None:
        """What the worker does regularly, and the sending."""
        checkin_waves.step(self.turn, self.now, WAYS)
        while send_some(self.turn, {"field": self.provider}, lambda: self.now, "w"):
            self.now += timedelta(seconds=1)

    def after(self, time: timedelta) -> None:
        """Some time passes, and a round is made."""
        self.now += time
        self.round()

    def say(self, text: str, sender: str) -> str:
        """Somebody writes; the answer."""
        inbound = Inbound(Channel.SMS, "field", uuid4().hex, sender, "", Said.TEXT, self.now, text)
        return self.turn(lambda session: talk.answer(session, inbound, self.now))

    def request(self, person_id: str) -> CheckinRequest:
        """The latest request to a person."""
        mine = select(CheckinRequest).where(CheckinRequest.person_id == person_id)
        return self.turn(
            lambda session: session.scalars(mine.order_by(CheckinRequest.planned_at.desc()).limit(1)).one()
        )

    def count(self, kind: str) -> int:
        """How many entries of a kind there are."""
        return self.turn(lambda session: session.scalar(select(func.count()).where(Entry.kind == kind)) or 0)

    def posted(self) -> list[tuple[str, str]]:
        """The wave's messages by key, with their purpose."""
        rows = select(OutboundMessage.key, OutboundMessage.purpose).where(OutboundMessage.key.startswith("wave:"))
        return self.turn(
            lambda session: [
                (row.key, row.purpose) for row in session.execute(rows.order_by(OutboundMessage.created_at))
            ]
        )

    def listed(self, path: str) -> list[dict[str, Any]]:
        """What the village's cadre sees."""
        items: list[dict[str, Any]] = self.county.client("cadre").get(path).get_json()["items"]
        return items

    def rebuilt(self) -> tuple[str, ...]:
        """What a rebuild would change."""
        return self.turn(rebuild).differing
