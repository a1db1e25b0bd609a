"""加密与盲索引: personal values at rest under named keys, found again through a keyed digest."""

import base64
import hmac
import json
import os
import secrets
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Dialect, LargeBinary
from sqlalchemy.types import TypeDecorator

AES_GCM = 1
NONCE = 12


class CannotOpen(Exception):
    """密文打不开: the value was damaged, or its key is not in the key file."""


@dataclass(frozen=True)
class Keyring:
    """密钥: sealing keys by number, the newest in use, and the keys of index and signature.

    A sealed value is key number (1 byte) ‖ algorithm (1 byte) ‖ nonce (12 bytes) ‖ ciphertext and tag.
    """

    keys: dict[int, bytes]
    index_key: bytes
    signing_key: bytes
    session_key: bytes
    source: Path | None = None

    @property
    def active(self) -> int:
        """The number of the key that seals new values."""
        return max(self.keys)

    def seal(self, data: bytes, purpose: bytes) -> bytes:
        """Seal bytes for one purpose; they open for no other."""
        nonce, number = os.urandom(NONCE), self.active
        head = bytes((number, AES_GCM))
        return head + nonce + _cipher(self.keys[number]).encrypt(nonce, data, head + purpose)

    def open(self, sealed: bytes, purpose: bytes) -> bytes:
        """Open sealed bytes, or raise CannotOpen."""
        head, nonce, body = sealed[:2], sealed[2 : 2 + NONCE], sealed[2 + NONCE :]
        if head and head[0] not in self.keys:
            self.reread()
        if len(head) < 2 or head[1] != AES_GCM or head[0] not in self.keys:
            raise CannotOpen("no key for this value")
        try:
            return _cipher(self.keys[head[0]]).decrypt(nonce, body, head + purpose)
        except (InvalidTag, ValueError) as error:
            raise CannotOpen("the value was changed") from error

    def name(self, data: bytes) -> str:
        """A keyed digest (64 hex digits): equal values have equal names, and no name can be guessed."""
        return hmac.digest(self.index_key, data, "sha256").hex()

    def stale(self, sealed: bytes) -> bool:
        """Whether the value was sealed under an older key than the one in use."""
        return sealed[:1] != bytes((self.active,))

    def rotated(self) -> "Keyring":
        """The same ring with a new sealing key in use."""
        return replace(self, keys={**self.keys, self.active + 1: AESGCM.generate_key(256)})

    def reread(self) -> None:
        """Take in the keys that another process has put into the file since."""
        if self.source is not None:
            self.keys.update(load_keyring(self.source).keys)


def new_keyring() -> Keyring:
    """A ring of fresh random keys."""
    index, signing, session = (secrets.token_bytes(32) for _ in range(3))
    return Keyring({1: AESGCM.generate_key(256)}, index, signing, session)


def save_keyring(ring: Keyring, path: Path) -> None:
    """Write the ring to a file that only its owner may read; whole or not at all."""
    text = json.dumps(
        {
            "keys": {str(number): _b64(key) for number, key in ring.keys.items()},
            "index": _b64(ring.index_key),
            "signing": _b64(ring.signing_key),
            "session": _b64(ring.session_key),
        },
        indent=1,
    )
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def load_keyring(path: Path) -> Keyring:
    """Read the ring from its file, making the file at the very first start."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f"{path.name}.{os.getpid()}.new")
        save_keyring(new_keyring(), fresh)
        try:
            os.link(fresh, path)  # of two first starts at once, one ring wins
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    if path.stat().st_mode & 0o077:
        raise PermissionError(f"{path.name} must be readable by its owner only (mode 600)")
    return read_keyring(path.read_bytes(), path)


def read_keyring(content: bytes, source: Path | None = None) -> Keyring:
    """The ring that the content of such a file holds."""
    kept = json.loads(content)
    keys = {int(number): _bytes(text) for number, text in kept["keys"].items()}
    return Keyring(keys, _bytes(kept["index"]), _bytes(kept["signing"]), _bytes(kept["session"]), source)


_ring: list[Keyring] = []


def use_keyring(ring: Keyring) -> None:
    """Set the ring that sealed columns of this process use."""
    _ring[:] = [ring]


def keyring() -> Keyring:
    """The ring in use; LookupError before use_keyring was called."""
    if not _ring:
        raise LookupError("no keyring in use")
    return _ring[0]


@lru_cache(maxsize=16)
def _cipher(key: bytes) -> AESGCM:
    return AESGCM(key)


def blind(kind: str, value: str) -> str:
    """盲索引: the name (32 hex digits) under which a sealed value is found, different for each kind of value."""
    return keyring().name(f"{kind}:{value}".encode())[:32]


def sealed(purpose: str, value: str | None) -> bytes | None:
    """A text as a sealed column of that purpose keeps it."""
    return None if value is None else keyring().seal(value.encode(), purpose.encode())


class Sealed(TypeDecorator[str]):
    """加密列: a text that is sealed in the database and plain only in memory; bytes were sealed before."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, purpose: str) -> None:
        super().__init__()
        self.purpose = purpose

    def process_bind_param(self, value: str | bytes | None, dialect: Dialect) -> bytes | None:
        return value if isinstance(value, bytes) else sealed(self.purpose, value)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str | None:
        return None if value is None else keyring().open(value, self.purpose.encode()).decode()


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text)
