"""导出的习惯: the columns and the kind of file that each person chose last."""

from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import JSON, Table
from sqlalchemy.orm import Mapped, Session, mapped_column

from field.codes import ExportFormat
from field.monitoring.sheets.export_columns import CATALOGUE, LIST
from field.orm import Base, Code, Id, insert_or_leave


class ExportChoice(Base):
    """导出的习惯 of one account."""

    __tablename__ = "export_choice"

    staff_id: Mapped[Id] = mapped_column(primary_key=True)
    columns: Mapped[list[str]] = mapped_column(JSON)
    format: Mapped[Code]


def remember(session: Session, staff_id: str, columns: Sequence[str], kind: ExportFormat) -> None:
    """Keep a choice in the place of the former."""
    chosen: dict[str, Any] = {"columns": list(columns), "format": kind.value}
    row = insert_or_leave(session, cast(Table, ExportChoice.__table__)).values(staff_id=staff_id, **chosen)
    session.execute(row.on_conflict_do_update(index_elements=["staff_id"], set_=chosen))


def remembered(session: Session, staff_id: str) -> tuple[tuple[str, ...], ExportFormat]:
    """The choice of an account, as far as it still can be had; the list of households for who never chose."""
    kept = session.get(ExportChoice, staff_id)
    if kept is None:
        return LIST, ExportFormat.XLSX
    return tuple(key for key in kept.columns if key in CATALOGUE), ExportFormat(kept.format)
