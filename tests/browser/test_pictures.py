"""README's pictures: the phone form and the county page of the demo county, as a person sees them.

FIELD_PICTURES=1 puts them into docs/images; otherwise they are taken, judged, and thrown away.
"""

import os
from pathlib import Path

import pytest
from flask_migrate import upgrade
from playwright.sync_api import Browser, Page

from field import clock, create_app, worker
from field.config import Settings
from field.db import transact
from field.demo.accounts import set_passwords
from field.demo.load import Founding
from field.login import hash_password
from tests.county import PASSWORD, County
from tests.running import demonstrating, serving

IMAGES = Path(__file__).parent.parent.parent / "docs" / "images"

pytestmark = pytest.mark.browser


@pytest.fixture
def demo(tmp_path: Path) -> County:
    """The demo county, as `flask demo load` makes it."""
    app = create_app(Settings(tmp_path, f"sqlite:///{tmp_path / 'field.db'}", demo=True))
    with app.app_context():
        upgrade()
        Founding(worker.sessions(app), app.extensions["field_vault"], clock.now()).load()
        hashed = hash_password(PASSWORD)
        transact(lambda session: set_passwords(session, hashed))
    return County(app)


def test_the_form_and_the_county_page_show_what_they_should_and_cut_nothing(demo: County, browser: Browser) -> None:
    with serving(demo, FIELD_DEMO="1") as server:
        phone = browser.new_context(
            viewport={"width": 360, "height": 740}, device_scale_factor=2, locale="zh-CN",
            geolocation={"latitude": 31.74, "longitude": 111.31, "accuracy": 18}, permissions=["geolocation"],
        ).new_page()  # fmt: skip
        phone.goto(f"{server.url}/m/")
        phone.get_by_text("演示数据").wait_for()  # before anybody has logged in
        phone.get_by_label("用户名").fill("cadre")
        phone.locator("input[name=password]").fill(PASSWORD)
        phone.keyboard.press("Enter")
        phone.locator("main a").first.wait_for()
        taken(phone, "phone-today.png")
        phone.locator("main a").last.click()
        phone.get_by_text("开始走访").click()
        phone.get_by_text("全部无变化").click()
        phone.get_by_text("草稿已存").wait_for()
        taken(phone, "phone-visit.png")

        office = browser.new_context(viewport={"width": 1280, "height": 900}, locale="zh-CN").new_page()
        office.goto(f"{server.url}/")
        office.locator("[name=username]").fill("county")
        office.locator("[name=password]").fill(PASSWORD)
        office.keyboard.press("Enter")
        office.get_by_text("2,172").first.wait_for()
        taken(office, "county.png")
        office.set_viewport_size({"width": 1280, "height": 2000})
        office.get_by_role("img", name="近十二个月").wait_for()
        taken(office, "board.png")
        office.set_viewport_size({"width": 360, "height": 740})
        fits(office)


def test_the_demo_telephones_show_a_declaration_by_sms_and_a_check_in_by_wechat(demo: County, browser: Browser) -> None:
    with demonstrating(demo) as server:
        page = browser.new_context(viewport={"width": 1024, "height": 900}, locale="zh-CN").new_page()
        page.goto(f"{server.url}/demo/phone?who=worker")
        sms, wechat = (page.get_by_role("region", name=name) for name in ("短信", "微信"))
        for tapped, heard in (("困难", "遇到什么难处"), ("1", "从什么时候开始"), ("0", "对回1"), ("1", "受理号")):
            sms.get_by_role("button", name=tapped, exact=True).click()
            sms.get_by_text(heard).last.wait_for()
        wechat.get_by_role("button", name="发一次回访").click()
        wechat.get_by_text("没变请回 1").wait_for()
        for said, heard in (("还在深圳龙华，一个月五千二", "您说"), ("1", "记下了")):
            wechat.get_by_label("写微信").fill(said)
            wechat.get_by_role("button", name="发送").click()
            wechat.get_by_text(heard).last.wait_for()
        page.evaluate("scrollTo(0, 0)")
        taken(page, "demo-phone.png")
        page.set_viewport_size({"width": 360, "height": 740})
        page.goto(f"{server.url}/declare")
        page.get_by_role("link", name="在微信里打开的").wait_for()
        fits(page)


def taken(page: Page, name: str) -> None:
    """A picture of what is in sight, with nothing beside it, and marked as a demo."""
    assert page.get_by_text("演示数据").first.is_visible()
    fits(page)
    picture = page.screenshot()
    if os.environ.get("FIELD_PICTURES") == "1":
        IMAGES.mkdir(parents=True, exist_ok=True)
        (IMAGES / name).write_bytes(picture)


def fits(page: Page) -> None:
    """Nothing is wider than the screen."""
    page.wait_for_load_state()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
