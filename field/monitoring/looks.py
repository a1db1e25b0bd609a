"""上次看过: how far each member of staff has read a household's ledger, so that the file can say what is new."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Mapped, Session, mapped_column

from field.orm import Base, Id, Utc, insert_or_leave

SAME_SITTING = timedelta(hours=1)


class FileLook(Base):
    """一次查看: the last look of a person at a file, and the one before this sitting, against which "new" is told."""

    __tablename__ = "file_look"

    staff_id: Mapped[Id] = mapped_column(primary_key=True)
    household_id: Mapped[Id] = mapped_column(primary_key=True)
    seq: Mapped[int]
    at: Mapped[Utc]
    before_seq: Mapped[int | None]
    before_at: Mapped[Utc | None]


@dataclass(frozen=True)
class Before:
    """上次看到哪里: the last entry that was there, and when that was."""

    seq: int
    at: datetime


def before(session: Session, staff_id: str, household_id: str, now: datetime) -> tuple[Before | None, bool]:
    """Where the reader was before this sitting, None at the first; and whether this look begins a new sitting."""
    kept = session.get(FileLook, (staff_id, household_id))
    if kept is None:
        return None, True
    if now - kept.at > SAME_SITTING:
        return Before(kept.seq, kept.at), True
    known = kept.before_seq is not None and kept.before_at is not None
    return (Before(kept.before_seq, kept.before_at) if known else None), False  # type: ignore[arg-type]


def looked(session: Session, staff_id: str, household_id: str, seq: int, last: Before | None, now: datetime) -> None:
    """Note a look that begins a sitting after the `last` one; of two at once one is enough."""
    told = {"seq": seq, "at": now, "before_seq": last.seq if last else None, "before_at": last.at if last else None}
    row = insert_or_leave(session, FileLook).values(staff_id=staff_id, household_id=household_id, **told)
    session.execute(row.on_conflict_do_update(index_elements=["staff_id", "household_id"], set_=told))
