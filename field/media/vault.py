"""保险库: photographs kept encrypted under names that nobody can guess."""

import contextlib
import os
import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

LEFT_BEHIND = timedelta(hours=1)
VERSIONS = ("original", "large", "small", "reading")  # of a photograph


class Keyring(Protocol):
    """密钥: what seals bytes for one purpose, opens them for no other, and gives keyed names (hex)."""

    def seal(self, data: bytes, purpose: bytes) -> bytes: ...
    def open(self, sealed: bytes, purpose: bytes) -> bytes: ...
    def name(self, data: bytes) -> str: ...
    def stale(self, sealed: bytes) -> bool: ...


class Vault:
    """保险库: a folder (mode 700) of sealed files (mode 600), found by digest and version."""

    def __init__(self, folder: Path, keyring: Keyring) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder, self._keyring = folder, keyring

    def put(self, sha256: str, data: bytes, version: str = "original") -> bool:
        """入库: True when new. On return it outlives a power cut; before, nothing of it is to be seen."""
        path = self._path(sha256, version)
        if new := not path.exists():
            self._keep(path, self._keyring.seal(data, _purpose(sha256, version)))
        else:
            _sync(path.parent)
        return new

    def replace(self, sha256: str, data: bytes, version: str) -> None:
        """换版: put in the place of what is there, which others may be reading until then."""
        self._keep(self._path(sha256, version), self._keyring.seal(data, _purpose(sha256, version)))

    def _keep(self, path: Path, sealed: bytes) -> None:
        try:
            _write(path, sealed)
        except FileNotFoundError:
            self._put_up_shelves()
            _write(path, sealed)
        _sync(path.parent)

    def reseal(self, sha256: str, version: str) -> bool:
        """重新加密 under the key in use; False when that is done already or nothing is there."""
        path = self._path(sha256, version)
        if not path.exists() or not self._keyring.stale(path.read_bytes()):
            return False
        self.replace(sha256, self.get(sha256, version), version)
        return True

    def get(self, sha256: str, version: str = "original") -> bytes:
        """取出: the bytes as put in; FileNotFoundError, or the keyring's error where the file was changed."""
        return self._keyring.open(self._path(sha256, version).read_bytes(), _purpose(sha256, version))

    def has(self, sha256: str, version: str = "original") -> bool:
        """在库: whether it is there."""
        return self._path(sha256, version).exists()

    def delete(self, sha256: str, version: str = "original") -> None:
        """删除: gone for good; no error where it never was."""
        path = self._path(sha256, version)
        with contextlib.suppress(FileNotFoundError):
            path.unlink()
            _sync(path.parent)

    def set_aside(self, sha256: str) -> list[tuple[Path, Path]]:
        """移开 all versions, so that nobody finds them; to be put back or thrown away."""
        moved = []
        for version in VERSIONS:
            path = self._path(sha256, version)
            aside = path.with_name(f"{secrets.token_hex(8)}.part")
            with contextlib.suppress(FileNotFoundError):
                os.utime(path)  # what lies aside is swept once it is old
                path.rename(aside)
                moved.append((path, aside))
        return moved

    def put_back(self, moved: list[tuple[Path, Path]]) -> None:
        """放回 what was set aside, unless it was put in anew meanwhile."""
        for path, aside in moved:
            aside.unlink() if path.exists() else aside.rename(path)

    def throw_away(self, moved: list[tuple[Path, Path]]) -> None:
        """扔掉 what was set aside."""
        for path, aside in moved:
            aside.unlink(missing_ok=True)
            _sync(path.parent)

    def sweep(self, now: datetime) -> int:
        """清扫: remove what writers that died over an hour ago left unfinished; how many."""
        old = [path for path in self._unfinished() if path.stat().st_mtime < (now - LEFT_BEHIND).timestamp()]
        for path in old:
            path.unlink(missing_ok=True)
        return len(old)

    def _unfinished(self) -> Iterator[Path]:
        return self._folder.glob("*/*.part")

    def _path(self, sha256: str, version: str) -> Path:
        name = self._keyring.name(_purpose(sha256, version))
        return self._folder / name[:2] / name

    def _put_up_shelves(self) -> None:
        for number in range(256):
            with contextlib.suppress(FileExistsError):
                (self._folder / f"{number:02x}").mkdir(mode=0o700)
        _sync(self._folder)


def _purpose(sha256: str, version: str) -> bytes:
    return f"photo/{sha256}/{version}".encode()


def _write(path: Path, sealed: bytes) -> None:
    """Whole or not at all: written beside its place under a name of its own, then moved into it."""
    part = path.with_name(f"{secrets.token_hex(8)}.part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(sealed)
        file.flush()
        os.fsync(file.fileno())
    part.rename(path)


def _sync(folder: Path) -> None:
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
