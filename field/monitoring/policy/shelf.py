"""政策包架: our packs, the county's own over them, and which is in force on a day."""

import contextlib
import os
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from field.monitoring.policy.lines import line_of
from field.monitoring.policy.reading import Fault, FaultyPack, contents, read_pack
from field.monitoring.policy.shapes import Pack
from field.monitoring.workdays import Own, own_days

OURS = Path(__file__).parent
HOLIDAYS = "holidays.toml"
IN_FORCE = ".in-force"
VERSIONS = "versions"
ADDED = ("long_term", "quality", "exports")
Stamp = tuple[tuple[str, int, int], ...]


@dataclass
class Shelf:
    """政策包架 of one county; a file that changed is read again, a faulty one leaves the former in force.

    No version goes when a newer one comes: what was judged by it stays with it. `countys` are the county's own in use,
    by file.
    """

    own: Path | None = None
    packs: tuple[Pack, ...] = ()
    faults: tuple[Fault, ...] = ()
    stamp: Stamp | None = None
    countys: dict[str, Pack] = field(default_factory=dict)
    _kept: dict[str, Pack] = field(default_factory=dict)
    _versions: dict[str, Pack] = field(default_factory=dict)
    _days: Own | None = None

    def on(self, day: date) -> Pack:
        """The pack in force on a day; before the first one begins, the first."""
        self.refresh()
        return ([pack for pack in self.packs if pack.begins <= day] or self.packs[:1])[-1]

    def called(self, name: str) -> Pack | None:
        """The pack of an id, or of an id with its version, be it from before."""
        self.refresh()
        return next((pack for pack in self.packs if name in (pack.id, pack.name)), None) or self._versions.get(name)

    @property
    def holidays(self) -> Own:
        """The county's own days, worked or not; of a faulty file those of the former one."""
        self.refresh()
        return self._days or Own()

    def refresh(self) -> None:
        """Read what changed since the last look."""
        stamp = _stamp(self.own)
        if stamp == self.stamp and self.packs:
            return
        packs: Mapping[str, Pack] = {pack.id: pack for pack in _ours()}
        for pack in (*_versions(self.own), *packs.values()):
            self._versions.setdefault(pack.name, pack)
        _keep_ours(self.own)
        faults: list[Fault] = []
        self.countys = {}
        for path in sorted(_files(self.own), key=_changed):
            if read := self._read(path, faults):
                self.countys[path.name] = read
        packs = {**packs, **{pack.id: pack for pack in self.countys.values()}}
        self._days = self._own_days(faults)
        self.packs = tuple(sorted(packs.values(), key=lambda pack: pack.begins))
        self.faults, self.stamp = tuple(faults), stamp

    def _own_days(self, faults: list[Fault]) -> Own:
        if self.own is None:
            return Own()
        file, former = self.own / HOLIDAYS, self.own / IN_FORCE / HOLIDAYS
        try:
            found = own_days(file)
        except FaultyPack as error:
            faults.extend(error.faults)
            return self._days or _former_days(former)
        if file.exists():
            _keep(former, file.read_bytes())
        return found

    def _read(self, path: Path, faults: list[Fault]) -> Pack | None:
        former = path.parent / IN_FORCE / path.name
        try:
            content = contents(path)
            pack = read_pack(content, str(path), _usual())
            unlike(pack, self._versions.get(pack.name), content, str(path))
            apart(pack, self.countys, content, str(path))
        except FaultyPack as error:
            faults.extend(error.faults)
            kept = self._kept.get(path.name) or _former(former)
            return kept if kept and not _clash(kept, self.countys) else None
        self._kept[path.name] = self._versions[pack.name] = pack
        _keep(former, content)
        _keep(former.parent / VERSIONS / f"{pack.name}.toml", content)
        return pack


_shelf = Shelf()


def use_shelf(own: Path | None) -> None:
    """Take the county's folder of packs into use."""
    global _shelf  # noqa: PLW0603 (one county, one shelf, as with its keys)
    _shelf = Shelf(own)


def shelf() -> Shelf:
    """The packs in use."""
    return _shelf


def pack_on(day: date) -> Pack:
    """政策包 in force on a day of China."""
    return _shelf.on(day)


def pack_judged_by(name: str, day: date) -> Pack:
    """The pack that a judgement of a day names, or the one of that day where it is gone."""
    return _shelf.called(name) or _shelf.on(day)


@cache
def _ours() -> tuple[Pack, ...]:
    return tuple(read_pack(path.read_bytes(), path.name) for path in _files(OURS))


def unlike(pack: Pack, former: Pack | None, content: bytes, file: str) -> None:
    """FaultyPack where the version was already used for other numbers: what was judged by them could not be told."""
    if former not in (None, pack):
        line = line_of(content.decode("utf-8-sig"), ("version",))
        words = f"{pack.name} 这一版已经用过，改了内容要把 version 加 1"
        raise FaultyPack([Fault(file, line, "version", words)])


def _changed(path: Path) -> bool:
    """Whether a file is not, as it stands, in force already: of two that clash, the one that is stays."""
    with contextlib.suppress(OSError):
        return path.read_bytes() != (path.parent / IN_FORCE / path.name).read_bytes()
    return True


def apart(pack: Pack, others: Mapping[str, Pack], content: bytes, file: str) -> None:
    """FaultyPack where another file of the county has the same id, or begins on the same day: one alone can count."""
    if found := _clash(pack, others):
        key, words = found
        raise FaultyPack([Fault(file, line_of(content.decode("utf-8-sig"), (key,)), key, words)])


def _clash(pack: Pack, others: Mapping[str, Pack]) -> tuple[str, str] | None:
    for name, other in others.items():
        if other.id == pack.id:
            return "id", f"和 {name} 是同一个 id"
        if other.begins == pack.begins:
            return "from", f"和 {name} 从同一天 {pack.begins} 起用，那一天只能有一个"
    return None


def _keep_ours(own: Path | None) -> None:
    """Keep ours beside the county's, as it may be judged by them: an upgrade that changes one loses no version."""
    for path, pack in zip(_files(OURS), _ours(), strict=True):
        if own and not (place := own / IN_FORCE / VERSIONS / f"{pack.name}.toml").exists():
            _keep(place, path.read_bytes())


def _versions(own: Path | None) -> Iterator[Pack]:
    """The county's packs that were in force before."""
    for path in _files(own / IN_FORCE / VERSIONS if own else None):
        if pack := _former(path):
            yield pack


def _former(path: Path) -> Pack | None:
    """A pack that was in force before; none where there was none, or where it can no longer be read."""
    with contextlib.suppress(FaultyPack):
        return read_pack(contents(path), str(path), _usual(), former=True)
    return None


def _former_days(former: Path) -> Own:
    """The days of the file that was in force before a faulty one; none where that is not sound either."""
    with contextlib.suppress(FaultyPack):
        return own_days(former)
    return Own()


def _usual() -> dict[str, Any]:
    """The parts of our newest pack that a county's own from before may not have yet."""
    newest = tomllib.loads(_files(OURS)[-1].read_text(encoding="utf-8"))
    return {name: newest[name] for name in ADDED}


def _files(folder: Path | None) -> list[Path]:
    if folder is None or not folder.is_dir():
        return []
    return sorted(path for path in folder.glob("*.toml") if path.name != HOLIDAYS)


def _stamp(folder: Path | None) -> Stamp:
    """What the folder's files look like now; asked for with each judgement, so without a Path for each of them."""
    with contextlib.suppress(OSError):
        if folder is not None:
            with os.scandir(folder) as files:
                return tuple(sorted(_state(file) for file in files if file.name.endswith(".toml")))
    return ()


def _state(file: os.DirEntry[str]) -> tuple[str, int, int]:
    """What changes with a file; a link that leads nowhere, or a file just taken away, has nothing to change."""
    with contextlib.suppress(OSError):
        stat = file.stat()
        return file.name, stat.st_mtime_ns, stat.st_size
    return file.name, 0, 0


def _keep(place: Path, content: bytes) -> None:
    """Keep a copy of the file in force, whole or not at all; a folder that may not be written to is no fault."""
    if place.exists() and place.read_bytes() == content:
        return
    with contextlib.suppress(OSError):
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=place.parent, delete=False) as copy:
            copy.write(content)
        Path(copy.name).replace(place)
