"""数据库: the handle, SQLite's and PostgreSQL's settings, and the one commit of every edge."""

import contextlib
import fcntl
import json
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session

from field.ledger.entries import Repeated
from field.orm import Base
from field.prepared import line, through

Result = TypeVar("Result")
SQLITE = (
    "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000", "journal_size_limit=67108864",
    "wal_autocheckpoint=4000",
)  # fmt: skip
POSTGRESQL = (
    "-c random_page_cost=1.1 -c jit=off -c lock_timeout=20s"  # all in memory or on an SSD; no thread waits for ever
)
WRITE = "BEGIN IMMEDIATE"
SORTED = json.JSONEncoder(sort_keys=True, ensure_ascii=False)  # the same value is the same text, whoever wrote it
TRIES = 6
TRY_AGAIN = {"40001", "40P01", "XX000", "23505"}
CONNECTION_LOST = {"08000", "08003", "08006", "57P01", "57P02", "57P03"}
LOCKED_OUT = {"55P03"}

db = SQLAlchemy(metadata=Base.metadata)


class Unavailable(Exception):
    """数据库暂时连不上: nothing was written; the phone tries again under its idempotency key."""


def transact(work: Callable[[Session], Result], session: Session | None = None) -> Result:
    """Do the work and commit once; the whole of it is tried again after a conflict with another writer."""
    session = session or db.session()
    for attempt in range(1, TRIES + 1):
        try:
            with _turn(session):
                result = work(session)
                session.commit()
                return result
        except (Repeated, DBAPIError) as error:
            session.rollback()
            if isinstance(error, DBAPIError) and _sqlstate(error) in CONNECTION_LOST | LOCKED_OUT:
                raise Unavailable from error
            if attempt == TRIES or not _may_try_again(error):
                raise
            time.sleep(0.02 * attempt)
        except BaseException:
            session.rollback()
            raise
    raise AssertionError("unreachable")


def count_anew(session: Session) -> None:
    """清点: after many new rows PostgreSQL learns how many there are; it would go on planning for an empty county."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("ANALYZE"))


@contextlib.contextmanager
def alone(session: Session) -> Iterator[None]:
    """独自写: until the end nobody else writes; who wants to is told to come again, on SQLite at once."""
    file = _file(session)
    with _locked(f"{file}-alone") if file else contextlib.nullcontext():
        with _locked(f"{file}-turn") if file else contextlib.nullcontext():
            connection = session.connection(execution_options={"field_writes": True})
        if not file:
            connection.execute(text("LOCK TABLE chain_head IN EXCLUSIVE MODE"))
        yield


@contextlib.contextmanager
def _turn(session: Session) -> Iterator[None]:
    """A writing transaction; on SQLite writers queue in the kernel, where its own lock would sleep and ask again.

    One lock is waited for, since whoever has it is done in a moment; the other tells that somebody writes alone, for
    minutes, so that nobody waits for that with a thread in hand.
    """
    if not (file := _file(session)):
        yield
        return
    with _locked(f"{file}-turn"):
        try:
            with _locked(f"{file}-alone", fcntl.LOCK_SH | fcntl.LOCK_NB):
                pass
        except BlockingIOError:
            raise Unavailable from None
        _begin_anew(session)
        yield


def _file(session: Session) -> str | None:
    """SQLite's file, beside which its writers queue; None for another database, or one in memory."""
    engine = session.get_bind().engine
    return engine.url.database if engine.dialect.name == "sqlite" else None


@contextlib.contextmanager
def _locked(path: str, how: int = fcntl.LOCK_EX) -> Iterator[None]:
    """A lock that the kernel takes away from who dies."""
    lock = os.open(path, os.O_CREAT | os.O_WRONLY, 0o600)
    try:
        fcntl.flock(lock, how)
        yield
    finally:
        os.close(lock)


def _begin_anew(session: Session) -> None:
    """End what was only read until now and begin to write, on the same line."""
    session.expire_all()
    connection = line(session)
    for step in ("ROLLBACK", WRITE):
        through(connection, step)


def engine_for(url: str) -> Engine:
    """An engine set up as the application's own, for commands and tests without an application."""
    engine = create_engine(url, **engine_options(url))
    prepare(engine)
    return engine


def engine_options(url: str) -> dict[str, Any]:
    """Pool and time-outs by kind of database."""
    both = {"json_serializer": SORTED.encode, "hide_parameters": True}  # a fault's words must not quote people
    if url.startswith("sqlite"):
        return both | {"connect_args": {"timeout": 30, "isolation_level": None}}
    own = make_url(url).query.get("options", "")
    both |= {"connect_args": {"options": f"{POSTGRESQL} {own}"}}  # what the address says comes last and counts
    return both | {"pool_size": 10, "max_overflow": 30, "isolation_level": "READ COMMITTED"}


def prepare(engine: Engine) -> None:
    """SQLite: WAL, every commit on the disk, foreign keys, and a write lock taken at the start."""
    if engine.dialect.name != "sqlite":
        return
    event.listen(engine, "connect", _sqlite_settings)
    event.listen(engine, "begin", _sqlite_begin)


def _sqlite_settings(connection: sqlite3.Connection, _record: object) -> None:
    for pragma in SQLITE:
        connection.execute(f"PRAGMA {pragma}")


def _sqlite_begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("field_writes")
    through(connection, WRITE if writes else "BEGIN")


def _sqlstate(error: DBAPIError) -> str | None:
    return getattr(error.orig, "sqlstate", None)


def _may_try_again(error: Repeated | DBAPIError) -> bool:
    if isinstance(error, Repeated):
        return True
    if isinstance(error.orig, sqlite3.Error):
        busy = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY}
        code = error.orig.sqlite_errorcode
        return code in busy or (isinstance(error, OperationalError) and code & 0xFF in busy)
    return _sqlstate(error) in TRY_AGAIN
