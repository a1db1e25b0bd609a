"""板上的数: each number of a day is a plain recount of the entries up to it, and opens exactly so many households."""

import json
import re
from datetime import date, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from field import clock, worker
from field.codes import EntryKind
from field.db import db
from field.ledger.entries import Entry
from field.monitoring.board.counted import AMONG, counts, days_by
from field.monitoring.board.standings import statistics_on, stood_as
from field.monitoring.board.statistics import figures_of, statistics
from field.monitoring.board.until import Until
from field.monitoring.cases.case_turns import became
from field.monitoring.household_file import Sought, households, persons
from field.monitoring.relief.relief_sums import RELIEVED, Sums, relief_by
from field.monitoring.risk.grade_standings import GradeStanding
from field.monitoring.risk.judgement import Judgement
from field.monitoring.workdays import china_day
from field.registry.households import Household, Person
from tests.any_history import History
from tests.county import County
from tests.monitoring.casework import HOME, opened, to_monitored, visited
from tests.test_any_history import crowd
from tests.web.office import browser, statements, words
from tests.web.test_exports import exported, sheet, table

COUNTY = "420626"


@pytest.fixture
def crowded(county: County, monkeypatch: pytest.MonkeyPatch) -> County:
    """A county in which chance finds everybody whom it needs, on both databases."""
    return crowd(county, monkeypatch)


def lived(county: County, seed: int, steps: int) -> History:
    history = History(county, county.app.extensions["field_vault"], seed, clock.now() - timedelta(days=60))
    history.go_on(steps)
    return history


def identified(county: County, begun: datetime, **told: Any) -> None:
    """A household carried from its lead to monitored, from a moment on."""
    case = opened(county, HOME, "cadre", begun)
    visited(county, HOME, "cadre", begun, **told)
    to_monitored(county, case, begun)


def recount(until: Until) -> dict[str, set[str]]:
    """The households of each number, by reading every entry of the month."""
    homes = set(db.session().scalars(select(Household.id)))
    found: dict[str, set[str]] = {}
    for entry in db.session().scalars(select(Entry)):
        if not until.begins <= entry.recorded_at < until.ends or entry.chain_id not in homes:
            continue
        if entry.kind in (EntryKind.CASE_OPENED, EntryKind.CASE_STEP) and (turn := became(json.loads(entry.payload))):
            found.setdefault(turn, set()).add(entry.chain_id)
        if entry.kind == EntryKind.VISIT:
            found.setdefault("visited", set()).add(entry.chain_id)
    return found


def days_of(last: datetime) -> list[date]:
    """Days over the whole history: those on which a case took a turn, and others."""
    steps = select(Entry).where(Entry.kind.in_((EntryKind.CASE_OPENED, EntryKind.CASE_STEP)))
    turned = {china_day(one.recorded_at) for one in db.session().scalars(steps) if became(json.loads(one.payload))}
    return sorted(turned | {china_day(last) - timedelta(days=back) for back in range(0, 40, 13)})


def listed(county: County, region: str, on: date, **more: object) -> set[str]:
    sought = Sought(region=region, on=on, per_page=10_000, **more)  # type: ignore[arg-type]
    found, total = households(db.session(), county.actor("county"), sought)
    assert total == len(found)
    return {one.id for one in found}


@pytest.mark.parametrize("seed", [3, 4])
def test_on_any_day_of_any_history_each_number_is_that_of_the_entries_and_of_its_list(
    crowded: County, seed: int
) -> None:
    last = lived(crowded, seed, 120).now
    with crowded.app.app_context():
        seen: set[str] = set()
        for on in days_of(last):
            until = Until(on)
            relieved = relief_by(db.session(), COUNTY, 6, until).get(COUNTY, Sums())[len(RELIEVED) :]
            numbers = counts(db.session(), COUNTY, 6, until, present=True)
            numbers |= {(name, COUNTY): homes for name, homes in zip(RELIEVED, relieved, strict=True)}
            plain = recount(until)
            for name in AMONG:
                assert numbers.get((name, COUNTY), 0) == len(listed(crowded, COUNTY, until.on, among=name)), name
            for turn in ("identified", "eliminated", "rolled_back", "re_marked"):
                assert listed(crowded, COUNTY, until.on, among=turn) == plain.get(turn, set())
            monitored = listed(crowded, COUNTY, until.on)
            figures = statistics_on(db.session(), COUNTY, 6, until.ends).get(COUNTY, {"households": 0})
            assert figures["households"] == len(monitored)
            assert listed(crowded, COUNTY, until.on, among="unvisited") == monitored - plain.get("visited", set())
            seen |= plain.keys()
        assert seen, "a history in which nothing turned proves nothing"


@pytest.mark.parametrize("seed", [3, 5])
def test_on_any_day_of_any_history_the_people_of_the_board_are_those_of_its_list(crowded: County, seed: int) -> None:
    last, told = lived(crowded, seed, 120).now, set[int]()
    with crowded.app.app_context():
        for on in days_of(last):
            figures = statistics_on(db.session(), COUNTY, 6, Until(on).ends).get(COUNTY, figures_of(COUNTY))
            for kind, number in (
                ("any", figures["persons"]),
                *((k, v["persons"]) for k, v in figures["by_kind"].items()),
            ):
                ids = listed(crowded, COUNTY, on, kind=kind)
                stood = stood_as(db.session(), ids, Until(on).ends)
                assert sum(stood[one].persons for one in ids) == number, (on, kind)
                sought = Sought(region=COUNTY, on=on, kind=kind)
                assert persons(db.session(), crowded.actor("county"), sought) == number, (on, kind)
            told.add(figures["persons"])
        assert len(told) > 2, "people who never came or went prove nothing"


@pytest.mark.unlisted(HOME)
def test_a_past_day_lists_and_exports_the_households_as_they_stood_then(county: County) -> None:
    begun = clock.now() - timedelta(days=30)
    identified(county, begun)
    with county.app.app_context():
        home = county.households[HOME]
        one = db.session.scalar(select(Person.id).where(Person.household_id == home, Person.relation != "户主"))
    visited(county, HOME, "cadre", clock.now() - timedelta(seconds=5), members=[{"person_id": one, "left": "moved"}])
    office, yesterday = browser(county, "county"), china_day(clock.now()) - timedelta(days=1)
    then, now = f"/households?region={COUNTY}&kind=any&on={yesterday}", f"/households?region={HOME}&kind=any"
    assert f'<a href="/households?region={COUNTY}&amp;kind=any&amp;on={yesterday}"' in office.page(f"/?on={yesterday}")
    assert "共 1 户 2 人" in words(office.page(then))
    assert "共 1 户 1 人" in words(office.page(now))
    for path, number in ((then, "2"), (now, "1")):
        assert re.findall(r'data-label="人口">([0-9]+)<', office.page(path)) == [number]
    while worker.worker(county.app).step():  # what the visit left to do
        pass
    asked = {"region": COUNTY, "kind": "any", "on": f"{yesterday}"}
    [_about, _head, line] = table(exported(county, office, ["number", "persons", "kind"], **asked))
    assert line[1] == "2"
    [_about, _head, line] = table(exported(county, office, ["number", "persons", "kind"], region=HOME, kind="any"))
    assert line[1] == "1"
    about = dict(sheet(exported(county, office, ["number", "persons"], "xlsx", **asked), "说明"))
    for told in (about["说明"], words(office.page(f"/exports/new?region={COUNTY}&kind=any&on={yesterday}"))):
        assert "其余各列是导出时的" in told


def test_a_days_list_asks_as_often_for_many_households_as_for_few(county: County) -> None:
    office, counted = browser(county, "county"), list[tuple[int, int]]()
    for region in (HOME, COUNTY):
        with statements(county) as several:
            page = office.page(f"/households?region={region}&among=unvisited&on={china_day(clock.now())}")
        counted.append((page.count('class="row"'), len(several)))
    (few, asked), (many, as_often) = counted
    assert few < many
    assert as_often <= asked + 1, "a county has towns below it, a village nothing"


@pytest.mark.unlisted(HOME)
def test_an_identification_counts_in_its_month_with_its_days_and_leads_to_the_household(county: County) -> None:
    begun = clock.now() - timedelta(days=30)
    identified(county, begun)
    approved = china_day(begun + timedelta(days=7))
    with county.app.app_context():
        for on, expected in ((approved, {county.households[HOME]}), (approved - timedelta(days=1), set[str]())):
            until = Until(on)
            assert counts(db.session(), COUNTY, 6, until, present=False).get(("identified", COUNTY), 0) == len(expected)
            assert listed(county, COUNTY, on, among="identified") == expected == recount(until).get("identified", set())
            assert days_by(db.session(), COUNTY, 6, until) == ({COUNTY: [7]} if expected else {})


def test_the_last_day_is_counted_as_the_present_is(crowded: County) -> None:
    last = lived(crowded, 5, 100).now
    with crowded.app.app_context():
        then = statistics_on(db.session(), COUNTY, 6, Until(china_day(last)).ends)[COUNTY]
        now = statistics(db.session(), COUNTY)
    assert then == now


def test_the_slow_are_those_of_so_many_days_and_more(crowded: County) -> None:
    last = lived(crowded, 3, 60).now
    with crowded.app.app_context():
        for back in range(0, 90, 5):
            until = Until(china_day(last) - timedelta(days=back))
            for region, several in days_by(db.session(), COUNTY, 12, until).items():
                slow = several[(len(several) * 9 - 1) // 10]
                found = listed(crowded, region, until.on, among="identified", days=slow)
                assert len(found) <= sum(days >= slow for days in several)
                assert bool(found) == bool(several)


def test_every_number_of_the_page_opens_as_many_households_as_it_says(
    crowded: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    present = max(clock.now(), lived(crowded, 3, 60).now)
    monkeypatch.setattr(clock, "now", lambda: present)  # today's figures are of all that was recorded
    office, opened = browser(crowded, "county"), 0
    for on in (china_day(clock.now()), china_day(clock.now()) - timedelta(days=33)):
        page = office.page(f"/?on={on}")
        for link, number in re.findall(r'<a href="(/households\?[^"]*(?:among|on)=[^"]*)">([0-9]+)</a>', page):
            if "days=" not in link:
                assert f"共 {number} 户" in words(office.page(unescape(link))), link
                opened += 1
    assert opened > 8


def test_a_day_before_anything_was_written_says_so(county: County) -> None:
    assert "这里到那时还没有监测户" in words(browser(county, "county").page("/?on=2021-03-03"))


@pytest.mark.unlisted(HOME)
def test_a_past_day_has_the_grades_of_then_and_opens_them(county: County) -> None:
    begun = clock.now() - timedelta(days=30)
    identified(county, begun, expenses={"medical_self_paid": 9_000_000})
    yesterday = china_day(clock.now()) - timedelta(days=1)
    with county.app.app_context():
        home = county.households[HOME]
        [(grade, _)] = db.session.execute(
            select(Judgement.grade, Judgement.as_of).where(Judgement.household_id == home)
        )
        assert grade != "none"
        db.session.execute(update(Judgement).values(grade="none", as_of=china_day(clock.now())))
        db.session.commit()
    office = browser(county, "county")
    past = office.page(f"/?on={yesterday}")
    assert "预警等级（户，占监测户）" in words(past)
    link = f"/households?region={COUNTY}&kind=any&grade={grade}&order=urgent&on={yesterday}"
    assert link in unescape(past)
    assert "共 1 户" in words(office.page(link))
    assert f"grade={grade}" not in unescape(office.page("/"))
    with county.app.app_context():
        db.session.execute(delete(GradeStanding))
        db.session.commit()
    assert "那一天没有留下预警等级" in words(office.page(f"/?on={yesterday}"))


def test_a_town_counts_and_opens_its_own_on_a_past_day_too(crowded: County) -> None:
    lived(crowded, 3, 30)
    day = f"{datetime.now() - timedelta(days=1):%Y-%m-%d}"  # noqa: DTZ005
    town = browser(crowded, "town")
    assert "420626102" not in town.page(f"/?on={day}")
    assert town.get(f"/?on={day}&region=420626102").status_code == 403
    assert town.get(f"/households?on={day}&among=unvisited&region=420626102").status_code == 403
