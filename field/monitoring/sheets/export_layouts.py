"""保存的列: sets of columns that an office or a person has named and saved, to be chosen again."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import JSON, String, Table, UniqueConstraint, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column
from uuid6 import uuid7

from field.codes import ExportFormat
from field.monitoring.sheets.export_columns import CATALOGUE
from field.orm import Base, Code, Id, Utc, insert_or_leave
from field.registry import regions
from field.registry.rights import Actor, NotAllowed

MOST = 30


class TooManyLayouts(Exception):
    """存得太多: more sets than anybody finds again."""


class ExportLayout(Base):
    """一套列: `owner` is the account that keeps it to itself, or the region whose offices share it."""

    __tablename__ = "export_layout"
    __table_args__ = (UniqueConstraint("owner", "name"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    owner: Mapped[Id]
    name: Mapped[str] = mapped_column(String(40))
    columns: Mapped[list[str]] = mapped_column(JSON)
    format: Mapped[Code]
    saved_by: Mapped[Id]
    saved_at: Mapped[Utc]

    @property
    def chosen(self) -> tuple[str, ...]:
        """Its columns, as far as they still can be had."""
        return tuple(key for key in self.columns if key in CATALOGUE)


def layouts(session: Session, by: Actor) -> Sequence[ExportLayout]:
    """What somebody may choose from: one's own, those of one's office and of the offices above it."""
    owners = by.staff_id, *_upwards(by.region)
    found = select(ExportLayout).where(ExportLayout.owner.in_(owners))
    return session.scalars(found.order_by(func.length(ExportLayout.owner), ExportLayout.name)).all()


def keeps(by: Actor, layout: ExportLayout) -> bool:
    """Whether somebody may delete it: one's own and one's office's, not what an office above shares."""
    return layout.owner in (by.staff_id, by.region)


def save(
    session: Session, by: Actor, name: str, columns: Sequence[str], kind: ExportFormat, now: datetime, *, shared: bool
) -> str:
    """Save a set in the place of the one that had its name; its id. TooManyLayouts past what an owner may have."""
    owner = by.region if shared else by.staff_id
    others = select(func.count()).where(ExportLayout.owner == owner, ExportLayout.name != name)
    if (session.scalar(others) or 0) >= MOST:
        raise TooManyLayouts
    said: dict[str, Any] = {
        "columns": list(columns), "format": kind.value, "saved_by": by.staff_id, "saved_at": now,
    }  # fmt: skip
    row = insert_or_leave(session, cast(Table, ExportLayout.__table__))
    row = row.values(id=str(uuid7()), owner=owner, name=name, **said)
    kept = row.on_conflict_do_update(index_elements=["owner", "name"], set_=said).returning(ExportLayout.id)
    return str(session.scalar(kept))


def discard(session: Session, by: Actor, layout_id: str) -> None:
    """Delete a set; NotAllowed for what is not one's own nor one's office's, or not there."""
    mine = ExportLayout.id == layout_id, ExportLayout.owner.in_((by.staff_id, by.region))
    if not session.scalar(delete(ExportLayout).where(*mine).returning(ExportLayout.id)):
        raise NotAllowed


def _upwards(region: str) -> Iterator[str]:
    above: str | None = region
    while above:
        yield above
        above = regions.parent(above)
