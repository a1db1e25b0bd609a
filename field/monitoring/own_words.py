"""农户自己的话: what a household said itself and nobody has looked into yet, for who goes to its door."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from field.codes import Channel, LeadKind, Source
from field.ledger.entries import Entry, opened
from field.monitoring.leads import Lead, looked_into
from field.registry.households import Household
from field.registry.masking import mask_words

OWN = (Source.DECLARATION.value, Source.CHECKIN.value)
TOLD = (LeadKind.HARDSHIP.value, LeadKind.INCOME.value)
MOST = 3


def own_words(session: Session, household_ids: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """What each household said, its declarations first, then the newest; with a constant number of statements."""
    rows = select(Lead).join(Household, Household.id == Lead.household_id).where(
        Lead.household_id.in_(list(household_ids)), Lead.source.in_(OWN), Lead.kind.in_(TOLD), ~looked_into()
    )  # fmt: skip
    newest = rows.order_by(Lead.source != Source.DECLARATION.value, Lead.opened_at.desc(), Lead.chain_id, Lead.seq)
    found: dict[str, list[Lead]] = {}
    for lead in session.scalars(newest):
        found.setdefault(lead.household_id or "", []).append(lead)
    first = {home: leads[:MOST] for home, leads in found.items()}
    said = _said(session, [lead for leads in first.values() for lead in leads])
    return {home: [_shown(lead, said[lead.chain_id, lead.seq]) for lead in leads] for home, leads in first.items()}


def _said(session: Session, leads: Sequence[Lead]) -> dict[tuple[str, int], dict[str, Any]]:
    if not leads:
        return {}
    places = [(lead.chain_id, lead.seq) for lead in leads]
    entries = list(session.scalars(select(Entry).where(tuple_(Entry.chain_id, Entry.seq).in_(places))))
    return {(one.chain_id, one.seq): said for one, said in zip(entries, opened(session, entries), strict=True)}


def _shown(lead: Lead, said: dict[str, Any]) -> dict[str, Any]:
    at = lead.opened_at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {
        "source": lead.source, "source_name": Source.label_of(lead.source),
        "channel_name": Channel.label_of(lead.channel), "at": at, "words": mask_words(said.get("note") or ""),
        "risk_factors": lead.risk_factors, "since": said.get("since"), "amount": said.get("amount"),
        "amount_max": said.get("amount_max"),
    }  # fmt: skip
