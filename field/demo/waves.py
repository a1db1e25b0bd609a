"""演示回访: a wave of last month as it went: asked, answered, reminded, and a few silent; others wait to be asked."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from functools import partial
from itertools import count, cycle

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from field.codes import Channel
from field.demo.accounts import CADRE
from field.ledger.entries import Entry
from field.messaging import checkin_waves, talk
from field.messaging.messages import Inbound, Outbound, Said
from field.messaging.sending import Transact, send_some
from field.monitoring.workdays import SHANGHAI
from field.registry import contacts
from field.registry.contact_rules import Proof
from field.registry.households import Household, Person
from field.registry.numbers import derived_id

BOUND, ASKED, AGO = 40, 24, timedelta(days=35)
WAYS = {Channel.SMS.value: "twilio"}
SAID: tuple[tuple[str, ...], ...] = (
    ("1",), ("还在深圳龙华，一个月五千二", "1"), ("1",), (), ("在义乌，一个月四千六", "1"), ("0",), ("1",), (),
)  # fmt: skip
FIRST = "019a0000-0000-7000-8000-000000000000"


class Telephones:
    """Everybody's telephone: takes what is sent, and knows what its owner will say."""

    def __init__(self) -> None:
        self.answers: dict[str, tuple[str, ...]] = {}
        self.words = cycle(SAID)

    def send(self, message: Outbound) -> str:
        """Take a message; whoever was silent stays so."""
        if message.recipient not in self.answers:
            self.answers[message.recipient] = next(self.words)
        return f"demo-{message.key}"


def workers(session: Session, visited: Collection[str]) -> list[str]:
    """Workers with a number of their own, of the town with most of them beside the cadre's."""
    alone = select(Person.phone_index).group_by(Person.phone_index).having(func.count() == 1)
    rows = select(Person.id, Household.id.label("home"), Household.region).join(
        Person, Person.household_id == Household.id
    )
    away = Person.work_place.is_not(None), Person.phone_index.in_(alone), ~Household.region.startswith(CADRE[:9])
    towns: dict[str, list[str]] = {}
    for person, home, village in session.execute(rows.where(*away).order_by(Household.number, Person.position)):
        if home not in visited:
            towns.setdefault(village[:9], []).append(person)
    return max(towns.values(), key=len, default=[])[:BOUND]


def last_month(turn: Transact, people: Sequence[str], now: datetime) -> int:
    """The whole wave in its order of days; how many entries came of it."""
    begin = (now - AGO).astimezone(SHANGHAI).replace(hour=9, minute=0, second=0, microsecond=0).astimezone(now.tzinfo)
    before, phones = turn(_entries), Telephones()
    region = turn(lambda session: _bind(session, people, begin - timedelta(days=1)))
    wave_id = derived_id(FIRST, begin.date().isoformat())
    turn(lambda session: checkin_waves.start(session, wave_id, region, "周主任", WAYS, begin, limit=ASKED))
    for days, hour in ((0, 0), (0, 3), (0, 6), (0, 9), (0, 10.7), (1, 0), (3, 10.9), (6, 12), (7, 0)):
        _round(turn, phones, begin + timedelta(days=days, hours=hour))
    return turn(_entries) - before


def _round(turn: Transact, phones: Telephones, at: datetime) -> None:
    checkin_waves.step(turn, at, WAYS)
    seconds = (at + timedelta(seconds=passed) for passed in count())
    while send_some(turn, {"twilio": phones}, partial(next, seconds), "demo"):
        pass
    at = next(seconds)
    for number, words in phones.answers.items():
        for place, text in enumerate(words):
            said = f"demo-wave:{number}:{place}"
            inbound = Inbound(Channel.SMS, "twilio", said, number, "", Said.TEXT, at, text)
            turn(lambda session: talk.answer(session, inbound, at))  # noqa: B023
        phones.answers[number] = ()


def _bind(session: Session, people: Sequence[str], at: datetime) -> str:
    """Confirm each one's number, as after a visit; the town in which they are at home."""
    for person_id in people:
        person = session.get_one(Person, person_id)
        contact = contacts.claim(session, person, Channel.SMS, person.phone or "", at)
        contacts.confirm(session, contact, Proof.VISIT, "cadre", at)
    home = select(Household.region).join(Person, Person.household_id == Household.id).where(Person.id == people[0])
    return session.scalars(home).one()[:9]


def _entries(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Entry)) or 0
