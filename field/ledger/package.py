"""数据包核验: a package is checked with nothing but its bytes and a public key; docs/package.md tells its form."""

import hashlib
import json
import lzma
import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any
from zipfile import BadZipFile, ZipFile

from field.ledger import merkle
from field.ledger.chain import GENESIS, HEADER, personal_digest, sealed_at, sealed_hash
from field.ledger.faults import Broken, Fault
from field.ledger.note import BadNote, Tree, Verifier, open_note, read_tree, read_verifier
from field.ledger.packing import CHECKPOINT, FORM, MANIFEST, SEAL, seal_text

PIECE, LONGEST = 1024 * 1024, 16 * 1024 * 1024
BESIDE_NAME, ESCAPED = 100, 6  # of a line of the manifest: digest and marks; bytes of a letter as JSON may write it
DAMAGED = (
    BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, RuntimeError, NotImplementedError, UnicodeDecodeError,
)  # fmt: skip
SENSELESS = (ValueError, LookupError, TypeError, AttributeError, OverflowError, RecursionError)


@dataclass
class PackageReport:
    """核验报告 of a package: what stands in it, how much of it is sealed, and what broke first.

    `absent`: photographs that entries name and the package leaves out; `key`: by which it was checked.
    """

    entries: int = 0
    chains: int = 0
    sealed: int = 0
    photographs: int = 0
    absent: int = 0
    size: int = 0
    key: str = ""
    broken: Broken | None = None

    def as_json(self) -> dict[str, Any]:
        """Plain values for a machine."""
        return {**asdict(self), "sound": self.broken is None, "broken": self.broken and self.broken.as_json()}


def check(file: Path, key: str | None = None) -> PackageReport:
    """核验数据包 by the public key that the county made known, or by the one in the package; damage never raises."""
    report = PackageReport()
    try:
        with ZipFile(file) as parcel:
            Package(parcel, report).check(key)
    except _Found as found:
        report.broken = found.broken
    except DAMAGED:
        report.broken = Broken(Fault.UNREADABLE, detail="不是完整的数据包")
    return report


class _Found(Exception):
    """发现问题: the first thing wrong."""

    def __init__(self, fault: Fault, chain: str | None = None, seq: int | None = None, detail: str = "") -> None:
        super().__init__(fault)
        self.broken = Broken(fault, chain, seq, detail)


@dataclass
class Package:
    """数据包 while it is read; nothing of it is held but what one line needs."""

    parcel: ZipFile
    report: PackageReport
    named: set[str] = field(default_factory=set)

    def check(self, key: str | None) -> None:
        """Manifest and its signature, checkpoint, every file, every chain."""
        manifest, verifier = self._manifest(key)
        try:
            tree = read_tree(self._whole(CHECKPOINT).decode("utf-8", "replace"), verifier)
        except BadNote as error:
            raise _Found(Fault.CHECKPOINT, detail=str(error)) from None
        self.report.size = tree.size
        held = {Path(name).stem for name in manifest if name.startswith("photographs/")}
        for name, digest in manifest.items():
            self._file(name, digest)
        for name in manifest:
            if name.startswith("chains/"):
                self._chain(name, tree)
        self.report.photographs, self.report.absent = len(held), len(self.named - held)

    def _manifest(self, key: str | None) -> tuple[dict[str, str], Verifier]:
        text = self._whole(MANIFEST, PIECE + sum(ESCAPED * len(name) + BESIDE_NAME for name in self.parcel.namelist()))
        try:
            said = json.loads(text)
            files, form = dict(said["files"]), said["form"]
            verifier = read_verifier(said["key"] if key is None else key)
        except BadNote as error:
            raise _Found(Fault.CHECKPOINT, detail=str(error)) from None
        except SENSELESS:
            raise _Found(Fault.PACKAGE, detail="目录读不出") from None
        if form != FORM:
            raise _Found(Fault.PACKAGE, detail="不认识这种数据包")
        self.report.key = str(verifier)
        self._signed(text, verifier)
        there = sorted(self.parcel.namelist())
        if there != sorted([*files, MANIFEST, SEAL]):
            raise _Found(Fault.PACKAGE, detail="目录与内容不符")
        return files, verifier

    def _signed(self, manifest: bytes, verifier: Verifier) -> None:
        wanted = seal_text(verifier.name, hashlib.sha256(manifest).hexdigest())
        try:
            signed = open_note(self._whole(SEAL).decode("utf-8", "replace"), verifier)
        except BadNote as error:
            raise _Found(Fault.PACKAGE, detail=str(error)) from None
        if signed != wanted:
            raise _Found(Fault.PACKAGE, detail="目录被改动")

    def _file(self, name: str, digest: str) -> None:
        """A file is the one that the manifest means; a photograph is the one that its name says."""
        summed = hashlib.sha256()
        with self._open(name) as content:
            while piece := content.read(PIECE):
                summed.update(piece)
        if summed.hexdigest() != digest:
            raise _Found(Fault.PACKAGE, detail=f"{name} 被改动")
        if name.startswith("photographs/") and Path(name).stem != digest:
            raise _Found(Fault.PACKAGE, detail=f"{name} 与名字不符")

    def _chain(self, name: str, tree: Tree) -> None:
        chain, last = Path(name).stem, GENESIS
        for seq, line in enumerate(self._lines(name), 1):
            try:
                fault = self._fault(line, chain, seq, last, tree)
                last = line["hash"]
            except SENSELESS:
                fault = Fault.UNREADABLE
            if fault:
                raise _Found(fault, chain, seq)
            self.report.entries += 1
            self.report.sealed += line["leaf"] is not None
        self.report.chains += 1

    def _fault(self, line: dict[str, Any], chain: str, seq: int, last: str, tree: Tree) -> Fault | None:
        if (line["chain_id"], line["seq"]) != (chain, seq):
            return Fault.GAP
        if line["prev_hash"] != last:
            return Fault.LINK
        header = [str(line[column]).encode() for column in HEADER]
        if sealed_hash(line["alg"], header, bytes.fromhex(last), line["payload"].encode()) != line["hash"]:
            return Fault.CONTENT
        veiled = json.loads(line["payload"])
        kept = line.get("personal", {}).items()
        if any(personal_digest(*pair) != sealed_at(veiled, path) for path, pair in kept):
            return Fault.SECRET
        self.named.update(json.loads(line["evidence"]))
        return None if line["leaf"] is None or _included(line, tree) else Fault.PROOF

    def _lines(self, name: str) -> Iterator[dict[str, Any]]:
        with self._open(name) as content:
            while text := content.readline(LONGEST):
                try:
                    yield dict(json.loads(text))
                except (ValueError, TypeError, RecursionError):
                    raise _Found(Fault.UNREADABLE, Path(name).stem) from None

    def _whole(self, name: str, most: int = PIECE) -> bytes:
        """A file that is read at once: no longer than it can need to be, so that a small package fills no memory."""
        with self._open(name) as content:
            found = content.read(most + 1)
        if len(found) > most:
            raise _Found(Fault.PACKAGE, detail=f"{name} 太大")
        return found

    def _open(self, name: str) -> IO[bytes]:
        try:
            return self.parcel.open(name)
        except KeyError:
            raise _Found(Fault.PACKAGE, detail=f"没有 {name}") from None


def _included(line: dict[str, Any], tree: Tree) -> bool:
    path = [bytes.fromhex(step) for step in line["leaf"]["path"]]
    leaf = merkle.leaf(bytes.fromhex(line["hash"]))
    return merkle.includes(leaf, int(line["leaf"]["index"]), tree.size, path, tree.root)
