"""近况: whether the sender says that he is well, asks for help, or did not write it himself at all."""

import re

from field.messaging.understanding.facts import SPOKEN, Fact
from field.messaging.understanding.whose import Clause

WELL = re.compile(
    "(?<![不没祝])(?:都好|[挺蛮很]好(?!奇)|还好(?![吗吧])|好着|安好|(?<!一路)平安(?!银行|保险|[区县])|身体好(?!不|了?吗)|顺利|好得很)(?!吗|么|不好)"
)
HELP = re.compile(
    "^ *困难 *$|帮帮|帮忙|需要.{0,2}帮|救命|帮一下|求助|救助|求帮|求求|"
    "请求|有困难|[很太]困难|没钱(?:看病|治|交|上学|吃饭)|"
    "过不下去|活不下去|揭不开锅|"
    "(?:申请|想要|能不能|可以|怎么).{0,6}(?:低保|补助|救济)|(?:能|请|麻烦)(?:不能)?帮|救救"
)
NO_HELP = re.compile(
    "没(?:有|得|啥|什么|碰到|遇到)*(?:大)?困难|不(?:用|需要|要|必)[^ ,]{0,4}帮[帮忙助]{0,2}|[谢感]谢[^ ,]{0,6}[帮救]助?"
)
ADVERT = re.compile("https?://|点击|链接|急招|诚聘|招聘|中奖|额度|回T退订|退订回T")


def well(mine: list[Clause]) -> Fact | None:
    """平安: that the sender himself is well."""
    return _first(mine, WELL)


def asks_help(said: list[Clause]) -> Fact | None:
    """求助: in whatever clause it stands; who cannot write lets others ask."""
    without = [Clause(NO_HELP.sub(lambda no: " " * len(no[0]), one.text), one.written, one.mine) for one in said]
    return _first(without, HELP)


def is_advert(text: str) -> bool:
    """广告: not the sender's own words, so nothing in it is about him."""
    return ADVERT.search(text) is not None


def _first(said: list[Clause], words: re.Pattern[str]) -> Fact | None:
    return next(
        (Fact(True, one.words(*found.span()), SPOKEN) for one in said if (found := words.search(one.text))), None
    )
