"""佐证: photographs that the ledger knows, who sent them, which visit names them, and which look alike."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Float, Index, Select, String, and_, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import insert  # its ON CONFLICT is SQLite's too
from sqlalchemy.orm import Mapped, Session, mapped_column

from field.codes import EntryKind, JobKind
from field.ledger.entries import Entry, region_chain
from field.media.photo import Photo
from field.monitoring.leads.leads import Lead
from field.orm import Base, Code, Id, Name, Utc
from field.prepared import Prepared
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
    arrived_at: Mapped[Utc]
    dhash: Mapped[str | None] = mapped_column(String(16))
    band_0: Mapped[int | None]
    band_1: Mapped[int | None]
    band_2: Mapped[int | None]
    band_3: Mapped[int | None]


for _band in (Evidence.band_0, Evidence.band_1, Evidence.band_2, Evidence.band_3):
    _seen = _band.is_not(None)  # so that nothing is indexed until the worker knows the likeness
    Index(None, _band, sqlite_where=_seen, postgresql_where=_seen)


class EvidenceSender(Base):
    """佐证来源: who has sent all the bytes of a photograph, written as the actor of an entry is."""

    __tablename__ = "evidence_sender"
    __table_args__ = {"sqlite_with_rowid": False}

    sha256: Mapped[str] = mapped_column(Digest, primary_key=True)
    sent_by: Mapped[str] = mapped_column(String(80), primary_key=True)
    sent_at: Mapped[Utc]


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


_new_sender = Prepared(insert(EvidenceSender).on_conflict_do_nothing().returning(EvidenceSender.sha256))
_new_photo = Prepared(insert(Evidence).on_conflict_do_nothing().returning(Evidence.sha256))
_sent_again = Prepared(
    update(EvidenceSender)
    .where(EvidenceSender.sha256 == bindparam("photo"), EvidenceSender.sent_by == bindparam("by"))
    .values(sent_at=bindparam("at"))
)
_arrived = Prepared(
    select(EvidenceLink.sha256)
    .join(EvidenceSender, EvidenceSender.sha256 == EvidenceLink.sha256)
    .where(EvidenceLink.chain_id == bindparam("chain"), EvidenceLink.seq == bindparam("at"))
    .where(EvidenceSender.sent_by == bindparam("by"))
)
its_entry = and_(Entry.chain_id == EvidenceLink.chain_id, Entry.seq == EvidenceLink.seq)
its_sender = and_(EvidenceSender.sha256 == EvidenceLink.sha256, EvidenceSender.sent_by == Entry.actor)


def vouched(*columns: Any) -> Select[Any]:
    """作数的关联: links whose entry's own actor has sent the bytes; who only names a digest gets no photograph."""
    return select(*columns).select_from(EvidenceLink).join(Entry, its_entry).join(EvidenceSender, its_sender)


def sent(session: Session, sha256: str, sent_by: str) -> bool:
    """Whether that person has sent the photograph; nobody is told what others have sent."""
    return session.get(EvidenceSender, (sha256, sent_by)) is not None


def senders(session: Session, digests: Collection[str]) -> set[tuple[str, str]]:
    """Who has sent which of the photographs, as (digest, user name)."""
    who = select(EvidenceSender.sha256, EvidenceSender.sent_by).where(EvidenceSender.sha256.in_(digests))
    return {(sha256, by) for sha256, by in session.execute(who)} if digests else set()


def take_in(session: Session, photo: Photo, sent_by: str, now: datetime) -> bool:
    """Note a photograph whose bytes lie in the vault, and who sent them; false when it was there already."""
    row = vars(photo) | {"camera": (photo.camera or "")[:120] or None, "arrived_at": now}
    fresh = bool(_new_photo.rows(session, row)) or (
        _is_gone(session, photo.sha256) and bool(_new_photo.rows(session, row))
    )
    if not _new_sender.rows(session, {"sha256": photo.sha256, "sent_by": sent_by, "sent_at": now}):
        _sent_again.run(session, {"photo": photo.sha256, "by": sent_by, "at": now})
        return False
    enqueue(session, JobKind.PHOTO_VERSIONS, {"sha256": photo.sha256}, now)
    return fresh


def _is_gone(session: Session, sha256: str) -> bool:
    """Whether a photograph that was here has just been cleared away; one that is here stays until this is committed."""
    here = select(Evidence.sha256).where(Evidence.sha256 == sha256).with_for_update()
    return session.scalar(here) is None


def note_sender(session: Session, digests: Iterable[str], sent_by: str, now: datetime) -> None:
    """Photographs that are here came from this person too, as an entry has just said."""
    for sha256 in digests:
        _new_sender.rows(session, {"sha256": sha256, "sent_by": sent_by, "sent_at": now})


def missing(session: Session, entry: Entry, digests: Sequence[str], sent_by: str) -> list[str]:
    """Those of the photographs that an entry names which this person has not sent yet, in the order named."""
    if not digests:
        return []
    here = _arrived.rows(session, {"chain": entry.chain_id, "at": entry.seq, "by": sent_by})
    return [digest for digest in dict.fromkeys(digests) if (digest,) not in here]


def visible_among(session: Session, digests: Collection[str], by: Actor) -> set[str]:
    """Those photographs that are here and that a household in the actor's region has; with one statement."""
    if not digests or not by.has(Right.READ_EVIDENCE):
        return set()
    here = _linked(by).join(Evidence, Evidence.sha256 == EvidenceLink.sha256)
    return set(session.scalars(here.where(EvidenceLink.sha256.in_(digests), Evidence.arrived_at.is_not(None))))


def visible(session: Session, sha256: str, by: Actor, right: Right = Right.READ_EVIDENCE) -> Evidence | None:
    """The photograph, if a household in the actor's region has it, or the actor sent it and named it nowhere yet."""
    evidence = session.get(Evidence, sha256)
    if evidence is None or not by.has(right):
        return None
    if session.scalar(_linked(by).where(EvidenceLink.sha256 == sha256).limit(1)) is not None:
        return evidence
    if session.scalar(_handed(by, sha256).limit(1)) is not None:
        return evidence
    linked = vouched(EvidenceLink.seq).where(EvidenceLink.sha256 == sha256).limit(1)
    named = session.scalar(linked.where(Entry.actor == by.username)) is not None
    return evidence if sent(session, sha256, by.username) and not named else None


def _linked(by: Actor) -> Select[str]:
    """Photographs of the entries of households in the actor's region, and of leads that were attached to these."""
    lead = and_(Lead.chain_id == EvidenceLink.chain_id, Lead.seq == EvidenceLink.seq)
    rows = vouched(EvidenceLink.sha256).outerjoin(Lead, lead)
    rows = rows.join(Household, Household.id == func.coalesce(Lead.household_id, EvidenceLink.chain_id))
    return rows.where(in_region(Household.region, by.region))


def _handed(by: Actor, sha256: str) -> Select[int]:
    """交乡镇处理 of the actor's region: entries that name a photograph and stand in the chain of no household."""
    here = Entry.kind == EntryKind.HELD_VISIT.value, in_region(Entry.chain_id, region_chain(by.region))
    sender = and_(EvidenceSender.sha256 == sha256, EvidenceSender.sent_by == Entry.actor)
    return select(Entry.seq).join(EvidenceSender, sender).where(*here, Entry.evidence.contains(sha256))
