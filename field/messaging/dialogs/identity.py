"""身份: reads who somebody says to be, name, village and the last four of the ID, in whatever order they come."""

import re
from collections.abc import Sequence

LAST4 = re.compile(r"(?:\d{6}|[\d*]{6,14}|\*{1,10})?(?<![\d])(\d{3}[\dXx])(?![\dXx])")
WHOLE_ID = re.compile(r"\d{6}[\d*]{8,10}(\d{3}[\dXx])(?![\dXx])")
VILLAGE = re.compile(
    r"(?:[一-鿿]{1,6}[镇乡])?([一-鿿]{1,9}?)(村民委员会|村委会|社区居委会|居委会|社区|村)(?:[一二三四五六七八九十\d]{1,3}组)?"
)
FILLER = re.compile(
    r"身份证号?码?|后四位|尾号|最后|四位|数字|姓名|名字|我是|我叫|他是|她是|他叫|她叫|叫做|住在|家住|家在|我家|的|是|叫|姓|我"
)
NAME = re.compile(r"[一-鿿]{1,8}(?:·[一-鿿]{1,8})*")
STORY = re.compile(
    "[了没不你您吗呢哪啥]|谢谢|请问|打扰|领导|同志|干部|政府|村里|家里|什么|怎么|可以|[今去前明]年|个月|困难|申报|绑定|帮忙|救助|低保|进度"
)
PARTS = {"name": "姓名", "village": "村名", "town": "乡镇名", "last4": "身份证后四位"}
KIND = re.compile("(?:街道|镇|民族乡|乡)$")


def identity(text: str) -> dict[str, str]:
    """What of name, village and last four the text tells; a whole ID number is kept by its last four only."""
    told: dict[str, str] = {}
    if number := WHOLE_ID.search(text) or LAST4.search(text):
        told["last4"] = number[1].upper()
    words = [word for word in re.split(r"[^一-鿿·]+", re.sub(r"[\dXx*]+(?!组)", " ", text)) if word]
    for word in words:
        _take(FILLER.sub(" ", word), told)
    return told


def merged(before: dict[str, str], told: dict[str, str]) -> dict[str, str]:
    """What was told before with what is told now; a name that was written into the village's is taken out of it."""
    both = before | told
    if (name := both.get("name")) and len(both.get("village", "")) > len(name) + 1:
        both["village"] = both["village"].removeprefix(name)
    return both


def in_town(text: str, before: dict[str, str], towns: Sequence[str]) -> dict[str, str]:
    """What the text tells where several towns have a village of that name: the town, too, or that it is wanted."""
    named = next(((town, one) for town in towns for one in (town, KIND.sub("", town)) if one and one in text), None)
    if named is None:
        return identity(text) | {"town": before.get("town", "")}
    town, written = named
    return identity(text.replace(written, " ")) | {"town": town}


def missing(told: dict[str, str]) -> str:
    """What is still to be told, in words; a town only where it is wanted."""
    return "、".join(label for part, label in PARTS.items() if not told.get(part, part == "town"))


def _is_name(word: str) -> bool:
    """Whether a word may be somebody's name; a sentence is none."""
    return 2 <= len(word) <= (12 if "·" in word else 4) and not STORY.search(word)


def _take(words: str, told: dict[str, str]) -> None:
    for word in words.split():
        village = VILLAGE.search(word)
        if village and "village" not in told and not STORY.search(village[0]):
            told["village"] = village[1] + ("村" if village[2].startswith("村") else "社区")
            rest = word[: village.start()] + word[village.end() :]
        else:
            rest = word
        found = NAME.fullmatch(rest)
        if found and "name" not in told and _is_name(found.group()):
            told["name"] = found.group()
