"""手续上的纸件: what the papers of a case need that no page shows together; region by region, few statements."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, select, tuple_
from sqlalchemy.orm import Session

from field.case_codes import CaseAction, CaseState
from field.codes import EntryKind, EvidenceKind, Source
from field.ledger.entries import Entry, opened
from field.monitoring.cases.case_list import steps_of
from field.monitoring.cases.case_rules import NOTICES
from field.monitoring.cases.cases import MonitoringCase
from field.monitoring.leads.leads import Lead
from field.registry.households import Household
from field.registry.regions import in_region

MOST = 300
SIGNED = (EntryKind.CONSENT.value, EntryKind.CASE_STEP.value)
Both = tuple[MonitoringCase, Household]
Steps = list[tuple[Entry, dict[str, Any]]]


@dataclass(frozen=True)
class Signed:
    """一个人的承诺授权: in what way, when, by which entry; the digest of what was drawn on a phone."""

    how: str
    at: datetime
    seq: int
    text: str | None
    written_by: str | None
    signature: str | None


def declaration(session: Session, household_id: str) -> tuple[Entry, dict[str, Any]] | None:
    """The newest declaration of a household, with what it says."""
    mine = Lead.household_id == household_id, Lead.source == Source.DECLARATION.value
    both = select(Entry).join(Lead, (Lead.chain_id == Entry.chain_id) & (Lead.seq == Entry.seq)).where(*mine)
    entry = session.scalar(both.order_by(Lead.opened_at.desc(), Lead.seq.desc()).limit(1))
    return (entry, opened(session, [entry])[0]) if entry else None


def signed(session: Session, household_id: str, since: datetime | None) -> dict[str, Signed]:
    """Who has signed from a moment on, on a phone or on a paper that a step of the case names; the last one counts."""
    rows = select(Entry).where(Entry.chain_id == household_id, Entry.kind.in_(SIGNED)).order_by(Entry.seq)
    entries = list(session.scalars(rows.where(Entry.recorded_at >= since) if since else rows))
    found: dict[str, Signed] = {}
    for entry, payload in zip(entries, opened(session, entries), strict=True):
        said = payload if entry.kind == EntryKind.CONSENT else payload.get("content") or {}
        for one in said.get("consents", ()):
            found[one["person_id"]] = _signed(entry, said, one)
    return found


def waiting(session: Session, region: str) -> list[Both]:
    """等待县级审定的 of a region, by village."""
    return _cases(session, region, MonitoringCase.state == CaseState.COUNTY_APPROVAL.value)


def approved(session: Session, region: str, begins: date, until: date) -> list[Both]:
    """县里审定纳入的 from a day until before another; who was listed before there were cases is not among them."""
    within = MonitoringCase.identified_on >= begins, MonitoringCase.identified_on < until
    found = _cases(session, region, *within)
    told = steps_of(session, [case for case, _household in found])
    return [(case, home) for case, home in found if CaseState.COUNTY_APPROVAL.value in passed(told[case.id])]


def posted(session: Session, region: str, day: date) -> list[Both]:
    """正在公示的 of a region on a day, by village."""
    states = MonitoringCase.state.in_([one.value for one in NOTICES])
    return _cases(session, region, states, MonitoringCase.begins <= day, MonitoringCase.ends >= day)


def first_risks(session: Session, cases: Sequence[MonitoringCase]) -> dict[str, list[str]]:
    """线索里的风险点 of each case that began with a lead; what it was opened for, before the county has said."""
    leads = {(case.lead_chain, case.lead_seq): case.id for case in cases if case.lead_chain}
    rows = select(Lead.chain_id, Lead.seq, Lead.risk_factors).where(tuple_(Lead.chain_id, Lead.seq).in_(list(leads)))
    return {leads[chain, seq]: risks for chain, seq, risks in (session.execute(rows) if leads else ())}


def passed(steps: Steps) -> dict[str, tuple[Entry, dict[str, Any]]]:
    """办完的每一步: by the state that was done, its entry and what was written down; the last time counts."""
    return {said["from"]: (entry, said.get("content") or {}) for entry, said in steps
            if said["action"] == CaseAction.ADVANCE}  # fmt: skip


def notice_of(case: MonitoringCase, steps: Steps) -> tuple[date | None, date | None, bool]:
    """公示期 as it runs or as it last ran, and whether the household is to leave; no days before it was posted."""
    if case.begins:
        return case.begins, case.ends, case.state == CaseState.ELIMINATION_NOTICE
    for _entry, said in reversed(steps):
        if said["action"] == CaseAction.POST_NOTICE and CaseState(case.state) not in NOTICES:
            begins, ends = (date.fromisoformat(said["content"][name]) for name in ("from", "to"))
            return begins, ends, said["from"] == CaseState.ELIMINATION_NOTICE
    return None, None, case.state == CaseState.ELIMINATION_NOTICE


def _cases(session: Session, region: str, *wanted: ColumnElement[bool]) -> list[Both]:
    rows = select(MonitoringCase, Household).join(Household, Household.id == MonitoringCase.household_id)
    rows = rows.where(in_region(Household.region, region), *wanted).order_by(Household.region, Household.number)
    return [(case, household) for case, household in session.execute(rows.limit(MOST))]


def _signed(entry: Entry, said: Mapping[str, Any], one: Mapping[str, Any]) -> Signed:
    photos: Sequence[Mapping[str, Any]] = said.get("evidence", ())
    drawn = [photo["sha256"] for photo in photos if photo["kind"] == EvidenceKind.SIGNATURE
             and photo.get("person_id") == one["person_id"]]  # fmt: skip
    writer = (one.get("written_by") or {}).get("name")
    return Signed(one["how"], entry.occurred_at, entry.seq, said.get("text"), writer,
                  one.get("signature") or next(iter(drawn), None))  # fmt: skip
