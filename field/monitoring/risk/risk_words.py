"""风险说明: what a judgement says in sentences that can be read to the family, with figures and sources."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from field.codes import Grade
from field.labels import Word
from field.monitoring.policy.risk_shapes import FIGURES, RANKS, Rule, Unit
from field.monitoring.policy.shapes import Pack
from field.monitoring.risk.grading import needs
from field.monitoring.risk.sections import SECTIONS
from field.sentences import Sentence

NOT_KNOWN = Word("不详")
NO_INCOME = Word("一年大额支出 {rigid} 元，家庭纯收入是 {income} 元。")
TENFOLD = Word("一年大额支出 {rigid} 元，家庭纯收入只有 {income} 元，支出是收入的十倍以上。")
SPENT_MORE = Word("家庭纯收入 {income} 元，已经入不敷出，上一个时段是 {income_before} 元。")
TEN_TIMES, ALL_OF_IT = 1000, 100  # percent
NAMED = re.compile(r"\{([a-z_]+)\}")
MONEY = {"income", "income_before", "rigid", "line"}
FACTS = {
    "income": "收入", "expenses": "支出", "guarantees": "两不愁三保障和饮水", "risk_factors": "风险点",
    "labour": "劳动能力", "health": "健康状况",
}  # fmt: skip


@dataclass(frozen=True)
class Fired:
    """一条预警: the rule, its grade, the sentence, its figures, and the entries that they are from."""

    rule: str
    name: str
    grade: Grade
    words: str
    figures: dict[str, int]
    sources: dict[str, int]


def told(pack: Pack, fired: str, figures: str) -> list[Fired]:
    """Every rule that fired, the gravest first."""
    grades, known = json.loads(fired), json.loads(figures)
    rules = [rule for rule in pack.risk.rule if rule.code in grades]
    several = [_told(pack, rule, Grade(grades[rule.code]), known) for rule in rules]
    return sorted(several, key=lambda one: -RANKS[one.grade])


def _told(pack: Pack, rule: Rule, grade: Grade, known: Mapping[str, Any]) -> Fired:
    looked_at = [rule.figure, *(one.figure for one in rule.beside)]
    sources = {name: known[f"{name}_seq"] for name in SECTIONS if name in needs(pack, rule) and f"{name}_seq" in known}
    shown = {name: known[name] for name in looked_at if name in known}
    say = _say(rule, known)
    return Fired(rule.code, Word(rule.name), grade, Sentence(say, **_figures(say, known)), shown, sources)


def _say(rule: Rule, known: Mapping[str, Any]) -> str:
    """The sentence of a rule; a percentage of hardly anything tells a family nothing, then both sums are said alone."""
    if "{rigid_share}" in rule.say and known.get("income", 1) <= 0:
        return NO_INCOME
    if "{rigid_share}" in rule.say and known.get("rigid_share", 0) >= TEN_TIMES:
        return TENFOLD
    if "{income_fall}" in rule.say and known.get("income_fall", 0) > ALL_OF_IT:
        return SPENT_MORE
    return rule.say


def _figures(say: str, known: Mapping[str, Any]) -> dict[str, object]:
    """The figures of a sentence as they are said; what is not known is 不详."""
    return {name: _period(known) if name == "period" else _figure(name, known) for name in NAMED.findall(say)}


def _figure(name: str, known: Mapping[str, Any]) -> str:
    if name not in known:
        return NOT_KNOWN
    money = name in MONEY or (name in FIGURES and FIGURES[name].unit is Unit.YUAN)
    return yuan(known[name]) if money else str(known[name])


def _period(known: Mapping[str, Any]) -> Word:
    ends = [known.get(f"period_{end}") for end in ("from", "to")]
    if None in ends:
        return Word("近一年")
    (since, first), (until, last) = ((int(end[:4]), int(end[5:7])) for end in map(str, ends))
    return Sentence("{since} 年 {first} 月 至 {until} 年 {last} 月", since=since, first=first, until=until, last=last)


def yuan(amount: int) -> str:
    """分 as 元, with 分 only where there are any."""
    whole, rest = divmod(abs(amount), 100)
    return f"{'-' if amount < 0 else ''}{whole:,}" + (f".{rest:02}" if rest else "")
