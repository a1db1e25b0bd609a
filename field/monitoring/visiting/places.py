"""位置核对: the stored judgement of where a visit's evidence was made, shown to the town office; it blocks nothing."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from field.codes import EntryKind
from field.ledger.entries import Entry, opened
from field.media.coordinates import Point, to_wgs84
from field.media.place import Facts, Shot, judge
from field.monitoring.visiting.evidence import Evidence, EvidenceLink, vouched
from field.monitoring.visiting.visit_rules import moment
from field.orm import Base, Id, Utc
from field.registry.households import Household

AHEAD, BEHIND = timedelta(minutes=5), timedelta(days=60)
SPEED_WINDOW = timedelta(hours=6)


class PlaceJudgement(Base):
    """位置判断: a score from 0 to 100 with its reasons, for one visit."""

    __tablename__ = "place_judgement"

    chain_id: Mapped[Id] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    score: Mapped[int]
    reasons: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    judged_at: Mapped[Utc]


def judge_visit(session: Session, chain_id: str, seq: int, now: datetime) -> PlaceJudgement:
    """Judge the place of one visit from what has arrived by now, and keep the judgement."""
    entry = session.get_one(Entry, (chain_id, seq))
    [visit] = opened(session, [entry])
    judged = judge(_facts(session, entry, visit))
    reasons = [reason._asdict() for reason in judged.reasons]
    kept = PlaceJudgement(chain_id=chain_id, seq=seq, score=judged.score, reasons=reasons, judged_at=now)
    return session.merge(kept)


def bears_out(entry: Entry) -> bool:
    """Whether the server's clock bears out the time that the phone gave."""
    return -AHEAD <= entry.recorded_at - entry.occurred_at <= BEHIND


def _facts(session: Session, entry: Entry, visit: dict[str, Any]) -> Facts:
    home = session.get(Household, entry.chain_id)
    location = visit.get("location")
    here = vouched(EvidenceLink.sha256).where(EvidenceLink.chain_id == entry.chain_id, EvidenceLink.seq == entry.seq)
    photos = session.scalars(select(Evidence).where(Evidence.sha256.in_(here)))
    known = home is not None and home.latitude is not None and home.longitude is not None
    return Facts(
        visited_at=entry.occurred_at,
        home=Point(home.latitude, home.longitude) if home and known else None,  # type: ignore[arg-type]
        fix=_point(location) if location else None,
        accuracy_m=location["accuracy_m"] if location else None,
        fix_at=moment(location["fix_at"]) if location else None,
        location_reason=visit.get("location_reason", ""),
        shots=tuple(_shot(photo) for photo in photos),
        last_visit=_visit_before(session, entry),
        clock_off=not bears_out(entry),
    )


def _point(location: dict[str, Any]) -> Point:
    return to_wgs84(Point(location["latitude"], location["longitude"]), location["datum"])


def _shot(photo: Evidence) -> Shot:
    place = None
    if photo.latitude is not None and photo.longitude is not None:
        place = Point(photo.latitude, photo.longitude)
    return Shot(photo.taken_at, place)


def _visit_before(session: Session, entry: Entry) -> tuple[datetime, Point] | None:
    """When and where the same cadre's visit before this one was, if it was shortly before."""
    before = session.scalar(
        select(Entry)
        .where(
            Entry.actor == entry.actor,
            Entry.kind == EntryKind.VISIT.value,
            Entry.occurred_at < entry.occurred_at,
            Entry.occurred_at > entry.occurred_at - SPEED_WINDOW,
        )
        .order_by(Entry.occurred_at.desc())
        .limit(1)
    )
    if before is None:
        return None
    [visit] = opened(session, [before])
    location = visit.get("location")
    return (before.occurred_at, _point(location)) if location else None
