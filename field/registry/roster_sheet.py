"""名册文件: lines of an Excel or CSV file, whole or refused; the one door of python-calamine."""

import codecs
import csv
import os
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

from field.labels import Word
from field.registry.roster import Column, bare
from field.registry.roster_household import KEYS, REQUIRED, Cells, Line
from field.sentences import Sentence, Series

LARGEST = 300 * 2**20
LARGEST_UNPACKED = 2**30
HEADER_WITHIN = 10
ENCODINGS = ("utf-8-sig", "gb18030")
USE_TEMPLATE = "请重新下载一份，照它的表头填写"
UNREADABLE = "这个文件打不开，可能不是Excel或CSV文件，也可能没有传完；什么也没有收进来，请检查后再传"
CUT_SHORT = "这个文件没有传完，最后一行只有一半；什么也没有收进来，请重新传一次"
EMPTY = "表里没有一行内容；什么也没有收进来，请填好再传"
TOO_LARGE = "这个文件太大，什么也没有收进来；请按乡镇分成几个文件再传"
BOMB = "这个文件展开后超过 1 GB，不像一份表，什么也没有收进来；请在 Excel 里另存一份再传，还不行就按乡镇分成几个文件"


class Refused(Exception):
    """不能用的文件: nothing of it was read in; the text tells the person why, in Chinese."""


class Heading(NamedTuple):
    """表头: what a sheet is called, the columns that it must have, and the key of each by its bare header."""

    what: str
    required: Sequence[Column]
    keys: Mapping[str, str]


ROSTER = Heading("名册", REQUIRED, KEYS)


class Table(NamedTuple):
    """一张表: the sheet's name, its header cells, and a way to walk its lines from the first again."""

    sheet: str
    header: Cells
    lines: Callable[[], Iterator[Line]]


def table(path: Path, heading: Heading = ROSTER) -> Table:
    """The sheet of a file that holds the roster, or what else the heading names; raises Refused."""
    if path.stat().st_size > LARGEST:
        raise Refused(TOO_LARGE)
    with path.open("rb") as file:
        start = file.read(8)
    sheets = _workbook(path) if start[:2] == b"PK" or start == OLE else [_text(path)]
    return _with_header(sheets, heading)


OLE = bytes.fromhex("d0cf11e0a1b11ae1")
Sheets = list[tuple[str, Callable[[], Iterator[Line]]]]


def _workbook(path: Path) -> Sheets:
    _judge_size(path)
    try:
        book = CalamineWorkbook.from_object(str(path))
        visible = [sheet.name for sheet in book.sheets_metadata if sheet.visible == SheetVisibleEnum.Visible]
        return [(name, _lazily(book, name)) for name in visible]
    except PasswordError:
        raise Refused("这个文件加了密码，什么也没有收进来；请去掉密码后再传") from None
    except CalamineError:
        raise Refused(UNREADABLE) from None


def _judge_size(path: Path) -> None:
    """Refuse what unpacks to more than any county's roster, before anything is unpacked."""
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as packed:
        if sum(part.file_size for part in packed.infolist()) > LARGEST_UNPACKED:
            raise Refused(BOMB)


def _lazily(book: CalamineWorkbook, name: str) -> Callable[[], Iterator[Line]]:
    held: list[Any] = []

    def lines() -> Iterator[Line]:
        if not held:
            try:
                held.append(book.get_sheet_by_name(name))
            except CalamineError:
                raise Refused(UNREADABLE) from None
        return ((row, cells) for row, cells in enumerate(held[0].iter_rows(), 1) if any(cell != "" for cell in cells))

    return lines


def _text(path: Path) -> tuple[str, Callable[[], Iterator[Line]]]:
    encoding = next((name for name in ENCODINGS if _decodes(path, name)), None)
    if encoding is None:
        raise Refused(UNREADABLE)
    with path.open(encoding=encoding, newline="") as file:
        first = file.readline(1 << 16)
    delimiter = max(",\t;", key=first.count)

    def lines() -> Iterator[Line]:
        width, cells = 0, [""]
        with path.open(encoding=encoding, newline="") as file:
            try:
                for row, cells in enumerate(csv.reader(file, delimiter=delimiter, strict=True), 1):
                    width = width or len(cells)
                    if any(cell.strip() for cell in cells):
                        yield row, cells
            except csv.Error:
                raise Refused(UNREADABLE) from None
        if len(cells) < width and not _ends_with_a_line(path):
            raise Refused(CUT_SHORT)

    return path.stem, lines


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as file:
        try:
            while piece := file.read(1 << 20):
                if "\0" in decoder.decode(piece):
                    return False
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _ends_with_a_line(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read() in (b"\n", b"\r")


def _with_header(sheets: Sheets, heading: Heading) -> Table:
    lacking: list[str] = [column.header for column in heading.required]
    for name, lines in sheets:
        for row, cells in islice(lines(), HEADER_WITHIN):
            keys = [heading.keys[bare(cell)] for cell in cells if bare(cell) in heading.keys]
            missing = [column.header for column in heading.required if column.key not in keys]
            if not missing and len(keys) == len(set(keys)):
                return Table(name, cells, lambda lines=lines, row=row: _below(lines(), row))  # type: ignore[misc]
            if not missing:
                raise Refused(
                    Sentence("“{name}”的表头有重复的列；什么也没有收进来，{use}", name=name, use=Word(USE_TEMPLATE))
                )
            lacking = min(lacking, missing, key=len)
    if not any(True for _, lines in sheets for _ in lines()):
        raise Refused(EMPTY)
    words = "没有找到{what}的表头，缺少{columns}；什么也没有收进来，{use}"
    columns = Series(f"“{header}”" for header in lacking)
    raise Refused(Sentence(words, what=Word(heading.what), columns=columns, use=Word(USE_TEMPLATE)))


def _below(lines: Iterator[Line], header_row: int) -> Iterator[Line]:
    return ((row, cells) for row, cells in lines if row > header_row)
