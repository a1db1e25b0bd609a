"""The declarative base and column types, plain SQLAlchemy without any web framework."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, cast

from sqlalchemy import DateTime, Dialect, MetaData, String, Table, insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column
from sqlalchemy.types import TypeDecorator

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Every table of one county; no schema name, no key made by the database."""

    metadata = MetaData(naming_convention=NAMING)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC time to the millisecond, kept without zone; a naive time is refused."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without zone cannot be kept")
        exact = value if value.tzinfo is UTC else value.astimezone(UTC)
        return exact.replace(tzinfo=None, microsecond=exact.microsecond // 1000 * 1000)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


Id = Annotated[str, mapped_column(String(36))]
Utc = Annotated[datetime, mapped_column(UtcDateTime)]
Code = Annotated[str, mapped_column(String(32))]
RegionCode = Annotated[str, mapped_column(String(12))]
Name = Annotated[str, mapped_column(String(120))]


def insert_many(session: Session, table: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows of the same keys with one statement; none at all for no rows."""
    if rows:
        session.connection().execute(insert(cast(Table, table.__table__)), rows)


def insert_or_leave(session: Session, table: type[Base] | Table) -> postgresql.Insert | sqlite.Insert:
    """The INSERT that knows ON CONFLICT, of the database in use."""
    postgres = session.get_bind().dialect.name == "postgresql"
    return postgresql.insert(table) if postgres else sqlite.insert(table)
