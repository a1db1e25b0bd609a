"""数据包: households with their chains, proofs and photographs in one file that anyone can check; docs/package.md."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from field.labels import Word
from field.ledger import packing
from field.ledger.checkpoints import Checkpoint, newest
from field.ledger.entries import Entry
from field.ledger.facts import Fact
from field.ledger.merkle import Prover
from field.ledger.note import Signer
from field.media.vault import Vault
from field.monitoring.household_file import forms
from field.monitoring.visiting.evidence import Evidence, EvidenceLink, vouched
from field.registry.households import Household
from field.work import GiveUp

NOTE = """田野数据包 / Field data package

households/  每户现在的情况（号码已遮住）     what is known of each household now, numbers masked
chains/      每户的台账，一行一条            each household's ledger, one entry a line
photographs/ 照片原件，文件名是它的 SHA-256   photographs as they were sent, named by their SHA-256
checkpoint.txt 封存单                      the signed size and root of the county's log
manifest.json, manifest.sig 目录和签名      every file with its SHA-256, signed by the county

核验 / check: flask ledger verify --package FILE --key KEY
KEY 是县里公布的公钥，不要只信包里自带的那一个。Take the county's key from elsewhere than from this file.
"""
OWN_WORDS = frozenset(("note", "informant", "label", "said", "reason"))


class Parcel:
    """装箱: a zip that grows file by file, each with its digest for the manifest."""

    def __init__(self, zip_file: ZipFile) -> None:
        self._zip, self.files = zip_file, dict[str, str]()

    def put(self, name: str, content: bytes, how: int = ZIP_DEFLATED) -> None:
        """One more file; every one has the same date, for its time stands in the manifest."""
        info = ZipInfo(name)
        info.compress_type, info.external_attr = how, 0o600 << 16
        self._zip.writestr(info, content)
        self.files[name] = hashlib.sha256(content).hexdigest()


def pack(
    session: Session,
    vault: Vault,
    signer: Signer,
    batches: Iterable[Sequence[Household]],
    file: Path,
    about: dict[str, str],
    *,
    personal: bool,
    advance: Callable[[int], None],
) -> int:
    """Write the package as of the newest checkpoint; how many households. `personal`: whole values and photographs."""
    checkpoint = newest(session)
    if checkpoint is None:
        raise GiveUp(Word("台账还没有封存过，过十分钟再做数据包"))
    count, prover = 0, Prover(packing.KeptTiles(session), checkpoint.size)
    with ZipFile(file, "w", ZIP_DEFLATED) as zip_file:
        parcel = Parcel(zip_file)
        parcel.put(packing.ABOUT, NOTE.encode())
        parcel.put(packing.CHECKPOINT, checkpoint.note.encode())
        for several in batches:
            _put_batch(session, parcel, several, prover, personal)
            if personal:
                for name, content in _photographs(session, vault, [one.id for one in several]):
                    if name not in parcel.files:
                        parcel.put(name, content, ZIP_STORED)
            count += len(several)
            advance(count)
        _close(zip_file, parcel, signer, checkpoint, about)
    return count


def _put_batch(session: Session, parcel: Parcel, several: Sequence[Household], prover: Prover, personal: bool) -> None:
    ids = [one.id for one in several]
    facts = _facts(session, ids)
    for form in forms(session, several):
        state = form | {"facts": facts.get(form["id"], [])}
        state = state if personal else closed(state)
        parcel.put(f"households/{form['id']}.json", packing.written(state))
    for chain, lines in packing.packed(session, ids, prover, personal=personal).items():
        parcel.put(f"chains/{chain}.jsonl", b"".join(packing.written(line) for line in lines))


def closed(value: Any) -> Any:
    """The same without what people said or wrote in their own words, whose digests alone stand in the chains."""
    if isinstance(value, list):
        return [closed(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {name: closed(item) for name, item in value.items() if name not in OWN_WORDS}


def _facts(session: Session, ids: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """Every fact of the households' chains, with who said it, how sure it is, and the entry that it is from."""
    found: dict[str, list[dict[str, Any]]] = {}
    told = (
        Fact.chain_id,
        Fact.seq,
        Fact.subject,
        Fact.attribute,
        Fact.value,
        Fact.channel,
        Fact.level,
        Fact.observed_at,
    )
    rows = select(*told).where(Fact.chain_id.in_(ids)).order_by(Fact.chain_id, Fact.seq, Fact.place)
    for fact in session.execute(rows):
        found.setdefault(fact.chain_id, []).append({
            "seq": fact.seq, "subject": fact.subject, "attribute": fact.attribute, "value": fact.value,
            "channel": fact.channel, "level": fact.level,
            "observed_at": fact.observed_at.isoformat(timespec="milliseconds"),
        })  # fmt: skip
    return found


def _photographs(session: Session, vault: Vault, ids: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    """The originals that the households' entries name and whose bytes their senders have sent."""
    rows = vouched(EvidenceLink.sha256, Evidence.format).join(Evidence, Evidence.sha256 == EvidenceLink.sha256)
    for sha256, kind in session.execute(rows.where(Entry.chain_id.in_(ids)).distinct().order_by(EvidenceLink.sha256)):
        if vault.has(sha256):
            yield f"photographs/{sha256}.{kind}", vault.get(sha256)


def _close(zip_file: ZipFile, parcel: Parcel, signer: Signer, checkpoint: Checkpoint, about: dict[str, str]) -> None:
    said = {
        "form": packing.FORM, "about": about, "key": str(signer.verifier),
        "checkpoint": {"size": checkpoint.size, "root": checkpoint.root}, "files": parcel.files,
    }  # fmt: skip
    text = json.dumps(said, ensure_ascii=False, indent=1).encode()
    sealed = signer.sign(packing.seal_text(signer.name, hashlib.sha256(text).hexdigest()))
    zip_file.writestr(ZipInfo(packing.MANIFEST), text, ZIP_DEFLATED)
    zip_file.writestr(ZipInfo(packing.SEAL), sealed.encode())
