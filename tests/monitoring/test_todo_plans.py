"""一户一策待办: from identification on the village is asked for a plan, and everybody once it should have been there."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from field.db import db
from field.monitoring.checks.quality import of_household, terms
from field.monitoring.duties.todo import count
from field.monitoring.duties.todo_rows import Wanted
from field.monitoring.help.measures import bare
from field.monitoring.workdays import china_day
from tests.county import County
from tests.monitoring.casework import HOME, do, helping, home_of, opened, planned, to_monitored, visited
from tests.monitoring.test_todo import seen

BEGAN = datetime(2026, 11, 2, 2, tzinfo=UTC)
DAY = timedelta(days=1)
IDENTIFIED = BEGAN + 7 * DAY  # 9 November
EVERYBODY = ("cadre", "town", "county")


def asked(county: County, who: str, now: datetime, **more: Any) -> list[dict[str, Any]]:
    home = county.households[HOME]
    return [one for one in seen(county, who, now, kind="plan", **more) if one["household_id"] == home]


def identified(county: County) -> str:
    case = opened(county, HOME, "cadre", BEGAN)
    visited(county, HOME, "cadre", BEGAN)
    to_monitored(county, case, BEGAN)
    assert home_of(county, HOME).identified_on == china_day(IDENTIFIED)
    return case


@pytest.mark.unlisted(HOME)
def test_nobody_is_asked_for_the_plan_of_a_household_before_the_county_approves(county: County) -> None:
    case = opened(county, HOME, "cadre", BEGAN)
    visited(county, HOME, "cadre", BEGAN)
    for action, by in (("advance", "cadre"), ("advance", "town"), ("advance", "cadre"), ("post_notice", "cadre")):
        do(county, case, action, by, BEGAN)
    for by in ("cadre", "town"):
        do(county, case, "advance", by, IDENTIFIED)
    assert [asked(county, who, IDENTIFIED) for who in EVERYBODY] == [[], [], []]
    do(county, case, "advance", "county", IDENTIFIED)
    assert asked(county, "cadre", IDENTIFIED)


@pytest.mark.unlisted(HOME)
def test_the_village_is_asked_at_once_and_told_until_when(county: County) -> None:
    identified(county)
    [task] = asked(county, "cadre", IDENTIFIED)
    assert (task["kind_name"], task["source_name"], task["level"]) == ("制定一户一策", "一户一策", None)
    assert (task["opened_at"], task["due_at"]) == ("2026-11-08T16:00:00.000Z", "2026-12-09T15:59:59.000Z")
    assert [asked(county, who, IDENTIFIED) for who in ("cadre2", "town2", "town", "county", "medical")] == [[]] * 5


@pytest.mark.unlisted(HOME)
@pytest.mark.parametrize(
    ("day", "level", "town", "county_office"),
    [(15, None, 0, 0), (16, "village", 0, 0), (24, "village", 0, 0), (25, "town", 1, 0), (30, "town", 1, 0),
     (31, "county", 1, 1)],
)  # fmt: skip
def test_it_rises_to_the_town_and_the_county_as_its_month_goes_by(
    county: County, day: int, level: str | None, town: int, county_office: int
) -> None:
    identified(county)
    now = IDENTIFIED + day * DAY
    assert [one["level"] for one in asked(county, "cadre", now)] == [level]
    assert (len(asked(county, "town", now)), len(asked(county, "county", now))) == (town, county_office)


@pytest.mark.unlisted(HOME)
def test_it_is_late_on_the_very_day_on_which_it_is_a_defect_on_everybodys_screen(county: County) -> None:
    identified(county)
    home = county.households[HOME]
    for day, late in ((30, False), (31, True)):
        now = IDENTIFIED + day * DAY
        with county.app.app_context():
            defects = [one.check.code for one in of_household(db.session(), home, terms(now))]
            without = bare(db.session(), county.actor("cadre"), china_day(now))
            counted = count(db.session(), Wanted(county.actor("cadre"), now, kind="plan"))
        assert ("no_measure" in defects, without, counted) == (late, int(late), (1, int(late)))
        assert [one["late"] for one in asked(county, "cadre", now)] == [late]
        assert [len(asked(county, who, now, late=True)) for who in EVERYBODY] == [int(late)] * 3


@pytest.mark.unlisted(HOME)
def test_it_ends_with_the_first_measure_and_comes_back_where_that_is_dropped(county: County) -> None:
    identified(county)
    now = IDENTIFIED + DAY
    one = planned(county, county.households[HOME], "cadre", now)
    assert asked(county, "cadre", now) == []
    helping(county, county.households[HOME], "drop", "cadre", now, one.id, note="写错了")
    assert asked(county, "cadre", now)


def test_it_is_narrowed_as_every_other_thing_is(county: County) -> None:
    def found(**more: Any) -> int:
        return len(seen(county, "county", BEGAN, kind="plan", **more))

    assert found() == len(county.households), "the roster listed them in 2022"
    assert [found(**one) for one in ({"region": HOME}, {"grade": "none"}, {"source": "visit"})] == [1, 4, 4]
    assert [found(**one) for one in ({"region": "420626102"}, {"grade": "red"}, {"source": "analysis"})] == [2, 0, 0]
    first, second = (seen(county, "county", BEGAN, kind="plan", page=page, per_page=3) for page in (1, 2))
    assert (len(first), len(second)) == (3, 1)


def test_a_red_household_is_on_the_list_of_all_who_receive_red(county: County) -> None:
    visited(county, HOME, "cadre", BEGAN, income={"wages": 100_000})
    with county.app.app_context():
        home = home_of(county, HOME)
        db.session.add(home)
        home.identified_on = date(2026, 11, 1)
        db.session.commit()
    assert [len(asked(county, who, BEGAN)) for who in EVERYBODY] == [1, 1, 1]
    assert [one["grade"] for one in asked(county, "county", BEGAN)] == ["red"]
