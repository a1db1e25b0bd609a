"""基金页: a gift, an application and its payment by forms; the books, the receipt, and the public page without names."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from werkzeug.test import TestResponse

from field import clock
from tests.county import County
from tests.monitoring.fundwork import FAR, HOME, applied, books, done, given, standing
from tests.web.office import Browser, browser, links, words

NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)
TODAY = {"on": "2026-11-20", "way": "cash"}


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    """One day for all, so that midnight in China does no harm."""
    monkeypatch.setattr(clock, "now", lambda: NOON)


def step(county: County, who: Browser, one: str, action: str, **fields: Any) -> TestResponse:
    """Send the form of the application's page as it stands."""
    page = who.page(f"/fund/applications/{one}")
    key = re.search(r'name="key" value="([^"]+)"', page)
    assert key
    said = {"action": action, "key": key[1], "expected": str(standing(county, one).seq)}
    return who.send(f"/fund/applications/{one}", **said, **fields)


def test_a_gift_and_the_help_that_it_pays_by_forms_alone(county: County) -> None:
    cadre, town = (browser(county, name) for name in ("cadre", "town"))
    assert cadre.get("/fund").headers["Location"] == f"/fund/{HOME}"
    empty, ask = "基金账上现在没有能用的钱", f"/fund/for/{county.households[HOME]}"
    assert empty in words(cadre.page(ask))
    sent = cadre.send(f"/fund/{HOME}", amount="2,000.50", donor="王大方", note="给乡亲", **TODAY)
    assert sent.status_code == 303
    receipt = words(cadre.page(sent.headers["Location"]))
    for told in ("捐款收据", "王大方", "2,000.50 元", "堰垭村村级救助基金", "陈干部"):
        assert told in receipt
    assert empty not in words(cadre.page(ask))
    home = county.households[HOME]
    assert f"/fund/for/{home}" in links(cadre.page(f"/households/{home}"))
    refused = cadre.send(f"/fund/for/{home}", amount="-5", note="孩子住院", applicant="")
    assert refused.status_code == 422
    said = words(refused.text)
    assert "申请多少：要大于 0" in said
    assert "谁来申请的：没有填写" in said
    assert "孩子住院" in said, "what was written stays"
    sent = cadre.send(f"/fund/for/{home}", amount="800", note="孩子住院", applicant="陈大一")
    one = sent.headers["Location"].rpartition("/")[2]
    assert "还缺 乡镇" in words(cadre.page(f"/fund/applications/{one}"))
    assert "这一步由别人来办" not in words(cadre.page(f"/fund/applications/{one}")), "it may be withdrawn"
    assert step(county, cadre, one, "sign").status_code == 403
    assert step(county, cadre, one, "pay", receiver="陈大一", **TODAY).status_code == 409
    assert "陈大一户" in words(town.page("/fund")), "what waits stands on the town's page"
    assert step(county, town, one, "sign").status_code == 303
    late = step(county, cadre, one, "pay", receiver="陈大一", on="2026-11-21", way="cash")
    assert (late.status_code, "发放的日期：不能是将来的日子" in words(late.text)) == (422, True)
    assert step(county, cadre, one, "pay", receiver="陈大一", **TODAY).status_code == 303
    assert "这笔申请已经办完。" in words(cadre.page(f"/fund/applications/{one}")), "nobody is waited for"
    page = words(cadre.page(f"/fund/{HOME}"))
    for told in (
        "账上现金 1,200.50 元",
        "收到捐款 王大方",
        "发放救助款 陈大一户",
        "应付救助款",
        "合计 2,000.50 元 2,000.50 元",
    ):
        assert told in page
    assert "这个月没有收支" in words(cadre.page(f"/fund/{HOME}?month=2026-10"))
    assert "发放救助款" in words(town.page(f"/households/{home}")), "in the household's file too"


def test_a_stale_page_is_told_and_nothing_is_done(small_county: County) -> None:
    given(small_county, "500")
    one = applied(small_county, "100")
    town = browser(small_county, "town")
    stale = town.send(f"/fund/applications/{one}", action="sign", expected="0")
    assert (stale.status_code, "请刷新" in words(stale.text)) == (409, True)
    assert town.send(f"/fund/applications/{one}", action="fly").status_code == 422
    assert standing(small_county, one).state == "applied"


def test_a_faulty_gift_is_told_with_every_fault_and_stays_written(small_county: County) -> None:
    cadre = browser(small_county, "cadre")
    for amount in ("-1", "0", "1e30", "1.001", "9" * 40, "", "甲"):
        sent = cadre.send(f"/fund/{HOME}", amount=amount, on="2026-12-01", way="gold", donor="王大方")
        assert sent.status_code == 422
        told = words(sent.text)
        assert "金额：" in told
        assert "日期：不能是将来的日子" in told
        assert "收付方式：没有这个选项" in told
        assert 'value="王大方"' in sent.text
    assert books(small_county).cash == 0
    strange = {"amount": "１\0２", "on": "2026-11-20", "way": "cash", "donor": "王" * 5000, "key": "x"}
    assert cadre.send(f"/fund/{HOME}", **strange).status_code == 422


def test_a_gift_is_given_back_from_its_receipt(small_county: County) -> None:
    gift = given(small_county, "500")
    path = f"/fund/{HOME}/donations/{gift.seq}"
    assert "没有经手过这笔捐款的人来办" in words(browser(small_county, "cadre").page(path))
    town = browser(small_county, "town")
    assert town.send(path, note="记错了", **TODAY).status_code == 303
    assert "这张收据作废" in words(town.page(path))
    assert town.send(path, note="记错了", **TODAY).status_code == 303
    assert town.send(path, note="别的原因", **TODAY).status_code == 409
    assert "不留名" in words(town.page(f"/fund/{HOME}"))
    ledger = words(town.page("/ledger?kind=fund_donation"))
    assert "堰垭村 救助基金捐款" in ledger
    assert "还没有对上农户" not in ledger


def test_the_county_sees_the_funds_of_its_towns_and_a_town_those_of_its_villages(small_county: County) -> None:
    given(small_county, "500")
    office, town = browser(small_county, "county"), browser(small_county, "town")
    assert "马桥镇 500.00 元" in words(office.page("/fund"))
    page = words(town.page("/fund"))
    assert "堰垭村 500.00 元" in page
    assert "尧治河村 0.00 元" in page
    assert browser(small_county, "town2").get("/fund?region=420626107").status_code == 403
    assert town.get(f"/fund?region={HOME}").headers["Location"] == f"/fund/{HOME}"
    told = {name: small_county.client(name).get("/api/statistics").get_json()["fund"] for name in ("town", "medical")}
    assert told == {"town": {"balance": 50_000, "relief_paid": 0}, "medical": None}


def test_anybody_may_read_the_public_page_and_finds_no_name_there(
    small_county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    given(small_county, "3000", donor={"name": "王大方"}, now=datetime(2026, 8, 3, tzinfo=UTC))
    for month, village in ((9, HOME), (10, HOME)):
        one = applied(small_county, "200", village=village, now=datetime(2026, month, 3, tzinfo=UTC))
        for action, by in (("sign", "town"), ("pay", "cadre")):
            done(small_county, one, action, by, now=datetime(2026, month, 4, tzinfo=UTC))
    given(small_county, "77", now=datetime(2026, 10, 9, tzinfo=UTC))
    page = words(browser(small_county).page(f"/fund/{HOME}/public"))
    assert "2026年8月 3,000.00 元 0.00 元 0 户 3,000.00 元" in page
    assert "2026年9月至2026年10月 捐款收入 77.00 元" in page
    assert "还不到 3 户" in page
    for hidden in ("王大方", "陈大一", "孩子住院", "200.00", "400.00", "2,600", "2,677"):
        assert hidden not in page
    assert browser(small_county).get("/fund/999999999999/public").status_code == 404
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 8, 20, 4, tzinfo=UTC))
    assert "还没有满一个月" in words(browser(small_county).page(f"/fund/{HOME}/public"))


def test_the_case_page_has_the_way_to_the_fund(small_county: County) -> None:
    home = small_county.households[HOME]
    town = browser(small_county, "town")
    sent = town.send("/cases", number="H0000", note="在册")
    assert f"/fund/for/{home}" in links(town.page(sent.headers["Location"]))


def test_what_cannot_wait_stands_first_with_its_reason_on_the_fund_and_the_task_list(small_county: County) -> None:
    applied(small_county, "100", "cadre2", FAR)
    cadre, ask = browser(small_county, "cadre"), f"/fund/for/{small_county.households[HOME]}"
    said = {"amount": "800", "note": "孩子住院", "applicant": "陈大一"}
    refused = cadre.send(ask, **said, urgent="急")
    assert (refused.status_code, "急用的，写明为什么等不得：没有填写，或者太短" in words(refused.text)) == (422, True)
    sent = cadre.send(ask, **said, urgent="明天要交住院押金")
    assert "急用，因为 明天要交住院押金" in words(cadre.page(sent.headers["Location"]))
    for page in (f"/fund?region={HOME[:9]}", "/fund", "/tasks"):
        told = words(browser(small_county, "county").page(page))
        assert "明天要交住院押金" in told, page
    whole = words(browser(small_county, "county").page("/fund"))
    assert whole.index("陈大一户") < whole.index("陈大三户"), "though it came later"
    assert f'"{sent.headers["Location"]}"' in cadre.page("/tasks"), "and leads to where it is signed"
    assert "明天要交住院押金" not in words(browser(small_county).page(f"/fund/{HOME}/public"))
