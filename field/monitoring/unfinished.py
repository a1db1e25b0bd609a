"""没说完: somebody asked for help on the way, or a talk led nowhere; a person calls."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from field.codes import Channel, EntryKind, LeadKind, Source, TaskKind
from field.ledger.entries import Draft, Entry, append, recorded, region_chain
from field.monitoring.judgement import judge
from field.monitoring.leads import Wanted, open_lead
from field.registry.holders import Holder


def record_help_wanted(
    session: Session,
    key: str,
    channel: Channel,
    whose: Holder | str,
    source: Source,
    note: str,
    now: datetime,
    *,
    danger: bool = False,
) -> Entry:
    """Record once that somebody should be called; `whose` is a sure contact, or the region of an unknown sender.

    `danger` where the words are of a life: the task is red and for the same hour.
    """
    key = f"help_wanted:{key}"
    if known := recorded(session, key):
        return known
    known_person = whose.person_id if isinstance(whose, Holder) else None
    chain = region_chain(whose) if isinstance(whose, str) else whose.household_id
    actor = f"person:{known_person}" if known_person else "stranger"
    content = {"person_id": known_person, "source": source.value, "note": note, **({"danger": True} if danger else {})}
    entry = append(session, Draft(chain, EntryKind.HELP_WANTED, channel, actor, now, key, content), now)
    derive_help_wanted(session, entry, content)
    if known_person:
        judge(session, [chain], now)
    return entry


def derive_help_wanted(session: Session, entry: Entry, said: dict[str, Any]) -> None:
    """A lead, and a call to the person."""
    both = (LeadKind.DANGER, TaskKind.DANGER) if said.get("danger") else (LeadKind.HARDSHIP, TaskKind.CALL)
    open_lead(session, entry, Wanted(both[0], Source(said["source"]), both[1], (), said["person_id"]))
