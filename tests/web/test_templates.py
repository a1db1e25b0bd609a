"""Templates: each can be read at all, also those whose page no other test opens; nothing in them is left without use."""

import re
from pathlib import Path

import pytest

import field
from tests.county import County

WEB = Path(field.__file__).parent / "web"
PHONE = WEB / "phone"
CLASS, EXPORT = (
    re.compile(r"\.([a-zA-Z][\w-]*)"),
    re.compile(r"^export (?:async )?(?:function|const|let|class) (\w+)", re.M),
)


def test_every_template_compiles(county: County) -> None:
    env = county.app.jinja_env
    names = env.list_templates(extensions=["html", "css"])
    assert "board.html" in names
    for name in names:
        env.get_template(name)


def used(word: str, text: str) -> bool:
    """Whether it stands there as a word of its own."""
    return re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", text) is not None


def texts(folder: Path, *endings: str) -> str:
    """All files of these kinds below it, one after another."""
    found = (path for ending in endings for path in sorted(folder.rglob(f"*.{ending}")))
    return "\n".join(path.read_text(encoding="utf-8") for path in found)


@pytest.mark.parametrize("sheet", ["office/office.css", "office/sheets.css", "office/demo-phone.css", "phone/app.css"])
def test_no_class_of_a_style_sheet_is_left_without_use(sheet: str) -> None:
    styles = re.sub(r"/\*.*?\*/", "", (WEB / sheet).read_text(encoding="utf-8"), flags=re.S)
    named = {name for selectors in re.findall(r"([^{}]+)\{", styles) for name in CLASS.findall(selectors)}
    speaking = texts(PHONE, "js", "html") if sheet.startswith("phone") else texts(WEB, "html", "py", "js")
    assert {name for name in named if not used(name, speaking)} == set()


def test_no_macro_and_no_template_is_left_without_use() -> None:
    pages, code = texts(WEB / "templates", "html"), texts(WEB.parent, "py")
    for path in (WEB / "templates").glob("*.html"):
        assert used(path.name, pages + code), path.name
        for name in re.findall(r"{%-? macro (\w+)", path.read_text(encoding="utf-8")):
            assert len(re.findall(rf"\b{name}\b", pages)) > 1, (path.name, name)


def test_what_a_module_of_the_phone_gives_out_is_taken_by_another_or_by_a_test() -> None:
    modules = {path.name: path.read_text(encoding="utf-8") for path in PHONE.glob("*.js")}
    tried = texts(Path(__file__).parents[1] / "phone", "mjs", "py") + texts(Path(__file__).parents[1] / "browser", "py")
    for name, text in modules.items():
        others = tried + "".join(other for at, other in modules.items() if at != name)
        assert [one for one in EXPORT.findall(text) if not used(one, others)] == [], name
