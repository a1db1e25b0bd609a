"""代班的手机: the deputy changes the post on the phone, sees its households alone, and a visit there names both."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from field import clock
from field.db import db
from field.ledger.entries import Entry
from field.registry.signatures import signature
from tests.browser.test_offline_day import enter, open_form, phone, photograph, sent, visit_at
from tests.county import County
from tests.monitoring.casework import HOME, NEXT, visited
from tests.phone.conftest import Phone
from tests.running import serving
from tests.test_deputies import arrange, near
from tests.web.office import Browser, browser

__all__ = ["near", "phone"]
pytestmark = pytest.mark.browser


def test_a_deputy_changes_the_post_on_the_phone_and_back(county: County, near: Browser, phone: Phone) -> None:
    visited(county, NEXT, "near", clock.now() - timedelta(days=3))
    arrange(county, near, "near", browser(county, "cadre"), "cadre")
    own, other = (f"/m/households/{county.households[village]}" for village in (HOME, NEXT))
    with serving(county) as server:
        phone.url = server.url
        phone.start()
        page = open_form(phone)
        homes = page.locator("main a[href^='/m/households/']")
        expect(page.locator(f"main a[href='{own}']").first).to_be_visible()
        page.get_by_role("link", name="我", exact=True).click()
        page.get_by_role("button", name="代邻村干部").click()
        enter(page)
        expect(page.locator(f"main a[href='{other}']").first).to_be_visible()
        assert {home.get_attribute("href") for home in homes.all()} == {other}, "nothing of the own village"
        server.kill()
        visit_at(page, server, other, photograph(1))
        page.get_by_role("link", name="我", exact=True).click()
        expect(page.get_by_role("button", name="本岗位")).to_be_disabled()  # the visit goes out first
        server.start()
        page.reload()
        enter(page)
        sent(page)
        page.get_by_role("link", name="我", exact=True).click()
        page.get_by_role("button", name="本岗位").click()
        enter(page)
        expect(page.locator(f"main a[href='{own}']").first).to_be_visible()
        assert {home.get_attribute("href") for home in homes.all()} == {own}
    with county.app.app_context():
        actors = db.session.scalars(select(Entry.actor).where(Entry.kind == "visit").order_by(Entry.seq))
        assert list(actors) == ["near", signature("cadre", "near")]
