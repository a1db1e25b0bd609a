"""自主申报 in a hand: 360 px wide, a photograph of 12 million pixels, a line that breaks, and a lead at the end."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright, Route, expect

from tests.conftest import CHROMIUM
from tests.county import County
from tests.media.pictures import saved, scene
from tests.phone.screens import DOOR
from tests.running import serving

TARGETS = "label.tick, form.ask button, form.ask select, form.ask input:not([type=hidden]), .pairs a"
SMALL = """all => all.filter(one => one.checkVisibility() && !one.closest('.tick input'))
    .filter(one => (one.closest('label.tick') || one).getBoundingClientRect().height < 43.5).map(one => one.outerHTML)"""
WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"

pytestmark = pytest.mark.browser


@pytest.fixture
def page(playwright: Playwright, small_county: County) -> Iterator[Page]:
    """The form's first page on a telephone."""
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
    with serving(small_county) as server:
        context = browser.new_context(
            viewport={"width": 360, "height": 740}, is_mobile=True, has_touch=True, locale="zh-CN",
            geolocation=DOOR, permissions=["geolocation"],
        )  # fmt: skip
        page = context.new_page()
        page.goto(f"{server.url}/declare")
        yield page
        context.close()
    browser.close()


def onward(page: Page, words: str = "下一步") -> None:
    """Look whether all fits and can be hit with a thumb, then go on."""
    page.wait_for_load_state()
    assert not page.evaluate(WIDE), page.url
    assert page.eval_on_selector_all(TARGETS, SMALL) == [], page.url
    page.get_by_role("button", name=words).click()


def test_a_photograph_chosen_before_the_page_can_send_is_sent_as_soon_as_it_can(
    page: Page, small_county: County, tmp_path: Path
) -> None:
    chosen = tmp_path / "receipt.jpg"
    chosen.write_bytes(saved(scene(1, (800, 600)), "JPEG"))
    late: list[Route] = []

    def held(route: Route) -> None:
        late.append(route)

    page.route(re.compile("/office/declare.js"), held)
    page.get_by_text("为自己家").click()
    onward(page, "开始")
    page.get_by_label("姓名").fill("张三")
    page.get_by_label("哪个村").select_option("420626107204")
    onward(page)
    page.get_by_text("生病、住院").click()
    onward(page)
    page.get_by_role("button", name="下一步").click(no_wait_after=True)
    page.locator("input[type=file]").set_input_files([str(chosen)])
    assert page.get_by_text("✓ 1. 已收到").count() == 0
    late[0].continue_()
    page.get_by_text("✓ 1. 已收到").wait_for()


def test_a_farmer_declares_with_a_thumb_and_no_photograph_is_lost_when_the_line_breaks(
    page: Page, small_county: County, tmp_path: Path
) -> None:
    large = tmp_path / "large.jpg"
    large.write_bytes(saved(scene(1, (4000, 3000)), "JPEG", quality=95))
    page.get_by_text("为自己家").click()
    onward(page, "开始")
    page.get_by_label("姓名").fill("张三")
    page.get_by_label("哪个村").select_option("420626107204")
    onward(page)
    page.get_by_text("生病、住院").click()
    onward(page)
    page.get_by_text("上个月").click()
    page.get_by_label("多少钱").fill("3万")
    onward(page)
    sizes: list[int] = []

    def broken_once(route: Route) -> None:
        sizes.append(len(route.request.post_data_buffer or b""))
        if len(sizes) == 1:
            route.abort()
        else:
            route.continue_()

    page.wait_for_url("**/declare/photos")
    page.route(re.compile("/declare/photos$"), broken_once)
    page.locator("input[type=file]").set_input_files([str(large)])
    page.get_by_role("button", name=re.compile("点这里再传")).click()
    page.get_by_text("✓ 1. 已收到").wait_for()
    assert max(sizes) < 500_000, "made smaller on the telephone"
    page.unroute_all()
    page.get_by_role("button", name=re.compile("位置")).click()
    page.get_by_text("误差约 18 米").wait_for()
    onward(page)
    expect(page.get_by_text("1 张")).to_be_visible()
    onward(page, "没错，报上去")
    number = page.locator(".number").inner_text()
    assert not page.evaluate(WIDE)
    (lead,) = small_county.client("county").get("/api/leads").get_json()["items"]
    assert lead["receipt"] == number
    page.go_back()
    assert page.locator(".number").inner_text() == number
