"""读对话: the dialog files, those that come with the product and a county's own over them; every fault is named."""

import logging
import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from field.messaging.dialogs.checking import faults, shared_faults
from field.messaging.dialogs.shapes import Dialog, Words

log = logging.getLogger("field.messaging.dialogs")

OURS = Path(__file__).parent
_own: Path | None = None
NAMES = ("declare", "bind", "checkin", "vouch", "renumber")
TELLING = ("staff",)  # wordings that wait for no answer
FAULTS = {
    "missing": "没有写这一项", "extra_forbidden": "不认识这一项,看看是不是写错了字", "string_type": "要写成引号里的字",
    "int_type": "要写数字", "list_type": "要写成方括号里的一串", "dict_type": "要写成花括号或单独一节",
    "bool_type": "要写 true 或 false", "enum": "没有这一种", "string_too_short": "不能是空的",
    "too_short": "至少要写一个", "greater_than_equal": "数字太小", "less_than_equal": "数字太大",
    "string_pattern_mismatch": "只用小写英文字母和下划线", "model_type": "要写成一句话,或 { sms = …, wechat = … }",
}  # fmt: skip


class Faulty(Exception):
    """对话文件有错: every fault, with its file and place."""

    def __init__(self, found: Sequence[str]) -> None:
        super().__init__("\n".join(found))
        self.faults = tuple(found)


class Library:
    """对话库: every version of every dialog that is still there; `current` may begin now, by the words `starts`."""

    def __init__(self, dialogs: dict[str, dict[int, Dialog]], newest: dict[str, int]) -> None:
        self._dialogs, self._newest = dialogs, newest
        self.current = tuple(self.dialog(name) for name in newest)
        self.starts = frozenset(word for dialog in self.current for word in dialog.starts)

    def dialog(self, name: str, version: Any = None) -> Dialog:
        """The version that a running dialog began with, where it is still there; else the one for who begins now."""
        held = self._dialogs[name]
        return held[version] if version in held else held[self._newest[name]]


def use_dialogs(folder: Path) -> None:
    """Let a county's own dialogs count where there are any; with a fault in them ours do, and the log names it."""
    global _own  # noqa: PLW0603 (read once at the start, as the keys are)
    _own = folder if folder.is_dir() else None
    try:
        library()
    except Faulty as error:
        log.error("对话文件有错,仍用产品自带的:\n%s", error)
        _own = None


def library() -> Library:
    """The dialogs that count now."""
    return load(_own)


@cache
def load(folder: Path | None) -> Library:
    """All dialogs, with those of a county's own folder over ours; raises Faulty for any fault in any file."""
    found: list[str] = []
    files = [(path, _toml(path, found)) for place in (OURS, folder) if place for path in sorted(place.glob("*.toml"))]
    words = None
    for path, data in files:
        if data.get("name") == "words":
            words = _words(path, data, found) or words
    if words is None:
        raise Faulty(found or ["words.toml: 没有公共用语"])
    dialogs: dict[str, dict[int, Dialog]] = {}
    newest: dict[str, tuple[bool, int]] = {}
    for path, data in files:
        if data and data.get("name") != "words" and (dialog := _dialog(path, data, words, found)):
            dialogs.setdefault(dialog.name, {})[dialog.version] = dialog
            rank = path.parent != OURS, dialog.version
            newest[dialog.name] = max(newest.get(dialog.name, rank), rank)
    found += [f"{name}: 没有这个对话" for name in (*NAMES, *TELLING) if name not in dialogs and not found]
    if found:
        raise Faulty(found)
    return Library(dialogs, {name: version for name, (_, version) in newest.items()})


def _toml(path: Path, found: list[str]) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        found.append(f"{path.name}: 不是正确的 TOML 文件({error})")
        return {}


def _words(path: Path, data: dict[str, Any], found: list[str]) -> Words | None:
    try:
        words = Words.model_validate(data)
    except ValidationError as error:
        found += _told(path, error)
        return None
    wrong = shared_faults(words)
    found += [f"{path.name}: {fault}" for fault in wrong]
    return None if wrong else words


def _dialog(path: Path, data: dict[str, Any], words: Words, found: list[str]) -> Dialog | None:
    try:
        dialog = Dialog.model_validate(data | {"words": words})
    except ValidationError as error:
        found += _told(path, error)
        return None
    found += [f"{path.name}: {fault}" for fault in faults(dialog)]
    return dialog


def _told(path: Path, error: ValidationError) -> list[str]:
    """The library's faults in our words, without the value at fault."""
    return [
        f"{path.name}: {'.'.join(map(str, fault['loc']))}: {FAULTS.get(fault['type'], '填得不对')}"
        for fault in error.errors(include_input=False, include_url=False)
    ]
