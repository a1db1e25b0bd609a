"""部门回调: addresses of departments' systems, and what of a case is news to them; sent by field/jobs/delivering.py."""

import base64
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column
from uuid6 import uuid7

from field.case_codes import CaseState
from field.codes import JobKind
from field.ledger.entries import Entry
from field.ledger.receipts import number
from field.orm import Base, Id, RegionCode, Utc
from field.registry.households import Household
from field.registry.regions import within
from field.registry.sealing import Sealed
from field.registry.staff import NoDepartment, Staff
from field.work import enqueue

NEWS = {
    CaseState.MONITORED: "household.monitored",
    CaseState.ELIMINATED: "household.eliminated",
    CaseState.MOVED_AWAY: "household.left",
    CaseState.DIED: "household.left",
    CaseState.MERGED: "household.left",
}
BEGINS = (CaseState.COUNTY_APPROVAL, CaseState.ELIMINATED)
MARK = "whsec_"


class Webhook(Base):
    """回调地址 of a department: for households of a region, and, where `risks` names some, with one of these 风险点."""

    __tablename__ = "webhook"

    id: Mapped[Id] = mapped_column(primary_key=True)
    staff_id: Mapped[Id] = mapped_column(ForeignKey("staff.id"), index=True)
    region: Mapped[RegionCode]
    url: Mapped[str] = mapped_column(String(400))
    risks: Mapped[list[str]] = mapped_column(JSON)
    secret: Mapped[str] = mapped_column(Sealed("webhook"))
    created_at: Mapped[Utc]
    revoked_at: Mapped[Utc | None]
    told_at: Mapped[Utc | None]
    trouble: Mapped[str | None] = mapped_column(String(200))


def add_webhook(
    session: Session, staff: Staff, region: str | None, url: str, risks: Sequence[str], now: datetime
) -> str:
    """登记回调; the secret by which the receiver checks what comes, told once."""
    place = staff.served_at(region, now)
    if place is None:
        raise NoDepartment
    secret = MARK + base64.b64encode(secrets.token_bytes(24)).decode()
    row = {"region": place, "url": url, "risks": list(risks), "secret": secret, "created_at": now}
    session.add(Webhook(id=str(uuid7()), staff_id=staff.id, **row))
    session.flush()
    return secret


def revoke_webhook(session: Session, webhook_id: str, now: datetime) -> bool:
    """停用; false where there is none of this id that counts."""
    here = Webhook.id == webhook_id, Webhook.revoked_at.is_(None)
    return session.scalar(update(Webhook).where(*here).values(revoked_at=now).returning(Webhook.id)) is not None


def webhooks(session: Session) -> Sequence[tuple[Webhook, str]]:
    """Every address with the account that it belongs to, oldest first."""
    rows = select(Webhook, Staff.username).join(Staff, Staff.id == Webhook.staff_id).order_by(Webhook.id)
    return [(hook, username) for hook, username in session.execute(rows)]


def announce(session: Session, household: Household, before: CaseState, entry: Entry, said: dict[str, Any]) -> None:
    """告诉部门 what a step made of a household, within its transaction; a rebuild tells nobody again."""
    state = CaseState(said["to"])
    if state not in NEWS or (state is CaseState.MONITORED and before not in BEGINS):
        return
    for hook in session.scalars(select(Webhook).where(Webhook.revoked_at.is_(None))):
        if within(household.region, hook.region) and (not hook.risks or set(hook.risks) & set(household.risk_factors)):
            told = {"webhook_id": hook.id, "type": NEWS[state], "household_id": household.id,
                    "receipt": number(entry.hash), "at": entry.recorded_at.isoformat()}  # fmt: skip
            enqueue(session, JobKind.WEBHOOK, told, entry.recorded_at, region=household.region)
