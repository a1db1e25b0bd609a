"""乡镇共享规则: what is shown is what the rule names, of whom and of which household it says, whatever there is."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from field import clock
from field.codes import Guarantee, RiskFactor
from field.db import db, transact
from field.ledger.facts import Fact
from field.monitoring.policy.reading import FaultyPack, read_pack
from field.monitoring.policy.sharing_shapes import Sharing, When
from field.monitoring.policy.shelf import pack_on
from field.monitoring.posts import sharing
from field.monitoring.posts.sharing_codes import OF_PEOPLE, Concerns, SharedField
from field.monitoring.posts.sharing_rules import Home, shown
from field.monitoring.risk.judgement import Judgement
from field.monitoring.workdays import china_day, months_after
from field.registry.households import Household, Person
from tests.county import County
from tests.monitoring.test_policy import TEXT
from tests.sharings import HOME, TOWN, fill

TODAY = china_day(clock.now())
SCHOOL = pack_on(TODAY).quality
NUMBER, PHONE = "420626201503093515", "+8613812340156"
HEALTHS = (None, "健康", "长期慢性病", "患有大病", "残疾")
several = {
    "shows": st.lists(st.sampled_from(list(SharedField)), min_size=1, max_size=8, unique=True),
    "people": st.lists(st.sampled_from(list(Concerns)), min_size=1, max_size=3, unique=True),
}


@given(**several, persons=st.integers(0, 5))
def test_what_is_shown_has_the_keys_of_the_rule_and_every_number_is_masked(
    shows: list[str], people: list[str], persons: int
) -> None:
    rule = Sharing(unit="站", shows=list(map(str, shows)), people=list(map(str, people)),
                   when=[When(monitored=True)], source="x")  # fmt: skip
    there = [
        Person(
            id="1", household_id="2", position=1, name="陈", id_number=NUMBER, phone=PHONE, details={}, birth_date=TODAY
        )
        for _ in range(persons)
    ]
    found = Household(id="2", number="H1", region=HOME, head="陈", persons=persons, risk_factors=["illness"])
    told = shown(
        rule, Home(found, "村", there, PHONE, "red", {}, {"medical": {"status": "problem", "note": "癌"}}), TODAY
    )
    own, theirs = set(shows) - OF_PEOPLE, set(shows) & OF_PEOPLE
    assert set(told) == own | ({"people"} if theirs else set())
    assert [set(one) for one in told.get("people", [])] == [theirs] * (persons if theirs else 0)
    assert not [
        word for word in (NUMBER, NUMBER[6:14], PHONE[3:], "癌") if word in json.dumps(told, ensure_ascii=False)
    ]


@pytest.mark.parametrize(
    ("born", "day", "age"),
    [(date(2010, 11, 28), date(2026, 11, 28), 16), (date(2010, 11, 29), date(2026, 11, 28), 15),
     (date(2012, 2, 29), date(2026, 2, 28), 13), (None, TODAY, None)],
)  # fmt: skip
def test_somebody_is_a_year_older_from_the_birthday_on(born: date | None, day: date, age: int | None) -> None:
    rule = Sharing(unit="站", shows=["age"], people=[next(iter(Concerns))], when=[When(monitored=True)], source="x")
    there = Household(id="2", number="H1", region=HOME, head="陈", persons=1)
    told = shown(rule, Home(there, "村", [Person(birth_date=born, details={})], None, "", None, {}), day)
    assert told == {"people": [{"age": age}]}


def lives(rng: Random) -> dict[str, Any]:
    """Somebody of any age, with anything told of him or nothing."""
    maybe = {key: value for key, value in (
        ("pupil", rng.choice(("非在校生", "小学", "初中", "大专"))), ("minimum_living", rng.random() < 0.5),
        ("extreme_hardship", rng.random() < 0.5), ("disability", "视力二级"),
    ) if rng.random() < 0.4}  # fmt: skip
    born = None if rng.random() < 0.1 else TODAY - timedelta(days=rng.randint(0, 30 * 365))
    return {"health": rng.choice(HEALTHS), "birth_date": born, "left": "moved" if rng.random() < 0.15 else None,
            "name": f"某{rng.random()}", "details": maybe}  # fmt: skip


def is_one(person: Person, whose: str) -> bool:
    """The meaning of each word in Python, beside the SQL that decides."""
    details, born = person.details, person.birth_date
    youngest, oldest = (months_after(TODAY, -12 * years) for years in (SCHOOL.school_from, SCHOOL.school_to + 1))
    meanings: dict[str, bool] = {
        "everyone": True, "pupil": details.get("pupil", "非在校生") != "非在校生",
        "school_age": born is not None and oldest < born <= youngest,
        "ill": person.health in ("长期慢性病", "患有大病"),
        "disabled": person.health == "残疾" or "disability" in details,
        "minimum_living": bool(details.get("minimum_living")), "extreme_hardship": bool(details.get("extreme_hardship")),
    }  # fmt: skip
    return meanings[whose]


def concerns(when: When, home: Household, grade: str, lacking: set[str], people: list[Person]) -> bool:
    """The same for what a `when` says."""
    return all((
        when.monitored is None or when.monitored == (home.kind is not None),
        not when.grades or grade in when.grades,
        not when.risk_factors or bool(set(when.risk_factors) & set(home.risk_factors)),
        not when.guarantees or bool(set(when.guarantees) & lacking),
        not when.people or any(is_one(one, whose) for one in people for whose in when.people),
    ))  # fmt: skip


def some(rng: Random, codes: Any) -> list[str]:
    return [str(one) for one in rng.sample(list(codes), rng.randint(1, 2))] if rng.random() < 0.4 else []


def whens(rng: Random) -> Iterator[When]:
    for _ in range(rng.randint(1, 3)):
        said = {"monitored": rng.choice((None, True, False)), "grades": some(rng, ("red", "orange", "yellow")),
                "risk_factors": some(rng, RiskFactor), "guarantees": some(rng, Guarantee), "people": some(rng, Concerns)}  # fmt: skip
        if any(said.values()) or said["monitored"] is False:
            yield When.model_validate(said)


@pytest.mark.parametrize("seed", range(4))
def test_any_rule_over_any_households_shows_those_and_those_people_and_no_others(
    county: County, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    rng, by, matched = Random(seed), county.actor("civil"), 0
    with county.app.app_context():
        for _ in range(15):
            kept = transact(lambda session: {one: live(session, rng, one) for one in county.households})
            shows = [str(one) for one in rng.sample(list(SharedField), 6)] + ["number", "name"]
            people = [str(one) for one in rng.sample(list(Concerns), 2)]
            when = list(whens(rng)) or [When(monitored=True)]
            rule = Sharing(unit="民政办", shows=shows, people=people, when=when, source="x")
            pack = pack_on(TODAY).model_copy(update={"sharing": [rule]})
            monkeypatch.setattr(sharing, "pack_on", lambda _day, pack=pack: pack)
            page = sharing.shared(db.session(), by, TOWN, clock.now(), 1, 50)
            expected = list(expect(rule, kept))
            assert [(one["number"], [each["name"] for each in one["people"]]) for one in page.items] == expected
            assert page.total == len(expected)
            assert all(set(one) == (set(shows) - OF_PEOPLE) | {"people"} for one in page.items)
            matched += len(expected)
    assert matched > 5, "some rules fit some households"


def live(session: Any, rng: Random, village: str) -> tuple[str, set[str]]:
    """Another life for a household: its grade, and what it lacks by the word that is told last and surest."""
    home = fill(session, village, lives(rng), kind=rng.choice((None, "unstable")), risk_factors=some(rng, RiskFactor))
    first = update(Person).where(Person.household_id == home, Person.position == 1)
    session.execute(first.values(lives(rng)))
    lacking = {one.value for one in Guarantee if rng.random() < 0.3}
    status = {one.value: {"status": "problem" if one in lacking else "ok"} for one in Guarantee if rng.random() < 0.9}
    told = Fact.subject == home, Fact.attribute == "guarantees"
    session.execute(update(Fact).where(*told).values(value=status))
    grade = rng.choice(("red", "orange", "yellow", "none"))
    session.execute(update(Judgement).where(Judgement.household_id == home).values(grade=grade))
    return grade, lacking & status.keys()


def expect(rule: Sharing, kept: dict[str, tuple[str, set[str]]]) -> Iterator[tuple[str, list[str]]]:
    """The households of the town that concern the unit by number, each with the people who do, read in Python."""
    session = db.session()
    rows = select(Household).where(Household.region.startswith(TOWN)).order_by(Household.region)
    for home in session.scalars(rows.execution_options(populate_existing=True)):
        persons = select(Person).where(Person.household_id == home.id, Person.left.is_(None)).order_by(Person.position)
        people = list(session.scalars(persons.execution_options(populate_existing=True)))
        if any(concerns(one, home, *kept[home.region], people) for one in rule.when):
            yield home.number, [one.name for one in people if any(is_one(one, whose) for whose in rule.people)]


def test_a_unit_that_is_named_twice_is_a_fault_where_it_stands_again() -> None:
    text = TEXT.replace('unit = "卫生院"', 'unit = "民政办"')
    with pytest.raises(FaultyPack) as told:
        read_pack(text.encode(), "ours.toml")
    [fault] = told.value.faults
    assert (fault.field, fault.message) == ("sharing[3]", "同一个单位写了两次：民政办")
    assert text.splitlines()[fault.line - 1 : fault.line + 1] == ["[[sharing]]", 'unit = "民政办"']
