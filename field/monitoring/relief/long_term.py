"""长期户: households whose risk cannot end soon, by the pack's figure or marked by town or county with a reason."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, String, delete
from sqlalchemy.orm import Mapped, Session, mapped_column

from field.codes import Channel, EntryKind
from field.ledger.entries import Draft, Entry
from field.monitoring.once import append_once
from field.monitoring.workdays import china_day
from field.orm import Base, Id, insert_or_leave
from field.registry import reach
from field.registry.rights import Actor, Right


class LongTerm(Base):
    """长期户的标记: who marked it, why, and the drug cost of a month in 分 where it was written; derived."""

    __tablename__ = "long_term"

    household_id: Mapped[Id] = mapped_column(primary_key=True)
    seq: Mapped[int]
    since: Mapped[date]
    marked_by: Mapped[str] = mapped_column(String(80))
    note: Mapped[str] = mapped_column(String(200))
    month_cost: Mapped[int | None] = mapped_column(BigInteger)
    month_compliant: Mapped[int | None] = mapped_column(BigInteger)


@dataclass(frozen=True)
class Mark:
    """标记: the reason, and what a month costs where it is known."""

    note: str
    month_cost: int | None = None
    month_compliant: int | None = None


def mark(session: Session, household_id: str, said: Mark, key: str, by: Actor, now: datetime) -> Entry:
    """标为长期户, or mark it anew with other figures."""
    content = {name: value for name, value in vars(said).items() if value is not None}
    return _record(session, household_id, EntryKind.LONG_TERM_MARKED, content, key, by, now)


def unmark(session: Session, household_id: str, note: str, key: str, by: Actor, now: datetime) -> Entry:
    """取消长期户; the pack's figure may still say that it is one."""
    return _record(session, household_id, EntryKind.LONG_TERM_UNMARKED, {"note": note}, key, by, now)


def derive_marked(session: Session, entry: Entry, said: dict[str, Any]) -> None:
    """The mark as the newest entry says."""
    row = {
        "seq": entry.seq, "since": china_day(entry.occurred_at), "marked_by": entry.actor,
        "note": said.get("note") or "", **{name: said.get(name) for name in ("month_cost", "month_compliant")},
    }  # fmt: skip
    insert = insert_or_leave(session, LongTerm).values(household_id=entry.chain_id, **row)
    session.execute(insert.on_conflict_do_update(index_elements=["household_id"], set_=row))


def derive_unmarked(session: Session, entry: Entry, _said: dict[str, Any]) -> None:
    """The mark is taken away."""
    session.execute(delete(LongTerm).where(LongTerm.household_id == entry.chain_id))


def _record(
    session: Session, household_id: str, kind: EntryKind, content: dict[str, Any], key: str, by: Actor, now: datetime
) -> Entry:
    reach.household(session, by, household_id, Right.MARK_LONG_TERM)
    draft = Draft(household_id, kind, Channel.WEB, by.username, now, f"long_term:{key}", content)
    entry, fresh = append_once(session, draft, now)
    if fresh:
        (derive_marked if kind is EntryKind.LONG_TERM_MARKED else derive_unmarked)(session, entry, content)
    return entry
