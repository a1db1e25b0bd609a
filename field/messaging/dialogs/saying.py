"""说话: fills a wording with its variables, clipped where an SMS has no more room."""

import re
from collections.abc import Mapping
from typing import Any

from field.codes import RiskFactor
from field.labels import Labelled
from field.messaging.dialogs.proposals import MOST_PLACES, text_of, yuan
from field.messaging.dialogs.shapes import Dialog, Say, Step, Variable, Wording

SLOT = re.compile(r"\{(\w+)\}")
VOCABULARIES: dict[str, type[Labelled]] = {"RiskFactor": RiskFactor}
WAN = 10_000


def say(dialog: Dialog, key: str, wording: Wording, channel: str, values: Mapping[str, Any]) -> Say:
    """One message; `key` names its SMS template."""
    text = wording.on(channel)
    held = dialog.words.variables
    told = {name: _told(held[name], values.get(name), channel) for name in SLOT.findall(text) if name in held}
    filled = SLOT.sub(lambda slot: told.get(slot[1], ""), text)
    return Say(key, re.sub(r"\n{2,}", "\n", filled), told)


def template(dialog: Dialog, name: str, hint: str = "") -> str:
    """The key of a step's SMS template: its own, or dialog and step."""
    whole = dialog.steps[name].template or f"{dialog.name}.{name}"
    return f"{whole}.{hint}" if hint else whole


def values_of(answers: Mapping[str, Any], context: Mapping[str, Any]) -> dict[str, str]:
    """What the wordings may tell, from the answers so far and what the caller knows."""
    proposed = answers.get("proposed") or {}
    claim = answers.get("whom") if answers.get("helping") else answers.get("claim")
    return {
        "county": str(context.get("county") or ""), "name": str(context.get("name") or ""),
        "whom": (claim or {}).get("name", ""), "what": _what(answers.get("risk_factors") or []),
        "since": _since(answers.get("since")), "amount": _amount(answers.get("amount"), answers.get("amount_max")),
        "photos": str(len(answers.get("photos") or [])), "known": _known(context), "facts": text_of(proposed),
        "places": _numbered([place["name"] for place in (proposed.get("places") or [])[:MOST_PLACES]]),
        "people": _numbered([person["shown"] for person in context.get("people") or []]),
        "address": str(answers.get("address") or ""),
    }  # fmt: skip


def text_units(text: str) -> int:
    """字数 as SMS counts them: UTF-16 units."""
    return len(text.encode("utf-16-le", errors="replace")) // 2


def _told(variable: Variable, value: Any, channel: str) -> str:
    text = " ".join(str(value or variable.otherwise).split())
    if channel != "sms" or text_units(text) <= variable.longest:
        return text
    parts = text.split("、")
    for most in range(len(parts) - 1, 0, -1):
        if text_units(fewer := f"{'、'.join(parts[:most])}等{len(parts)}项") <= variable.longest:
            return fewer
    while text_units(text) > variable.longest - 1:
        text = text[:-1]
    return f"{text}…"


def _what(codes: list[str]) -> str:
    labels = [RiskFactor.label_of(code) for code in codes]
    return "、".join(labels)


def _since(value: str | None) -> str:
    if not value:
        return ""
    names = zip(value.split("-"), "年月日", strict=False)
    return "".join(f"{int(part)}{name}" for part, name in names) + "起"


def _amount(least: int | None, most: int | None) -> str:
    if least is None:
        return ""
    return f"约{_money(least)}元" if most is None else f"{_money(least)}到{_money(most)}元"


def _money(fen: int) -> str:
    return f"{round(fen / WAN / 100, 2):g}万" if fen >= WAN * 100 else yuan(fen)


def _known(context: Mapping[str, Any]) -> str:
    """上次记下的, only for who is bound."""
    if not context.get("bound"):
        return ""
    place, income = context.get("place"), context.get("income")
    parts = [f"在{place}" if place else "", f"月入{income}元" if income else ""]
    told = "，".join(part for part in parts if part)
    return f"上次：{told}。" if told else ""


def _numbered(names: list[str]) -> str:
    return " ".join(f"{place}{name}" for place, name in enumerate(names, 1))


def hint_wording(dialog: Dialog, step: Step, hint: str) -> Wording:
    """The words for an answer that was not understood, as far as the step has its own."""
    return step.hints.get(hint) or step.again or dialog.words.says.again
