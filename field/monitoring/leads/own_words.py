"""农户自己的话: what a household said itself and nobody has looked into yet, for who goes to its door."""

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from field.china_time import written
from field.codes import Channel, EntryKind, LeadKind, Source, TaskKind
from field.ledger.entries import Entry, opened
from field.monitoring.duties.tasks import Task
from field.monitoring.leads.lead_list import TRACES_READ
from field.monitoring.leads.leads import Lead, looked_into
from field.registry.households import Household
from field.registry.masking import mask_words

One = TypeVar("One", Lead, Task)
Said = dict[tuple[str, int], tuple[Entry, dict[str, Any]]]
OWN = (Source.DECLARATION.value, Source.CHECKIN.value)
TOLD = (LeadKind.HARDSHIP.value, LeadKind.INCOME.value)
MOST = 3
OWN_ENTRIES = (EntryKind.DECLARATION.value, EntryKind.CHECKIN.value, EntryKind.HELP_WANTED.value)


def own_words(session: Session, household_ids: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """What each household said, its declarations first, then the newest; with a constant number of statements.

    What it asked of the office, and nobody has called about, stands behind.
    """
    homes = list(household_ids)
    rows = select(Lead).join(Household, Household.id == Lead.household_id).where(
        Lead.household_id.in_(homes), Lead.source.in_(OWN), Lead.kind.in_(TOLD), ~looked_into()
    )  # fmt: skip
    newest = rows.order_by(Lead.source != Source.DECLARATION.value, Lead.opened_at.desc(), Lead.chain_id, Lead.seq)
    waits = Task.household_id.in_(homes), Task.kind == TaskKind.ANSWER.value, Task.done.is_(False)
    asked = select(Task).where(*waits).order_by(Task.opened_at.desc(), Task.chain_id, Task.seq)
    leads, tasks = _first(session.scalars(newest)), _first(session.scalars(asked))
    said = _said(session, [*leads.values(), *tasks.values()])
    return {
        home: _told(leads.get(home, ()), said)[:MOST] + _told(tasks.get(home, ()), said) for home in {*leads, *tasks}
    }


def _told(several: Sequence[Lead | Task], said: Said) -> list[dict[str, Any]]:
    return [_shown(one, *said[place]) for one in several for place in _places(one) if place in said]


def _first(several: Iterable[One]) -> dict[str, list[One]]:
    """The first few of each household."""
    found: dict[str, list[One]] = {}
    for one in several:
        found.setdefault(one.household_id or "", []).append(one)
    return {home: each[:MOST] for home, each in found.items()}


def _places(one: Lead | Task) -> list[tuple[str, int]]:
    """Where its entries stand, its own last."""
    raised = (one.raised or [])[-TRACES_READ:] if isinstance(one, Lead) else []
    return [(one.chain_id, seq) for seq in (*reversed(raised), one.seq)]


def _said(session: Session, several: Sequence[Sequence[Lead | Task]]) -> Said:
    """The entries in which the household itself said it, with what they say."""
    places = [place for each in several for one in each for place in _places(one)]
    if not places:
        return {}
    own = tuple_(Entry.chain_id, Entry.seq).in_(places), Entry.kind.in_(OWN_ENTRIES)
    entries = list(session.scalars(select(Entry).where(*own)))
    return {(one.chain_id, one.seq): (one, said) for one, said in zip(entries, opened(session, entries), strict=True)}


def _shown(one: Lead | Task, entry: Entry, said: dict[str, Any]) -> dict[str, Any]:
    at = one.opened_at if entry.seq == one.seq else entry.occurred_at
    source = Source(one.source) if isinstance(one, Lead) else TaskKind.ANSWER
    return {
        "source": source.value, "source_name": source.label,
        "channel_name": Channel.label_of(entry.channel), "at": written(at), "words": mask_words(said.get("note") or ""),
        "risk_factors": one.risk_factors if isinstance(one, Lead) else [], "since": said.get("since"),
        "amount": said.get("amount"), "amount_max": said.get("amount_max"),
    }  # fmt: skip
