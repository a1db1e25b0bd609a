"""长期户: marked with a reason or by the pack's figure, and projected month by month against the caps."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from uuid6 import uuid7

from field import clock
from field.db import db, transact
from field.monitoring.cases.cases import OtherContent
from field.monitoring.policy.shelf import pack_on
from field.monitoring.rebuild import rebuild
from field.monitoring.relief.long_term import LongTerm, Mark, mark, unmark
from field.monitoring.relief.long_term_course import MONTHS, Steady, project
from field.monitoring.relief.long_term_list import LongCase, long_case, long_cases
from field.monitoring.relief.relief import relief
from field.monitoring.workdays import china_day
from field.registry.households import Household
from field.registry.rights import NotAllowed
from tests.county import County
from tests.monitoring.test_sweep import poor

RULE = pack_on(date(2026, 11, 26)).relief
HOME = "420626107204"


def months(first: date, cost: int, compliant: int, so_far: int = 0) -> list[Any]:
    return project(first, Steady(cost, compliant, so_far), lambda _year: RULE)


def test_a_drug_at_three_and_a_half_thousand_a_month_comes_to_the_table_of_the_year() -> None:
    year = months(date(2026, 1, 15), 350_000, 350_000)
    assert [one.begins for one in year] == [date(2026, month, 1) for month in range(1, 13)]
    assert [(one.basic, one.tilted) for one in year[:4]] == [
        (90_000, 0),
        (210_000, 0),
        (210_000, 54_000),
        (210_000, 84_000),
    ]
    whole = relief(12 * 350_000, RULE)
    assert (sum(one.basic for one in year), sum(one.tilted for one in year)) == (whole.basic, whole.tilted)


def test_each_january_the_count_begins_anew_and_goes_on_from_this_years_bills() -> None:
    year = months(date(2026, 12, 1), 400_000, 300_000, 5_000_000)
    assert [one.counted for one in year[:3]] == [5_300_000, 300_000, 600_000]
    assert year[0].basic == relief(5_300_000, RULE).basic - relief(5_000_000, RULE).basic
    assert year[1].basic == relief(300_000, RULE).basic


def test_the_month_is_known_in_which_a_cap_is_reached() -> None:
    year = months(date(2026, 1, 1), 2_500_000, 2_500_000)
    first = next(one for one in year if one.capped)
    assert (first.begins.month, first.capped) == (6, ("基本救助",)), "2,000 and 80,000 / 60 % are 135,333 yuan"


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(0, 10**7), st.integers(0, 10**7),
       st.integers(0, 10**7), st.integers(0, 10**7))  # fmt: skip
def test_layers_and_what_is_borne_are_the_cost_and_grow_with_it(
    first: date, one: int, other: int, rest: int, so_far: int
) -> None:
    less, more = (months(first, cost + rest, cost, so_far) for cost in sorted((one, other)))
    assert len(less) == len(more) == MONTHS
    for few, many in zip(less, more, strict=True):
        assert few.basic + few.tilted + few.borne == few.cost
        assert min(few.basic, few.tilted, few.borne) >= 0
        assert few.counted <= many.counted
        assert few.capped <= many.capped
    for small, large in zip(_paid_by_then(less), _paid_by_then(more), strict=True):
        assert small <= large
    for few in less:
        caps = {
            layer.name
            for layer in RULE.layer
            if layer.cap_yuan and relief(few.counted, RULE).basic >= layer.cap_yuan * 100
        }
        assert set(few.capped) == caps


def _paid_by_then(year: list[Any]) -> list[int]:
    """What was paid since the count began, month by month; what was counted before is the same for both."""
    sums, total = [], 0
    for one in year:
        total = one.basic + one.tilted + (total if one.begins.month > 1 else 0)
        sums.append(total)
    return sums


def marked(county: County, said: Mark, key: str = "", by: str = "town") -> str:
    actor, key = county.actor(by), key or str(uuid7())
    with county.app.app_context():
        return transact(lambda session: mark(session, county.households[HOME], said, key, actor, clock.now())).hash


def case(county: County) -> LongCase:
    with county.app.app_context():
        home = db.session.get_one(Household, county.households[HOME])
        return long_case(db.session(), home, china_day(clock.now()))


def listed(county: County, by: str = "county") -> list[str]:
    actor = county.actor(by)
    with county.app.app_context():
        found = long_cases(db.session(), actor, actor.region, china_day(clock.now()))
        return [one.household.region for one in found]


def test_a_household_is_marked_once_with_a_reason_and_a_rebuild_finds_the_same(county: County) -> None:
    first = marked(county, Mark("靶向药要一直吃", 350_000, 300_000), "k")
    assert marked(county, Mark("靶向药要一直吃", 350_000, 300_000), "k") == first
    with pytest.raises(OtherContent):
        marked(county, Mark("另一个原因"), "k")
    assert listed(county) == listed(county, "cadre") == [HOME]
    assert listed(county, "town2") == []
    found = case(county)
    assert (found.is_one, found.by_figure, found.steady) == (True, False, Steady(350_000, 300_000))
    assert found.sum_of("cost") == 12 * 350_000
    with county.app.app_context():
        assert transact(rebuild).differing == ()
        actor = county.actor("county")
        transact(lambda session: unmark(session, county.households[HOME], "停药了", str(uuid7()), actor, clock.now()))
        assert db.session.get(LongTerm, county.households[HOME], populate_existing=True) is None
        assert transact(rebuild).differing == ()
    assert listed(county) == []


@pytest.mark.parametrize("by", ["cadre", "town2", "medical"])
def test_who_may_not_mark_is_refused(small_county: County, by: str) -> None:
    with pytest.raises(NotAllowed):
        marked(small_county, Mark("原因"), by=by)


def test_the_packs_figure_makes_a_household_long_term_by_itself(county: County) -> None:
    with county.app.app_context():
        head = county.client("cadre").get(f"/api/households/{county.households[HOME]}").get_json()["members"][0]["id"]
    ill = [{"person_id": head, "health": "患有大病"}]
    poor(county, HOME, 9_000_000, expenses={"medical_self_paid": 3_599_999}, members=ill)
    assert (listed(county), case(county).figure) == ([], 299_999)
    later = (clock.now() - timedelta(seconds=30)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    poor(county, HOME, 9_000_000, expenses={"medical_self_paid": 3_600_000}, visited_at=later)
    found = case(county)
    assert (listed(county), found.figure, found.by_figure) == ([HOME], 300_000, True)
    assert found.steady == Steady(300_000, 300_000), "no bill tells how much of it is compliant"
