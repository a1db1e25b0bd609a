"""顺口说的: what a message tells beside the answer to the step that was asked: another step's answer, or who it is."""

import re
from collections.abc import Mapping
from typing import Any

from field.messaging.dialogs.identity import identity
from field.messaging.dialogs.options import named
from field.messaging.dialogs.proposals import NOTE_LENGTH
from field.messaging.dialogs.shapes import Answer, Step

PARTS = re.compile(r"[\s,，.。;；、!！?？]+")
PAPERS = re.compile("病历|票|单子?|证明|[照相图]片|照|拍")
MOST_WORDS = 3 * NOTE_LENGTH


def overheard(step: Step, asked: Answer, text: str) -> tuple[list[str], str]:
    """顺口说的: what a message tells of a step of choices, in words and not by numbers, though another was asked.

    The second is what is left of it for the answer that was asked.
    """
    if asked is Answer.IDENTITY:
        return _beside_who(step, text)
    about = [part for part in PARTS.split(text) if not (asked is Answer.PHOTOS and PAPERS.search(part))]
    return [code for code in named(step, " ".join(about), beside=True) if code != step.otherwise], text


def told_beside(step: Step, answers: Mapping[str, Any], codes: list[str], words: str) -> dict[str, Any]:
    """又说的: the answers to a step of choices with what is new behind them, and its words; {} where nothing is."""
    first, note = step.stores[:2]
    before = answers.get(first) or []
    more = [code for code in codes if code not in before]
    if not more:
        return {}
    said = "/".join(filter(None, (answers.get(note), words[:NOTE_LENGTH])))
    return {first: [*before, *more], note: said[:MOST_WORDS]}


def _beside_who(step: Step, text: str) -> tuple[list[str], str]:
    """Beside who somebody is; where the rest names neither a village nor a number, the whole message tells of it."""
    parts = [part for part in PARTS.split(text) if part]
    about = [
        part for part in parts if (len(part) > 2 or parts == [part]) and named(step, part) and not identity_of(part)
    ]
    if not about:
        return [], text
    rest = " ".join(part for part in parts if part not in about)
    if not identity_of(rest):
        about, rest = [text], ""
    return named(step, "".join(about)), rest


def beside_identity(text: str) -> str | None:
    """What else a message says that tells who somebody is by the village and name or number; None where it does not."""
    told = identity(text)
    if "village" not in told or len(told) < 2:
        return None
    parts = [part for part in PARTS.split(text) if part]
    return " ".join(part for part in parts if not identity_of(part) and told.get("name", text) not in part)


def identity_of(text: str) -> bool:
    """Whether a text names a village or the end of an identity number."""
    return bool({"village", "last4"} & identity(text).keys())
