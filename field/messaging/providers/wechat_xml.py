"""微信的 XML: read without a DTD or any entity, and written so that no text can break out of its place."""

import re
from collections.abc import Mapping
from xml.parsers import expat

from field.messaging.messages import Unreadable

DEEPEST = 8
CONTROLS = bytes(sign for sign in range(32) if sign not in b"\t\n\r")  # XML has no place for them, people's texts have
UNFIT = re.compile("[^\t\n\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class _Reading:
    """一次读取: the words of elements that hold nothing but words, by their path below the root."""

    def __init__(self) -> None:
        self.path: list[str] = []
        self.words: list[str] = []
        self.leaf = False
        self.found: dict[str, str] = {}

    def start(self, name: str, _: dict[str, str]) -> None:
        self.path.append(name)
        self.words.clear()
        self.leaf = True
        if len(self.path) > DEEPEST or self.path[0] != "xml":
            raise Unreadable("another shape")

    def end(self, _: str) -> None:
        key = "/".join(self.path[1:])
        if self.leaf and key:
            if len(self.path) == 2 and key in self.found:
                raise Unreadable("the same twice")
            self.found.setdefault(key, "".join(self.words))
        self.path.pop()
        self.leaf = False


def read(body: bytes) -> dict[str, str]:
    """The fields of a message, those below a field as `Field/Below`; Unreadable for all else, a DTD above all."""
    reading = _Reading()
    parser = expat.ParserCreate("utf-8")
    parser.StartDoctypeDeclHandler = _no_dtd
    parser.StartElementHandler, parser.EndElementHandler = reading.start, reading.end
    parser.CharacterDataHandler = reading.words.append
    try:
        parser.Parse(body.translate(None, CONTROLS), True)
    except expat.ExpatError as error:
        raise Unreadable("not XML") from error
    return reading.found


def render(fields: Mapping[str, str | int]) -> str:
    """A message of WeChat's shape; `]]>` is divided between two sections."""
    parts = [f"<{name}>{_safe(value)}</{name}>" for name, value in fields.items()]
    return f"<xml>{''.join(parts)}</xml>"


def plain(text: str) -> str:
    """The text without what XML and telephones do not take: control characters and halves of characters."""
    return UNFIT.sub("", text)


def _safe(value: str | int) -> str:
    if isinstance(value, int):
        return str(value)
    return f"<![CDATA[{plain(value).replace(']]>', ']]]]><![CDATA[>')}]]>"


def _no_dtd(*_: object) -> None:
    raise Unreadable("a DTD")
