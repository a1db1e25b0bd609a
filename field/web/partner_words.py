"""联结的话: what an entry of an enterprise or a tie says, and what a form's fields make of a content."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from field.help_codes import PartnerKind, TieAction, TieKind
from field.web.forms import fen
from field.web.visit_words import Line
from field.web.wording import day, yuan

FIELDS: Mapping[TieAction, tuple[str, ...]] = {
    TieAction.ADD: ("kind", "title", "region", "note"), TieAction.PAY: ("paid_on", "amount", "note"),
    TieAction.TIE: ("partner_id", "kind", "from", "to", "promised", "note"), TieAction.END: ("to", "note"),
}  # fmt: skip
MONEY = ("promised", "amount")
LONGEST = 1000


def content_of(action: TieAction, form: MultiDict[str, str]) -> dict[str, Any]:
    """A content from the flat fields of a form; what was left empty is left out."""
    written = {name: " ".join(form.get(name, "").replace("\0", "").split())[:LONGEST] for name in FIELDS[action]}
    return {name: fen(text) if name in MONEY else text for name, text in written.items() if text}


def tie_lines(payload: Mapping[str, Any]) -> list[Line]:
    """What was recorded."""
    said = payload.get("content") or {}
    kind, promised, amount = said.get("kind", ""), said.get("promised"), said.get("amount")
    lines = [
        Line(_("做了什么"), TieAction.label_of(payload.get("action"))),
        Line(_("名称"), said.get("title") or ""),
        Line(_("种类"), PartnerKind.labels().get(kind) or TieKind.label_of(kind)),
        Line(_("从"), day(said["from"]) if "from" in said else ""),
        Line(_("到"), day(said["to"]) if "to" in said else ""),
        Line(_("每年约定"), yuan(promised) if promised is not None else ""),
        Line(_("兑现"), yuan(amount) if amount is not None else ""),
        Line(_("兑现日期"), day(said["paid_on"]) if "paid_on" in said else ""),
        Line(_("说明"), said.get("note") or ""),
    ]
    return [line for line in lines if line.text]
