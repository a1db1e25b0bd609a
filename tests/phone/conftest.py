"""A phone for the tests: Chromium with a profile on disk that can be killed and started again."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright

from field import clock
from tests.conftest import CHROMIUM
from tests.county import County as Village
from tests.phone.county import County, served
from tests.phone.screens import Hand, hand_of
from tests.running import serving

FLAGS = ["--headless=new", "--no-sandbox", "--no-first-run", "--disable-gpu", "--remote-debugging-port=0"]
MODULES = ["vault", "store", "idb", "net", "queue", "sender", "mending", "photo", "exif", "sync", "rescue", "uuid7"]
OPEN = """async () => {
    const has = await E.vault.exists()
    return has ? E.vault.unlock('cadre', '密码一二三') : E.vault.create('cadre', '密码一二三')
}"""


class Phone:
    """手机: one browser with its profile; `kill()` is the battery's end, `start()` the next morning."""

    def __init__(self, playwright: Playwright, profile: Path, url: str) -> None:
        self.playwright, self.profile, self.url = playwright, profile, url
        self.process: subprocess.Popen[bytes] | None = None
        self.browser: Browser | None = None

    def start(self) -> BrowserContext:
        """Start the browser on its profile."""
        port = self.profile / "DevToolsActivePort"
        port.unlink(missing_ok=True)
        command = [str(CHROMIUM), *FLAGS, f"--user-data-dir={self.profile}", "about:blank"]
        self.process = subprocess.Popen(command, stderr=subprocess.DEVNULL, start_new_session=True)
        until = time.monotonic() + 30
        while not (port.exists() and "\n" in port.read_text()):
            assert time.monotonic() < until, "Chromium did not start"
            time.sleep(0.05)
        self.browser = self.playwright.chromium.connect_over_cdp(f"http://127.0.0.1:{port.read_text().split()[0]}")
        return self.context

    @property
    def context(self) -> BrowserContext:
        """The profile's own context."""
        assert self.browser
        return self.browser.contexts[0]

    def kill(self) -> None:
        """kill -9, as when the system needs the memory."""
        if self.process:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        if self.browser:
            self.browser.close()
        self.process = self.browser = None

    def tab(self, login: bool = True) -> Page:
        """A page of the form's origin with the engine's modules at `E`."""
        page = self.context.new_page()
        page.goto(f"{self.url}/m/")
        page.evaluate(
            "async names => { window.E = {}; for (const name of names) E[name] = await import(`/m/${name}.js`) }",
            MODULES,
        )
        if login:
            page.evaluate("() => E.net.api('POST', '/api/login', {username: 'cadre', password: 'x'})")
        return page

    def opened(self, login: bool = True) -> Page:
        """A tab whose vault is open, made at the first time."""
        page = self.tab(login)
        page.evaluate(OPEN)
        return page


@pytest.fixture
def county() -> Iterator[County]:
    """A county's server on loopback."""
    with served(County()) as running:
        yield running


@pytest.fixture
def hand(browser: Browser, small_county: Village) -> Iterator[Hand]:
    """A phone before its first login, in a village whose household was visited some weeks ago."""
    visited = (clock.now() - timedelta(days=40)).isoformat().replace("+00:00", "Z")
    seen = small_county.visit(visited_at=visited, evidence=[])
    assert small_county.client("cadre").post("/api/visits", json=seen).status_code == 201
    with serving(small_county) as server:
        hand = hand_of(browser, small_county, server)
        yield hand
        hand.context.close()


@pytest.fixture
def phone(playwright: Playwright, county: County, tmp_path: Path) -> Iterator[Phone]:
    """A started phone."""
    phone = Phone(playwright, tmp_path / "profile", county.url)
    phone.profile.mkdir()
    phone.start()
    yield phone
    phone.kill()
