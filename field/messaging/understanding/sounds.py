"""同音字: a city as it comes out of typing by sound, 义务 for 义乌: one sign right, the other sounding like it."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from field.registry import divisions
from field.registry.pinyin import sounded

LENGTH = 2
OPENINGS, TRADES = " 在到来", tuple("厂店场园")  # 苹果厂 is not in 平果
FLAT = re.compile("(?<=^[zcs])h")  # who comes from Hubei writes 佛三 for 佛山


def city(text: str, at: int) -> str | None:
    """The one city that the signs at an opening of a text sound like, by its name."""
    if (at and text[at - 1] not in OPENINGS) or len(text) < at + LENGTH or text[at + LENGTH :][:1] in TRADES:
        return None
    meant = {name for own in range(LENGTH) for name in _with(own, text[at + own])
             if _sounds(name[1 - own]) & _sounds(text[at + 1 - own])}  # fmt: skip
    return meant.pop() if len(meant) == 1 else None


def _with(place: int, sign: str) -> tuple[str, ...]:
    return cities().get((place, sign), ())


@cache
def cities() -> dict[tuple[int, str], tuple[str, ...]]:
    """The cities of two signs, by each of the two."""
    found: dict[tuple[int, str], tuple[str, ...]] = {}
    for name in sorted({name[:-1] for name in _named(divisions.places()) if re.fullmatch("..市", name)}):
        for place, sign in enumerate(name):
            found[place, sign] = (*found.get((place, sign), ()), name)
    return found


def _named(several: list[Any]) -> Iterator[str]:
    for _code, name, *parts in several:
        yield name
        for within in parts:
            yield from _named(within)


@cache
def _sounds(sign: str) -> set[str]:
    return {FLAT.sub("", sound) for sound in sounded(sign)}
