"""走访规则: judges a visit by the one definition that the phone uses too (visit.schema.json)."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from functools import cache, reduce
from pathlib import Path
from typing import Any, cast

from jsonschema_rs import Draft202012Validator, ValidationError, ValidationErrorKind

from field.labels import Word
from field.registry import idnumber
from field.sentences import Sentence

FOLDER = Path(__file__).parent
UNKEEPABLE = re.compile("[\x00\ud800-\udfff]")
INTEGERS = 2**53


@cache
def definition(name: str = "visit") -> dict[str, Any]:
    """The rules as JSON Schema 2020-12, with Chinese titles and the words of every fault.

    A revisit takes over from the visit what both ask alike.
    """
    schema: dict[str, Any] = json.loads((FOLDER / f"{name}.schema.json").read_text(encoding="utf-8"))
    if taken := schema.pop("x-from-visit", None):
        visit = definition()
        for part, names in taken.items():
            schema[part] = {one: visit[part][one] for one in names} | schema.get(part, {})
        schema["x-words"] = visit["x-words"]
    return schema


def moment(text: str) -> datetime:
    """An RFC 3339 time as aware UTC, cut to milliseconds; ValueError for anything else."""
    parsed = datetime.fromisoformat(text)
    if parsed.tzinfo is None:
        raise ValueError("a time needs its zone")
    return parsed.astimezone(UTC).replace(microsecond=parsed.microsecond // 1000 * 1000)


def faults(visit: Any, name: str = "visit") -> list[dict[str, str]]:
    """Every fault of a visit or revisit as {"field", "message"} in order of the fields; none if it may be recorded."""
    if strange := unkeepable(visit):
        return [_fault([path], "characters") for path in strange]
    first = {fault["field"]: fault for fault in _twice(visit, definition(name))}
    if not first and _validator(name).is_valid(visit):
        return []
    for error in _validator(name).iter_errors(visit):
        for fault in _told(error, definition(name)):
            first.setdefault(fault["field"], fault)
    return sorted(first.values(), key=lambda fault: fault["field"])


def unasked(visit: dict[str, Any]) -> list[dict[str, str]]:
    """What a visit leaves as it was though the household has told of a hardship: its check stays open."""
    return [
        {"field": name, "message": words}
        for name, words in definition()["x-asked"].items()
        if name not in visit or name in visit.get("unchanged", [])
    ]


def plain(value: Any) -> Any:
    """The same JSON with whole floats as integers, so that 1.0 and 1 are one content."""
    if isinstance(value, float) and value.is_integer() and abs(value) < INTEGERS:
        return int(value)
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list) else value


def unkeepable(value: Any) -> list[str]:
    """The paths of texts and names that no database keeps: NUL and half characters."""
    whole = json.dumps(value, ensure_ascii=False, default=str)  # one look at all of it, for hardly ever is there one
    return sorted(set(_strange(value, ""))) if "\\u0000" in whole or UNKEEPABLE.search(whole) else []


def _strange(value: Any, path: str) -> Iterator[str]:
    if isinstance(value, str) and UNKEEPABLE.search(value):
        yield path
    elif isinstance(value, dict):
        for key, item in value.items():
            here = UNKEEPABLE.sub("?", f"{path}.{key}" if path else str(key))
            yield from _strange(key, here)
            yield from _strange(item, here)
    elif isinstance(value, list):
        for place, item in enumerate(value):
            yield from _strange(item, f"{path}.{place}")


@cache
def _validator(name: str) -> Draft202012Validator:
    formats = {"date": _is_date, "date-time": _is_time, "id-number": _is_number}
    return Draft202012Validator(
        definition(name), formats=formats, validate_formats=True, keywords={"x-order": _InOrder}
    )


class _InOrder:
    """先后: of two days of an object, the second is not before the first; JSON Schema compares no values."""

    def __init__(self, _around: Mapping[str, Any], names: list[str], _path: Any) -> None:
        self.names = names

    def validate(self, value: Any) -> None:
        """Raises ValueError where they are the wrong way round."""
        days = (
            [str(value[name]) for name in self.names if isinstance(value.get(name), str)]
            if isinstance(value, dict)
            else []
        )
        if days != sorted(days):
            raise ValueError


def _is_date(text: str) -> bool:
    try:
        return bool(date.fromisoformat(text))
    except ValueError:
        return False


def _is_time(text: str) -> bool:
    try:
        return bool(moment(text))
    except (ValueError, OverflowError):
        return False


def _is_number(text: str) -> bool:
    return idnumber.fault(text) is None


def _twice(visit: Any, whole: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    """What a list names more than once though each may stand there once, as JSON Schema cannot say of a part of items.

    Every place is named, since the wrong one may be any of them; 1x and 1X are one number.
    """
    for name, part in whole["properties"].items():
        listed = visit.get(name) if isinstance(visit, dict) else None
        items = listed if isinstance(listed, list) else []
        for key in part.get("x-once", ()):
            said = [_named(item, key) for item in items]
            times = Counter(said)
            for place, one in enumerate(said):
                if one and times[one] > 1:
                    yield _fault([name, str(place), key], "x-once", part["title"])


def _named(item: Any, key: str) -> str:
    for name in key.split("."):
        item = item.get(name) if isinstance(item, dict) else None
    return item.upper() if isinstance(item, str) else ""


def _told(error: ValidationError, whole: dict[str, Any]) -> Iterator[dict[str, str]]:
    *place, keyword = error.schema_path
    schema: Any = reduce(lambda node, step: node[step], place, cast(Any, whole))
    path = [str(part)[:60] for part in error.instance_path]
    title = str(schema.get("title", ""))
    match error.kind:
        case ValidationErrorKind.Required(property=name):
            asked = schema.get("properties", {}).get(name, {})
            own = schema.get("x-words", {}) | asked.get("x-words", {})
            yield _fault([*path, name], "required", str(asked.get("title", title)), own=own)
        case ValidationErrorKind.AdditionalProperties(unexpected=names):
            yield from (_fault([*path, name[:60]], "additionalProperties", title) for name in names)
        case ValidationErrorKind.AnyOf() | ValidationErrorKind.Custom():
            yield _fault([*path, schema["x-at"]], str(keyword), title, own=schema.get("x-words"))
        case ValidationErrorKind.Type() if schema["type"] in ("integer", "number"):
            yield _fault(path, "integer", title)
        case _:
            yield _fault(path, str(keyword), title, schema.get(str(keyword)), schema.get("x-words"))


def _fault(
    path: list[str], keyword: str, title: str = "", limit: object = "", own: Mapping[str, str] | None = None
) -> dict[str, str]:
    """A fault in the words that its part of the form has of its own, or in those of all."""
    field = UNKEEPABLE.sub("?", ".".join(path))
    words = definition()["x-words"] | (own or {})
    named = title or words["this"]
    return {"field": field, "message": Sentence(words[keyword], title=Word(named), limit=limit)}
