"""撤销认定: a decision on a doubtful row is taken back by an entry of its own, and the row waits for people again.

What the decision alone had brought goes: the bill, the fact of the person's health, the trace or the lead. A lead that
others have told of as well stays for them, without the row's words.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import delete, select, tuple_, update
from sqlalchemy.orm import Session

from field.codes import Channel, EntryKind
from field.ledger.entries import Draft, Entry, append, lock_heads, opened, recorded, region_chain, region_of
from field.ledger.facts import Fact
from field.monitoring.cases.case_rules import ENDED
from field.monitoring.cases.cases import MonitoringCase
from field.monitoring.checks.health_course import health_of
from field.monitoring.duties.tasks import Task
from field.monitoring.leads.leads import Lead
from field.monitoring.relief.bills import ToldBill
from field.monitoring.relief.relief_standings import restate
from field.monitoring.risk.judgement import judge
from field.monitoring.screening.screening_decisions import decided_key, row_of, what_rows_say
from field.monitoring.screening.screening_lists import ScreeningList, ScreeningRow, undone_key
from field.monitoring.visiting.visit_rules import moment
from field.registry.households import Person
from field.registry.regions import in_region
from field.registry.rights import Actor
from field.registry.screening import HEALTH, ScreeningAnswer

SHOWN = 40
WITHDRAWN = "部门名单的认定已经撤销；这条线索还有别的来源，照常核实"


class NotDecided(Exception):
    """没有这次认定: nobody decided on the row, or it was taken back before."""


class CaseOpened(Exception):
    """已经立案: a case stands on the lead; its id is the argument."""


class Decision(NamedTuple):
    """认定过的一行: what it says, whom it was taken for (nobody is None), and by which entry of whose hands."""

    listed: ScreeningList
    row: ScreeningRow
    said: dict[str, Any]
    round: int
    person: Person | None
    entry: Entry
    note: str


def undo(session: Session, list_id: str, row: int, nth: int, note: str, by: Actor, now: datetime) -> Entry:
    """Take the nth decision on a row back; NotAllowed, NotDecided, or CaseOpened while a case stands on its lead."""
    one = row_of(session, list_id, row, by)
    was = _decision(session, one, nth)
    content = {"list_id": list_id, "row": row, "round": nth, "seq": was.seq, "note": note}
    home = one.household_id
    if home:
        lock_heads(session, [home])
        _refuse_a_case(session, was)
        content["back"] = _before(session, one)
    draft = Draft(one.chain_id, EntryKind.SCREENING_UNDONE, Channel.WEB, by.username, now, undone_key(content), content)
    entry = append(session, draft, now)
    derive_undone(session, entry, content)
    if home:
        judge(session, [home], now)
    return entry


def derive_undone(session: Session, entry: Entry, said: dict[str, Any]) -> None:
    """撤销认定, as it arrives and in every rebuild."""
    row = update(ScreeningRow).where(ScreeningRow.list_id == said["list_id"], ScreeningRow.row == said["row"])
    mine = row.where(ScreeningRow.chain_id == entry.chain_id).values(answer=ScreeningAnswer.WAITING.value)
    if region_of(entry.chain_id):
        session.execute(mine)
        return
    back = said["back"] | {"household_id": None, "person_id": None}
    session.execute(mine.where(ScreeningRow.seq == said["seq"]).values(**back))
    [was] = opened(session, [session.get_one(Entry, (entry.chain_id, said["seq"]))])
    _take_back(session, entry, said["seq"], was)


def _take_back(session: Session, entry: Entry, seq: int, was: dict[str, Any]) -> None:
    """What an entry of the household alone had brought."""
    chain = entry.chain_id
    session.execute(delete(Fact).where(Fact.chain_id == chain, Fact.seq == seq))
    session.execute(delete(ToldBill).where(ToldBill.chain_id == chain, ToldBill.known_as == f"{seq}:0"))
    restate(session, [chain])
    if was["reason"] in HEALTH:
        value = health_of(session, chain, was["person_id"], entry.seq)
        session.execute(update(Person).where(Person.id == was["person_id"]).values(health=value))
    if was["answer"] == ScreeningAnswer.NEW_LEAD:
        _withdraw(session, chain, seq)
    if was["answer"] == ScreeningAnswer.SAME:
        _trace_away(session, chain, seq, was)


def _withdraw(session: Session, chain: str, seq: int) -> None:
    """A lead that nobody else told of and no case stands on goes; another stays without the row's words."""
    lead = session.get(Lead, (chain, seq), populate_existing=True)
    if lead is None:
        return
    if not lead.raised and not _case(session, chain, seq):
        _let_go(session, chain, seq)
        return
    told = Entry.chain_id == chain, Entry.seq.in_(lead.raised or ()), Entry.kind == EntryKind.SCREENING.value
    factors = lead.risk_factors if session.scalar(select(Entry.seq).where(*told).limit(1)) else []
    lead.why, lead.person_id, lead.risk_factors = WITHDRAWN, None, factors
    session.execute(update(Task).where(Task.chain_id == chain, Task.seq == seq).values(person_id=None))
    session.flush()


def _trace_away(session: Session, chain: str, seq: int, was: dict[str, Any]) -> None:
    """The lead is told of once less, and due as it was if the row had hurried it."""
    lead = session.get(Lead, (chain, was["raises"]), populate_existing=True)
    if lead is None:
        return
    lead.raised = [one for one in lead.raised or [] if one != seq] or None
    session.flush()
    if before := was["decided"].get("due_before"):
        task = Task.chain_id == chain, Task.seq == lead.seq, Task.due_at == moment(was["due_at"])
        session.execute(update(Task).where(*task).values(due_at=moment(before)))
    if lead.why == WITHDRAWN:
        _withdraw(session, chain, lead.seq)


def _let_go(session: Session, chain: str, seq: int) -> None:
    for table in (Lead, Task):
        session.execute(delete(table).where(table.chain_id == chain, table.seq == seq))


def _case(session: Session, chain: str, seq: int) -> MonitoringCase | None:
    rows = select(MonitoringCase).where(MonitoringCase.lead_chain == chain, MonitoringCase.lead_seq == seq)
    return session.scalar(rows.limit(1))


def _refuse_a_case(session: Session, was: Entry) -> None:
    case = _case(session, was.chain_id, was.seq)
    if case and case.state not in ENDED:
        raise CaseOpened(case.id)


def _decision(session: Session, one: ScreeningRow, nth: int) -> Entry:
    """The entry by which people decided for the nth time."""
    if one.household_id:
        entry = session.get_one(Entry, (one.chain_id, one.seq))
        [said] = opened(session, [entry])
        if "decided" in said and said["decided"].get("round", 0) == nth:
            return entry
    elif one.answer == ScreeningAnswer.NOT_LISTED:
        named = {"list_id": one.list_id, "row": one.row, "round": nth}
        nobody = recorded(session, decided_key(named))
        if nobody and not recorded(session, undone_key(named)):
            return nobody
    raise NotDecided


def _before(session: Session, one: ScreeningRow) -> dict[str, Any]:
    """Where the row stood while it waited: in the region's chain, seen from the region of all who are near."""
    chain = region_chain(session.get_one(ScreeningList, one.list_id).region)
    here = Entry.chain_id == chain, Entry.kind == EntryKind.SCREENING_ROWS.value
    several = session.scalars(
        select(Entry).where(*here, Entry.idempotency_key.startswith(f"screening_rows:{one.list_id}:"))
    ).all()
    entry = max((e for e in several if _first(e) <= one.row), key=_first)
    [said] = opened(session, [entry])
    [place] = [told["place"] for told in said["rows"] if told["row"] == one.row]
    return {"chain_id": chain, "seq": entry.seq, "region": place}


def _first(entry: Entry) -> int:
    return int(entry.idempotency_key.rpartition(":")[2])


def decisions(session: Session, by: Actor) -> list[Decision]:
    """最近认定的 rows of the actor's region that still stand so, the newest first."""
    found = [*_taken_for(session, by), *_taken_for_nobody(session, by)]
    return sorted(found, key=lambda one: (one.entry.recorded_at, one.entry.seq), reverse=True)[:SHOWN]


def _taken_for(session: Session, by: Actor) -> list[Decision]:
    rows = (
        select(ScreeningRow, ScreeningList, Entry, Person)
        .join(ScreeningList, ScreeningList.id == ScreeningRow.list_id)
        .join(Entry, (Entry.chain_id == ScreeningRow.chain_id) & (Entry.seq == ScreeningRow.seq))
        .join(Person, Person.id == ScreeningRow.person_id)
        .where(in_region(ScreeningRow.region, by.region), Entry.actor != ScreeningList.sender)
    )
    several = session.execute(rows.order_by(Entry.recorded_at.desc()).limit(SHOWN)).all()
    said = what_rows_say(session, [row for row, *_ in several])
    told = [(said[row.list_id, row.row], row, listed, entry, person) for row, listed, entry, person in several]
    return [
        Decision(listed, row, what, what["decided"].get("round", 0), person, entry, what["decided"]["note"] or "")
        for what, row, listed, entry, person in told if "decided" in what
    ]  # fmt: skip


def _taken_for_nobody(session: Session, by: Actor) -> list[Decision]:
    newest = select(Entry).where(Entry.kind == EntryKind.SCREENING_DECIDED.value).order_by(Entry.recorded_at.desc())
    entries = session.scalars(newest.limit(SHOWN)).all()
    told: dict[tuple[str, int], tuple[Entry, dict[str, Any]]] = {}
    for entry, what in zip(entries, opened(session, entries), strict=True):
        told.setdefault((what["list_id"], what["row"]), (entry, what))
    rows = _still_nobodys(session, by, list(told))
    said = what_rows_say(session, rows)
    lists = {row.list_id: session.get_one(ScreeningList, row.list_id) for row in rows}
    found = []
    for row in rows:
        entry, what = told[row.list_id, row.row]
        words = said[row.list_id, row.row]
        found.append(Decision(lists[row.list_id], row, words, what.get("round", 0), None, entry, what["note"] or ""))
    return found


def _still_nobodys(session: Session, by: Actor, places: Sequence[tuple[str, int]]) -> Sequence[ScreeningRow]:
    here = ScreeningRow.answer == ScreeningAnswer.NOT_LISTED.value, in_region(ScreeningRow.region, by.region)
    named = tuple_(ScreeningRow.list_id, ScreeningRow.row).in_(places)
    return session.scalars(select(ScreeningRow).where(*here, named)).all()
