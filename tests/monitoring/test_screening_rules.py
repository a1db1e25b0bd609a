"""筛查线与比对: thresholds at their edges, and the order of the rows does not change which leads there are."""

import json
from datetime import date
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from field import clock
from field.codes import Left
from field.db import db
from field.monitoring.leads.leads import Lead
from field.monitoring.policy.shelf import pack_on
from field.monitoring.screening.screening import Filing, answer_rows, file_list
from field.monitoring.screening.screening_match import match
from field.monitoring.screening.screening_rules import below, below_for_all, why
from field.registry.households import Household, Person
from field.registry.screening_reading import Row
from tests.county import County
from tests.screenings import FAR, HOME, NEXT, free, freeman, settle

LINES = pack_on(date(2026, 11, 26)).departments


@pytest.mark.parametrize(
    ("said", "poor", "others"),
    [
        ({"reason": "medical_cost", "self_paid": 499_999}, True, True),
        ({"reason": "medical_cost", "self_paid": 500_000}, False, True),
        ({"reason": "medical_cost", "self_paid": 1_999_999}, False, True),
        ({"reason": "medical_cost", "self_paid": 2_000_000}, False, False),
        ({"reason": "medical_cost", "amount": 9_000_000, "self_paid": 0}, True, True),
        ({"reason": "medical_cost", "amount": 2_000_000}, False, False),
        ({"reason": "schooling_cost", "amount": 1_000_000}, True, True),
        ({"reason": "schooling_cost", "amount": 1_000_001}, False, False),
        ({"reason": "dropout"}, False, False),
        ({"reason": "disaster", "amount": 1}, False, False),
    ],
)
def test_the_line_is_lower_for_who_was_poor_before(said: dict[str, Any], poor: bool, others: bool) -> None:
    assert (below(said, LINES, True), below(said, LINES, False)) == (poor, others)
    assert below_for_all(said, LINES) == (poor and others)


def test_why_says_who_what_how_much_and_when() -> None:
    said = {"reason": "medical_cost", "self_paid": 3_800_000, "issued_on": "2026-10-08"}
    assert why("医保局", said) == "医保局报送2026年10月8日的大额医疗费，自付38,000.00元"


TWIN = {"name": "刘安一", "relation": "户主", "birth_date": "1975-03-09"}
SAYS: list[tuple[dict[str, Any], str | None, int]] = [
    ({"name": "刘安一", "id_number": freeman(0)["id_number"]}, "F0000", 0),
    ({"name": "刘安二", "id_number": freeman(0)["id_number"]}, None, 1),
    ({"name": "刘安二", "birth_date": "1975-03-09", "village": NEXT}, "F0001", 0),
    ({"name": "刘安二", "birth_date": "1975-03-10", "village": NEXT}, None, 1),
    ({"name": "刘安二", "birth_date": "1975-03-09", "village": FAR}, None, 1),
    ({"name": "刘安贰", "birth_date": "1975-03-09", "village": NEXT}, None, 1),
    ({"name": "刘安二", "id_number": freeman(9)["id_number"]}, None, 1),
    ({"name": "刘安二", "id_number": freeman(9)["id_number"], "village": NEXT}, None, 1),
    ({"name": "刘安一", "birth_date": "1975-03-09", "village": HOME}, None, 2),
    ({"name": "不认识", "birth_date": "1975-03-09", "village": HOME}, None, 0),
    ({"name": "刘平三", "birth_date": "1975-03-09", "village": NEXT}, None, 0),
    ({"name": "刘安二", "birth_date": "1990-03-09", "village": FAR}, None, 0),
]


def test_a_number_with_its_name_or_all_three_together_are_sure_and_near_ones_are_left_to_people(
    county: County,
) -> None:
    number = freeman(3)["id_number"]
    settle(county, free(0), free(1, NEXT), free(2, members=[TWIN | {"id_number": number}]))
    with county.app.app_context():
        session = db.session()
        found = match(session, "420626", [said for said, _, _ in SAYS])
        numbers = dict(session.execute(select(Household.id, Household.number)).all())
        told = [(one.sure and numbers[one.sure.person.household_id], len(one.near)) for one in found]
        assert told == [(whose, near) for _, whose, near in SAYS]
        assert match(session, "420626102", [SAYS[0][0]])[0] == (None, []), "nobody of another region"


def test_a_number_that_two_have_or_whose_holder_is_gone_is_left_to_people(county: County) -> None:
    other = {"name": "刘同号", "relation": "户主", "birth_date": "1975-03-09", "id_number": freeman(0)["id_number"]}
    settle(county, free(0), free(1), free(2, members=[other]))
    said = [
        {"name": "刘安一", "id_number": freeman(0)["id_number"]},
        {"name": "刘安二", "id_number": freeman(1)["id_number"]},
    ]
    with county.app.app_context():
        session = db.session()
        session.execute(update(Person).where(Person.name == "刘安二").values(left=Left.DIED.value))
        assert [(one.sure, len(one.near)) for one in match(session, "420626", said)] == [(None, 2), (None, 1)]


def test_the_number_of_who_was_merged_means_who_is_kept(county: County) -> None:
    settle(county, free(0), free(2, members=[TWIN | {"id_number": freeman(3)["id_number"]}]))
    with county.app.app_context():
        session = db.session()
        people = select(Person.id, Household.number).join(Household, Household.id == Person.household_id)
        whose = {number: person for person, number in session.execute(people)}
        session.execute(update(Person).where(Person.id == whose["F0002"]).values(merged_into=whose["F0000"]))
        [found] = match(session, "420626", [{"name": "刘安一", "id_number": freeman(3)["id_number"]}])
        assert found.sure
        assert found.sure.person.id == whose["F0000"]


ROWS = [
    *({"reason": reason, "issued_on": f"2026-10-0{day}", **freeman(who)}
      for who in range(3) for reason in ("disaster", "accident") for day in (1, 2)),
    {"reason": "medical_cost", "issued_on": "2026-10-01", "self_paid": 1_000_000, **freeman(0)},
    {"reason": "medical_cost", "issued_on": "2026-10-02", "self_paid": 2_100_000, **freeman(0)},
    {"reason": "serious_illness", "issued_on": "2026-10-03", **freeman(0)},
    {"reason": "disaster", "issued_on": "2026-10-03", "name": "刘安一", "birth_date": "1975-03-09", "village": NEXT},
    {"reason": "disaster", "issued_on": "2026-10-03", "name": "没有人", "birth_date": "1975-03-09", "village": FAR},
]  # fmt: skip
LEADS = sorted([(f"F000{who}", risk) for who in range(3) for risk in ("disaster", "accident")] + [("F0000", "illness")])


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.randoms(use_true_random=False), cut=st.integers(0, len(ROWS)))
def test_the_order_of_the_rows_does_not_change_which_leads_there_are(
    small_county: County, order: Random, cut: int
) -> None:
    if not listed(small_county):
        settle(small_county, *(free(number) for number in range(3)))
    rows = order.sample(ROWS, len(ROWS))
    by = small_county.actor("medical")
    with small_county.app.app_context():
        session: Session = db.session()
        try:
            one = file_list(session, Filing(by.staff_id, "名单", len(rows), "0" * 64), None, by, clock.now())
            several = [Row(place, row, []) for place, row in enumerate(rows, 1)]
            for part in (several[:cut], several[cut:], several):
                answer_rows(session, one, part, clock.now())
            leads = session.execute(
                select(Household.number, Lead.risk_factors).join(Lead, Lead.household_id == Household.id)
            )
            assert sorted((number, *risks) for number, risks in leads) == LEADS
            traces = session.scalars(select(Lead.raised)).all()
            assert sum(len(raised or []) for raised in traces) == 7, json.dumps(traces)
        finally:
            session.rollback()


def listed(county: County) -> bool:
    with county.app.app_context():
        return db.session.scalar(select(Household.id).where(Household.number == "F0000")) is not None
