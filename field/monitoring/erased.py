"""依法删除: what is left of a household whose personal data was lawfully erased, as it happens and in every rebuild.

Entries, and what past days are counted from (standings, acts of cases, leads, the fund's books), stay without saying
who it was; everything else that was derived goes.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from field.ledger.entries import Entry
from field.ledger.facts import Fact
from field.monitoring.board.standings import note_standings
from field.monitoring.cases.cases import MonitoringCase
from field.monitoring.cases.consents import Consent
from field.monitoring.cases.revisit_schedule import RevisitDue
from field.monitoring.duties.tasks import Task
from field.monitoring.help.partners import Tie, TiePayment
from field.monitoring.help.plan import Measure, PlanMember
from field.monitoring.leads.leads import Lead
from field.monitoring.relief.bills import ToldBill
from field.monitoring.relief.long_term import LongTerm
from field.monitoring.relief.relief_standings import ReliefStanding
from field.monitoring.risk.judgement import Judgement
from field.monitoring.screening.screening_lists import ScreeningRow
from field.monitoring.visiting.evidence import EvidenceLink
from field.monitoring.workers.worker_standings import WorkerStanding
from field.registry.households import Household, Person
from field.registry.search_keys import SearchKey

HEAD = "已依法删除"
GOES: tuple[InstrumentedAttribute[Any], ...] = (
    Fact.chain_id, ToldBill.chain_id, EvidenceLink.chain_id, Task.chain_id, Task.household_id, Consent.chain_id,
    Judgement.household_id, MonitoringCase.household_id, LongTerm.household_id, Measure.household_id,
    PlanMember.household_id, RevisitDue.household_id, Tie.household_id, TiePayment.household_id,
    SearchKey.household_id, Person.household_id, ReliefStanding.household_id, WorkerStanding.household_id,
)  # fmt: skip
NOTHING: dict[str, Any] = {
    "head": HEAD, "persons": 0, "group": None, "address": None, "latitude": None, "longitude": None,
    "formerly_poor": False, "no_labour": False, "kind": None, "identified_on": None, "risk_factors": [],
    "main_risk": None, "last_visit_seq": None,
}  # fmt: skip


def derive_erased(session: Session, entry: Entry, said: dict[str, Any]) -> None:
    """依法删除 in the household's own chain, or in that of a region where leads of it stand."""
    if entry.chain_id != said["household_id"]:
        _strip(session, entry.chain_id, said["leads"])
        return
    session.flush()
    for column in GOES:
        session.execute(delete(column.class_).where(column == entry.chain_id))
    _strip(session, entry.chain_id, None)
    rows = update(ScreeningRow).where(ScreeningRow.household_id == entry.chain_id)
    session.execute(rows.values(person_id=None))
    at = entry.recorded_at  # nothing that was heard of it is open any more
    values = NOTHING | {"erased_at": at, "last_visit_at": at, "risks_asked_at": at}
    session.execute(update(Household).where(Household.id == entry.chain_id).values(values))
    session.expire_all()
    note_standings(session, [entry])


def elsewhere(session: Session, household_id: str) -> dict[str, list[int]]:
    """线索 of the household that stand in the chains of regions, by chain."""
    rows = select(Lead.chain_id, Lead.seq).where(Lead.household_id == household_id, Lead.chain_id != household_id)
    found: dict[str, list[int]] = {}
    for chain_id, seq in session.execute(rows.order_by(Lead.chain_id, Lead.seq)):
        found.setdefault(chain_id, []).append(seq)
    return found


def pictured(session: Session, household_id: str) -> tuple[set[str], set[str]]:
    """照片 that go with the household, and those that stay because another household's entry names them."""
    ours = or_(EvidenceLink.chain_id == household_id, *_places(elsewhere(session, household_id)))
    mine = set(session.scalars(select(EvidenceLink.sha256).where(ours)))
    others = set(session.scalars(select(EvidenceLink.sha256).where(EvidenceLink.sha256.in_(mine), ~ours)))
    return mine - others, others


def _places(several: dict[str, list[int]]) -> Sequence[Any]:
    return [(EvidenceLink.chain_id == chain) & EvidenceLink.seq.in_(seqs) for chain, seqs in several.items()]


def _strip(session: Session, chain_id: str, seqs: Sequence[int] | None) -> None:
    """A lead is still counted in the month in which it came; whose it was and why is not kept."""
    which = Lead.chain_id == chain_id if seqs is None else (Lead.chain_id == chain_id) & Lead.seq.in_(seqs)
    session.execute(update(Lead).where(which).values(person_id=None, risk_factors=[], why=None))
    if seqs is not None:
        for table in (Task, EvidenceLink):
            session.execute(delete(table).where(table.chain_id == chain_id, table.seq.in_(seqs)))
