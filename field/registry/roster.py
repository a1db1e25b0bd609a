"""名册: the roster as a table, one row per person; what counties record (domain, section 9)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypedDict

from field.codes import Kind, RiskFactor
from field.labels import Word
from field.sentences import Sentence

RELATIONS = (
    "户主", "配偶", "之子", "之女", "之儿媳", "之女婿", "之孙子", "之孙女", "之外孙子", "之外孙女", "之父",
    "之母", "之岳父", "之岳母", "之公公", "之婆婆", "之祖父", "之祖母", "之兄弟姐妹", "其他",
)  # fmt: skip
SCHOOLINGS = ("学龄前", "文盲或半文盲", "小学", "初中", "高中", "中专", "大专", "本科及以上")
PUPILS = ("非在校生", "学前教育", "小学", "初中", "高中", "中职", "大专", "本科及以上")
HEALTHS = ("健康", "长期慢性病", "患有大病", "残疾")
LABOURS = ("普通劳动力", "技能劳动力", "弱劳动力或半劳动力", "丧失劳动力", "无劳动力")
INSURANCES = ("城乡居民", "城镇职工", "未参加")
YES = {"是": True, "有": True, "1": True, "否": False, "无": False, "0": False}
SEX = {"male": Word("男"), "female": Word("女")}
MAX_RISKS = 5


class RosterHousehold(TypedDict, total=False):
    """名册上的一户: plain JSON values; what the sheet leaves empty is not there at all.

    `region` is a village code, dates are ISO, `monthly_income` is 分 a month, coordinates are WGS-84 degrees;
    `members` have the keys of MEMBER, the head first.
    """

    number: str
    region: str
    group: str
    kind: str
    identified_on: str
    risk_factors: list[str]
    formerly_poor: bool
    no_labour: bool
    address: str
    latitude: float
    longitude: float
    members: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Column:
    """一列: its key, its Chinese header, what kind of value it holds, and the words that may stand in it."""

    key: str
    header: str
    kind: str = "text"
    choices: dict[str, Any] = field(default_factory=dict)
    required: bool = False
    limit: int = 60
    low: float = 0
    note: str = ""


def _words(*words: str) -> dict[str, str]:
    return dict.fromkeys(words, "") | {word: word for word in words}


def _codes(labels: dict[str, str]) -> dict[str, str]:
    return {label: code for code, label in labels.items()}


def _yes(key: str, header: str) -> Column:
    return Column(key, header, "yes", YES)


HOUSEHOLD = (
    Column("number", Word("户编号"), required=True, limit=40, note="县里给每户的编号；同一户的人连着填，编号相同"),
    Column("region", Word("行政村"), required=True, note="12位村代码或村名；重名的村请带上乡镇名，如马桥镇中坪村"),
    Column("group", Word("村民小组")),
    Column("kind", Word("监测对象类别"), "choice", _codes(Kind.labels()), note="未纳入监测的留空"),
    Column("identified_on", Word("识别时间"), "date", note="纳入监测的必填，如2022-04-30"),
    *(
        Column(f"risk_{place}", Sentence("风险点{number}", number=place), "choice", _codes(RiskFactor.labels()),
               note="主要风险填在风险点1，纳入监测的必填" if place == 1 else "")
        for place in range(1, MAX_RISKS + 1)
    ),
    _yes("formerly_poor", Word("脱贫户")),
    _yes("no_labour", Word("整户无劳动力")),
    Column("address", Word("家庭住址"), limit=200),
    Column("latitude", Word("纬度"), "decimal", low=3, limit=54, note="WGS-84坐标，十进制度"),
    Column("longitude", Word("经度"), "decimal", low=73, limit=136, note="WGS-84坐标，十进制度"),
)  # fmt: skip

MEMBER = (
    Column("name", Word("姓名"), required=True),
    Column(
        "id_number",
        Word("证件号码"),
        "id",
        required=True,
        note="设为文本；18位身份证号，持残疾证的也可填20位残疾证号",
    ),
    Column("sex", Word("性别"), "choice", {word: code for code, word in SEX.items()}, note="留空时按证件号码"),
    Column("relation", Word("与户主关系"), "choice", _words(*RELATIONS), required=True, note="每户有且只有一位户主"),
    Column("birth_date", Word("出生日期"), "date", note="留空时按证件号码"),
    Column("ethnicity", Word("民族"), limit=20),
    Column("schooling", Word("文化程度"), "choice", _words(*SCHOOLINGS)),
    Column("pupil", Word("在校生状况"), "choice", _words(*PUPILS)),
    Column("health", Word("健康状况"), "choice", _words(*HEALTHS)),
    Column("labour", Word("劳动技能"), "choice", _words(*LABOURS)),
    Column("phone", Word("联系电话"), "phone", note="设为文本；手机11位，座机带区号"),
    Column("bank_account", Word("银行账号"), "account", note="设为文本"),
    Column("work_place", Word("务工地点"), limit=120, note="区划代码或地名"),
    Column("work", Word("务工内容")),
    Column("months_away", Word("务工月数"), "whole", limit=12),
    Column("monthly_income", Word("月收入（元）"), "money", limit=1_000_000),
    Column("medical_insurance", Word("医疗保险"), "choice", _words(*INSURANCES)),
    Column("pension", Word("养老保险"), "choice", _words(*INSURANCES)),
    _yes("major_illness_cover", Word("大病保险")),
    _yes("minimum_living", Word("低保")),
    _yes("extreme_hardship", Word("特困")),
    Column("disability_card", Word("残疾证号"), "card", note="设为文本；20位"),
    _yes("public_job", Word("公益性岗位")),
)

COLUMNS = HOUSEHOLD + MEMBER
HEADERS = {column.key: column.header for column in COLUMNS}
TEXT_KINDS = frozenset({"id", "card", "phone", "account"})


def bare(header: Any) -> str:
    """表头 as it is compared: blanks, stars and units do not count."""
    words = str(header).partition("（")[0].partition("(")[0]
    return "".join(words.split()).strip("*＊")


def by_header(columns: Iterable[Column]) -> dict[str, str]:
    """The key of each column by its bare header."""
    return {bare(column.header): column.key for column in columns}


def places(header: Iterable[Any], keys: Mapping[str, str]) -> dict[str, int]:
    """Where in a header row each column stands, by its key."""
    return {keys[bare(cell)]: place for place, cell in enumerate(header) if bare(cell) in keys}
