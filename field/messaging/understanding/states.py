"""近况: whether the sender says that he is well, asks for help, or did not write it himself at all."""

import re

from field.messaging.understanding.facts import SPOKEN, Fact
from field.messaging.understanding.numerals import simplified
from field.messaging.understanding.whose import Clause

WELL = re.compile(
    "(?<![不没祝])(?:都好|[挺蛮很]好(?!奇)|还好(?![吗吧])|好着|安好|(?<!一路)平安(?!银行|保险|[区县])|身体(?:好|还可以|还行|硬朗|健康|没问题)(?!不|了?吗)|顺利|好得很|一切(?:都)?正常)(?!吗|么|不好)"
)
WAGES, STAY_OUT = "(?:工资|工钱|薪水)", "(?:没|未|不)(?:发|给|结)"
LONG = "[两三四五六七八九十几半]个?[月年]的?"
HELP = re.compile("|".join((
    "^ *困难 *$|有困难|[很太]困难|救命|救救|求助|救助|求帮|求求|请求|救济一下|"
    "实在没(?:有)?办法|没(?:得|有)?(?:着落|指望|人管|人来修)|不(?:知道|晓得)(?:该|要)?(?:找谁|找哪个|怎么办)",
    "帮帮|帮忙|帮[个下]忙|帮一[把下]|需要.{0,2}帮|(?:能|请|麻烦)(?:不能)?帮|管不管|能不能管|管一下|能[^ ,]{0,2}借",
    "(?<![要请])求(?:政府|村|乡|镇|领导|你们|干部|大家)|[想要]申请",
    "有没(?:有|得)[赔补]|(?:补贴|补助|补偿|保险)[^ ,]{0,4}能不能|能不能[领报赔补]",
    "(?:申请|想要|想吃|能不能|可以|怎么|[要想]办).{0,6}(?:低保|补助|救济|残疾证|公益性?岗)",
    "[想要][^ ,]{0,5}办[^ ,]{0,4}(?:低保|补助|救济|残疾证|慢性?病)",
    "没钱(?:看病|治|交|上学|吃饭)|拿不出钱?(?: |,|$)|[交付出看治上供养]不起(?:学费|病|药|钱|学|了|$)?",
    "[过撑熬]不下去|撑不住了|揭不开锅|没(?:得|有)?(?:[饭米粮]|东西)(?:吃|了|下锅)|吃不[上起]饭|断粮|断顿|饿(?:了|着)[两几三]天",
    f"欠薪|讨薪|{WAGES}[^ ,]{{0,4}}要不[到回]|{LONG}{WAGES}?[^ ,还]{{0,3}}{STAY_OUT}(?:{WAGES}|钱)?",
    f"(?<![没不未有])[拖欠](?:着|了)?(?:我们?)?(?:的|{LONG})*{WAGES}|欠(?:着|了)?我们?[^ ,]{{0,6}}{WAGES}",
    "塌方|[房屋墙]子?[^ ,]{0,4}(?:塌|倒了|裂|漏|垮)|危房",
)))  # fmt: skip
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
NO_HELP = re.compile(
    "没(?:有|得|啥|什么|碰到|遇到)*(?:大)?困难|"
    "有困难(?:再[说讲找]|就[找说回]|会[说讲找回]|我会|的话|随时|找[政你村])[^ ,]*|"
    "救助(?:站|员|队)|"
    "(?:在|去|给|跟|到)[^ ,]{1,8}帮忙|[厂店家地]里?帮忙|帮忙(?:带|看|照|做|干|接|送)|"
    "不(?:用|需要|要|必)[^ ,]{0,4}帮[帮忙助]{0,2}|[谢感]谢[^ ,]{0,6}[帮救]助?"
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


def _first(said: list[Clause], words: re.Pattern[str]) -> Fact | None:
    return next(
        (Fact(True, one.words(*found.span()), SPOKEN) for one in said if (found := words.search(one.text))), None
    )
