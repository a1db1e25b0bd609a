"""农户列表: what is asked for stands in the address, except what could be somebody's number."""

from datetime import date

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from field import clock
from field.db import transact
from field.monitoring.enrol import enrol
from field.registry.households import Household
from field.registry.idnumber import make
from tests.county import County
from tests.web.office import Browser, browser, links, statements, visited, words

NASTY = "<script>alert(1)</script>"


def more_households(county: County, count: int) -> None:
    """Enrol that many households of one person in one village."""

    def one(place: int) -> dict[str, object]:
        number = make("420626", date(1950 + place % 50, 1 + place % 12, 3), 301 + 2 * (place // 50))
        head = {"name": f"赵{place}", "relation": "户主", "sex": "male", "id_number": number}
        return {"number": f"M{place:04d}", "region": "420626107205", "members": [head], "risk_factors": []}

    def work(session: Session) -> None:
        enrol(session, [one(place) for place in range(count)], "county", clock.now())  # type: ignore[misc]

    with county.app.app_context():
        transact(work)


@pytest.fixture
def office(county: County) -> Browser:
    return browser(county, "county")


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("", 4), ("?region=420626107", 2), ("?kind=unstable", 4), ("?kind=any&risk=illness", 4), ("?kind=none", 0),
        ("?risk=disability", 0), ("?q=陈大二", 1), ("?q=H0003", 1), ("?q=没有", 0), ("?q=%25", 0), ("?q=%00", 4),
        ("?kind=nonsense&risk=x&order=x&page=x", 4), ("?page=-1", 4), ("?page=99", 4), ("?page=" + "9" * 80, 4),
    ],
)  # fmt: skip
def test_the_address_says_which_households_are_listed(office: Browser, asked: str, found: int) -> None:
    assert f"共 {found} 户" in words(office.page("/households" + asked))


def test_the_form_becomes_an_address_that_can_be_sent(office: Browser) -> None:
    fields = {"region": "420626107", "kind": "unstable", "risk": "", "q": "陈", "order": "longest_unvisited"}
    answer = office.send("/households", **fields)
    assert answer.status_code == 303
    assert "共 2 户" in words(office.page(answer.location))
    for part in ("region=420626107", "kind=unstable", "q=", "order=longest_unvisited"):
        assert part in answer.location


def test_an_id_number_or_a_telephone_opens_the_file_and_stands_in_no_address(county: County, office: Browser) -> None:
    number, home = make("420626", date(1968, 5, 4), 101), f"/households/{county.households['420626107204']}"
    for asked in (number, number.lower(), "13800000150", "+8613800000150"):
        assert office.send("/households", q=asked).location == home
    for unknown in ("13900000000", make("420626", date(1999, 5, 4), 101)):
        answer = office.send("/households", q=unknown)
        assert (answer.status_code, "Location" in answer.headers) == (200, False)
        assert "没有找到" in words(answer.text)
        assert unknown not in answer.text


def test_somebody_elses_household_is_not_found_by_its_number(county: County) -> None:
    number = make("420626", date(1968, 5, 4), 105)
    assert browser(county, "county").send("/households", q=number).status_code == 303
    assert "没有找到" in words(browser(county, "town").send("/households", q=number).text)


def test_those_longest_unvisited_come_first_when_asked(county: County, office: Browser) -> None:
    visited(county, "cadre")
    page = office.page("/households?order=longest_unvisited")
    files = [link for link in links(page) if link.startswith("/households/")]
    assert files[-1] == f"/households/{county.households['420626107204']}"
    assert "今天" in words(page)
    assert "还没有走访" in words(page)


def test_pages_follow_one_another_and_keep_what_was_asked(county: County, office: Browser) -> None:
    more_households(county, 60)
    first = office.page("/households?kind=none")
    [after] = [link for link in links(first) if "page=2" in link]
    assert "kind=none" in after
    files = [link for page in (first, office.page(after)) for link in links(page) if link.startswith("/households/")]
    assert len(files) == len(set(files)) == 60


def test_a_list_of_many_households_asks_no_more_than_a_list_of_few(county: County, office: Browser) -> None:
    with statements(county) as few:
        office.page("/households")
    more_households(county, 60)
    with statements(county) as many:
        office.page("/households")
    assert len(few) == len(many) <= 7


def test_a_name_that_is_a_script_is_shown_as_text(county: County, office: Browser) -> None:
    with county.app.app_context():
        nasty = update(Household).values(head=NASTY, group=NASTY, address=NASTY)
        transact(lambda session: session.execute(nasty))
    for path in (
        "/households",
        f"/households/{county.households['420626107204']}",
        "/ledger",
        f"/households?q={NASTY}",
    ):
        page = office.page(path)
        assert NASTY not in page
        assert "&lt;script&gt;" in page
