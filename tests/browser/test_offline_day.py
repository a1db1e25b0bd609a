"""飞行模式的一天: a cadre's day without signal, on the real form, with the real county behind it."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, Playwright
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from field import clock
from field.db import db, transact
from field.ledger.entries import Entry
from field.ledger.verify import verify
from field.monitoring.roster.enrol import enrol
from field.monitoring.visiting.evidence import Evidence
from field.worker import signer
from tests.county import PASSWORD, County, household
from tests.phone.conftest import Phone
from tests.running import Server, serving

VILLAGE = "420626107204"
VISITS = 8
KILLED_AFTER = {3, 6}

pytestmark = pytest.mark.browser


@pytest.fixture
def village(small_county: County) -> County:
    """Eight households that have each been visited once, on a day with signal."""
    cadre = small_county.client("cadre")

    def more(session: Session) -> None:
        enrol(session, [household(VILLAGE, place) for place in range(10, 10 + VISITS)], "county", clock.now())

    with small_county.app.app_context():
        transact(more)
    for item in cadre.get("/api/households?per_page=50").get_json()["items"]:
        visit = small_county.visit(household_id=item["id"])
        assert cadre.post("/api/visits", json=visit).status_code == 201
    return small_county


@pytest.fixture
def phone(playwright: Playwright, tmp_path: Path) -> Iterator[Phone]:
    """A phone that is switched off until the test starts it."""
    phone = Phone(playwright, tmp_path / "profile", "")
    phone.profile.mkdir()
    yield phone
    phone.kill()


def test_eight_visits_with_photographs_survive_flight_mode_and_two_kills(village: County, phone: Phone) -> None:
    with serving(village) as server:
        phone.url = server.url
        phone.start()
        page = open_form(phone)
        page.get_by_role("link", name="陈大").nth(VISITS - 1).wait_for()
        page.wait_for_function("() => navigator.serviceWorker.ready.then(() => true)")
        page.reload()  # from here on the shell comes from the phone itself
        enter(page)
        homes = page.locator("main a[href^='/m/']").evaluate_all(
            "links => links.map(link => link.getAttribute('href'))"
        )[:VISITS]
        server.kill()
        for number, home in enumerate(homes, 1):
            visit_at(page, server, home, photograph(number))
            if number in KILLED_AFTER:
                phone.kill()
                phone.start()
                page = open_form(phone)
        page.get_by_text(f"{VISITS} 条待发").wait_for()
        server.start()
        page.reload()
        enter(page)
        sent(page)
    with village.app.app_context():
        visits = db.session.scalar(select(func.count()).where(Entry.kind == "visit", Entry.evidence != "[]"))
        photos = db.session.scalar(select(func.count()).select_from(Evidence))
        assert (visits, photos) == (VISITS, VISITS)
        assert verify(db.session(), signer(village.app.config["FIELD"]).verifier).sound


def open_form(phone: Phone) -> Page:
    """The form, opened with the password."""
    page = phone.context.new_page()
    page.goto(f"{phone.url}/m/")
    enter(page)
    return page


def enter(page: Page) -> None:
    """Log in, or unlock what lies on the phone."""
    page.locator("input[name=password]").wait_for()
    name = page.get_by_label("用户名")
    if name.is_enabled() and name.is_editable():
        name.fill("cadre")
    page.locator("input[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.locator("main a").first.wait_for()


def visit_at(page: Page, server: Server, home: str, photo: bytes) -> None:
    """A visit without changes and with one photograph of the house."""
    page.locator(f"main a[href='{home}']").first.click()
    page.get_by_text("开始走访").click()
    page.get_by_text("全部无变化").click()
    page.locator("label", has_text="房屋").locator("input[type=file]").set_input_files(
        {"name": "house.jpg", "mimeType": "image/jpeg", "buffer": photo}
    )
    page.locator("label", has_text="房屋").get_by_text("1 张").wait_for()
    if page.get_by_text("没有信号", exact=True).is_visible():
        page.get_by_text("没有信号", exact=True).click()
    page.get_by_role("button", name="保存").click()
    page.get_by_text("有网络自动上传").first.wait_for()
    page.get_by_text("回到今天").click()
    page.locator("main a").first.wait_for()


def sent(page: Page) -> None:
    """Wait until all is sent, logging in again where the killed browser had forgotten that it was."""
    done, asked = page.get_by_text("已全部上传"), page.locator("input[name=password]")
    done.or_(asked).first.wait_for(timeout=60_000)
    if asked.is_visible():
        asked.fill(PASSWORD)
        page.keyboard.press("Enter")
        done.wait_for(timeout=60_000)


def photograph(number: int) -> bytes:
    """A photograph unlike the others."""
    file = io.BytesIO()
    picture = Image.linear_gradient("L").rotate(17 * number).resize((1200, 900)).convert("RGB")
    picture.putpixel((number, number), (255, 0, 0))
    picture.save(file, "JPEG")
    return file.getvalue()
