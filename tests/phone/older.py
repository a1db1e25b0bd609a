"""旧手机: a Chromium of years ago, driven by its DevTools protocol alone, since Playwright drives none so old."""

import base64
import json
import os
import re
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import requests
from websocket import WebSocket, create_connection

FLAGS = ["--headless", "--no-sandbox", "--no-zygote", "--disable-gpu", "--remote-debugging-port=0"]
SIZE = {"width": 360, "height": 740, "deviceScaleFactor": 2, "mobile": True}
DOOR = {"latitude": 31.7405, "longitude": 111.3127, "accuracy": 18}
PATIENCE = 20.0  # seconds for whatever the page is to show
AT_REST = """
    target.scrollIntoView({block: 'center'})
    await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))
    const {left, top, width, height} = target.getBoundingClientRect()"""
REACH = f"""async (what, where) => {{
    const open = document.querySelector('dialog') || document.querySelector(where)
    const seen = open ? [...open.querySelectorAll('a, button')].filter(each => each.getClientRects().length) : []
    const target = seen.find(each => each.textContent === what) || seen.find(each => each.textContent.includes(what))
    if (!target || target.disabled) return null
    {AT_REST}
    const [x, y] = [left + width / 2, top + height / 2]
    return target.contains(document.elementFromPoint(x, y)) ? [x, y] : null
}}"""
BOX = f"""async where => {{
    const target = document.querySelector(where)
    if (!target) return null
    {AT_REST}
    return [left, top, width, height]
}}"""
EMPTIED = """where => {
    const field = document.querySelector(where)
    if (!field) return false
    field.focus()
    field.value = ''
    return true
}"""


class Glass:
    """玻璃: one tab, tapped and read as a person does."""

    def __init__(self, url: str) -> None:
        self.socket: WebSocket = create_connection(url, timeout=60, suppress_origin=True)
        self.asked = 0
        self.complaints: list[str] = []
        for domain in ("Page", "Runtime", "Network", "DOM"):
            self.call(f"{domain}.enable")
        self.call("Emulation.setDeviceMetricsOverride", **SIZE)
        self.call("Emulation.setGeolocationOverride", **DOOR)

    def call(self, method: str, **parameters: Any) -> Any:
        """One command of the protocol, and its answer; what the page throws meanwhile is kept."""
        self.asked += 1
        self.socket.send(json.dumps({"id": self.asked, "method": method, "params": parameters}))
        while (told := json.loads(self.socket.recv())).get("id") != self.asked:
            if told["method"] == "Runtime.exceptionThrown":
                self.complaints.append(json.dumps(told["params"]["exceptionDetails"], ensure_ascii=False))
        assert "error" not in told, (method, told["error"])
        return told["result"]

    def ask(self, function: str, *arguments: Any) -> Any:
        """What a function of the page answers."""
        asked = f"({function})({', '.join(json.dumps(each) for each in arguments)})"
        told = self.call("Runtime.evaluate", expression=asked, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in told, told["exceptionDetails"]
        return told["result"].get("value")

    def until(self, function: str, *arguments: Any) -> Any:
        """What a function answers once it is something."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            try:
                if found := self.ask(function, *arguments):
                    return found
            except AssertionError:  # the page was just being changed for another
                pass
            time.sleep(0.05)
        raise AssertionError((arguments, self.ask("() => document.body.innerText"), self.complaints))

    def open(self, url: str) -> None:
        """Load an address."""
        self.call("Page.navigate", url=url)

    def see(self, words: str) -> None:
        """Wait until these words stand on the page."""
        self.until("words => document.body.innerText.includes(words)", words)

    def tap(self, what: str, where: str = "body") -> None:
        """Tap the button or link of these words, once it can be reached."""
        x, y = self.until(REACH, what, where)
        self._press([(x, y)])

    def draw(self, where: str, *strokes: list[tuple[float, float]]) -> None:
        """Draw strokes with a finger, by shares of the element's width and height."""
        left, top, width, height = self.until(BOX, where)
        for stroke in strokes:
            self._press([(left + x * width, top + y * height) for x, y in stroke])

    def _press(self, points: list[tuple[float, float]]) -> None:
        """Down at the first point, along the others, and up: by mouse, for a busy machine loses touches."""
        for kind, (x, y) in [
            ("Pressed", points[0]),
            *(("Moved", each) for each in points[1:]),
            ("Released", points[-1]),
        ]:
            self.call("Input.dispatchMouseEvent", type=f"mouse{kind}", x=x, y=y, button="left", clickCount=1)

    def type(self, where: str, text: str) -> None:
        """Fill in the field of that selector."""
        self.until(EMPTIED, where)
        self.call("Input.insertText", text=text)

    def choose(self, where: str, photo: Path) -> None:
        """Give a photograph to the file field of that selector."""
        self.until("where => document.querySelectorAll(where).length", where)
        root = self.call("DOM.getDocument")["root"]["nodeId"]
        node = self.call("DOM.querySelector", nodeId=root, selector=where)["nodeId"]
        self.call("DOM.setFileInputFiles", nodeId=node, files=[str(photo)])

    def network(self, there: bool) -> None:
        """Flight mode off or on."""
        line = {"offline": not there, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
        self.call("Network.emulateNetworkConditions", **line)

    def picture(self, path: Path) -> None:
        """What the glass shows."""
        path.write_bytes(base64.b64decode(self.call("Page.captureScreenshot")["data"]))


class Older:
    """旧手机: the browser with its profile; `kill()` is the battery's end."""

    def __init__(self, chromium: Path, profile: Path) -> None:
        self.chromium, self.profile = chromium, profile
        self.process: subprocess.Popen[bytes] | None = None
        self.glass: Glass | None = None

    def start(self, url: str, *flags: str) -> Glass:
        """Switch on, with leave for this address to know the place; the tab in which it is to be opened."""
        command = [str(self.chromium), *FLAGS, *flags, f"--user-data-dir={self.profile}", "about:blank"]
        log = self.profile.with_suffix(".log")
        with log.open("wb") as output:
            self.process = subprocess.Popen(command, stdout=output, stderr=output, start_new_session=True)
        self.glass = Glass(self._tab(log))
        self.glass.call("Browser.grantPermissions", origin=url, permissions=["geolocation"])
        return self.glass

    def _tab(self, log: Path) -> str:
        """Where the first tab listens, once the browser has said where it listens itself."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            time.sleep(0.05)
            if told := re.search(r"ws://(127\.0\.0\.1:\d+)/", log.read_text(errors="replace")):
                tabs = requests.get(f"http://{told[1]}/json", timeout=PATIENCE).json()
                if found := [tab["webSocketDebuggerUrl"] for tab in tabs if tab["type"] == "page"]:
                    return str(found[0])
        raise TimeoutError(log.read_text(errors="replace"))

    def kill(self) -> None:
        """kill -9, as when the system needs the memory."""
        if self.process:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        if self.glass:
            self.glass.socket.close()
        self.process = self.glass = None
