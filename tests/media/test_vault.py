"""The vault: nothing readable on disk, nothing half-written, nothing acknowledged and lost."""

import hashlib
import os
import random
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from field.media.vault import Vault
from field.registry.sealing import CannotOpen, Keyring, new_keyring

DATA = random.Random(4).randbytes(60_000) + "户主的收据 SECRET".encode()
DIGEST = hashlib.sha256(DATA).hexdigest()

WRITER = """
import hashlib, random, sys
from pathlib import Path
from field.media.vault import Vault
from field.registry.sealing import Keyring
vault = Vault(Path(sys.argv[1]), Keyring({1: bytes(32)}, bytes(32), bytes(32), bytes(32)))
source = random.Random(int(sys.argv[2]))
while True:
    data = source.randbytes(200_000)
    digest = hashlib.sha256(data).hexdigest()
    vault.put(digest, data)
    print(digest, flush=True)
"""


@pytest.fixture
def ring() -> Keyring:
    return new_keyring()


@pytest.fixture
def vault(tmp_path: Path, ring: Keyring) -> Vault:
    return Vault(tmp_path / "photos", ring)


def files(vault_folder: Path) -> list[Path]:
    return [path for path in vault_folder.rglob("*") if path.is_file()]


def test_what_is_put_in_comes_out_and_the_same_again_is_no_second_copy(vault: Vault, tmp_path: Path) -> None:
    assert not vault.has(DIGEST)
    assert vault.put(DIGEST, DATA)
    before = [(path, path.stat().st_mtime_ns) for path in files(tmp_path)]
    assert not vault.put(DIGEST, DATA)
    assert vault.has(DIGEST)
    assert vault.get(DIGEST) == DATA
    assert [(path, path.stat().st_mtime_ns) for path in files(tmp_path)] == before


def test_versions_of_one_photo_are_kept_apart(vault: Vault) -> None:
    vault.put(DIGEST, b"large", "large")
    vault.put(DIGEST, b"small", "small")
    assert (vault.get(DIGEST, "large"), vault.get(DIGEST, "small")) == (b"large", b"small")
    assert not vault.has(DIGEST)


def test_what_is_deleted_or_never_came_is_not_there(vault: Vault, tmp_path: Path) -> None:
    vault.put(DIGEST, DATA)
    vault.delete(DIGEST)
    vault.delete(DIGEST)
    assert not vault.has(DIGEST)
    assert files(tmp_path) == []
    with pytest.raises(FileNotFoundError):
        vault.get(DIGEST)


def test_nothing_on_disk_tells_what_is_in_it(vault: Vault, tmp_path: Path) -> None:
    vault.put(DIGEST, DATA)
    vault.put(DIGEST, DATA[-200:], "small")
    for path in files(tmp_path):
        kept = path.read_bytes()
        assert b"SECRET" not in kept
        assert DATA[:16] not in kept
        assert DIGEST[:8] not in str(path)
        assert hashlib.sha256(DIGEST.encode()).hexdigest() != path.name


def test_names_differ_from_county_to_county(tmp_path: Path) -> None:
    for place in ("one", "other"):
        Vault(tmp_path / place, new_keyring()).put(DIGEST, DATA)
    one, other = files(tmp_path)
    assert one.name != other.name


def test_only_the_owner_may_look(vault: Vault, tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        vault.put(DIGEST, DATA)
    finally:
        os.umask(old)
    modes = {path: path.stat().st_mode & 0o777 for path in (tmp_path / "photos").rglob("*")}
    assert {mode for path, mode in modes.items() if path.is_dir()} == {0o700}
    assert {mode for path, mode in modes.items() if path.is_file()} == {0o600}
    assert (tmp_path / "photos").stat().st_mode & 0o777 == 0o700


def test_a_changed_or_exchanged_file_does_not_open(vault: Vault, tmp_path: Path) -> None:
    vault.put(DIGEST, b"large", "large")
    (path,) = files(tmp_path)
    large = path.read_bytes()
    vault.put(DIGEST, b"small", "small")
    other = next(found for found in files(tmp_path) if found != path)
    other.write_bytes(large)
    with pytest.raises(CannotOpen):
        vault.get(DIGEST, "small")
    path.write_bytes(large[:-1] + bytes([large[-1] ^ 1]))
    with pytest.raises(CannotOpen):
        vault.get(DIGEST, "large")


def test_photos_outlive_a_new_key(tmp_path: Path, ring: Keyring) -> None:
    Vault(tmp_path, ring).put(DIGEST, DATA)
    later = Vault(tmp_path, ring.rotated())
    assert later.get(DIGEST) == DATA
    assert not later.put(DIGEST, DATA)


def test_many_writers_of_the_same_photo_leave_one_whole_file(vault: Vault, tmp_path: Path) -> None:
    start = threading.Barrier(12)

    def put() -> bool:
        start.wait()
        return vault.put(DIGEST, DATA)

    with ThreadPoolExecutor(12) as pool:
        results = [run.result() for run in [pool.submit(put) for _ in range(12)]]
    assert any(results)
    assert len(files(tmp_path)) == 1
    assert vault.get(DIGEST) == DATA


@pytest.mark.parametrize("after", [1, 3, 7])
def test_kill_9_while_writing_loses_no_acknowledged_photo(tmp_path: Path, after: int) -> None:
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(tmp_path), str(after)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    with writer:
        assert writer.stdout is not None
        acknowledged = [writer.stdout.readline().strip() for _ in range(after)]
        writer.send_signal(signal.SIGKILL)
        acknowledged += writer.stdout.read().split()
    vault = Vault(tmp_path, Keyring({1: bytes(32)}, bytes(32), bytes(32), bytes(32)))
    for digest in acknowledged:
        assert hashlib.sha256(vault.get(digest)).hexdigest() == digest
    whole = [path for path in files(tmp_path) if path.suffix != ".part"]
    assert len(acknowledged) <= len(whole) <= len(acknowledged) + 1
    assert all(path.stat().st_size == 200_000 + 2 + 12 + 16 for path in whole)


def test_what_a_dead_writer_left_is_swept_and_nothing_else(vault: Vault, tmp_path: Path) -> None:
    vault.put(DIGEST, DATA)
    (path,) = files(tmp_path)
    (path.parent / "0123456789abcdef.part").write_bytes(b"half")
    now = datetime.now(UTC)
    assert vault.sweep(now) == 0
    assert vault.sweep(now + timedelta(hours=2)) == 1
    assert files(tmp_path) == [path]
    assert vault.get(DIGEST) == DATA
