"""农户自己的话: what a household said itself and nobody has looked into yet, for who goes to its door."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from field.china_time import written
from field.codes import Channel, EntryKind, LeadKind, Source
from field.ledger.entries import Entry, opened
from field.monitoring.leads.lead_list import TRACES_READ
from field.monitoring.leads.leads import Lead, looked_into
from field.registry.households import Household
from field.registry.masking import mask_words

OWN = (Source.DECLARATION.value, Source.CHECKIN.value)
TOLD = (LeadKind.HARDSHIP.value, LeadKind.INCOME.value)
MOST = 3
OWN_ENTRIES = (EntryKind.DECLARATION.value, EntryKind.CHECKIN.value, EntryKind.HELP_WANTED.value)


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
    return {
        home: [_shown(lead, *said[place]) for lead in leads for place in _places(lead) if place in said][:MOST]
        for home, leads in first.items()
    }


def _places(lead: Lead) -> list[tuple[str, int]]:
    """Where the entries of a lead stand, its own last."""
    return [(lead.chain_id, seq) for seq in (*reversed((lead.raised or [])[-TRACES_READ:]), lead.seq)]


def _said(session: Session, leads: Sequence[Lead]) -> dict[tuple[str, int], tuple[Entry, dict[str, Any]]]:
    """The entries in which the household itself said it, with what they say."""
    places = [place for lead in leads for place in _places(lead)]
    if not places:
        return {}
    own = tuple_(Entry.chain_id, Entry.seq).in_(places), Entry.kind.in_(OWN_ENTRIES)
    entries = list(session.scalars(select(Entry).where(*own)))
    return {(one.chain_id, one.seq): (one, said) for one, said in zip(entries, opened(session, entries), strict=True)}


def _shown(lead: Lead, entry: Entry, said: dict[str, Any]) -> dict[str, Any]:
    at = lead.opened_at if entry.seq == lead.seq else entry.occurred_at
    return {
        "source": lead.source, "source_name": Source.label_of(lead.source),
        "channel_name": Channel.label_of(entry.channel), "at": written(at),
        "words": mask_words(said.get("note") or ""), "risk_factors": lead.risk_factors, "since": said.get("since"),
        "amount": said.get("amount"), "amount_max": said.get("amount_max"),
    }  # fmt: skip
