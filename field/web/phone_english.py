"""手机端的英文: what the phone says in English as the office does: codes and the rules of a form."""

import json
from pathlib import Path
from typing import Any

from field import codes
from field.case_codes import CaseState
from field.help_codes import MeasureState, TeamRole
from field.labels import Labelled
from field.monitoring.duties.todo import FROM
from field.monitoring.visiting.visit_rules import definition
from field.web.catalogue import english

SPOKEN: tuple[type[Labelled], ...] = (
    codes.Kind, codes.RiskFactor, codes.Grade, codes.Guarantee, codes.Income, codes.Expense, codes.Need,
    codes.EvidenceKind, codes.Left, codes.Role, codes.Channel, codes.Source, codes.LeadKind, codes.TaskKind,
    CaseState, MeasureState, TeamRole,
)  # fmt: skip
NAMES = {"english.codes.js", "visit.schema.en.json", "revisit.schema.en.json", "manifest.en.webmanifest"}
MANIFEST = Path(__file__).with_name("phone") / "manifest.webmanifest"
SAID = ("title", "x-words", "x-asked")  # the parts of a form's rules that people read


def files() -> dict[str, bytes]:
    """The files of English beside english.js, by their names below /m/."""
    told = json.dumps(known(), ensure_ascii=False, separators=(",", ":"))
    rules = {f"{name}.schema.en.json": _compact(in_english(definition(name))) for name in ("visit", "revisit")}
    name = _compact(json.loads(MANIFEST.read_bytes()) | {"name": "Field visits", "short_name": "Field", "lang": "en"})
    return {"english.codes.js": f"export const codes = {told}\n".encode(), "manifest.en.webmanifest": name} | rules


def known() -> dict[str, str]:
    """Chinese to English of each word that the server tells a phone."""
    words = [label for kind in SPOKEN for label in kind.labels().values()] + list(FROM.values())
    return {word: _said(word) for word in words}


def in_english(rules: Any, read: bool = False) -> Any:
    """The rules of a form with what people read of them in English; what is typed and judged stays."""
    if isinstance(rules, dict):
        return {name: in_english(part, read or name in SAID) for name, part in rules.items()}
    if isinstance(rules, list):
        return [in_english(part) for part in rules]
    return _said(rules) if read and isinstance(rules, str) else rules


def _said(text: str) -> str:
    said: str = english().gettext(text)
    return said


def _compact(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
