"""导出文件: lines as Excel, CSV or JSON lines, with what the file says of itself; a text is never a formula."""

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import xlsxwriter

from field.codes import ExportFormat
from field.monitoring.export_columns import Column, Value
from field.registry.roster_excel import SAFE

MOST_ROWS, LONGEST = 1_048_575, 32_767
ABOUT, CONTENT = "说明", "导出"
MAGIC = ("=", "+", "-", "@", "\t", "\r", "\n")
Lines = Iterable[list[Value]]


class TooManyRows(Exception):
    """行数太多: more than one sheet of Excel takes."""


def write(kind: ExportFormat, path: Path, about: Mapping[str, str], columns: Sequence[Column], lines: Lines) -> int:
    """Write the file, in memory that does not grow; how many lines."""
    return WRITERS[kind](path, about, columns, lines)


def _excel(path: Path, about: Mapping[str, str], columns: Sequence[Column], lines: Lines) -> int:
    settings = {**SAFE, "constant_memory": True, "tmpdir": str(path.parent)}
    row = 0
    with xlsxwriter.Workbook(path, settings) as book:
        bold = book.add_format({"bold": True, "bg_color": "#E8EEF7", "border": 1})
        sheet, notes = book.add_worksheet(CONTENT), book.add_worksheet(ABOUT)
        for place, column in enumerate(columns):
            sheet.set_column(place, place, 22 if column.full else max(10, 2 * len(column.header) + 2))
            sheet.write_string(0, place, column.header, bold)
        sheet.freeze_panes(1, 1)
        for row, line in enumerate(lines, 1):
            if row > MOST_ROWS:
                raise TooManyRows
            for place, value in enumerate(line):
                if value is None or value == "":
                    continue
                if isinstance(value, str):
                    sheet.write_string(row, place, value[:LONGEST])
                else:
                    sheet.write_number(row, place, value)
        notes.set_column(0, 0, 14)
        notes.set_column(1, 1, 90, book.add_format({"text_wrap": True}))
        for place, said in enumerate({**about, "行数": str(row)}.items()):
            for at, words in enumerate(said):
                notes.write_string(place, at, words, bold if at == 0 else None)
    return row


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
