"""地名: provinces, cities, counties and towns by the names that people use, and how far a name is clear."""

import json
import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

from field.messaging.understanding import towns

PLACES = Path(__file__).parents[2] / "web" / "phone" / "places.json"
SUFFIX = re.compile(
    r"(?:特别行政区|新区|维吾尔自治区|壮族自治区|回族自治区|自治区|自治州|自治县|自治旗|地区|省|市|县|区|盟|旗)$"
)
PEOPLES = re.compile(
    "(?:(?:蒙古|朝鲜|土家|布依|哈尼|傈僳|维吾尔|哈萨克|柯尔克孜|鄂温克|达斡尔|仡佬|各|[满回藏彝壮苗侗瑶白傣黎畲羌土])族)+$"
)
PARTS = ("市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划")
WITH_KIND = frozenset(  # said of a place only with 区 or 县 behind
    "城区 郊区 矿区 新城 城关 市中 河东 河西 城中 城东 城西 城北 城厢 东区 西区 平房 老城 老边 站前 古城 山城 江北 江南 平原 市南 市北 大厂".split()
)
ORDINARY = frozenset(  # words of every day: a place only behind 在 or within a wider one
    "平安 和平 向阳 前进 东风 红旗 友好 友谊 解放 共和 合作 同心 同德 富裕 长寿 长子 大方 光明 复兴 兴隆 兴业 乐业 安居 安定 "
    "安宁 振兴 新建 新华 新星 新民 新和 新兴 爱民 工农 回民 公安 政和 大同 大名 大安 大关 上街 下陆 中原 中方 中站 东方 南部 "
    "前锋 朝天 天心 天长 天等 天全 多伦 互助 方正 正定 无为 无极 比如 永和 永安 永定 建设 建华 和顺 和静 平和 平顺 平定 延长 "
    "高明 高平 富民 富源 宏伟 会同 利通 通道 通许 进贤 当阳 开化 开原 龙凤 凤凰 麒麟 牡丹 芙蓉 仁和 怀来 满城 未央 全南 "
    "宝塔 港口 温泉 石棉 水城 双桥 江口 江东 资源 清水 清新 清流 修水 修文 上高 上思 成安 来安 来凤 从江 于田 向东 从化 安康 "
    "丰满 七星 天桥 天台 青山 荷塘 灯塔 会东 会理 二七 二道 万全 万年 万安 海上 建国 人民 胜利 幸福 团结 文化 中心 大道 南站 "
    "西站 东站 北站 开发 工业 车站 中山路 学院 科技 创业 先锋 跃进 东门 西门 南门 北门 大桥 路口 桥头 码头 机场 港务".split()
)
OPENINGS = re.compile("[在到去回来往住于]$")
PHRASES = re.compile("非常|经常|平常|正常|日常|通常")
SEVERAL_MEANT = {"朝阳"}  # the district is better known than the city
BETWEEN = re.compile("[ 的市省]?")
MOST = 40  # of one clause; who lists more names no place of his own
LEVELS = {2: 0, 4: 1, 6: 2, 9: 3}


class Mention(NamedTuple):
    """一处: where a place stands in the text, and every code that it may mean."""

    start: int
    end: int
    codes: tuple[str, ...]


@cache
def names() -> dict[str, list[str]]:
    """The codes of every name, whole and without its kind."""
    found: dict[str, list[str]] = {}
    found["内蒙"] = ["15"]
    for code, name, cities in json.loads(PLACES.read_text(encoding="utf-8"))["places"]:
        _add(found, name, code)
        for city_code, city, counties in cities:
            if city not in PARTS:
                _add(found, city, city_code)
            for county_code, county in counties:
                if county != city:  # 东莞市 has no counties, and is listed as its own
                    _add(found, county, county_code)
    return found


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
        for code in codes:
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
    found: list[Mention] = []
    at = 0
    while at < len(text) - 1 and len(found) < MOST:
        one = _longest(_one(text, at), next((Mention(*town) for town in whole if town[0] == at), None))
        if one is None:
            at += 2 if PHRASES.match(text, at) else 1
        else:
            one = _down(text, one)
            found.append(one)
            at = one.end
    return found


def widest(codes: tuple[str, ...], words: str) -> tuple[str, ...]:
    """Who says 中山 means the city before a district elsewhere, and 海南 the province."""
    if words not in SEVERAL_MEANT:
        level = min((LEVELS[len(code)] for code in codes), default=3)
        highest = tuple(code for code in codes if LEVELS[len(code)] == level)
        if len(highest) == 1 and level < 2:
            return highest
    return tuple(code for code in codes if not any(code != one and code.startswith(one) for one in codes))


def _longest(one: Mention | None, other: Mention | None) -> Mention | None:
    return max((named for named in (one, other) if named), key=lambda named: named.end, default=None)


def _one(text: str, at: int, within: tuple[str, ...] = ()) -> Mention | None:
    """The longest name that stands at a place in the text, down to the county."""
    for length in lengths().get(text[at : at + 2], ()):
        name = text[at : at + length]
        if codes := names().get(name):
            inside = tuple(code for code in codes if any(code != one and code.startswith(one) for one in within))
            if within and inside:
                return Mention(at, at + length, inside)
            if not within and (name not in ORDINARY or OPENINGS.search(text[max(0, at - 1) : at])):
                return Mention(at, at + length, tuple(codes))
    return None


def _down(text: str, named: Mention) -> Mention:
    """A mention and what stands right behind it inside the same place, level by level."""
    for _ in range(len(LEVELS) - 1):
        gap = BETWEEN.match(text, named.end)
        starts = {gap.end() if gap else named.end, named.end}
        inside = (_longest(_one(text, at, named.codes), _town(text, at, named.codes)) for at in sorted(starts)[::-1])
        narrower = next((one for one in inside if one), None)
        if narrower is None:
            break
        named = Mention(named.start, narrower.end, narrower.codes)
    return named


def _town(text: str, at: int, areas: tuple[str, ...]) -> Mention | None:
    """A town of a county or a city; of a city only where it has one of that name."""
    found = [(end, code) for area in areas if len(area) in (4, 6) if (one := towns.after(area, text, at))
             for end in one[:1] for code in one[1]]  # fmt: skip
    if not found or text[at : found[0][0]] in ORDINARY or len({code for _, code in found}) > 1:
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
