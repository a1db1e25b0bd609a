"""地名: provinces, cities, counties and towns by the names that people use, and how far a name is clear."""

import re
from functools import cache
from typing import NamedTuple

from field.messaging.understanding import sounds, towns
from field.messaging.understanding.words import listed
from field.registry import divisions

SUFFIX = re.compile(
    r"(?:特别行政区|新区|维吾尔自治区|壮族自治区|回族自治区|自治区|自治州|自治县|自治旗|地区|省|市|县|林区|特区|区|盟|旗)$"
)
PEOPLES = re.compile(
    "(?:(?:景颇|布朗|拉祜|佤|纳西|普米|怒|独龙|裕固|保安|撒拉|东乡|锡伯|水|毛南|仫佬|蒙古|朝鲜|土家|布依|哈尼|傈僳|维吾尔|"
    "哈萨克|柯尔克孜|鄂温克|达斡尔|仡佬|各|[满回藏彝壮苗侗瑶白傣黎畲羌土])族|哈萨克|柯尔克孜|蒙古)+$"
)
PARTS = ("市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划")
WORDS = listed("place")
WITH_KIND, ORDINARY, NO_TOWN = (frozenset(WORDS[name].split()) for name in ("with_kind", "ordinary", "no_town_alone"))
OPENINGS = re.compile("[在到去回来往住于]$")
PHRASES = re.compile("非常|经常|平常|正常|日常|通常|" + "|".join(WORDS["names"].split()))
SEVERAL_MEANT = {"朝阳"}  # the district is better known than the city
BETWEEN = re.compile("[的市省了嘛啊呀呢吧]?(?:这边|那边|那里)?的? ?(?:那个|这个)?")
OPENING = re.compile(" *(?:就?在|到)?(?:那个|这个)?")
ALONE = re.compile("[ ,的]|$|[这那][边里]|[街村]|工业|(?!工)[^ ,]{1,3}[厂矿]|上班|打工|做[事工]")
OF_A_FIGURE = re.compile(r"[十百千万][一二三四五六七八九]|[\d一二两三四五六七八九几][千万]")  # 五千三都有, 五千山上
ROAD = re.compile("[东南西北中一二三]?(?:路|街(?!上)|大道|巷|弄)")
ZONES = {
    "高新技术产业开发区": ("高新区", "高新"),
    "经济技术开发区": ("经开区", "经开", "开发区"),
    "经济开发区": ("经开区", "经开", "开发区"),
    "工业园区": ("工业园", "园区"),
}
WITHOUT_COUNTIES = ("4419", "4420")  # 东莞桥头, 中山东区
MOST = 40  # of one clause; who lists more names no place of his own
CITY = 4  # digits of its code
LEVELS = {2: 0, 4: 1, 6: 2, 9: 3}


class Mention(NamedTuple):
    """一处: where a place stands in the text, every code that it may mean, and whether it only sounds like it."""

    start: int
    end: int
    codes: tuple[str, ...]
    by_sound: bool = False


@cache
def names() -> dict[str, list[str]]:
    """The codes of every name, whole and without its kind."""
    found: dict[str, list[str]] = {}
    found |= {name: [code] for name, code in WORDS["former"].items()}
    for code, name, cities in divisions.places():
        _add(found, name, code)
        for city_code, city, counties in cities:
            if city not in PARTS:
                _add(found, city, city_code)
            for county_code, county in counties:
                if county != city:  # 东莞市 has no counties, and is listed as its own
                    _add(found, county, county_code)
    return found


@cache
def names_inside() -> dict[tuple[str, str], list[tuple[str, str]]]:
    """What counties are called inside their city alone, by its code and two characters: 宁波江北, 合肥经开区."""
    found: dict[tuple[str, str], set[str]] = {}
    for _, province, cities in divisions.places():
        for city_code, city, counties in cities:
            for code, county in counties:
                own = re.sub(f"^(?:{SUFFIX.sub('', province)})?(?:{SUFFIX.sub('', city)}市?)?", "", county)
                several = {own, *ZONES.get(own, ())} - {county}
                if (short := SUFFIX.sub("", county)) in WITH_KIND:
                    several.add(short)
                for name in several:
                    if len(name) >= 2:
                        found.setdefault((code[:2] if city in PARTS else city_code, name), set()).add(code)  # 重庆江北
    ordered: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for (city, name), codes in sorted(found.items(), key=lambda one: -len(one[0][1])):
        if len(codes) == 1:
            ordered.setdefault((city, name[:2]), []).append((name, min(codes)))
    return ordered


@cache
def lengths() -> dict[str, list[int]]:
    """How long the names are that begin with two characters, the longest first."""
    found: dict[str, set[int]] = {}
    for name in names():
        found.setdefault(name[:2], set()).add(len(name))
    return {start: sorted(each, reverse=True) for start, each in found.items()}


@cache
def whole_names() -> dict[str, str]:
    """The whole name of every code down to the county."""
    found: dict[str, str] = {}
    for name, codes in names().items():
        for code in () if name in WORDS["former"] else codes:
            if len(name) > len(found.get(code, "")):
                found[code] = name
    return found


def name_of(code: str) -> str:
    """A place as a message names it, as short as it is clear: 义乌市, 南京市鼓楼区, 东莞市长安镇."""
    if len(code) == 9:
        town = towns.name_of_town(code)
        return f"{whole_names().get(code[:6]) or whole_names().get(code[:4], '')}{town}" if town else code
    name = whole_names().get(code, code)
    if len(names().get(name, ())) > 1:
        return f"{whole_names().get(code[:4]) or whole_names().get(code[:2], '')}{name}"
    return name


def mentions(text: str) -> list[Mention]:
    """The places named in a text, each as far down as it goes: 深圳宝安沙井 is one."""
    whole = towns.in_whole(text)
    phrases = {phrase.start(): phrase.end() for phrase in PHRASES.finditer(text)}
    found: list[Mention] = []
    at = 0
    while at < len(text) - 1 and len(found) < MOST:
        if end := phrases.get(at):
            at = end
            continue
        one = _one(text, at) or _town_in_short(text, at) or _by_sound(text, at)
        if one:
            one = _down(text, one)
        elif found and text[at - 1] in " 在":
            one = follows(text, found[-1].codes, at)
        if whole:
            one = _longest(one, _town_at(whole, at))
        if one is None:
            at += 1
            continue
        if not ROAD.match(text, one.end) and not (found and _is_part_of(one, found[-1])):
            found.append(one)
        at = one.end
    return found


def follows(text: str, areas: tuple[str, ...], at: int = 0) -> Mention | None:
    """What alone begins a phrase and lies in a place named before: 在东莞，虎门，做服装."""
    opening = OPENING.match(text, at)
    one = _inside(text, opening.end() if opening else at, areas)
    return _down(text, one) if one and ALONE.match(text, one.end) else None


def _is_part_of(one: Mention, wider: Mention) -> bool:
    """Whether a name is that of a quarter or market of a county just named: 海珠区康乐村, though 康乐 is a county."""
    narrow = min(LEVELS[len(code)] for code in one.codes) > 1
    return one.start == wider.end and narrow and all(LEVELS[len(code)] > 1 for code in wider.codes)


def widest(codes: tuple[str, ...], words: str) -> tuple[str, ...]:
    """Who says 中山 means the city before a district elsewhere, and 海南 the province."""
    if words not in SEVERAL_MEANT:
        level = min((LEVELS[len(code)] for code in codes), default=3)
        highest = tuple(code for code in codes if LEVELS[len(code)] == level)
        if len(highest) == 1 and level < 2:
            return highest
    return outermost(codes)


def outermost(codes: tuple[str, ...]) -> tuple[str, ...]:
    """The codes that lie in none of the others."""
    return tuple(code for code in codes if not any(code != one and code.startswith(one) for one in codes))


def _town_at(whole: list[towns.Named], at: int) -> Mention | None:
    return next((Mention(*town) for town in whole if town[0] == at), None)


def _town_in_short(text: str, at: int) -> Mention | None:
    found = towns.in_short(text, at)
    return Mention(*found) if found and text[at : found[1]] not in ORDINARY | NO_TOWN else None


def _by_sound(text: str, at: int) -> Mention | None:
    """A city that is typed by its sound, behind 在 and the like or before a place in it; 来的惠州 is no 德惠."""
    if (name := sounds.city(text, at)) and not _one(text, at + 1):
        named = Mention(at, at + sounds.LENGTH, tuple(names()[name]), by_sound=True)
        if OPENINGS.search(text[max(0, at - 1) : at]) or _down(text, named).end > named.end:
            return named
    return None


def _longest(one: Mention | None, other: Mention | None) -> Mention | None:
    return max((named for named in (one, other) if named), key=lambda named: named.end, default=None)


def _one(text: str, at: int, within: tuple[str, ...] = ()) -> Mention | None:
    """The longest name that stands at a place in the text, down to the county."""
    for length in lengths().get(text[at : at + 2], ()):
        name = text[at : at + length]
        if (codes := names().get(name)) and not (OF_A_FIGURE.match(text, at - 1) and LEVELS[len(codes[0])] > 1):
            inside = tuple(code for code in codes if any(code != one and code.startswith(one) for one in within))
            if within and inside:
                return Mention(at, at + len(name), inside)
            if not within and (name not in ORDINARY | WITH_KIND or _is_meant(text, at, name, codes)):
                return Mention(at, at + len(name), tuple(codes))
    return None


def _is_meant(text: str, start: int, name: str, codes: list[str]) -> bool:
    """Whether a word of every day is a place: behind 在 and the like, before a part of it, or a city alone."""
    end = start + len(name)
    alone = text[max(0, start - 1) : start] in ("", " ") and ALONE.match(text, end)
    of_a_city = any(len(code) <= CITY for code in codes)
    behind = name in ORDINARY and OPENINGS.search(text[max(0, start - 1) : start])
    return bool(behind or (alone and of_a_city) or _inside(text, end, tuple(codes)))


def _down(text: str, named: Mention) -> Mention:
    """A mention and what stands right behind it inside the same place, level by level."""
    for _ in range(len(LEVELS) - 1):
        gap = BETWEEN.match(text, named.end)
        starts = {gap.end() if gap else named.end, named.end, named.end - (text[named.end - 1] == "市")}  # 青岛市北
        inside = (_inside(text, at, named.codes) for at in sorted(starts)[::-1])
        narrower = next((one for one in inside if one), None)
        if narrower is None or ROAD.match(text, narrower.end):
            break
        named = named._replace(end=narrower.end, codes=narrower.codes)
    return named


def _inside(text: str, at: int, areas: tuple[str, ...]) -> Mention | None:
    """What is named at a place in the text inside an area, the longest."""
    found = (_one(text, at, areas), _in_city(text, at, areas), _town(text, at, areas))
    return max((one for one in found if one), key=lambda one: one.end, default=None)


def _in_city(text: str, at: int, areas: tuple[str, ...]) -> Mention | None:
    called = (one for area in areas for one in names_inside().get((area, text[at : at + 2]), ()))
    return next((Mention(at, at + len(name), (code,)) for name, code in called if text.startswith(name, at)), None)


def _town(text: str, at: int, areas: tuple[str, ...]) -> Mention | None:
    """A town of a county or a city; of a city only where it has one of that name."""
    found = [(end, code) for area in areas if (one := towns.after(area, text, at))
             for end in one[:1] for code in one[1]]  # fmt: skip
    if not found or len({code for _, code in found}) > 1:
        return None
    if text[at : found[0][0]] in ORDINARY | WITH_KIND and not found[0][1].startswith(WITHOUT_COUNTIES):
        return None
    return Mention(at, found[0][0], (found[0][1],))


def _add(found: dict[str, list[str]], name: str, code: str) -> None:
    short = SUFFIX.sub("", name)
    short = PEOPLES.sub("", short) if len(PEOPLES.sub("", short)) >= 2 else short
    several = {name, short} if len(short) >= 2 and short not in WITH_KIND else {name}
    for one in several:
        codes = found.setdefault(one, [])
        if code not in codes:
            codes.append(code)
