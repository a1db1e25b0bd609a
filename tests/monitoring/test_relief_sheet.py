"""救助测算表 of a household: bills from visits, what came twice, what was corrected; told by the interface and rebuilt."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from uuid6 import uuid7

from field import clock
from field.codes import Channel, EntryKind
from field.db import db, transact
from field.ledger.entries import Draft, append
from field.monitoring.board.standings import HouseholdStanding
from field.monitoring.cases.cases import OtherContent
from field.monitoring.checks import merging
from field.monitoring.rebuild import rebuild
from field.monitoring.relief import bills, relief_standings
from field.monitoring.relief.bill_corrections import Faulty, correct
from field.monitoring.relief.relief_sheet import Sheet, sheets
from field.monitoring.visiting.held import decide
from field.monitoring.workdays import china_day
from field.registry.households import Household
from field.registry.rights import NotAllowed
from tests.county import County, moment

HOME, NEXT = "420626107204", "420626107205"
PHOTO, OTHER = "a" * 64, "b" * 64
TODAY = china_day(clock.now())
MARCH, MAY = (date(TODAY.year - 1, month, 9).isoformat() for month in (3, 5))
LAST_YEAR = TODAY.year - 1


def people(county: County, village: str = HOME) -> list[str]:
    answer = county.client("county").get(f"/api/households/{county.households[village]}").get_json()
    return [member["id"] for member in answer["members"]]


def bill(person_id: str | None, day: str, amount: int, compliant: int | None, sha256: str = PHOTO) -> dict[str, Any]:
    said = {"sha256": sha256, "kind": "receipt", "issued_on": day, "amount": amount, "person_id": person_id,
            "compliant_amount": compliant}  # fmt: skip
    return {name: value for name, value in said.items() if value is not None}


def seen(county: County, *evidence: dict[str, Any], village: str = HOME, by: str = "cadre") -> None:
    one = county.visit(village, evidence=list(evidence))
    answer = county.client(by).post("/api/visits", json=one)
    assert answer.status_code == 201, answer.text


def told(county: County, village: str = HOME) -> dict[str, Any]:
    found: dict[str, Any] = county.client("town").get(f"/api/households/{county.households[village]}/relief").get_json()
    return found


def corrected(county: County, known_as: str = PHOTO, by: str = "town", key: str = "", **said: Any) -> None:
    actor, key = county.actor(by), key or str(uuid7())
    content = {"person_id": people(county)[0], "issued_on": MARCH, "note": "看错了一位", **said}
    with county.app.app_context():
        home = county.households[HOME]
        transact(lambda session: correct(session, home, known_as, content, key, actor, clock.now()))


def identified(county: County, day: date | None) -> None:
    with county.app.app_context():
        home = county.households[HOME]
        db.session.get_one(Household, home).identified_on = day
        for stood in db.session.scalars(select(HouseholdStanding).where(HouseholdStanding.household_id == home)):
            stood.identified_on = day
        db.session.commit()


def test_bills_of_visits_come_to_a_sheet_and_a_rebuild_finds_the_same(county: County) -> None:
    head, spouse = people(county)
    seen(county, bill(head, MARCH, 4_000_000, 3_200_000), bill(head, MAY, 700_000, 600_000, OTHER))
    seen(county, bill(spouse, MAY, 100_000, None, "c" * 64), {"sha256": "d" * 64, "kind": "house"})
    sheet = told(county)
    [year] = sheet["years"]
    assert (year["person_id"], year["year"], year["amount"], year["non_compliant"]) == (
        head,
        LAST_YEAR,
        4_700_000,
        900_000,
    )
    assert (year["basic"], year["tilted"], year["borne"], year["lost"]) == (2_160_000, 714_000, 1_826_000, 0)
    assert [one["why"] for one in sheet["unclear"]] == [["compliant"]]
    with county.app.app_context():
        assert transact(rebuild).differing == ()
    assert told(county) == sheet


def test_what_a_late_identification_costs_is_told(small_county: County) -> None:
    seen(small_county, bill(people(small_county)[0], MARCH, 3_200_000, 3_200_000),
         bill(people(small_county)[0], MAY, 600_000, 600_000, OTHER))  # fmt: skip
    identified(small_county, date(LAST_YEAR, 4, 30))
    [year] = told(small_county)["years"]
    assert (year["before_identification"], year["lost"], year["left"]) == (3_200_000, 2_634_000, 926_000)
    identified(small_county, None)
    [year] = told(small_county)["years"]
    assert (year["basic"], year["tilted"], year["lost"]) == (0, 0, 2_874_000)


def test_the_same_photograph_and_the_same_bill_are_counted_once_and_said_so(county: County) -> None:
    head = people(county)[0]
    for _again in range(2):
        seen(county, bill(head, MARCH, 700_000, 600_000))
    seen(county, bill(head, MARCH, 700_000, 600_000, OTHER))
    [year] = told(county)["years"]
    [one] = year["bills"]
    assert (year["amount"], one["times"], one["told"]) == (700_000, 3, [2, 3, 4])


def test_a_correction_is_a_later_entry_and_the_first_one_stays(county: County) -> None:
    seen(county, bill(people(county)[0], MARCH, 7_000_000, 6_000_000))
    corrected(county, amount=700_000, compliant_amount=600_000, key="k")
    corrected(county, amount=700_000, compliant_amount=600_000, key="k")
    with pytest.raises(OtherContent):
        corrected(county, amount=700_001, compliant_amount=600_000, key="k")
    [year] = told(county)["years"]
    [one] = year["bills"]
    assert (year["amount"], year["basic"], one["corrected"], one["times"], one["told"]) == (
        700_000,
        240_000,
        True,
        1,
        [2, 3],
    )
    corrected(county, void=True, note="不是医药费")
    assert told(county)["years"] == []
    with county.app.app_context():
        assert transact(rebuild).differing == ()


@pytest.mark.parametrize(
    ("said", "fields"),
    [
        ({"amount": 1, "compliant_amount": 2}, ["compliant_amount"]),
        ({}, ["amount", "compliant_amount"]),
        ({"amount": -1, "compliant_amount": "1", "note": ""}, ["note", "amount", "compliant_amount"]),
        (
            {"amount": 1, "compliant_amount": 1, "person_id": "somebody", "issued_on": "2999-01-01"},
            ["person_id", "issued_on"],
        ),
        ({"amount": 1, "compliant_amount": 1, "issued_on": "yesterday"}, ["issued_on"]),
        ({"void": True, "note": "x"}, ["note"]),
    ],
)
def test_every_fault_of_a_correction_is_named(small_county: County, said: dict[str, Any], fields: list[str]) -> None:
    seen(small_county, bill(people(small_county)[0], MARCH, 7_000_000, 6_000_000))
    with pytest.raises(Faulty) as refused:
        corrected(small_county, **said)
    assert [one["field"] for one in refused.value.faults] == fields


@pytest.mark.parametrize(("by", "known_as"), [("cadre", PHOTO), ("town2", PHOTO), ("town", OTHER)])
def test_nobody_corrects_outside_ones_right_or_what_is_not_there(small_county: County, by: str, known_as: str) -> None:
    seen(small_county, bill(people(small_county)[0], MARCH, 7_000_000, 6_000_000))
    with pytest.raises(NotAllowed):
        corrected(small_county, known_as, by, amount=1, compliant_amount=1)


def test_a_held_visits_bills_count_once_it_was_taken_in(small_county: County) -> None:
    county, head = small_county, people(small_county)[0]
    county.move("cadre", county.actor("cadre").role, NEXT)
    one = county.visit(
        evidence=[bill(head, MARCH, 700_000, 600_000)], visited_at=moment(clock.now() - timedelta(days=3))
    )
    one["location"]["fix_at"] = one["visited_at"]
    assert county.client("cadre").post("/api/visits", json=one).get_json()["held"]
    assert told(county)["years"] == []
    town = county.actor("town")
    with county.app.app_context():
        transact(lambda session: decide(session, county.households[HOME], 2, True, "属实", town, clock.now()))
    assert told(county)["years"][0]["amount"] == 700_000
    with county.app.app_context():
        assert transact(rebuild).differing == ()


def test_another_source_is_one_line(small_county: County, monkeypatch: pytest.MonkeyPatch) -> None:
    """A department's rows have the same keys."""
    county = small_county
    monkeypatch.setitem(bills.SOURCES, EntryKind.SILENCE, lambda said: said["rows"])
    row = {"person_id": people(county)[0], "issued_on": MARCH, "amount": 700_000, "compliant_amount": 600_000}
    seen(county, bill(row["person_id"], MARCH, 700_000, 600_000))  # type: ignore[arg-type]
    with county.app.app_context():

        def work(session: Any) -> None:
            draft = Draft(
                county.households[HOME],
                EntryKind.SILENCE,
                Channel.DEPARTMENT,
                "medical",
                clock.now(),
                "s",
                {"rows": [row]},
            )
            relief_standings.derive_bills(session, append(session, draft, clock.now()), draft.payload)

        transact(work)
    [year] = told(county)["years"]
    assert [(one["times"], one["told"]) for one in year["bills"]] == [(2, [2, 3])]


def test_a_person_who_stood_twice_has_one_year_in_the_household_that_is_kept(small_county: County) -> None:
    county, by = small_county, small_county.actor("county")
    dup, kept = people(county)[0], people(county, NEXT)[0]
    seen(county, bill(dup, MARCH, 300_000, 300_000))
    seen(county, bill(kept, MAY, 300_000, 300_000, OTHER), village=NEXT, by="town")
    with county.app.app_context():
        transact(lambda session: merging.merge(session, dup, kept, "同一个人", by, clock.now(), [*merging.Differing]))
    assert told(county)["years"] == []
    [year] = told(county, NEXT)["years"]
    assert (year["person_id"], year["amount"], year["basic"]) == (kept, 600_000, 240_000)
    assert [one.household.region for one in listed(county)] == [NEXT]


def listed(county: County, by: str = "county", year: int = LAST_YEAR) -> list[Sheet]:
    actor = county.actor(by)
    with county.app.app_context():
        return sheets(db.session(), actor, actor.region, year, TODAY)


def test_the_list_holds_the_households_of_ones_region_and_of_the_year(county: County) -> None:
    seen(county, bill(people(county)[0], MARCH, 300_000, 300_000))
    seen(county, bill(people(county, NEXT)[0], MAY, 500_000, 500_000, OTHER), village=NEXT, by="town")
    assert [one.sum_of("amount") for one in listed(county, "cadre")] == [300_000]
    assert sorted(one.sum_of("amount") for one in listed(county)) == [300_000, 500_000]
    assert listed(county, "town2") == listed(county, year=TODAY.year) == []
    with pytest.raises(NotAllowed):
        listed(county, "medical")
    corrected(county, amount=300_000, compliant_amount=300_000, issued_on=date(TODAY.year, 1, 1).isoformat())
    assert [one.household.region for one in listed(county)] == [NEXT], "the correction moved it to another year"
