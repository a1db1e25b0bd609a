"""填报的话: what a filled-in sheet changed, cell by cell, and what it contradicted."""

from collections.abc import Iterator, Mapping
from typing import Any

from flask_babel import gettext as _

from field.codes import EntryKind
from field.monitoring.sheets.filling import masked_phone
from field.registry.filling import FILLED, cell
from field.web.visit_words import Line, Section
from field.web.wording import yuan

FILLED_KINDS = (EntryKind.FILLED_IN, EntryKind.FILLED_HELD, EntryKind.FILLED_DECIDED)


def shown(key: str, value: Any, names: Mapping[str, str]) -> str:
    """A cell as people read it: telephones masked, money in 元, places by name; a dash where there is nothing."""
    if value is None or value == "":
        return "—"
    if FILLED[key].kind == "money":
        return yuan(value)
    if isinstance(value, bool):
        return str(_("是") if value else _("否"))
    return names.get(str(value), str(cell(key, masked_phone(key, value))))


def column(key: str) -> str:
    """What a column is called."""
    return FILLED[key].header


def filling_sections(payload: dict[str, Any], names: Mapping[str, str]) -> list[Section]:
    """What an entry took in, and what was held for a person to decide."""
    held = [
        Line(_of(one["person_id"], one["key"], names), shown(one["key"], one["written"].get(one["key"]), names), True)
        for one in payload.get("held", ())
    ]
    kept = payload.get("of", 0) - len(payload.get("ours", ()))
    decided = [Line(_("保留台账的"), _("%(number)s 格", number=kept))] if kept else []
    sections = [Section(_("登记的更改"), [*_taken(payload, names), *decided]), Section(_("有冲突，等人认定"), held)]
    return [one for one in sections if one.lines]


def _taken(payload: dict[str, Any], names: Mapping[str, str]) -> Iterator[Line]:
    for key, value in payload.get("household", {}).items():
        yield Line(_of(None, key, names), shown(key, value, names))
    for member in payload.get("members", ()):
        for key in (key for key in member if key in FILLED):
            yield Line(_of(member["person_id"], key, names), shown(key, member[key], names))


def _of(person_id: str | None, key: str, names: Mapping[str, str]) -> str:
    whose = names.get(person_id or "", "")
    return f"{whose} {column(key)}".strip()
