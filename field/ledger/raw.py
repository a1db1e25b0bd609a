"""原样读取: columns as the database really holds them, so that no damage can stop the reading."""

from typing import Any

from sqlalchemy import ColumnElement, Integer, LargeBinary, String, case, cast, func, type_coerce
from sqlalchemy.orm import InstrumentedAttribute, Session

TIME = "YYYY-MM-DD HH24:MI:SS.US BC"


def raw(session: Session, column: InstrumentedAttribute[Any]) -> ColumnElement[Any]:
    """A column as bytes, or as an integer; None where it holds another type of value than it should.

    A time reads as 2026-11-20 02:30:00.123000 whatever the database.
    """
    sqlite = session.get_bind().dialect.name == "sqlite"
    kind = column.property.columns[0].type
    if isinstance(kind, LargeBinary):
        return cast(column, LargeBinary) if sqlite else type_coerce(column, LargeBinary)
    if isinstance(kind, Integer):
        return case((func.typeof(column) == "integer", column)) if sqlite else column.expression
    if sqlite:
        text = type_coerce(column, String)
        return case((func.typeof(text) == "text", cast(text, LargeBinary)))
    shown = column if isinstance(kind, String) else func.replace(func.to_char(column, TIME), " AD", "")
    return func.convert_to(shown, "UTF8", type_=LargeBinary)


def words(value: bytes | None) -> str:
    """The text of a column for a report, whatever it holds."""
    return (value or b"").decode("utf-8", "replace")
