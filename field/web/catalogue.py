"""译文目录: the English texts, read from their source when the first person asks for them; Chinese needs none."""

import re
from collections.abc import Iterable
from datetime import date
from functools import cache, cached_property
from io import BytesIO
from pathlib import Path
from typing import Any

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask_babel import Babel, Domain, get_locale

from field.labels import Word
from field.sentences import Sentence, Series

CHINESE, ENGLISH = Locale.parse("zh_Hans_CN"), Locale.parse("en")
SOURCE = Path(__file__).parent.parent / "translations" / "en" / "LC_MESSAGES" / "messages.po"
AS_WRITTEN = NullTranslations()
FIGURE, LEAST = re.compile(r"\{([a-z_]+)\}"), 2  # fewer words of its own are no sentence
DAY = re.compile(r"([0-9]{4})年([0-9]{1,2})月([0-9]{1,2})日")
MARKS = {"、": ", ", "；": "; "}


@cache
def english() -> Translations:
    """Every English text; read once by each process, in a tenth of a second."""
    compiled = BytesIO()
    with SOURCE.open("rb") as source:
        write_mo(compiled, read_po(source, locale=ENGLISH))
    compiled.seek(0)
    return Translations(compiled)


def in_english() -> bool:
    """Whether whoever looks reads English."""
    return bool(get_locale() == ENGLISH)


def said(text: Any) -> Any:
    """A text of ours in the reader's language, also one that was kept as text; what is not ours stays as it is."""
    if not text or not isinstance(text, str) or not in_english():
        return text
    if isinstance(text, Series):
        return in_a_row(text.parts, text.between)
    if isinstance(text, Sentence):
        figures = {name: word_said(part) for name, part in text.figures.items()}
        return english().gettext(text.template).format_map(figures)
    told = english().gettext(text)
    return _kept(text) if told == text else told


def sentences(text: str) -> str:
    """Several sentences that were kept as one text, each in the reader's language."""
    if not in_english():
        return text
    return " ".join(str(said(f"{part}。")) for part in text.split("。") if part.strip())


def _kept(text: str) -> str:
    """A sentence of which only the text was kept: its template is found again by its words."""
    for shape, template in _shapes():
        if found := shape.fullmatch(text):
            figures = {name: _day(part) or said(part) for name, part in found.groupdict().items()}
            return english().gettext(template).format_map(figures)
    return text


def _day(text: str) -> str | None:
    """A day that was kept as people say it in Chinese, as English sentences have it; None for anything else."""
    found = DAY.fullmatch(text)
    return f"{date(*map(int, found.groups()))}" if found else None


@cache
def _shapes() -> list[tuple[re.Pattern[str], str]]:
    """Every template with figures as what its sentences look like, those with the most words of their own first."""
    words = {template: FIGURE.sub("", template) for template in map(str, english()._catalog)}
    braced = [one for one in words if words[one] != one and len(words[one]) >= LEAST]
    return [(_shape(one), one) for one in sorted(braced, key=lambda one: -len(words[one]))]


def _shape(template: str) -> re.Pattern[str]:
    """A figure that is named again stands there again as it stood before."""
    parts = FIGURE.split(template)
    named = parts[1::2]
    shapes = [
        re.escape(part) if place % 2 == 0 else f"(?P={part})" if part in named[: place // 2] else f"(?P<{part}>.+)"
        for place, part in enumerate(parts)
    ]
    return re.compile("".join(shapes))


def word_said(value: Any) -> Any:
    """The same for a Word alone, so that what people wrote is never touched."""
    return said(value) if isinstance(value, Word) else value


def in_a_row(words: Iterable[Any], between: str = "、") -> str:
    """Words one after another, each in the reader's language, and so is the mark between them."""
    return (MARKS[between] if in_english() else between).join(str(word_said(word)) for word in words)


class Catalogue(Domain):  # type: ignore[misc]
    """Texts whose variables may be Words."""

    def get_translations(self) -> NullTranslations:
        """What to look a text up in."""
        return english() if in_english() else AS_WRITTEN

    def gettext(self, string: str, **variables: Any) -> str:
        """The text in the reader's language, with the words in it too."""
        told: str = super().gettext(string, **{name: word_said(value) for name, value in variables.items()})
        return told


class Spoken(Babel):  # type: ignore[misc]
    """Flask-Babel that asks our catalogue."""

    @cached_property
    def domain_instance(self) -> Catalogue:
        """The texts that gettext looks up."""
        return Catalogue()
