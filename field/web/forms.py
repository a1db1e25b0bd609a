"""表单: what was written into a form or an address, made harmless."""

import re
from collections.abc import Iterable, Mapping

from flask import request
from flask_babel import gettext as _
from uuid6 import uuid7

from field.converters import IdConverter
from field.problems import Problem
from field.web.catalogue import said

LONGEST = 200
YUAN = re.compile(r"(-?[0-9]{1,12})(?:\.([0-9]{1,2}))?", re.ASCII)
MOST = 10**11


def written(name: str, *, needed: bool = False) -> str:
    """A line of text, blanks run together; 422 where something is needed and nothing stands there."""
    text = " ".join(request.form.get(name, "").replace("\0", "").split())[:LONGEST]
    if needed and len(text) < 2:
        raise Problem(422, "reason_needed", _("请写明原因，至少 2 个字。请返回上一页填写"))
    return text


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


def faults_named(faults: Iterable[Mapping[str, str]], named: Mapping[str, str]) -> list[str]:
    """Each fault, after the name of its field where one is given, in the order of the names."""
    places = {field: place for place, field in enumerate(named)}
    several = sorted(faults, key=lambda one: places.get(one["field"], len(places)))
    told = ((named.get(one["field"]), said(one["message"])) for one in several)
    return [str(_("%(name)s：%(fault)s", name=name, fault=fault)) if name else fault for name, fault in told]
