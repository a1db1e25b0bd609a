"""填报表: what a town office may fill in, and how what was sent, written and stands now are weighed."""

from dataclasses import replace
from enum import StrEnum
from typing import Any, NamedTuple

from field.registry.roster import COLUMNS, YES, Column, by_header
from field.registry.roster_cells import plain
from field.registry.roster_sheet import Heading
from field.sentences import Sentence

BY_KEY = {column.key: column for column in COLUMNS}
SEAL = Column("seal", "核对码", required=True, limit=32_000)
HOUSEHOLD_FILLED = ("group", "address")
MEMBER_FILLED = (
    "ethnicity", "schooling", "pupil", "health", "labour", "phone", "work_place", "work", "months_away",
    "monthly_income", "medical_insurance", "pension", "major_illness_cover", "public_job",
)  # fmt: skip
FILLED = {key: BY_KEY[key] for key in HOUSEHOLD_FILLED + MEMBER_FILLED}
NUMBER, NAME = BY_KEY["number"], replace(BY_KEY["name"], required=False)
SHOWN_ONLY = {"number": NUMBER, "name": NAME, "seal": SEAL}
WORDS = {key: {code: word for word, code in column.choices.items() if word} for key, column in FILLED.items()}
WORDS |= {key: {True: "是", False: "否"} for key, column in FILLED.items() if column.choices is YES}
PHONE = "phone"


class Turn(StrEnum):
    """一格的结果: nothing new, a change, or a contradiction that a person has to decide."""

    SAME = "same"
    CHANGE = "change"
    CONFLICT = "conflict"


class Sheet(NamedTuple):
    """填报表的一张表: its name, the columns that are only shown, and those that are filled in."""

    name: str
    shown: tuple[tuple[str, int], ...]
    filled: tuple[str, ...]
    heading: Heading


def weigh(sent: Any, written: Any, now: Any) -> Turn:
    """比对 a cell: as it went out, as it came back, as the ledger has it now."""
    if written in (sent, now):
        return Turn.SAME
    return Turn.CHANGE if now == sent else Turn.CONFLICT


def cell(key: str, value: Any) -> str | int | float:
    """What a value looks like in its cell; empty where nothing is known."""
    if value is None:
        return ""
    if FILLED[key].kind == "money":
        return int(value) / 100
    word = WORDS[key].get(value, value) if isinstance(value, str | bool) else value
    return word if isinstance(word, int | float) else str(word)


def text(content: Any) -> str:
    """A cell as it is compared: blanks and widths do not count; what cannot be kept stands as it is."""
    try:
        return plain(content)
    except ValueError:
        return str(content)


def _sheet(name: str, shown: tuple[tuple[str, int], ...], filled: tuple[str, ...], *named: str) -> Sheet:
    columns = [SHOWN_ONLY[key] for key in named] + [FILLED[key] for key in filled]
    return Sheet(name, shown, filled, Heading(Sentence("“{name}”表", name=name), columns, by_header(columns)))


HOUSEHOLDS = _sheet(
    "户", (("户编号", 16), ("乡镇", 10), ("行政村", 12), ("户主", 10), ("家庭人口", 10), ("监测对象类别", 16)),
    HOUSEHOLD_FILLED, "number", "seal",
)  # fmt: skip
PEOPLE = _sheet(
    "人", (("户编号", 16), ("行政村", 12), ("姓名", 10), ("与户主关系", 12), ("性别", 6), ("证件号码（遮住）", 22)),
    MEMBER_FILLED, "number", "name", "seal",
)  # fmt: skip
SHEETS = (HOUSEHOLDS, PEOPLE)
