"""回执: a number that a household keeps, and the proof that its entry is in the signed log."""

import re
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from field.china_time import china_day
from field.codes import EntryKind
from field.ledger import merkle
from field.ledger.checkpoints import Checkpoint, LogLeaf, StoredTiles
from field.ledger.entries import Entry
from field.ledger.note import BadNote, Verifier, read_tree

NUMBER = re.compile(r"([0-9A-F]{4})-?([0-9A-F]{4})-?([0-9A-F]{4})-?([0-9A-F]{4})", re.ASCII)
HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True)
class Proof:
    """存证: the entry is leaf `index` of the log that the signed `checkpoint` speaks of; `path` in hex."""

    index: int
    path: tuple[str, ...]
    checkpoint: str


@dataclass(frozen=True)
class Receipt:
    """回执: what anyone may see of an entry; the day is China's, the proof comes once the entry is logged."""

    number: str
    kind: str
    recorded_on: date
    hash: str
    proof: Proof | None

    def as_json(self) -> dict[str, Any]:
        """Plain values for a file or an answer."""
        return {**asdict(self), "recorded_on": self.recorded_on.isoformat()}


def number(entry_hash: str) -> str:
    """回执号: the first 16 hex digits of an entry's hash, as 3F9A-07C1-55D2-8E4B."""
    digits = entry_hash[:16].upper()
    return "-".join(digits[at : at + 4] for at in range(0, 16, 4))


def find(session: Session, text: str) -> Receipt | None:
    """The receipt of a number as people write it; None where there is none."""
    digits = NUMBER.fullmatch(text.strip().upper())
    if not digits:
        return None
    begin = "".join(digits.groups()).lower()
    row = session.execute(
        select(Entry.chain_id, Entry.seq, Entry.kind, Entry.recorded_at, Entry.hash)
        .where(Entry.hash.between(begin + "0" * 48, begin + "f" * 48))
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    day = china_day(row.recorded_at)
    proof = _proof(session, row.chain_id, row.seq)
    return Receipt(number(row.hash), EntryKind.label_of(row.kind), day, row.hash, proof)


def verify_receipt(receipt: Receipt, verifier: Verifier) -> bool:
    """Whether the proof leads from the entry's hash to the signed root; needs nothing but the public key."""
    proof = receipt.proof
    if proof is None or not HASH.fullmatch(receipt.hash) or receipt.number != number(receipt.hash):
        return False
    try:
        tree = read_tree(proof.checkpoint, verifier)
    except BadNote:
        return False
    if not all(HASH.fullmatch(step) for step in proof.path):
        return False
    leaf, path = merkle.leaf(bytes.fromhex(receipt.hash)), [bytes.fromhex(step) for step in proof.path]
    return merkle.includes(leaf, proof.index, tree.size, path, tree.root)


def _proof(session: Session, chain_id: str, seq: int) -> Proof | None:
    """The proof against the first checkpoint that covers the entry, so that it stays the same for good."""
    here = (LogLeaf.chain_id == chain_id, LogLeaf.seq == seq)
    index = session.scalar(select(LogLeaf.log_index).where(*here))
    if index is None:
        return None
    covers = select(Checkpoint.size, Checkpoint.note).where(Checkpoint.size > index)
    first = session.execute(covers.order_by(Checkpoint.size).limit(1)).one_or_none()
    if first is None:
        return None
    path = merkle.inclusion(StoredTiles(session), index, first.size)
    return Proof(index, tuple(step.hex() for step in path), first.note)
