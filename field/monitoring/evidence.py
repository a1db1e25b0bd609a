"""佐证: photographs that the ledger knows, which visit names them, and which look alike."""

from collections.abc import Collection, Iterable
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Float, Index, Select, String, and_, bindparam, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from field.codes import JobKind
from field.media.photo import Photo
from field.monitoring.leads import Lead
from field.orm import Base, Code, Id, Name, Utc, insert_or_leave
from field.registry.households import Household
from field.registry.regions import in_region
from field.registry.rights import Actor, Right
from field.work import enqueue

Digest = String(64)


class Evidence(Base):
    """照片: one file by its SHA-256, with what its EXIF said; the bytes lie encrypted in the vault."""

    __tablename__ = "evidence"

    sha256: Mapped[str] = mapped_column(Digest, primary_key=True)
    size: Mapped[int]
    format: Mapped[Code]
    width: Mapped[int]
    height: Mapped[int]
    taken_at: Mapped[Utc | None]
    latitude: Mapped[float | None] = mapped_column(Float(53))
    longitude: Mapped[float | None] = mapped_column(Float(53))
    camera: Mapped[Name | None]
    sent_by: Mapped[Id]
    arrived_at: Mapped[Utc]
    dhash: Mapped[str | None] = mapped_column(String(16))
    band_0: Mapped[int | None]
    band_1: Mapped[int | None]
    band_2: Mapped[int | None]
    band_3: Mapped[int | None]


for _band in (Evidence.band_0, Evidence.band_1, Evidence.band_2, Evidence.band_3):
    _seen = _band.is_not(None)  # so that nothing is indexed until the worker knows the likeness
    Index(None, _band, sqlite_where=_seen, postgresql_where=_seen)
_arrived = select(Evidence.size).where(Evidence.sha256 == bindparam("digest"))


class EvidenceLink(Base):
    """佐证关联: an entry names a photograph, which may arrive before or after it."""

    __tablename__ = "evidence_link"

    chain_id: Mapped[Id] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sha256: Mapped[str] = mapped_column(Digest, primary_key=True)
    kind: Mapped[Code]
    person_id: Mapped[Id | None]

    __table_args__ = (Index(None, "sha256"), {"sqlite_with_rowid": False})


class EvidenceAlike(Base):
    """疑似重复照片: two photographs that look the same, used for two households; flagged, not refused."""

    __tablename__ = "evidence_alike"

    sha256: Mapped[str] = mapped_column(Digest, primary_key=True)
    other: Mapped[str] = mapped_column(Digest, primary_key=True)
    distance: Mapped[int]


def known(session: Session, sha256: str) -> bool:
    """Whether the photograph has arrived."""
    return session.scalar(_arrived, {"digest": sha256}) is not None


def take_in(session: Session, photo: Photo, sent_by: str, now: datetime) -> bool:
    """Note a photograph whose bytes lie in the vault; false when it was there already."""
    row = asdict(photo) | {"camera": (photo.camera or "")[:120] or None, "sent_by": sent_by, "arrived_at": now}
    new = insert_or_leave(session, Evidence).on_conflict_do_nothing().returning(Evidence.sha256)
    fresh = session.scalar(new, row) is not None
    if fresh:
        enqueue(session, JobKind.PHOTO_VERSIONS, {"sha256": photo.sha256}, now)
    return fresh


def missing(session: Session, digests: Iterable[str]) -> list[str]:
    """Those of the named photographs that have not arrived yet, in the order named."""
    wanted = list(dict.fromkeys(digests))
    if not wanted:
        return []
    here = set(session.scalars(select(Evidence.sha256).where(Evidence.sha256.in_(wanted))))
    return [digest for digest in wanted if digest not in here]


def visible_among(session: Session, digests: Collection[str], by: Actor) -> set[str]:
    """Those photographs that are here and that a household in the actor's region has; with one statement."""
    if not digests or not by.has(Right.READ_EVIDENCE):
        return set()
    here = _linked(by).join(Evidence, Evidence.sha256 == EvidenceLink.sha256)
    return set(session.scalars(here.where(EvidenceLink.sha256.in_(digests), Evidence.arrived_at.is_not(None))))


def visible(session: Session, sha256: str, by: Actor, right: Right = Right.READ_EVIDENCE) -> Evidence | None:
    """The photograph, if a household in the actor's region has it, or the actor sent it and no visit names it."""
    evidence = session.get(Evidence, sha256)
    if evidence is None or not by.has(right):
        return None
    linked = select(EvidenceLink.seq).where(EvidenceLink.sha256 == sha256).limit(1)
    if session.scalar(_linked(by).where(EvidenceLink.sha256 == sha256).limit(1)) is not None:
        return evidence
    alone = evidence.sent_by == by.staff_id and session.scalar(linked) is None
    return evidence if alone else None


def _linked(by: Actor) -> Select[str]:
    """Photographs of the entries of households in the actor's region, and of leads that were attached to these."""
    lead = and_(Lead.chain_id == EvidenceLink.chain_id, Lead.seq == EvidenceLink.seq)
    rows = select(EvidenceLink.sha256).outerjoin(Lead, lead)
    rows = rows.join(Household, Household.id == func.coalesce(Lead.household_id, EvidenceLink.chain_id))
    return rows.where(in_region(Household.region, by.region))
