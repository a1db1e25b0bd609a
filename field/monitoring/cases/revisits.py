"""回访: the one call by which a revisit enters the ledger, and those that are due."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, false, func, select, true
from sqlalchemy.orm import Session, aliased

from field.codes import Channel, EntryKind, JobKind
from field.ledger.entries import Draft, append, recorded
from field.monitoring.cases.revisit_schedule import RevisitDue, still_open, was_eliminated
from field.monitoring.derive import derive
from field.monitoring.repeats import same_or_raise
from field.monitoring.risk.judgement import judge
from field.monitoring.visiting.evidence import missing
from field.monitoring.visiting.visit_rules import moment
from field.monitoring.visiting.visits import Recorded, sent_in_post, unknown_or_raise
from field.registry.households import Household
from field.registry.regions import lies_in
from field.registry.rights import Actor, NotAllowed, Right
from field.work import enqueue


class NotEliminated(Exception):
    """没有回访日: the household's risk was never eliminated, so that an ordinary visit is what is wanted."""


def record_revisit(session: Session, said: dict[str, Any], by: Actor, now: datetime) -> Recorded:
    """Record a revisit that the rules found faultless; the same again gives the same receipt.

    One made with the right and sent after it ended is held for the town office. Raises NotAllowed, NotEliminated,
    OtherContent, or Faulty for people who are not of the household. One that arrives after the household went back
    is taken all the same: what was seen at the door was seen.
    """
    home = session.get(Household, said["household_id"])
    if home is None or not by.has(Right.RECORD_VISITS):
        raise NotAllowed
    at = moment(said["revisited_at"])
    ours = sent_in_post(session, home.region, by, at)
    digests, key = [one["sha256"] for one in said.get("evidence", [])], f"revisit:{said['id']}"
    if known := recorded(session, key):
        same_or_raise(session, known, home.id, said, at, by)
        return Recorded(known, False, missing(session, known, digests, by.username), ours)
    if ours and not was_eliminated(session, home.id):  # of one that is no longer theirs nobody is told
        raise NotEliminated
    unknown_or_raise(session, said)
    kind = EntryKind.REVISIT if ours else EntryKind.HELD_REVISIT
    draft = Draft(home.id, kind, Channel.PHONE, by.username, at, key, said, digests)
    entry = append(session, draft, now)
    derive(session, entry, said)
    if ours:
        judge(session, [home.id], now)
    enqueue(session, JobKind.PLACE_JUDGEMENT, {"chain_id": entry.chain_id, "seq": entry.seq}, now)
    return Recorded(entry, True, missing(session, entry, digests, by.username), ours)


def due_revisits(by: Actor, day: date) -> Select[RevisitDue]:
    """要做的回访 of the actor's region on a day, the longest due first; of each household the first alone."""
    other = aliased(RevisitDue)
    open_too = other.done_seq.is_(None) & other.cancelled_seq.is_(None)
    first = select(func.min(other.due_on)).where(other.household_id == RevisitDue.household_id, open_too)
    rows = select(RevisitDue).join(Household, Household.id == RevisitDue.household_id).where(
        true() if by.has(Right.RECORD_VISITS) else false(), lies_in(Household.region, by.region), still_open,
        RevisitDue.from_on <= day, Household.persons > 0, RevisitDue.due_on == first.scalar_subquery(),
    )  # fmt: skip
    return rows.order_by(RevisitDue.due_on, RevisitDue.household_id)
