"""无障碍: axe finds nothing against WCAG 2.2 AA on any page, and nothing is lost at 200 %."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Page

from field.auth import COOKIE
from field.web.language import COOKIE as LANGUAGE
from tests.conftest import not_here
from tests.county import PASSWORD, County
from tests.running import serving
from tests.test_gate import TABLE, Ground

AXE = Path(__file__).parents[1] / "peers" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
RUN = """async rules => (await axe.run(document, {runOnly: rules})).violations
    .flatMap(found => found.nodes.map(node => `${found.id}: ${node.html.slice(0, 160)}`))"""
WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
PHONE = ["/m/", "/m/households", "/m/waiting", "/m/me"]

pytestmark = pytest.mark.browser


def pages_of(ground: Ground, role: str) -> Iterator[str]:
    """The address of every page that the gate's table has for a role."""
    for line, way in TABLE.items():
        method, _, rule = line.partition(" ")
        if method != "GET" or way.expected(role, True) != 200 or rule.startswith(("/api", "/m/", "/office")):
            continue
        subject = next(one for one, mine in ground.subjects(role, way) if mine)
        asked = way.send(subject).get("query_string", {})
        yield (way.path or rule).format(**subject) + (f"?{urlencode(asked)}" if asked else "")


def faults(page: Page) -> list[str]:
    page.add_script_tag(path=AXE)
    found: list[str] = page.evaluate(RUN, RULES)
    return found


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("role", ["county", "cadre", "medical", "civil"])
def test_axe_finds_nothing_on_any_page(browser: Browser, small_county: County, role: str, language: str) -> None:
    if not AXE.exists():
        not_here("axe-core is not installed (make tests/peers/node_modules/.installed)")
    ground, wrong = Ground(small_county), dict[str, list[str]]()
    paths = list(pages_of(ground, role))
    with serving(small_county) as server:
        narrow = browser.new_context(viewport={"width": 360, "height": 740}, bypass_csp=True)
        narrow.add_cookies([{"name": LANGUAGE, "value": language, "url": server.url}])
        page = narrow.new_page()
        for path in ("/login", "/declare"):
            page.goto(server.url + path)
            wrong[path] = faults(page)
        page.request.post(f"{server.url}/api/login", data={"username": role, "password": PASSWORD})
        assert any(cookie["name"] == COOKIE for cookie in narrow.cookies())
        looked = 0
        for path in paths:
            kind = page.request.get(server.url + path).headers["content-type"]
            if not kind.startswith("text/html"):
                continue
            page.goto(server.url + path)
            wrong[path] = faults(page) + (["wider than the screen"] if page.evaluate(WIDE) else [])
            looked += 1
        assert looked >= {"county": 35, "cadre": 20, "medical": 6, "civil": 3}[role], "the table no longer names pages"
    assert {path: found for path, found in wrong.items() if found} == {}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_axe_finds_nothing_on_the_phone_form(browser: Browser, small_county: County, language: str) -> None:
    if not AXE.exists():
        not_here("axe-core is not installed (make tests/peers/node_modules/.installed)")
    household, wrong = small_county.households["420626107204"], dict[str, list[str]]()
    with serving(small_county) as server:
        context = browser.new_context(viewport={"width": 360, "height": 740}, bypass_csp=True)
        context.add_cookies([{"name": LANGUAGE, "value": language, "url": server.url}])
        page = context.new_page()
        page.goto(f"{server.url}/m/")
        page.locator("form.login").wait_for()
        wrong["/m/login"] = faults(page)
        page.locator("[name=username]").fill("cadre")
        page.locator("[name=password]").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.locator(".who").first.wait_for()
        for path in (*PHONE, f"/m/households/{household}", f"/m/households/{household}/visit"):
            page.goto(server.url + path)
            if page.locator("form.login").count():
                page.locator("[name=password]").fill(PASSWORD)
                page.keyboard.press("Enter")
            page.locator("#page > *").first.wait_for()
            wrong[path] = faults(page)
    assert {path: found for path, found in wrong.items() if found} == {}


@pytest.mark.parametrize("role", ["county"])
def test_twice_as_near_nothing_is_lost_at_the_side(browser: Browser, small_county: County, role: str) -> None:
    ground, wide = Ground(small_county), []
    paths = list(pages_of(ground, role))
    with serving(small_county) as server:
        page = browser.new_context(viewport={"width": 640, "height": 450}).new_page()  # 1280 × 900 at 200 %
        page.request.post(f"{server.url}/api/login", data={"username": role, "password": PASSWORD})
        for path in paths:
            if page.request.get(server.url + path).headers["content-type"].startswith("text/html"):
                page.goto(server.url + path)
                wide += [path] if page.evaluate(WIDE) else []
    assert wide == []
