"""相册: the photographs of a household's entries, with what is known of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from field.ledger.entries import Entry
from field.monitoring.visiting.evidence import Evidence, EvidenceLink, EvidenceSender, its_entry, its_sender
from field.monitoring.visiting.photos import used_elsewhere
from field.registry.households import Household


@dataclass(frozen=True)
class Picture:
    """一张照片: `arrived` says whether its visitor sent it, `elsewhere` which other households have it or its like."""

    sha256: str
    kind: str
    person_id: str | None
    arrived: bool
    taken_at: datetime | None
    elsewhere: tuple[Household, ...]


def album(session: Session, chain_id: str, entries: Sequence[int]) -> dict[int, list[Picture]]:
    """The photographs that entries of one household name, by seq, with a constant number of statements."""
    rows = session.execute(
        select(EvidenceLink, Evidence.arrived_at, Evidence.taken_at)
        .join(Entry, its_entry)
        .outerjoin(EvidenceSender, its_sender)
        .outerjoin(Evidence, Evidence.sha256 == EvidenceSender.sha256)
        .where(EvidenceLink.chain_id == chain_id, EvidenceLink.seq.in_(entries))
        .order_by(EvidenceLink.seq, EvidenceLink.kind, EvidenceLink.sha256)
    ).all()
    others = _others(session, chain_id, [link.sha256 for link, arrived_at, _ in rows if arrived_at])
    pictures: dict[int, list[Picture]] = {}
    for link, arrived_at, taken_at in rows:
        elsewhere = others.get(link.sha256, ()) if arrived_at else ()
        picture = Picture(link.sha256, link.kind, link.person_id, arrived_at is not None, taken_at, elsewhere)
        pictures.setdefault(link.seq, []).append(picture)
    return pictures


def _others(session: Session, chain_id: str, digests: Sequence[str]) -> dict[str, tuple[Household, ...]]:
    used = used_elsewhere(session, digests, chain_id)
    wanted = {household_id for several in used.values() for household_id in several}
    if not wanted:
        return {}
    found = {one.id: one for one in session.scalars(select(Household).where(Household.id.in_(wanted)))}
    return {digest: tuple(found[one] for one in several if one in found) for digest, several in used.items()}
