"""英文: the phone form in English, chosen on the phone itself, with the network and without it."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from field.web import phone_english
from field.web.phone_shell import ENGLISH, FOLDER
from tests.county import PASSWORD, County
from tests.phone.screens import Hand, hand_of
from tests.phone.test_screens import SECTIONS, looks
from tests.running import serving

CHINESE = re.compile("[\u4e00-\u9fff]+")
KEPT = "async names => (await Promise.all(names.map(name => caches.match('/m/' + name)))).every(Boolean)"
OURS = """() => {
    const body = document.body.cloneNode(true)
    body.querySelectorAll('[lang=zh-CN]').forEach(each => each.remove())
    return [...body.querySelectorAll('*')].flatMap(each => [each.getAttribute('aria-label'), each.getAttribute('placeholder'),
        ...[...each.childNodes].filter(node => node.nodeType === 3).map(node => node.data)]).filter(Boolean)
}"""


def test_every_word_that_the_server_tells_a_phone_has_its_english() -> None:
    assert len(phone_english.known()) > 90
    assert not [english for english in phone_english.known().values() if CHINESE.search(english)]


def test_the_phone_keeps_just_the_files_of_english() -> None:
    told = (FOLDER / "me.js").read_text()
    assert set(re.findall(r"'([\w.]+)'", re.search(r"const ENGLISH = \[(.*)\]", told)[1])) == ENGLISH  # type: ignore[index]


def test_the_shell_has_english_only_for_who_chose_it(small_county: County) -> None:
    phone = small_county.client()
    assert "english.js" not in phone.get("/m/sw.js").text
    phone.set_cookie("field_language", "en")
    answer = phone.get("/m/sw.js")
    assert all(f'"/m/{name}"' in answer.text for name in ENGLISH)
    assert answer.headers["Vary"].startswith("Cookie")


@pytest.fixture
def hand(browser: Browser, small_county: County) -> Iterator[Hand]:
    """A phone before its first login."""
    assert small_county.client("cadre").post("/api/visits", json=small_county.visit()).status_code == 201
    with serving(small_county) as server:
        hand = hand_of(browser, small_county, server)
        yield hand
        hand.context.close()


def enter(page: Page) -> None:
    """The password, in English."""
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")


def in_english(hand: Hand) -> None:
    """Sign in in Chinese, and choose English on 我."""
    hand.open("me")
    hand.log_in()
    hand.page.get_by_role("button", name="English").wait_for()
    hand.page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    hand.tap("English")
    enter(hand.page)
    expect(hand.page.get_by_role("heading", name="Me", exact=True)).to_be_visible()


@pytest.mark.browser
def test_a_visit_is_done_in_english_without_network_and_english_stays(hand: Hand) -> None:
    in_english(hand)
    page = hand.page
    page.wait_for_function(KEPT, arg=sorted(ENGLISH))
    page.get_by_role("link", name="Today").click()
    page.locator("main a.card").first.wait_for()
    hand.context.set_offline(True)
    page.locator("main a.card[href^='/m/']").first.click()
    page.get_by_role("link", name="Start visit").click()
    page.get_by_text("Place found, to about 18 m").wait_for()
    hand.changed("income")
    hand.fill("income.wages", "一万")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".faults")).to_contain_text("Wages: please fill in a number")
    page.get_by_text("Nothing changed").click()
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Noted; will be sent with the next signal").wait_for()
    page.reload()
    enter(page)
    page.get_by_text("Noted; will be sent with the next signal").wait_for()
    assert page.locator("html").get_attribute("lang") == "en"
    hand.context.set_offline(False)
    page.get_by_role("heading", name="In the ledger").wait_for(timeout=20_000)
    assert hand.visits()[-1]["payload"]["unchanged"] == SECTIONS[:-1]


@pytest.mark.browser
def test_english_that_is_not_on_the_phone_is_not_promised_without_network(hand: Hand) -> None:
    hand.open("me")
    hand.log_in()
    hand.page.get_by_role("button", name="English").wait_for()
    hand.page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    hand.context.set_offline(True)
    hand.tap("English")
    expect(hand.page.get_by_text("手机里还没有存这种语言")).to_be_visible()
    hand.context.set_offline(False)
    hand.tap("English")
    enter(hand.page)
    hand.page.get_by_role("button", name="中文").click()
    hand.log_in()
    expect(hand.page.get_by_role("heading", name="我", exact=True)).to_be_visible()


@pytest.mark.browser
def test_no_chinese_is_left_on_an_english_screen_but_names_and_what_people_wrote(hand: Hand, tmp_path: Path) -> None:
    in_english(hand)
    page, left, home = hand.page, set[str](), f"households/{hand.household}"
    form = hand.county.client("cadre").get(f"/api/{home}/form").get_json()
    call = f"{home}/call/{form['persons'][0]['id']}"
    for path in ("", "households", home, call, f"{home}/revisit", f"{home}/consent", "waiting", "me", f"{home}/visit"):
        page.evaluate(f"dispatchEvent(new CustomEvent('field:go', {{detail: {{path: '/m/{path}'}}}}))")
        page.wait_for_timeout(300)
        if path.endswith("/visit"):
            for section in SECTIONS:
                hand.changed(section)
            page.locator("#members summary").first.click()
        left |= {word for text in page.evaluate(OURS) for word in CHINESE.findall(text)}
        looks(hand, tmp_path / f"{path.replace('/', '-') or 'today'}.png")
    assert left == {"陈大一", "李小一", "陈干部", "三组", "堰垭村", "自费药未报销"}  # names, and a note of last time
