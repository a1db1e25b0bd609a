"""恢复: an empty home filled from a backup, and the ledger verified against the checkpoint noted there."""

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from field.config import Settings
from field.db import engine_for
from field.keeping.backup import DATABASE, KEYS, WITH_IT, Manifest, Shelf, Spoilt
from field.keeping.dumping import is_empty, put_back
from field.ledger.faults import Report
from field.ledger.note import Signer
from field.ledger.verify import verify
from field.media.vault import Vault
from field.monitoring.policy.shelf import IN_FORCE
from field.monitoring.visiting.evidence import Evidence
from field.registry.locking import unlock
from field.registry.sealing import CannotOpen, load_keyring, read_keyring, use_keyring


@dataclass(frozen=True)
class Restored:
    """恢复结果: what the ledger says, and which photographs' bytes are not here or do not open."""

    report: Report
    photos: int
    lost: list[str]

    @property
    def sound(self) -> bool:
        """Whether all is as it was."""
        return self.report.sound and not self.lost


def restore(settings: Settings, shelf: Shelf, moment: str, passphrase: bytes | None) -> Restored:
    """Fill the home; Spoilt with every fault before anything is written."""
    manifest = shelf.read(moment)
    keys = _keys(manifest, shelf, passphrase) or settings.keys.read_bytes()
    if not manifest.is_signed_by(Signer(settings.ledger_name, read_keyring(keys).signing_key).verifier):
        raise Spoilt("清单没有本县的签名，或被改动")
    faults = [*_in_the_way(settings), *shelf.faults(manifest)]
    if faults:
        raise Spoilt(*faults)
    _place_keys(settings.keys, keys)
    for name, kept in manifest.files.items():
        if name not in (DATABASE, KEYS):
            _copy(shelf.place(kept), settings.home / name)
    put_back(settings.database_url, shelf.place(manifest.files[DATABASE]))
    return look_through(settings, manifest.checkpoint)


def look_through(settings: Settings, checkpoint: str) -> Restored:
    """Verify every entry against the kept checkpoint, and open every photograph."""
    ring = load_keyring(settings.keys)
    use_keyring(ring)
    vault, engine = Vault(settings.photos, ring), engine_for(settings.database_url)
    with Session(engine) as session:
        signer = Signer(settings.ledger_name, ring.signing_key)
        report = verify(session, signer.verifier, checkpoint or None)
        photos = session.scalars(select(Evidence.sha256)).all()
    engine.dispose()
    return Restored(report, len(photos), [digest for digest in photos if not _opens(vault, digest)])


def _opens(vault: Vault, digest: str) -> bool:
    try:
        return bool(vault.get(digest))
    except (OSError, CannotOpen):
        return False


def _keys(manifest: Manifest, shelf: Shelf, passphrase: bytes | None) -> bytes | None:
    """The key file; None where the backup was made without it, and it must lie in the home already."""
    kept = manifest.files.get(KEYS)
    if kept is None:
        return None
    if passphrase is None:
        raise Spoilt("备份里的密钥是锁着的，请给 --passphrase-file")
    try:
        return unlock(shelf.place(kept).read_bytes(), passphrase)
    except (CannotOpen, OSError) as error:
        raise Spoilt("口令不对，或密钥文件坏了") from error


def _in_the_way(settings: Settings) -> list[str]:
    faults = [] if is_empty(settings.database_url) else ["数据库不是空的"]
    return faults + [f"{top} 已经有了" for top in WITH_IT if _is_there(settings.home / top)]


def _is_there(path: Path) -> bool:
    """Something that people put there; the copies of packs in force a start makes of itself."""
    return path.is_file() or any(one.is_file() and IN_FORCE not in one.parts for one in path.rglob("*"))


def _place_keys(path: Path, keys: bytes) -> None:
    """In the place of those that this start made of itself, which are laid aside."""
    if path.exists() and path.read_bytes() != keys:
        path.rename(path.with_name(f"{path.name}.before-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"))
    path.touch(mode=0o600)
    path.write_bytes(keys)


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    target.chmod(0o600)
