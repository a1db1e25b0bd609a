"""风险判断: a household is graded by what is known of it, each rule says why, and what is missing is not nothing."""

import json
import random
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from field import clock
from field.db import db, transact
from field.monitoring.policy.shelf import pack_on
from field.monitoring.rebuild import rebuild
from field.monitoring.risk.judgement import ALL, ONE, SEVERAL, Basis, Judgement, basis, judged, window
from field.monitoring.risk.risk_words import FACTS, told
from field.monitoring.visiting.visits import record_visit
from field.monitoring.workdays import china_day
from tests.county import County, moment

HOME = "420626107204"
NOW = datetime(2026, 11, 26, 4, 0, tzinfo=UTC)
FINE: dict[str, Any] = {
    "income": {"wages": 6_000_000, "business": 0, "property": 0, "transfers": 0, "production_cost": 0},
    "expenses": {"medical_self_paid": 0, "schooling": 0, "housing": 0, "other": 0},
    "risk_factors": [],
}  # fmt: skip
OK = {name: {"status": "ok"} for name in ("food", "clothing", "schooling", "medical", "housing", "water")}


def visit(county: County, **changes: Any) -> dict[str, Any]:
    """A visit of six days ago that finds nothing wrong in the last twelve months, but for what is said."""
    at = moment(clock.now() - timedelta(days=6, minutes=90))
    said: dict[str, Any] = {**FINE, "guarantees": OK, "unchanged": [], "visited_at": at, **changes}
    first, last = window("month", china_day(clock.now()))
    fine = FINE | {"income": FINE["income"] | {"period": {"from": f"{first}", "to": f"{last}"}}}
    sections = {name: {**fine[name], **said[name]} for name in ("income", "expenses")}
    return county.visit(**{**said, **sections})


@pytest.fixture(autouse=True)
def _its_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """The county is founded on the day by which it is judged."""
    monkeypatch.setattr(clock, "now", lambda: NOW)


def found(county: County, *visits: dict[str, Any], now: datetime = NOW) -> Judgement:
    """The judgement of the first household after visits, each in a transaction of its own."""
    cadre = county.actor("cadre")
    with county.app.app_context():
        for one in visits:
            transact(partial(record_visit, visit=one, by=cadre, now=now))
        judgement = db.session.get_one(Judgement, county.households[HOME])
        db.session.refresh(judgement)
        return judgement


@pytest.mark.parametrize(
    ("changes", "grade", "rules"),
    [
        ({}, "none", {}),
        ({"income": {"wages": 1_799_999}}, "yellow", {"income": "yellow"}),
        ({"income": {"wages": 1_800_000}}, "none", {}),
        ({"income": {"wages": 1_349_999}}, "orange", {"income": "orange"}),
        ({"income": {"wages": 899_999}}, "red", {"income": "red"}),
        ({"income": {"wages": 0, "business": 900_000, "production_cost": 950_000}}, "red", {"income": "red"}),
        ({"income": {"wages": 900_000, "transfers": 900_000}}, "none", {}),
        ({"expenses": {"medical_self_paid": 500_000}, "income": {"wages": 4_099_999}}, "yellow",
         {"medical_formerly_poor": "yellow"}),
        ({"expenses": {"medical_self_paid": 499_999}, "income": {"wages": 4_000_000}}, "none", {}),
        ({"expenses": {"medical_self_paid": 500_000}, "income": {"wages": 4_100_000}}, "none", {}),
        ({"expenses": {"schooling": 1_000_000}, "income": {"wages": 4_500_000}}, "yellow", {"schooling": "yellow"}),
        ({"expenses": {"housing": 1_500_000}, "income": {"wages": 2_500_000}}, "yellow", {"rigid_share": "yellow"}),
        ({"expenses": {"housing": 2_000_000}, "income": {"wages": 2_500_000}}, "orange", {"rigid_share": "orange"}),
        ({"guarantees": {**OK, "water": {"status": "problem", "note": "旱季缺水"}}}, "orange", {"guarantees": "orange"}),
        ({"guarantees": {**OK, "water": {"status": "problem", "note": "缺水"}, "food": {"status": "problem", "note": "缺粮"}}},
         "red", {"guarantees": "red"}),
        ({"risk_factors": ["illness", "accident"]}, "orange", {"sudden": "orange"}),
    ],
)  # fmt: skip
def test_each_rule_fires_at_its_threshold_and_not_before(
    small_county: County, changes: dict[str, Any], grade: str, rules: dict[str, str]
) -> None:
    judgement = found(small_county, visit(small_county, **changes))
    assert (judgement.grade, json.loads(judgement.fired)) == (grade, rules)
    assert (judgement.pack, judgement.as_of) == ("2026.4", date(2026, 11, 26))


def test_both_databases_judge_alike(county: County) -> None:
    judgement = found(county, visit(county, income={"wages": 1_000_000}, risk_factors=["disaster"]))
    assert (judgement.grade, judgement.since) == ("orange", datetime(2026, 11, 20, 2, 30, tzinfo=UTC))
    assert json.loads(judgement.fired) == {"income": "orange", "sudden": "orange"}
    figures = json.loads(judgement.figures)
    assert (figures["income_per_head"], figures["income_of_line"], figures["income_seq"]) == (500_000, 55, 2)


def test_a_warning_is_a_sentence_with_its_figures_and_their_source(small_county: County) -> None:
    judgement = found(small_county, visit(small_county, income={"wages": 1_000_050}))
    [one] = told(pack_on(judgement.as_of), judgement.fired, judgement.figures)
    assert one.words == (
        "2025 年 11 月 至 2026 年 10 月，家里 2 口人，减去自己付的看病、上学的钱，"
        "人均纯收入 5,000.25 元，监测范围是 9,000 元。"
    )
    assert one.sources == {"income": 2, "expenses": 2}
    assert one.figures == {"income_of_line": 55}


@pytest.mark.parametrize(
    ("income", "said"),
    [
        ({"wages": 0}, "家庭纯收入是 0 元。"),
        ({"wages": 100_000, "production_cost": 200_000}, "家庭纯收入是 -1,000 元。"),
        ({"wages": 1}, "家庭纯收入只有 0.01 元，支出是收入的十倍以上。"),
        ({"wages": 10_000}, "家庭纯收入只有 100 元，支出是收入的十倍以上。"),
        ({"wages": 10_001}, "占家庭纯收入的 999%。"),
    ],
)
def test_of_hardly_any_income_nothing_is_a_share(small_county: County, income: dict[str, int], said: str) -> None:
    judgement = found(small_county, visit(small_county, income=income, expenses={"housing": 100_000}))
    for pack in (pack_on(judgement.as_of), pack_on(date(2022, 6, 1))):
        [share] = [one for one in told(pack, judgement.fired, judgement.figures) if one.rule == "rigid_share"]
        assert (share.grade, share.words) == ("red", f"一年大额支出 1,000 元，{said}")


@pytest.mark.parametrize(
    ("income", "said"),
    [
        ({"wages": 0}, "家庭纯收入 0 元，比上一个时段的 100 元下降了 100%。"),
        ({"wages": 0, "production_cost": 900_000}, "家庭纯收入 -9,000 元，已经入不敷出，上一个时段是 100 元。"),
    ],
)
def test_nothing_falls_by_more_than_all_of_it(small_county: County, income: dict[str, int], said: str) -> None:
    earlier = {"wages": 10_000, "period": {"from": "2024-11-01", "to": "2025-10-31"}}
    found(small_county, visit(small_county, income=earlier, visited_at="2026-11-19T02:30:00Z"))
    judgement = found(small_county, visit(small_county, income=income))
    fired = told(pack_on(judgement.as_of), judgement.fired, judgement.figures)
    assert [one.words for one in fired if one.rule == "income_fall"] == [said]


def test_what_is_missing_is_named_and_is_not_nothing(small_county: County) -> None:
    before = found(small_county)
    assert before.grade == "none"
    assert [FACTS[fact] for fact in json.loads(before.missing)] == [
        "收入",
        "支出",
        "两不愁三保障和饮水",
        "劳动能力",
        "健康状况",
    ]
    after = found(small_county, visit(small_county, income={"wages": 800_000}))
    assert (after.grade, after.missing) == ("red", "[]"), "nothing could be worse than red"


@pytest.mark.parametrize(
    ("begins", "ends", "known"),
    [
        ("2025-11-01", "2026-10-31", True),
        ("2025-10-01", "2026-09-30", True),
        ("2024-11-01", "2025-10-31", True),
        ("2024-10-01", "2025-09-30", False),
        ("2026-05-01", "2026-10-31", False),
        ("2024-01-01", "2026-10-31", False),
        ("2026-10-01", "2025-09-30", False),
    ],
)
def test_an_income_counts_only_on_its_window(small_county: County, begins: str, ends: str, known: bool) -> None:
    income = {"wages": 100_000, "period": {"from": begins, "to": ends}}
    judgement = found(small_county, visit(small_county, income=income))
    assert judgement.grade == ("red" if known else "none")
    assert ("income" in json.loads(judgement.missing)) is not known


@pytest.mark.parametrize(
    ("ends", "day", "expected"),
    [
        ("month_before", "2026-11-26", ("2025-11-01", "2026-10-31")),
        ("month_before", "2026-01-31", ("2025-01-01", "2025-12-31")),
        ("month_before", "2024-03-01", ("2023-03-01", "2024-02-29")),
        ("september", "2026-09-30", ("2024-10-01", "2025-09-30")),
        ("september", "2026-10-01", ("2025-10-01", "2026-09-30")),
    ],
)
def test_the_window_is_twelve_whole_months(ends: str, day: str, expected: tuple[str, str]) -> None:
    assert tuple(map(str, window(ends, date.fromisoformat(day)))) == expected


def test_an_income_that_fell_is_seen_beside_the_one_before(small_county: County) -> None:
    last_year = visit(small_county, income={"wages": 5_000_000, "period": {"from": "2024-11-01", "to": "2025-10-31"}},
                      visited_at="2025-11-20T02:30:00Z")  # fmt: skip
    judgement = found(small_county, last_year, visit(small_county, income={"wages": 2_400_000}))
    assert json.loads(judgement.fired) == {"income_fall": "orange"}
    [one] = told(pack_on(judgement.as_of), judgement.fired, judgement.figures)
    assert "24,000 元，比上一个时段的 50,000 元下降了 52%" in one.words


def test_a_household_that_crosses_from_one_pack_to_the_other(small_county: County) -> None:
    """In 2025 monitored to September and expenses looked at apart; in 2026 they are deducted from income."""
    told_of = visit(
        small_county, income={"wages": 3_000_000, "period": {"from": "2024-10-01", "to": "2025-09-30"}},
        expenses={"medical_self_paid": 1_500_000}, visited_at="2025-12-01T02:30:00Z",
    )  # fmt: skip
    found(small_county, told_of)
    with small_county.app.app_context():
        only = {"only": small_county.households[HOME]}
        several = {}
        for day in (date(2025, 12, 31), date(2026, 1, 1)):
            [row] = judged(db.session(), Basis(pack_on(day), day), ONE, only)
            several[day.year] = row
    assert json.loads(several[2025].fired) == {"medical_formerly_poor": "yellow"}
    assert json.loads(several[2026].fired) == {"income": "yellow", "medical_formerly_poor": "yellow"}
    assert json.loads(several[2026].figures)["income_per_head"] == 750_000
    assert json.loads(several[2025].figures)["income_per_head"] == 1_500_000


def test_old_expenses_and_guarantees_are_no_longer_known(small_county: County) -> None:
    old = visit(small_county, guarantees={**OK, "water": {"status": "problem", "note": "缺水"}},
                visited_at="2025-10-01T02:30:00Z")  # fmt: skip
    judgement = found(small_county, old)
    assert (judgement.grade, "guarantees" in json.loads(judgement.missing)) == ("none", True)


@pytest.mark.parametrize(
    ("seen", "grade"),
    [("2026-11-20T15:59:59Z", "red"), ("2026-11-20T16:00:00Z", "none"), ("2026-11-25T02:30:00Z", "none")],
)
def test_what_was_seen_after_a_day_in_china_does_not_count_for_it(small_county: County, seen: str, grade: str) -> None:
    later = visit(small_county, income={"wages": 100_000}, visited_at=seen)
    found(small_county, visit(small_county, visited_at="2026-11-18T02:30:00Z"), later)
    day, only = date(2026, 11, 20), {"only": small_county.households[HOME]}
    with small_county.app.app_context():
        [row] = judged(db.session(), Basis(pack_on(day), day), ONE, only)
    assert row.grade == grade


@pytest.mark.parametrize("scope", [ONE, SEVERAL, ALL])
def test_one_household_and_the_whole_county_are_judged_by_one_statement(county: County, scope: str) -> None:
    judgement = found(county, visit(county, income={"wages": 1_000_000}))
    one = judgement.household_id
    every: dict[str, dict[str, Any]] = {ONE: {"only": one}, SEVERAL: {"ids": [one]}, ALL: {"low": "0", "high": "g"}}
    with county.app.app_context():
        rows = {row.household_id: row for row in judged(db.session(), basis(NOW), scope, every[scope])}
        assert len(rows) == (4 if scope == ALL else 1)
        row = rows[judgement.household_id]
        same = judgement.grade, judgement.since, judgement.fired, judgement.figures, judgement.missing
        assert (row.grade, row.since, row.fired, row.figures, row.missing) == same


visits = st.lists(
    st.tuples(
        st.integers(1, 24), st.sampled_from([0, 900_000, 1_500_000, 6_000_000]), st.sampled_from([0, 600_000, 3_000_000]),
        st.booleans(), st.sampled_from([[], ["illness"], ["accident"]]), st.sampled_from(["cadre", "town", "county"]),
    ),
    min_size=2, max_size=4,
)  # fmt: skip


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(visits, st.randoms(use_true_random=False))
def test_grades_do_not_depend_on_the_order_of_entries(
    small_county: County, several: list[Any], chance: random.Random
) -> None:
    shuffled = several.copy()
    chance.shuffle(shuffled)
    with small_county.app.app_context():
        session = db.session()
        session.connection(execution_options={"field_writes": True})
        outcomes = [_graded(small_county, session, order) for order in (several, shuffled)]
    assert outcomes[0] == outcomes[1]


def _graded(county: County, session: Session, order: list[Any]) -> tuple[Any, ...]:
    """The grade after visits in this order, of which nothing is kept; a rebuild finds the same."""
    actors = {name: county.actor(name) for name in ("cadre", "town", "county")}
    point = session.begin_nested()
    for day, wages, medical, water, risks, by in order:
        guarantees = {**OK, "water": {"status": "problem", "note": "缺水"}} if water else OK
        one = visit(county, income={"wages": wages}, expenses={"medical_self_paid": medical}, guarantees=guarantees,
                    risk_factors=risks, visited_at=f"2026-11-{day:02}T02:30:00Z")  # fmt: skip
        record_visit(session, one, actors[by], NOW)
    columns = Judgement.grade, Judgement.since, Judgement.fired, Judgement.missing
    found = session.execute(select(*columns).where(Judgement.household_id == county.households[HOME])).one()
    assert rebuild(session).differing == ()
    point.rollback()
    return tuple(found)
