"""务工: what the sender works at, and for how many months he has been away this year."""

import re
from collections.abc import Callable
from datetime import date

from field.messaging.understanding.facts import RECKONED, SAID_PLAINLY, SPOKEN, Fact
from field.messaging.understanding.whose import Clause
from field.messaging.understanding.words import listed

TABLE = listed("work")
# 进厂, 这个厂, 我们厂:
NO_TRADE = "里这那我他进换原老新小大几个同亲朋别到去回离从没不有找私刚在近两此本该每各好烂黑破差停招们厂月天年人上旧"
WHOSE = "[德日韩美英法外国合私央台][国本企资营湾]人?"  # 德国厂 names no trade
WORDS = {
    "any": rf"(?<![^ ,在个边里近的])(?!的|自[己家]|[^ ]{{1,3}}(?<!美)的厂|{WHOSE}厂|一厂|工厂|什么)"
    rf"([^\x00-\u4dff{NO_TRADE}]{{1,6}})厂(?!长|房|家(?!里))",
    **{name: "|".join(TABLE[name].split()) for name in ("made", "trades", "goods", "jobs")},
}
WORK = tuple(
    (re.compile(re.sub(r"{(\w+)}", lambda name: WORDS[name[1]], words)), label) for words, label in TABLE["works"]
)  # the words, and the work as the ledger names it; the first that stands in a reply
NOT_NOW = re.compile(
    "[不没](?:有|得|再|去|在|进|是|做|干|开|到|想|准备|打算|敢|让|会|能|用|太|找到?|出|过){0,3}$|"
    "(?:以前|原来|之前|本来|想|找个?|打算|准备|下个?(?:礼拜|星期|周|月)|过几天|年后|上半年|前[面几][^ ，]{0,3})"
    "[^ ，]{0,4}$|有没有[^ ,]{0,6}$|从(?:[那这一]家|[那这]个)?$"  # 从厂里出来了
)
FARMING = ("种地", "养殖")
SOME_FACTORY, QUIT = (
    "工厂",
    re.compile("^ *(?:我|现在|已经|早就|上个?月|[^ ,]{0,3}月份?)?(?:[不没]再?[干做]|辞[工职]?|离职)了(?![^ ,]*现在)"),
)
ENDED = re.compile(
    "^.{0,3}(?:倒闭|倒了|关了|垮了|关门|不[招收要]|摔|砸|受?伤|出了?事|辞|离职|下岗|裁|[不没][干做搞]了)"
)

MOST_MONTHS = 12  # the ledger counts the months of one year
COUNT = r"(?P<count>[一二两俩三四五六七八九]|十[一二]?|\d{1,2})"
LONG = rf"(?:(?P<half>半)年|{COUNT}(?:个多?|个把)月|{COUNT.replace('count', 'years')}年)"
LEFT = "(?:出来|出门|出去|外出|离家|在外(?:面|头|地)?|干|做|待|呆|打)"
SO_FAR = "(?:打工|上班|干活)?(?:了|有|快|已经|大概|差不多|都|也){0,2}"
FOR = re.compile(
    rf"(?:{LEFT}{SO_FAR}|(?:(?<!回)来|到|(?<!现)在)[^ 没不]{{1,8}}?(?:了|有|快|已经){{0,2}})(?<!大)"
    rf"{LONG}(?P<more>多|半)?(?P<end>[工班]?了|$| |,)?"
)
UNSEEN = re.compile(rf"{LONG}(?P<more>多|半)?(?P<end>没)有?回(?![答复话信])")  # 出来十个月没回去
NOT_AWAY = re.compile("(?:先|以前|原来)在|(?<!没)回来了|就回来|[年月]了? ?现在")
GONE_HOME = re.compile(
    "(?<![没不])(?:就|已经|又)回(?:来|去|家|屋里?|老家)了|现在(?:就|都)?在?(?:[屋家]里|老家|家(?=$|[ ,]))"
)
# what else lasts, or is still to come:
NO_STAY = re.compile("打算|准备|想|再(?!说|聊|联系)|还[要有能]|住院|怀孕|瘫|床上|卧床|欠|失业|试用|休息|闲")
CAME = "(?:[以之过]?后|份|初|底|中旬)?(?:就|才|我)?(?<!没)(?<!没有)(?:出来|出门|出去|出的门|(?<!回)来|到的(?=..))"
OLD, OLD_DAY = "(?:[阴农旧]历的?)", "(?:初.|廿.?|二?十[一二三四五六七八九]?)?"
SINCE: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], int | None]], ...] = (
    (re.compile(f"(?<!前年)(?:去年|{OLD})?(?P<month>冬月|腊月){OLD_DAY}{CAME}"),
     lambda found: {"冬月": 12, "腊月": 1}[found["month"]]),  # a month of the old calendar is the one after it
    (re.compile(f"(?:去年|前年).{{0,6}}{CAME}"), lambda _: None),  # the month, or none: last year
    (re.compile(f"清明节?{CAME}"), lambda _: 4), (re.compile(f"端午节?{CAME}"), lambda _: 6),
    (re.compile(f"(?:中秋节?|八月(?:十五|半))过?{CAME}"), lambda _: 9),
    (re.compile(f"(?:过完年|过了?年|开年|正月|春节|元宵节?|[年节](?=以?后)|年(?=初)){OLD_DAY}{CAME}"), lambda _: 2),
    (re.compile(rf"{OLD}(?P<count>\d\d?|十[一二]?|[一二三四五六七八九])月{CAME}"),
     lambda found: _number(found["count"]) + 1),
    (re.compile(rf"(?<!\d)(?P<count>\d\d?|十[一二]?|[一二三四五六七八九])月(?:\d\d?[号日])?{CAME}"),
     lambda found: _number(found["count"])),
    (re.compile(f"(?:五一|劳动)节?{CAME}"), lambda _: 5), (re.compile(f"(?:国庆|十一)节?{CAME}"), lambda _: 10),
)  # fmt: skip


def work(mine: list[Clause]) -> Fact | None:
    """The work that is named first in the table."""
    said = ",".join(clause.bare for clause in mine)
    for shape, label in WORK:
        for clause in mine if shape.search(said) else ():
            for found in shape.finditer(clause.bare):
                if NOT_NOW.search(clause.before(found.start())) or ENDED.search(clause.after(found.end())):
                    continue
                if label == SOME_FACTORY and any(QUIT.search(one.text) for one in mine):  # 不干了，厂里太累
                    return None
                return Fact(found.expand(label), clause.words(*found.span()), SPOKEN)
    return None


def months_away(mine: list[Clause], on: date | None) -> Fact | None:
    """How many months, at most a year's; 过完年出来的 needs the day on which it was said."""
    told = _months_told(mine, on)
    return None if told and any(GONE_HOME.search(clause.text) for clause in mine) else told


def _months_told(mine: list[Clause], on: date | None) -> Fact | None:
    for clause in mine:
        if NOT_AWAY.search(clause.text):
            continue
        stays = [found for shape in (FOR, UNSEEN) if (found := shape.search(clause.text)) and _is_stay(found)]
        if found := next(filter(_so_long, stays), None):
            return Fact(_so_long(found), clause.words(*found.span()).strip(), SAID_PLAINLY)
        if not stays and on and (since := _since(clause, on)):
            return since
    return None


def _is_stay(found: re.Match[str]) -> bool:
    """Nothing before it or in its own stretch says that something else lasted so long."""
    until = found.string.find(" ", found.end())
    return NO_STAY.search(found.string[: until if until > 0 else None]) is None


def _so_long(found: re.Match[str]) -> int | None:
    """在东莞一个月 and then a figure is about pay, not about being away."""
    gone = re.match("出|外|离", found[0])
    if found["end"] is None and not found["more"]:
        return None
    months = 6 if found["half"] else _number(found["count"]) if found["count"] else 12 * _number(found["years"])
    if months == 1 and not gone and (found["end"] or "")[:1] not in ("了", "没"):
        return None
    return min(months, MOST_MONTHS)


def _since(clause: Clause, on: date) -> Fact | None:
    for shape, reader in SINCE:
        if (found := shape.search(clause.text)) and _is_stay(found):
            month = reader(found)
            away = MOST_MONTHS if month is None else (on.month - month) % 12
            return Fact(away, clause.words(*found.span()), RECKONED) if away else None
    return None


def _number(words: str) -> int:
    if words.isdigit():
        return int(words)
    ones = dict(zip("一二两俩三四五六七八九", (1, 2, 2, 2, 3, 4, 5, 6, 7, 8, 9), strict=True))
    return sum(10 if letter == "十" else ones[letter] for letter in words)
