"""重建: everything that is derived, derived again from the entries, and compared with what stood there."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, inspect, select
from sqlalchemy.orm import Session

from field.ledger.chain import canonical
from field.ledger.entries import Entry, opened
from field.ledger.facts import Fact
from field.monitoring.board.standings import HouseholdStanding
from field.monitoring.cases.case_turns import CaseTurn
from field.monitoring.cases.cases import MonitoringCase
from field.monitoring.cases.consents import Consent
from field.monitoring.cases.deadlines import Deadline
from field.monitoring.cases.revisit_schedule import RevisitDue
from field.monitoring.derive import derive
from field.monitoring.duties.reminders import Reminder
from field.monitoring.duties.tasks import Task
from field.monitoring.help.fund import FundApplication
from field.monitoring.help.fund_books import FundPosting
from field.monitoring.help.partners import Partner, Tie, TiePayment
from field.monitoring.help.plan import Measure, PlanMember
from field.monitoring.leads.leads import Lead
from field.monitoring.relief.bills import ToldBill
from field.monitoring.relief.long_term import LongTerm
from field.monitoring.relief.relief_standings import ReliefStanding, restate_all
from field.monitoring.risk.judgement import Judgement
from field.monitoring.risk.judging_again import judge_again, judged_by
from field.monitoring.screening.screening_lists import ScreeningList, ScreeningRow
from field.monitoring.visiting.evidence import EvidenceLink
from field.monitoring.workers.worker_standings import WorkerStanding
from field.orm import Base
from field.registry.deputies import Deputy
from field.registry.households import Household, Person
from field.registry.search_keys import SearchKey

DERIVED: tuple[type[Base], ...] = (
    HouseholdStanding, Judgement, MonitoringCase, Lead, Task, EvidenceLink, Fact, Person, Household, FundPosting,
    FundApplication, ToldBill, LongTerm, ScreeningRow, ScreeningList, Measure, PlanMember, Partner, Tie, TiePayment,
    Consent, RevisitDue, SearchKey, Reminder, Deputy, CaseTurn,
    Deadline, ReliefStanding, WorkerStanding,
)  # fmt: skip
BATCH = 500


@dataclass(frozen=True)
class Rebuilt:
    """重建结果: how many entries were read, and the tables in which something differed from before."""

    entries: int
    differing: tuple[str, ...]


def rebuild(session: Session) -> Rebuilt:
    """Empty every derived table and derive it again, chain by chain; the caller commits all or nothing."""
    judged = judged_by(session)
    before = {table.__tablename__: fingerprint(session, table) for table in DERIVED}
    for table in DERIVED:
        session.execute(delete(table))
    count = 0
    for entries in _batches(session):
        for entry, payload in zip(entries, opened(session, entries), strict=True):
            derive(session, entry, payload)
        count += len(entries)
        session.flush()
        session.expire_all()
    restate_all(session)
    judge_again(session, judged)
    after = {table.__tablename__: fingerprint(session, table) for table in DERIVED}
    return Rebuilt(count, tuple(name for name in before if before[name] != after[name]))


def fingerprint(session: Session, table: type[Base]) -> str:
    """A digest of all rows of a table, sealed values opened, in order of their keys."""
    columns = list(inspect(table).columns)
    rows = session.execute(select(*columns).order_by(*inspect(table).primary_key).execution_options(yield_per=2000))
    digest = hashlib.sha256()
    for row in rows:
        digest.update(canonical([_plain(value) for value in row]).encode())
    return digest.hexdigest()


def _batches(session: Session) -> Iterator[list[Entry]]:
    """All entries in order of chain and seq, in bounded memory."""
    chain, seq = "", 0
    while True:
        later = (Entry.chain_id > chain) | ((Entry.chain_id == chain) & (Entry.seq > seq))
        entries = list(session.scalars(select(Entry).where(later).order_by(Entry.chain_id, Entry.seq).limit(BATCH)))
        if not entries:
            return
        chain, seq = entries[-1].chain_id, entries[-1].seq
        yield entries


def _plain(value: Any) -> Any:
    return value if isinstance(value, str | int | float | bool | dict | list | None) else str(value)
