"""又说一次: which words are one more trace of a lead, which are a lead of their own, and when a household was first heard."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from field import clock
from field.codes import Channel, Grade
from field.db import db, transact
from field.ledger.entries import Entry
from field.monitoring.leads.declarations import Declared, record_declaration
from field.monitoring.leads.leads import Lead, first_heard
from field.monitoring.risk.warnings import derive_warning
from field.monitoring.workers.checkins import CheckedIn, record_checkin
from field.registry.households import Person
from tests.county import County
from tests.monitoring import casework

HOME = "420626107204"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def declare(county: County, at: datetime, *risks: str) -> int:
    """A declaration of the household; where it stands."""
    with county.app.app_context():
        said = Declared(f"d{at}", Channel.SMS, risks, "家里有难处", "2026-1", HOME, county.households[HOME])
        return transact(lambda session: record_declaration(session, said, at).seq)


def ask(county: County, at: datetime, who: int = 0, **changes: Any) -> int:
    """A member of the household asks for help in a check-in; where it stands."""
    with county.app.app_context():
        here = Person.household_id == county.households[HOME]
        person = db.session.scalars(select(Person.id).where(here).order_by(Person.position)).all()[who]
        said: dict[str, Any] = {
            "key": f"c{at}{who}", "channel": Channel.SMS, "person_id": person, "household_id": county.households[HOME],
            "verified": True, "facts": {}, "asks_help": True, "note": "帮帮我",
        }  # fmt: skip
        return transact(lambda session: record_checkin(session, CheckedIn(**said | changes), at, at)[0].seq)


def traces(county: County) -> list[list[int]]:
    """Each lead of the household with what was said of it again, in the order in which it came."""
    with county.app.app_context():
        rows = select(Lead).where(Lead.household_id == county.households[HOME]).order_by(Lead.seq)
        return [[one.seq, *(one.raised or [])] for one in db.session.scalars(rows)]


def test_what_one_person_says_within_a_day_is_one_lead_in_the_order_of_the_words(small_county: County) -> None:
    then = clock.now() - 3 * DAY
    said = [ask(small_county, then + hours * HOUR) for hours in (0, 1, 23)]
    assert traces(small_county) == [said]


@pytest.mark.parametrize(("later", "who"), [(DAY, 0), (25 * HOUR, 0), (HOUR, 1)])
def test_what_is_said_a_day_later_or_by_another_is_a_lead_of_its_own(
    small_county: County, later: timedelta, who: int
) -> None:
    then = clock.now() - 3 * DAY
    assert traces(small_county) == []
    said = [ask(small_county, then), ask(small_county, then + later, who)]
    assert traces(small_county) == [[one] for one in said]


def test_a_declaration_and_a_check_in_are_two_leads(small_county: County) -> None:
    then = clock.now() - DAY
    said = [declare(small_county, then, "illness"), ask(small_county, then + HOUR)]
    assert traces(small_county) == [[one] for one in said]
    again = declare(small_county, then + 2 * HOUR, "illness")
    assert traces(small_county) == [[said[0], again], [said[1]]]


@pytest.mark.parametrize(
    ("first", "again", "same"),
    [
        (("illness", "schooling"), ("illness",), True),
        (("illness", "schooling"), ("schooling", "illness"), True),
        (("illness",), ("illness", "schooling"), False),
        (("illness", "housing"), ("illness", "schooling"), False),
        (("illness",), ("schooling",), False),
        (("illness",), (), False),
    ],
)
def test_only_what_the_first_declaration_told_of_is_told_again(
    small_county: County, first: tuple[str, ...], again: tuple[str, ...], same: bool
) -> None:
    then = clock.now() - DAY
    said = [declare(small_county, then, *first), declare(small_county, then + HOUR, *again)]
    assert traces(small_county) == ([said] if same else [[one] for one in said])


def test_it_goes_to_the_first_declaration_that_tells_of_it(small_county: County) -> None:
    then = clock.now() - DAY
    first = declare(small_county, then, "illness")
    more = declare(small_county, then + HOUR, "illness", "schooling")
    again = [declare(small_county, then + hours * HOUR, "illness") for hours in (2, 3)]
    schooling = declare(small_county, then + 4 * HOUR, "schooling")
    assert traces(small_county) == [[first, *again], [more, schooling]]


@pytest.mark.unlisted(HOME)
def test_what_is_told_after_a_case_was_refused_is_news_even_while_its_own_lead_lies_unchecked(
    small_county: County,
) -> None:
    then = clock.now() - 3 * DAY
    case = casework.opened(small_county, HOME, "cadre", then)
    casework.do(small_county, case, "reject", "cadre", then + DAY)
    [[first]] = traces(small_county)
    later = declare(small_county, then + 2 * DAY, "illness")
    assert traces(small_county) == [[first], [later]]


def heard(county: County, seq: int) -> datetime:
    with county.app.app_context():
        return first_heard(db.session(), db.session.get_one(Lead, (county.households[HOME], seq)))


@pytest.mark.unlisted(HOME)
def test_a_household_was_first_heard_when_the_oldest_word_came_that_nobody_has_answered(small_county: County) -> None:
    then = clock.now() - 9 * DAY
    casework.visited(small_county, HOME, "cadre", then - DAY)
    declare(small_county, then, "illness")
    casework.visited(small_county, HOME, "cadre", then + DAY)
    asked = then + 2 * DAY
    ask(small_county, asked)
    told = declare(small_county, then + 3 * DAY, "housing")
    declare(small_county, then + 4 * DAY, "schooling")
    assert heard(small_county, told) == asked
    casework.visited(small_county, HOME, "cadre", then + 5 * DAY)
    assert heard(small_county, told) == asked, "who comes later changes nothing of it"


@pytest.mark.unlisted(HOME)
def test_a_case_that_ended_answers_what_came_before_it(small_county: County) -> None:
    then = clock.now() - 9 * DAY
    case = casework.opened(small_county, HOME, "cadre", then)
    ask(small_county, then + HOUR)
    casework.do(small_county, case, "reject", "cadre", then + DAY)
    told = declare(small_county, then + 2 * DAY, "housing")
    assert heard(small_county, told) == then + 2 * DAY


def warned(county: County, seq: int, grade: Grade, due_at: datetime) -> str | None:
    """The grade of a lead after a warning of the household; nothing of it is kept."""
    home = county.households[HOME]
    with county.app.app_context():
        session = db.session()
        session.connection(execution_options={"field_writes": True})
        entry = session.scalars(select(Entry).where(Entry.chain_id == home).order_by(Entry.seq.desc()).limit(1)).one()
        derive_warning(session, entry, {"grade": grade.value, "due_at": due_at.isoformat()})
        session.flush()
        lead = session.get_one(Lead, (home, seq), populate_existing=True)
        return lead.grade


@pytest.mark.parametrize(
    ("first", "then", "stands"),
    [
        (Grade.ORANGE, Grade.YELLOW, "orange"),
        (Grade.ORANGE, Grade.ORANGE, "orange"),
        (Grade.ORANGE, Grade.RED, "red"),
    ],
)
def test_a_lower_warning_lowers_no_lead(small_county: County, first: Grade, then: Grade, stands: str) -> None:
    seq, due = declare(small_county, clock.now() - DAY, "illness"), clock.now() + DAY
    with small_county.app.app_context():
        lead = db.session.get_one(Lead, (small_county.households[HOME], seq))
        lead.grade = first.value
        db.session.commit()
    assert warned(small_county, seq, then, due) == stands
    assert len(traces(small_county)) == 1
