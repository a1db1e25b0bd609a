"""提议: what was understood of free text, shown to be confirmed; only what was shown can become a fact."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from field.registry.masking import mask_phone

FACTS = {  # as the ledger names them, in the order of their weight: what does not fit the message is left out
    "work_place": "place", "monthly_income": "income_min", "monthly_income_max": "income_max", "phone": "phone",
    "work": "work", "months_away": "months_away",
}  # fmt: skip
MOST_PLACES = 4  # that one message can list; of more it is asked in which city and county
ROOM = 50
NOTE_LENGTH = 200
PlaceName = Callable[[str], str]
Proposed = dict[str, Any]


def propose(text: str, understood: Any, before: Mapping[str, Any] | None, named: PlaceName | None) -> Proposed | None:
    """What the text proposes, over what was proposed before; None where it says nothing of the sender."""
    found = {fact: said for fact, name in FACTS.items() if (said := getattr(understood, name, None)) is not None}
    facts = {fact: said.value for fact, said in found.items() if said.value is not None}
    places = _places(found.get("work_place"), named)
    help_, well = (_told(understood, name) for name in ("asks_help", "well"))
    if not facts and not places and not help_ and not well:
        return None
    old = before or {}
    kept = dict(old.get("facts", {}))
    if "monthly_income" in facts:
        facts.setdefault("monthly_income_max", None)  # 五千以上: no most was said
    shown = old.get("shown", {}) | _shown(facts, found, named)
    return fit({
        "facts": kept | facts, "shown": shown, "places": places, "asks_help": help_ or old.get("asks_help", False),
        "well": well or old.get("well", False), "note": "/".join(filter(None, (old.get("note"), text)))[-NOTE_LENGTH:],
    })  # fmt: skip


def choose(proposed: Mapping[str, Any], place: Mapping[str, str] | None) -> Proposed:
    """The proposal with one of its places, or with none."""
    if place is None:
        return {**proposed, "places": []}
    facts = {**proposed.get("facts", {}), "work_place": place["code"]}
    shown = {**proposed.get("shown", {}), "work_place": f"在{place['name']}"}
    return fit({**proposed, "places": [], "facts": facts, "shown": shown})


def fit(proposed: Proposed) -> Proposed:
    """The proposal without the facts for which one message has no room: unseen is unconfirmed."""
    while _units(text_of(proposed)) > ROOM and proposed["shown"]:
        last = next(fact for fact in reversed(FACTS) if fact in proposed["shown"])
        left_out = {last, "monthly_income_max"} if last == "monthly_income" else {last}
        for part in ("facts", "shown"):
            proposed = {**proposed, part: {k: v for k, v in proposed[part].items() if k not in left_out}}
    return proposed


def _units(text: str) -> int:
    """字数 as SMS counts them: a sign outside the basic plane takes two."""
    return len(text.encode("utf-16-le", errors="replace")) // 2


def text_of(proposed: Mapping[str, Any]) -> str:
    """The proposal in words, to be confirmed."""
    shown = proposed.get("shown", {})
    parts = [shown[fact] for fact in FACTS if fact in shown]
    parts += [word for name, word in (("well", "平安"), ("asks_help", "需要帮助")) if proposed.get(name)]
    return "、".join(parts)


def _told(understood: Any, name: str) -> bool:
    said = getattr(understood, name, None)
    return bool(said is not None and said.value)


def _places(said: Any, named: PlaceName | None) -> list[dict[str, str]]:
    """The places that a name may mean; without names for them there is nothing to choose from."""
    if said is None or said.value is not None or named is None:
        return []
    return called([str(code) for code in getattr(said, "candidates", ())], named)


def called(codes: Sequence[str], named: PlaceName) -> list[dict[str, str]]:
    """Places by code, those with their names that one message can list."""
    return [{"code": code, "name": named(code) if at < MOST_PLACES else ""} for at, code in enumerate(codes)]


def _shown(facts: Mapping[str, Any], found: Mapping[str, Any], named: PlaceName | None) -> dict[str, str]:
    shown: dict[str, str] = {}
    if "work_place" in facts:
        shown["work_place"] = f"在{named(facts['work_place']) if named else found['work_place'].words}"
    if "monthly_income" in facts:
        shown["monthly_income"] = _income(facts["monthly_income"], facts.get("monthly_income_max"))
    if "phone" in facts:
        shown["phone"] = f"电话{mask_phone(facts['phone'])}"
    if "work" in facts:
        shown["work"] = _work(str(facts["work"])[:10])
    if "months_away" in facts:
        shown["months_away"] = f"外出{facts['months_away']}个月"
    return shown


def _work(said: str) -> str:
    """在电子厂上班, 种地, 做保安: as people say it."""
    if said.endswith(("厂", "工地", "超市", "餐馆")):
        return f"在{said}上班"
    return said if said.startswith(tuple("做种养修摘制装搬")) else f"做{said}"


def _income(least: int, most: int | None) -> str:
    if most is None:
        return f"月入{yuan(least)}元以上"
    if most == least:
        return f"月入{yuan(least)}元" if least else "没有收入"
    return f"月入{yuan(least)}到{yuan(most)}元"


def yuan(fen: int) -> str:
    """分 as whole yuan."""
    return str(round(fen / 100))
