"""谁看过页: the county sees who looked at what, in whose name and why; the address holds no personal data."""

from datetime import date, timedelta
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select, update

from field import clock
from field.codes import ExportFormat
from field.db import db, transact
from field.jobs.export import Wanted, ask_for_export
from field.monitoring.household_file import Sought
from field.monitoring.trace_list import PER_PAGE
from field.monitoring.traces import Look, Trace, leave_trace
from field.monitoring.workdays import china_day
from field.registry.deputies import acting
from field.registry.households import Household, Person
from field.registry.rights import Actor
from tests.county import County
from tests.web.office import browser, links, photograph, statements, visited, words

HERE, NEXT = "420626107204", "420626107205"


def person(county: County, village: str) -> str:
    with county.app.app_context():
        rows = select(Person.id).where(Person.household_id == county.households[village]).order_by(Person.position)
        return str(db.session.scalars(rows).first())


def look(county: County, by: Actor, what: Look, subject: str, reason: str | None = None, days_ago: int = 0) -> None:
    at = clock.now() - timedelta(days=days_ago)
    with county.app.app_context():
        transact(lambda session: leave_trace(session, by, what, subject, at, reason))


def body(page: str) -> str:
    return words(page[page.index("<tbody>") : page.index("</tbody>")]) if "<tbody>" in page else ""


def test_a_look_at_full_numbers_is_there_with_who_when_whose_masked_and_why(county: County) -> None:
    browser(county, "cadre").send(f"/people/{person(county, HERE)}/numbers", reason="核对医保报销")
    page = browser(county, "county").page("/traces")
    assert "陈干部 完整号码 陈某某户 陈某某 堰垭村 核对医保报销" in body(page)
    assert "陈大一" not in page


def test_a_deputy_is_named_with_whom_for_and_found_under_both(county: County) -> None:
    deputy = acting(county.actor("cadre2"), "cadre", "陈干部", "village", HERE)
    look(county, deputy, Look.PHONE, person(county, HERE))
    assert "李干部（代陈干部） 电话号码" in body(browser(county, "county").page("/traces"))
    page = browser(county, "county").page(f"/traces?staff={county.actor('cadre2').staff_id}")
    assert "李干部（代陈干部）" in body(page)


def test_who_is_not_there_is_said_so_and_who_never_looked_stands_by_name_over_an_empty_list(county: County) -> None:
    office = browser(county, "county")
    for staff in ("junk", "01a22288-c64b-7d13-8e37-804281e0c111", "' or 1=1 --"):
        answer = office.get("/traces", query_string={"staff": staff})
        assert (answer.status_code, "没有这位工作人员" in words(answer.text)) == (422, True), staff
    page = office.page(f"/traces?staff={county.actor('town').staff_id}")
    assert "没有符合条件的记录" in page
    assert f'<option value="{county.actor("town").staff_id}" selected>' in page


def test_from_a_file_the_way_leads_to_all_who_looked_at_that_household(county: County) -> None:
    digest, town = photograph(county, 1), county.actor("town")
    visited(county, evidence=[{"sha256": digest, "kind": "receipt"}])
    home, other = county.households[HERE], county.households[NEXT]
    look(county, town, Look.PHOTO_LARGE, digest)
    look(county, town, Look.MESSAGES, home)
    look(county, town, Look.PHONE, person(county, NEXT))
    look(county, town, Look.MESSAGES, other)
    look(county, county.actor("county"), Look.PRINT_FILES, "420626107", "2 户")
    look(county, county.actor("county"), Look.PRINT_FILES, "420626102", "2 户")
    office = browser(county, "county")
    way = next(link for link in links(office.page(f"/households/{home}")) if link.startswith("/traces?"))
    said = body(office.page(way))
    assert [kind in said for kind in ("照片大图", "来往消息", "批量打印档案", "电话号码")] == [True, True, True, False]
    assert said.count("批量打印档案") == 1
    assert urlsplit(way).query == f"household={home}"


@pytest.mark.parametrize(("alone", "seen"), [(None, True), (HERE, True), (NEXT, False)])
def test_an_export_stands_with_every_household_that_it_may_hold(
    county: County, alone: str | None, *, seen: bool
) -> None:
    whose = county.households[alone] if alone else None
    wanted = Wanted(Sought(region=alone or "420626107"), ("number",), ExportFormat.CSV, "", whose)
    with county.app.app_context():
        transact(lambda session: ask_for_export(session, wanted, county.actor("town"), clock.now()))
    page = browser(county, "county").page(f"/traces?household={county.households[HERE]}")
    assert ("要求导出" in body(page)) is seen


def test_looks_are_found_by_person_by_kind_and_by_day(county: County) -> None:
    home = county.households[HERE]
    look(county, county.actor("cadre"), Look.MESSAGES, home, days_ago=3)
    look(county, county.actor("town"), Look.PRINT_FILES, HERE, "1 户")
    office, today = browser(county, "county"), china_day(clock.now())
    before = (today - timedelta(days=1)).isoformat()
    for asked, found in (
        (f"staff={county.actor('cadre').staff_id}", ["陈干部"]),
        ("what=print_files", ["王镇长"]),
        (f"since={today}", ["王镇长"]),
        (f"until={before}", ["陈干部"]),
        (f"since={date(2000, 1, 1)}&until={today}", ["陈干部", "王镇长"]),
        ("since=1900-01-01&until=2199-12-31&what=&after=nothing", ["陈干部", "王镇长"]),
    ):
        said = body(office.page(f"/traces?{asked}"))
        assert [name for name in ("陈干部", "王镇长") if name in said] == found, asked


def test_pages_follow_one_another_and_ask_no_more_for_many(county: County) -> None:
    whose = person(county, HERE)
    look(county, county.actor("cadre"), Look.NUMBERS, whose, "第一次")
    office = browser(county, "county")
    with statements(county) as few:
        office.page("/traces")
    for _ in range(PER_PAGE):
        look(county, county.actor("cadre"), Look.NUMBERS, whose)
    with statements(county) as many:
        first = office.page("/traces")
    assert len(few) == len(many) <= 12
    assert "第一次" not in first
    onward = next(link for link in links(first) if "after=" in link)
    assert "第一次" in body(office.page(onward))
    assert "after=" not in "".join(links(office.page(onward)))


def test_only_the_county_sees_it_and_no_other_countys(county: County) -> None:
    for username in ("cadre", "town", "medical"):
        assert browser(county, username).get("/traces").status_code == 403
    with county.app.app_context():
        transact(lambda session: session.execute(update(Household).values(region="420606101201")))
    assert browser(county, "county").get(f"/traces?household={county.households[HERE]}").status_code == 403


def test_the_county_reads_of_nothing_that_nobody_looked_at(county: County) -> None:
    assert "没有符合条件的记录" in browser(county, "county").page("/traces")
    with county.app.app_context():
        assert db.session.scalar(select(Trace.id)) is None
