"""查找和导出 by keyboard and by thumb: the key /, who was found, and a file that is made while one looks."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from field import worker
from tests.county import PASSWORD, County
from tests.running import serving

WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("width", [1280, 360])
def test_a_household_is_found_from_any_page_and_goes_out_as_a_file(
    browser: Browser, small_county: County, tmp_path: Path, width: int
) -> None:
    def seen(page: Page, name: str) -> None:
        page.wait_for_load_state()
        assert not page.evaluate(WIDE), name
        page.screenshot(path=tmp_path / f"{name}-{width}.png", full_page=True)

    with serving(small_county) as server:
        page = browser.new_context(viewport={"width": width, "height": 800}, locale="zh-CN").new_page()
        page.goto(f"{server.url}/cases")
        page.locator("[name=username]").fill("county")
        page.locator("[name=password]").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="案子").first.wait_for()
        page.wait_for_load_state()
        page.keyboard.press("/")
        page.keyboard.type("li xiao er/")
        page.keyboard.press("Enter")
        page.get_by_text("找到：李小二（配偶）").wait_for()
        seen(page, "found")
        page.get_by_role("link", name="导出这些农户").click()
        page.get_by_role("button", name="开始导出").wait_for()
        seen(page, "choose")
        page.get_by_role("link", name="抄录到全国防返贫监测系统").click()
        page.get_by_label("原因").fill("录入全国系统")
        seen(page, "national")
        page.get_by_role("button", name="开始导出").click()
        page.get_by_text("排队中").wait_for()
        seen(page, "waiting")
        assert worker.worker(small_county.app).step()
        link = page.get_by_role("link", name="下载")
        link.wait_for()
        seen(page, "ready")
        with page.expect_download() as download:
            link.click()
        assert download.value.suggested_filename.endswith(".xlsx")
        page.goto(f"{server.url}/households", wait_until="load")
        page.keyboard.press("/")
        page.keyboard.type("13800000151")
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="陈大二").first.wait_for()
        assert "1380000" not in page.url
