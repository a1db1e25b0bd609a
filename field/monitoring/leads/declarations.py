"""农户自主申报: the one core call by which a household's own words enter the ledger, and the lead that follows."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from field.codes import Channel, EntryKind, EvidenceKind, LeadKind, Source, TaskKind
from field.ledger.entries import Draft, Entry, append, lock_head, recorded, region_chain
from field.monitoring.leads.leads import Wanted, open_lead, tell_again, told_before
from field.monitoring.risk.judgement import judge
from field.monitoring.visiting.evidence import EvidenceLink


@dataclass(frozen=True)
class Declared:
    """申报内容: confirmed by the sender; `key` is the dialog's, `note` the sender's words, masked.

    `amount` in 分, the least that was said, with `amount_max` where the most is another.

    `household_id` only where exactly one verified binding says so; else `region`, and `claim` says who it says it is.
    """

    key: str
    channel: Channel
    risk_factors: Sequence[str]
    note: str
    notice: str
    region: str
    household_id: str | None = None
    person_id: str | None = None
    since: str | None = None
    amount: int | None = None
    amount_max: int | None = None
    claim: dict[str, Any] | None = None
    helper: dict[str, Any] | None = None
    place: dict[str, Any] | None = None
    evidence: Sequence[str] = field(default_factory=tuple)


def record_declaration(session: Session, said: Declared, now: datetime) -> Entry:
    """Record a confirmed declaration once; the same again gives the same entry.

    What a household says again before anybody came is one more trace of its first lead; a stranger's words stand alone.
    """
    key = f"declaration:{said.key}"
    if known := recorded(session, key):
        return known
    names = ("risk_factors", "note", "notice", "person_id", "since", "amount", "amount_max", "claim",
             "helper", "place")  # fmt: skip
    content = {name: getattr(said, name) for name in names if getattr(said, name) is not None}
    content["risk_factors"] = list(said.risk_factors)
    content["evidence"] = [{"sha256": digest, "kind": EvidenceKind.OTHER.value} for digest in said.evidence]
    chain = said.household_id or region_chain(said.region)
    if said.household_id:
        lock_head(session, chain)
        if seq := told_before(session, chain, said.risk_factors):
            content["raises"] = seq
    who = said.person_id or (said.helper or {}).get("person_id")
    actor = f"person:{who}" if who else "stranger"
    draft = Draft(chain, EntryKind.DECLARATION, said.channel, actor, now, key, content, list(said.evidence))
    entry = append(session, draft, now)
    derive_declaration(session, entry, content)
    judge(session, [chain], now)
    return entry


def derive_declaration(session: Session, entry: Entry, said: dict[str, Any]) -> None:
    """What follows from a declaration: its photographs, and a lead with a task for the village or one more trace."""
    links = [item | {"chain_id": entry.chain_id, "seq": entry.seq, "person_id": None} for item in said["evidence"]]
    if links:
        session.execute(insert(EvidenceLink), links)
    if "raises" in said:
        tell_again(session, entry, said["raises"])
        return
    risks = said["risk_factors"]
    wanted = Wanted(LeadKind.HARDSHIP, Source.DECLARATION, TaskKind.CHECK, risks, said.get("person_id"))
    open_lead(session, entry, wanted)
