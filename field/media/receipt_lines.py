"""字行: lines of a read paper, how they are made plain, and what is read off them."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Generic, NamedTuple, TypeVar

SURE = 0.8  # a line that the reader is less sure of is as good as not read
Value = TypeVar("Value", str, date, int)
Box = tuple[int, int, int, int]


class Line(NamedTuple):
    """一行字: its text as read, its box in pixels, and how sure the reader is (0 to 1)."""

    text: str
    left: int
    top: int
    right: int
    bottom: int
    confidence: float

    @property
    def box(self) -> Box:
        """Left, top, right and bottom."""
        return self.left, self.top, self.right, self.bottom


@dataclass(frozen=True)
class Told(Generic[Value]):
    """读到的一项: a value, the words it came from, their box, how sure, and whether other figures bear it out."""

    value: Value
    words: str
    box: Box
    confidence: float
    checked: bool = False


def plain(text: str) -> str:
    """Half-width and without blanks."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def only(several: Iterable[Told[Value]]) -> Told[Value] | None:
    """The surest, if all say the same; None where they differ."""
    found = list(several)
    return max(found, key=lambda one: one.confidence) if len({one.value for one in found}) == 1 else None


def beside(line: Line, lines: Iterable[Line]) -> Line | None:
    """右邻: the nearest line to the right that stands at the same height."""
    middle = (line.left + line.right) / 2
    right = [one for one in lines if one.left > middle and one is not line and _level(line, one)]
    return min(right, key=lambda one: one.left, default=None)


def _level(one: Line, other: Line) -> bool:
    shared = min(one.bottom, other.bottom) - max(one.top, other.top)
    return shared * 2 > min(one.bottom - one.top, other.bottom - other.top)
