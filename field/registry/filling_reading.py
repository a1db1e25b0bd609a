"""读填报表: the rows of both sheets, from a process of its own; what they mean is known only beside the keys."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from field.registry.apart import answer, heard
from field.registry.filling import FILLED, SHEETS, Sheet, text
from field.registry.roster import places
from field.registry.roster_cells import FORMULA, is_formula, reader
from field.registry.roster_sheet import Refused, table
from field.sentences import Sentence

MOST = 50_000
TOO_LONG = Sentence("一份填报表最多{most}行，没有收下任何内容；请分成几份再交", most=MOST)
EMPTY = "表里没有一行内容，没有收下；请填好再交"


class Cell(NamedTuple):
    """一格: as it stands there, what it means, or why it means nothing."""

    text: str
    value: Any = None
    reason: str | None = None


class Row(NamedTuple):
    """一行: of which sheet, its number there, the seal that it went out with, and what it says of whom."""

    sheet: str
    row: int
    seal: str
    number: str
    name: str
    cells: dict[str, Cell]


def read_filling(path: Path) -> list[Row]:
    """Every row of a file; raises Refused when the file cannot be used."""
    asked = {"path": str(path.resolve())}
    return [
        Row(**{**said, "cells": {key: Cell(*cell) for key, cell in said["cells"].items()}})
        for said in heard(__name__, asked)
    ]


def _tell(asked: dict[str, Any]) -> Iterator[dict[str, Any]]:
    count = 0
    for sheet in SHEETS:
        for said in _rows(Path(asked["path"]), sheet):
            if (count := count + 1) > MOST:
                raise Refused(TOO_LONG)
            yield said
    if not count:
        raise Refused(EMPTY)


def _rows(path: Path, sheet: Sheet) -> Iterator[dict[str, Any]]:
    found = table(path, sheet.heading)
    stands = places(found.header, sheet.heading.keys)
    readers = {key: reader(FILLED[key]) for key in sheet.filled}
    for row, cells in found.lines():
        here = {key: cells[place] if place < len(cells) else "" for key, place in stands.items()}
        yield {
            "sheet": found.sheet, "row": row, "seal": str(here["seal"]).strip(), "number": text(here["number"]),
            "name": text(here.get("name", "")), "cells": {key: _read(here[key], readers[key]) for key in sheet.filled},
        }  # fmt: skip


def _read(content: Any, read: Callable[[Any], Any]) -> Cell:
    if content is None or content == "":
        return Cell("")
    if is_formula(content):
        return Cell(content, None, FORMULA)
    try:
        return Cell(text(content), read(content))
    except ValueError as error:
        return Cell(text(content), None, str(error))


def main() -> None:
    """What the process does."""
    answer(_tell)
