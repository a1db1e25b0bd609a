"""重复提交: whether what comes under an id that is used is what came before."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from field.ledger.chain import canonical
from field.ledger.entries import Entry, opened
from field.monitoring.visiting.evidence import missing
from field.registry.households import Household
from field.registry.rights import Actor, NotAllowed, Right


class OtherContent(Exception):
    """内容不同: the same id was recorded with other content; both versions, and the photographs still missing."""

    def __init__(self, kept: dict[str, Any], sent: dict[str, Any], entry: Entry, missing: list[str]) -> None:
        super().__init__("other content under the same id")
        self.kept, self.sent, self.entry, self.missing = kept, sent, entry, missing


def same_or_raise(
    session: Session, known: Entry, household_id: str, sent: dict[str, Any], at: datetime, by: Actor
) -> None:
    """Raises OtherContent unless the same was sent before; NotAllowed where the sender may not read what it was."""
    if known.chain_id != household_id and not _reads(session, by, known.chain_id):
        raise NotAllowed
    [kept] = opened(session, [known])
    if canonical(kept) != canonical(sent) or known.occurred_at != at:
        digests = [item["sha256"] for item in kept.get("evidence", [])]
        raise OtherContent(kept, sent, known, missing(session, known, digests, by.username))


def _reads(session: Session, by: Actor, household_id: str) -> bool:
    home = session.get(Household, household_id)
    return home is not None and by.may(Right.READ_HOUSEHOLDS, home.region)
