"""句子: what this house says with figures or in a row, put together only in the language in which it is said."""

from collections.abc import Iterable
from datetime import date
from typing import Self

from field.labels import Word

BETWEEN = "、"


class Sentence(Word):
    """一句话 with figures, days or Words in {braces}; as it stands it is Chinese."""

    __slots__ = ("figures", "template")

    template: str
    figures: dict[str, object]

    def __new__(cls, template: str, **figures: object) -> Self:
        said = {name: _in_chinese(figure) for name, figure in figures.items()}
        sentence = super().__new__(cls, template.format_map(said))
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


def _in_chinese(figure: object) -> object:
    """A day as people say it; what is none stays as it stands."""
    return f"{figure.year}年{figure.month}月{figure.day}日" if isinstance(figure, date) else figure


def word(text: str) -> Word:
    """A text of this house as a Word; what is one already stays what it is."""
    return text if isinstance(text, Word) else Word(text)
