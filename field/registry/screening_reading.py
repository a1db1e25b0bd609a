"""读名单: rows of a department's list, from a file or from JSON, each with what it says or why it cannot be used."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from field.registry import idnumber
from field.registry.apart import answer, heard
from field.registry.roster import Column, places
from field.registry.roster_cells import FORMULA, is_formula, reader
from field.registry.roster_household import UNKNOWN_VILLAGE
from field.registry.roster_sheet import Heading, Refused, table
from field.registry.screening import COLUMNS, KEYS, MOST, REQUIRED, ScreeningReason
from field.sentences import Sentence

STRANGE = "这一项不认识"
TOO_LONG = Sentence("一份名单最多{most}行，没有收下任何内容；请分成几份再交", most=MOST)
EMPTY = "名单里没有一行内容，没有收下；请填好再交"
HEADING = Heading("名单", REQUIRED, KEYS)
MOST_FEN = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Row:
    """名单的一行: its number, what it says as plain JSON values, and (key, reason) of every fault."""

    row: int
    said: dict[str, Any]
    faults: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Listed:
    """读到的名单: the sheet's name (of a CSV file its own), and every row numbered as on the sheet."""

    sheet: str
    rows: list[Row]


def read_file(path: Path, villages: Mapping[str, str], today: date) -> Listed:
    """Every row of an Excel or CSV file; raises Refused when the file cannot be used."""
    asked = {"path": str(path.resolve()), "villages": dict(villages), "today": today.isoformat()}
    told = heard(__name__, asked)
    sheet: str = next(told)["sheet"]
    return Listed(sheet, [_row(said) for said in told])


def read_json(rows: Sequence[Mapping[str, Any]], villages: Mapping[str, str], today: date) -> list[Row]:
    """Every row that a system sent, money in 分; numbered from 1."""
    readers = {one.key: reader(_as_json(one)) for one in COLUMNS}
    return [_read(place, row, readers, villages, today) for place, row in enumerate(rows, 1)]


def _as_json(column: Column) -> Column:
    """The same column as systems send it: money in 分, codes instead of labels."""
    if column.kind == "money":
        return replace(column, kind="whole", limit=MOST_FEN)
    return replace(column, choices={code: code for code in column.choices.values()})


def packed(rows: Iterable[Row]) -> bytes:
    """Rows as they wait for the worker."""
    return json.dumps([asdict(row) for row in rows], ensure_ascii=False).encode()


def unpacked(kept: bytes) -> list[Row]:
    """The same, read back."""
    return [_row(said) for said in json.loads(kept)]


def _row(said: Mapping[str, Any]) -> Row:
    return Row(said["row"], said["said"], [(key, reason) for key, reason in said["faults"]])


def _read(
    row: int, cells: Mapping[str, Any], readers: Mapping[str, Any], villages: Mapping[str, str], today: date
) -> Row:
    said: dict[str, Any] = {}
    faults: list[tuple[str, str]] = []
    for key, cell in cells.items():
        if cell is None or cell == "":
            continue
        try:
            value = _value(key, cell, readers)
        except ValueError as error:
            faults.append((key if key in readers else "", str(error)))
            continue
        if value is not None:
            said[key] = value
    unread = {key for key, _ in faults}
    faults += [(key, reason) for key, reason in _faults(said, villages, today) if key not in unread]
    if "id_number" in said:
        said["id_number"] = said["id_number"][:18]
    if said.get("village") in villages:
        said["village"] = villages[said["village"]]
    return Row(row, said, faults)


def _value(key: str, cell: Any, readers: Mapping[str, Any]) -> Any:
    if key not in readers:
        raise ValueError(STRANGE)
    if isinstance(cell, bool | list | dict):
        raise ValueError("填得不对")
    if is_formula(cell):
        raise ValueError(FORMULA)
    return readers[key](cell)


def _faults(said: Mapping[str, Any], villages: Mapping[str, str], today: date) -> Iterator[tuple[str, str]]:
    for column in REQUIRED:
        if column.key not in said:
            yield column.key, "没有填"
    yield from _who(said, villages, today)
    if said.get("issued_on", "") > today.isoformat():
        yield "issued_on", "日期在今天之后"
    if said.get("issued_on", "9") < _born(said):
        yield "issued_on", "日期比本人出生还早"
    yield from _money(said)


def _born(said: Mapping[str, Any]) -> str:
    """The day of birth, where anything tells of it; else before all days."""
    number = said.get("id_number")
    return str(idnumber.birth_date(number) or "") if number else said.get("birth_date", "")


def _who(said: Mapping[str, Any], villages: Mapping[str, str], today: date) -> Iterator[tuple[str, str]]:
    number, birth = said.get("id_number", ""), said.get("birth_date", "")
    if not number and not (birth and said.get("village")):
        yield "id_number", "证件号码没有填的，要填出生日期和村"
    if number and birth and birth != str(idnumber.birth_date(number)):
        yield "birth_date", "与证件号码里的出生日期不一致"
    if birth > today.isoformat():
        yield "birth_date", "出生日期在今天之后"
    if "village" in said and not (code := villages.get(said["village"], UNKNOWN_VILLAGE)).isdigit():
        yield "village", code


def _money(said: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    amount = said.get("amount")
    for key in ("compliant_amount", "self_paid"):
        if amount is not None and said.get(key, 0) > amount:
            yield key, "比金额还大"
    if said.get("reason") == ScreeningReason.MEDICAL_COST and amount is None and "self_paid" not in said:
        yield "amount", "大额医疗费要填金额，知道自付费用的一起填"
    if said.get("reason") == ScreeningReason.SCHOOLING_COST and amount is None:
        yield "amount", "上学费用要填一年的金额"


def _tell(asked: dict[str, Any]) -> Iterator[dict[str, Any]]:
    found = table(Path(asked["path"]), HEADING)
    stands, readers = places(found.header, KEYS), {column.key: reader(column) for column in COLUMNS}
    today, count = date.fromisoformat(asked["today"]), 0
    yield {"sheet": found.sheet}
    for row, cells in found.lines():
        here = {key: cells[place] for key, place in stands.items() if place < len(cells)}
        if (count := count + 1) > MOST:
            raise Refused(TOO_LONG)
        yield asdict(_read(row, here, readers, asked["villages"], today))
    if not count:
        raise Refused(EMPTY)


def main() -> None:
    """What the process does."""
    answer(_tell)
