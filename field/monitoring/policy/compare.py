"""比较政策包: what differs between two packs, one line a number."""

from collections.abc import Iterator
from typing import Any

from field.monitoring.policy.shapes import Pack

KEYS = ("code", "year", "unit")


def differences(one: Pack, other: Pack) -> list[tuple[str, Any, Any]]:
    """(path, before, after) of everything that differs; None where it is not there."""
    before, after = (dict(_leaves(pack.model_dump(mode="json", by_alias=True), "")) for pack in (one, other))
    paths = [*before, *(path for path in after if path not in before)]
    return [(path, before.get(path), after.get(path)) for path in paths if before.get(path) != after.get(path)]


def _leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _leaves(item, f"{path}.{key}" if path else key)
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        for place, item in enumerate(value, 1):
            name = next((item[key] for key in KEYS if key in item), place)
            yield from _leaves(item, f"{path}[{name}]")
    else:
        yield path, value
