"""去改: what a data check finds is opened on the phone's form at the section in which it is mended."""

import pytest

from tests.browser.test_offline_day import open_form, phone
from tests.county import County
from tests.monitoring.casework import HOME
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
