"""线索归户: a person says whose a lead is that came from nobody known."""

from datetime import datetime

from sqlalchemy.orm import Session

from field.codes import Channel, EntryKind
from field.ledger.entries import Draft, Entry, append, lock_heads, recorded
from field.monitoring.judgement import judge
from field.monitoring.leads import Lead, derive_attached
from field.registry.households import Household
from field.registry.rights import Actor, NotAllowed, Right


class AlreadyAttached(Exception):
    """已经归户: somebody has attached this lead before."""


def attach(session: Session, chain_id: str, seq: int, household_id: str, by: Actor, now: datetime) -> Entry:
    """线索归户: a person says whose lead it is; NotAllowed outside the region, AlreadyAttached the second time."""
    household = session.get(Household, household_id)
    attachable(session, chain_id, seq, by)
    if household is None or not by.may(Right.ATTACH_LEADS, household.region):
        raise NotAllowed
    key = f"attached:{chain_id}:{seq}"
    if recorded(session, key):
        raise AlreadyAttached
    content = {"seq": seq, "household_id": household_id, "region": household.region}
    entry = append(session, Draft(chain_id, EntryKind.LEAD_ATTACHED, Channel.WEB, by.username, now, key, content), now)
    derive_attached(session, entry, content)
    lock_heads(session, [household_id])
    judge(session, [household_id], now)
    return entry


def attachable(session: Session, chain_id: str, seq: int, by: Actor) -> None:
    """NotAllowed unless it is a lead of no household yet, within the actor's region."""
    lead = session.get(Lead, (chain_id, seq))
    if lead is None or not chain_id.startswith("region:") or not by.may(Right.ATTACH_LEADS, lead.region):
        raise NotAllowed
