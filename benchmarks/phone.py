"""The first visit form on a weak phone: what it weighs, and when the first question can be answered."""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from benchmarks import ground

CHROMIUM = "/usr/bin/chromium"
BITS, LATENCY_MS, CPU = 400_000, 400, 4
LIMIT_KB, LIMIT_S = 60, 3.0
FIRST_QUESTION = "main button:visible"


def rows() -> Iterator[tuple[str, str, str, str]]:
    """Cold cache, a valid login, one household's form, at 400 kbit/s with 400 ms latency and a quarter of the CPU."""
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        url = f"sqlite:///{home / 'field.db'}"
        county = ground.settle(home, url)
        cadre = county.client("cadre")
        cadre.post("/api/visits", json=county.visit())
        token, household = cadre.token or "", county.households["420626107204"]
        county.close()
        with ground.gunicorn("wsgi:app", home, url) as port:
            measured = [first_question(f"http://127.0.0.1:{port}", token, household) for _ in range(3)]
    seconds = sorted(one[0] for one in measured)[1]
    weight = max(one[1] for one in measured) / 1000
    yield "first visit form, transferred", f"{weight:.1f} KB", f"limit {LIMIT_KB} KB", f"{weight / LIMIT_KB:.2f}"
    words = "first question at 400 kbit/s, 400 ms, CPU ÷ 4"
    yield words, f"{seconds:.2f} s", f"limit {LIMIT_S:.0f} s", f"{seconds / LIMIT_S:.2f}"


def first_question(base: str, token: str, household: str) -> tuple[float, int]:
    """Seconds from the start of the navigation to the first question, and the bytes that came by then."""
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        context = browser.new_context(viewport={"width": 360, "height": 740}, locale="zh-CN")
        context.add_cookies([{"name": "field_session", "value": token, "url": base}])
        page = context.new_page()
        came = _throttled(page)
        begin = time.perf_counter()
        page.goto(f"{base}/m/households/{household}/visit", wait_until="commit")
        page.wait_for_selector(FIRST_QUESTION)
        seconds = time.perf_counter() - begin
        weight = sum(came)
        browser.close()
        return seconds, weight


def _throttled(page: Page) -> list[int]:
    """Slow the page down as a weak phone on a weak signal; the list fills with the bytes of each answer."""
    came: list[int] = []
    devtools = page.context.new_cdp_session(page)
    devtools.send("Network.enable")
    conditions = {"offline": False, "latency": LATENCY_MS, "downloadThroughput": BITS / 8, "uploadThroughput": BITS / 8}
    devtools.send("Network.emulateNetworkConditions", conditions)
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": CPU})

    def finished(event: dict[str, Any]) -> None:
        came.append(int(event["encodedDataLength"]))

    devtools.on("Network.loadingFinished", finished)
    return came
