"""收入对不上的规则: an income far under the last one, the work or the season is looked into, never judged; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from field.monitoring.workdays import SHANGHAI

SPRING_FESTIVAL = 2  # the month in which it mostly falls


class Earned(NamedTuple):
    """月收入 in 分, as it was told at a moment."""

    amount: int
    at: datetime


@dataclass(frozen=True)
class Trade:
    """工种: the words by which it is known, the least that is usual in a month (分), and its slack months."""

    name: str
    words: tuple[str, ...]
    least: int
    slack: tuple[int, ...] = ()


EXAMPLES = (  # nobody's statistics: examples to be replaced by the county's own figures
    Trade("建筑", ("工地", "建筑", "钢筋", "木工", "瓦工", "泥工", "装修", "架子工"), 400_000, (12, 1)),
    Trade("工厂", ("厂", "流水线", "普工", "缝纫"), 300_000),
    Trade("餐饮", ("餐", "饭店", "酒店", "厨师", "服务员"), 250_000),
    Trade("家政", ("家政", "保姆", "月嫂", "护工"), 280_000),
    Trade("运输", ("司机", "开车", "快递", "外卖", "送货", "搬运"), 350_000),
    Trade("保安保洁", ("保安", "保洁", "门卫", "环卫"), 200_000),
)


@dataclass(frozen=True)
class Rules:
    """一县的收入规则: what counts as far under, which trades earn what, which months are slack for everybody."""

    far: float = 0.5
    trades: Sequence[Trade] = EXAMPLES
    slack: tuple[int, ...] = (SPRING_FESTIVAL,)
    words: Mapping[str, str] = field(
        default_factory=lambda: {
            "last": "月收入不到上次的一半", "work": "月收入不到{trade}常见最低数的一半",
            "season": "月收入不到往年同季的一半",
        }
    )  # fmt: skip


RULES = Rules()


def doubt(now: Earned, before: Sequence[Earned], work: str, rules: Rules = RULES) -> str | None:
    """Which rule says that the income does not fit, in words; None where it fits or too little is known.

    In a slack month (the Spring Festival, a trade's own winter) little is earned by everybody: where the same season
    of an earlier year is known, nothing else is compared then, and the trade's usual figures never are.
    """
    trade = trade_of(work, rules)
    slack = _month(now) in {*rules.slack, *(trade.slack if trade else ())}
    season = [one for one in before if _month(one) in _around(_month(now)) and _years(now, one)]
    compared = [("season", season[-1].amount)] if season else []
    if before and not (slack and season):
        compared.insert(0, ("last", before[-1].amount))
    if trade and not slack:
        compared.append(("work", trade.least))
    fired = next((rule for rule, usual in compared if now.amount < usual * rules.far), None)
    return rules.words[fired].format(trade=trade.name if trade else "") if fired else None


def trade_of(work: str, rules: Rules = RULES) -> Trade | None:
    """The first trade one of whose words stands in what somebody called his work."""
    return next((trade for trade in rules.trades if any(word in work for word in trade.words)), None)


def _month(one: Earned) -> int:
    return one.at.astimezone(SHANGHAI).month


def _around(month: int) -> set[int]:
    """The month with those beside it."""
    return {(month - 2) % 12 + 1, month, month % 12 + 1}


def _years(now: Earned, then: Earned) -> bool:
    """Whether it was another year's season: more than half a year ago."""
    return (now.at - then.at).days > 183
