"""读政策包: from the text of a file to a pack, or every fault with its line, in Chinese."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from field.monitoring.policy.lines import line_of
from field.monitoring.policy.shapes import Pack
from field.monitoring.policy.slips import slips

WORDS = {
    "missing": "没有写", "extra_forbidden": "没有这一项，请检查拼写", "int_type": "要写整数，不加引号",
    "string_type": "要写文字，加引号", "bool_type": "要写 true 或 false", "date_type": "要写日期，如 2026-01-01",
    "list_type": "要写成列表，如 [1, 2]", "dict_type": "要写成一组，如 { red = 1 }", "model_type": "要写成一组",
    "string_pattern_mismatch": "写法不对", "string_too_short": "不能空着", "string_too_long": "太长了",
    "too_short": "至少要写一个", "too_long": "写得太多了",
}  # fmt: skip
LIMITS = {
    "greater_than": "要大于 {gt}", "greater_than_equal": "不能小于 {ge}", "less_than_equal": "不能大于 {le}",
    "literal_error": "只能是 {expected}",
}  # fmt: skip
AT_LINE = re.compile(r"\(at line (\d+), column (\d+)\)")


@dataclass(frozen=True)
class Fault:
    """一处错误: file, line, field, and what is wrong."""

    file: str
    line: int
    field: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.field + ' ' if self.field else ''}{self.message}"


class FaultyPack(Exception):
    """政策包有错: every fault of a file."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("; ".join(map(str, faults)))
        self.faults = faults


def read_pack(content: bytes, file: str, usual: Mapping[str, Any] | None = None, *, former: bool = False) -> Pack:
    """The pack of a file's content, or FaultyPack; `usual` are parts that it may leave out, `former` was in force."""
    text, said = parsed(content, file)
    try:
        pack = Pack.model_validate({**(usual or {}), **said}, context={"former": former})
    except ValidationError as error:
        several = error.errors(include_url=False, include_input=False)
        raise FaultyPack([_fault(one, text, file) for one in several]) from error
    if faults := [] if former else [_at(slip.place, str(slip), text, file) for slip in slips(pack)]:
        raise FaultyPack(faults)
    return pack


def contents(path: Path) -> bytes:
    """The bytes of a file, or FaultyPack where it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise FaultyPack([Fault(str(path), 1, "", "读不了这个文件，请看它的权限")]) from error


def parsed(content: bytes, file: str) -> tuple[str, dict[str, Any]]:
    """The text of a TOML file and what it says, or FaultyPack."""
    try:
        text = content.decode("utf-8-sig")
        return text, tomllib.loads(text)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise FaultyPack([Fault(file, line, "", "不是 UTF-8 编码的文字")]) from error
    except tomllib.TOMLDecodeError as error:
        raise FaultyPack([_broken(error, text, file)]) from error
    except (ValueError, RecursionError) as error:  # a number of thousands of digits, or as many brackets
        lines = text.splitlines()
        line = max(range(len(lines)), key=lambda at: len(lines[at])) + 1
        raise FaultyPack([Fault(file, line, "", "这一行太长了，请看是不是写错了")]) from error


def _broken(error: tomllib.TOMLDecodeError, text: str, file: str) -> Fault:
    place = AT_LINE.search(str(error))
    line = int(place[1]) if place else text.count("\n") + 1
    twice = "overwrite" in str(error) or "twice" in str(error)
    words = "这一项前面已经写过了，只能写一次" if twice else "这一行的写法不对（引号、括号、等号是否成对）"
    return Fault(file, line, "", words)


def _fault(error: Any, text: str, file: str) -> Fault:
    path = [part for part in error["loc"] if part != "[key]"]
    path += getattr(error.get("ctx", {}).get("error"), "place", ())
    return _at(path, _words(error), text, file)


def _at(path: Sequence[str | int], words: str, text: str, file: str) -> Fault:
    field = "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".")
    return Fault(file, line_of(text, path), field, words)


def _words(error: Any) -> str:
    kind, context = error["type"], error.get("ctx", {})
    if kind == "value_error":
        return str(context["error"])
    if kind in LIMITS:
        return LIMITS[kind].format(**context).replace(" or ", " 或 ")
    return WORDS.get(kind, "写法不对")
