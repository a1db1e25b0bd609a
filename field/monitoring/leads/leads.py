"""线索与待办: what came in that somebody should look into, and what is to be done about it by when."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from typing import cast as as_type

from sqlalchemy import (
    JSON,
    ColumnElement,
    Index,
    String,
    Table,
    and_,
    bindparam,
    case,
    column,
    delete,
    exists,
    false,
    func,
    or_,
    select,
    update,
)
from sqlalchemy import table as table_named
from sqlalchemy.orm import Mapped, Session, mapped_column

from field.codes import EntryKind, LeadKind, Source, TaskKind
from field.ledger.entries import Entry, region_of
from field.monitoring.cases.case_rules import LADDER
from field.monitoring.cases.case_turns import left_since
from field.monitoring.duties.tasks import Task, stand_again
from field.monitoring.policy.risk_shapes import OF_LIFE
from field.orm import Base, Code, Id, RegionCode, Utc
from field.prepared import Prepared
from field.registry.households import Household

# 入户核实 2 or 3 days by counties' public notices (domain, section 4); the others are our own first figures.
DAYS = {TaskKind.CHECK: 3, TaskKind.CALL: 7, TaskKind.ANSWER: 7, TaskKind.FIND: 1, TaskKind.BINDING: 7}
AT_ONCE = timedelta(hours=1)  # our own figure: who speaks of dying is not left alone until tomorrow
SAME = timedelta(days=1)
FOUND = timedelta(days=2)  # the night after a visit warns of what the visit found
_cases = table_named(  # its own module stands on this one
    "monitoring_case", column("household_id"), column("state"), column("lead_chain"), column("lead_seq")
)


class Lead(Base):
    """线索: one entry that somebody should look into; derived, and open until a visit, or its household is gone.

    `raised` are later entries of its chain that tell of the same; `grade` is the highest that our own analysis gave it.
    """

    __tablename__ = "lead"

    chain_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[Code]
    source: Mapped[Code]
    channel: Mapped[Code]
    region: Mapped[RegionCode]
    household_id: Mapped[Id | None]
    person_id: Mapped[Id | None]
    risk_factors: Mapped[list[str]] = mapped_column(JSON)
    why: Mapped[str | None] = mapped_column(String(200))
    grade: Mapped[Code | None]
    raised: Mapped[list[int] | None] = mapped_column(JSON(none_as_null=True))
    opened_at: Mapped[Utc]
    hash: Mapped[str] = mapped_column(String(64))

    __table_args__ = (Index(None, "region", "opened_at"), Index(None, "household_id"))


_its_lead = _cases.c.lead_chain == Lead.chain_id, _cases.c.lead_seq == Lead.seq
_on_it = or_(*(_cases.c.state == one.value for one in LADDER))
_going = Prepared(select(_cases.c.household_id).where(_cases.c.household_id == bindparam("home"), _on_it))
_region = Prepared(select(Household.id, Household.region).where(Household.id == bindparam("home")))
_told = Prepared(
    select(Lead.seq, Lead.risk_factors)
    .where(
        Lead.chain_id == bindparam("home"), Lead.source == Source.DECLARATION.value,
        Lead.kind == LeadKind.HARDSHIP.value,
        exists().where(Task.chain_id == Lead.chain_id, Task.seq == Lead.seq, Task.done.is_(False)),
        ~exists().where(*_its_lead),
    )
    .order_by(Lead.seq)
)  # fmt: skip
_this = Lead.chain_id == bindparam("chain"), Lead.seq == bindparam("at")
_raised = Prepared(select(Lead.raised).where(*_this))
_raise = Prepared(update(as_type(Table, Lead.__table__)).where(*_this).values(raised=bindparam("to_raised")))
_new_leads, _new_tasks = (Prepared(as_type(Table, model.__table__).insert()) for model in (Lead, Task))


@dataclass(frozen=True)
class Wanted:
    """What an entry asks somebody to look into, what (if anything) is to be done about it, and which rule says so."""

    kind: LeadKind
    source: Source
    task: TaskKind | None
    risk_factors: Sequence[str] = ()
    person_id: str | None = None
    why: str | None = None
    grade: str | None = None
    due_at: datetime | None = None
    heard_at: datetime | None = None  # where the entry's own time cannot be so


def open_lead(session: Session, entry: Entry, wanted: Wanted) -> None:
    """立线索: a lead and its task, as they follow from an entry of a household's or a region's chain.

    What a person of the household said within a day before, by the same way in, is the same lead with one more trace.
    """
    if lead := _same_was_said(session, entry, wanted):
        tell_again(session, entry, lead.seq)
    else:
        open_leads(session, [(entry, wanted)])


def open_leads(session: Session, several: Sequence[tuple[Entry, Wanted]]) -> None:
    """The same for many entries with few statements.

    Whom a case is on its way to identify is not checked twice: the lead is a trace of the case, whose step is on the
    lists already.
    """
    regions = _regions(session, [entry for entry, _ in several])
    going = on_the_ladder(session, [entry.chain_id for entry, wanted in several if wanted.task is TaskKind.CHECK])
    opened = [_opened(entry, replace(one, task=None) if one.task is TaskKind.CHECK and entry.chain_id in going else one,
                      regions) for entry, one in several]  # fmt: skip
    _new_leads.run(session, *(lead for lead, _ in opened))
    _add_tasks(session, [task for _, task in opened if task])


def told_before(session: Session, household_id: str, risks: Collection[str]) -> int | None:
    """同一件难处: the household's first declaration of it that somebody has still to check, if any.

    Beside a case on its way to identify the household, all that it says is a trace of the case; what is told after a
    case was refused is news.
    """
    if not risks or on_the_ladder(session, [household_id]):
        return None
    told = _told.rows(session, {"home": household_id})
    return next((seq for seq, factors in told if set(risks) <= set(factors)), None)


def tell_again(session: Session, entry: Entry, seq: int) -> None:
    """又说一次: an entry that tells of the same as an earlier lead of its chain is one more trace of it."""
    this = {"chain": entry.chain_id, "at": seq}
    [(raised,)] = _raised.rows(session, this)
    _raise.run(session, this | {"to_raised": [*(raised or []), entry.seq]})


def on_the_ladder(session: Session, household_ids: Sequence[str]) -> set[str]:
    """Households with a case on its way to identify them."""
    if len(household_ids) == 1:
        return {household_id for (household_id,) in _going.rows(session, {"home": household_ids[0]})}
    going = _cases.c.household_id.in_(household_ids), _on_it
    return set(session.scalars(select(_cases.c.household_id).where(*going))) if household_ids else set()


def open_task(session: Session, entry: Entry, kind: TaskKind, source: Source, person_id: str | None) -> None:
    """立待办: what is to be done about an entry, though nothing was heard that asks to be looked into."""
    both = _both(entry, source, person_id, _regions(session, [entry]))
    due = entry.occurred_at + timedelta(days=DAYS[kind])
    _add_tasks(session, [both | {"kind": kind.value, "due_at": due}])


def look_again(session: Session, entry: Entry, since: datetime) -> None:
    """剩下的线索: what came beside a case that ends by this entry is to be looked into, if nobody was there since."""
    there = exists().where(Task.chain_id == Lead.chain_id, Task.seq == Lead.seq)
    own = Lead.chain_id, Lead.seq, Lead.source, Lead.region, Lead.household_id, Lead.person_id, Lead.opened_at
    rows = session.execute(select(*own).where(after(entry.chain_id, since), ~there))
    more = {"kind": TaskKind.CHECK.value, "due_at": entry.occurred_at + timedelta(days=DAYS[TaskKind.CHECK])}
    _add_tasks(session, [dict(row._mapping) | more for row in rows])


def _add_tasks(session: Session, tasks: Sequence[dict[str, Any]]) -> None:
    _new_tasks.run(session, *({"rank": 0, **task, "done": False} for task in tasks))
    stand_again(session, sorted({task["household_id"] for task in tasks if task["household_id"]}))


def _regions(session: Session, entries: Sequence[Entry]) -> Mapping[str, str]:
    ids = [entry.chain_id for entry in entries]
    if len(ids) == 1:
        return dict(_region.rows(session, {"home": ids[0]}))
    return dict(session.execute(select(Household.id, Household.region).where(Household.id.in_(ids))).all())


def _opened(entry: Entry, wanted: Wanted, regions: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, Any] | None]:
    both = _both(entry, wanted.source, wanted.person_id, regions, wanted.heard_at)
    task = wanted.task if both["household_id"] else TaskKind.FIND
    lead = {
        "kind": wanted.kind.value, "channel": entry.channel, "risk_factors": list(wanted.risk_factors),
        "why": wanted.why, "grade": wanted.grade, "raised": None, "hash": entry.hash,
    }  # fmt: skip
    if task is None:
        return both | lead, None
    waits, rank = urgency_of(wanted.kind, task)
    return both | lead, both | {"kind": task.value, "due_at": wanted.due_at or both["opened_at"] + waits, "rank": rank}


def urgency_of(kind: LeadKind, task: TaskKind) -> tuple[timedelta, int]:
    """How long a task of a lead may wait, and its rank before its household is known."""
    return (AT_ONCE, OF_LIFE) if kind is LeadKind.DANGER else (timedelta(days=DAYS[task]), 0)


def _both(
    entry: Entry, source: Source, person_id: str | None, regions: Mapping[str, str], heard_at: datetime | None = None
) -> dict[str, Any]:
    """What a lead and a task have in common."""
    region = region_of(entry.chain_id)
    return {
        "chain_id": entry.chain_id, "seq": entry.seq, "source": source.value,
        "region": region or regions[entry.chain_id],
        "household_id": None if region else entry.chain_id, "person_id": person_id,
        "opened_at": heard_at or entry.occurred_at,
    }  # fmt: skip


def _same_was_said(session: Session, entry: Entry, wanted: Wanted) -> Lead | None:
    if wanted.person_id is None or region_of(entry.chain_id) or wanted.source is not Source.CHECKIN:
        return None
    before = select(Lead).where(
        Lead.chain_id == entry.chain_id, Lead.kind == wanted.kind.value, Lead.source == wanted.source.value,
        Lead.person_id == wanted.person_id, Lead.opened_at > entry.occurred_at - SAME,
    )  # fmt: skip
    return session.scalars(before.order_by(Lead.seq).limit(1)).first()


def after(household_id: Any, moment: Any) -> ColumnElement[bool]:
    """来得更晚: leads of a household that came after a moment, but those that a case of its stands on."""
    stood_on = _cases.c.household_id == Lead.household_id, *_its_lead
    return and_(Lead.household_id == household_id, Lead.opened_at > moment, ~exists().where(*stood_on))


def first_heard(session: Session, lead: Lead) -> datetime:
    """第一个信号: when the household was first heard of among all that waited for somebody to come when this lead did.

    What the night after a visit warns of is what that visit found: heard then, or by the lead that it went to.
    """
    mine = Entry.chain_id == lead.household_id, Entry.recorded_at <= lead.opened_at
    doors = select(Entry.occurred_at, Entry.recorded_at).where(*mine, Entry.kind == EntryKind.VISIT.value)
    visits = session.execute(doors.order_by(Entry.recorded_at.desc()).limit(2)).all()
    found = visits[:1] if lead.source == Source.ANALYSIS and visits[:1] else []
    found = [one for one in found if lead.opened_at - one.recorded_at <= FOUND]
    kinds = EntryKind.CASE_OPENED.value, EntryKind.CASE_STEP.value
    ended = session.scalar(select(func.max(Entry.occurred_at)).where(*mine, Entry.kind.in_(kinds)))
    settled = [one.occurred_at for one in visits[len(found) :][:1]] + ([ended] if ended else [])
    waiting = select(func.min(Lead.opened_at)).where(
        Lead.household_id == lead.household_id, Lead.opened_at <= lead.opened_at,
        *(Lead.opened_at > one for one in settled),
    )  # fmt: skip
    heard = [one.occurred_at for one in found if not ended or one.occurred_at > ended]
    first: datetime = min([*heard, session.scalar(waiting) or lead.opened_at, lead.opened_at])
    return first


def answered_by_case(session: Session, lead: Mapping[str, Any], seen: datetime | None, heard: datetime) -> None:
    """立案即答复: who was there since the first signal need not go again because of a warning of what was seen."""
    if seen and seen >= heard:
        mine = Task.chain_id == lead["chain_id"], Task.seq == lead["seq"], Task.source == Source.ANALYSIS.value
        session.execute(delete(Task).where(*mine))


def looked_into() -> ColumnElement[bool]:
    """了结了: somebody was there since, or the household's case ended with its leaving; never null."""
    return or_(visited(), left_since(Lead.household_id, Lead.opened_at, Lead.kind == LeadKind.DANGER.value))


def visited() -> ColumnElement[bool]:
    """查过了: somebody was at the door since, and of a declaration asked what the risks are; never null."""
    asked = case((Lead.source == Source.DECLARATION.value, Household.risks_asked_at), else_=Household.last_visit_at)
    return func.coalesce(asked > Lead.opened_at, false())
