"""期限: until when each step of a case and each measure was to be done, as each entry set it; derived."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Index, Select, String, and_, literal, select
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from field.ledger.entries import Entry
from field.monitoring.board.until import Moments
from field.monitoring.cases.revisit_schedule import RevisitDue
from field.orm import Base, Code, Id, Utc, insert_many

MEASURE = "measure"
LATE, LATE_CASE, LATE_REVISIT = "late_", "late_case", "late_revisit"


class Deadline(Base):
    """期限 of one case or measure (`about`) from an entry on: the step and its last day; no day where none is left."""

    __tablename__ = "deadline"
    __table_args__ = (Index(None, "due_on"), {"sqlite_with_rowid": False})

    household_id: Mapped[Id] = mapped_column(primary_key=True)
    about: Mapped[Id] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    step: Mapped[Code]
    recorded_at: Mapped[Utc]
    due_on: Mapped[date | None]


def note_deadline(session: Session, entry: Entry, about: str, step: str, due_on: date | None) -> None:
    """Keep until when a thing is to be done from now on."""
    row = {"household_id": entry.chain_id, "about": about, "seq": entry.seq, "step": step}
    insert_many(session, Deadline, [row | {"recorded_at": entry.recorded_at, "due_on": due_on}])


def late_steps(until: Moments) -> Select[str, str]:
    """Each household with what was open there and past its last day when a day was over, as `late_` and the step."""
    rows = select((literal(LATE, String()) + Deadline.step).label("name"), Deadline.household_id.label("id"))
    return rows.where(*_open_and_late(until))


def late_cases(until: Moments) -> Select[str, str]:
    """The same of every step of a case alike."""
    rows = select(literal(LATE_CASE, String()).label("name"), Deadline.household_id.label("id"))
    return rows.where(*_open_and_late(until), Deadline.step != MEASURE)


def late_revisits(until: Moments) -> Select[str, str]:
    """The households of which a revisit was neither made nor taken back, and its day had gone by."""
    rows = select(literal(LATE_REVISIT, String()).label("name"), RevisitDue.household_id.label("id"))
    still = [~_by_then(until, column) for column in (RevisitDue.done_seq, RevisitDue.cancelled_seq)]
    return rows.where(RevisitDue.due_on < until.on, _by_then(until, RevisitDue.seq), *still)


def _open_and_late(until: Moments) -> Sequence[ColumnElement[bool]]:
    later = aliased(Deadline)
    same = later.household_id == Deadline.household_id, later.about == Deadline.about, later.seq > Deadline.seq
    newer = select(later.seq).where(*same, later.recorded_at < until.ends).exists()
    return Deadline.due_on < until.on, Deadline.recorded_at < until.ends, ~newer


def _by_then(until: Moments, seq: Any) -> ColumnElement[bool]:
    """Whether the entry of the household was there when the day was over."""
    mine = and_(Entry.chain_id == RevisitDue.household_id, Entry.seq == seq)
    return select(Entry.seq).where(mine, Entry.recorded_at < until.ends).exists()
