"""签承诺书与回访: both done at the door without signal, on the real form, and in the ledger when the signal is back."""

from datetime import timedelta

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select

from field import clock
from field.db import db, transact
from field.ledger.entries import Entry
from field.ledger.verify import verify
from field.monitoring.cases.consents import consented
from field.monitoring.cases.revisits import due_revisits
from field.monitoring.roster.enrol import enrol
from field.monitoring.workdays import china_day
from field.registry.households import Household
from field.worker import signer
from tests.browser.test_offline_day import enter, open_form, phone, photograph, sent
from tests.county import County, household
from tests.monitoring.casework import HOME, opened, the_case, visited
from tests.phone.conftest import Phone
from tests.revisiting import eliminated
from tests.running import serving

__all__ = ["phone"]
pytestmark = pytest.mark.browser
SPENT = ("medical_self_paid", "schooling", "housing", "other")


@pytest.fixture
def village(small_county: County) -> County:
    """One household whose case is at 入户核实, and one (`gone`) whose risk was eliminated weeks ago."""
    with small_county.app.app_context():
        transact(lambda session: enrol(session, [household(HOME, 10)], "county", clock.now()))
        gone = db.session.scalars(select(Household.id).where(Household.number == "H0010")).one()
    home = small_county.households[HOME]
    small_county.households[HOME] = small_county.households["gone"] = gone
    eliminated(small_county, HOME, clock.now() - timedelta(days=50))
    small_county.households[HOME] = home
    opened(small_county, HOME, "cadre", clock.now())
    visited(small_county, HOME, "cadre", clock.now())
    return small_county


@pytest.mark.unlisted(HOME)
def test_consents_drawn_and_a_revisit_made_offline_arrive_when_the_network_is_back(
    village: County, phone: Phone
) -> None:
    home, gone = village.households[HOME], village.households["gone"]
    with serving(village) as server:
        phone.url = server.url
        phone.start()
        page = open_form(phone)
        page.wait_for_function("() => navigator.serviceWorker.ready.then(() => true)")
        page.reload()  # from here on the shell comes from the phone itself
        enter(page)
        server.kill()
        at(page, home)
        sign_both(page)
        phone.kill()
        phone.start()
        page = open_form(phone)
        at(page, home)
        page.get_by_text("✓ 承诺书都签好了").wait_for()
        page.go_back()
        at(page, gone)
        revisit(page)
        page.get_by_text("2 条待发").wait_for()
        server.start()
        page.reload()
        enter(page)
        sent(page)
    case, today = the_case(village, HOME), china_day(clock.now())
    cadre = village.actor("cadre")
    with village.app.app_context():
        assert list(consented(db.session(), home, case.heard_at).values()) == [True, True]
        kinds = db.session.scalars(select(Entry.kind).where(Entry.chain_id == gone).order_by(Entry.seq))
        assert list(kinds)[-1] == "revisit"
        assert list(db.session.scalars(due_revisits(cadre, today))) == []
        assert verify(db.session(), signer(village.app.config["FIELD"]).verifier).sound
    lead = village.client("cadre").get("/api/leads").get_json()["items"][0]
    assert (lead["household_id"], lead["words"]) == (gone, "户主又住院了")


def at(page: Page, home: str) -> None:
    """On a household's page."""
    page.locator(f"main a[href='/m/households/{home}']").first.click()
    page.get_by_role("heading", name="监测案子").wait_for()


def sign_both(page: Page) -> None:
    """Both grown-ups sign with a finger, one of them twice."""
    page.get_by_text("承诺书：2 人要签，已签 0 人").wait_for()
    page.get_by_role("link", name="签承诺书").click()
    page.get_by_text("没有隐瞒").wait_for()
    for name in ("陈大一", "李小一"):
        card = page.locator("section.card", has=page.get_by_role("heading", name=name))
        card.get_by_role("button", name="手机上签").click()
        card.get_by_role("button", name="签好了").click()
        expect(card).to_contain_text("笔画太少")
        draw(page, card.locator("canvas"), 0.1)
        card.get_by_role("button", name="清除").click()
        draw(page, card.locator("canvas"), 0.3 if name == "陈大一" else 0.2)
        card.get_by_role("button", name="签好了").click()
        expect(card.get_by_role("button", name="重写")).to_be_visible()
    page.get_by_text("已签 2/2").wait_for()
    page.get_by_role("button", name="保存").click()
    page.get_by_text("有网络自动上传").first.wait_for()


def draw(page: Page, pad: Locator, slant: float) -> None:
    """Three strokes across the pad, each person's own."""
    pad.evaluate("pad => pad.scrollIntoView({block: 'center'})")
    box = pad.bounding_box()
    assert box
    for start, way in (((0.1, slant), (0.8, 0.1)), ((0.45, 0.05), (0.4, 0.8)), ((0.2, 0.8), (0.7, 0.5))):
        page.mouse.move(box["x"] + start[0] * box["width"], box["y"] + start[1] * box["height"])
        page.mouse.down()
        page.mouse.move(box["x"] + way[0] * box["width"], box["y"] + way[1] * box["height"], steps=8)
        page.mouse.up()


def revisit(page: Page) -> None:
    """A revisit that finds a relapse; what is missing is told first."""
    ways = page.locator("#foot a")
    expect(ways).to_have_text(["开始回访", "开始走访"])
    expect(ways.first).to_have_class("primary")
    expect(ways.last).to_have_class("plain")
    ways.first.click()
    page.get_by_role("button", name="保存").click()
    expect(page.locator(".faults")).to_contain_text("请选向谁核对过")
    for words in ("请选帮扶措施还在不在", "不愁吃：请选有保障还是有问题", "请选有没有返贫风险"):
        expect(page.locator(".fault", has_text=words)).to_be_visible()
    page.get_by_role("button", name="有的停了").click()
    expect(page.locator(".fault", has_text="请选帮扶措施还在不在")).to_have_count(0)
    page.get_by_label("哪项措施停了").fill("公益岗停了")
    page.get_by_role("button", name="六项都有保障").click()
    page.get_by_label("人均纯收入").fill("12,500")
    for name in SPENT:
        page.locator(f"[data-field='expenses.{name}'] input").fill("0")
    page.get_by_role("button", name="邻居").click()
    page.get_by_role("button", name="帮扶部门").click()
    page.get_by_label("哪个部门").fill("医保")
    page.locator("[data-field=relapse]").get_by_role("button", name="有", exact=True).click()
    page.get_by_label("出了什么情况").fill("户主又住院了")
    page.locator("label", has_text="房屋").locator("input[type=file]").set_input_files(
        {"name": "house.jpg", "mimeType": "image/jpeg", "buffer": photograph(3)}
    )
    page.locator("label", has_text="房屋").get_by_text("1 张").wait_for()
    if page.get_by_text("没有信号", exact=True).is_visible():
        page.get_by_text("没有信号", exact=True).click()
    page.get_by_role("button", name="保存").click()
    page.get_by_text("有网络自动上传").first.wait_for()
    page.get_by_text("回到今天").click()
    page.locator("main a").first.wait_for()
