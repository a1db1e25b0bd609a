"""备好的语句: SQL that is written once for each kind of database, then handed to its driver as it stands."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple
from typing import cast as as_type

from sqlalchemy import Connection, Dialect, Insert, Select, Table, Update
from sqlalchemy.dialects.postgresql import insert  # its ON CONFLICT is SQLite's too
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from field.orm import Base

Change = Callable[[Any], Any]
Row = tuple[Any, ...]


class Prepared:
    """A statement of the way that every visit and photograph takes, where SQLAlchemy's own would cost ten times more.

    Its values come by name; a list of changing length (IN) is not for here. Many sets of values have the same names.
    """

    def __init__(self, statement: Select[*tuple[Any, ...]] | Insert | Update) -> None:
        self.statement = statement
        self._written: dict[str, _Written] = {}

    def rows(self, session: Session, given: Mapping[str, Any]) -> list[Row]:
        """What it finds or returns."""
        connection, written = self._ready(session, given)
        found = through(connection, written.sql, [written.bound(given)])
        return written.read(found) if any(written.results) else found

    def run(self, session: Session, *several: Mapping[str, Any]) -> None:
        """Run it once for each set of values; not at all for none."""
        if several:
            connection, written = self._ready(session, several[0])
            through(connection, written.sql, [written.bound(given) for given in several])

    def _ready(self, session: Session, given: Mapping[str, Any]) -> tuple[Connection, "_Written"]:
        session.flush()
        connection = session.connection()
        written = self._written.get(connection.dialect.name)
        if written is None:
            written = self._written[connection.dialect.name] = self._write(connection.dialect, list(given))
        return connection, written

    def _write(self, dialect: Dialect, names: list[str]) -> "_Written":
        compiled = self.statement.compile(dialect=dialect, column_keys=names)
        places = compiled.positiontup if compiled.positional else None
        changes = {name: _of(bind.type, dialect).bind_processor(dialect) for name, bind in compiled.binds.items()}
        results = [
            _of(column.type, dialect).result_processor(dialect, None) for column in self.statement.exported_columns
        ]
        binds = {name: change for name, change in changes.items() if change}
        return _Written(str(compiled), places, dict(compiled.params), binds, results)


def add_or_leave(session: Session, table: type[Base], row: Mapping[str, Any]) -> bool:
    """Insert a row of plain values unless one with a key of its is there; whether it is new."""
    return bool(_adding(table, frozenset(row)).rows(session, row))


@cache
def _adding(table: type[Base], _columns: frozenset[str]) -> Prepared:
    """One for each set of columns, for it is written with the first row that it is given."""
    into = as_type(Table, table.__table__)
    return Prepared(insert(into).on_conflict_do_nothing().returning(*into.primary_key.columns))


class _Written(NamedTuple):
    """The text, where its values stand (None: by name), those that never change, and how values go in and come out."""

    sql: str
    places: Sequence[str] | None
    fixed: dict[str, Any]
    binds: Mapping[str, Change]
    results: Sequence[Change | None]

    def bound(self, given: Mapping[str, Any]) -> Any:
        values = {**self.fixed, **given}
        for name, change in self.binds.items():
            values[name] = change(values[name])
        return values if self.places is None else [values[name] for name in self.places]

    def read(self, rows: Sequence[Row]) -> list[Row]:
        return [
            tuple(change(value) if change else value for change, value in zip(self.results, row, strict=True))
            for row in rows
        ]


def _of(kind: TypeEngine[Any], dialect: Dialect) -> TypeEngine[Any]:
    return kind.dialect_impl(dialect)


def through(connection: Connection, sql: str, several: Sequence[Any] = ((),)) -> list[Row]:
    """Past SQLAlchemy to the driver; its errors come back as SQLAlchemy's, without the values."""
    line, dialect = connection.connection, connection.dialect
    driver: Any = dialect.loaded_dbapi
    cursor = line.cursor()
    try:
        if len(several) == 1:
            cursor.execute(sql, several[0])
        else:
            cursor.executemany(sql, several)
        return list(cursor.fetchall()) if cursor.description else []
    except driver.Error as error:
        if gone := dialect.is_disconnect(error, line, cursor):
            connection.invalidate(error)
        raise DBAPIError.instance(
            sql, None, error, driver.Error, connection_invalidated=gone, dialect=dialect
        ) from error
    finally:
        cursor.close()
