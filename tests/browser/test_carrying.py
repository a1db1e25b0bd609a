"""一条线索走到底: in the demo, cadre, town and county carry a lead to monitored, help it, and eliminate a ripe one.

Days pass between the steps, so the pages are served from this process, whose clock the test sets.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from hashlib import sha256
from random import Random
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select
from werkzeug.serving import make_server

from field import clock
from field.db import db
from field.demo.accounts import ACCOUNTS, CADRE
from field.demo.pictures import picture
from field.ledger.entries import Entry
from field.ledger.verify import verify
from field.monitoring.cases.case_offers import met
from field.monitoring.cases.cases import MonitoringCase
from field.monitoring.cases.elimination import missing
from field.monitoring.derive import SECTIONS
from field.monitoring.leads.leads import Lead
from field.monitoring.workdays import china_day
from field.registry.households import Household
from field.worker import signer
from tests.browser.test_pictures import demo, taken
from tests.county import PASSWORD, County
from tests.running import free_port

__all__ = ["demo"]
pytestmark = pytest.mark.browser
VOTES = {"eligible": "32", "present": "27", "in_favour": "25", "against": "1"}
NOTE = {"note": "情况属实，同意"}
Office = Callable[[str], Page]


@contextmanager
def served(county: County) -> Iterator[str]:
    """The demo at an address of loopback, in a thread of this process."""
    port = free_port()
    server = make_server("127.0.0.1", port, county.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.shutdown()
        thread.join()


@pytest.fixture
def days_later(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """The clock goes on by some days."""

    def go_on(days: int) -> None:
        later = clock.now() + timedelta(days=days)
        monkeypatch.setattr(clock, "now", lambda: later)

    return go_on


def test_a_lead_is_carried_to_monitored_and_helped_and_a_ripe_case_is_eliminated(
    demo: County, browser: Browser, days_later: Callable[[int], None]
) -> None:
    home, ripe = a_new_lead(demo), a_ripe_case(demo)
    with served(demo) as url:
        cadre, town, county = (signed_in(browser, url, who) for who in ("cadre", "town", "county"))
        cadre.goto(f"{url}/tasks")
        taken(cadre, "tasks.png")
        phone_today(browser, url)
        cadre.goto(f"{url}/leads")
        lead = cadre.locator("article", has=cadre.locator(f"a[href='/households/{home}']"))
        lead.get_by_role("button", name="立案开办").click()
        cadre.wait_for_url("**/cases/*")
        case = cadre.url
        visited(demo, home)
        cadre.goto(case)
        for choice in cadre.locator("select[name^='consent.']").all():
            choice.select_option("signed")
        cadre.locator("input[name=photo]").first.check()
        step(cadre, case, "advance", **NOTE)
        step(town, case, "advance", departments="医保、民政", **NOTE)
        ripe = f"{url}/cases/{ripe}"
        step(cadre, ripe, "propose_elimination", **NOTE)
        seen_again(demo, ripe)
        step(cadre, ripe, "advance", **NOTE)
        for one in (case, ripe):
            assess_and_post(cadre, one)
        taken(cadre, "case.png")

        days_later(7)
        cadre, town, county = (signed_in(browser, url, who) for who in ("cadre", "town", "county"))
        for one in (case, ripe):
            step(cadre, one, "advance")
        step(town, case, "advance", **NOTE)
        county.goto(case)
        expect(county.locator("details[open] select[name=risk]")).to_have_value("illness")
        step(county, case, "advance", kind="at_risk", **NOTE)
        helped(cadre, url, home)
        step(town, ripe, "advance", large_expense="住院费已经报销", **NOTE)
        step(county, ripe, "advance", **NOTE)
    assert (state_of(demo, case), state_of(demo, ripe)) == ("monitored", "eliminated")
    explained(demo, case, ripe)


def phone_today(browser: Browser, url: str) -> None:
    """今天 on the cadre's phone, with what is to be done about cases."""
    context = browser.new_context(viewport={"width": 360, "height": 740}, device_scale_factor=2, locale="zh-CN")
    phone = context.new_page()
    phone.goto(f"{url}/m/")
    phone.get_by_label("用户名").fill("cadre")
    phone.locator("input[name=password]").fill(PASSWORD)
    phone.keyboard.press("Enter")
    phone.locator("main a").first.wait_for()
    taken(phone, "phone-tasks.png")


def signed_in(browser: Browser, url: str, who: str) -> Page:
    """An office page of somebody who has just signed in."""
    page = browser.new_context(viewport={"width": 1280, "height": 900}, locale="zh-CN").new_page()
    page.goto(f"{url}/")
    page.locator("[name=username]").fill(who)
    page.locator("[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda at: "/login" not in at)  # a cadre comes to the phone's pages first
    page.goto(f"{url}/cases")
    page.get_by_text(ACCOUNTS[who][2]).first.wait_for()
    return page


def step(page: Page, case: str, action: str, **fields: str) -> None:
    """Fill the form of an act as it stands on the page of the case, and send it."""
    if page.url != case:
        page.goto(case)
    form = page.locator(f"form:has(input[name=action][value={action}])")
    fill(page, form, fields)


def fill(page: Page, form: Any, fields: dict[str, str]) -> None:
    """Open the form, write into it, send it, and see no fault."""
    form.evaluate("at => { for (; at; at = at.parentElement) if (at.tagName === 'DETAILS') at.open = true }")
    for name, value in fields.items():
        field = form.locator(f"[name='{name}']")
        if field.evaluate("field => field.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    before = form.locator("[name=key]").input_value()
    form.locator("button").last.click()
    page.wait_for_function("before => document.querySelector('[name=key]')?.value !== before", arg=before)
    assert page.locator("[role=alert]").count() == 0, page.locator("main").inner_text()[:600]


def assess_and_post(cadre: Page, case: str) -> None:
    """评议、张贴公示."""
    day = china_day(clock.now())
    step(cadre, case, "advance", held_on=f"{day}", place="村委会", **VOTES)
    step(cadre, case, "post_notice", **{"from": f"{day}", "to": f"{day + timedelta(days=5)}"}, place="村务公开栏")


def helped(cadre: Page, url: str, home: str) -> None:
    """A measure planned and carried out on the page of the plan."""
    cadre.goto(f"{url}/households/{home}/plan")
    day = china_day(clock.now())
    form = cadre.locator("form:has(input[name=action][value=plan])").first
    fill(cadre, form, {"what": "illness:insurance", "owner": "县医保局", "due_on": f"{day + timedelta(days=30)}"})
    done = cadre.locator("form:has(input[name=action][value=carry_out])").first
    fill(cadre, done, {"note": "已经办好", "amount": "500"})
    assert "已落实" in cadre.locator("main").inner_text()


def visited(demo: County, home: str) -> None:
    """What the cadre's phone sends after a visit, with a photograph of the signed paper."""
    photo = picture("consent", clock.now(), Random(5))
    digest = sha256(photo).hexdigest()
    demo.households[CADRE] = home
    cadre = demo.client("cadre")
    one = demo.visit(CADRE, evidence=[{"sha256": digest, "kind": "other"}], risk_factors=["illness"])
    assert cadre.post("/api/visits", json=one).status_code == 201
    assert cadre.put(f"/api/evidence/{digest}", data=photo).status_code == 201


def seen_again(demo: County, case: str) -> None:
    """What the cadre's phone sends from a household in which nothing has changed."""
    with demo.app.app_context():
        demo.households[CADRE] = db.session.get_one(MonitoringCase, case.rpartition("/")[2]).household_id
    one = {name: value for name, value in demo.visit(CADRE).items() if name not in SECTIONS}
    assert demo.client("cadre").post("/api/visits", json=one | {"unchanged": list(SECTIONS)}).status_code == 201


def a_new_lead(demo: County) -> str:
    """The household in the cadre's village whose declaration nobody has opened a case for."""
    with demo.app.app_context():
        known = select(MonitoringCase.household_id)
        rows = select(Lead.household_id).join(Household, Household.id == Lead.household_id).where(
            Lead.region == CADRE, Lead.source == "declaration", Household.kind.is_(None), Lead.household_id.not_in(known)
        )  # fmt: skip
        found = db.session.scalars(rows.order_by(Lead.opened_at)).first()
        assert found
        return found


def a_ripe_case(demo: County) -> str:
    """A monitored household of the same village in whose way out only people's words are missing."""
    with demo.app.app_context():
        session = db.session()
        rows = select(MonitoringCase, Household).join(Household, Household.id == MonitoringCase.household_id)
        rows = rows.where(Household.region == CADRE, MonitoringCase.state == "monitored")
        ripe = [case.id for case, home in session.execute(rows)
                if not missing(met(session, case, home, clock.now()), seen_only=True)]  # fmt: skip
        assert len(ripe) >= 2
        return ripe[0]


def state_of(demo: County, case: str) -> str:
    with demo.app.app_context():
        return db.session.get_one(MonitoringCase, case.rpartition("/")[2], populate_existing=True).state


def explained(demo: County, *cases: str) -> None:
    """Every step stands in the ledger, by those whose step it was."""
    with demo.app.app_context():
        for case in cases:
            home = db.session.get_one(MonitoringCase, case.rpartition("/")[2]).household_id
            rows = select(Entry.actor).where(Entry.chain_id == home, Entry.kind.in_(("case_opened", "case_step")))
            assert {"cadre", "town", "county"} <= set(db.session.scalars(rows))
        assert verify(db.session(), signer(demo.app.config["FIELD"]).verifier).sound
