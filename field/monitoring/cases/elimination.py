"""消除条件: what must all hold before a risk counts as gone, each with its evidence; pure, over facts given as data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from field.codes import RiskFactor
from field.labels import Word
from field.monitoring.policy.shapes import Elimination
from field.monitoring.workdays import months_after
from field.sentences import Sentence, Series, word

NOT_KNOWN = "还不清楚"


@dataclass(frozen=True)
class Earned:
    """一期收入 a head with the line of its year, in 分; None where it is not known."""

    until: date | None
    per_head: int | None
    line: int


@dataclass(frozen=True)
class Ground:
    """消除依据: figures of the household as judged, its measures, and what a town said of them; money in 分.

    `done` are risk factors with the newest entry (seq) by which a measure of theirs was carried out, `still_open` how
    many of theirs are not; `carried_out` are those that a town's review confirmed and `expense_solved` whether the
    large expense is, each with the entry that says so; None: nobody has said so yet. `earlier` are the incomes before.
    """

    income_per_head: int | None
    line: int
    guarantees_missing: int | None
    no_labour: bool
    identified_on: date | None
    risk_factors: tuple[str, ...]
    carried_out: Mapping[str, int] = field(default_factory=dict)
    expense_solved: int | None = None
    seqs: Mapping[str, int] = field(default_factory=dict)
    done: Mapping[str, int] = field(default_factory=dict)
    still_open: Mapping[str, int] = field(default_factory=dict)
    income_until: date | None = None
    earlier: tuple[Earned, ...] = ()


@dataclass(frozen=True)
class Condition:
    """一项条件: whether it holds, in words with its figures, and the entry that shows it; `seen` by data alone."""

    code: str
    title: str
    holds: bool
    words: str
    seq: int | None = None
    seen: bool = True


def conditions(ground: Ground, rule: Elimination, day: date) -> list[Condition]:
    """Every condition of the pack for a household on a day."""
    return [
        _income(ground, rule), _guarantees(ground), _expense(ground), *_measures(ground), _months(ground, rule, day),
        Condition("labour", "家里有劳动力", not ground.no_labour,
                  "整户没有劳动力，继续监测" if ground.no_labour else "不属于整户无劳动力"),
    ]  # fmt: skip


def missing(several: list[Condition], *, seen_only: bool = False) -> list[Condition]:
    """Those that do not hold; `seen_only` leaves out what the town has yet to record."""
    return [one for one in several if not one.holds and (one.seen or not seen_only)]


def _income(ground: Ground, rule: Elimination) -> Condition:
    known, title = ground.income_per_head, "人均纯收入稳定超过监测范围"
    if known is None:
        return Condition("income", title, False, NOT_KNOWN)
    several = (Earned(ground.income_until, known, ground.line), *ground.earlier)[: rule.income_periods]
    told, lacking = Series((_told(one) for one in several), "；"), rule.income_periods - len(several)
    high = [one.per_head is not None and one.per_head * 100 > one.line * rule.income_of_line for one in several]
    if lacking:
        words = Sentence("{told}；还要再有 {n} 期的收入记录", told=told, n=lacking)
    else:
        words = Sentence("{told}；都要超过监测范围的 {percent}%", told=told, percent=rule.income_of_line)
    return Condition("income", title, all(high) and not lacking, words, ground.seqs.get("income"))


def _told(one: Earned) -> Sentence:
    """A period's figure beside the line of its year."""
    known = Word(NOT_KNOWN) if one.per_head is None else Sentence("{yuan} 元", yuan=_yuan(one.per_head))
    if one.until is None:
        return Sentence("人均 {known}，监测范围 {line} 元", known=known, line=_yuan(one.line))
    words = "到{until}的一年，人均 {known}，监测范围 {line} 元"
    return Sentence(words, until=one.until, known=known, line=_yuan(one.line))


def _guarantees(ground: Ground) -> Condition:
    known, title = ground.guarantees_missing, "两不愁三保障和饮水安全都有保障"
    words = NOT_KNOWN if known is None else Sentence("{n} 项没有保障" if known else "六项都有保障", n=known)
    return Condition("guarantees", title, known == 0, words, ground.seqs.get("guarantees"))


def _expense(ground: Ground) -> Condition:
    done = ground.expense_solved is not None
    words = "乡镇核过" if done else "还没有记下"
    return Condition("expense", "大额支出问题已解决", done, words, ground.expense_solved, seen=False)


def _measures(ground: Ground) -> list[Condition]:
    if not ground.risk_factors:
        return [Condition("measures", "每个风险点的帮扶措施已落实", False, "没有记下风险点")]
    return [_measure(code, ground) for code in ground.risk_factors]


def _measure(code: str, ground: Ground) -> Condition:
    """Carried out, none of the risk factor's left open, and confirmed by a town that looked at it afterwards."""
    title, name = Sentence("{risk}的帮扶措施已落实", risk=word(RiskFactor.label_of(code))), f"measure.{code}"
    done, still, confirmed = ground.done.get(code), ground.still_open.get(code, 0), ground.carried_out.get(code)
    if still:
        return Condition(name, title, False, Sentence("还有 {n} 项没有办成", n=still), done)
    if done is None:
        return Condition(name, title, False, "还没有落实的措施")
    if confirmed is None or confirmed <= done:
        return Condition(name, title, False, "已落实，乡镇还没有核过", done, seen=False)
    return Condition(name, title, True, "已落实，乡镇核过", done)


def _months(ground: Ground, rule: Elimination, day: date) -> Condition:
    title, since = Sentence("监测满 {months} 个月", months=rule.earliest_months), ground.identified_on
    if since is None:
        return Condition("months", title, False, "不知道识别时间")
    first = months_after(since, rule.earliest_months)
    return Condition("months", title, first <= day, Sentence("识别于 {since}，满期 {first}", since=since, first=first))


def _yuan(fen: int) -> str:
    return f"{fen / 100:,.2f}".removesuffix(".00")
