"""The screens in a cadre's hand: the real county behind them, a page of 360 × 740, and what a person does there."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Geolocation, Page, expect

from tests.county import PASSWORD, County
from tests.running import Server

VILLAGE = "420626107204"
DOOR = Geolocation(latitude=31.7405, longitude=111.3127, accuracy=18)


@dataclass
class Hand:
    """手里的手机: one browser profile, the page on it, and how often it was tapped."""

    county: County
    server: Server
    context: BrowserContext
    page: Page
    taps: int = 0

    @property
    def household(self) -> str:
        """The household of the village, which was visited once before."""
        return self.county.households[VILLAGE]

    def open(self, path: str) -> None:
        """Load an address of the form."""
        self.page.goto(f"{self.server.url}/m/{path}")

    def log_in(self, username: str = "cadre", password: str = PASSWORD) -> None:
        """Log in, or open what lies on the phone."""
        name = self.page.get_by_label("用户名")
        name.wait_for()
        if name.is_editable():
            name.fill(username)
        self.page.get_by_label("密码", exact=True).fill(password)
        self.page.keyboard.press("Enter")

    def at_household(self) -> None:
        """On the household's page, logged in."""
        self.open("")
        self.log_in()
        self.page.locator("main a.card[href^='/m/']").first.click()
        self.page.get_by_role("link", name="开始走访").wait_for()

    def at_visit(self) -> None:
        """In the visit's form, with the place found."""
        self.at_household()
        self.page.get_by_role("link", name="开始走访").click()
        self.page.get_by_text("已定位，误差约 18 米").wait_for()

    def tap(self, what: str) -> None:
        """Tap a button or link by its words, counting."""
        self.page.locator("button:visible, a:visible").get_by_text(what, exact=True).first.click()
        self.taps += 1

    def save(self) -> None:
        """保存."""
        self.page.get_by_role("button", name="保存").click()

    def changed(self, section: str) -> None:
        """有变化 (or 填写, where nothing was known) in one section, until it is open."""
        self.page.locator(f"#{section} [data-way=changed]").click()
        self.page.locator(f"#{section} .body > *").first.wait_for()

    def fill(self, field: str, text: str) -> None:
        """Type into the field of that name."""
        self.page.locator(f"[data-field='{field}']").locator("input, textarea").first.fill(text)

    def kept(self) -> None:
        """Wait until the draft lies on the phone."""
        self.page.wait_for_timeout(500)
        expect(self.page.get_by_text("草稿已存")).to_be_visible()

    def visits(self) -> list[dict[str, Any]]:
        """The household's visits in the county's ledger, oldest first."""
        path = f"/api/households/{self.household}/entries?per_page=50"
        items = self.county.client("cadre").get(path).get_json()["items"]
        return [item for item in items if item["kind"] == "visit"]


def told(page: Page) -> list[str]:
    """Collect what the console complains of, from now on."""
    lines: list[str] = []
    page.on("console", lambda line: lines.append(line.text) if line.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: lines.append(str(error)))
    return lines


def hand_of(browser: Browser, county: County, server: Server, **more: Any) -> Hand:
    """A new phone with nothing on it."""
    context = browser.new_context(
        viewport={"width": 360, "height": 740}, device_scale_factor=2, is_mobile=True, has_touch=True, locale="zh-CN",
        geolocation=DOOR, permissions=["geolocation"], **more,
    )  # fmt: skip
    return Hand(county, server, context, context.new_page())


def sent_json(page: Page, act: Callable[[], None]) -> Any:
    """The JSON of the visit that an act sends."""
    with page.expect_request(lambda asked: asked.url.endswith("/api/visits") and asked.method == "POST") as asked:
        act()
    return asked.value.post_data_json
