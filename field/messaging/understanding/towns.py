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
HERE = re.compile("[在到来]$")
Named = tuple[int, int, tuple[str, ...]]  # where it begins and ends, and its codes
LONGEST, FEWEST, LOOKED_AT, LONGEST_SHORT = 8, 2, 8, 4


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


def in_whole(text: str) -> list[Named]:
    """Towns that are written with their kind, 长安镇: where they begin and end, and their codes."""
    found = []
    for kind in list(TOWN.finditer(text))[:LOOKED_AT]:
        for start in range(max(0, kind.start() - LONGEST), kind.start() - FEWEST + 1):
            if codes := codes_of(text[start : kind.end()]):
                found.append((start, kind.end(), codes))
                break
    return found


def in_short(text: str, at: int) -> Named | None:
    """The town that is named by its short name behind 在 and the like, 在虎门, where the country has one of it."""
    if not HERE.search(text[max(0, at - 1) : at]):
        return None
    known = only()
    ends = range(min(len(text), at + LONGEST_SHORT), at + FEWEST - 1, -1)
    return next(((at, end, (code,)) for end in ends if (code := known.get(text[at:end]))), None)


@cache
def only() -> dict[str, str]:
    """Towns by their short names, those of which the whole country has one."""
    found: dict[str, set[str]] = {}
    for line in listed().strip().split("\n"):
        county, _, towns = line.partition("\t")
        for town in towns.split(","):
            if len(name := KIND.sub("", town[3:])) >= FEWEST:
                found.setdefault(name, set()).add(county + town[:3])
    return {name: codes.pop() for name, codes in found.items() if len(codes) == 1}


def after(area: str, text: str, at: int) -> tuple[int, list[str]] | None:
    """The town of an area that is named at a place in the text, the longest: where it ends, and its codes."""
    known = towns_of(area)
    for end in range(min(len(text), at + LONGEST), at + FEWEST - 1, -1):
        if codes := known.get(text[at:end]):
            return end, codes
    return None
