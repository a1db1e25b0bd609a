"""待办的现状: a task of an entry, whether it was done meanwhile and how urgent its household is; derived."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from typing import cast as as_type

from sqlalchemy import (
    ColumnElement,
    Index,
    String,
    Table,
    Update,
    bindparam,
    case,
    column,
    exists,
    false,
    func,
    or_,
    select,
)
from sqlalchemy import table as table_named
from sqlalchemy.orm import Mapped, Session, mapped_column

from field.codes import Channel, EntryKind, Source, TaskKind
from field.ledger.entries import Entry
from field.monitoring.cases.case_turns import left_since
from field.monitoring.policy.risk_shapes import OF_LIFE, RANKS
from field.orm import Base, Code, Id, RegionCode, Utc
from field.prepared import Prepared
from field.registry.households import Household, Person


class Task(Base):
    """待办: what is to be done about an entry; derived, and open until it was done.

    `done` and `rank` follow from the household's visits, its leaving, the person last heard and its grade; they are
    kept here, and found anew with every judgement, so that a county's list is read from one index.
    """

    __tablename__ = "task"

    chain_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[Code]
    source: Mapped[Code]
    region: Mapped[RegionCode]
    household_id: Mapped[Id | None]
    person_id: Mapped[Id | None]
    opened_at: Mapped[Utc]
    due_at: Mapped[Utc]
    done: Mapped[bool] = mapped_column(default=False)
    rank: Mapped[int] = mapped_column(default=0)

    __table_args__ = (Index(None, "region", "due_at"), Index(None, "household_id"))


_open = Task.done.is_(False)
Index(
    "ix_task_open", Task.region, Task.rank, Task.due_at, Task.opened_at, Task.kind,
    sqlite_where=_open, postgresql_where=_open,
)  # fmt: skip
_task, _homes, _people = (as_type(Table, model.__table__).c for model in (Task, Household, Person))
_judged = table_named("judgement", column("household_id"), column("grade"))  # its own module stands on this one


def _later(moment: ColumnElement[datetime], *where: ColumnElement[bool]) -> ColumnElement[bool]:
    return func.coalesce(select(moment).where(*where).scalar_subquery() > _task.opened_at, false())


def _standing() -> Update:
    asked = case((_task.source == Source.DECLARATION.value, _homes.risks_asked_at), else_=_homes.last_visit_at)
    visited = _later(_homes.last_visit_at, _homes.id == _task.household_id)
    looked_into = _later(asked, _homes.id == _task.household_id)
    heard = _later(_people.last_heard_at, _people.id == _task.person_id)
    called = (  # by a cadre: who asked is not answered by what he himself writes later
        exists()
        .where(Entry.chain_id == _task.household_id, Entry.kind == EntryKind.CHECKIN.value)
        .where(Entry.channel == Channel.CALL.value, Entry.occurred_at > _task.opened_at)
    )
    left = left_since(_task.household_id, _task.opened_at, _task.kind == TaskKind.DANGER.value)
    done = case(
        (_task.kind == TaskKind.CALL.value, or_(heard, visited, left)),
        (_task.kind == TaskKind.ANSWER.value, or_(called, visited, left)),
        (_task.kind == TaskKind.BINDING.value, false()),  # gone once it is decided, and by nothing else
        else_=or_(looked_into, left),
    )
    ranks = case({grade.value: rank for grade, rank in RANKS.items()}, value=_judged.c.grade, else_=0)
    judged = func.coalesce(select(ranks).where(_judged.c.household_id == _task.household_id).scalar_subquery(), 0)
    rank = case(
        (_task.kind == TaskKind.DANGER.value, OF_LIFE),
        (_task.household_id.is_(None), _task.rank),
        else_=judged,
    )  # of whom nobody knows yet, it stays as it was opened
    return as_type(Table, Task.__table__).update().values(done=done, rank=rank)


_one = Prepared(_standing().where(_task.household_id == bindparam("only")))


def stand_again(session: Session, household_ids: Sequence[str]) -> None:
    """Find anew how the tasks of households stand, within the transaction that changed them."""
    if len(household_ids) == 1:
        _one.run(session, {"only": household_ids[0]})
    elif household_ids:
        stand_again_where(session, _task.household_id.in_(household_ids))


def stand_again_where(session: Session, which: ColumnElement[bool] | None = None) -> None:
    """The same for many at once, or for all."""
    update = _standing()
    session.flush()
    session.connection().execute(update if which is None else update.where(which))


def between(low: str, high: str) -> ColumnElement[bool]:
    """The tasks of households from id to id."""
    found: Any = _task.household_id.between(low, high)
    return as_type(ColumnElement[bool], found)
