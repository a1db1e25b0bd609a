"""去改: what a data check finds is opened on the phone's form at the section in which it is mended."""

import pytest
from playwright.sync_api import expect

from field import clock
from tests.browser.test_offline_day import enter, open_form, phone
from tests.county import County
from tests.monitoring.casework import HOME, opened, the_case, visited
from tests.phone.conftest import Phone
from tests.running import serving

__all__ = ["phone"]
pytestmark = pytest.mark.browser
GO = "path => dispatchEvent(new CustomEvent('field:go', {detail: {path}}))"


@pytest.mark.unlisted(HOME)
def test_a_finding_opens_the_visit_at_the_section_that_mends_it(small_county: County, phone: Phone) -> None:
    home = small_county.households[HOME]
    with serving(small_county) as server:
        phone.url = server.url
        phone.start()
        page = open_form(phone)
        page.evaluate(GO, f"/m/households/{home}/visit#income")
        income = page.locator("#income")
        income.wait_for()
        page.wait_for_function("() => scrollY > 0")
        under, top = page.locator("#head").bounding_box(), income.bounding_box()
        assert under
        assert top
        assert under["y"] + under["height"] <= top["y"] < under["y"] + under["height"] + 40


@pytest.mark.unlisted(HOME)
def test_what_is_to_be_done_after_a_visit_stands_on_the_open_list_and_the_household_leads_to_its_case(
    small_county: County, phone: Phone
) -> None:
    home = small_county.households[HOME]
    opened(small_county, HOME, "cadre", clock.now())
    with serving(small_county) as server:
        phone.url = server.url
        phone.start()
        page = open_form(phone)
        page.wait_for_timeout(1500)  # the village has come along
        expect(page.locator("section.asked")).not_to_contain_text("有网络时点开办")
        visited(small_county, HOME, "cadre", clock.now())
        page.evaluate(GO, f"/m/households/{home}")
        page.get_by_role("link", name="看案子，接着办").click()
        page.wait_for_url(f"{server.url}/cases/{the_case(small_county, HOME).id}")
        page.goto(f"{server.url}/m/")
        enter(page)
        expect(page.locator("section.asked")).to_contain_text("有网络时点开办")
