"""装箱: chains of households as lines that prove themselves: each entry with its way to the signed root."""

import json
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from field.ledger import merkle
from field.ledger.chain import HEADER
from field.ledger.checkpoints import LogLeaf, StoredTiles
from field.ledger.entries import Entry, Secret, open_secret

FORM = "field-package/1"
CHECKPOINT, MANIFEST, SEAL, ABOUT = "checkpoint.txt", "manifest.json", "manifest.sig", "README.txt"
TIMES = ("occurred_at", "recorded_at")


class KeptTiles(StoredTiles):
    """The same tiles, each read once: proofs of neighbours climb the same way."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._kept: dict[tuple[int, int], bytes] = {}

    def read(self, level: int, index: int) -> bytes:
        """The hashes of a tile; nothing if there is none."""
        place = level, index
        if place not in self._kept:
            if len(self._kept) > 4096:
                self._kept.clear()
            self._kept[place] = super().read(level, index)
        return self._kept[place]


def packed(
    session: Session, chain_ids: Sequence[str], prover: merkle.Prover, *, personal: bool
) -> dict[str, list[dict[str, Any]]]:
    """The lines of several chains, read with one statement; `leaf` is None for what the log does not hold yet.

    `personal` adds the salts and values whose digests stand in the payload.
    """
    leaf = and_(LogLeaf.chain_id == Entry.chain_id, LogLeaf.seq == Entry.seq)
    beside = and_(Secret.chain_id == Entry.chain_id, Secret.seq == Entry.seq)
    rows = select(Entry, LogLeaf.log_index, Secret.sealed).outerjoin(LogLeaf, leaf).outerjoin(Secret, beside)
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for entry, index, sealed in session.execute(
        rows.where(Entry.chain_id.in_(chain_ids)).order_by(Entry.chain_id, Entry.seq)
    ):
        proof = None
        if index is not None and index < prover.size:
            path = [step.hex() for step in prover.inclusion(index)]
            proof = {"index": index, "path": path}
        line = _line(entry) | {"leaf": proof}
        if personal and (secret := open_secret(entry.chain_id, entry.seq, sealed)):
            line["personal"] = secret
        found[entry.chain_id].append(line)
    return found


def written(value: Any) -> bytes:
    """JSON as it stands in the package."""
    return json.dumps(value, ensure_ascii=False).encode() + b"\n"


def seal_text(name: str, digest: str) -> str:
    """What the county signs under a manifest; no checkpoint reads like it."""
    return f"{name} package\n{digest}\n"


def _line(entry: Entry) -> dict[str, Any]:
    header = {name: getattr(entry, name) for name in HEADER}
    header |= {name: header[name].isoformat(timespec="milliseconds") for name in TIMES}
    return {**header, "payload": entry.payload, "prev_hash": entry.prev_hash, "hash": entry.hash}
