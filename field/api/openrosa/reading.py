"""读表单: what a survey app has filled in, read from XML without a DTD or any entity."""

from dataclasses import dataclass, field
from typing import Self
from xml.parsers import expat

DEEPEST, MOST = 8, 5000


class Unreadable(Exception):
    """看不懂: not XML, or XML of a kind that no form has."""


@dataclass
class Filled:
    """一个填好的题或组: its words, or those below it by name, where a repeat has several."""

    words: str = ""
    below: dict[str, list["Filled"]] = field(default_factory=dict)
    told: dict[str, str] = field(default_factory=dict)

    def all(self, name: str) -> list["Filled"]:
        """Every one of that name."""
        return self.below.get(name, [])

    def one(self, name: str) -> "Filled":
        """The first of that name, or an empty one."""
        return self.all(name)[0] if self.all(name) else Filled()

    def said(self, name: str) -> str:
        """What was answered there, or nothing."""
        return self.one(name).words.strip()


class _Reading:
    """一次读取."""

    def __init__(self) -> None:
        self.whole = Filled()
        self.path = [self.whole]
        self.room = MOST

    def start(self, name: str, told: dict[str, str]) -> None:
        self.room -= 1
        if len(self.path) > DEEPEST or not self.room:
            raise Unreadable("another shape")
        node = Filled(told=told)
        self.path[-1].below.setdefault(name.rpartition(":")[2], []).append(node)
        self.path.append(node)

    def words(self, text: str) -> None:
        self.path[-1].words += text

    def end(self, _: str) -> None:
        self.path.pop()

    @classmethod
    def of(cls, body: bytes) -> Self:
        reading = cls()
        parser = expat.ParserCreate("utf-8")
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = _no_dtd
        parser.StartElementHandler, parser.EndElementHandler = reading.start, reading.end
        parser.CharacterDataHandler = reading.words
        parser.Parse(body, True)
        return reading


def read(body: bytes) -> Filled:
    """The root of what was filled in; its attributes are `told`. Unreadable for all else, a DTD above all."""
    try:
        [[root]] = _Reading.of(body).whole.below.values()
    except expat.ExpatError as error:
        raise Unreadable("not XML") from error
    return root


def _no_dtd(*_: object) -> None:
    raise Unreadable("a DTD")
