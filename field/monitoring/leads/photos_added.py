"""补交照片: photographs that reached us after the declaration to which they belong."""

from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from field.codes import Channel, EntryKind, EvidenceKind
from field.ledger.entries import Draft, Entry, append
from field.monitoring.visiting.evidence import EvidenceLink


def record_photo(session: Session, declaration: Entry, sha256: str, now: datetime) -> Entry:
    """Record a photograph beside its declaration, on the same chain and from the same sender."""
    content = {"seq": declaration.seq, "evidence": [{"sha256": sha256, "kind": EvidenceKind.OTHER.value}]}
    key = f"photo:{declaration.chain_id}:{declaration.seq}:{sha256[:32]}"
    draft = Draft(
        declaration.chain_id,
        EntryKind.PHOTOS,
        Channel(declaration.channel),
        declaration.actor,
        now,
        key,
        content,
        [sha256],
    )
    entry = append(session, draft, now)
    derive_photos(session, entry, content)
    return entry


def derive_photos(session: Session, entry: Entry, said: dict[str, Any]) -> None:
    """佐证关联 of what came later."""
    links = [{"chain_id": entry.chain_id, "seq": entry.seq, "person_id": None, **item} for item in said["evidence"]]
    session.execute(insert(EvidenceLink), links)
