"""承诺授权: which adults of a household have given theirs, in what way, and whether its signature or paper is here."""

import json
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Index, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from field.codes import EvidenceKind
from field.ledger.entries import Entry
from field.monitoring.visiting.evidence import EvidenceLink, vouched
from field.orm import Base, Code, Id, Utc, insert_many

TEXTS = Path(__file__).with_name("consents.json")


class Consent(Base):
    """承诺授权 of one person in one case, the newest; derived from the entry `seq` of the household's chain."""

    __tablename__ = "consent"

    case_id: Mapped[Id] = mapped_column(primary_key=True)
    person_id: Mapped[Id] = mapped_column(primary_key=True)
    chain_id: Mapped[Id]
    seq: Mapped[int]
    how: Mapped[Code]
    signed_at: Mapped[Utc]
    recorded_at: Mapped[Utc]

    __table_args__ = (Index(None, "chain_id"),)


@cache
def texts() -> list[dict[str, Any]]:
    """承诺书 in all its versions, that which is signed now last."""
    known: list[dict[str, Any]] = json.loads(TEXTS.read_text(encoding="utf-8"))["texts"]
    return known


def derive_consents(session: Session, entry: Entry, said: dict[str, Any]) -> None:
    """承诺授权, as it arrives and in every rebuild; who signs again has signed the later one."""
    whose = [one["person_id"] for one in said["consents"]]
    session.execute(delete(Consent).where(Consent.case_id == said["case_id"], Consent.person_id.in_(whose)))
    common = {"case_id": said["case_id"], "chain_id": entry.chain_id, "seq": entry.seq}
    signed_at = min(entry.occurred_at, entry.recorded_at)  # whatever the phone's clock says
    common |= {"signed_at": signed_at, "recorded_at": entry.recorded_at}
    insert_many(
        session, Consent, [common | {"person_id": one["person_id"], "how": one["how"]} for one in said["consents"]]
    )


def consented(session: Session, household_id: str, since: datetime) -> dict[str, bool]:
    """Who has given consent from a moment on, and whether the signature or the photographed paper has arrived."""
    rows = session.scalars(select(Consent).where(Consent.chain_id == household_id, Consent.recorded_at >= since))
    given = list(rows)
    links = vouched(EvidenceLink.seq, EvidenceLink.kind, EvidenceLink.person_id)
    here = EvidenceLink.chain_id == household_id, EvidenceLink.seq.in_({one.seq for one in given})
    found = {(seq, kind, person) for seq, kind, person in session.execute(links.where(*here))} if given else set()
    papers = {seq for seq, kind, _person in found if kind == EvidenceKind.CONSENT}
    return {one.person_id: _shown(one, papers, found) for one in given}


def _shown(one: Consent, papers: set[int], found: set[tuple[int, str, str | None]]) -> bool:
    drawn = (one.seq, EvidenceKind.SIGNATURE.value, one.person_id) in found
    return drawn if one.how == "drawn" else one.seq in papers
