"""进度: a bound household hears where its matter stands, and nothing of what it did not say itself."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from field import clock
from field.codes import Channel
from field.ledger.receipts import number
from field.messaging import talk
from field.messaging.messages import Inbound, Said
from field.monitoring.leads.declarations import Declared, record_declaration
from field.monitoring.workers.checkins import record_silence
from field.registry import contacts
from field.registry.contact_rules import Proof
from field.registry.households import Person
from field.worker import turns
from tests.county import County
from tests.monitoring.casework import RICH, declared, do, opened, to_eliminated, to_monitored, visited

HOME, NUMBER, NOW = "420626107204", "+8613800000150", clock.now()
LATER = (NOW + timedelta(days=200)).replace(hour=2)  # what follows within the hour is of the same day


class Line:
    """电话: one number that was confirmed at the door, and what it is told of 进度."""

    def __init__(self, county: County, place: int = 0) -> None:
        self.county, self.count, self.place, self.number = county, 0, place, (NUMBER, "+8613800000990")[place]
        self.person = turns(county.app)(self._bound)

    def _bound(self, session: Session) -> str:
        here = Person.household_id == self.county.households[HOME]
        person = session.scalars(select(Person).where(here).order_by(Person.position)).all()[self.place]
        contact = contacts.claim(session, person, Channel.SMS, self.number, NOW)
        contacts.confirm(session, contact, Proof.VISIT, "cadre", NOW)
        return person.id

    def progress(self) -> str:
        return self.hears("进度")

    def hears(self, text: str, said: Said = Said.TEXT) -> str:
        self.count += 1
        wrote = Inbound(Channel.SMS, "field", f"M{self.place}{self.count}", self.number, "", said, NOW, text)
        return turns(self.county.app)(lambda session: talk.answer(session, wrote, NOW))


@pytest.fixture
def line(county: County) -> Line:
    return Line(county)


def test_what_only_the_platform_found_is_nobodys_declaration(line: Line) -> None:
    home = line.county.households[HOME]
    turns(line.county.app)(lambda session: record_silence(session, line.person, home, "wave", 2, NOW))
    assert "没有查到您家的申报" in line.progress()


@pytest.mark.unlisted(HOME)
def test_a_declaration_is_waited_for_looked_into_and_then_a_case_step_by_step(line: Line) -> None:
    county = line.county
    case = opened(county, HOME, "cadre", NOW)
    assert "村里会上门核实" in line.progress()
    visited(county, HOME, "cadre", NOW + timedelta(minutes=5))
    assert "已经有人上门看过" in line.progress()
    for action, by, step in (
        ("advance", "cadre", "信息比对"),
        ("advance", "town", "民主评议"),
        ("advance", "cadre", "公示"),
    ):
        do(county, case, action, by, NOW + timedelta(minutes=6))
        assert f"现在是{step}" in line.progress()
    declared(county, HOME, NOW + timedelta(minutes=7))
    assert "村里会上门核实" in line.progress(), "the newest word has not been looked into"


@pytest.mark.unlisted(HOME)
def test_both_who_told_of_the_same_have_a_receipt_and_hear_how_far_it_is(line: Line) -> None:
    wife = Line(line.county, 1)
    told = [_told(one, f"d{place}") for place, one in enumerate((line, wife))]
    assert len(set(told)) == 2
    for one in (line, wife):
        assert "村里会上门核实" in one.progress()
    visited(line.county, HOME, "cadre", NOW + timedelta(minutes=5))
    for one in (line, wife):
        assert "已经有人上门看过" in one.progress()


def _told(line: Line, key: str) -> str:
    home = line.county.households[HOME]
    said = Declared(key, Channel.SMS, ["illness"], "住院", "2026-1", HOME, home, line.person)
    return turns(line.county.app)(lambda session: number(record_declaration(session, said, NOW).hash))


@pytest.mark.unlisted(HOME)
def test_who_is_monitored_hears_that_and_whose_case_is_over_that(line: Line) -> None:
    county = line.county
    case = opened(county, HOME, "cadre", NOW)
    visited(county, HOME, "cadre", NOW + timedelta(minutes=5), **RICH)
    to_monitored(county, case, NOW + timedelta(minutes=6))
    assert "已经纳入监测和帮扶" in line.progress()
    visited(county, HOME, "cadre", LATER, **RICH)
    to_eliminated(county, case, LATER + timedelta(hours=1))
    assert "风险已经消除" in line.progress()


@pytest.mark.unlisted(HOME)
def test_a_household_that_was_not_taken_in_is_told_whom_to_ask(line: Line) -> None:
    case = opened(line.county, HOME, "cadre", NOW)
    visited(line.county, HOME, "cadre", NOW + timedelta(minutes=5))
    do(line.county, case, "advance", "cadre", NOW + timedelta(minutes=6))
    do(line.county, case, "reject", "town", NOW + timedelta(minutes=7))
    assert "这次没有纳入监测" in line.progress()


@pytest.mark.parametrize(
    "said", [("", Said.VOICE), ("我妈去世了", Said.TEXT)], ids=["a voice unheard", "a talk given up"]
)
def test_what_was_never_declared_is_told_as_what_it_is(line: Line, said: tuple[str, Said]) -> None:
    line.hears(*said)
    for _turn in range(3):
        line.hears("嗯那个事情")
    told = line.progress()
    assert "申报已经" not in told
    assert "您发来的话已经转给村干部" in told
    visited(line.county, HOME, "cadre", NOW + timedelta(minutes=5))
    assert "您发来的话已经有人看过" in line.progress()
