"""备份: one moment of the county, each file under its digest, so that what is there already is not copied again."""

import contextlib
import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import file_digest, sha256
from pathlib import Path

from field.config import Settings
from field.keeping.dumping import dump
from field.ledger.chain import canonical
from field.ledger.note import BadNote, Signer, Verifier, open_note
from field.registry.locking import lock

WITH_IT = ("photos", "policy", "dialogs", "templates.toml", "retention.toml")
CHAINED = ("shelf", "number", "since", "before")
DATABASE, KEYS, NOTED = "database", "keys.locked", "backup.json"


class Spoilt(Exception):
    """备份不能用: each fault in words."""

    def __init__(self, *faults: str) -> None:
        super().__init__("；".join(faults))
        self.faults = faults


@dataclass(frozen=True)
class Kept:
    """留存的一个文件."""

    sha256: str
    size: int
    changed: int = 0


@dataclass(frozen=True)
class Manifest:
    """清单: when, of which kind of database, sealed by which checkpoint, every file, and the county's signature.

    `number` counts the backups on a shelf, `since` is the first that is kept with this one, and `before` the digest of
    the one before, so that one that is missing or was exchanged is seen; the first ones had none of these.
    """

    taken_at: str
    database: str
    checkpoint: str
    files: dict[str, Kept]
    seal: str = ""
    shelf: str = ""
    number: int = 0
    since: int = 0
    before: str = ""

    def signed(self, signer: Signer) -> "Manifest":
        """The same under the county's signature: whoever can write to the shelf can still put nothing into it."""
        return replace(self, seal=signer.sign(self._text(signer.name)))

    def is_signed_by(self, verifier: Verifier) -> bool:
        """Whether it stands as the county signed it."""
        try:
            return open_note(self.seal, verifier) == self._text(verifier.name)
        except BadNote:
            return False

    @property
    def digest(self) -> str:
        """What the next one names it by."""
        return sha256(self.seal.encode()).hexdigest()

    def _text(self, name: str) -> str:
        said = asdict(replace(self, seal=""))
        told = canonical({name: what for name, what in said.items() if what or name not in CHAINED})
        return f"{name} backup\n{sha256(told.encode()).hexdigest()}\n"


@dataclass(frozen=True)
class Noted:
    """记下的 in the home of its newest backup, and of each shelf the last number and the first that is kept."""

    taken_at: str
    files: int = 0
    bytes: int = 0
    folder: str = ""
    numbers: dict[str, int] = field(default_factory=dict)
    since: dict[str, int] = field(default_factory=dict)


class Shelf:
    """备份目录: a manifest for each moment (`20261126T020000Z.json`), and all files by their digest."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.files = folder, folder / "files"

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """One backup at a time; BlockingIOError for the second."""
        self.files.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self.folder / ".lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield

    def moments(self) -> list[str]:
        """The names of the backups, oldest first."""
        return sorted(path.stem for path in self.folder.glob("*Z.json"))

    def read(self, moment: str) -> Manifest:
        """The manifest of a backup; Spoilt when it cannot be read."""
        try:
            said = json.loads((self.folder / f"{moment}.json").read_text(encoding="utf-8"))
            return Manifest(**{**said, "files": {name: Kept(**one) for name, one in said["files"].items()}})
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise Spoilt(f"清单 {moment}.json 读不出") from error

    def newest(self, own: Verifier) -> Manifest | None:
        """The newest backup that stands as the county signed it."""
        several = (self.read(moment) for moment in reversed(self.moments()))
        return next((one for one in several if one.is_signed_by(own)), None)

    def place(self, kept: Kept) -> Path:
        """Where a file lies."""
        return self.files / kept.sha256[:2] / kept.sha256

    def put(self, data: bytes, changed: int = 0) -> Kept:
        """Lay bytes on the shelf, whole or not at all."""
        kept = Kept(sha256(data).hexdigest(), len(data), changed)
        if not self.place(kept).exists():
            part = self.part()
            part.write_bytes(data)
            self._settle(part, kept)
        return kept

    def take_in(self, part: Path) -> Kept:
        """Lay a large file on the shelf that was written to a part of it."""
        with part.open("rb") as file:
            kept = Kept(file_digest(file, "sha256").hexdigest(), part.stat().st_size)
        self._settle(part, kept)
        return kept

    def part(self) -> Path:
        """A place on the same disk for what is not whole yet."""
        return self.files / f"{secrets.token_hex(8)}.part"

    def _settle(self, part: Path, kept: Kept) -> None:
        part.chmod(0o600)
        self.place(kept).parent.mkdir(mode=0o700, exist_ok=True)
        part.rename(self.place(kept))

    def write(self, manifest: Manifest) -> str:
        """The last step, after all bytes are on the disk: from now on it is a backup; its name."""
        moment = moment_of(datetime.fromisoformat(manifest.taken_at))
        part = self.part()
        part.write_text(json.dumps(asdict(manifest), ensure_ascii=False), encoding="utf-8")
        os.sync()
        part.rename(self.folder / f"{moment}.json")
        return moment

    def faults(self, manifest: Manifest) -> list[str]:
        """Every file that is missing or is not what it was."""
        return [f"{name} {why}" for name, kept in manifest.files.items() if (why := self._fault(kept))]

    def _fault(self, kept: Kept) -> str:
        try:
            with self.place(kept).open("rb") as file:
                return "" if file_digest(file, "sha256").hexdigest() == kept.sha256 else "被改动"
        except OSError:
            return "不见了"

    def prune(self, keep: int) -> int:
        """Forget all but the newest backups, and every file that none of those names; how many backups went."""
        old = self.moments()[:-keep]
        wanted = {kept.sha256 for moment in self.moments()[-keep:] for kept in self.read(moment).files.values()}
        for moment in old:
            (self.folder / f"{moment}.json").unlink()
        for path in self.files.rglob("*"):
            if path.is_file() and path.name not in wanted:
                path.unlink()
        return len(old)


def take(
    settings: Settings,
    shelf: Shelf,
    signer: Signer,
    checkpoint: str,
    passphrase: bytes | None,
    now: datetime,
    keep: int,
) -> str:
    """Back up: the database first, then the photographs, so that each one that it names is among them.

    Which are pruned for it, so that `keep` are left, is signed with it. None takes the place of another: one of the
    same second is told as of the next.
    """
    while moment_of(now) in shelf.moments():
        now += timedelta(seconds=1)
    part = shelf.part()
    kind = dump(settings.database_url, part)
    files = {DATABASE: shelf.take_in(part)}
    if passphrase is not None:
        files[KEYS] = shelf.put(lock(settings.keys.read_bytes(), passphrase))
    before = shelf.newest(signer.verifier)  # any other may name what somebody laid there
    for name in _names(settings.home):
        with contextlib.suppress(FileNotFoundError):  # cleared away just now
            files[name] = _kept(settings.home / name, before.files.get(name) if before else None, shelf)
    known = noted(settings.home) or Noted(now.isoformat())
    own = before.shelf if before and before.shelf else secrets.token_hex(8)
    number = max(before.number if before else 0, known.numbers.get(own, 0)) + 1
    first = _since(shelf, before, signer.verifier, keep) if before and before.number else 0
    since = first or known.since.get(own, number)
    seal = Manifest(now.isoformat(), kind, checkpoint, files, "", own, number, since, before.digest if before else "")
    moment = shelf.write(seal.signed(signer))
    size = sum(kept.size for kept in files.values())
    shelves = known.numbers | {own: number}, known.since | {own: since}
    note = Noted(now.isoformat(), len(files), size, str(shelf.folder.resolve()), *shelves)
    (settings.home / NOTED).write_text(json.dumps(asdict(note)), encoding="utf-8")
    return moment


def noted(home: Path) -> Noted | None:
    """What was noted here of the newest backup of this home."""
    try:
        return Noted(**json.loads((home / NOTED).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def last_backup(home: Path) -> datetime | None:
    """When this home was last backed up, as it was noted here."""
    known = noted(home)
    return datetime.fromisoformat(known.taken_at) if known else None


def _since(shelf: Shelf, before: Manifest, own: Verifier, keep: int) -> int:
    """The first number that stays once the new one is here: past all that go for it, else as it was."""
    several = shelf.moments()
    staying = several[max(0, len(several) + 1 - keep) :]
    going = [shelf.read(moment) for moment in several if moment not in staying]
    said = max([before.since, *(one.number + 1 for one in going if one.is_signed_by(own) and one.number)])
    return said or min(one.number for one in map(shelf.read, several) if one.number)


def _names(home: Path) -> Iterator[str]:
    for top in WITH_IT:
        root = home / top
        for path in [root] if root.is_file() else root.rglob("*"):
            if path.is_file() and path.suffix != ".part":
                yield path.relative_to(home).as_posix()


def moment_of(taken_at: datetime) -> str:
    """The name of a backup, by when it was taken."""
    return taken_at.strftime("%Y%m%dT%H%M%SZ")


def _kept(path: Path, before: Kept | None, shelf: Shelf) -> Kept:
    """Read only where size or time of change are not those of the last backup."""
    seen = path.stat()
    same = before and (before.size, before.changed) == (seen.st_size, seen.st_mtime_ns)
    if before and same and shelf.place(before).exists():
        return before
    return shelf.put(path.read_bytes(), seen.st_mtime_ns)
