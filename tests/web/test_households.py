"""农户列表: what is asked for stands in the address, except what could be somebody's number."""

import html
from datetime import date
from urllib.parse import unquote

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from field import clock
from field.db import transact
from field.monitoring.roster.enrol import enrol
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
        ("?risk=disability", 0), ("?kind=&risk=&order=&page=&words=&on=", 4), ("?page=99", 4),
    ],
)  # fmt: skip
def test_the_address_says_which_households_are_listed(office: Browser, asked: str, found: int) -> None:
    assert f"共 {found} 户" in words(office.page("/households" + asked))


@pytest.mark.parametrize(
    ("words_", "found"), [("陈大二", 1), ("H0003", 1), ("没有", 0), ("%", 0), ("\0", 4), ("13999999999", 0)]
)
def test_what_is_searched_for_is_found_and_stands_in_no_address(office: Browser, words_: str, found: int) -> None:
    for answer in (office.send("/households", q=words_), office.get("/households", query_string={"q": words_})):
        assert answer.status_code == 303
        assert words_ not in unquote(answer.location)
        page = office.page(answer.location)
        assert f"共 {found} 户" in words(page)
        assert (f'value="{words_}"' in page) == (words_ in ("陈大二", "H0003", "没有", "%"))
        assert not [link for link in links(page) if words_ in unquote(link).replace("\0", "-")]


def test_a_search_stays_through_pages_order_and_export(county: County, office: Browser) -> None:
    more_households(county, 60)
    page = office.page(office.send("/households", q="赵").location)
    for mark in ("page=2", "order=urgent", "/exports/new", "/exports/package"):
        [link, *_] = [one for one in links(page) if mark in one]
        assert "赵" not in unquote(link)
        assert "60" in words(office.page(html.unescape(link))), mark
    sent = browser(county, "town").page(office.send("/households", q="李小二").location)
    assert "陈大二" in sent, "the link can be sent; each reader finds in the own region"


def test_the_form_becomes_an_address_that_can_be_sent(office: Browser) -> None:
    fields = {"region": "420626107", "kind": "unstable", "risk": "", "q": "陈", "order": "longest_unvisited"}
    answer = office.send("/households", **fields)
    assert answer.status_code == 303
    assert "共 2 户" in words(office.page(answer.location))
    for part in ("region=420626107", "kind=unstable", "words=", "order=longest_unvisited"):
        assert part in answer.location


def test_an_id_number_or_a_telephone_opens_the_file_and_stands_in_no_address(county: County, office: Browser) -> None:
    number, home = make("420626", date(1968, 5, 4), 101), f"/households/{county.households['420626107204']}"
    for asked in (number, number.lower(), "13800000150", "+8613800000150"):
        assert office.send("/households", q=asked).location == home
    for spaced in (
        f"{number[:6]} {number[6:14]} {number[14:]}",
        f"{number[:6]}-{number[6:]}",
        "１３８ ００００ ０１５０",
    ):
        answer = office.send("/households", q=spaced)
        assert answer.location == home or spaced not in office.page(answer.location), "found or not, it is not shown"
        assert spaced not in unquote(answer.location)
    for unknown in ("13900000000", make("420626", date(1999, 5, 4), 101)):
        answer = office.send("/households", q=unknown)
        assert unknown not in answer.location
        page = office.page(answer.location)
        assert "没有找到" in words(page)
        assert unknown not in page


def test_somebody_elses_household_is_not_found_by_its_number(county: County) -> None:
    number = make("420626", date(1968, 5, 4), 105)
    assert browser(county, "county").send("/households", q=number).status_code == 303
    town = browser(county, "town")
    assert "没有找到" in words(town.page(town.send("/households", q=number).location))


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
        office.send("/households", q=NASTY).location,
    ):
        page = office.page(path)
        assert NASTY not in page
        assert "&lt;script&gt;" in page
