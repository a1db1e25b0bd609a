"""台账页: newest first, every entry once, whatever is filtered."""

import re
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session
from uuid6 import uuid7

from field import clock
from field.codes import Channel
from field.db import transact
from field.monitoring.leads.declarations import Declared, record_declaration
from field.monitoring.ledger_list import PER_PAGE
from field.monitoring.visiting.visits import record_visit
from tests.county import County, moment
from tests.web.office import Browser, browser, links, statements, visited, words

RECEIPT = re.compile(r"/receipt/([0-9A-F-]{19})")
HERE = "420626107204"


def receipts(page: str) -> list[str]:
    return RECEIPT.findall(page)


def walk(office: Browser, path: str) -> list[str]:
    """The receipts of every page, from the newest on."""
    found: list[str] = []
    while path:
        page = office.page(path)
        found += receipts(page)
        path = next((link for link in links(page) if "after=" in link), "")
    return found


def many_visits(county: County, count: int) -> None:
    """That many visits of one household within two moments, so that many entries share a time."""
    by, begin = county.actor("cadre"), clock.now() - timedelta(minutes=5)

    def work(session: Session) -> None:
        for place in range(count):
            at = begin + timedelta(seconds=place // (count // 2))
            visit = county.visit(id=str(uuid7()), visited_at=moment(at))
            record_visit(session, visit, by, at)

    with county.app.app_context():
        transact(work)


def test_page_after_page_shows_every_entry_once(county: County) -> None:
    many_visits(county, 2 * PER_PAGE + 6)
    for filters in ("", f"?region={HERE}", "?kind=visit", "?actor=cadre", "?actor=陈干部&channel=phone"):
        found = walk(browser(county, "county"), "/ledger" + filters)
        assert len(found) == len(set(found)) == 2 * PER_PAGE + 6 + {"": 4, f"?region={HERE}": 1}.get(filters, 0)


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ("", 6), ("?kind=visit", 2), ("?kind=roster", 4), ("?channel=phone", 2), ("?actor=李干部", 1), ("?actor=nobody", 0),
        ("?region=420626107", 3), ("?region=420626107205", 1), ("?day=2020-01-01", 0),
        ("?after=2020-01-01T00:00:00%2B00:00~x~1", 0), ("?actor=%00", 6), ("?kind=&channel=&day=&after=", 6),
    ],
)  # fmt: skip
def test_the_filters_stand_in_the_address(county: County, filters: str, found: int) -> None:
    visited(county, "cadre")
    visited(county, "cadre2", household_id=county.households["420626102201"])
    assert len(receipts(browser(county, "county").page("/ledger" + filters))) == found


def test_a_day_is_a_day_in_china(county: County) -> None:
    office = browser(county, "county")
    today = (clock.now() + timedelta(hours=8)).date()
    assert len(receipts(office.page(f"/ledger?day={today}"))) == 4
    assert receipts(office.page(f"/ledger?day={today - timedelta(days=1)}")) == []


def test_a_town_reads_its_own_ledger_alone(county: County) -> None:
    visited(county, "cadre")
    visited(county, "cadre2", household_id=county.households["420626102201"])
    said = words(browser(county, "town").page("/ledger"))
    assert "干部走访摸排" in said
    assert "陈干部" in said
    assert "李干部" not in said
    assert browser(county, "town").get("/ledger?region=420626102").status_code == 403


def test_each_line_leads_to_the_file_and_to_its_receipt(county: County) -> None:
    number = visited(county, "cadre")["receipt"]["number"]
    page = browser(county, "town").page("/ledger")
    assert {f"/receipt/{number}", f"/households/{county.households[HERE]}"} <= set(links(page))


def test_a_long_ledger_asks_no_more_than_a_short_one(county: County) -> None:
    office = browser(county, "county")
    with statements(county) as few:
        office.page("/ledger")
    many_visits(county, 60)
    with statements(county) as many:
        office.page("/ledger")
    assert len(few) == len(many) <= 6


def test_a_sender_of_whom_nothing_is_known_stands_in_the_ledger_in_words(county: County) -> None:
    said = Declared("two", Channel.WEB, ["illness"], "", "2026-1", HERE, None)
    with county.app.app_context():
        transact(lambda session: record_declaration(session, said, clock.now()))
    page = words(browser(county, "county").page("/ledger?kind=declaration"))
    assert "没有登记的人" in page
    assert "stranger" not in page
