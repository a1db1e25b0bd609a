"""乡镇: the towns of the whole country, read only when a reply is first looked at for one."""

import gzip
import re
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path

PACKED = Path(__file__).with_name("towns.txt.gz")
KIND = re.compile("(?:(?:办事处)?街道|街|地区|镇|民族乡|乡|苏木)$")
NEW_TOWN = re.compile("新镇$")  # 川沙新镇 is called 川沙
TOWN = re.compile("街道|镇|乡")
LONGEST, FEWEST, LOOKED_AT = 8, 2, 8


@cache
def listed() -> str:
    """Every town, a line for each county: its six digits, and each town's three with its name."""
    return f"\n{gzip.decompress(PACKED.read_bytes()).decode()}\n"


@lru_cache(maxsize=256)
def towns_of(area: str) -> dict[str, list[str]]:
    """The towns of a county or a city by their whole names, and by their short ones of two characters and more."""
    found: dict[str, list[str]] = {}
    for code, name in _lines(area):
        for one in {name, KIND.sub("", name), NEW_TOWN.sub("", name)}:
            if len(one) >= FEWEST:
                found.setdefault(one, []).append(code)
    return found


@lru_cache(maxsize=1024)
def codes_of(name: str) -> tuple[str, ...]:
    """Every town of a whole name in the country."""
    text = listed()
    ends = (at for at in _everywhere(text, name) if text[at - 1].isdigit() and text[at + len(name)] in ",\n")
    return tuple(text[line : line + 6] + text[at - 3 : at] for at in ends if (line := text.rfind("\n", 0, at) + 1))


@lru_cache(maxsize=256)
def name_of_town(code: str) -> str | None:
    """The name of a town by its nine digits."""
    return dict(_lines(code[:6])).get(code)


def _lines(area: str) -> Iterator[tuple[str, str]]:
    text = listed()
    for start in _everywhere(text, f"\n{area}"):
        county, _, towns = text[start + 1 : text.index("\n", start + 1)].partition("\t")
        yield from ((county + town[:3], town[3:]) for town in towns.split(","))


def _everywhere(text: str, words: str) -> Iterator[int]:
    at = text.find(words)
    while at >= 0:
        yield at
        at = text.find(words, at + 1)


def in_whole(text: str) -> list[tuple[int, int, tuple[str, ...]]]:
    """Towns that are written with their kind, 长安镇: where they begin and end, and their codes."""
    found = []
    for kind in list(TOWN.finditer(text))[:LOOKED_AT]:
        for start in range(max(0, kind.start() - LONGEST), kind.start() - FEWEST + 1):
            if codes := codes_of(text[start : kind.end()]):
                found.append((start, kind.end(), codes))
                break
    return found


def after(area: str, text: str, at: int) -> tuple[int, list[str]] | None:
    """The town of an area that is named at a place in the text, the longest: where it ends, and its codes."""
    known = towns_of(area)
    for end in range(min(len(text), at + LONGEST), at + FEWEST - 1, -1):
        if codes := known.get(text[at:end]):
            return end, codes
    return None
