"""没有要走访的户: whoever has other work than visits is told so on the phone, with the way to it, also without network."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.phone.screens import Hand
from tests.phone.test_screens import looks

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("username", "words", "office"),
    [("medical", "部门账号没有要走访的农户", "/screening"), ("civil", "单位账号没有要走访的农户", "/sharing")],
)
def test_an_account_without_visits_is_led_to_its_office_page(
    hand: Hand, tmp_path: Path, username: str, words: str, office: str
) -> None:
    hand.open("")
    hand.log_in(username)
    expect(hand.page.locator("#page")).to_contain_text(words)
    expect(hand.page.get_by_text("还没有农户")).to_have_count(0)
    looks(hand, tmp_path / f"{username}.png")
    hand.page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    hand.context.set_offline(True)
    hand.page.get_by_role("link", name="农户").click()
    expect(hand.page.locator("#page")).to_contain_text("这个账号不用入户走访")
    hand.context.set_offline(False)
    hand.page.get_by_role("link", name="打开办公网页").click()
    hand.page.wait_for_url(f"**{office}")
    expect(hand.page.locator("h1")).to_be_visible()
