"""部门名单: a department's screening list as a table, one row a person, and what may become of a row."""

from typing import Any

from field.codes import RiskFactor
from field.labels import Labelled
from field.registry.roster import Column, bare, by_header

MOST = 20_000


class ScreeningReason(Labelled):
    """名单事由: why a department lists somebody."""

    MEDICAL_COST = "medical_cost", "大额医疗费"
    SERIOUS_ILLNESS = "serious_illness", "确诊大病"
    DISABILITY = "disability", "新办残疾证"
    DROPOUT = "dropout", "失学辍学"
    SCHOOLING_COST = "schooling_cost", "上学费用高"
    DISASTER = "disaster", "受灾"
    ACCIDENT = "accident", "意外事故"
    JOB_LOSS = "job_loss", "失业"
    BENEFIT_ENDED = "benefit_ended", "退出低保特困"
    UNSAFE_HOUSE = "unsafe_house", "危房"
    NO_WATER = "no_water", "饮水困难"
    OTHER = "other", "其他"


class ScreeningAnswer(Labelled):
    """名单答复: what became of a row of a department's list."""

    NEW_LEAD = "new_lead", "已转新线索"
    SAME = "same", "同一情况已有线索"
    MONITORED = "monitored", "已在监测"
    NOT_OURS = "not_ours", "不到筛查线"
    REPEATED = "repeated", "以前报过"
    NOT_LISTED = "not_listed", "名册上没有"
    WAITING = "waiting", "等人认定"
    BAD = "bad", "填写有误"


RISKS: dict[ScreeningReason, RiskFactor] = {
    ScreeningReason.MEDICAL_COST: RiskFactor.ILLNESS,
    ScreeningReason.SERIOUS_ILLNESS: RiskFactor.ILLNESS,
    ScreeningReason.DISABILITY: RiskFactor.DISABILITY,
    ScreeningReason.DROPOUT: RiskFactor.SCHOOLING,
    ScreeningReason.SCHOOLING_COST: RiskFactor.SCHOOLING,
    ScreeningReason.DISASTER: RiskFactor.DISASTER,
    ScreeningReason.ACCIDENT: RiskFactor.ACCIDENT,
    ScreeningReason.JOB_LOSS: RiskFactor.UNSTABLE_WORK,
    ScreeningReason.BENEFIT_ENDED: RiskFactor.OTHER,
    ScreeningReason.UNSAFE_HOUSE: RiskFactor.HOUSING,
    ScreeningReason.NO_WATER: RiskFactor.WATER,
    ScreeningReason.OTHER: RiskFactor.OTHER,
}
# What a list says of a person's health, where it says so by its very reason; in the roster's words.
HEALTH = {ScreeningReason.SERIOUS_ILLNESS: "患有大病", ScreeningReason.DISABILITY: "残疾"}
ILL = ("患有大病", "长期慢性病")


def graver(known: str | None, told: str) -> str:
    """What stands once a list tells of health: a new disability card does not make a grave illness forgotten."""
    return known if known in ILL and told not in ILL else told


def _reasons() -> dict[str, Any]:
    """A reason by its label, as sheets have it, or by its code."""
    return {label: code for code, label in ScreeningReason.labels().items()}


COLUMNS = (
    Column("name", "姓名", required=True),
    Column("id_number", "证件号码", "id", note="设为文本；18位身份证号。没有号码的，填出生日期和村"),
    Column("birth_date", "出生日期", "date", note="没有证件号码的必填，如1968-05-04"),
    Column("village", "村", note="没有证件号码的必填；12位村代码或村名，重名的村请带上乡镇名"),
    Column("reason", "事由", "choice", _reasons(), required=True),
    Column("issued_on", "日期", "date", required=True, note="出院、办证、受灾等发生的日子，如2026-10-08"),
    Column("amount", "金额（元）", "money", limit=10_000_000, note="医疗费的总费用，或一年的上学费用等"),
    Column("compliant_amount", "合规费用（元）", "money", limit=10_000_000, note="医疗费目录内的部分；不填算不了救助"),
    Column("self_paid", "自付费用（元）", "money", limit=10_000_000, note="报销以后自己付的；不填就算不了救助"),
    Column("note", "备注", limit=200),
)
HEADERS = {column.key: bare(column.header) for column in COLUMNS}
REQUIRED = tuple(column for column in COLUMNS if column.required)
ALSO = {"身份证号": "id_number", "身份证号码": "id_number", "行政村": "village", "总费用": "amount"}
KEYS = by_header(COLUMNS) | ALSO
