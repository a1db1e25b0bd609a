"""图: where the parts of our charts stand; drawn by templates/charts.html, without any script."""

from collections.abc import Sequence
from math import cos, pi, sin
from typing import NamedTuple

RADIUS, HOLE = 78.0, 46.0
LONGEST, HIGHEST = 160.0, 120.0

Counted = tuple[str, str, int]


class Part(NamedTuple):
    """One part of the ring: its outline (SVG path around 0,0) with what it stands for."""

    code: str
    label: str
    households: int
    path: str


class Bar(NamedTuple):
    """One bar: its length out of LONGEST with what it stands for."""

    code: str
    label: str
    households: int
    length: float


class Spread(NamedTuple):
    """Two bars of one row: days and lengths of the median and of the slowest tenth."""

    code: str
    label: str
    half: int
    slow: int
    half_length: float
    slow_length: float


def ring(counted: Sequence[Counted]) -> list[Part]:
    """A ring whose parts are as large as their (code, label, households), clockwise from the top."""
    whole = sum(count for _, _, count in counted)
    parts: list[Part] = []
    begin = 0.0
    for code, label, count in counted:
        end = begin + (count / whole if whole else 0)
        parts.append(Part(code, label, count, _outline(begin, end)))
        begin = end
    return parts


def bars(counted: Sequence[Counted]) -> list[Bar]:
    """Bars for what was counted at all, the longest first."""
    return lengths(sorted((one for one in counted if one[2]), key=lambda one: -one[2]))


def lengths(counted: Sequence[Counted]) -> list[Bar]:
    """Bars in the order given."""
    most = max((count for *_, count in counted), default=0) or 1
    return [Bar(code, label, count, round(LONGEST * count / most, 1)) for code, label, count in counted]


def spreads(several: Sequence[tuple[str, str, int | None, int | None]]) -> list[Spread]:
    """Two bars of one row for (code, label, median, slowest tenth), the slowest first; who has none is left out."""
    found = [(code, label, half, slow) for code, label, half, slow in several if half is not None and slow is not None]
    most = max((slow for *_, slow in found), default=0) or 1
    drawn = [
        Spread(code, label, half, slow, round(LONGEST * half / most, 1), round(LONGEST * slow / most, 1))
        for code, label, half, slow in found
    ]
    return sorted(drawn, key=lambda one: (-one.slow, -one.half))


def columns(groups: Sequence[Sequence[int]]) -> tuple[list[list[float]], int]:
    """How high each column of each group stands, out of HIGHEST, and for how many the highest."""
    most = max((number for group in groups for number in group), default=0) or 1
    return [[round(HIGHEST * number / most, 1) for number in group] for group in groups], most


def _outline(begin: float, end: float) -> str:
    """The piece of the ring between two shares of the circle (0 to 1); in two arcs, so that a whole ring closes."""
    if begin == end:
        return ""
    middle = (begin + end) / 2
    there = "".join(f"A{RADIUS} {RADIUS} 0 0 1 {_point(RADIUS, turn)}" for turn in (middle, end))
    back = "".join(f"A{HOLE} {HOLE} 0 0 0 {_point(HOLE, turn)}" for turn in (middle, begin))
    return f"M{_point(RADIUS, begin)}{there}L{_point(HOLE, end)}{back}Z"


def _point(radius: float, turn: float) -> str:
    angle = 2 * pi * turn
    return f"{radius * sin(angle):.2f} {-radius * cos(angle):.2f}"
