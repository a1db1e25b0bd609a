"""政策包的格式: what a pack must say, each number with its source; anything else in it is a fault."""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from field.codes import Grade, Kind, RiskFactor
from field.monitoring.policy.fund_shapes import Fund
from field.monitoring.policy.quality_shapes import Quality
from field.monitoring.policy.risk_shapes import Placed, Risk, once
from field.monitoring.policy.share_shapes import Share, named
from field.monitoring.policy.sharing_shapes import Sharings


def _rising(marks: list[int]) -> list[int]:
    if marks != sorted(marks):
        raise ValueError("要从小到大写，依次是村、乡镇、县")
    return marks


Text = Annotated[str, Field(min_length=1, max_length=400)]
Code = Annotated[str, Field(pattern="^[a-z][a-z0-9_]{0,31}$")]
Yuan = Annotated[int, Field(ge=0, le=10_000_000)]
Percent = Annotated[int, Field(ge=0, le=100)]
Days = Annotated[int, Field(ge=0, le=366)]
Marks = Annotated[list[Percent], Field(max_length=3), AfterValidator(_rising)]  # of village, town and county
Steps = Literal["onsite_check", "data_check", "assessment", "notice", "town_review", "county_approval"]
LADDER = {
    "onsite_check": "入户核实", "data_check": "信息比对", "assessment": "民主评议",
    "notice": "公示", "town_review": "乡镇审核", "county_approval": "县级审定",
}  # fmt: skip
Counting = Literal["calendar", "working"]
Province = Annotated[str, Field(pattern="^[0-9]{2}$")]
Identity = Annotated[str, Field(pattern="^[A-Za-z0-9-]{1,20}$")]


class Part(BaseModel):
    """Every part of a pack: exact types, no key that is not known, never changed."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, populate_by_name=True)


class Sourced(Part):
    """A part that names where its numbers come from."""

    source: Text


class KindRule(Sourced):
    """监测对象分类, and whether it is for formerly poor households, for others, or for either."""

    code: str
    name: Text
    formerly_poor: Literal["yes", "no", "either"]

    @field_validator("code")
    @classmethod
    def _known(cls, code: str) -> str:
        if code not in Kind.labels():
            raise ValueError(f"没有这样的监测类别，只能是 {'、'.join(Kind)}")
        return code


class Line(Sourced):
    """监测范围 of a province and year."""

    province: Province
    year: Annotated[int, Field(ge=2000, le=2100)]
    yuan: Annotated[int, Field(gt=0, le=1_000_000)]
    example: bool = False


class Window(Sourced):
    """收入时段: the twelve months that end with last month, or with the last September."""

    ends: Literal["month_before", "september"]


class IncomeRule(Sourced):
    """收入算法."""

    parts: Annotated[list[Literal["wages", "business", "property", "transfers"]], Field(min_length=1)]
    minus: list[Literal["production_cost"]]
    deduct: list[Literal["medical_self_paid", "schooling", "housing", "other"]]
    deduct_source: Text | None = None
    months: Annotated[int, Field(ge=1, le=24)]
    lag_months: Annotated[int, Field(ge=0, le=36)]
    new: Window
    monitored: Window


class GradeRule(Sourced):
    """一级预警: who receives it, in how many days it is answered, at which shares of them it goes up."""

    receivers: Annotated[list[Literal["village", "town", "county"]], Field(min_length=1)]
    days: Days
    counting: Counting
    escalate_at: Marks


class Step(Sourced):
    """办理步骤, its days, and at which shares of them it is told one level higher."""

    code: Steps
    name: Text
    days: Days
    counting: Counting
    escalate_at: Marks = []


class Assessment(Sourced):
    """民主评议: which share of all must have come, and more than which share of those must agree."""

    quorum: Annotated[Share, named("quorum", "quorum_percent")]
    majority: Annotated[Share, named("majority", "pass_percent")]


class Notice(Sourced):
    """公示, and in how many days an objection is answered."""

    days: Days
    counting: Counting
    answer_days: Days | None = None


class Elimination(Sourced):
    """风险消除, and what is a defect; so many incomes, which end so many months apart, must all be high enough."""

    income_of_line: Annotated[int, Field(ge=100, le=1000)]
    income_periods: Annotated[int, Field(ge=1, le=5)] = 1
    income_apart: Annotated[int, Field(ge=1, le=36)] = 1
    earliest_months: Annotated[int, Field(ge=0, le=60)]
    measure_days: Days


class Revisit(Sourced):
    """回访日: months after elimination, and how many days before them a revisit counts already."""

    months: Annotated[list[Annotated[int, Field(ge=1, le=60)]], Field(min_length=1)]
    early_days: Days = 0


class Visits(Sourced):
    """一月一摸排: every monitored household once a month; and a village of which nothing was heard for so long."""

    every: Literal["month"]
    escalate_at: Marks
    quiet_days: Annotated[int, Field(ge=1, le=366)]


class Measure(Sourced):
    """帮扶措施, for the risk factors that it meets; `days` are proposed for it, `money`: proof names an amount."""

    code: Code
    name: Annotated[str, Field(min_length=1, max_length=120)]
    risk_factors: Annotated[list[str], Field(alias="for", min_length=1)]
    days: Annotated[int, Field(ge=1, le=366)] | None = None
    days_source: Text | None = None
    money: bool = False

    @model_validator(mode="after")
    def _known(self) -> Self:
        if strange := [code for code in self.risk_factors if code not in set(RiskFactor)]:
            raise ValueError(f"没有这样的风险点：{', '.join(strange)}")
        if self.days is not None and self.days_source is None:
            raise ValueError("写了 days，也要写 days_source")
        return self


class Layer(Sourced):
    """救助的一层: what part of the cost above a threshold is paid out, up to a cap."""

    code: Literal["basic", "tilted"]
    name: Text
    above_yuan: Yuan
    percent: Percent
    cap_yuan: Yuan | None = None


class ReliefRule(Sourced):
    """医疗救助, of a person and year."""

    second_on: Literal["remainder", "whole"]
    second_on_source: Text
    layer: Annotated[list[Layer], Field(min_length=1, max_length=2)]

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if [layer.code for layer in self.layer] not in (["basic"], ["basic", "tilted"]):
            raise ValueError("救助先写 basic，再写 tilted，各一次")
        return self


class LongTermRule(Sourced):
    """长期户: from which drug cost of a month on a household is looked at for years."""

    drug_month_yuan: Annotated[int, Field(ge=1, le=1_000_000)]


class Departments(Sourced):
    """行业部门筛查阈值."""

    inpatient_formerly_poor_yuan: Yuan
    inpatient_others_yuan: Yuan
    schooling_yuan: Yuan


class Exports(Sourced):
    """导出: how many days a file is kept."""

    kept_days: Annotated[int, Field(ge=1, le=90)]


class HalfLife(Sourced):
    """半衰期, in days."""

    phone: Annotated[int, Field(ge=1)]
    work_place: Annotated[int, Field(ge=1)]
    monthly_income: Annotated[int, Field(ge=1)]
    health: Annotated[int, Field(ge=1)]
    others: Annotated[int, Field(ge=1)]


class Grades(Part):
    """预警等级."""

    red: GradeRule
    orange: GradeRule
    yellow: GradeRule

    def of(self, grade: Grade) -> GradeRule:
        """What holds for red, orange or yellow."""
        rule: GradeRule = getattr(self, grade.value)
        return rule


class Pack(Sourced):
    """政策包: all that a county sets, from one day on."""

    id: Identity
    version: Annotated[int, Field(ge=1)]
    begins: Annotated[date, Field(alias="from")]
    title: Text
    province: Province
    kind: Annotated[list[KindRule], Field(min_length=1)]
    line: Annotated[list[Line], Field(min_length=1)]
    income: IncomeRule
    grade: Grades
    risk: Risk
    step: Annotated[list[Step], Field(min_length=1)]
    assessment: Assessment
    notice: Notice
    elimination: Elimination
    revisit: Revisit
    visits: Visits | None = None
    measure: Annotated[list[Measure], Field(min_length=1)]
    relief: ReliefRule
    long_term: LongTermRule
    departments: Departments
    half_life_days: HalfLife
    fund: Fund | None = None  # a county's own pack from before the fund stays in force: nothing is paid by it
    quality: Quality
    exports: Exports
    sharing: Sharings = []  # a unit that no pack names sees nothing

    @property
    def name(self) -> str:
        """编号 and version, as judgements and cases keep it."""
        return f"{self.id}.{self.version}"

    @model_validator(mode="after")
    def _fits(self, info: ValidationInfo) -> Self:
        if not any(line.province == self.province for line in self.line):
            raise ValueError(f"line 里没有本省（{self.province}）的监测范围")
        for what, codes in (("kind", self.kind), ("step", self.step), ("measure", self.measure)):
            once([one.code for one in codes], "code 有重复：{}", what)
        lacking = [f"{code}（{name}）" for code, name in LADDER.items() if code not in {one.code for one in self.step}]
        if lacking and not (info.context or {}).get("former"):
            raise Placed(f"少了 {'、'.join(lacking)}，六步都要写，每一步写明几天", "step")
        once([(line.province, line.year) for line in self.line], "同一省同一年写了两次", "line")
        if not (self.kinds_for(formerly_poor=True) and self.kinds_for(formerly_poor=False)):
            raise ValueError("kind 里，脱贫户和非脱贫户都要有能用的监测类别")
        return self

    def kinds_for(self, *, formerly_poor: bool) -> list[Kind]:
        """监测类别 under which a household may be monitored, in the order of the pack."""
        fitting = ("either", "yes" if formerly_poor else "no")
        return [Kind(one.code) for one in self.kind if one.formerly_poor in fitting]

    def measures_for(self, risk_factor: str) -> list[Measure]:
        """措施目录 of a risk factor, in the order of the pack."""
        return [one for one in self.measure if risk_factor in one.risk_factors]

    def line_in(self, year: int) -> Line:
        """监测范围 of the own province: that of the year, else of the last year before it, else the first."""
        own = sorted((line for line in self.line if line.province == self.province), key=lambda line: line.year)
        return ([line for line in own if line.year <= year] or own[:1])[-1]
