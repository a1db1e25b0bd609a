"""该告诉谁: what members of staff should be told of their lists, written here and handed over by messaging.

One digest a day for each person, and each thing that is red once for each level that has it. Rows are a record of what
was told, as the outbox is, and follow from no entry.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, time
from itertools import groupby
from typing import Any, NamedTuple
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import JSON, Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from field.case_codes import CaseState
from field.codes import Grade, ReminderWay, Role, TaskKind
from field.labels import Labelled
from field.monitoring.duties.reminders import Reminder, Standing
from field.monitoring.duties.todo import count, urgent
from field.monitoring.duties.todo_fund import urgent_aid
from field.monitoring.duties.todo_rows import Row, Wanted
from field.monitoring.workdays import SHANGHAI, china_day
from field.orm import Base, Code, Id, Utc, insert_many
from field.registry import regions
from field.registry.deputies import as_signed, stand_ins
from field.registry.households import Household
from field.registry.masking import mask_name
from field.registry.rights import Actor
from field.registry.staff import Staff

AT_ONCE = 1000  # of more red things than these the most urgent are told of first


class NoticeKind(Labelled):
    """提醒的种类."""

    DIGEST = "digest", "每天一次"
    RED = "red", "加急提醒"


class StaffNotice(Base):
    """给干部的提醒: what one person is to be told, once, and when messaging took it; the id is made of both."""

    __tablename__ = "staff_notice"

    id: Mapped[Id] = mapped_column(primary_key=True)
    staff_id: Mapped[Id]
    kind: Mapped[Code]
    about: Mapped[str] = mapped_column(String(120))
    said: Mapped[dict[str, Any]] = mapped_column(JSON)
    written_at: Mapped[Utc]
    taken_at: Mapped[Utc | None]

    __table_args__ = (Index(None, "staff_id", "written_at"),)


_waiting = StaffNotice.taken_at.is_(None)
Index("ix_staff_notice_waiting", StaffNotice.staff_id, sqlite_where=_waiting, postgresql_where=_waiting)


class Receiver(NamedTuple):
    """收提醒的人: who is in post, what he chose, which kinds can be said to him, and `whose` post if not his own."""

    by: Actor
    way: str
    at: str
    chosen_at: datetime
    kinds: frozenset[NoticeKind]
    whose: str = ""


def receivers(session: Session, can: Mapping[str, Collection[NoticeKind]], now: datetime) -> list[Receiver]:
    """Whoever has a confirmed choice and a post, or stands in for one, where the county can send by that way."""
    others = stand_ins(session, now)
    rows = select(Staff, Reminder).join(Reminder, Reminder.staff_id == Staff.id).order_by(Staff.id)
    rows = rows.where(Staff.ended_at.is_(None), Reminder.state == Standing.CONFIRMED.value)
    found = []
    for staff, choice in session.execute(rows.where(Reminder.way != ReminderWay.NONE.value)):
        kinds, own = frozenset(can.get(choice.way, ())), as_signed(session, staff.id, None, now)
        for by in (own, *(one for one in others if one.staff_id == staff.id)):
            if by and kinds:
                whose = by.name.removeprefix(staff.name).strip("（）")
                found.append(Receiver(by, choice.way, choice.at, choice.chosen_at, kinds, whose))
    return sorted(found, key=_post)


def by_post(several: Sequence[Receiver]) -> Iterator[list[Receiver]]:
    """Those who have the same list, together."""
    return (list(group) for _, group in groupby(several, key=_post))


def write(session: Session, several: Sequence[Receiver], now: datetime, *, night: bool = False) -> None:
    """Write what those of one post are to be told by now and were not told before; by night of danger alone."""
    wanted = [(one, NoticeKind.RED, about, said) for about, said in _reds(session, several, now)
              for one in several if NoticeKind.RED in one.kinds and (said["danger"] or not night)]  # fmt: skip
    due = [one for one in several if NoticeKind.DIGEST in one.kinds and _due(one, now) and not night]
    wanted += [(one, NoticeKind.DIGEST, *digest) for digest in _digest(session, due, now) for one in due]
    rows = {row["id"]: row for row in (_row(*one, now) for one in wanted)}
    known = set(session.scalars(select(StaffNotice.id).where(StaffNotice.id.in_(rows)))) if rows else set()
    insert_many(session, StaffNotice, [row for one, row in rows.items() if one not in known])


def waiting(session: Session, staff_id: str) -> Sequence[StaffNotice]:
    """What a person is still to be told, the most urgent first as it was written; locked."""
    rows = select(StaffNotice).where(StaffNotice.staff_id == staff_id, _waiting)
    return session.scalars(rows.order_by(StaffNotice.about).with_for_update()).all()


def latest(session: Session, staff_id: str, most: int) -> Sequence[StaffNotice]:
    """What a person was told last, the newest first."""
    rows = select(StaffNotice).where(StaffNotice.staff_id == staff_id, StaffNotice.taken_at.is_not(None))
    return session.scalars(rows.order_by(StaffNotice.written_at.desc(), StaffNotice.about).limit(most)).all()


def _post(one: Receiver) -> tuple[str, str]:
    return one.by.region, one.by.role.value


def _due(one: Receiver, now: datetime) -> bool:
    """Whether the day's time has come; for who chose it later in the day, tomorrow's."""
    moment = datetime.combine(china_day(now), time.fromisoformat(one.at), SHANGHAI)
    return one.chosen_at <= moment <= now


def _digest(session: Session, due: Sequence[Receiver], now: datetime) -> Iterator[tuple[str, dict[str, Any]]]:
    """今天的数: how many things there are, how many late and how many red."""
    if due:
        by = due[0].by
        asked: dict[str, dict[str, Any]] = {"tasks": {}, "late": {"late": True}, "red": {"grade": Grade.RED.value}}
        counts = {name: count(session, Wanted(by, now, mine=True, **more))[0] for name, more in asked.items()}
        yield f"digest:{china_day(now)}", counts


def _reds(session: Session, several: Sequence[Receiver], now: datetime) -> list[tuple[str, dict[str, Any]]]:
    """红色的事 and urgent aid on the list of a post, each with what may be said of it."""
    by = several[0].by
    rows, _ = urgent(session, Wanted(by, now, mine=True, grade=Grade.RED.value, per_page=AT_ONCE))
    red = {row.id for row in rows}
    rows += [row for row in urgent_aid(session, Wanted(by, now), AT_ONCE).rows if row.id not in red]
    heads = _heads(session, {row.household_id for row in rows if row.household_id})
    places = regions.names(session, {row.region for row in rows})
    return [(_about(row, by.role), _said(row, place, heads, places)) for place, row in enumerate(rows)]


def _about(row: Row, role: Role) -> str:
    return f"red:{role.value}:{row.id}:{row.step or ''}"


def _said(row: Row, place: int, heads: Mapping[str, str], places: Mapping[str, str]) -> dict[str, Any]:
    """Nobody's whole name, no illness and no amount: it leaves the house."""
    what = CaseState.label_of(row.step) if row.kind is TaskKind.STEP else row.kind.label
    return {
        "place": place, "what": what, "village": places.get(row.region, ""),
        "head": mask_name(heads.get(row.household_id or "")), "due_on": china_day(row.due_at).isoformat(),
        "danger": row.kind in (TaskKind.DANGER, TaskKind.FIND),  # whose it is is red only where a life is in danger
    }  # fmt: skip


def _heads(session: Session, ids: Collection[str]) -> dict[str, str]:
    rows = session.execute(select(Household.id, Household.head).where(Household.id.in_(ids))) if ids else ()
    return {row.id: row.head for row in rows}


def _row(one: Receiver, kind: NoticeKind, about: str, said: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """A notice; a digest of nothing is noted as told, so that the day's is over. Each post has a digest of its own."""
    about = f"{about}:{one.by.username}" if one.whose and kind is NoticeKind.DIGEST else about
    empty = kind is NoticeKind.DIGEST and not said["tasks"]
    return {
        "id": str(uuid5(NAMESPACE_URL, f"field:notice:{one.by.staff_id}:{about}")), "staff_id": one.by.staff_id,
        "kind": kind.value, "about": about, "said": dict(said), "written_at": now, "taken_at": now if empty else None,
    }  # fmt: skip
