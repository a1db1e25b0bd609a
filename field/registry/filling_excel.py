"""填报表的Excel: two protected sheets, open only where they are to be filled in."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import xlsxwriter

from field.registry.filling import FILLED, SEAL, SHEETS, Sheet
from field.registry.roster import TEXT_KINDS, Column
from field.registry.roster_excel import KIND_WORDS, SAFE, told_choices

NOTES = (
    "只改白底的格；灰底的格锁住了，只供核对。没有变化的格和行留着不动，不要跨行复制核对码。",
    "电话显示为遮住的样子；没有变化就不动，换了号码请写完整的新号码。",
    "原来有内容的格不能清空；不再外出务工的，务工月数填 0。",
    "交上去以后只登记有变化的格。发出以后台账里又有新内容的，由乡镇逐格认定，不会互相覆盖。",
)


class Line(NamedTuple):
    """填报表的一行: what is only shown, what is to be filled in, and its seal."""

    shown: Sequence[str | int]
    filled: Sequence[str | int | float]
    seal: str


def write_filling(path: Path, batches: Iterable[tuple[list[Line], list[Line]]], about: dict[str, str]) -> int:
    """Write households and people batch by batch; how many rows of people."""
    settings = {**SAFE, "constant_memory": True, "tmpdir": str(path.parent)}
    with xlsxwriter.Workbook(path, settings) as book:
        formats = _formats(book)
        sheets = [_begun(book, sheet, formats) for sheet in SHEETS]
        rows = [0, 0]
        for batch in batches:
            for place, lines in enumerate(batch):
                for line in lines:
                    rows[place] += 1
                    _write(sheets[place], rows[place], line, SHEETS[place], formats)
        for place, sheet in enumerate(SHEETS):
            _choices(sheets[place], sheet, max(rows[place], 1))
        _explain(book, formats, about)
    return rows[1]


def _formats(book: Any) -> dict[str, Any]:
    grey = {"bg_color": "#ECECEC"}
    return {
        "head": book.add_format({"bold": True, "bg_color": "#E8EEF7", "border": 1, "text_wrap": True}),
        "fill": book.add_format({"bold": True, "bg_color": "#FBE9D0", "border": 1, "text_wrap": True}),
        "shown": book.add_format(grey), "text": book.add_format({"locked": False, "num_format": "@"}),
        "open": book.add_format({"locked": False}), "wrap": book.add_format({"text_wrap": True}),
    }  # fmt: skip


def _begun(book: Any, sheet: Sheet, formats: dict[str, Any]) -> Any:
    made = book.add_worksheet(sheet.name)
    for place, (header, width) in enumerate(sheet.shown):
        made.set_column(place, place, width)
        made.write_string(0, place, header, formats["head"])
    for place, key in enumerate(sheet.filled, len(sheet.shown)):
        column = FILLED[key]
        width = 40 if key == "address" else max(12, 2 * len(column.header) + 2)
        made.set_column(place, place, width, formats[_how(column)])
        made.write_string(0, place, column.header, formats["fill"])
    last = len(sheet.shown) + len(sheet.filled)
    made.set_column(last, last, 12, None, {"hidden": True})
    made.write_string(0, last, SEAL.header, formats["head"])
    made.freeze_panes(1, next(at for at, (header, _) in enumerate(sheet.shown, 1) if header in ("户主", "姓名")))
    made.protect("", {"format_columns": True, "format_rows": True})
    return made


def _write(made: Any, row: int, line: Line, sheet: Sheet, formats: dict[str, Any]) -> None:
    for place, content in enumerate(line.shown):
        _put(made, row, place, content, formats["shown"])
    for place, (key, filled) in enumerate(zip(sheet.filled, line.filled, strict=True), len(line.shown)):
        _put(made, row, place, filled, formats[_how(FILLED[key])])
    made.write_string(row, len(line.shown) + len(line.filled), line.seal)


def _put(made: Any, row: int, place: int, content: str | float, how: Any) -> None:
    if content == "":
        made.write_blank(row, place, None, how)
    elif isinstance(content, str):
        made.write_string(row, place, content, how)
    else:
        made.write_number(row, place, content, how)


def _how(column: Column) -> str:
    return "text" if column.kind in TEXT_KINDS or column.kind == "text" else "open"


def _choices(made: Any, sheet: Sheet, last: int) -> None:
    for place, key in enumerate(sheet.filled, len(sheet.shown)):
        if FILLED[key].choices:
            asked = {"validate": "list", "source": told_choices(FILLED[key]), "ignore_blank": True}
            made.data_validation(1, place, last, place, asked)


def _explain(book: Any, formats: dict[str, Any], about: dict[str, str]) -> None:
    sheet = book.add_worksheet("填表说明")
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 1, 90, formats["wrap"])
    rows = [("怎么填", note) for note in NOTES] + list(about.items())
    rows += [(column.header, "、".join(told_choices(column)) or KIND_WORDS[column.kind]) for column in FILLED.values()]
    for row, (what, words) in enumerate(rows):
        sheet.write_string(row, 0, what)
        sheet.write_string(row, 1, words)
