"""留痕: who looked at what, and why; a full number is shown only against a reason."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, bindparam, select
from sqlalchemy.orm import Mapped, Session, mapped_column
from uuid6 import uuid7

from field.labels import Labelled
from field.ledger.entries import Entry
from field.monitoring.looks import SAME_SITTING
from field.orm import Base, Code, Id, Utc
from field.prepared import Prepared
from field.registry import reach
from field.registry.households import Person
from field.registry.rights import Actor, NotAllowed, Right


class Look(Labelled):
    """看了什么: what a trace may be of; its subject is a person, photograph, entry (by its hash), household or message,
    export, region.
    """

    FILE = "file", "农户档案"
    CASE = "case", "案子"
    PAPER = "paper", "农户的表单"
    MONEY = "money", "救助和钱"
    CARRIED = "carried", "手机随身带走"
    LIST = "list", "名单"
    MAP = "map", "地图"
    FOUND = "found", "查找到"
    SHARED = "shared", "乡镇单位查看"
    NUMBERS = "numbers", "完整号码"
    PHONE = "phone", "电话号码"
    WORDS = "words", "记录里的完整原话"
    PHOTO_ORIGINAL = "photo_original", "照片原图"
    PHOTO_LARGE = "photo_large", "照片大图"
    PHOTO_SMALL = "photo_small", "照片小图"
    PHOTO_READING = "photo_reading", "票据识读"
    MESSAGES = "messages", "来往消息"
    EXPORT = "export", "要求导出"
    EXPORT_FULL = "export_full", "要求导出完整号码"
    EXPORT_DOWNLOAD = "export_download", "下载导出的文件"
    PRINT_FILES = "print_files", "批量打印档案"


class Trace(Base):
    """谁看过: one look at something personal; `actor` is the signature, which names a deputy and whom for."""

    __tablename__ = "trace"

    id: Mapped[Id] = mapped_column(primary_key=True)
    at: Mapped[Utc]
    staff_id: Mapped[Id]
    actor: Mapped[str] = mapped_column(String(80))
    what: Mapped[Code]
    subject: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str | None] = mapped_column(String(200))

    __table_args__ = (Index(None, "subject", "at"), Index(None, "staff_id", "at"), Index(None, "at", "id"))


FEW = 10  # of whom it is asked at once whether somebody looked at them lately
_lately = Prepared(
    select(Trace.subject)
    .where(Trace.subject.in_([bindparam(f"subject_{place}") for place in range(FEW)]))
    .where(Trace.at > bindparam("since", type_=Trace.at.type))
    .where(Trace.actor == bindparam("actor"), Trace.what == bindparam("what"))
)


def leave_trace(
    session: Session, by: Actor, what: Look, subject: str, now: datetime, reason: str | None = None
) -> None:
    """Note that somebody looked at something."""
    whose = {"staff_id": by.staff_id, "actor": by.username}
    session.add(Trace(id=str(uuid7()), at=now, **whose, what=what, subject=subject, reason=reason))


def looked_lately(session: Session, by: Actor, what: Look, subjects: Sequence[str], now: datetime) -> set[str]:
    """Of which of these, FEW at most, the same look was traced in this sitting already."""
    asked = [*subjects, *[""] * (FEW - len(subjects))]
    given: dict[str, Any] = {"since": now - SAME_SITTING, "actor": by.username, "what": what}
    given |= {f"subject_{place}": one for place, one in enumerate(asked)}
    return {subject for (subject,) in _lately.rows(session, given)}


def reveal_phone(session: Session, person_id: str, by: Actor, reason: str, now: datetime) -> str:
    """The full telephone number (E.164) of a person, traced; NotAllowed outside the region or where there is none."""
    return _revealed(session, person_id, by, Look.PHONE, reason, now).phone or ""


def reveal_numbers(session: Session, person_id: str, by: Actor, reason: str, now: datetime) -> Person:
    """全号: a person with every number in full, traced; NotAllowed as above."""
    return _revealed(session, person_id, by, Look.NUMBERS, reason, now)


def reveal_words(session: Session, household_id: str, seq: int, by: Actor, reason: str, now: datetime) -> Entry:
    """原话: an entry of a household of which what was typed may be read whole, traced; NotAllowed as above."""
    entry = readable(session, household_id, seq, by)
    leave_trace(session, by, Look.WORDS, entry.hash, now, reason)
    return entry


def readable(session: Session, household_id: str, seq: int, by: Actor) -> Entry:
    """An entry of a household whose numbers the actor may see in full; NotAllowed elsewhere, or where there is none."""
    reach.household(session, by, household_id, Right.REVEAL_NUMBERS)
    entry = session.get(Entry, (household_id, seq))
    if entry is None:
        raise NotAllowed
    return entry


def _revealed(session: Session, person_id: str, by: Actor, what: Look, reason: str, now: datetime) -> Person:
    person, _household = reach.belonging(session, by, Person, person_id, Right.REVEAL_NUMBERS)
    leave_trace(session, by, what, person_id, now, reason)
    return person
