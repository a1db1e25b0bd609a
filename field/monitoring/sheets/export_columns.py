"""导出的列: what of a household and its people can be exported, and the ready-made layouts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from field.codes import Grade, Kind, RiskFactor
from field.labels import Word
from field.monitoring.workdays import SHANGHAI
from field.registry.masking import mask_id_number, mask_phone
from field.registry.regions import TOWN
from field.registry.roster import HEADERS, MAX_RISKS, SEX

Value = str | int | float | None


class Line(NamedTuple):
    """一行: a household, one of its people or none, its grade, and the names of places."""

    household: Any
    person: Any
    places: Mapping[str, str]


@dataclass(frozen=True)
class Column:
    """一列: its header, what stands in it, what must be read of a person for it; `full`: a number that nobody masks."""

    key: str
    header: str
    value: Callable[[Line], Value]
    reads: tuple[str, ...] = ()
    full: bool = False


def _yes(value: bool | None) -> str | None:
    return None if value is None else "是" if value else "否"


def _risk(place: int) -> Column:
    def value(line: Line) -> Value:
        risks = line.household.risk_factors
        return RiskFactor.label_of(risks[place]) if place < len(risks) else None

    return Column(f"risk_{place + 1}", HEADERS[f"risk_{place + 1}"], value)


def _said(key: str) -> Column:
    return Column(key, HEADERS[key], lambda line: getattr(line.person, key), (key,))


def _detail(key: str, header: str = "") -> Column:
    def value(line: Line) -> Value:
        found: Any = line.person.details.get(key)
        return _yes(found) if isinstance(found, bool) else found

    return Column(key, header or HEADERS[key], value, ("details",))


def _work_place(line: Line) -> Value:
    code: str | None = line.person.work_place
    name: str | None = line.person.details.get("work_place_name")
    return line.places.get(code, code) if code else name


def _local(phone: str | None) -> str | None:
    return phone.removeprefix("+86") if phone else None


def _last_visit(line: Line) -> Value:
    at = line.household.last_visit_at
    return at.astimezone(SHANGHAI).date().isoformat() if at else None


def _money(fen: int | None) -> Value:
    return None if fen is None else fen / 100


HOUSEHOLD = (
    Column("number", HEADERS["number"], lambda line: line.household.number),
    Column("town", Word("乡镇"), lambda line: line.places.get(line.household.region[:TOWN], "")),
    Column("village", HEADERS["region"], lambda line: line.places.get(line.household.region, "")),
    Column("region", Word("村代码"), lambda line: line.household.region),
    Column("group", HEADERS["group"], lambda line: line.household.group),
    Column("head", Word("户主"), lambda line: line.household.head),
    Column("persons", Word("家庭人口"), lambda line: line.household.persons),
    Column("kind", HEADERS["kind"], lambda line: Kind.label_of(line.household.kind)),
    Column(
        "identified_on",
        HEADERS["identified_on"],
        lambda line: line.household.identified_on and line.household.identified_on.isoformat(),
    ),
    Column("grade", Word("预警等级"), lambda line: Grade.label_of(line.household.grade or Grade.NONE)),
    *(_risk(place) for place in range(MAX_RISKS)),
    Column("formerly_poor", HEADERS["formerly_poor"], lambda line: _yes(line.household.formerly_poor)),
    Column("no_labour", HEADERS["no_labour"], lambda line: _yes(line.household.no_labour)),
    Column("address", HEADERS["address"], lambda line: line.household.address),
    Column("latitude", HEADERS["latitude"], lambda line: line.household.latitude),
    Column("longitude", HEADERS["longitude"], lambda line: line.household.longitude),
    Column("last_visit_on", Word("上次走访"), _last_visit),
)
PERSON = (
    _said("name"),
    _said("relation"),
    Column("sex", HEADERS["sex"], lambda line: SEX.get(line.person.sex or ""), ("sex",)),
    Column(
        "birth_date",
        HEADERS["birth_date"],
        lambda line: line.person.birth_date and line.person.birth_date.isoformat(),
        ("birth_date",),
    ),
    Column("masked_id", Word("证件号码（遮住）"), lambda line: mask_id_number(line.person.id_number), ("id_number",)),
    Column("id_number", HEADERS["id_number"], lambda line: line.person.id_number, ("id_number",), full=True),
    Column("masked_phone", Word("联系电话（遮住）"), lambda line: mask_phone(line.person.phone), ("phone",)),
    Column("phone", HEADERS["phone"], lambda line: _local(line.person.phone), ("phone",), full=True),
    Column("bank_account", HEADERS["bank_account"], lambda one: one.person.bank_account, ("bank_account",), full=True),
    _detail("ethnicity"),
    _said("schooling"),
    _detail("pupil"),
    _said("health"),
    _detail("disability", Word("残疾类别和等级")),
    _said("labour"),
    Column("work_place", HEADERS["work_place"], _work_place, ("work_place", "details")),
    _said("work"),
    _said("months_away"),
    Column(
        "monthly_income",
        HEADERS["monthly_income"],
        lambda line: _money(line.person.monthly_income),
        ("monthly_income",),
    ),
    *(_detail(key) for key in ("medical_insurance", "pension", "major_illness_cover", "minimum_living")),
    *(_detail(key) for key in ("extreme_hardship", "public_job")),
)
CATALOGUE = {column.key: column for column in HOUSEHOLD + PERSON}
OF_PEOPLE = frozenset(column.key for column in PERSON)

LIST = ("number", "town", "village", "group", "head", "persons", "kind", "grade", "risk_1", "identified_on",
        "last_visit_on")  # fmt: skip
# 我们对 2023 年公开的县级数据表的读法 (domain, section 9), in its order; what the platform does not hold is left out.
NATIONAL = (
    "number", "town", "village", "group", "head", "address", "formerly_poor", "kind", "no_labour", "identified_on",
    "risk_1", "risk_2", "risk_3", "risk_4", "risk_5", "name", "sex", "id_number", "relation", "ethnicity",
    "schooling", "pupil", "health", "labour", "work_place", "months_away", "medical_insurance",
    "major_illness_cover", "pension", "minimum_living", "extreme_hardship", "public_job", "phone",
)  # fmt: skip
PEOPLE = ("number", "town", "village", "group", "kind", "name", "relation", "sex", "birth_date", "masked_id",
          "masked_phone", "health", "labour", "work_place", "months_away", "monthly_income")  # fmt: skip
PRESETS: dict[str, tuple[str, tuple[str, ...]]] = {
    "list": (Word("农户清单（每户一行）"), LIST),
    "people": (Word("人员清单（每人一行，号码遮住）"), PEOPLE),
    "national": (Word("抄录到全国防返贫监测系统（每人一行，号码完整）"), NATIONAL),
}


def ordered(keys: Sequence[str]) -> list[Column]:
    """The columns chosen, in the order of the layout that has just these, else of the catalogue."""
    layouts = (layout for _, layout in PRESETS.values() if set(layout) == set(keys))
    return [CATALOGUE[key] for key in next(layouts, CATALOGUE) if key in set(keys)]
