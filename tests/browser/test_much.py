"""内容很多: the longest names, notes, households and visits that the forms allow; nothing is cut and nothing moves sideways."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import update
from sqlalchemy.orm import Session
from uuid6 import uuid7

from field import clock
from field.db import transact
from field.media.photo import inspect
from field.monitoring.visiting import evidence
from field.registry.households import Household, Person
from field.registry.regions import Region
from field.registry.staff import Staff
from tests.browser.test_access import WIDE, pages_of
from tests.county import PASSWORD, County
from tests.media.pictures import saved, scene
from tests.phone.screens import Hand, hand_of
from tests.phone.test_screens import looks
from tests.running import serving
from tests.test_erasing import work_off
from tests.test_gate import Ground

HOME = "420626107204"
NAME = "阿卜杜热合曼·买买提依明·艾合买提江·吐尔逊江·麦麦提"[:30]
VILLAGE = "双江拉祜族佤族布朗族傣族自治县勐勐镇忙乐老寨居民委员会"
NOTE = "屋顶漏雨，雨季前要修；" * 150 + "https://example.org/" + "a" * 300
CUT = """() => [...document.querySelectorAll('#page *')]
    .filter(one => getComputedStyle(one).overflowX === 'hidden' && one.scrollWidth > one.clientWidth + 1 && !one.closest('.unseen'))
    .map(one => one.outerHTML.slice(0, 120))"""
BEYOND = """() => [...document.querySelectorAll('#page *')]
    .filter(one => !one.closest('.scroll, .unseen, svg, canvas') && one.getBoundingClientRect().right > innerWidth + 1)
    .map(one => one.outerHTML.slice(0, 120))"""

pytestmark = pytest.mark.browser


def photographs(session: Session, county: County, many: int) -> list[dict[str, str]]:
    """As many photographs as a visit may have, taken in."""
    told = []
    for seed in range(many):
        photo = inspect(data := saved(scene(seed, size=(160, 120)), "JPEG"))
        county.app.extensions["field_vault"].put(photo.sha256, data)
        evidence.take_in(session, photo, "cadre", clock.now())
        told.append({"sha256": photo.sha256, "kind": "house"})
    return told


def lengthened(county: County) -> None:
    """Everybody and every place with the longest name, ten in the household, and a visit that says and shows much."""

    def work(session: Session) -> list[dict[str, str]]:
        for place in range(3, 11):
            one = {"id": str(uuid7()), "household_id": county.households[HOME], "position": place, "name": NAME}
            session.add(Person(**one, relation="其他", sex="male", details={}))
        session.flush()
        session.execute(update(Person).values(name=NAME))
        session.execute(update(Household).values(head=NAME, address=VILLAGE * 3))
        session.execute(update(Staff).values(name=NAME))
        session.execute(update(Region).values(name=VILLAGE))
        return photographs(session, county, 20)

    with county.app.app_context():
        taken = transact(work)
    visit = county.visit(note=NOTE[:2000], evidence=taken)
    answer = county.client("cadre").post("/api/visits", json=visit)
    assert answer.status_code == 201, answer.text
    work_off(county)


def sideways(page: Page) -> list[str]:
    """What stands beyond the edge, or is cut."""
    found: list[str] = page.evaluate(CUT) + page.evaluate(BEYOND) + (["the page"] if page.evaluate(WIDE) else [])
    return found


@pytest.mark.parametrize("role", ["county", "cadre"])
def test_no_page_of_the_office_is_too_narrow_for_what_there_is_to_say(
    browser: Browser, small_county: County, role: str
) -> None:
    ground, wrong = Ground(small_county), dict[str, list[str]]()
    lengthened(small_county)
    case = f"/notices/{ground.of(HOME)['case']}"
    with serving(small_county) as server:
        page = browser.new_context(viewport={"width": 360, "height": 740}).new_page()
        page.request.post(f"{server.url}/api/login", data={"username": role, "password": PASSWORD})
        for path in (*pages_of(ground, role), case, "/login", "/declare", f"/fund/{HOME}/public"):
            if page.request.get(server.url + path).headers["content-type"].startswith("text/html"):
                page.goto(server.url + path)
                wrong[path] = sideways(page)
    assert len(wrong) > 25, "the table no longer names pages"
    assert not (beyond := [(path, found[:3]) for path, found in wrong.items() if found]), beyond


def test_on_the_phone_nothing_is_cut_either(browser: Browser, small_county: County, tmp_path: Path) -> None:
    lengthened(small_county)
    with serving(small_county) as server:
        hand: Hand = hand_of(browser, small_county, server)
        hand.open("")
        hand.log_in()
        hand.page.locator("main a.card").first.wait_for()
        for path in ("", "households", "waiting", "me", f"households/{hand.household}"):
            hand.page.evaluate(
                "path => dispatchEvent(new CustomEvent('field:go', {detail: {path: '/m/' + path}}))", path
            )
            hand.page.locator("#page > *").first.wait_for()
            hand.page.wait_for_timeout(300)
            looks(hand, tmp_path / f"{path.partition('/')[0] or 'today'}.png")
            assert sideways(hand.page) == [], path
        hand.page.get_by_role("link", name="开始走访").click()
        hand.changed("members")
        for person in hand.page.locator(".person summary").all():
            person.click()
        hand.fill("note", NOTE[:2000])
        looks(hand, tmp_path / "visit.png")
        assert sideways(hand.page) == []
        hand.context.close()
