"""我的提醒 by thumb and at the desk: a number, its code, another time; nothing is cut at any width."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import select

from field import clock, worker
from field.db import db
from field.messaging import staff_notices
from field.messaging.outbox import OutboundMessage
from tests.county import PASSWORD, County
from tests.monitoring.casework import HOME, declared, visited
from tests.running import serving

WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
TWILIO = {"TWILIO_AUTH_TOKEN": "token", "TWILIO_ACCOUNT_SID": "AC1", "TWILIO_NUMBER": "+15005550006"}

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("width", [1280, 360])
def test_a_number_is_confirmed_and_what_was_told_is_listed(
    browser: Browser, small_county: County, tmp_path: Path, width: int
) -> None:
    def seen(page: Page, name: str) -> None:
        page.wait_for_load_state()
        assert not page.evaluate(WIDE), name
        page.screenshot(path=tmp_path / f"{name}-{width}.png", full_page=True)

    with serving(small_county, **TWILIO) as server:
        page = browser.new_context(viewport={"width": width, "height": 800}, locale="zh-CN").new_page()
        page.goto(f"{server.url}/reminders")
        page.locator("[name=username]").fill("cadre")
        page.locator("[name=password]").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="我的提醒").wait_for()
        seen(page, "first")
        page.get_by_role("radio", name="短信").check()
        page.get_by_role("button", name="保存").click()
        page.get_by_text("没有记下，请改好再交").wait_for()
        seen(page, "faults")
        page.get_by_label("本人手机号").fill("139 0000 0001")
        page.get_by_role("button", name="保存").click()
        page.get_by_text("验证码已发到 139****0001").wait_for()
        seen(page, "waiting")
        with small_county.app.app_context():
            text = db.session.scalars(select(OutboundMessage)).one().text
        page.get_by_label("六位验证码").fill(text.removeprefix("验证码")[:6])
        page.get_by_role("button", name="确认手机号").click()
        page.get_by_text("手机号已确认").wait_for()
        visited(small_county, HOME, "cadre", clock.now(), income={"wages": 100})
        declared(small_county, HOME, clock.now())
        noon = clock.now().replace(hour=4)
        assert staff_notices.step(worker.turns(small_county.app), noon, lambda _step: {"sms": "twilio"}) >= 1
        page.reload()
        page.get_by_text("堰垭村陈某某户 入户核实").wait_for()
        seen(page, "told")
