"""句子: what this house says with figures or in a row, put together only in the language in which it is said."""

from collections.abc import Iterable
from typing import Self

from field.codes import Word

BETWEEN = "、"


class Sentence(Word):
    """一句话 with figures or Words in {braces}; as it stands it is Chinese."""

    __slots__ = ("figures", "template")

    template: str
    figures: dict[str, object]

    def __new__(cls, template: str, **figures: object) -> Self:
        sentence = super().__new__(cls, template.format_map(figures))
        sentence.template, sentence.figures = template, figures
        return sentence


class Series(Word):
    """一串: texts one after another, Words or not."""

    __slots__ = ("between", "parts")

    parts: tuple[str, ...]
    between: str

    def __new__(cls, parts: Iterable[str], between: str = BETWEEN) -> Self:
        several = tuple(parts)
        series = super().__new__(cls, between.join(several))
        series.parts, series.between = several, between
        return series


def word(text: str) -> Word:
    """A text of this house as a Word; what is one already stays what it is."""
    return text if isinstance(text, Word) else Word(text)
