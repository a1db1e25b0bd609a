"""分段上传: the pieces of a photograph that is still on its way, sealed one by one as they come."""

import contextlib
import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from field.media.vault import Keyring

LENGTH = 4


class OtherOffset(Exception):
    """位置不对: the piece does not begin where the last one ended."""


class Unknown(Exception):
    """没有这次上传: never begun, taken back meanwhile, or so short that it says nothing."""


@dataclass(frozen=True)
class Promise:
    """约定: who sends how many bytes of which photograph."""

    sha256: str
    length: int
    staff_id: str


class Pieces:
    """A folder with one file per upload: sealed frames, the first of which is the promise.

    A frame that was cut by a crash is not there: the offset is what the whole frames hold. Unknown from every call
    about an upload that is not there.
    """

    def __init__(self, folder: Path, keyring: Keyring) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder, self._keyring = folder, keyring

    def begin(self, promise: Promise, upload: str | None = None) -> str:
        """The id of a new upload; FileExistsError where one was given that is taken."""
        upload = upload or secrets.token_hex(16)
        with self._locked(upload, "xb") as file:
            self._write(file, upload, 0, json.dumps(asdict(promise)).encode())
        return upload

    def promised(self, upload: str) -> Promise:
        """What was promised."""
        with self._locked(upload, "rb") as file:
            first = next(self._frames(file, upload), None)
        if first is None:
            raise Unknown
        return Promise(**json.loads(first))

    def offset(self, upload: str) -> int:
        """How many bytes are here."""
        with self._locked(upload, "rb") as file:
            _, *sizes = map(len, self._frames(file, upload))
        return sum(sizes)

    def add(self, upload: str, offset: int, piece: bytes) -> int:
        """Keep one piece and return the new offset; OtherOffset when it begins elsewhere."""
        with self._locked(upload, "r+b") as file:
            sizes = [len(frame) for frame in self._frames(file, upload)]
            end = file.tell()
            if sum(sizes[1:]) != offset:
                raise OtherOffset
            file.seek(end)
            file.truncate()
            self._write(file, upload, len(sizes), piece)
        return offset + len(piece)

    def whole(self, upload: str) -> bytes:
        """All the bytes that are here."""
        with self._locked(upload, "rb") as file:
            _, *pieces = self._frames(file, upload)
        return b"".join(pieces)

    def empty(self, upload: str) -> None:
        """Let go of the bytes and keep the promise: the photograph itself is in the vault."""
        with self._locked(upload, "r+b") as file:
            next(self._frames(file, upload), None)
            file.truncate(file.tell())

    def drop(self, upload: str) -> None:
        """Forget an upload."""
        self._path(upload).unlink(missing_ok=True)

    def sweep(self, before: datetime) -> int:
        """Forget uploads that nobody has touched since; how many."""
        old = [path for path in self._folder.iterdir() if path.stat().st_mtime < before.timestamp()]
        for path in old:
            path.unlink(missing_ok=True)
        return len(old)

    def _frames(self, file: BinaryIO, upload: str) -> Iterator[bytes]:
        """The whole frames from the start; the file stays where the last of them ends."""
        end = 0
        for number in range(1 << 20):
            head = file.read(LENGTH)
            body = file.read(int.from_bytes(head, "big")) if len(head) == LENGTH else b""
            if not body or len(body) < int.from_bytes(head, "big"):
                break
            end = file.tell()
            yield self._keyring.open(body, f"upload:{upload}:{number}".encode())
        file.seek(end)

    def _write(self, file: BinaryIO, upload: str, number: int, piece: bytes) -> None:
        sealed = self._keyring.seal(piece, f"upload:{upload}:{number}".encode())
        file.write(len(sealed).to_bytes(LENGTH, "big") + sealed)
        file.flush()
        os.fsync(file.fileno())

    @contextlib.contextmanager
    def _locked(self, upload: str, mode: str) -> Iterator[BinaryIO]:
        try:
            opened = self._path(upload).open(mode)
        except FileNotFoundError:
            raise Unknown from None
        with opened as file:
            fcntl.flock(file, fcntl.LOCK_SH if mode == "rb" else fcntl.LOCK_EX)
            yield file  # type: ignore[misc]

    def _path(self, upload: str) -> Path:
        return self._folder / upload
