"""代码与叫法: codes that carry the Chinese words by which people know them."""

from enum import StrEnum
from functools import cache
from typing import Self


class Word(str):
    """A word of this house, which a screen may say in the reader's language; what people wrote is never one."""

    __slots__ = ()


class Labelled(StrEnum):
    """A code that knows its Chinese label."""

    label: Word

    def __new__(cls, code: str, label: str = "") -> Self:
        member = str.__new__(cls, code)
        member._value_ = code
        member.label = Word(label)
        return member

    @classmethod
    def labels(cls) -> dict[str, str]:
        """Code to label, in the order of the definition."""
        return {member.value: member.label for member in cls}

    @classmethod
    def label_of(cls, code: str | None) -> str:
        """The label of a code that may be unknown or missing; then the code itself or nothing."""
        return _labels(cls).get(code or "", code or "")


@cache
def _labels(kind: type[Labelled]) -> dict[str, str]:
    return kind.labels()
