"""监测对象回访日: when a household is to be revisited after an elimination, and what a revisit means for that."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Index, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from field.case_codes import CaseState
from field.codes import LeadKind, Source, TaskKind
from field.ledger.entries import Entry
from field.ledger.facts import SEEN, state
from field.monitoring.cases.case_turns import ELIMINATED, CaseTurn
from field.monitoring.leads.leads import Wanted, open_lead
from field.monitoring.policy.shapes import Revisit
from field.monitoring.workdays import china_day, months_after
from field.orm import Base, Id, insert_many

OVER = (CaseState.MONITORED, CaseState.MERGED, CaseState.MOVED_AWAY, CaseState.DIED)
FACTS = ("guarantees", "expenses")


class RevisitDue(Base):
    """要做的回访: the `nth` after the elimination that is entry `seq`; derived.

    It counts from `from_on` on; `done_seq` is the revisit that did it, `cancelled_seq` the step that took it back.
    """

    __tablename__ = "revisit_due"

    household_id: Mapped[Id] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    nth: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    due_on: Mapped[date]
    from_on: Mapped[date]
    done_seq: Mapped[int | None]
    cancelled_seq: Mapped[int | None]

    __table_args__ = (Index(None, "due_on"),)


still_open = RevisitDue.done_seq.is_(None) & RevisitDue.cancelled_seq.is_(None)


def schedule(rule: Revisit, day: date) -> list[dict[str, str]]:
    """回访日程 of a household whose risk is eliminated on a day, as its entry keeps it; pure."""
    days = [months_after(day, months) for months in sorted(set(rule.months))]
    early = timedelta(days=rule.early_days)
    return [{"due_on": one.isoformat(), "from_on": max(one - early, day).isoformat()} for one in days]


def follow_step(session: Session, entry: Entry, said: dict[str, Any]) -> None:
    """办理一步: an elimination sets the days; they end when the household is monitored again or leaves.

    A new risk that comes to nothing takes no revisit away.
    """
    if said["to"] in OVER:
        here = (RevisitDue.household_id == entry.chain_id) & still_open
        session.execute(update(RevisitDue).where(here).values(cancelled_seq=entry.seq))
    days = [{name: date.fromisoformat(text) for name, text in one.items()} for one in said.get("revisits", ())]
    common: dict[str, Any] = {"household_id": entry.chain_id, "seq": entry.seq, "done_seq": None, "cancelled_seq": None}
    insert_many(session, RevisitDue, [common | {"nth": n, **one} for n, one in enumerate(days, 1)])


def derive_revisit(session: Session, entry: Entry, said: dict[str, Any]) -> None:
    """回访, as it arrives and in every rebuild: the days it does, what was seen, and a lead from a relapse."""
    day = china_day(min(entry.occurred_at, entry.recorded_at))  # a phone's clock that runs ahead does no later day
    here = (RevisitDue.household_id == entry.chain_id) & still_open & (RevisitDue.from_on <= day)
    session.execute(update(RevisitDue).where(here).values(done_seq=entry.seq))
    state(session, list(_seen(entry, said)))
    if said["relapse"]:
        heard_at = _heard_at(session, entry)
        open_lead(session, entry, Wanted(LeadKind.HARDSHIP, Source.VISIT, TaskKind.CHECK, heard_at=heard_at))


def _heard_at(session: Session, entry: Entry) -> datetime:
    """Before that there was no relapse to see, whatever a phone's clock says; the entry's arrival says when instead."""
    mine = CaseTurn.household_id == entry.chain_id, CaseTurn.turn == ELIMINATED, CaseTurn.seq < entry.seq
    at = session.scalar(select(func.max(CaseTurn.recorded_at)).where(*mine))
    return entry.recorded_at if at and entry.occurred_at < at else entry.occurred_at


def _seen(entry: Entry, said: dict[str, Any]) -> list[dict[str, Any]]:
    common = {
        "chain_id": entry.chain_id, "seq": entry.seq, "subject": entry.chain_id, "channel": entry.channel,
        "level": SEEN, "recorder": entry.actor, "observed_at": entry.occurred_at,
    }  # fmt: skip
    return [{**common, "place": place, "attribute": name, "value": said[name]} for place, name in enumerate(FACTS)]


def next_days(session: Session, household_ids: Sequence[str]) -> dict[str, RevisitDue]:
    """下次回访 of households that have one, in one statement."""
    rows = select(RevisitDue).where(RevisitDue.household_id.in_(household_ids), still_open)
    latest_first = rows.order_by(RevisitDue.due_on.desc())
    return {one.household_id: one for one in session.scalars(latest_first)}


def was_eliminated(session: Session, household_id: str) -> bool:
    """Whether the household was ever to be revisited."""
    mine = select(RevisitDue.nth).where(RevisitDue.household_id == household_id)
    return session.scalar(mine.limit(1)) is not None


def done_by(session: Session, household_id: str, seq: int) -> list[int]:
    """Which of the revisits one entry did."""
    mine = select(RevisitDue.nth).where(RevisitDue.household_id == household_id, RevisitDue.done_seq == seq)
    return list(session.scalars(mine.order_by(RevisitDue.nth)))
