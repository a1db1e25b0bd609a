"""线索清单: what came in that somebody should look into, as people and programs read it, with all that was said."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVarTuple

from sqlalchemy import Select, and_, func, select, tuple_
from sqlalchemy.orm import Session

from field.case_codes import CaseState
from field.china_time import written
from field.codes import OWN_WORDS, EntryKind, LeadKind, Source
from field.ledger.entries import Entry, opened
from field.ledger.receipts import number
from field.monitoring.cases.case_turns import DIED, CaseTurn, leavings
from field.monitoring.leads.leads import Lead, after, looked_into, visited
from field.registry.households import Household
from field.registry.masking import mask_words
from field.registry.regions import Region, in_region
from field.registry.rights import Actor, NotAllowed, Right

Row = TypeVarTuple("Row")
Told = dict[tuple[str, int], tuple[Entry, str]]
TRACES_READ = 20
OWN = (EntryKind.DECLARATION, EntryKind.CHECKIN)


@dataclass(frozen=True)
class Sought:
    """查询条件: `region` within the actor's own, a source, a kind and a household; nothing is all."""

    region: str | None = None
    source: str | None = None
    kind: str | None = None
    household_id: str | None = None


def leads(
    session: Session, by: Actor, open_only: bool, page: int, per_page: int, sought: Sought = Sought()
) -> tuple[list[dict[str, Any]], int]:
    """线索 of the actor's region, the newest first, and how many there are."""
    region, done = sought.region or by.region, looked_into()
    if not by.may(Right.READ_LEADS, region):
        raise NotAllowed
    wanted = and_(in_region(Lead.region, region), ~done if open_only else done.is_not(None))
    asked = (Lead.source, sought.source), (Lead.kind, sought.kind), (Lead.household_id, sought.household_id)
    for one, value in asked:
        wanted = and_(wanted, one == value) if value else wanted
    rows = _beside(_listed()).where(wanted)
    total = session.scalar(_beside(select(func.count()).select_from(Lead)).where(wanted)) or 0
    newest = rows.order_by(Lead.opened_at.desc(), Lead.chain_id, Lead.seq)
    found = session.execute(newest.offset((page - 1) * per_page).limit(per_page)).all()
    return _told(session, found), total


def since(session: Session, household_id: str, heard_at: datetime) -> list[dict[str, Any]]:
    """后来的线索 of a household after its case's own lead, the newest first: the case's traces."""
    rows = _beside(_listed()).where(after(household_id, heard_at))
    found = session.execute(rows.order_by(Lead.opened_at.desc(), Lead.chain_id, Lead.seq).limit(TRACES_READ)).all()
    return _told(session, found)


def _listed() -> Select[Lead, bool, str, str]:
    return select(Lead, visited().label("visited"), Household.head, Region.name)


def _told(session: Session, found: Sequence[Any]) -> list[dict[str, Any]]:
    """Leads with what was said, and how each stands."""
    several = [row[0] for row in found]
    words, gone = _words(session, several), leavings(session, [lead.household_id or "" for lead in several])
    return [
        _lead_shown(lead, head, village) | _how(lead, seen, gone) | _said(lead, words)
        for lead, seen, head, village in found
    ]


def _how(lead: Lead, visited: bool, gone: dict[str, list[CaseTurn]]) -> dict[str, Any]:
    """Open, checked at the door, or closed with its household's leaving; then by what, and when."""
    if visited:
        return {"state": "checked", "closed": None}
    later = [turn for turn in gone.get(lead.household_id or "", ()) if turn.recorded_at > lead.opened_at]
    ends = next((turn for turn in later if lead.kind != LeadKind.DANGER or turn.turn == DIED), None)
    if ends is None:
        return {"state": "open", "closed": None}
    why = {"why": ends.turn, "name": CaseState.label_of(ends.turn), "at": written(ends.recorded_at)}
    return {"state": "closed", "closed": why}


def _beside(rows: Select[*Row]) -> Select[*Row]:
    """The household and the village beside each row."""
    return rows.outerjoin(Household, Household.id == Lead.household_id).outerjoin(Region, Region.code == Lead.region)


def _words(session: Session, several: Sequence[Lead]) -> Told:
    """What was said in the entries of leads and of their newest traces; sealed but in the answer."""
    places = [(lead.chain_id, seq) for lead in several for seq in (lead.seq, *(lead.raised or [])[-TRACES_READ:])]
    entries = session.scalars(select(Entry).where(tuple_(Entry.chain_id, Entry.seq).in_(places))).all()
    payloads = zip(entries, opened(session, entries), strict=True)
    return {(entry.chain_id, entry.seq): (entry, mask_words(payload.get("note") or "")) for entry, payload in payloads}


def _said(lead: Lead, told: Told) -> dict[str, Any]:
    """原话, what the household said again, and what our own analysis said last."""
    _, own = told[lead.chain_id, lead.seq]
    later = [told[lead.chain_id, seq] for seq in lead.raised or [] if (lead.chain_id, seq) in told]
    warned = [own] if lead.kind == LeadKind.WARNING.value else []
    warned += [words for entry, words in later if entry.kind == EntryKind.WARNING]
    again = [_again(entry, words) for entry, words in later if entry.kind in OWN]
    return {"words": own, "warned": warned[-1] if warned else "", "again": again}


def _again(entry: Entry, words: str) -> dict[str, str]:
    at = written(entry.occurred_at)
    return {"channel": entry.channel, "at": at, "receipt": number(entry.hash), "words": words}


def _came_from(lead: Lead) -> str:
    """Who says that he wants to live no more says it whatever was asked."""
    return OWN_WORDS if lead.kind == LeadKind.DANGER else Source.label_of(lead.source)


def _lead_shown(lead: Lead, head: str | None, village: str | None) -> dict[str, Any]:
    return {
        "id": f"{lead.chain_id}:{lead.seq}", "chain_id": lead.chain_id, "seq": lead.seq, "kind": lead.kind,
        "kind_name": LeadKind.label_of(lead.kind),
        "source": lead.source, "source_name": _came_from(lead), "channel": lead.channel,
        "region": lead.region, "village": village or lead.region,
        "household_id": lead.household_id, "person_id": lead.person_id, "head": head,
        "risk_factors": lead.risk_factors, "why": lead.why, "grade": lead.grade,
        "traces": [lead.seq, *(lead.raised or [])], "opened_at": written(lead.opened_at),
        "receipt": number(lead.hash),
    }  # fmt: skip
