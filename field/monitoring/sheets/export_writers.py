"""导出文件: lines as Excel, CSV or JSON lines, with what the file says of itself; a text is never a formula."""

import csv
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from html import escape
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from field.codes import ExportFormat
from field.monitoring.sheets.export_columns import CATALOGUE, Column, Value
from field.registry.roster_excel import SAFE

MOST_ROWS, LONGEST = 1_048_575, 32_767
ABOUT, CONTENT = "说明", "导出"
MAGIC = ("=", "+", "-", "@", "\t", "\r", "\n")
SHEET = "xl/worksheets/sheet1.xml"
LETTERS = [xl_col_to_name(place) for place in range(len(CATALOGUE))]
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]")  # what XML cannot hold, Excel writes by its number
DIMENSION = re.compile("<dimension[^>]*/>")
LOOKS_SO = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
Lines = Iterable[list[Value]]


class TooManyRows(Exception):
    """行数太多: more than one sheet of Excel takes."""


def write(kind: ExportFormat, path: Path, about: Mapping[str, str], columns: Sequence[Column], lines: Lines) -> int:
    """Write the file, in memory that does not grow; how many lines."""
    return WRITERS[kind](path, about, columns, lines)


def _excel(path: Path, about: Mapping[str, str], columns: Sequence[Column], lines: Lines) -> int:
    """The rows go straight into the sheet of a book drawn without them: cell by cell the library takes much longer."""
    row = 0
    with ZipFile(path, "w", ZIP_DEFLATED) as file:
        with file.open(SHEET, "w", force_zip64=True) as sheet:
            before, end, after = _drawn(about, columns)[SHEET].decode().partition("</sheetData>")
            sheet.write(DIMENSION.sub("", before).encode())  # how many rows there are is not known yet
            for row, line in enumerate(lines, 1):
                if row > MOST_ROWS:
                    raise TooManyRows
                sheet.write(_row(row + 1, line).encode())
            sheet.write((end + after).encode())
        for name, content in _drawn({**about, "行数": str(row)}, columns).items():
            if name != SHEET:
                file.writestr(name, content)
    return row


def _drawn(about: Mapping[str, str], columns: Sequence[Column]) -> dict[str, bytes]:
    """The parts of a book with the header alone, and on a second sheet what the file says of itself."""
    made = BytesIO()
    with xlsxwriter.Workbook(made, {**SAFE, "in_memory": True}) as book:
        bold = book.add_format({"bold": True, "bg_color": "#E8EEF7", "border": 1})
        sheet, notes = book.add_worksheet(CONTENT), book.add_worksheet(ABOUT)
        for place, column in enumerate(columns):
            sheet.set_column(place, place, 22 if column.full else max(10, 2 * len(column.header) + 2))
            sheet.write_string(0, place, column.header, bold)
        sheet.freeze_panes(1, 1)
        notes.set_column(0, 0, 14)
        notes.set_column(1, 1, 90, book.add_format({"text_wrap": True}))
        for place, said in enumerate(about.items()):
            for at, words in enumerate(said):
                notes.write_string(place, at, words, bold if at == 0 else None)
    with ZipFile(made) as parts:
        return {name: parts.read(name) for name in parts.namelist()}


def _row(number: int, line: list[Value]) -> str:
    cells = [
        f'<c r="{letters}{number}"{_cell(value)}'
        for letters, value in zip(LETTERS, line, strict=False)
        if value is not None and value != ""
    ]
    return f'<row r="{number}">{"".join(cells)}</row>'


@lru_cache(maxsize=10_000)
def _cell(value: Value) -> str:
    """All of a cell but its place; most stand in many rows. A text stays a text."""
    if isinstance(value, str):
        text = CONTROL.sub(lambda found: f"_x{ord(found[0]):04X}_", LOOKS_SO.sub("_x005F_", value[:LONGEST]))
        return f' t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>'
    return f"><v>{value!r}</v></c>"


def _csv(path: Path, about: Mapping[str, str], columns: Sequence[Column], lines: Lines) -> int:
    """The first line is what the file says of itself; a mark before it tells Excel that this is UTF-8."""
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        sheet = csv.writer(file)
        sheet.writerow(["# " + "；".join(f"{name}：{words}" for name, words in about.items())])
        sheet.writerow([column.header for column in columns])
        for line in lines:
            sheet.writerow([_tame(value) for value in line])
            count += 1
    return count


def _json(path: Path, about: Mapping[str, str], columns: Sequence[Column], lines: Lines) -> int:
    """The first line is what the file says of itself, with the header of each key."""
    keys, count = [column.key for column in columns], 0
    with path.open("w", encoding="utf-8") as file:
        headers = {column.key: column.header for column in columns}
        file.write(json.dumps({"about": about, "headers": headers}, ensure_ascii=False) + "\n")
        for line in lines:
            file.write(json.dumps(dict(zip(keys, line, strict=True)), ensure_ascii=False) + "\n")
            count += 1
    return count


def _tame(value: Value) -> Value:
    """A text that a spreadsheet would reckon with is marked as text."""
    return f"'{value}" if isinstance(value, str) and value.startswith(MAGIC) else value


WRITERS = {ExportFormat.XLSX: _excel, ExportFormat.CSV: _csv, ExportFormat.JSONL: _json}
