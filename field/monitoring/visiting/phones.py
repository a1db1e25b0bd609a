"""手机待发: what each phone last said it still holds."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Mapped, Session, mapped_column

from field.orm import Base, Id, RegionCode, Utc
from field.registry.regions import in_region
from field.registry.rights import Actor
from field.registry.staff import Staff


class PhoneReport(Base):
    """一部手机: known by a random id of its own, used by one account."""

    __tablename__ = "phone_report"

    staff_id: Mapped[Id] = mapped_column(primary_key=True)
    device: Mapped[Id] = mapped_column(primary_key=True)
    region: Mapped[RegionCode]
    waiting: Mapped[int]
    oldest: Mapped[Utc | None]
    reported_at: Mapped[Utc]


def report(session: Session, device: str, waiting: int, oldest: datetime | None, by: Actor, now: datetime) -> None:
    """Note how many visits a phone holds and since when the oldest of them waits."""
    since = oldest.replace(tzinfo=oldest.tzinfo or UTC) if oldest and waiting else None
    row = PhoneReport(
        staff_id=by.staff_id, device=device, region=by.region, waiting=waiting, oldest=since, reported_at=now
    )
    session.merge(row)


def holding(session: Session, by: Actor) -> list[dict[str, Any]]:
    """The phones of the actor's region that hold visits, those waiting longest first."""
    rows = session.execute(
        select(PhoneReport, Staff.name)
        .join(Staff, Staff.id == PhoneReport.staff_id)
        .where(in_region(PhoneReport.region, by.region), PhoneReport.waiting > 0)
        .order_by(PhoneReport.oldest, PhoneReport.reported_at)
        .limit(200)
    )
    return [
        {
            "name": name, "region": phone.region, "waiting": phone.waiting,
            "oldest": phone.oldest.isoformat() if phone.oldest else None,
            "reported_at": phone.reported_at.isoformat(),
        }
        for phone, name in rows
    ]  # fmt: skip
