"""线索页: what households said, whose it is, and what is to be done by when."""

import html

from field import clock
from field.codes import Channel
from field.db import transact
from field.monitoring.leads.declarations import Declared, record_declaration
from tests.county import County
from tests.web.office import HREF, browser, words

HERE = "420626107204"


def declared(county: County, key: str, household_id: str | None) -> str:
    """A declaration by SMS; the address of its lead."""
    said = Declared(key, Channel.SMS, ["illness"], "老婆住院", "2026-1", HERE, household_id, amount=3200000)
    with county.app.app_context():
        return transact(lambda session: "{0.chain_id}/{0.seq}".format(record_declaration(session, said, clock.now())))


def test_the_town_reads_what_was_said_and_the_file_tells_the_whole(county: County) -> None:
    home = county.households[HERE]
    declared(county, "one", home)
    town = browser(county, "town")
    said = words(town.page("/leads"))
    for told in ("陈大一户 堰垭村", "农户自主申报 · 短信", "遇到困难：因病", "原话：老婆住院"):
        assert told in said
    file = words(town.page(f"/households/{home}"))
    for told in ("农户自主申报", "遇到的困难 因病", "自己花了 32,000.00 元", "告知书 2026-1"):
        assert told in file
    assert "没有等着上门的线索" in words(browser(county, "town2").page("/leads"))


def test_the_list_is_narrowed_by_village_source_and_kind_and_turned_page_by_page(county: County) -> None:
    for number in range(21):
        declared(county, f"n{number}", None)
    town = browser(county, "town")
    first = town.page(f"/leads?region={HERE}&source=declaration&kind=hardship")
    assert "共 21 条" in words(first)
    [following] = [link for link in HREF.findall(first) if "page=2" in link]
    for part in (f"region={HERE}", "source=declaration", "kind=hardship"):
        assert part in following
    assert words(town.page(html.unescape(following))).count("原话：老婆住院") == 1
    for other in ("region=420626107205", "source=checkin", "kind=warning"):
        assert "没有这样的线索" in words(town.page(f"/leads?{other}")), other
    assert town.get("/leads?region=420626102").status_code == 403
    api = county.client("town")
    asked = {part: api.get(f"/api/leads?{part}") for part in ("source=checkin", "kind=hardship", "region=420626102")}
    assert [one.status_code for one in asked.values()] == [200, 200, 403]
    assert [one.get_json()["total"] for one in list(asked.values())[:2]] == [0, 21]


def test_a_strangers_lead_is_attached_by_the_households_number(county: County) -> None:
    path = declared(county, "one", None)
    town = browser(county, "town")
    assert "还没有对上农户" in words(town.page("/leads"))
    assert town.send(f"/leads/{path}", number="nobody's").status_code == 422
    assert town.send(f"/leads/{path}", number="H0003").status_code == 422, "of another town"
    assert town.send(f"/leads/{path}", number="H0000").status_code == 303
    assert "陈大一户" in words(town.page("/leads"))
    assert town.send(f"/leads/{path}", number="H0000").status_code == 409
