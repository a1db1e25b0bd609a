"""两个页面: one household is written in one tab at a time, and who goes on elsewhere loses nothing."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from field import clock
from field.db import db
from field.ledger.entries import Entry
from tests.browser.test_offline_day import enter, open_form, phone, sent
from tests.county import PASSWORD, County
from tests.monitoring.casework import HOME, visited
from tests.phone.conftest import Phone
from tests.running import serving

__all__ = ["phone"]
pytestmark = pytest.mark.browser
NOTE = "还有什么要记下的（可不填）"


@pytest.fixture
def home(county: County, phone: Phone) -> Iterator[str]:
    """Where the phone opens a household that was visited three days ago."""
    visited(county, HOME, "cadre", clock.now() - timedelta(days=3))
    with serving(county) as server:
        phone.url = server.url
        phone.start()
        yield f"/m/households/{county.households[HOME]}"


def at_the_form(page: Page, home: str) -> None:
    page.locator(f"main a[href='{home}']").first.click()
    page.locator(f"main a[href='{home}/visit'], .bar a[href='{home}/visit'], a[href='{home}/visit']").first.click()


def test_a_visit_begun_in_one_tab_goes_on_in_another_as_the_same_visit(phone: Phone, home: str, county: County) -> None:
    first = open_form(phone)
    at_the_form(first, home)
    first.get_by_label(NOTE).fill("屋顶漏雨")
    second = phone.context.new_page()
    second.goto(f"{phone.url}/m/")
    enter(second)  # each tab has its own key
    at_the_form(second, home)
    expect(second.get_by_text("这一户正在另一个页面里填")).to_be_visible()
    second.get_by_role("button", name="在这里接着填").click()
    expect(second.get_by_label(NOTE)).to_have_value("屋顶漏雨")
    expect(first).to_have_url(f"{phone.url}{home}")
    second.get_by_label(NOTE).fill("屋顶漏雨，已经修好")
    first.locator(f"a[href='{home}/visit']").first.click()
    expect(first.get_by_text("这一户正在另一个页面里填")).to_be_visible()
    save(second)
    sent(second)
    first.get_by_role("button", name="在这里接着填").click()
    expect(first.get_by_label(NOTE)).to_have_value("")
    with county.app.app_context():
        assert db.session.scalar(select(func.count()).where(Entry.kind == "visit")) == 2


def at_the_door(phone: Phone, home: str) -> Page:
    """A tab whose login is valid and in which nobody has entered the password: nothing can be kept in it."""
    page = phone.context.new_page()
    page.request.post(f"{phone.url}/api/login", data={"username": "cadre", "password": PASSWORD})
    page.goto(f"{phone.url}{home}/visit")
    page.get_by_text("全部无变化").wait_for()
    return page


def test_what_a_tab_without_the_password_cannot_keep_comes_along_and_is_one_visit(
    phone: Phone, home: str, county: County
) -> None:
    first = at_the_door(phone, home)
    first.get_by_label(NOTE).fill("屋顶漏雨")
    first.get_by_role("dialog").wait_for()  # asks for the password, and nobody is there
    second = open_form(phone)
    at_the_form(second, home)
    second.get_by_role("button", name="在这里接着填").click()
    expect(second.get_by_label(NOTE)).to_have_value("屋顶漏雨")
    expect(first).to_have_url(f"{phone.url}{home}")
    first.bring_to_front()
    expect(first.get_by_role("dialog")).to_have_count(0)
    second.reload()
    enter_again(second)
    expect(second.get_by_label(NOTE)).to_have_value("屋顶漏雨")
    save(second)
    sent(second)
    assert second.evaluate("async () => (await import('/m/store.js')).all('drafts')") == []
    with county.app.app_context():
        assert db.session.scalar(select(func.count()).where(Entry.kind == "visit")) == 2


def test_between_two_tabs_without_the_password_the_text_goes_along_too(phone: Phone, home: str) -> None:
    first = at_the_door(phone, home)
    first.get_by_label(NOTE).fill("屋顶漏雨")
    second = phone.context.new_page()
    second.goto(f"{phone.url}{home}/visit")
    second.get_by_role("button", name="在这里接着填").click()
    expect(second.get_by_label(NOTE)).to_have_value("屋顶漏雨")
    expect(first).to_have_url(f"{phone.url}{home}")


def stopped(page: Page) -> None:
    """The tab answers no other one any more, as when the phone has stopped it."""
    page.evaluate("() => import('/m/keep.js').then(keep => { keep.tabs.onmessage = null })")


def go_on_without(second: Page) -> None:
    """Ask for the form, wait in vain, and go on."""
    second.get_by_role("button", name="在这里接着填").click()
    expect(second.get_by_text("正在等那个页面存好")).to_be_visible()
    expect(second.get_by_text("那个页面没有回应")).to_be_visible(timeout=15_000)
    second.get_by_role("button", name="不等了，在这里填").click()


def test_a_tab_that_does_not_answer_may_be_left_behind_and_writes_no_more(phone: Phone, home: str) -> None:
    first = open_form(phone)
    at_the_form(first, home)
    first.get_by_label(NOTE).fill("屋顶漏雨")
    first.get_by_text("草稿已存").wait_for()
    stopped(first)
    second = phone.context.new_page()
    second.goto(f"{phone.url}/m/")
    enter(second)
    at_the_form(second, home)
    go_on_without(second)
    expect(second.get_by_label(NOTE)).to_have_value("屋顶漏雨")
    expect(first).to_have_url(f"{phone.url}{home}")
    second.get_by_label(NOTE).fill("屋顶漏雨，两处")
    second.get_by_text("草稿已存").wait_for()
    first.wait_for_timeout(1000)
    second.reload()
    enter_again(second)
    expect(second.get_by_label(NOTE)).to_have_value("屋顶漏雨，两处")


def test_what_a_tab_left_behind_could_not_keep_stays_to_be_read_and_cannot_be_saved_twice(
    phone: Phone, home: str
) -> None:
    first = at_the_door(phone, home)
    first.get_by_label(NOTE).fill("屋顶漏雨")
    first.get_by_role("dialog").get_by_text("以后再说").click()
    stopped(first)
    second = open_form(phone)
    at_the_form(second, home)
    go_on_without(second)
    expect(second.get_by_label(NOTE)).to_have_value("")
    first.get_by_role("dialog").get_by_text("没有带过去").wait_for()
    first.get_by_role("button", name="知道了").click()
    expect(first.get_by_label(NOTE)).to_have_value("屋顶漏雨")
    expect(first.get_by_role("button", name="保存")).to_be_hidden()


def enter_again(page: Page) -> None:
    """Open what lies on the phone, at the page that was asked for."""
    page.locator("input[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")


def save(page: Page) -> None:
    """A visit without changes, saved."""
    page.get_by_text("全部无变化").click()
    if page.get_by_text("没有信号", exact=True).is_visible():
        page.get_by_text("没有信号", exact=True).click()
    page.get_by_role("button", name="保存").click()
    page.get_by_text("回到今天").click()
