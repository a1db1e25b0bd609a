"""Rosters for tests: rows by header, written as Excel or CSV as counties write them."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import xlsxwriter
from python_calamine import CalamineWorkbook

from field.registry.idnumber import make
from field.registry.roster import COLUMNS
from field.registry.roster_household import Fault
from field.registry.roster_reading import Opened, Read, read_roster

TODAY = date(2026, 11, 24)
VILLAGES = {
    "420626107204": "420626107204", "中坪村": "420626107204", "马桥镇中坪村": "420626107204",
    "堰塘村": "有几个村叫这个名字，请带上乡镇名，如马桥镇中坪村", "城关镇堰塘村": "420626100202",
}  # fmt: skip
Row = dict[str, Any]


def household(number: int, size: int = 3, **head: Any) -> list[Row]:
    """The rows of one household: the head with the household's columns, a spouse, children."""
    relations = ["户主", "配偶", "之子", "之女", "之母"][:size]
    rows: list[Row] = [
        {
            "户编号": f"H{number:05d}", "姓名": f"演示{number}{relation}", "与户主关系": relation,
            "证件号码": make("420699", date(1960 + 7 * place, 3, 1 + number % 28), (2 * (number // 28) + place) % 1000),
        }
        for place, relation in enumerate(relations)
    ]  # fmt: skip
    rows[0] |= {"行政村": "中坪村", "村民小组": "3组", "联系电话": "17400000001", "银行账号": "6200000000000000011"}
    rows[0] |= head
    return rows


def excel(path: Path, rows: Iterable[Mapping[str, Any]], headers: Sequence[str] | None = None) -> Path:
    """Write rows to an Excel file; numbers as numbers, all else as text."""
    headers = headers if headers is not None else [column.header for column in COLUMNS]
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet("名册")
        for place, header in enumerate(headers):
            sheet.write_string(0, place, header)
        for line, row in enumerate(rows, 1):
            for place, header in enumerate(headers):
                cell = row.get(header)
                if isinstance(cell, int | float):
                    sheet.write_number(line, place, cell)
                elif cell is not None:
                    sheet.write_string(line, place, cell)
    return path


def text(rows: Iterable[Mapping[str, Any]]) -> str:
    """The same as comma-separated text."""
    file = io.StringIO()
    lines = csv.DictWriter(file, [column.header for column in COLUMNS])
    lines.writeheader()
    lines.writerows(rows)
    return file.getvalue()


def read(path: Path) -> list[Read]:
    """Every household of a file."""
    opened, *found = read_roster(path, VILLAGES, TODAY)
    assert isinstance(opened, Opened)
    households = [one for one in found if isinstance(one, Read)]
    assert [one.done for one in households][-1:] in ([], [opened.total])
    return households


def faults(path: Path) -> list[Fault]:
    """Every fault of a file."""
    return [fault for one in read(path) for fault in one.faults]


def lines(file: bytes) -> list[list[Any]]:
    """The cells of an Excel file's first sheet."""
    return CalamineWorkbook.from_filelike(io.BytesIO(file)).get_sheet_by_index(0).to_python()
