"""没人用的照片: photographs from outside that no entry ever named; they go when they have lain about for long."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, delete, exists, or_, select
from sqlalchemy.orm import Session

from field.ledger.entries import Entry
from field.monitoring.visiting.evidence import Evidence, EvidenceAlike, EvidenceLink, EvidenceSender
from field.registry.signatures import FOR
from field.registry.staff import Staff

BATCH = 100
_named = exists().where(EvidenceLink.sha256 == Evidence.sha256)
_who = or_(EvidenceSender.sent_by == Staff.username, EvidenceSender.sent_by.startswith(Staff.username + FOR))
_of_staff = exists().where(EvidenceSender.sha256 == Evidence.sha256, _who)


def looked_at(session: Session, before: datetime, after: str) -> list[str]:
    """The next of them by digest: last sent before then, named by no link, sent by no cadre."""
    sought = Evidence.sha256 > after, ~_named, ~_of_staff, ~_lately(before)
    return list(session.scalars(select(Evidence.sha256).where(*sought).order_by(Evidence.sha256).limit(BATCH)))


def unnamed(session: Session, several: Sequence[str], spared: Collection[str]) -> list[str]:
    """Those of them that nobody speaks of and that no entry holds."""
    left = set(several) - set(spared)
    return sorted(left - _in_entries(session)) if left else []


def forget(session: Session, several: Sequence[str], before: datetime) -> list[str]:
    """Those of which nothing is kept from now on; who sends or names one at the same time keeps it."""
    gone = []
    for sha256 in several:
        locked = select(Evidence.sha256).where(Evidence.sha256 == sha256).with_for_update()
        if session.scalar(locked) is None:
            continue
        still = select(Evidence.sha256).where(Evidence.sha256 == sha256, ~_named, ~_of_staff, ~_lately(before))
        if session.scalar(still) is None:  # looked at anew, now that nobody can send it
            continue
        session.execute(delete(EvidenceSender).where(EvidenceSender.sha256 == sha256))
        session.execute(delete(EvidenceAlike).where(or_(EvidenceAlike.sha256 == sha256, EvidenceAlike.other == sha256)))
        session.execute(delete(Evidence).where(Evidence.sha256 == sha256))
        gone.append(sha256)
    return gone


def _lately(before: datetime) -> ColumnElement[bool]:
    sent = exists().where(EvidenceSender.sha256 == Evidence.sha256, EvidenceSender.sent_at >= before)
    return or_(Evidence.arrived_at >= before, sent)


def _in_entries(session: Session) -> set[str]:
    """Every digest that an entry itself holds; a case's photographs have no other link."""
    rows = session.scalars(select(Entry.evidence).where(Entry.evidence != "[]").execution_options(yield_per=2000))
    return {digest for text in rows for digest in text.strip("[]").replace('"', "").split(",")}
