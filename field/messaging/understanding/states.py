"""近况: whether the sender says that he is well, asks for help, or did not write it himself at all."""

import re

from field.messaging.understanding.facts import SPOKEN, Fact
from field.messaging.understanding.numerals import simplified
from field.messaging.understanding.places import names
from field.messaging.understanding.whose import Clause
from field.messaging.understanding.words import listed

WELL = re.compile(
    "(?<![不没祝])(?:都好|家里?人?[都也还挺蛮]{1,2}好|[挺蛮很]好(?!奇)|还好(?![吗吧])|好着|安好|(?<!一路)平安(?!银行|保险|[区县])|身体(?:好|还可以|还行|硬朗|健康|没问题)(?!不|了?吗)|顺利|好得很|一切(?:都)?正常)(?!吗|么|不好)"
)
ASKS = listed("help")
ARREARS = {
    "wages": "(?:工资|工钱|薪水)",
    "unpaid": "(?:没|未|不)(?:发|给|结)",
    "long": "[两三四五六七八九十几半]个?[月年]的?",
}
HELP = re.compile("|".join(re.sub("<([a-z]+)>", lambda name: ARREARS[name[1]], words) for words in ASKS["asks"]))
NOT_ME = re.compile(
    "打错(?:了|电话)|发错(?:了|人)|[找认弄搞]错人|[我这]可?不是(?:他|她|你们?(?:要?找|说)的|本人)|"
    "不是(?:他|她|本人)的?(?:号|手机|电话)|"
    "^ *不是本人 *$|"
    "^ *(?:你们?好)?[我这]不是(?![在做说去打来很没有没不那什个一挣赚为因])[\u4e00-\u9fff]{2,3}(?:了|啊|呀)?(?: |,|$)|"
    "号(?:码)?(?:已经)?换(?:了)?(?:主|机主|人)了?|[我俺]不认[识得](?:他|她|这个?人|你们?说的)"
)
FOR_PEOPLE = re.compile(
    "监狱|看守所|去世|过世|病故|病逝|人已经?(?:没了|走了)|人不在了|坐牢|判刑|拘留|被抓|失踪|失联|联系不上|找不到人|被骗|传销"
)
NO_HELP = re.compile("|".join(ASKS["asks_nothing"]))
NAMES = f"(?:{'|'.join(listed('whose')['surnames'])})[\u4e00-\u9fff]{{1,2}}"
VILLAGES = "[\u4e00-\u9fff]{2,12}(?:村|社区)(?:[一二三四五六七八九十\\d]{1,3}组)?"
ROLL = re.compile(
    rf"\s*(?:(?P<first>{NAMES})[ ,，、]+{VILLAGES}|{VILLAGES}[ ,，、]+(?P<last>{NAMES}))[ ,，、]*\d{{3}}[\dXx]\s*"
)
ADVERT = re.compile("https?://|点击|链接|急招|诚聘|招聘|中奖|额度|回T退订|退订回T")


def well(mine: list[Clause]) -> Fact | None:
    """平安: that the sender himself is well."""
    return _first(mine, WELL)


def asks_help(said: list[Clause]) -> Fact | None:
    """求助: in whatever clause it stands; who cannot write lets others ask."""
    without = [Clause(NO_HELP.sub(lambda no: " " * len(no[0]), one.text), one.written, one.mine) for one in said]
    return _first(without, HELP)


def not_me(text: str) -> Fact | None:
    """不是本人: whoever answers says that the number is not that person's."""
    found = NOT_ME.search(simplified(text))
    return Fact(True, text[slice(*found.span())], SPOKEN) if found else None


def for_people(said: list[Clause]) -> Fact | None:
    """要人来问: what no form has a line for, a death or an arrest, of the sender or of his people."""
    return _first(said, FOR_PEOPLE)


def is_advert(text: str) -> bool:
    """广告: not the sender's own words, so nothing in it is about him."""
    return ADVERT.search(text) is not None


def is_of_the_roll(text: str) -> bool:
    """自报家门: name, village and the last four of the identity number, as who is to be recognised tells them."""
    found = ROLL.fullmatch(text)
    return found is not None and (found["first"] or found["last"]) not in names()  # 周口 李家村 5000


def _first(said: list[Clause], words: re.Pattern[str]) -> Fact | None:
    return next(
        (Fact(True, one.words(*found.span()), SPOKEN) for one in said if (found := words.search(one.text))), None
    )
