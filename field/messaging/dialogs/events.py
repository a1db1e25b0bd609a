"""事件的内容: what a dialog tells its caller, made of the confirmed answers."""

from collections.abc import Mapping
from typing import Any

from field.messaging.dialogs.shapes import Event, Happening

FACT_EVENTS = frozenset({Happening.DECLARED, Happening.CHECKED_IN, Happening.BIND_CLAIMED, Happening.AGREED})
ABOUT_BINDINGS = frozenset(
    {Happening.BIND_CLAIMED, Happening.CODE_GIVEN, Happening.NO_CODE, Happening.AGREED, Happening.DENIED}
)


def event(kind: Happening, answers: Mapping[str, Any], step: str, words: str) -> Event:
    """The event of a kind, with what belongs to it and nothing more."""
    if kind is Happening.DECLARED:
        return Event(kind.value, _declared(answers))
    if kind is Happening.CHECKED_IN:
        proposed = answers.get("proposed") or {}
        return Event(kind.value, {name: proposed.get(name, empty) for name, empty in _CHECKED_IN.items()})
    if kind in ABOUT_BINDINGS:
        return Event(kind.value, {name: answers[name] for name in ("claim", "code", "contact") if answers.get(name)})
    if kind is Happening.GAVE_UP:
        return Event(kind.value, {"step": step, "note": words})
    return Event(
        kind.value,
        {"note": words} if kind in (Happening.DECLINED, Happening.ASKED_HELP, Happening.ASKED_OFFICE) else {},
    )


_TOLD = ("since", "amount", "amount_max", "place", "person")
_CHECKED_IN: dict[str, Any] = {"facts": {}, "asks_help": False, "well": False, "note": ""}


def _declared(answers: Mapping[str, Any]) -> dict[str, Any]:
    """申报: `claim` says who it is for where no binding does; `helper` who declared for somebody else."""
    helping = bool(answers.get("helping"))
    told = {name: answers[name] for name in _TOLD if answers.get(name) is not None}
    claim = answers.get("whom") if helping else answers.get("claim")
    return told | {
        "risk_factors": answers.get("risk_factors") or ["other"], "note": answers.get("note") or "",
        "notice": answers.get("notice") or "", "photos": list(answers.get("photos") or ()), "claim": claim,
        "helping": helping, "helper": (answers.get("claim") or {"bound": True}) if helping else None,
    }  # fmt: skip
