"""回访名单: who is to be asked in which wave, how far that has come, and how it ended."""

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from field.labels import Labelled
from field.orm import Base, Code, Id, Name, RegionCode, Utc


class Outcome(Labelled):
    """回访结果: how asking one person ended."""

    ANSWERED = "answered", "已回复"
    DECLINED = "declined", "不方便说"
    STOPPED = "stopped", "已退订"
    SILENT = "silent", "没有回音"
    CALL = "call", "转为打电话"


class CheckinWave(Base):
    """一批回访: started by whom, for which region; its id is made where it was decided, so a retry starts no second."""

    __tablename__ = "checkin_wave"

    id: Mapped[Id] = mapped_column(primary_key=True)
    region: Mapped[RegionCode]
    started_by: Mapped[Name]
    started_at: Mapped[Utc] = mapped_column(index=True)


class CheckinRequest(Base):
    """回访一人: `due_at` is when something is to be done next; without a contact only a call can be asked for."""

    __tablename__ = "checkin_request"

    wave_id: Mapped[Id] = mapped_column(primary_key=True)
    person_id: Mapped[Id] = mapped_column(primary_key=True)
    household_id: Mapped[Id]
    region: Mapped[RegionCode]
    contact_id: Mapped[Id | None]
    channel: Mapped[Code | None]
    planned_at: Mapped[Utc]
    due_at: Mapped[Utc]
    asked_at: Mapped[Utc | None]
    reminded_at: Mapped[Utc | None]
    dialog_id: Mapped[Id | None]
    closed_at: Mapped[Utc | None]
    outcome: Mapped[Code | None]

    __table_args__ = (Index(None, "person_id", "planned_at"),)


_open = CheckinRequest.closed_at.is_(None)
Index(None, CheckinRequest.person_id, unique=True, sqlite_where=_open, postgresql_where=_open)
Index(None, CheckinRequest.due_at, sqlite_where=_open, postgresql_where=_open)
