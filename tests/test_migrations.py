"""迁移: up and down on both databases, equal to the models; counties as schemas; entries that nobody changes."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask_migrate import downgrade, upgrade
from sqlalchemy import Engine, MetaData, func, inspect, make_url, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

import field.commands  # noqa: F401 (every model is known once every edge is)
from field import create_app
from field.config import Settings
from field.db import db, engine_for, transact
from field.ledger.entries import Entry
from field.monitoring.rebuild import rebuild
from field.monitoring.visiting.evidence import Evidence, EvidenceSender
from field.orm import Base
from field.registry.sealing import Keyring
from tests.county import County, found_county

VERSIONS = Path(__file__).parent.parent / "migrations" / "versions"


@pytest.fixture
def bare_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An address at which nothing is, on both databases."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'bare.db'}"
        return
    server = request.getfixturevalue("postgres")
    name = f"bare_{uuid4().hex[:12]}"
    on_server(server, f'CREATE DATABASE "{name}"')
    yield address(server, database=name)
    on_server(server, f'DROP DATABASE "{name}" WITH (FORCE)')


on_both = pytest.mark.parametrize(
    "bare_url", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)


def on_server(server: str, *statements: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def address(server: str, **changes: Any) -> str:
    url = make_url(server).set(drivername="postgresql+psycopg")
    query = changes.pop("query", {})
    return url.set(**changes).update_query_dict(query).render_as_string(hide_password=False)


def migrate(home: Path, url: str, *steps: str) -> None:
    """Run `upgrade` (+) and `downgrade` (-) to the revisions named."""
    app = create_app(Settings(home, url))
    with app.app_context():
        for step in steps:
            (upgrade if step[0] == "+" else downgrade)(revision=step[1:])
        db.engine.dispose()


def tables(url: str) -> set[str]:
    engine = engine_for(url)
    found = set(inspect(engine).get_table_names())
    engine.dispose()
    return found - {"alembic_version"}


def drift(engine: Engine) -> list[Any]:
    """What autogenerate would change, types and defaults included."""
    with engine.connect() as connection:
        options = {"compare_type": True, "compare_server_default": True}
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), Base.metadata))


def test_the_migrations_equal_the_models(engine: Engine) -> None:
    assert drift(engine) == []


def test_the_comparison_would_see_a_drift(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE trace DROP COLUMN reason"))
        connection.execute(text("CREATE TABLE stray (id VARCHAR(36) PRIMARY KEY)"))
    assert {difference[0] for difference in drift(engine)} == {"add_column", "remove_table"}


@on_both
def test_up_down_and_up_again_leaves_nothing_and_lacks_nothing(bare_url: str, tmp_path: Path) -> None:
    migrate(tmp_path / "home", bare_url, "+head")
    full = tables(bare_url)
    assert full == set(Base.metadata.tables)
    migrate(tmp_path / "home", bare_url, "-base")
    assert tables(bare_url) == set()
    migrate(tmp_path / "home", bare_url, "+head")
    assert tables(bare_url) == full
    engine = engine_for(bare_url)
    assert drift(engine) == []
    engine.dispose()


@on_both
def test_every_single_step_can_be_taken_back(bare_url: str, tmp_path: Path) -> None:
    versions = sorted(path.name[:4] for path in VERSIONS.glob("[0-9]*.py"))
    assert versions == [f"{number:04}" for number in range(1, len(versions) + 1)], "sequential, without a fork"
    steps = [step for version in versions for step in (f"+{version}", "--1", f"+{version}")]
    migrate(tmp_path / "home", bare_url, *steps)
    assert tables(bare_url) == set(Base.metadata.tables)


@on_both
def test_who_had_sent_a_photograph_is_still_its_sender(bare_url: str, tmp_path: Path) -> None:
    migrate(tmp_path / "home", bare_url, "+0004")
    engine = engine_for(bare_url)
    with engine.execution_options(field_writes=True).begin() as connection:
        connection.execute(
            text("INSERT INTO staff (id, username, name, password_hash) VALUES ('s-1', 'cadre', '陈', '')")
        )
        photo = "('ab', 9, 'jpeg', 3, 3, 's-1', '2026-11-20 02:30:00.000000')"
        columns = "sha256, size, format, width, height, sent_by, arrived_at"
        connection.execute(text(f"INSERT INTO evidence ({columns}) VALUES {photo}"))
    migrate(tmp_path / "home", bare_url, "+head")
    with Session(engine) as session:
        [sender] = session.scalars(select(EvidenceSender))
        photo_arrived = session.get_one(Evidence, "ab").arrived_at
        assert (sender.sha256, sender.sent_by, sender.sent_at) == ("ab", "cadre", photo_arrived)
    migrate(tmp_path / "home", bare_url, "-0004")
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT sent_by FROM evidence")) == "s-1"
    engine.dispose()


@on_both
def test_migrating_twice_changes_nothing(bare_url: str, tmp_path: Path) -> None:
    migrate(tmp_path / "home", bare_url, "+head", "+head")
    assert tables(bare_url) == set(Base.metadata.tables)


def test_no_key_is_made_by_the_database_and_nothing_names_a_schema() -> None:
    """Rules 1 and 2 of counties as schemas: no schema, no identity, no sequence, no server default."""
    for table in Base.metadata.tables.values():
        assert table.schema is None
        for column in table.columns:
            assert column.server_default is None, column
            assert column.identity is None, column
            if column.primary_key and column.type.python_type is int:
                assert column.autoincrement is False, column


def test_every_constraint_and_index_has_a_name(engine: Engine) -> None:
    seen = MetaData()
    seen.reflect(engine)
    for table in seen.tables.values():
        if table.name != "alembic_version":
            assert all(constraint.name for constraint in table.constraints if constraint.columns), table.name  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entry SET actor = 'someone else'",
        "UPDATE entry SET seq = seq + 100",
        "UPDATE entry SET recorded_at = recorded_at WHERE seq = 1",
        "DELETE FROM entry",
        "DELETE FROM entry WHERE seq = 1",
    ],
)
def test_the_database_itself_refuses_to_change_or_delete_an_entry(county: County, statement: str) -> None:
    with county.app.app_context():
        before = rows(db.session())
        assert before
        with pytest.raises(DBAPIError):
            transact(lambda session: session.execute(text(statement)))
        assert rows(db.session()) == before


def test_no_second_entry_takes_the_place_of_one(small_county: County) -> None:
    columns = ", ".join(column.name for column in Entry.__table__.columns)
    again = f"INSERT OR REPLACE INTO entry ({columns}) SELECT {columns.replace('actor', 'upper(actor)')} FROM entry"
    with small_county.app.app_context():
        before = rows(db.session())
        with pytest.raises(DBAPIError):
            transact(lambda session: session.execute(text(again)))
        assert rows(db.session()) == before


@pytest.mark.postgres
def test_postgresql_refuses_to_empty_the_ledger(postgres_url: str, tmp_path: Path, ring: Keyring) -> None:
    county = found_county(Settings(tmp_path / "home", postgres_url), ring)
    with county.app.app_context(), pytest.raises(DBAPIError):
        transact(lambda session: session.execute(text("TRUNCATE entry CASCADE")))
    county.close()


@pytest.fixture
def two_counties(postgres: str, tmp_path: Path, ring: Keyring) -> Iterator[tuple[County, County]]:
    """Two counties as two schemas of one PostgreSQL database: an owner migrates, a role of its own serves each."""
    database = f"counties_{uuid4().hex[:12]}"
    on_server(postgres, f'CREATE DATABASE "{database}"')
    plain = make_url(postgres).set(database=database).render_as_string(hide_password=False)
    roles = [f"app_{name}_{uuid4().hex[:8]}" for name in ("a", "b")]
    counties = []
    for schema, role in zip(("county_a", "county_b"), roles, strict=True):
        on_server(plain, f"CREATE SCHEMA {schema}", f"CREATE ROLE {role} LOGIN PASSWORD 'local'")
        search = {"options": f"-csearch_path={schema}"}
        migrate(tmp_path / schema, address(plain, query=search), "+head")
        on_server(plain, *grants(schema, role))
        served = address(plain, username=role, password="local", query=search)
        counties.append(found_county(Settings(tmp_path / schema, served), ring))
    yield counties[0], counties[1]
    for county in counties:
        county.close()
    on_server(postgres, f'DROP DATABASE "{database}" WITH (FORCE)', *(f"DROP ROLE {role}" for role in roles))


def grants(schema: str, role: str) -> list[str]:
    """Everything for the application's role, except that entries can only be read and added (design, section 6)."""
    return [
        f"GRANT USAGE ON SCHEMA {schema} TO {role}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {role}",
        f"REVOKE UPDATE, DELETE ON {schema}.entry FROM {role}",
    ]


@pytest.mark.postgres
def test_two_counties_in_one_postgresql_do_not_mix(two_counties: tuple[County, County]) -> None:
    one, other = two_counties
    assert not set(one.households.values()) & set(other.households.values())
    for _ in range(3):
        assert one.client("cadre").post("/api/visits", json=one.visit()).status_code == 201
    assert other.client("cadre").post("/api/visits", json=other.visit()).status_code == 201
    stranger = other.client("cadre").post("/api/visits", json=one.visit())
    assert stranger.status_code == 403
    foreign = other.client().get("/api/me", headers={"Authorization": f"Bearer {one.tokens['cadre']}"})
    assert foreign.status_code == 401
    assert [visits(county) for county in (one, other)] == [3, 1]


@pytest.mark.postgres
@pytest.mark.parametrize(
    "statement",
    ["UPDATE entry SET actor = 'x'", "DELETE FROM entry", "TRUNCATE entry", "DROP TRIGGER entry_update ON entry"],
)
def test_the_applications_role_can_record_a_visit_and_not_change_one(
    two_counties: tuple[County, County], statement: str
) -> None:
    county, _ = two_counties
    assert county.client("cadre").post("/api/visits", json=county.visit()).status_code == 201
    with county.app.app_context():
        with pytest.raises(DBAPIError) as refused:
            transact(lambda session: session.execute(text(statement)))
        assert getattr(refused.value.orig, "sqlstate", None) == "42501", "insufficient privilege, before any trigger"
        assert transact(rebuild).differing == (), "a rebuild needs no more than that either"


@pytest.mark.postgres
def test_one_county_cannot_read_the_other(two_counties: tuple[County, County]) -> None:
    with two_counties[0].app.app_context(), pytest.raises(DBAPIError) as refused:
        db.session.execute(text("SELECT * FROM county_b.entry"))
    assert getattr(refused.value.orig, "sqlstate", None) == "42501"


def rows(session: Session) -> list[tuple[Any, ...]]:
    session.rollback()
    return [tuple(row) for row in session.execute(select(Entry.__table__).order_by(Entry.chain_id, Entry.seq))]


def visits(county: County) -> int:
    with county.app.app_context():
        return db.session.scalar(select(func.count()).select_from(Entry).where(Entry.kind == "visit")) or 0
