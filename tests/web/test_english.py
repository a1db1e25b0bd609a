"""English is whole: no text of a screen is missing, none is half Chinese, and names in texts are kept."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_keywords, parse_mapping_cfg
from babel.messages.pofile import read_po
from jinja2 import Environment

from field.web.catalogue import SOURCE

ROOT = Path(__file__).parent.parent.parent
TEMPLATES = ROOT / "field" / "web" / "templates"
KEYWORDS = DEFAULT_KEYWORDS | parse_keywords(["Word", "Sentence", "lazy_gettext", "Problem:3"])
CHINESE = re.compile("[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
ELSEWHERE = re.compile(  # what technicians, households, files and programs are told, in Chinese alone
    "/(?:commands|demo)|/(?:messaging|openrosa|policy)/|field/(?:(?:jobs|keeping)/)?[a-z_]+[.]py(?<!login.py)|api/(?:openapi|uploads)|web/wording"
    "|ledger/|monitoring/(?:roster/roster_rows|workdays)|registry/(?:masking|region_file|regions|roster|roster_household|screening_excel)[.]py"
)
MARK = re.compile("[、，：；（）。]")
WORDS = re.compile("[\u4e00-\u9fff]")
TYPED = re.compile(
    "张三|进度|困难|恢复|9月10号|三个月前|3万|5000元|10月住院大额医疗费"
)  # what a reader types in Chinese
NAMED = re.compile(r"%%|%(?:\(\w+\))?[-.0-9]*[a-z]|\{\w+\}")


@cache
def said() -> dict[str, str]:
    """Where each text of a screen stands."""
    with (ROOT / "babel.cfg").open() as mapping:
        methods, options = parse_mapping_cfg(mapping)  # type: ignore[no-untyped-call]
    found = extract_from_dir(ROOT / "field", methods, options, KEYWORDS)
    return {text: f"field/{name}:{line}" for name, line, text, *_ in found if isinstance(text, str)}


@cache
def catalogue() -> dict[str, str]:
    """Each text with its English."""
    with SOURCE.open("rb") as source:
        return {str(one.id): str(one.string) for one in read_po(source, locale="en") if one.id}


def test_every_text_of_a_screen_has_its_english() -> None:
    assert len(said()) > 1500
    missing = [f"{where} {text}" for text, where in said().items() if not catalogue().get(text)]
    assert not missing, "\n".join(missing)


def test_no_english_is_left_of_texts_that_are_gone() -> None:
    assert set(catalogue()) == set(said())


def test_no_sentence_with_figures_is_put_together_before_its_language_is_known() -> None:
    files = (path for path in (ROOT / "field").rglob("*.py") if not ELSEWHERE.search(str(path.relative_to(ROOT))))
    together = [f"{path.relative_to(ROOT)}:{line}" for path in files for line in joined(path)]
    assert together == []


def joined(path: Path) -> Iterator[int]:
    """The lines on which Chinese is put together with figures at once."""
    for node in ast.walk(ast.parse(path.read_text())):
        pieces = node.values if isinstance(node, ast.JoinedStr) else ()
        if any(isinstance(piece, ast.Constant) and WORDS.search(str(piece.value)) for piece in pieces):
            yield node.lineno  # type: ignore[attr-defined]


def test_no_english_is_a_guess() -> None:
    assert "fuzzy" not in SOURCE.read_text()


def test_what_is_filled_in_is_the_same_in_both_languages() -> None:
    other = {
        text for text, english in catalogue().items() if sorted(NAMED.findall(text)) != sorted(NAMED.findall(english))
    }
    assert not other


def test_english_has_no_chinese_but_what_a_reader_types() -> None:
    assert not [english for english in catalogue().values() if CHINESE.search(TYPED.sub("", english))]


def test_no_template_has_a_chinese_mark_of_its_own() -> None:
    """Marks between words are those of the reader's language; a paper, a declaration and a receipt choose their own."""
    bare: dict[str, list[int]] = {}
    for file in sorted(TEMPLATES.glob("*.html")):
        if not file.name.startswith(("notice", "papers", "declare", "receipt")):
            found = [line for line, kind, text in Environment(autoescape=True).lex(file.read_text())
                     if kind == "data" and MARK.search(text)]  # fmt: skip
            bare |= {file.name: found} if found else {}
    assert bare == {}
