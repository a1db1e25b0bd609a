"""案子接口的格式: what is asked and answered about cases."""

from typing import Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from field.api.describe import Id, Page, PageQuery, Region, Strict
from field.api.visits import Receipt, Warned
from field.case_codes import CaseAction, CaseState
from field.monitoring.cases.case_offers import LATE, RIPE


class CaseQuery(PageQuery):
    """案子查询条件: of a region and a state, else all of one's own that have not ended."""

    region: Region | None = None
    state: Literal[RIPE, LATE, *CaseState.labels()] | None = Field(  # type: ignore[valid-type]
        None, description="a state; `ripe`: monitored, and may be proposed for elimination; `late`: past its day"
    )

    @field_validator("region", "state", mode="before")
    @classmethod
    def _empty_is_all(cls, value: object) -> object:
        return value or None


class CaseLine(Strict):
    """案子."""

    id: str
    household_id: str
    head: str
    number: str
    region: str
    village: str
    state: str
    state_name: str
    since: str
    due_on: str | None
    provisional: bool
    stopped_on: str | None
    round: int
    green: bool
    heard_at: str
    seq: int
    leaving: str | None


class CasePage(Page):
    """案子一页, most urgent first."""

    items: list[CaseLine]


class StepLine(Strict):
    """办过的一步."""

    seq: int
    action: str
    action_name: str
    from_state: str
    to_state: str
    by: str
    by_name: str
    at: str
    receipt: str
    content: dict[str, Any]


class Offer(Strict):
    """能办的一步: `content` is the JSON Schema of what it needs."""

    action: str
    action_name: str
    needs: str
    content: dict[str, Any]


class ConditionLine(Strict):
    """消除条件: whether it holds, in words, and the entry that shows it."""

    code: str
    title: str
    holds: bool
    words: str
    seq: int | None


class CaseDetail(CaseLine):
    """一个案子: `seq` is what a step must name as `expected`."""

    pack: str
    kind: str | None
    identified_on: str | None
    risk_factors: list[str]
    merged_into: str | None
    lead: dict[str, Any] | None
    notice: dict[str, str] | None
    adults: list[dict[str, str]]
    steps: list[StepLine]
    offered: list[Offer]
    conditions: list[ConditionLine]


class LeadNamed(Strict):
    """一条线索."""

    chain_id: str = Field(max_length=36)
    seq: int = Field(ge=1, le=2**31 - 1)


class NewCase(Strict):
    """立案 from a lead, or 补立案 of a listed household with a reason; `key` makes a second sending harmless."""

    key: Id
    lead: LeadNamed | None = None
    household_id: Id | None = None
    content: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.lead is None) is (self.household_id is None):
            raise ValueError("one of both")
        return self


class NewStep(Strict):
    """办一步: `expected` is the `seq` of the case as it was read."""

    key: Id
    expected: int = Field(ge=0, le=2**31 - 1)
    action: CaseAction = Field(strict=False)
    content: dict[str, Any] = Field(default_factory=dict)


class StepRecorded(Strict):
    """已记下的一步."""

    case_id: str
    seq: int
    state: str
    state_name: str
    due_on: str | None
    receipt: Receipt
    warnings: list[Warned]
