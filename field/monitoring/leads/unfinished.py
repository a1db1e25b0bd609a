"""没说完: somebody asked for help on the way, or a talk led nowhere; a person calls."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from field.codes import Channel, EntryKind, LeadKind, Source, TaskKind
from field.ledger.entries import Draft, Entry, append, recorded, region_chain, region_of
from field.monitoring.leads.leads import Wanted, open_lead, open_task
from field.monitoring.risk.judgement import judge
from field.registry.contacts import Contact
from field.registry.holders import Holder


@dataclass(frozen=True)
class HelpWanted:
    """要人联系: words that somebody should answer; `key` makes them count once.

    `danger` where they are of a life: the task is red and for the same hour. A `question` to the office tells of no
    hardship: a known household is called, and nothing more. Not `named`: it is sure of which household the contact is,
    and not which of several people wrote.
    """

    key: str
    channel: Channel
    source: Source
    note: str
    danger: bool = False
    question: bool = False
    named: bool = True


def record_help_wanted(session: Session, said: HelpWanted, whose: Holder | Contact | str, now: datetime) -> Entry:
    """Record once that somebody should be called; `whose` is a sure contact, or the region of an unknown sender."""
    key = f"help_wanted:{said.key}"
    if known := recorded(session, key):
        return known
    known_person = None if isinstance(whose, str) or not said.named else whose.person_id
    chain = region_chain(whose) if isinstance(whose, str) else whose.household_id
    actor = f"person:{known_person}" if known_person else "stranger"
    content: dict[str, Any] = {"person_id": known_person, "source": said.source.value, "note": said.note}
    content |= {name: True for name in ("danger", "question") if getattr(said, name)}
    entry = append(session, Draft(chain, EntryKind.HELP_WANTED, said.channel, actor, now, key, content), now)
    derive_help_wanted(session, entry, content)
    if not isinstance(whose, str):
        judge(session, [chain], now)
    return entry


def derive_help_wanted(session: Session, entry: Entry, said: dict[str, Any]) -> None:
    """A lead, and a call to the person; of a question the call alone, where it is known who is to be called."""
    if said.get("question") and not region_of(entry.chain_id):
        open_task(session, entry, TaskKind.ANSWER, Source(said["source"]), said["person_id"])
        return
    both = (LeadKind.DANGER, TaskKind.DANGER) if said.get("danger") else (LeadKind.HARDSHIP, TaskKind.CALL)
    open_lead(session, entry, Wanted(both[0], Source(said["source"]), both[1], (), said["person_id"]))
