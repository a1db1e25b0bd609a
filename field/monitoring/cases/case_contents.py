"""办理内容: what must be written down for each step, in which form; pure, every fault named."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from field.case_codes import CaseState as S
from field.codes import Kind, RiskFactor
from field.ledger.chain import canonical

Note = Annotated[str, Field(min_length=2, max_length=1000)]
Short = Annotated[str, Field(min_length=1, max_length=60)]
Digest = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
People = Annotated[int, BeforeValidator(lambda said: None if isinstance(said, bool) else said), Field(ge=0, le=100_000)]
Risks = Annotated[
    list[RiskFactor], Field(min_length=1, max_length=11), AfterValidator(lambda several: list(dict.fromkeys(several)))
]
Faults = list[dict[str, str]]
OWN = "own"
WORDS = {
    "missing": "没有填写", "extra_forbidden": "没有这一项", "string_too_short": "没有填写，或者太短",
    "string_too_long": "太长了", "too_short": "至少要有一项", "too_long": "太多了", "enum": "没有这个选项",
    "literal_error": "没有这个选项", "greater_than_equal": "不能是负数", "less_than_equal": "数字太大",
    "greater_than": "要大于 0", "int_type": "要写钱数，如 1200 或 1200.50",
}  # fmt: skip


class Part(BaseModel):
    """Nothing beyond what is named."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True, str_strip_whitespace=True)


class Nothing(Part):
    """不用填写, but a remark may be."""

    note: Annotated[str, Field(max_length=1000)] | None = None


class Reason(Part):
    """原因 or opinion, in words."""

    note: Note


class Named(Part):
    """一个人的名字."""

    name: Short


class Consent(Part):
    """承诺授权 of one adult member: drawn on a phone, signed on paper, or a fingerprint with who wrote for them."""

    person_id: Annotated[str, Field(min_length=36, max_length=36)]
    how: Literal["drawn", "signed", "fingerprint"]
    written_by: Named | None = None
    signature: Digest | None = None


class OnSiteCheck(Reason):
    """入户核实: what was found, and the consent of every adult who has not given it on a phone, photographed."""

    consents: Annotated[list[Consent], Field(max_length=60)] = []
    photos: Annotated[list[Digest], Field(max_length=40)] = []


class DataCheck(Reason):
    """信息比对: with which departments, and what they said."""

    departments: Annotated[list[Short], Field(min_length=1, max_length=20)]


class Assessment(Nothing):
    """民主评议: when, where, who came and how they voted."""

    held_on: date
    place: Short
    eligible: People
    present: People
    in_favour: People
    against: People


class Notice(Part):
    """公示: from, to, and where it hangs."""

    begins: Annotated[date, Field(alias="from")]
    ends: Annotated[date, Field(alias="to")]
    place: Short


class Approval(Reason):
    """县级审定: the kind and the risk factors under which the household is monitored."""

    kind: Kind
    risk_factors: Risks


class NewRisk(Reason):
    """再标注: the new risk."""

    risk_factors: Risks


class Merge(Reason):
    """并入别户: into which other household, by its id."""

    into: Annotated[str, Field(pattern="^[0-9a-f-]{36}$")]


class Informed(Named):
    """告知: which office there was told, and on which day."""

    on: date


class Move(Reason):
    """迁出: to which division (the code of a city or below), and who there was told when, or the photographed proof."""

    division: Annotated[str, Field(min_length=1, max_length=60)]
    informed: Informed | None = None
    photos: Annotated[list[Digest], Field(max_length=40)] = []


class CarriedOut(Reason):
    """已落实的措施 of one risk factor."""

    risk_factor: RiskFactor


class EliminationReview(Reason):
    """消除审核: each risk factor's measure, and how the large expense was solved."""

    measures: Annotated[list[CarriedOut], Field(max_length=11)]
    large_expense: Reason


SHAPES: Mapping[str, type[Part]] = {
    "nothing": Nothing, "reason": Reason, "notice": Notice, "new_risk": NewRisk, "merge": Merge,
    "move": Move,
    S.ON_SITE_CHECK: OnSiteCheck, S.DATA_CHECK: DataCheck, S.ASSESSMENT: Assessment,
    S.ELIMINATION_ASSESSMENT: Assessment, S.PUBLIC_NOTICE: Nothing, S.ELIMINATION_NOTICE: Nothing,
    S.TOWN_REVIEW: Reason, S.COUNTY_APPROVAL: Approval, S.ELIMINATION_CHECK: Reason,
    S.ELIMINATION_TOWN_REVIEW: EliminationReview, S.ELIMINATION_COUNTY_APPROVAL: Reason,
}  # fmt: skip


def read(needs: str, said: Any) -> tuple[Part | None, Faults]:
    """What was written down, or every fault of its form."""
    return read_as(SHAPES[needs], said)


def read_as(shape: type[Part], said: Any) -> tuple[Part | None, Faults]:
    """The same in a form of any room; a fault of the form's own type brings its words with it."""
    try:
        return shape.model_validate(said), []
    except ValidationError as error:
        several = error.errors(include_url=False, include_input=False, include_context=False)
        told = [one["msg"] if one["type"] == OWN else WORDS.get(one["type"], "写法不对") for one in several]
        return None, [fault(".".join(map(str, one["loc"])), words) for one, words in zip(several, told, strict=True)]


def written_again(needs: str, kept: Mapping[str, Any], said: Any) -> bool:
    """Whether the same was written down as is kept; what the roster said of the household then was not."""
    part, _faults = read(needs, said)
    before = {name: value for name, value in kept.items() if name != "household"}
    return part is not None and canonical(plain(part)) == canonical(before)


def plain(part: Part) -> dict[str, Any]:
    """As it stands in the ledger."""
    return part.model_dump(mode="json", by_alias=True, exclude_none=True)


def fault(field: str, message: str) -> dict[str, str]:
    """One fault, as every edge tells it."""
    return {"field": field, "message": message}
