"""备好的语句: SQL that is written once for each kind of database, then handed to its driver as it stands."""

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from types import SimpleNamespace
from typing import Any, NamedTuple, TypeVar
from typing import cast as as_type

from sqlalchemy import Connection, Date, Delete, Dialect, Insert, Select, Table, TextClause, Update, bindparam, inspect
from sqlalchemy.dialects.postgresql import insert  # its ON CONFLICT is SQLite's too
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, SessionTransaction, make_transient_to_detached, object_session
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.types import TypeEngine

from field.orm import Base, UtcDateTime

Change = Callable[[Any], Any]
Row = tuple[Any, ...]
Columns = Mapping[str, Sequence[Any]]  # of many rows, the values of each column
Object = TypeVar("Object", bound=Base)


class Prepared:
    """A statement of the way that every visit and photograph takes, where SQLAlchemy's own would cost ten times more.

    Its values come by name; a list of changing length (IN) is not for here. Many sets of values have the same names.
    """

    def __init__(self, statement: Select[*tuple[Any, ...]] | Insert | Update | Delete | TextClause) -> None:
        self.statement = statement
        self._written: dict[str, _Written] = {}

    def rows(self, session: Session, given: Mapping[str, Any]) -> list[Row]:
        """What it finds or returns."""
        connection, written = self._ready(session, given)
        found = through(connection, written.sql, [written.bound(given)])
        return written.read(found) if any(written.results) else found

    def named(self, session: Session, given: Mapping[str, Any]) -> list[Any]:
        """The same, each row's values by the names of its columns."""
        names = [str(column.key) for column in as_type(Select[Any], self.statement).exported_columns]
        return [SimpleNamespace(**dict(zip(names, row, strict=True))) for row in self.rows(session, given)]

    def objects(self, session: Session, kind: type[Object], given: Mapping[str, Any]) -> list[Object]:
        """The same of a statement that selects whole objects: the session's own, as they stand in the database now."""
        names = as_type(Table, kind.__table__).columns.keys()
        return [_of_session(session, kind, dict(zip(names, row, strict=True))) for row in self.rows(session, given)]

    def run(self, session: Session, *several: Mapping[str, Any]) -> None:
        """Run it once for each set of values; not at all for none."""
        if several:
            connection, written = self._ready(session, several[0])
            through(connection, written.sql, [written.bound(given) for given in several])

    def _ready(self, session: Session, given: Mapping[str, Any]) -> tuple[Connection, "_Written"]:
        session.flush()
        connection = line(session)
        written = self._written.get(connection.dialect.name)
        if written is None:
            written = self._written[connection.dialect.name] = self._write(connection.dialect, list(given))
        return connection, written

    def _write(self, dialect: Dialect, names: list[str]) -> "_Written":
        compiled = self.statement.compile(dialect=dialect, column_keys=names)
        places = compiled.positiontup if compiled.positional else None
        changes = {name: _of(bind.type, dialect).bind_processor(dialect) for bind, name in compiled.bind_names.items()}
        columns = () if isinstance(self.statement, TextClause) else self.statement.exported_columns
        results = [_of(column.type, dialect).result_processor(dialect, None) for column in columns]
        binds = {name: change for name, change in changes.items() if change}
        return _Written(str(compiled), places, dict(compiled.params), binds, results)


def add(session: Session, kind: type[Object], **values: Any) -> Object:
    """Insert a row with all its values at once; the object that the session then has of it."""
    _inserting(kind, tuple(values)).run(session, values)
    return _of_session(session, kind, values)


def change(one: Base, **values: Any) -> None:
    """Write new values of an object at once, where the session would first look through all that it has."""
    session = as_type(Session, object_session(one))
    keys = {f"its_{part.key}": getattr(one, part.key) for part in as_type(Table, one.__table__).primary_key}
    _updating(type(one), tuple(values)).run(session, {**keys, **{f"to_{name}": new for name, new in values.items()}})
    for name, new in values.items():
        set_committed_value(one, name, new)


@cache
def _inserting(kind: type[Base], _columns: tuple[str, ...]) -> Prepared:
    """One for each set of columns, for it is written with the first row that it is given."""
    return Prepared(as_type(Table, kind.__table__).insert())


@cache
def _updating(kind: type[Base], names: tuple[str, ...]) -> Prepared:
    into = as_type(Table, kind.__table__)
    here = [part == bindparam(f"its_{part.key}") for part in into.primary_key]
    return Prepared(into.update().where(*here).values({name: bindparam(f"to_{name}") for name in names}))


def _of_session(session: Session, kind: type[Object], values: Mapping[str, Any]) -> Object:
    """The object of a row: the one that the session has already, or a new one that it takes for read by itself."""
    fresh = kind()
    vars(fresh).update(values)  # past what the ORM does at each attribute
    make_transient_to_detached(fresh)
    known: Object | None = session.identity_map.get(as_type(Any, inspect(fresh)).key)
    if known is None:
        session.add(fresh)
        return fresh
    for name, value in values.items():
        set_committed_value(known, name, value)
    return known


def line(session: Session) -> Connection:
    """The connection of the transaction under way, asked for once: to be told it costs as much as a statement."""
    under_way, kept = _under_way(session), session.info.get("line")
    if under_way is None or kept is None or kept[0] is not under_way or not under_way.is_active:
        connection = session.connection()
        session.info["line"] = kept = _under_way(session), connection
    return as_type(Connection, kept[1])


def _under_way(session: Session) -> SessionTransaction | None:
    """The transaction, or the savepoint in it, which is set only when the connection is asked for within it."""
    return session.get_nested_transaction() or session.get_transaction()


def add_or_leave(session: Session, table: type[Base], row: Mapping[str, Any]) -> bool:
    """Insert a row of plain values unless one with a key of its is there; whether it is new."""
    return bool(_adding(table, frozenset(row)).rows(session, row))


@cache
def _adding(table: type[Base], _columns: frozenset[str]) -> Prepared:
    """One for each set of columns, as above."""
    into = as_type(Table, table.__table__)
    return Prepared(insert(into).on_conflict_do_nothing().returning(*into.primary_key.columns))


def pour(session: Session, kind: type[Base], columns: Columns) -> None:
    """Insert many rows at once, given as one list of values for each column; none for empty lists."""
    if not any(columns.values()):
        return
    connection, written = _inserting(kind, tuple(columns))._ready(session, columns)
    types = as_type(Table, kind.__table__).columns
    bound = {name: _changed(types[name].type, written.binds.get(name), column) for name, column in columns.items()}
    if connection.dialect.name == "postgresql":
        _copy(connection, kind.__tablename__, bound)
        return
    rows = list(zip(*(bound[name] for name in written.places or columns), strict=True))
    through(connection, written.sql, rows)


def _copy(connection: Connection, table: str, columns: Columns) -> None:
    """PostgreSQL's own way for many rows, several times as quick as inserting them."""
    with _cursor(connection, f"COPY {table}") as cursor:
        names = ", ".join(f'"{name}"' for name in columns)
        with cursor.copy(f'COPY "{table}" ({names}) FROM STDIN') as copy:
            for row in zip(*columns.values(), strict=True):
                copy.write_row(row)


def _changed(kind: TypeEngine[Any], change: Change | None, column: Sequence[Any]) -> Sequence[Any]:
    """Values as they go in; a time or a day, of which many are the same, is written down once."""
    if change is None:
        return column
    if isinstance(kind, UtcDateTime | Date):
        known = {value: change(value) for value in set(column)}
        return [known[value] for value in column]
    return [change(value) for value in column]


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
    """Past SQLAlchemy to the driver."""
    with _cursor(connection, sql) as cursor:
        if len(several) == 1:
            cursor.execute(sql, several[0])
        else:
            cursor.executemany(sql, several)
        return list(cursor.fetchall()) if cursor.description else []


@contextlib.contextmanager
def _cursor(connection: Connection, sql: str) -> Iterator[Any]:
    """The driver's; its errors come back as SQLAlchemy's, without the values."""
    pooled, dialect = connection.connection, connection.dialect
    driver: Any = dialect.loaded_dbapi
    cursor = pooled.cursor()
    try:
        yield cursor
    except driver.Error as error:
        if gone := dialect.is_disconnect(error, pooled, cursor):
            connection.invalidate(error)
        raise DBAPIError.instance(
            sql, None, error, driver.Error, connection_invalidated=gone, dialect=dialect
        ) from error
    finally:
        cursor.close()
