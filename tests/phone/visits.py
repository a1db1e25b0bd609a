"""Visits for the tests of the queue, and looks at what became of them."""

import hashlib
import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

QUEUE = """async ({visits}) => {
    for (const {visit, photos} of visits) {
        const made = photos.map(({sha256, kind, hex}) => ({sha256, kind,
            bytes: Uint8Array.from(hex.match(/../g) || [], byte => parseInt(byte, 16)).buffer}))
        await E.sender.enqueue(visit, made)
    }
}"""


def visit_of(number: int, *photos: bytes, **more: Any) -> dict[str, Any]:
    """A visit and its photographs, as the screens hand them over."""
    named = [{"sha256": hashlib.sha256(photo).hexdigest(), "kind": "house"} for photo in photos]
    visit: dict[str, Any] = {"id": f"019aaaaa-0000-7000-8000-{number:012d}", "household_id": "h1"}
    visit |= {"visited_at": "2026-11-20T02:30:00Z", "informant": "户主", "evidence": named, **more}
    return {"visit": visit, "photos": [{**each, "hex": photo.hex()} for each, photo in zip(named, photos, strict=True)]}


def queue(page: Page, *visits: dict[str, Any]) -> None:
    """Put visits into the queue."""
    page.evaluate(QUEUE, {"visits": list(visits)})


def listed(page: Page) -> list[dict[str, Any]]:
    """What the screens would show, oldest first."""
    items: list[dict[str, Any]] = page.evaluate("() => E.sender.list()")
    return sorted(items, key=lambda item: item["id"])


def states(page: Page) -> list[str]:
    """The states alone."""
    return [item["state"] for item in listed(page)]


def until(holds: Callable[[], bool], page: Page, seconds: float = 20) -> None:
    """Wait until something holds, letting the page go on meanwhile."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            pytest.fail(f"still not after {seconds} s: {page.evaluate('() => window.E && E.sender.list()')}")
        page.wait_for_timeout(50)


def photo_of(size: int, seed: int = 1) -> bytes:
    """Bytes that no two seeds share."""
    return b"".join(hashlib.sha256(f"{seed}-{at}".encode()).digest() for at in range(size // 32 + 1))[:size]
