"""样子: no inline script or style anywhere, the demo's mark everywhere, and colours that can be read."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from field.web.served import FOLDER
from tests.county import County
from tests.web.office import Elements, browser, visited

PATHS = (
    "/",
    "/households",
    "/tasks?view=all",
    "/handover",
    "/deputies",
    "/leads",
    "/cases",
    "/notices",
    "/approvals",
    "/fund",
    "/fund/420626107204",
    "/fund/420626107204/public",
    "/relief",
    "/long-term",
    "/quality",
    "/doubtful?state=decided",
    "/checkins",
    "/ledger",
    "/held",
    "/imports",
    "/traces",
    "/exports",
    "/filling",
    "/filling/new",
    "/filling/conflicts",
    "/exports/new",
    "/checkpoint",
    "/api/docs",
    "/not-there",
)
TOKEN = re.compile(r"--([a-z-]+): (#[0-9a-f]{3,6})")
CSS = (FOLDER / "office.css").read_text(encoding="utf-8")
BODY = [("ink", "paper"), ("ink", "ground"), ("quiet", "paper"), ("quiet", "ground")]
OTHER = [
    ("green", "paper"), ("green", "ground"), ("on-green", "green"), ("wrong", "paper"), ("wrong", "wrong-tint"),
    ("warn", "warn-tint"), ("green", "done"), ("warn", "ground"),
    *((name, ground) for name in ("red", "orange", "yellow") for ground in (f"{name}-tint", "paper", "ground")),
]  # fmt: skip


@pytest.fixture
def pages(small_county: County) -> dict[str, str]:
    """Every kind of page by its address, as the county office sees it."""
    number = visited(small_county)["receipt"]["number"]
    office, stranger = browser(small_county, "county"), browser(small_county)
    home = f"/households/{small_county.households['420626107204']}"
    asking = f"/fund/for/{small_county.households['420626107204']}"
    found = {path: office.get(path).text for path in (*PATHS, home, asking, f"/receipt/{number}")}
    shared = browser(small_county, "civil").get("/sharing").text
    return found | {"/login": stranger.get("/login").text, "/sharing": shared}


def test_no_page_has_inline_script_or_style_or_anything_from_elsewhere(pages: dict[str, str]) -> None:
    for path, page in pages.items():
        for tag, attributes, *_ in Elements(page).found:
            assert tag != "style", path
            assert tag != "script" or "src" in attributes, path
            assert not [name for name in attributes if name == "style" or name.startswith("on")], (path, attributes)
            for name in {"src", "action"} | ({"href"} if tag == "link" else set()):
                assert re.match("$|/[^/]", attributes.get(name, "")), (path, attributes)


def test_every_form_that_changes_something_carries_its_token(pages: dict[str, str]) -> None:
    for path, page in pages.items():
        found = Elements(page).found
        posting = {one.form for one in found if one.tag == "form" and one.attributes.get("method") == "post"}
        carrying = {one.form for one in found if one.attributes.get("name") == "csrf_token" and one.attributes["value"]}
        assert posting == carrying, path


def test_every_field_has_a_label_and_every_picture_words(pages: dict[str, str]) -> None:
    for path, page in pages.items():
        for tag, attributes, around, _ in Elements(page).found:
            if tag in ("input", "select", "textarea") and attributes.get("type") != "hidden":
                assert "label" in around, (path, attributes)
            assert tag != "img" or attributes.get("alt"), (path, attributes)


def test_every_page_and_every_print_of_the_demo_says_so(small_county: County) -> None:
    settings = small_county.app.config["FIELD"]
    for demo in (True, False):
        small_county.app.config["FIELD"] = replace(settings, demo=demo)
        office = browser(small_county, "county")
        for path in (*PATHS, "/office/print.css"):
            assert ("演示数据" in office.get(path, follow_redirects=True).text) is demo, path
        assert ("data-demo" in office.get("/m/login").text) is demo, (
            "the phone form says it before anybody has logged in"
        )


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(tokens: dict[str, str], pair: tuple[str, str]) -> float:
    lighter, darker = sorted((luminance(tokens[name]) for name in pair), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_can_be_read_on_every_ground(scheme: str) -> None:
    light, dark = (dict(TOKEN.findall(block)) for block in CSS.split(":root {")[1:3])
    tokens = light if scheme == "light" else light | dark
    assert {pair: contrast(tokens, pair) for pair in BODY if contrast(tokens, pair) < 7} == {}
    assert {pair: contrast(tokens, pair) for pair in OTHER if contrast(tokens, pair) < 4.5} == {}


def test_the_files_are_asked_for_again_only_when_changed(small_county: County) -> None:
    visitor = browser(small_county)
    first = visitor.get("/office/office.css")
    assert first.mimetype == "text/css"
    assert visitor.get("/office/office.css", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    for outside in ("/office/", "/office/..%2fserved.py", "/office/served.py", "/office/../served.py"):
        assert visitor.get(outside).status_code == 404
    assert {path.name for path in FOLDER.iterdir()} == {
        Path(name).name
        for name in (
            "declare.js",
            "demo-phone.css",
            "demo-phone.js",
            "map.js",
            "office.css",
            "paper.js",
            "progress.js",
            "search.js",
            "sheets.css",
        )
    }
