"""转折: the acts of a case that the figures count, each with the days since its first signal; derived."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Index, and_, exists, func, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from field.case_codes import CaseAction, CaseState
from field.ledger.entries import Entry
from field.monitoring.workdays import china_day
from field.orm import Base, Code, Id, Utc, insert_many

IDENTIFIED, ELIMINATED, ROLLED_BACK, RE_MARKED = "identified", "eliminated", "rolled_back", "re_marked"
TURNS = (IDENTIFIED, ELIMINATED, ROLLED_BACK, RE_MARKED)
DIED = CaseState.DIED.value
LEFT = (CaseState.MERGED.value, CaseState.MOVED_AWAY.value, DIED)  # by which a household is gone


class CaseTurn(Base):
    """转折 of a household's case: what its entry meant; `days` from the first signal to an identification."""

    __tablename__ = "case_turn"
    __table_args__ = (Index(None, "recorded_at", "turn"), {"sqlite_with_rowid": False})

    household_id: Mapped[Id] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    turn: Mapped[Code]
    recorded_at: Mapped[Utc]
    days: Mapped[int | None]


def note_turn(session: Session, entry: Entry, said: dict[str, Any], heard_at: datetime | None) -> None:
    """Keep what a step means for the figures, if anything; who was taken over from a roster was never heard of."""
    turn = became(said)
    if turn is None:
        return
    days = (china_day(entry.occurred_at) - china_day(heard_at)).days if heard_at and turn == IDENTIFIED else None
    row = {"household_id": entry.chain_id, "seq": entry.seq, "turn": turn, "recorded_at": entry.recorded_at}
    insert_many(session, CaseTurn, [row | {"days": days}])


def marked_again(session: Session, household_ids: Sequence[str]) -> dict[str, int]:
    """再标注 of households that had one: the entry by which the newest round began."""
    mine = CaseTurn.household_id.in_(household_ids), CaseTurn.turn == RE_MARKED
    rows = select(CaseTurn.household_id, func.max(CaseTurn.seq)).where(*mine).group_by(CaseTurn.household_id)
    return dict(session.execute(rows).all())


def left_since(household_id: Any, moment: Any, danger: ColumnElement[bool]) -> ColumnElement[bool]:
    """离开以后: a household's case ended since with its leaving; of who spoke of dying, only by death."""
    after = CaseTurn.household_id == household_id, CaseTurn.recorded_at > moment
    gone = or_(*(CaseTurn.turn == one for one in LEFT))
    return exists().where(*after, gone, or_(~danger, CaseTurn.turn == DIED))


def leavings(session: Session, household_ids: Sequence[str]) -> dict[str, list[CaseTurn]]:
    """离开的转折 of households, oldest first."""
    mine = and_(CaseTurn.household_id.in_(household_ids), CaseTurn.turn.in_(LEFT))
    found: dict[str, list[CaseTurn]] = {}
    for turn in session.scalars(select(CaseTurn).where(mine).order_by(CaseTurn.household_id, CaseTurn.seq)):
        found.setdefault(turn.household_id, []).append(turn)
    return found


def became(step: dict[str, Any]) -> str | None:
    """What a step means: an identification, an elimination, one undone, a new risk, or that the household is gone."""
    action, came_from, to = step["action"], step["from"], step["to"]
    if to == CaseState.MONITORED and came_from == CaseState.COUNTY_APPROVAL:
        return IDENTIFIED
    if to == CaseState.ELIMINATED or to in LEFT:
        return str(to)
    return {CaseAction.ROLL_BACK: ROLLED_BACK, CaseAction.RE_MARK: RE_MARKED}.get(action)
