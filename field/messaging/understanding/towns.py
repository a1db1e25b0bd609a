"""乡镇: the towns of the whole country, read only when a reply is first looked at for one."""

import gzip
import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from pathlib import Path

PACKED = Path(__file__).with_name("towns.txt.gz")
KIND = re.compile("(?:(?:办事处)?街道|街|地区|镇|民族乡|乡|苏木)$")
ZONE = re.compile("((?:高新技术产业|经济技术|经济)?(开发区|工业园))区?(?:管委会)?$")  # 昆山经济技术开发区
TOWN = re.compile("街道|镇|乡")
HERE = "在到来"
Named = tuple[int, int, tuple[str, ...]]  # where it begins and ends, and its codes
COUNTY, ZONES = 6, ("开发", "工业", "高新", "经济")
LONGEST, FEWEST, LOOKED_AT, LONGEST_SHORT = 8, 2, 8, 4


@cache
def listed() -> str:
    """Every town, a line for each county: its six digits, and each town's three with its name."""
    return f"\n{gzip.decompress(PACKED.read_bytes()).decode()}\n"


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
    text, (start, end) = listed(), _lines_at(area)
    for line in text[start + 1 : end].split("\n") if end > start else ():
        county, _, towns = line.partition("\t")
        yield from ((county + town[:3], town[3:]) for town in towns.split(","))


@lru_cache(maxsize=1024)
def _lines_at(area: str) -> tuple[int, int]:
    """Where the lines of an area stand, which follow each other."""
    text = listed()
    start = text.find(f"\n{area}")
    end = start
    while text.startswith(area, end + 1):
        end = text.index("\n", end + 1)
    return start, end


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
    if not at or text[at - 1] not in HERE:
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
    found: dict[int, list[str]] = {}
    for code, name in _beginning(area, text[at : at + FEWEST]):
        for one in {name, KIND.sub("", name), *_called(name)}:
            if len(one) >= FEWEST and text.startswith(one, at):
                found.setdefault(at + len(one), []).append(code)
    return max(found.items()) if found else None


def _beginning(area: str, words: str) -> Iterator[tuple[str, str]]:
    """The towns of an area that are called something that begins so."""
    if len(words) < FEWEST or len(area) > COUNTY or _lines_at(area)[0] < 0:
        return
    if len(area) == COUNTY and words in ZONES:
        yield from _lines(area)
        return
    text, (start, end) = listed(), _lines_at(area)
    while (start := text.find(words, start + 1, end)) >= 0:
        if text[start - 1].isdigit():
            county = text.rfind("\n", 0, start) + 1
            name = text[start : text.index("\n", start)].partition(",")[0]
            yield text[county : county + COUNTY] + text[start - 3 : start], name


def _called(name: str) -> Iterable[str]:
    """What else people say: 川沙 for 川沙新镇, 汉正街 for 汉正街道, 开发区 for 昆山经济技术开发区."""
    if name.endswith(("新镇", "街道")):
        return (name[:-2] if name.endswith("新镇") else name[:-1],)
    return zone.groups("") if (zone := ZONE.search(name)) else ()
