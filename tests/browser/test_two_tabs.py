"""两个页面: one household is written in one tab at a time, and who goes on elsewhere loses nothing."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from field import clock
from field.db import db
from field.ledger.entries import Entry
from tests.browser.test_offline_day import enter, open_form, phone, sent
from tests.county import County
from tests.monitoring.casework import HOME, visited
from tests.phone.conftest import Phone
from tests.running import serving

__all__ = ["phone"]
pytestmark = pytest.mark.browser
NOTE = "还有什么要记下的（可不填）"


def at_the_form(page: Page, home: str) -> None:
    page.locator(f"main a[href='{home}']").first.click()
    page.locator(f"main a[href='{home}/visit'], .bar a[href='{home}/visit'], a[href='{home}/visit']").first.click()


def test_a_visit_begun_in_one_tab_goes_on_in_another_as_the_same_visit(county: County, phone: Phone) -> None:
    visited(county, HOME, "cadre", clock.now() - timedelta(days=3))
    home = f"/m/households/{county.households[HOME]}"
    with serving(county) as server:
        phone.url = server.url
        phone.start()
        first = open_form(phone)
        at_the_form(first, home)
        first.get_by_label(NOTE).fill("屋顶漏雨")
        second = phone.context.new_page()
        second.goto(f"{server.url}/m/")
        enter(second)  # each tab has its own key
        at_the_form(second, home)
        expect(second.get_by_text("这一户正在另一个页面里填")).to_be_visible()
        second.get_by_role("button", name="在这里接着填").click()
        expect(second.get_by_label(NOTE)).to_have_value("屋顶漏雨")
        expect(first).to_have_url(f"{server.url}{home}")
        second.get_by_label(NOTE).fill("屋顶漏雨，已经修好")
        first.locator(f"a[href='{home}/visit']").first.click()
        expect(first.get_by_text("这一户正在另一个页面里填")).to_be_visible()
        second.get_by_text("全部无变化").click()
        if second.get_by_text("没有信号", exact=True).is_visible():
            second.get_by_text("没有信号", exact=True).click()
        second.get_by_role("button", name="保存").click()
        second.get_by_text("回到今天").click()
        sent(second)
        first.get_by_role("button", name="在这里接着填").click()
        expect(first.get_by_label(NOTE)).to_have_value("")
    with county.app.app_context():
        assert db.session.scalar(select(func.count()).where(Entry.kind == "visit")) == 2
