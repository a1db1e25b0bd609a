"""照片处理: the shown versions of a photograph and its likeness to others, made in the background."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import insert, or_, select
from sqlalchemy.orm import Session

from field.codes import EvidenceKind, JobKind
from field.ledger.entries import Entry
from field.media import alike, versions
from field.media.vault import Vault
from field.monitoring.visiting.evidence import Evidence, EvidenceAlike, EvidenceLink, vouched
from field.monitoring.workdays import SHANGHAI
from field.registry.households import Household
from field.registry.regions import Region
from field.registry.staff import staff_names
from field.work import enqueue

ALIKE = 3


def shown(session: Session, vault: Vault, sha256: str, size: str) -> bytes:
    """The shown version of a photograph, `large` or `small`; made at once if the worker has not yet."""
    if not vault.has(sha256, size):
        make_versions(vault, sha256, mark(session, sha256))
    return vault.get(sha256, size)


def make_versions(vault: Vault, sha256: str, marked: str | None) -> int:
    """Make both versions anew, the large one with the mark where there is one; the photograph's dHash."""
    original = vault.get(sha256)
    for size, version in (("large", versions.large(original, marked)), ("small", versions.small(original))):
        vault.replace(sha256, version, size)
    return alike.dhash(original)


def flag_alike(session: Session, sha256: str, dhash: int) -> None:
    """Remember a photograph's dHash and flag those that look the same."""
    evidence = session.get_one(Evidence, sha256)
    evidence.dhash = f"{dhash:016x}"
    if not alike.telling(dhash):
        return
    bands = alike.bands(dhash)
    evidence.band_0, evidence.band_1, evidence.band_2, evidence.band_3 = bands
    columns = (Evidence.band_0, Evidence.band_1, Evidence.band_2, Evidence.band_3)
    same_band = or_(*(column == band for column, band in zip(columns, bands, strict=True)))
    flagged = set(session.scalars(select(EvidenceAlike.other).where(EvidenceAlike.sha256 == sha256)))
    for other in session.scalars(select(Evidence).where(same_band, Evidence.sha256 != sha256)):
        apart = alike.distance(dhash, int(other.dhash or "0", 16))
        if apart <= ALIKE and other.sha256 not in flagged:
            pair = [(sha256, other.sha256), (other.sha256, sha256)]
            rows = [{"sha256": one, "other": two, "distance": apart} for one, two in pair]
            session.execute(insert(EvidenceAlike), rows)


def judge_again(session: Session, sha256: str, now: datetime) -> None:
    """Have the places of all visits judged anew that name a photograph which has just arrived."""
    for link in session.scalars(vouched(EvidenceLink).where(EvidenceLink.sha256 == sha256)):
        enqueue(session, JobKind.PLACE_JUDGEMENT, {"chain_id": link.chain_id, "seq": link.seq}, now)


def used_elsewhere(session: Session, digests: Iterable[str], chain_id: str) -> dict[str, list[str]]:
    """By digest: the ids of other households whose entries name that photograph or one that looks the same.

    Signatures on white look alike by nature; only the very same one is told of.
    """
    wanted = list(digests)
    other = EvidenceLink.chain_id != chain_id
    same = vouched(EvidenceLink.sha256, EvidenceLink.chain_id).where(EvidenceLink.sha256.in_(wanted), other)
    alike = (
        vouched(EvidenceAlike.sha256, EvidenceLink.chain_id)
        .join(EvidenceAlike, EvidenceAlike.other == EvidenceLink.sha256)
        .where(EvidenceAlike.sha256.in_(wanted), other, EvidenceLink.kind != EvidenceKind.SIGNATURE.value)
    )
    found: dict[str, list[str]] = {}
    for sha256, elsewhere in session.execute(same.union(alike)) if wanted else ():
        found.setdefault(sha256, []).append(elsewhere)
    return found


def mark(session: Session, sha256: str) -> str | None:
    """水印: time, place and name of the first visit that names the photograph."""
    row = session.execute(
        vouched(Evidence.taken_at, Entry.occurred_at, Region.name, Entry.actor)
        .join(Evidence, Evidence.sha256 == EvidenceLink.sha256)
        .join(Household, Household.id == Entry.chain_id)
        .outerjoin(Region, Region.code == Household.region)
        .where(Evidence.sha256 == sha256)
        .order_by(Entry.recorded_at)
    ).first()
    if row is None:
        return None
    taken_at, visited_at, village, by = row
    time = (taken_at or visited_at).astimezone(SHANGHAI)
    return " · ".join([f"{time:%Y-%m-%d %H:%M}", *filter(None, (village, staff_names(session, [by]).get(by)))])
