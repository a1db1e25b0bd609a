"""演示县: the published table, counted again from the invented households by plain Python."""

import csv
from collections import Counter
from datetime import date
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from field.demo.county import LARGEST, NO_FARMERS, ROSTER, places, split
from field.demo.load import REGIONS
from field.demo.people import INVENTED, Author
from field.registry import idnumber
from field.registry.numbers import e164
from field.registry.roster import HOUSEHOLD, MEMBER, RosterHousehold

TODAY = date(2026, 11, 24)
with REGIONS.open(encoding="utf-8") as lines:
    NAMES = {row["code"]: row["name"] for row in csv.DictReader(lines)}
VILLAGES = [code for code in NAMES if len(code) == 12]


def invented(households: int, seed: int = 1) -> list[RosterHousehold]:
    """A county of so many households."""
    rng = Random(seed)
    author = Author(rng, TODAY)
    return [author.household(place, NAMES[place.village]) for place in places(VILLAGES, households, rng)]


COUNTY = invented(ROSTER)
MONITORED = [one for one in COUNTY if "kind" in one]
PEOPLE: list[dict[str, Any]] = [person for one in COUNTY for person in one["members"]]


def counted(households: list[RosterHousehold]) -> tuple[int, int]:
    """Households and persons."""
    return len(households), sum(len(one["members"]) for one in households)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [(None, (734, 2172)), ("unstable", (339, 971)), ("marginal", (260, 759)), ("sudden", (135, 442))],
)
def test_the_kinds_are_those_of_the_table(kind: str | None, expected: tuple[int, int]) -> None:
    assert counted([one for one in MONITORED if kind in (None, one["kind"])]) == expected


@pytest.mark.parametrize(
    ("town", "expected"), [("420626107", (127, 361)), ("420626102", (100, 293)), ("420626105", (29, 87))]
)
def test_the_three_towns_are_those_counted_on_the_ground(town: str, expected: tuple[int, int]) -> None:
    assert counted([one for one in MONITORED if one["region"].startswith(town)]) == expected


def test_the_main_risks_are_those_of_the_table() -> None:
    risks = Counter(one["risk_factors"][0] for one in MONITORED)
    assert (risks["illness"], risks["disability"]) == (524, 71)
    assert len(risks) == 11
    three = [one for one in MONITORED if one["region"][:9] in ("420626107", "420626102", "420626105")]
    assert sum(one["risk_factors"][0] == "illness" for one in three) == 179
    assert len(three) == 256


def test_about_ten_times_as_many_are_on_the_roster_and_not_monitored() -> None:
    assert len(COUNTY) - len(MONITORED) == 7340
    assert all("risk_factors" not in one and "identified_on" not in one for one in COUNTY if "kind" not in one)


def test_every_village_has_households_and_the_development_zone_none() -> None:
    assert {one["region"] for one in COUNTY} == {code for code in VILLAGES if not code.startswith(NO_FARMERS)}
    assert len(VILLAGES) == 277
    assert NAMES["420626107204"] == "中坪村"


def test_other_towns_have_monitored_households_in_proportion_to_their_villages() -> None:
    towns = Counter(one["region"][:9] for one in MONITORED)
    for town in ("420626106", "420626101", "420626103", "420626200"):
        villages = sum(code.startswith(town) for code in VILLAGES)
        assert abs(towns[town] - 478 * villages / 190) <= villages


def test_nobody_can_be_taken_for_a_real_person() -> None:
    numbers = [person["id_number"] for person in PEOPLE]
    phones = [person["phone"] for person in PEOPLE if "phone" in person]
    assert all(number.startswith(INVENTED) and idnumber.fault(number) is None for number in numbers)
    assert INVENTED not in NAMES
    assert all(phone.startswith("+8617400") and e164(phone) == phone for phone in phones)
    assert len(set(numbers)) == len(numbers)
    assert len(set(phones)) == len(phones)


def test_what_is_said_of_people_fits_together() -> None:
    for one in COUNTY:
        [head] = [person for person in one["members"] if person["relation"] == "户主"]
        assert head is one["members"][0]
        for person in one["members"]:
            age, older = age_of(person), age_of(head) - age_of(person)
            assert 0 <= age < 113
            assert person["birth_date"] == str(idnumber.birth_date(person["id_number"]))
            assert person["sex"] == idnumber.sex(person["id_number"])
            assert idnumber.card_fault(person["disability_card"]) is None if "disability_card" in person else True
            assert older >= 18 if person["relation"] in ("之子", "之女") else True
            assert older <= -18 if person["relation"] in ("之父", "之母") else True
            assert age < 7 if person.get("pupil") == "学前教育" else True
            assert 16 <= age < 60 if "work_place" in person else True
            assert "months_away" in person if "work_place" in person else True


def test_the_burden_of_a_main_risk_is_somebodys() -> None:
    for one in MONITORED:
        healths = {person["health"] for person in one["members"]}
        if one["risk_factors"][0] == "illness":
            assert healths & {"患有大病", "长期慢性病"}
        if one["risk_factors"][0] == "disability":
            assert any("disability_card" in person for person in one["members"])


def test_every_value_is_one_that_the_roster_has_a_word_for() -> None:
    keys = {column.key for column in HOUSEHOLD} | {"risk_factors", "members"}
    words = {column.key: set(column.choices.values()) for column in (*HOUSEHOLD, *MEMBER) if column.choices}
    for one in COUNTY:
        assert set(one) <= keys
        for person in one["members"]:
            assert set(person) <= {column.key for column in MEMBER}
            assert all(value in words[key] for key, value in person.items() if key in words)


def test_the_same_seed_gives_the_same_people() -> None:
    assert invented(300) == invented(300)
    assert invented(300) != invented(300, seed=2)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 20_000), st.integers(0, 9))
def test_a_county_of_any_size_has_the_shares_of_the_table(households: int, seed: int) -> None:
    found = places(VILLAGES, households, Random(seed))
    monitored = [place for place in found if place.kind]
    assert len(found) == households
    assert len(monitored) == round(households * 734 / 8074)
    assert all(1 <= place.size <= LARGEST for place in found)
    assert all(place.risk for place in monitored)
    for kind, share in {"unstable": 339, "marginal": 260, "sudden": 135}.items():
        assert abs(sum(place.kind == kind for place in monitored) - len(monitored) * share / 734) < 1
    persons = sum(place.size for place in monitored)
    assert abs(persons - 2172 / 734 * len(monitored)) <= 2


@given(st.integers(0, 10**6), st.lists(st.integers(0, 1000), min_size=1).filter(any))
def test_a_total_is_split_without_remainder(total: int, shares: list[int]) -> None:
    parts = split(total, shares)
    assert sum(parts) == total
    assert all(abs(part - total * share / sum(shares)) < 1 for part, share in zip(parts, shares, strict=True))


def age_of(person: dict[str, Any]) -> float:
    """Years old today."""
    return (TODAY - date.fromisoformat(person["birth_date"])).days / 365.2425
