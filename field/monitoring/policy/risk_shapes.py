"""预警规则的格式: rules are data, over figures that the platform knows how to count."""

import re
from collections.abc import Hashable, Sequence
from enum import Enum
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from field.codes import Grade

RANKS = {Grade.YELLOW: 1, Grade.ORANGE: 2, Grade.RED: 3}
OF_LIFE = 4  # before all grades: who speaks of dying
GRADES = {rank: grade for grade, rank in RANKS.items()} | {0: Grade.NONE, OF_LIFE: Grade.RED}
SAYABLE = ("persons", "income", "income_before", "rigid", "line", "period")
Threshold = Annotated[int, Field(ge=0, le=10_000_000)]


class Placed(ValueError):
    """错在哪里: with the place in the file, on whose line it is told."""

    def __init__(self, words: str, *place: str | int) -> None:
        super().__init__(words)
        self.place = place


def once(several: Sequence[Hashable], words: str, *place: str) -> None:
    """Placed at the second, where one of a list was there before."""
    for at, one in enumerate(several):
        if one in several[:at]:
            raise Placed(words.format(one), *place, at)


class Unit(Enum):
    """单位: what a threshold of a figure is written in, and how many of the kept units that is."""

    YUAN = 100
    PERCENT = 1
    COUNT = -1


class Figure(Enum):
    """指标: code, label, unit, and the facts without which it is not known."""

    INCOME_PER_HEAD = "income_per_head", "人均纯收入", Unit.YUAN, ("income",)
    INCOME_OF_LINE = "income_of_line", "人均纯收入占监测范围", Unit.PERCENT, ("income",)
    MEDICAL_BORNE = "medical_borne", "近一年自付医疗费", Unit.YUAN, ("expenses",)
    SCHOOLING_COST = "schooling_cost", "近一年上学费用", Unit.YUAN, ("expenses",)
    RIGID_SHARE = "rigid_share", "大额支出占纯收入", Unit.PERCENT, ("income", "expenses")
    INCOME_FALL = "income_fall", "纯收入下降", Unit.PERCENT, ("income",)
    GUARANTEES_MISSING = "guarantees_missing", "没有保障的项数", Unit.COUNT, ("guarantees",)
    SUDDEN = "sudden", "灾害或意外", Unit.COUNT, ("risk_factors",)
    DECLARED = "declared", "未核实的申报", Unit.COUNT, ()
    OUT_OF_TOUCH = "out_of_touch", "联系不上的人数", Unit.COUNT, ()
    NO_LABOUR = "no_labour", "全家无劳动力", Unit.COUNT, ("labour",)
    DRUG_COST_MONTH = "drug_cost_month", "长期用药每月自付", Unit.YUAN, ("expenses", "health")

    def __init__(self, code: str, label: str, unit: Unit, needs: tuple[str, ...]) -> None:
        self.code, self.label, self.unit, self.needs = code, label, unit, needs

    @property
    def scale(self) -> int:
        """How many kept units one written unit is."""
        return abs(self.unit.value)


FIGURES = {figure.code: figure for figure in Figure}


class Part(BaseModel):
    """Exact types, no key that is not known, never changed."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Beside(Part):
    """还要满足: another figure, below or at least a number."""

    figure: str
    below: Threshold | None = None
    at_least: Threshold | None = None

    @model_validator(mode="after")
    def _one_side(self) -> Self:
        _known(self.figure)
        if (self.below is None) == (self.at_least is None):
            raise ValueError("below 和 at_least 要写一个，也只能写一个")
        return self


class Rule(Part):
    """预警规则: which figure reaches which grade, and the sentence that is read to the family."""

    code: Annotated[str, Field(pattern="^[a-z][a-z0-9_]{0,31}$")]
    name: Annotated[str, Field(min_length=1, max_length=60)]
    figure: str
    who: Literal["all", "formerly_poor", "others"] = "all"
    below: dict[Literal["red", "orange", "yellow"], Threshold] = Field(default_factory=dict)
    at_least: dict[Literal["red", "orange", "yellow"], Threshold] = Field(default_factory=dict)
    beside: list[Beside] = Field(default_factory=list)
    say: Annotated[str, Field(min_length=1, max_length=200)]
    source: Annotated[str, Field(min_length=1, max_length=400)]

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        _known(self.figure)
        if bool(self.below) == bool(self.at_least):
            raise ValueError("below 和 at_least 要写一个，也只能写一个")
        order = [self.steps[grade] for grade in ("red", "orange", "yellow") if grade in self.steps]
        if order != sorted(order, reverse=bool(self.at_least)):
            raise Placed("红色要比橙色严重，橙色要比黄色严重，数字的大小反了", self.side)
        strange = set(re.findall(r"\{(.*?)\}", self.say)) - {*FIGURES, *SAYABLE}
        if strange or re.sub(r"\{[a-z_]+\}", "", self.say).count("{"):
            raise Placed(f"没有这样的数：{'、'.join(sorted(strange)) or '{'}", "say")
        return self

    @property
    def side(self) -> Literal["below", "at_least"]:
        """On which side of its thresholds a grade lies."""
        return "below" if self.below else "at_least"

    @property
    def steps(self) -> dict[str, int]:
        """Grade to threshold, whichever side."""
        return {str(grade): value for grade, value in (self.below or self.at_least).items()}

    @property
    def worst(self) -> int:
        """The rank of the highest grade that it can give."""
        return max(RANKS[Grade(grade)] for grade in self.steps)

    @property
    def needs(self) -> set[str]:
        """The facts that it stands on."""
        figures = [self.figure, *(one.figure for one in self.beside)]
        return {fact for figure in figures for fact in FIGURES[figure].needs}


class Risk(Part):
    """风险判断: rules, and how old a fact may be."""

    fresh_days: Annotated[int, Field(ge=30, le=1500)]
    fresh_source: Annotated[str, Field(min_length=1, max_length=400)]
    period_months: Literal[1, 2, 3, 4, 6, 12]
    monitored_from: Literal["orange", "red"]
    source: Annotated[str, Field(min_length=1, max_length=400)]
    rule: Annotated[list[Rule], Field(min_length=1, max_length=60)]

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        once([rule.code for rule in self.rule], "规则的 code 有重复：{}", "rule")
        return self


def _known(figure: str) -> None:
    if figure not in FIGURES:
        raise Placed(f"没有“{figure}”这个指标，可以用：{'、'.join(FIGURES)}", "figure")
