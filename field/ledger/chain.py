"""链: the pure rules by which an entry is written down and sealed to the one before it."""

import hashlib
import hmac
import json
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives import hashes

GENESIS = "0" * 64
HEADER = (
    "alg", "chain_id", "seq", "kind", "channel", "actor",
    "occurred_at", "recorded_at", "evidence", "idempotency_key",
)  # fmt: skip
ENCODER = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
PERSONAL = frozenset((
    "name", "id_number", "last4", "phone", "bank_account", "note", "informant", "disability_card", "label", "openid",
    "address", "birth_date",
))  # fmt: skip


def _sm3(data: bytes) -> bytes:
    digest = hashes.Hash(hashes.SM3())
    digest.update(data)
    return digest.finalize()


DIGESTS: dict[str, Callable[[bytes], bytes]] = {
    "sha256": lambda data: hashlib.sha256(data).digest(),
    "sm3": _sm3,
}


@dataclass(frozen=True, slots=True)
class Line:
    """台账条目 as plain values: `payload` and `evidence` are canonical JSON texts, times are aware UTC."""

    chain_id: str
    seq: int
    kind: str
    channel: str
    actor: str
    occurred_at: datetime
    recorded_at: datetime
    payload: str
    evidence: str
    idempotency_key: str
    alg: str = "sha256"


def entry_hash(line: Line, prev_hash: str) -> str:
    """The hash of an entry: H(0x00 ‖ length-prefixed header of every column ‖ prev ‖ H(payload)), in hex."""
    header = [_text(getattr(line, column)) for column in HEADER]
    return sealed_hash(line.alg, header, bytes.fromhex(prev_hash), line.payload.encode())


def sealed_hash(alg: str, header: Iterable[bytes], prev: bytes, payload: bytes) -> str:
    """The same from the bytes of each part, the header in the order of HEADER; KeyError: unknown `alg`."""
    digest = DIGESTS[alg]
    lengths = b"".join([len(text).to_bytes(4, "big") + text for text in header])
    return digest(b"\x00" + lengths + prev + digest(payload)).hex()


def canonical(value: Any) -> str:
    """Canonical JSON: keys sorted, strings in NFC, no blanks; NaN is a ValueError."""
    text = ENCODER.encode(value)
    return text if unicodedata.is_normalized("NFC", text) else ENCODER.encode(_nfc(value))


def veil(payload: Any, salt: Callable[[], str]) -> tuple[Any, dict[str, list[str]]]:
    """Replace personal values by salted digests: the veiled payload and {path: [salt, value]} beside it."""
    secrets: dict[str, list[str]] = {}
    return _veiled(payload, salt, "", secrets), secrets


def _veiled(value: Any, salt: Callable[[], str], path: str, secrets: dict[str, list[str]]) -> Any:
    if isinstance(value, list):
        return [_veiled(item, salt, f"{path}{place}.", secrets) for place, item in enumerate(value)]
    if not isinstance(value, dict):
        return value
    veiled = {}
    for key, item in value.items():
        if key in PERSONAL and isinstance(item, str) and item:
            kept = secrets[path + key] = [salt(), unicodedata.normalize("NFC", item)]
            veiled[key] = {"sealed": personal_digest(*kept)}
        else:
            nested = isinstance(item, dict | list)
            veiled[key] = _veiled(item, salt, f"{path}{key}.", secrets) if nested else item
    return veiled


def unveil(payload: Any, secrets: dict[str, list[str]], path: str = "") -> Any:
    """Put personal values back in their places; one that was lawfully deleted becomes None."""
    if isinstance(payload, list):
        return [unveil(value, secrets, f"{path}.{place}") for place, value in enumerate(payload)]
    if not isinstance(payload, dict):
        return payload
    if payload.keys() == {"sealed"}:
        kept = secrets.get(path)
        return kept[1] if kept else None
    return {key: unveil(value, secrets, f"{path}.{key}" if path else key) for key, value in payload.items()}


def sealed_at(payload: Any, path: str) -> str:
    """The digest that stands at a path of a veiled payload; LookupError, TypeError or ValueError if none does."""
    for step in path.split("."):
        payload = payload[int(step)] if isinstance(payload, list) else payload[step]
    digest: str = payload["sealed"]
    return digest


def personal_digest(salt: str, value: str) -> str:
    """The digest that stands in an entry for a personal value: HMAC-SHA-256 under its own random salt."""
    return hmac.digest(bytes.fromhex(salt), value.encode(), "sha256").hex()


def _text(value: str | int | datetime) -> bytes:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="milliseconds").encode()
    return str(value).encode()


def _nfc(value: Any) -> Any:
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, dict):
        return {_nfc(key): _nfc(item) for key, item in value.items()}
    return [_nfc(item) for item in value] if isinstance(value, list | tuple) else value
