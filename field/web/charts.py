"""图: where the parts of our two charts stand; drawn by templates/charts.html, without any script."""

from collections.abc import Sequence
from math import cos, pi, sin
from typing import NamedTuple

RADIUS, HOLE = 78.0, 46.0
LONGEST = 160.0

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
    found = sorted((one for one in counted if one[2]), key=lambda one: -one[2])
    return [Bar(code, label, count, round(LONGEST * count / found[0][2], 1)) for code, label, count in found]


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
