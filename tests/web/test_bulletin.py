"""月报: a month as it stood then, on the screen, as PDF and for Word."""

import importlib
import io
from datetime import timedelta
from typing import Any

import pytest
from docx import Document
from sqlalchemy import func, select

from field import clock
from field.db import db, transact
from field.monitoring.board.standings import HouseholdStanding, statistics_on
from field.monitoring.roster.enrol import enrol
from field.monitoring.workdays import china_day
from field.registry.households import Household
from field.registry.roster import RosterHousehold
from tests.conftest import not_here
from tests.county import County, household
from tests.monitoring.casework import opened, planned
from tests.test_leads import declare
from tests.web.office import browser, words


def test_a_past_day_is_counted_as_it_stood_then(county: County) -> None:
    changed = household("420626107204", 0)
    changed |= {"kind": "sudden", "risk_factors": ["accident"]}
    with county.app.app_context():
        at = clock.now()
        transact(lambda session: enrol(session, [changed], "county", clock.now()))
        before = statistics_on(db.session(), "420626", 6, at)["420626"]
        after = statistics_on(db.session(), "420626", 6, clock.now() + timedelta(seconds=1))["420626"]
    assert (before["households"], before["by_kind"]["sudden"]["households"]) == (4, 0)
    assert (after["households"], after["by_kind"]["sudden"]["households"]) == (4, 1)
    assert (after["by_risk_factor"]["illness"], after["by_risk_factor"]["accident"]) == (3, 1)


def test_who_was_never_monitored_leaves_no_standing_and_a_roster_ends_none(county: County) -> None:
    never, left_out = (not_monitored(household("420626107204", place)) for place in (7, 0))
    with county.app.app_context():
        transact(lambda session: enrol(session, [never, left_out], "county", clock.now()))
        now = statistics_on(db.session(), "420626", 9, clock.now() + timedelta(seconds=1))
        kept = db.session.scalar(
            select(func.count())
            .select_from(HouseholdStanding)
            .join(Household, Household.id == HouseholdStanding.household_id)
            .where(Household.number == "H0007")
        )
    assert (now["420626107"]["households"], now["420626102"]["households"]) == (2, 2)
    assert kept == 0


def not_monitored(one: RosterHousehold) -> RosterHousehold:
    """The same household, no longer listed as monitored."""
    del one["kind"], one["identified_on"], one["risk_factors"]
    return one


def test_a_member_who_left_is_no_longer_counted(county: County) -> None:
    head = county.client("cadre").get(f"/api/households/{county.households['420626107204']}").get_json()["members"][1]
    visit = county.visit(members=[{"person_id": head["id"], "left": "moved"}])
    assert county.client("cadre").post("/api/visits", json=visit).status_code == 201
    with county.app.app_context():
        now = statistics_on(db.session(), "420626107204", 12, clock.now() + timedelta(seconds=1))
    assert now["420626107204"]["persons"] == 1


def test_the_month_tells_its_grades_where_there_are_any(county: County) -> None:
    office = browser(county, "county")
    assert "红色预警" not in words(office.page("/bulletin"))
    visit = county.visit(expenses=county.visit()["expenses"] | {"medical_self_paid": 9_000_000})
    assert county.client("cadre").post("/api/visits", json=visit).status_code == 201
    with county.app.app_context():
        found = statistics_on(db.session(), "420626", 6, clock.now())["420626"]["by_grade"]
    assert sum(found[grade] for grade in ("red", "orange", "yellow")) == 1
    told = f"其中红色预警 {found['red']} 户、橙色预警 {found['orange']} 户、黄色预警 {found['yellow']} 户。"
    assert told in words(office.page("/bulletin"))


def test_the_month_tells_what_was_done_and_what_was_not(county: County) -> None:
    assert county.client("cadre").post("/api/visits", json=county.visit()).status_code == 201
    page = words(browser(county, "county").page("/bulletin"))
    assert "监测对象 4 户 8 人，比月初增加 4 户。" in page
    assert "走访 1 次，农户自主申报 0 次" in page
    assert "监测户中有 3 户本月没有走访，占 75.0%" in page


@pytest.mark.unlisted("420626107205")
def test_the_problems_are_those_of_the_board(county: County) -> None:
    earlier = clock.now() - timedelta(days=20)
    planned(county, county.households["420626107204"], "cadre", earlier, due_on=f"{china_day(earlier)}")
    opened(county, "420626107205", "town", earlier)
    page = words(browser(county, "county").page("/bulletin"))
    assert "帮扶措施过期没有办成的有 1 户。" in page
    assert "办理步骤过期没有办的有 1 户：入户核实 1。" in page


def test_a_declaration_of_nobody_known_yet_counts_for_its_place(county: County) -> None:
    declare(county, household_id=None, person_id=None, claim={"name": "陈大一", "village": "420626107204"})
    page = words(browser(county, "county").page("/bulletin"))
    assert "农户自主申报 1 次" in page
    assert "农户自主申报 1、" in page or "农户自主申报 1。" in page


def test_the_situation_is_told_in_whole_english(county: County) -> None:
    office = browser(county, "county")
    office.set_cookie("field_language", "en")
    page = words(office.page("/bulletin"))
    assert "at the beginning of the month. Since 2026" in page
    assert "。" not in page


def test_a_month_before_anything_was_written_says_so(county: County) -> None:
    page = words(browser(county, "county").page("/bulletin?month=2021-03"))
    assert "这里到那时还没有监测户。" in page
    assert "监测对象 0 户 0 人，与月初持平。" in page


@pytest.fixture
def paper() -> None:
    """What can print: Pango, which WeasyPrint loads."""
    try:
        importlib.import_module("weasyprint")
    except OSError:
        not_here("there is no Pango (Debian: apt install libpango-1.0-0 libpangoft2-1.0-0)")


@pytest.mark.usefixtures("paper")
def test_it_comes_as_a_pdf_and_for_word(county: County) -> None:
    office = browser(county, "county")
    paper = office.get("/bulletin?as=pdf")
    assert office.get("/bulletin?month=2026-10&as=pdf").headers["Content-Disposition"].endswith('page-2026-10.pdf"')
    assert (paper.status_code, paper.content_type, paper.data[:5]) == (200, "application/pdf", b"%PDF-")
    document = Document(io.BytesIO(office.get("/bulletin?as=docx").data))
    told = "\n".join(one.text for one in document.paragraphs)
    assert "保康县防止返贫动态监测月报" in told
    assert "监测对象 4 户 8 人" in told
    assert f"制作于 {clock.now():%Y}年" in told, "a paper without its year says nothing in a folder"
    places = [[cell.text for cell in row.cells] for row in document.tables[0].rows]
    assert places[0] == ["地区", "监测户", "人", "脱贫不稳定户", "边缘易致贫户", "突发严重困难户"]
    assert places[1][0] == "后坪镇"
    assert places[-1][:3] == ["合计", "4", "8"]
    section, bars = document.sections[0], document.tables[2].columns[3]
    sides: list[Any] = [section.page_width, section.page_height, bars.width]
    assert [round(side.mm) for side in sides[:2]] == [210, 297]
    widest = max(len(cell.text) for cell in bars.cells)
    assert widest * 11 <= sides[2].pt, "the longest bar goes over into a second line"


def test_a_town_reads_its_own_and_nothing_beside(county: County) -> None:
    town = browser(county, "town")
    assert "监测对象 2 户" in words(town.page("/bulletin"))
    assert town.get("/bulletin?region=420626102").status_code == 403


@pytest.mark.usefixtures("paper")
def test_a_file_and_its_photographs_go_on_paper_and_leave_a_trace(county: County) -> None:
    paper = browser(county, "county").get(f"/households/{county.households['420626107204']}?as=pdf")
    assert (paper.status_code, paper.data[:5]) == (200, b"%PDF-")
