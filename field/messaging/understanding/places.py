"""地名: prefectures and counties by the names that people use, and how far a name is clear."""

import json
import re
from functools import cache
from pathlib import Path

PLACES = Path(__file__).parents[2] / "web" / "phone" / "places.json"
SUFFIX = re.compile(
    r"(?:特别行政区|维吾尔自治区|壮族自治区|回族自治区|自治区|自治州|自治县|自治旗|地区|省|市|县|区|盟|旗)$"
)
PARTS = ("市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划")
COMMON = {
    "城区",
    "郊区",
    "矿区",
    "新城",
    "城关",
    "市中",
    "河东",
    "河西",
    "江北",
    "城中",
    "和平",
    "东区",
    "西区",
    "朝阳",
}


@cache
def names() -> dict[str, list[str]]:
    """The codes of every name, whole and without its kind; a whole name of two characters counts only with its kind."""
    found: dict[str, list[str]] = {}
    for code, name, cities in json.loads(PLACES.read_text(encoding="utf-8"))["places"]:
        _add(found, name, code)
        for city_code, city, counties in cities:
            whole = city if city not in PARTS else name
            _add(found, whole, city_code if city not in PARTS else code)
            for county_code, county in counties:
                _add(found, county, county_code)
    return found


@cache
def name_of(code: str) -> str:
    """The shortest whole name of a code; the code itself where it is none."""
    return min(
        (name for name, codes in names().items() if code in codes and SUFFIX.search(name)), key=len, default=code
    )


@cache
def pattern() -> re.Pattern[str]:
    """Every name, longest first."""
    return re.compile("|".join(map(re.escape, sorted(names(), key=len, reverse=True))))


def places(text: str) -> list[tuple[str, int, list[str]]]:
    """The places named in a text: the words, where they stand, and every code that they may mean."""
    return [(found[0], found.start(), names()[found[0]]) for found in pattern().finditer(text)]


def _add(found: dict[str, list[str]], name: str, code: str) -> None:
    short = SUFFIX.sub("", name)
    several = {name, short} if len(short) >= 2 and short not in COMMON else {name}
    for one in several:
        codes = found.setdefault(one, [])
        if code not in codes:
            codes.append(code)
