"""风险说明: what a judgement says in sentences that can be read to the family, with figures and sources."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from field.codes import Grade
from field.monitoring.grading import needs
from field.monitoring.policy.risk_shapes import FIGURES, RANKS, Rule, Unit
from field.monitoring.policy.shapes import Pack
from field.monitoring.sections import SECTIONS

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


def missing_words(missing: str) -> list[str]:
    """The facts, in words, that are not known and could change the grade."""
    return [FACTS[fact] for fact in json.loads(missing)]


def _told(pack: Pack, rule: Rule, grade: Grade, known: Mapping[str, Any]) -> Fired:
    looked_at = [rule.figure, *(one.figure for one in rule.beside)]
    sources = {name: known[f"{name}_seq"] for name in SECTIONS if name in needs(pack, rule) and f"{name}_seq" in known}
    shown = {name: known[name] for name in looked_at if name in known}
    return Fired(rule.code, rule.name, grade, rule.say.format_map(_Said(known)), shown, sources)


class _Said(dict[str, Any]):
    """The figures as they are said; what is not known is 不详."""

    def __missing__(self, name: str) -> str:
        return _period(self) if name == "period" else "不详"

    def __getitem__(self, name: str) -> str:
        if name not in self:
            return self.__missing__(name)
        value = super().__getitem__(name)
        money = name in MONEY or (name in FIGURES and FIGURES[name].unit is Unit.YUAN)
        return yuan(value) if money else str(value)


def _period(known: dict[str, Any]) -> str:
    ends = [dict.get(known, f"period_{end}") for end in ("from", "to")]
    if None in ends:
        return "近一年"
    return " 至 ".join(f"{end[:4]} 年 {int(end[5:7])} 月" for end in map(str, ends))


def yuan(amount: int) -> str:
    """分 as 元, with 分 only where there are any."""
    whole, rest = divmod(abs(amount), 100)
    return f"{'-' if amount < 0 else ''}{whole:,}" + (f".{rest:02}" if rest else "")
