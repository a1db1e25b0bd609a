"""全国区划: which division codes of China there are, down to the county."""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from field.registry.regions import COUNTY

LISTED = Path(__file__).parents[1] / "web" / "phone" / "places.json"
BEYOND = ("71", "81", "82")  # 台湾, 香港, 澳门, whose parts the list does not name


@cache
def places() -> list[Any]:
    """Provinces, cities and counties as the phone chooses from them: [code, name, parts?]."""
    listed: list[Any] = json.loads(LISTED.read_text(encoding="utf-8"))["places"]
    return listed


def is_known(code: str) -> bool:
    """Whether there is such a province, city or county; of towns and villages, which change yearly, their county."""
    return code[:COUNTY] in _codes() or code in BEYOND


@cache
def _codes() -> frozenset[str]:
    return frozenset(_down(places()))


def _down(several: list[Any]) -> Iterator[str]:
    for code, _name, *parts in several:
        yield code
        for within in parts:
            yield from _down(within)
