"""时间线: entries as people and programs read them, personal numbers masked."""

from collections.abc import Callable, Iterator
from typing import Any

from field.china_time import written
from field.codes import Channel, EntryKind
from field.ledger.entries import Entry
from field.ledger.receipts import number
from field.registry.masking import mask_account, mask_id_number, mask_phone, mask_words

TYPED = (
    "note", "informant", "reason", "location_reason", "name", "relation", "work", "health", "schooling", "labour",
)  # fmt: skip
MASKS: dict[str, Callable[[str], str | None]] = {
    "id_number": mask_id_number,
    "phone": mask_phone,
    "bank_account": mask_account,
    "disability_card": mask_id_number,
    "openid": lambda _: "****",
    **dict.fromkeys(TYPED, mask_words),
}


def entry_shown(entry: Entry, payload: Any) -> dict[str, Any]:
    """A ledger entry with its opened payload, every personal number in it masked; times are UTC."""
    return {
        "seq": entry.seq, "kind": entry.kind, "kind_name": EntryKind.label_of(entry.kind),
        "channel": entry.channel, "channel_name": Channel.label_of(entry.channel), "actor": entry.actor,
        "occurred_at": written(entry.occurred_at), "recorded_at": written(entry.recorded_at),
        "hash": entry.hash, "prev_hash": entry.prev_hash, "receipt": number(entry.hash),
        "payload": masked(payload),
    }  # fmt: skip


def masked(payload: Any) -> Any:
    """The same JSON with ID numbers, telephones and accounts masked wherever they stand, in what people wrote too."""
    if isinstance(payload, list):
        return [masked(item) for item in payload]
    if not isinstance(payload, dict):
        return payload
    return {
        key: MASKS[key](value) if key in MASKS and isinstance(value, str) else masked(value)
        for key, value in payload.items()
    }


def shortened(payload: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """遮住了号码的原话: what people typed in an entry that is shown with numbers masked, whole, each by its path."""
    parts = enumerate(payload) if isinstance(payload, list) else payload.items() if isinstance(payload, dict) else ()
    for key, value in parts:
        here = f"{path}.{key}" if path else str(key)
        if key in TYPED and isinstance(value, str):
            if mask_words(value) != value:
                yield here, value
        else:
            yield from shortened(value, here)
