"""板上的链接: no number of the board and no line of 等着办的 stands without what is behind it."""

import re
from datetime import timedelta
from html import unescape
from html.parser import HTMLParser
from uuid import uuid4

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from field import clock
from field.codes import JobKind, JobState
from field.db import db, transact
from field.monitoring.workdays import china_day
from field.registry.staff import Staff
from field.work import Job, enqueue
from tests.county import County
from tests.monitoring.casework import HOME
from tests.web.office import Elements, browser, words
from tests.web.test_board_month import COUNTY, identified


class Numbers(HTMLParser):
    """Each number of tables, totals, charts and 等着办的, with the elements around it."""

    PLACES = frozenset(("td", "dd", "svg", "section"))
    EMPTY = Elements.EMPTY | {"col"}

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, list[str]]] = []
        self.open: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        role = dict(attrs).get("role") if tag == "svg" else None
        if tag not in self.EMPTY:
            self.open.append("picture" if role == "img" else tag)  # its figures stand in the table beside it

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.EMPTY:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        if re.search("[1-9]", data) and not data.strip().endswith("%") and self.PLACES & set(self.open):
            self.found.append((data.strip(), list(self.open)))

    def bare(self) -> list[str]:
        """Those that open nothing."""
        return [words for words, around in self.found if not {"a", "summary"} & set(around)]


def wait_for_everything(county: County) -> None:
    """Each line of 等着办的 that chance does not bring."""
    told = {"device": str(uuid4()), "waiting": 3, "oldest": "2026-11-20T02:00:00Z"}
    assert county.client("cadre").post("/api/phones", json=told).status_code == 204

    def work(session: Session) -> None:
        for kind in (JobKind.SWEEP, JobKind.ROSTER_IMPORT):
            one = session.get_one(Job, enqueue(session, kind, {}, clock.now(), region=COUNTY))
            one.state, one.done, one.total = JobState.RUNNING.value, 3, 7
            one.leased_until = clock.now() + timedelta(days=1)
        session.execute(update(Staff).where(Staff.username == "cadre").values(ended_at=clock.now()))

    with county.app.app_context():
        transact(work)


@pytest.mark.unlisted(HOME)
def test_no_number_of_the_page_stands_without_the_households_behind_it(county: County) -> None:
    begun = clock.now() - timedelta(days=30)
    identified(county, begun)
    wait_for_everything(county)
    office, links = browser(county, "county"), set[str]()
    for on in (china_day(clock.now()), china_day(begun + timedelta(days=7))):
        page = office.page(f"/?on={on}")
        numbers = Numbers(page)
        assert numbers.bare() == []
        assert {"svg", "td", "dd"} <= {one for _words, around in numbers.found for one in around}
        links |= set(re.findall(r'<a href="(/households\?[^"]*)" title="看是哪些农户">', page))
        links |= set(re.findall(r'href="(/households\?[^"]*order=longest_unvisited[^"]*)"', page))
        links |= set(re.findall(r'href="(/households\?[^"]*)">\s*<text class="big"', page))
    assert any("among=identified" in link for link in links), "no days"
    for link in links:
        assert "共 0 户" not in words(office.page(unescape(link))), link


@pytest.mark.unlisted(HOME)
def test_each_line_of_what_waits_leads_to_what_it_speaks_of(county: County) -> None:
    wait_for_everything(county)
    page = browser(county, "county").page("/")
    box = page[page.index('<section class="now"') : page.index("</section>")]
    for told in ("3 条走访没发出来", "3 / 7 人", "3 / 7 户", "个村没有在岗的信息员"):
        assert told in words(box), told
        [around] = [around for one, around in Numbers(page).found if told.split()[0] in one and told[-3:] in one][:1]
        assert {"a", "summary"} & set(around), told
    assert re.findall(rf'href="/households\?region={HOME}&amp;order=longest_unvisited"', box), (
        "the village without anyone"
    )


def test_a_sweep_is_stopped_from_the_board_by_who_may_start_one(county: County) -> None:
    wait_for_everything(county)
    with county.app.app_context():
        sweep = db.session.scalar(select(Job.id).where(Job.kind == JobKind.SWEEP.value))
        other = db.session.scalar(select(Job.id).where(Job.kind == JobKind.ROSTER_IMPORT.value))
    office = browser(county, "county")
    assert "停止筛查" in words(office.page("/"))
    assert browser(county, "town").send(f"/sweep/{sweep}/cancel").status_code == 403
    assert office.send(f"/sweep/{other}/cancel").status_code == 404
    assert office.send(f"/sweep/{sweep}/cancel").status_code == 303
    assert "全县筛查分析正在进行" not in words(office.page("/"))
