"""取词: Chinese texts of files that mark none, for the catalogue: the core, which knows no reader, and forms."""

import ast
import json
import re
import tomllib
from collections.abc import Iterator
from typing import Any, BinaryIO

CHINESE = re.compile("[\u4e00-\u9fff]")
TOLD = ("x-words", "x-asked")
Found = tuple[int, str, str, list[str]]


def chinese(file: BinaryIO, *_asked: Any, **_options: Any) -> Iterator[Found]:
    """Every whole text in Chinese; what is put together from pieces, or is a docstring, is none."""
    tree = ast.parse(file.read())
    parts = {id(part) for joined in ast.walk(tree) if isinstance(joined, ast.JoinedStr) for part in ast.walk(joined)}
    told = {id(line.value) for line in ast.walk(tree) if isinstance(line, ast.Expr)}
    whole = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in parts | told)
    for node in whole:
        if isinstance(node.value, str) and CHINESE.search(node.value):
            yield node.lineno, "", node.value, []


def titles(file: BinaryIO, *_asked: Any, **_options: Any) -> Iterator[Found]:
    """The titles of a form's definition, and the words in which it names faults."""
    for text in _read(json.loads(file.read())):
        yield 1, "", text, []


def rules(file: BinaryIO, *_asked: Any, **_options: Any) -> Iterator[Found]:
    """The names and sentences of a policy pack's warnings."""
    for rule in tomllib.loads(file.read().decode())["risk"]["rule"]:
        yield from ((1, "", rule[part], []) for part in ("name", "say"))


def _read(part: Any) -> Iterator[str]:
    for name, inside in part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ():
        if name == "title" and isinstance(inside, str):
            yield inside
        elif name in TOLD:
            yield from inside.values()
        else:
            yield from _read(inside)
