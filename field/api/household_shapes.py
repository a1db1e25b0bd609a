"""农户接口的格式: what is asked of households and what is answered, as OpenAPI describes them."""

from typing import Any, Literal

from pydantic import Field, field_validator

from field.api.describe import Page, PageQuery, Region, Strict, Why
from field.api.leads import TaskLine


class HouseholdQuery(PageQuery):
    """农户查询条件."""

    region: Region | None = None
    kind: Literal["unstable", "marginal", "sudden", "at_risk", "any", "none"] | None = None
    grade: Literal["red", "orange", "yellow", "none", "any"] | None = None
    order: Literal["number", "longest_unvisited", "urgent"] = "number"
    q: str | None = Field(None, max_length=60)

    @field_validator("region", "kind", "grade", "q", mode="before")
    @classmethod
    def _empty_is_all(cls, value: object) -> object:
        return value or None


class HouseholdLine(Strict):
    """农户."""

    id: str
    number: str
    head: str
    village: str
    region: str
    kind: str | None
    persons: int
    group: str | None
    main_risk: str | None
    risk_factors: list[str]
    address: str | None
    formerly_poor: bool
    no_labour: bool
    identified_on: str | None
    last_visit_at: str | None
    grade: str


class RuleLine(Strict):
    """一条预警: the sentence that can be read to the family, its figures, and the entries that they are from."""

    rule: str
    name: str
    grade: str
    words: str
    figures: dict[str, int]
    sources: dict[str, int]


class FoundLine(HouseholdLine):
    """找到的一户: with who of it was meant by the words asked for, numbers masked."""

    matched: list[str]


class HouseholdPage(Page):
    """农户一页."""

    items: list[FoundLine]


class PersonLine(Strict):
    """人员, every number masked; money in 分."""

    id: str
    name: str
    sex: str | None
    relation: str | None
    birth_date: str | None
    id_number: str | None
    phone: str | None
    bank_account: str | None
    work_place: str | None
    work_place_name: str | None
    work: str | None
    months_away: int | None
    monthly_income: int | None
    health: str | None
    schooling: str | None
    labour: str | None
    left: str | None
    details: dict[str, Any]


class FormPerson(PersonLine):
    """走访表里的一个人: whether the income is the least that was said, and no most."""

    earns_at_least: bool


class Said(Strict):
    """农户自己的话, which nobody has looked into yet; `since` as it was said, `amount` in 分, to `amount_max`."""

    source: str
    source_name: str
    channel_name: str
    at: str
    words: str
    risk_factors: list[str]
    since: str | None
    amount: int | None
    amount_max: int | None


class HelperLine(Strict):
    """专班成员."""

    name: str
    role: str
    unit: str | None


class HelpLine(Strict):
    """帮扶措施."""

    name: str
    risk_factor: str
    owner: str
    due_on: str
    state: str
    state_name: str
    done_on: str | None


class Help(Strict):
    """一户一策."""

    team: list[HelperLine]
    measures: list[HelpLine]


class CaseBrief(Strict):
    """一户的案子, and who has signed the consent that it needs."""

    id: str
    state: str
    state_name: str
    round: int
    due_on: str | None
    provisional: bool
    stopped: bool
    green: bool
    consents: list[dict[str, str]]


class RevisitDay(Strict):
    """下次回访: due on a day, and counted from another on."""

    nth: int
    due_on: str
    from_on: str


class HouseholdForm(HouseholdLine):
    """走访表需要的一户."""

    place: dict[str, float] | None
    persons: list[FormPerson]  # type: ignore[assignment]
    last_visit: dict[str, Any] | None
    rules: list[RuleLine]
    missing: list[str]
    said: list[Said]
    plan: Help
    case: CaseBrief | None
    revisit: RevisitDay | None


class PackedHousehold(HouseholdForm):
    """手机随身带的一户: with the letters and initials by which it is found."""

    keys: list[str]


class Pack(Strict):
    """手机随身带的农户: those longest unvisited first, what is to be done, and how many have no measure in time."""

    items: list[PackedHousehold]
    total: int
    tasks: list[TaskLine]


class HouseholdDetail(HouseholdLine):
    """一户一档."""

    members: list[PersonLine]
    rules: list[RuleLine]
    missing: list[str]


class EntryLine(Strict):
    """台账条目."""

    seq: int
    kind: str
    kind_name: str
    channel: str
    channel_name: str
    actor: str
    occurred_at: str
    recorded_at: str
    hash: str
    prev_hash: str
    receipt: str
    payload: Any


class EntryPage(Page):
    """台账条目一页, oldest first."""

    items: list[EntryLine]


class Reason(Strict):
    """查看原因."""

    reason: Why


class Typed(Strict):
    """原话: what was typed in one place of an entry."""

    field: str
    text: str


class TypedWords(Strict):
    """一条记录里遮住了号码的原话, whole."""

    items: list[Typed]


class Phone(Strict):
    """电话全号."""

    phone: str
