"""表单: what was written into a form or an address, made harmless."""

from collections.abc import Mapping

from flask import request
from flask_babel import gettext as _

from field.problems import Problem

LONGEST, FARTHEST = 200, 1_000_000


def written(name: str, *, needed: bool = False) -> str:
    """A line of text, blanks run together; 422 where something is needed and nothing stands there."""
    text = " ".join(request.form.get(name, "").replace("\0", "").split())[:LONGEST]
    if needed and len(text) < 2:
        raise Problem(422, "reason_needed", _("请写明原因，至少 2 个字。请返回上一页填写"))
    return text


def sent_id(values: Mapping[str, str], name: str) -> str:
    """An id or code as it was sent, cut and without what no database takes; whether there is such a one is not said."""
    return values.get(name, "").replace("\0", "")[:36]


def asked_page() -> int:
    """The page asked for; the first for what makes no sense."""
    text = request.args.get("page", "1")
    return max(1, min(int(text), FARTHEST)) if text.isascii() and text.isdigit() and len(text) < 8 else 1
