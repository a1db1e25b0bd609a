"""待办: each person's list, from every source, by grade and the time left, on both databases."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import literal, select

from field import clock
from field.codes import Channel, Source, TaskKind
from field.db import db, transact
from field.monitoring.board.counted import counts
from field.monitoring.board.until import Until
from field.monitoring.duties import todo as todo_room
from field.monitoring.duties.todo import todo
from field.monitoring.duties.todo_rows import Wanted, dated
from field.monitoring.duties.todo_visits import month
from field.monitoring.leads.declarations import Declared, record_declaration
from field.monitoring.leads.unfinished import HelpWanted, record_help_wanted
from field.monitoring.roster.enrol import enrol
from field.monitoring.workdays import china_day
from field.registry.contacts import Contact
from field.registry.households import Household
from tests.county import County, household
from tests.monitoring import fundwork
from tests.monitoring.casework import HOME, NEXT, declared, do, listed, opened, to_monitored, visited
from tests.web.office import statements

BEGAN = datetime(2026, 11, 2, 2, tzinfo=UTC)
DAY = timedelta(days=1)
LISTED = ("plan", "制定一户一策")  # of whom the roster lists since 2022 and nobody has planned anything


def seen(county: County, username: str, now: datetime, **asked: Any) -> list[dict[str, Any]]:
    with county.app.app_context():
        found, total = todo(db.session(), Wanted(county.actor(username), now, **asked))
    assert total >= len(found)
    return found


def told(county: County, username: str, now: datetime, **asked: Any) -> list[tuple[str, str]]:
    return [(one["kind"], one["kind_name"]) for one in seen(county, username, now, **asked)]


def test_a_village_has_its_visits_of_the_month_until_they_are_made(county: County) -> None:
    [task] = seen(county, "cadre", BEGAN, kind="visit")
    assert (task["kind"], task["source"], task["household_id"]) == ("visit", "visit", county.households[HOME])
    assert (task["due_at"], task["late"]) == ("2026-11-30T15:59:59.000Z", False)
    visited(county, HOME, "cadre", BEGAN)
    assert seen(county, "cadre", BEGAN + DAY, kind="visit") == []
    [again] = seen(county, "cadre", BEGAN + timedelta(days=30), kind="visit")
    assert (again["opened_at"], again["last_visit_at"]) == ("2026-11-30T16:00:00.000Z", "2026-11-02T02:00:00.000Z")


@pytest.mark.parametrize(("day", "town", "county_office"), [(14, 0, 0), (16, 0, 0), (24, 0, 0), (25, 2, 0), (30, 2, 0)])
def test_the_town_gets_the_visits_when_the_month_is_nearly_over(
    county: County, day: int, town: int, county_office: int
) -> None:
    now = datetime(2026, 11, day, 2, tzinfo=UTC)
    for username, count in (("cadre", 1), ("town", town), ("county", county_office)):
        assert len(seen(county, username, now, kind="visit")) == count, username


def test_a_visit_that_a_lead_asks_for_is_listed_once(county: County) -> None:
    declared(county, HOME, BEGAN)
    assert told(county, "cadre", BEGAN + DAY) == [LISTED, ("check", "入户核实")]
    visited(county, HOME, "cadre", BEGAN + DAY)
    assert told(county, "cadre", BEGAN + 2 * DAY) == [LISTED]


def test_coverage_counts_the_monitored_and_the_visited_of_a_month(county: County) -> None:
    visited(county, HOME, "cadre", clock.now())
    today = china_day(clock.now())
    with county.app.app_context():
        this = counts(db.session(), "420626", 9, Until(today), present=False)
        following = counts(db.session(), "420626107", 12, Until(today + 31 * DAY), present=False)
    swept = {key: number for key, number in (this | following).items() if key[0] in ("visited", "unvisited")}
    assert swept == {
        ("visited", "420626107"): 1, ("unvisited", "420626107"): 1, ("unvisited", "420626102"): 2,
        ("unvisited", HOME): 1, ("unvisited", NEXT): 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("day", "first", "last"),
    [("2026-12-31", "2026-12-01", "2026-12-31"), ("2028-02-10", "2028-02-01", "2028-02-29")],
)
def test_a_month_has_its_first_and_its_last_day(day: str, first: str, last: str) -> None:
    assert month(date.fromisoformat(day)) == (date.fromisoformat(first), date.fromisoformat(last))


def test_who_speaks_of_dying_stands_before_what_is_red_and_late(county: County) -> None:
    visited(county, HOME, "cadre", BEGAN, expenses={"medical_self_paid": 30_000_000}, income={"wages": 600_000})
    declared(county, HOME, BEGAN + DAY)
    now = BEGAN + 9 * DAY
    assert [(one["grade"], one["late"]) for one in seen(county, "town", now, kind="check")] == [("red", True)]
    for key, whose in (("known", Contact(household_id=county.households[HOME])), ("stranger", HOME)):
        said = HelpWanted(key, Channel.SMS, Source.CHECKIN, "不想活了", danger=True, named=False)
        with county.app.app_context():
            transact(lambda session: record_help_wanted(session, said, whose, now))  # noqa: B023
    first = [seen(county, "town", now, per_page=1, page=page)[0]["kind_name"] for page in (1, 2)]
    assert first == [TaskKind.DANGER.label, TaskKind.DANGER.label]
    assert len(seen(county, "town", now, grade="red")) >= 3


@pytest.mark.unlisted(HOME)
def test_a_step_is_on_the_list_of_those_who_may_do_it_and_of_nobody_else(county: County) -> None:
    case = opened(county, HOME, "cadre", BEGAN)
    assert told(county, "cadre", BEGAN + DAY) == [("check", "入户核实")], "the visit comes first, and is asked for once"
    visited(county, HOME, "cadre", BEGAN + DAY)
    now = BEGAN + 2 * DAY
    assert told(county, "cadre", now) == [("step", "入户核实")]
    do(county, case, "advance", "cadre", now)
    assert [told(county, who, now, kind="step") for who in ("cadre", "town", "town2", "county")] == [
        [], [("step", "信息比对")], [], [("step", "信息比对")]
    ]  # fmt: skip
    do(county, case, "advance", "town", now)
    [task] = seen(county, "cadre", now, kind="step")
    assert (task["case_id"], task["kind_name"], task["due_at"]) == (case, "民主评议", "2026-11-11T15:59:59.000Z")
    assert not task["late"]


@pytest.mark.unlisted(HOME)
def test_a_running_notice_asks_for_nothing_and_an_objection_asks_the_offices(county: County) -> None:
    case = opened(county, HOME, "cadre", BEGAN)
    visited(county, HOME, "cadre", BEGAN)
    for action, by in (("advance", "cadre"), ("advance", "town"), ("advance", "cadre"), ("post_notice", "cadre")):
        do(county, case, action, by, BEGAN)
    assert told(county, "cadre", BEGAN + DAY, kind="step") == []
    do(county, case, "object", "cadre", BEGAN + DAY)
    [task] = seen(county, "town", BEGAN + DAY, kind="objection")
    assert (task["kind_name"], task["due_at"]) == ("答复公示异议", "2026-11-06T15:59:59.000Z")
    assert seen(county, "cadre", BEGAN + DAY, kind="objection") == []
    do(county, case, "answer_objection", "town", BEGAN + 2 * DAY)
    assert told(county, "cadre", BEGAN + 6 * DAY, kind="step") == []
    [last] = seen(county, "cadre", BEGAN + 7 * DAY, kind="step")
    assert (last["kind_name"], last["due_at"], last["late"]) == ("公示", "2026-11-09T15:59:59.000Z", False)
    assert seen(county, "cadre", BEGAN + 8 * DAY, kind="step", late=True)


@pytest.mark.unlisted(HOME)
def test_what_the_village_lets_lie_rises_to_the_county(county: County) -> None:
    case = opened(county, HOME, "cadre", BEGAN)
    visited(county, HOME, "cadre", BEGAN)
    for by in ("cadre", "town"):
        do(county, case, "advance", by, BEGAN)
    asked = {"kind": "step"}  # 民主评议, to 9 November
    assert [one["level"] for one in seen(county, "cadre", BEGAN, **asked)] == [None]
    for day, level, county_sees in ((5, "village", 0), (7, "town", 0), (9, "county", 1)):
        now = BEGAN + day * DAY
        assert [one["level"] for one in seen(county, "cadre", now, **asked)] == [level]
        assert len(seen(county, "county", now, **asked)) == county_sees


@pytest.mark.unlisted(HOME)
def test_a_step_of_the_offices_never_rises_to_the_village_that_cannot_do_it(county: County) -> None:
    case = opened(county, HOME, "cadre", BEGAN)
    visited(county, HOME, "cadre", BEGAN)
    do(county, case, "advance", "cadre", BEGAN)
    [task] = seen(county, "town", BEGAN, kind="step")  # 信息比对
    length = datetime.fromisoformat(task["due_at"]) - datetime.fromisoformat(task["opened_at"])
    levels = {share: seen(county, "town", BEGAN + length * share / 100, kind="step")[0]["level"] for share in (60, 90)}
    assert levels == {60: None, 90: "town"}


@pytest.mark.unlisted(HOME)
def test_a_step_that_stood_still_while_leaving_was_proposed_is_late_and_rises_only_once_its_own_time_is_over(
    county: County,
) -> None:
    case, asked = opened(county, HOME, "cadre", BEGAN), {"kind": "step"}
    visited(county, HOME, "cadre", BEGAN)
    for by in ("cadre", "town"):
        do(county, case, "advance", by, BEGAN)
    do(county, case, "move_away", "town", BEGAN + DAY)
    assert seen(county, "cadre", BEGAN + 10 * DAY, **asked) == []
    do(county, case, "keep", "county", BEGAN + 11 * DAY)  # 民主评议, of 9 November, on the 13th
    for day, level in ((11, None), (14, "village"), (17, "town")):
        [task] = seen(county, "cadre", BEGAN + day * DAY, **asked)
        assert (task["due_at"], task["level"], task["late"]) == ("2026-11-19T15:59:59.000Z", level, False)
    for day, late in ((17, 0), (18, 1)):
        until = Until(china_day(BEGAN) + day * DAY)
        with county.app.app_context():
            numbers = counts(db.session(), "420626", 6, until, present=False)
        assert numbers.get(("late_case", "420626"), 0) == late, day


@pytest.mark.unlisted(HOME)
def test_an_objection_that_stood_still_has_its_days_to_be_answered(county: County) -> None:
    case = opened(county, HOME, "cadre", BEGAN)
    visited(county, HOME, "cadre", BEGAN)
    for action, by in (("advance", "cadre"), ("advance", "town"), ("advance", "cadre"), ("post_notice", "cadre"),
                       ("object", "cadre"), ("move_away", "town")):  # fmt: skip
        do(county, case, action, by, BEGAN)
    assert seen(county, "town", BEGAN + DAY, kind="objection") == []
    do(county, case, "keep", "county", BEGAN + 10 * DAY)
    [task] = seen(county, "town", BEGAN + 10 * DAY, kind="objection")
    assert (task["opened_at"], task["due_at"]) == ("2026-11-11T16:00:00.000Z", "2026-11-15T15:59:59.000Z")


@pytest.mark.unlisted(HOME)
def test_a_lead_is_the_villages_first_and_rises_with_its_time(county: County) -> None:
    declared(county, HOME, BEGAN)  # three days, and yellow: a declaration that nobody has looked into
    for hours, level, own in (
        (1, None, "cadre"),
        (36, "village", "cadre"),
        (58, "town", "town"),
        (72, "county", "county"),
    ):
        now = BEGAN + timedelta(hours=hours)
        [task] = seen(county, "county", now, kind="check")
        assert (task["level"], task["grade"]) == (level, "yellow")
        mine = [who for who in ("cadre", "town", "county") if seen(county, who, now, kind="check", mine=True)]
        assert mine[-1] == own
    assert seen(county, "county", BEGAN + timedelta(hours=73), late=True)


def test_whose_lead_it_is_the_offices_say_from_the_start(county: County) -> None:
    said = Declared("stranger", Channel.SMS, ["illness"], "家里有人住院", "2026-1", HOME)
    with county.app.app_context():
        transact(lambda session: record_declaration(session, said, BEGAN))
    for who in ("town", "county"):
        assert told(county, who, BEGAN, mine=True, kind="find") == [("find", "找到是哪一户")]


@pytest.mark.unlisted(HOME)
def test_the_most_urgent_stand_first_whatever_they_are_and_pages_follow_on(county: County) -> None:
    declared(county, HOME, BEGAN)
    now = datetime(2026, 11, 26, 2, tzinfo=UTC)
    whole = seen(county, "town", now)
    assert [one["kind"] for one in whole] == ["check", "plan", "visit"]
    paged = [seen(county, "town", now, page=page, per_page=1) for page in (1, 2, 3, 4)]
    assert paged == [[whole[0]], [whole[1]], [whole[2]], []]
    for asked in ({"grade": "yellow"}, {"kind": "check"}, {"source": "declaration"}, {"region": HOME}):
        assert seen(county, "town", now, **asked) == whole[:1]
    assert seen(county, "town", now, late=True) == whole[:2]
    assert seen(county, "town", now, region="420626102") == []


@pytest.mark.unlisted(HOME)
def test_four_eyes_are_told_on_the_list(county: County) -> None:
    case = opened(county, HOME, "cadre", BEGAN)
    visited(county, HOME, "cadre", BEGAN)
    ways = (("advance", "cadre"), ("advance", "town"), ("advance", "town"), ("post_notice", "town"))
    for action, by in ways:
        do(county, case, action, by, BEGAN)
    do(county, case, "advance", "cadre", BEGAN + 7 * DAY)
    [task] = seen(county, "town", BEGAN + 8 * DAY, kind="step")
    assert (task["kind_name"], task["own_hands"]) == ("乡镇审核", True)


@pytest.mark.unlisted(HOME)
def test_a_monitored_case_is_no_step(county: County) -> None:
    case = opened(county, HOME, "cadre", BEGAN)
    visited(county, HOME, "cadre", BEGAN)
    to_monitored(county, case, BEGAN)
    for who in ("cadre", "town", "county"):
        assert seen(county, who, BEGAN + 8 * DAY, kind="step") == []


def test_what_another_part_lists_as_due_comes_in_by_one_line(county: County, monkeypatch: pytest.MonkeyPatch) -> None:
    on = literal(date(2026, 11, 1)).label("due_on")
    more = dated(TaskKind.REVISIT, lambda _by, _day: select(Household.id.label("household_id"), on))
    monkeypatch.setattr(todo_room, "SOURCES", (*todo_room.SOURCES, more))
    plan, late, visit = seen(county, "cadre", BEGAN)
    assert late["household_id"] == county.households[HOME]
    assert late["source_name"] == "监测对象回访日", "of no way in"
    assert (plan["kind"], late["kind_name"], late["late"], visit["kind"]) == ("plan", "消除后回访", True, "visit")
    assert len(seen(county, "county", BEGAN, kind="revisit")) == len(county.households)
    assert seen(county, "county", BEGAN, kind="revisit", grade="red") == []
    assert Source(late["source"]) is Source.VISIT


@pytest.mark.unlisted(HOME)
def test_a_longer_list_makes_no_more_statements(small_county: County) -> None:
    opened(small_county, HOME, "cadre", BEGAN)
    now = datetime(2026, 11, 26, 2, tzinfo=UTC)
    with statements(small_county) as few:
        assert len(seen(small_county, "town", now, per_page=1)) == 1
    listed(small_county, NEXT, "town", BEGAN)
    with statements(small_county) as many:
        assert len(seen(small_county, "town", now)) == 3
    assert len(many) <= len(few) <= 15


@pytest.mark.unlisted(HOME)
def test_aid_that_cannot_wait_stands_before_all_on_everybodys_list_with_its_reason(county: County) -> None:
    declared(county, HOME, BEGAN)
    fundwork.given(county, "500", now=BEGAN)
    one = fundwork.applied(county, "300", now=BEGAN, urgent={"note": "明天要交住院押金"})
    fundwork.applied(county, "200", "cadre2", fundwork.FAR, now=BEGAN)
    for who in ("cadre", "town", "county"):
        first = seen(county, who, BEGAN, mine=True)[0]
        assert (first["kind"], first["kind_name"], first["application_id"]) == ("urgent_aid", "等待签批", one)
        assert (first["reason"], first["source_name"]) == ("明天要交住院押金", "村级救助基金")
        assert (first["due_at"], first["late"]) == ("2026-11-03T15:59:59.000Z", False), "a day, by the pack"
    for who in ("town2", "cadre2"):
        assert seen(county, who, BEGAN, kind="urgent_aid") == [], "another town, and one that can wait"
    for asked in ({"grade": "red"}, {"source": "declaration"}, {"region": NEXT}, {"late": True}):
        assert seen(county, "county", BEGAN, kind="urgent_aid", **asked) == []
    assert seen(county, "county", BEGAN + 2 * DAY, kind="urgent_aid", late=True)
    fundwork.done(county, one, "sign", "town", now=BEGAN)
    [paid_next] = seen(county, "cadre", BEGAN, kind="urgent_aid")
    assert paid_next["kind_name"] == "等待发放"
    fundwork.done(county, one, "pay", "cadre", now=BEGAN)
    assert seen(county, "county", BEGAN, kind="urgent_aid") == []


def test_urgent_aid_of_a_household_that_moved_stays_with_the_village_that_pays_it(county: County) -> None:
    one = fundwork.applied(county, "300", now=BEGAN, urgent={"note": "明天要交住院押金"})
    moved: Any = household(HOME, 0) | {"region": fundwork.FAR}
    with county.app.app_context():
        transact(lambda session: enrol(session, [moved], "county", BEGAN))
    for who in ("cadre", "town", "county"):
        assert [row["application_id"] for row in seen(county, who, BEGAN, kind="urgent_aid")] == [one], who
    assert seen(county, "cadre2", BEGAN, kind="urgent_aid") == []
