"""只记一次: what a page sends under its own key becomes one entry, however often it is sent."""

from datetime import datetime

from sqlalchemy.orm import Session

from field.ledger.chain import canonical
from field.ledger.entries import Draft, Entry, append, lock_heads, opened, recorded
from field.monitoring.cases.cases import OtherContent


def append_once(session: Session, draft: Draft, now: datetime) -> tuple[Entry, bool]:
    """The entry, and whether it is new; OtherContent where the key stands for something else."""
    lock_heads(session, [draft.chain_id])
    known = recorded(session, draft.idempotency_key)
    if known is None:
        return append(session, draft, now), True
    [said] = opened(session, [known])
    same = known.chain_id == draft.chain_id and known.actor == draft.actor and known.kind == draft.kind
    if not same or canonical(said) != canonical(draft.payload):
        raise OtherContent
    return known, False
