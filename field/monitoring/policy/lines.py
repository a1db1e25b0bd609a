"""行号: on which line of a TOML file a value stands, so that a fault can be found."""

import re
from collections.abc import Sequence

HEADER = re.compile(r"^\s*(\[\[?)\s*([A-Za-z0-9_.-]+)\s*\]")
KEY = re.compile(r"^\s*([A-Za-z0-9_-]+)\s*=")
Path = tuple[str | int, ...]


def line_of(text: str, path: Sequence[str | int]) -> int:
    """The line (from 1) of the longest beginning of a path that is written in the text; 1 for none of it."""
    places = _places(text)
    wanted = tuple(path)
    return next((places[wanted[:n]] for n in range(len(wanted), 0, -1) if wanted[:n] in places), 1)


def _places(text: str) -> dict[Path, int]:
    places: dict[Path, int] = {}
    counts: dict[Path, int] = {}
    table: Path = ()
    for number, line in enumerate(text.splitlines(), 1):
        if header := HEADER.match(line):
            table = _table(header[2].split("."), header[1] == "[[", counts)
            for path in (table, table[:-1] if header[1] == "[[" else table):  # of an array as a whole, its first
                places.setdefault(path, number)
        elif key := KEY.match(line):
            places.setdefault((*table, key[1]), number)
    return places


def _table(names: Sequence[str], repeated: bool, counts: dict[Path, int]) -> Path:
    """The path of a table, where each table of an array has its place in it."""
    path: Path = ()
    for depth, name in enumerate(names, 1):
        path = (*path, name)
        if depth == len(names) and repeated:
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = (*path, counts[path])
    return path
