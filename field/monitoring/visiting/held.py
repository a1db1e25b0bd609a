"""待核收: visits and revisits sent after the right had ended or refused by the rules; the town office decides."""

from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Select, String, cast, exists, or_, select
from sqlalchemy.orm import Session, aliased

from field.codes import Channel, EntryKind
from field.ledger.chain import canonical
from field.ledger.entries import Draft, Entry, append, recorded, region_chain
from field.ledger.receipts import HASH
from field.monitoring.derive import TAKEN_IN, derive
from field.monitoring.risk.judgement import judge
from field.registry.deputies import worked_in
from field.registry.households import Household
from field.registry.regions import in_region
from field.registry.rights import Actor, NotAllowed, Right
from field.registry.signatures import by_same

AT_ONCE = 200
HELD = tuple(TAKEN_IN)


class AlreadyDecided(Exception):
    """已经处理: somebody has decided on this visit before."""


def hand_over(session: Session, visit: dict[str, Any], reason: str, by: Actor, now: datetime) -> Entry:
    """交乡镇处理: keep a visit that the rules refused, as it is, in the chain of the region that looks after it."""
    content = {"visit": visit, "reason": reason}
    key = f"handed:{by.staff_id}:{sha256(canonical(content).encode()).hexdigest()}"
    if known := recorded(session, key):
        return known
    chain, photos = region_chain(_looks_after(session, visit, by)), pictured(visit)
    draft = Draft(chain, EntryKind.HELD_VISIT, Channel.PHONE, by.username, now, key, content, photos)
    return append(session, draft, now)


def pictured(visit: Any) -> list[str]:
    """The photographs that a visit of any shape names."""
    several = visit.get("evidence") if isinstance(visit, dict) else None
    items = [item for item in several if isinstance(item, dict)] if isinstance(several, list) else []
    return sorted({digest for item in items if HASH.fullmatch(digest := str(item.get("sha256")))})


def _looks_after(session: Session, visit: dict[str, Any], by: Actor) -> str:
    """The household's village, if the cadre works there or ever did; else the cadre's own region."""
    named = visit.get("household_id")
    home = session.get(Household, named) if isinstance(named, str) and named.isprintable() else None
    return home.region if home and worked_in(session, by.staff_id, home.region) else by.region


def waiting(session: Session, by: Actor) -> list[Entry]:
    """The held visits of the actor's region on which nobody has decided, oldest first."""
    ours = select(Household.id).where(in_region(Household.region, by.region))
    here = or_(Entry.chain_id.in_(ours), in_region(Entry.chain_id, region_chain(by.region)))
    return list(session.scalars(undecided().where(here).order_by(Entry.recorded_at).limit(AT_ONCE)))


def undecided() -> Select[Entry]:
    """Every held visit on which nobody has decided."""
    decided = aliased(Entry)
    key = "held:" + Entry.chain_id + ":" + cast(Entry.seq, String)
    open_still = ~exists(select(decided.seq).where(decided.idempotency_key == key))
    return select(Entry).where(Entry.kind.in_(HELD), open_still)


def decide(session: Session, chain_id: str, seq: int, accepted: bool, reason: str, by: Actor, now: datetime) -> Entry:
    """乡镇核收或退回: recorded once; NotAllowed outside the region or one's own; AlreadyDecided the second time."""
    held = session.get(Entry, (chain_id, seq))
    if held is None or held.kind not in HELD or by_same(held.actor, by.username):
        raise NotAllowed
    if not by.may(Right.DECIDE_HELD, _region_of(session, chain_id)):
        raise NotAllowed
    key = f"held:{chain_id}:{seq}"
    if recorded(session, key):
        raise AlreadyDecided
    content = {"seq": seq, "accepted": accepted, "reason": reason}
    entry = append(session, Draft(chain_id, EntryKind.HELD_DECISION, Channel.WEB, by.username, now, key, content), now)
    derive(session, entry, content)
    judge(session, [chain_id], now)
    return entry


def _region_of(session: Session, chain_id: str) -> str:
    kind, _, region = chain_id.partition(":")
    if kind == "region":
        return region
    return session.get_one(Household, chain_id).region
