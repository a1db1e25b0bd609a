"""表单: what was written into a form or an address, made harmless."""

import re
from collections.abc import Mapping, Sequence

from flask import request
from flask_babel import gettext as _
from uuid6 import uuid7

from field.converters import IdConverter
from field.problems import Problem

LONGEST = 200
YUAN = re.compile(r"(-?[0-9]{1,12})(?:\.([0-9]{1,2}))?", re.ASCII)
MOST = 10**11


def written(name: str, *, needed: bool = False) -> str:
    """A line of text, blanks run together; 422 where something is needed and nothing stands there."""
    if needed and (faults := lacking(name)):
        raise at_fields(faults)
    return " ".join(request.form.get(name, "").replace("\0", "").split())[:LONGEST]


def lacking(name: str) -> list[dict[str, str]]:
    """The fault of a reason that nobody has written."""
    return [] if len(written(name)) >= 2 else [{"field": name, "message": _("请写明原因，至少 2 个字")}]


def sent_id(values: Mapping[str, str], name: str) -> str:
    """An id or code as it was sent, cut and without what no database takes; whether there is such a one is not said."""
    return values.get(name, "").replace("\0", "")[:36]


def fen(text: str) -> int | str:
    """1,234.5 元 as 分; what is no amount as it was written, so that the rules name it."""
    found = YUAN.fullmatch(re.sub(r"[\s,，元]", "", text))
    return int(found[1] + (found[2] or "").ljust(2, "0")) if found else text


def sent_fen(name: str) -> int | None:
    """An amount in 元 of the form as 分; None for what is none."""
    found = fen(request.form.get(name, ""))
    return found if isinstance(found, int) and 0 <= found < MOST else None


def sent_key() -> str:
    """The page's own key, so that a second sending is the same."""
    sent = request.form.get("key", "")
    return sent if re.fullmatch(IdConverter.regex, sent) else str(uuid7())


def sent_seq(name: str = "expected") -> int:
    """The newest entry that the page showed, or another small number of the form; 0 for what makes no sense."""
    said = request.form.get(name, "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else 0


def at_field(name: str, words: str) -> Problem:
    """What to raise for one field of a form that cannot stay so."""
    return at_fields([{"field": name, "message": words}])


def at_fields(faults: Sequence[Mapping[str, str]]) -> Problem:
    """What to raise for several: the form is shown again with each told at its field."""
    words = faults[0]["message"]
    return Problem(422, "invalid", words, faults)
