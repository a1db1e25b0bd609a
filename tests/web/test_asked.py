"""地址里问的: an address that makes no sense is refused in words that say what to do, and shows no list of everybody."""

from datetime import timedelta

import pytest

from field import clock
from tests.county import County
from tests.web.office import browser, words

SENSELESS = [
    ("/households", "kind", ["nonsense", "sudden,marginal", "\0"]), ("/households", "risk", ["x"]),
    ("/households", "grade", ["purple"]), ("/households", "among", ["nonsense"]), ("/households", "order", ["x"]),
    ("/households", "page", ["0", "-1", "x", "²", "１", "9" * 80]), ("/households", "days", ["-1", "x", "99999"]),
    ("/exports/new", "kind", ["nonsense"]), ("/exports/new", "layout", ["x"]), ("/exports/package", "grade", ["x"]),
    ("/filling/new", "among", ["x"]), ("/ledger", "kind", ["x"]), ("/ledger", "channel", ["x"]),
    ("/ledger", "after", ["x~y~z", "2026-01-01~x~1", "\0", "2026-01-01T00:00:00Z~x~99999999999999999999"]),
    ("/leads", "source", ["nothing"]), ("/leads", "kind", ["of"]), ("/leads", "state", ["x"]), ("/leads", "page", ["0"]),
    ("/tasks", "kind", ["nonsense"]), ("/tasks", "grade", ["x"]), ("/tasks", "late", ["y"]), ("/tasks", "view", ["z"]),
    ("/cases", "state", ["x"]), ("/traces", "what", ["x"]), ("/quality", "check", ["nonsense"]),
    ("/doubtful", "state", ["x", "matched"]), ("/messages", "which", ["x"]), ("/relief", "order", ["x"]),
    ("/relief", "year", ["0", "1999", "9999", "abc", "９９", "1" * 50]), ("/measures", "page", ["x"]),
]  # fmt: skip
NO_DAY = ["x", "2026-02-31", "' or 1", "2026-1-1", "20260101", "2026-W01-1", "9999-12-31", "0001-01-01", "\0"]
NO_MONTH = ["x", "2026-13", "2026-1", "²026-01", "202601", "2026-01-01", "\0"]


@pytest.mark.parametrize(("path", "name", "values"), SENSELESS)
def test_a_filter_that_no_page_writes_is_named(small_county: County, path: str, name: str, values: list[str]) -> None:
    office = browser(small_county, "county")
    assert office.get(path).status_code == office.get(path, query_string={name: ""}).status_code == 200
    for value in values:
        answer = office.get(path, query_string={name: value})
        said = f"链接里的“{name}”看不懂，可能没有复制完整。请回到页面上重新选"
        assert (answer.status_code, said in words(answer.text)) == (422, True), value


@pytest.mark.parametrize("path", ["/?on=", "/households?on=", "/ledger?day=", "/traces?since=", "/notices?day="])
def test_a_day_that_is_none_is_asked_for_again(small_county: County, path: str) -> None:
    office, (page, name) = browser(small_county, "county"), path.rstrip("=").split("?")
    for day in NO_DAY:
        answer = office.get(page, query_string={name: day})
        assert (answer.status_code, "日期请写成 2026-11-27 这样" in words(answer.text)) == (422, True), day
    assert office.get(page, query_string={name: ""}).status_code == 200


@pytest.mark.parametrize("page", ["/bulletin", "/approvals", "/map", "/map/points", "/fund/420626107204"])
def test_a_month_that_is_none_or_still_to_come_is_asked_for_again(small_county: County, page: str) -> None:
    office, next_year = browser(small_county, "county"), f"{clock.now() + timedelta(days=366):%Y-%m}"
    for month in NO_MONTH:
        answer = office.get(page, query_string={"visits": "1", "month": month})
        assert (answer.status_code, "月份请写成 2026-11 这样" in words(answer.text)) == (422, True), month
    answer = office.get(page, query_string={"visits": "1", "month": next_year})
    assert (answer.status_code, "这个月还没有到" in words(answer.text)) == (422, True)
    assert office.get(page, query_string={"visits": "1", "month": ""}).status_code == 200


@pytest.mark.parametrize("page", ["/", "/households"])
def test_no_figures_are_told_of_a_day_to_come(small_county: County, page: str) -> None:
    office, today = browser(small_county, "county"), clock.now() + timedelta(hours=8)
    answer = office.get(page, query_string={"on": f"{today + timedelta(days=1):%Y-%m-%d}"})
    assert (answer.status_code, "这一天还没有到，请选今天或者以前的日子" in words(answer.text)) == (422, True)
    assert office.get(page, query_string={"on": f"{today:%Y-%m-%d}"}).status_code == 200


@pytest.mark.parametrize("sent", ["x", "陈大二", "A" * 99])
def test_a_link_to_a_search_that_was_cut_lists_not_everybody(small_county: County, sent: str) -> None:
    answer = browser(small_county, "county").get("/households", query_string={"words": sent})
    assert (answer.status_code, "搜索的链接看不懂" in words(answer.text)) == (422, True)


def test_an_export_is_not_made_of_everybody_because_its_filter_was_broken(small_county: County) -> None:
    form = {"column": "number", "format": "csv", "kind": "nonsense"}
    assert browser(small_county, "county").send("/exports", **form).status_code == 422
