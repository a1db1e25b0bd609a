"""笔误: what the format allows and no county can mean; a pack that was in force before is not asked again."""

from collections.abc import Iterator, Sequence
from typing import Any

from field.codes import RiskFactor
from field.monitoring.policy.risk_shapes import Placed
from field.monitoring.policy.shapes import Pack


def slips(pack: Pack) -> Iterator[Placed]:
    """Every slip of a pack, with its place in the file."""
    yield from (Placed("不能空着", *place) for place in _blanks(pack.model_dump(by_alias=True)))
    if pack.income.deduct and not pack.income.deduct_source:
        yield Placed("写了 deduct，也要写 deduct_source", "income", "deduct")
    for at, rule in enumerate(pack.risk.rule):
        if len(set(rule.steps.values())) < len(rule.steps):
            yield Placed("两级写了同一个数，轻的那一级就没有了", "risk", "rule", at, rule.side)
    if pack.assessment.majority == 1:
        yield Placed("同意的要超过到会的 100%，谁也过不了", "assessment", "majority")
    if pack.revisit.months != sorted(set(pack.revisit.months)):
        yield Placed("要从小到大写，一个月只写一次", "revisit", "months")
    for factor in RiskFactor:
        if not pack.measures_for(factor):
            yield Placed(f"没有一项是给{factor.label}（{factor}）的，这样的户安排不了措施，风险消除不了", "measure")
    yield from _ages(pack)


def _blanks(said: Any, place: Sequence[str | int] = ()) -> Iterator[Sequence[str | int]]:
    inside = said.items() if isinstance(said, dict) else enumerate(said) if isinstance(said, list) else ()
    for name, one in inside:
        yield from _blanks(one, (*place, name))
    if isinstance(said, str) and not said.strip():
        yield place


def _ages(pack: Pack) -> Iterator[Placed]:
    rule = pack.quality
    if rule.school_from > rule.school_to:
        yield Placed("不能比 school_to 大", "quality", "school_from")
    for name in ("head_from", "spouse_from"):
        if getattr(rule, name) > rule.oldest:
            yield Placed("不能比 oldest 大", "quality", name)
    for at, one in enumerate(rule.pupil):
        if one.low > one.high:
            yield Placed("不能比 high 大", "quality", "pupil", at, "low")
