"""数据库快照: one moment of the database in one file, while the county goes on working; and back again."""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from sqlalchemy import create_engine, inspect, make_url

CLIENT = "请装 PostgreSQL 客户端，版本不低于数据库的版本（Debian: apt install postgresql-client）"


class CannotDump(Exception):
    """快照做不成, or cannot be put back; in words for a technician."""


def dump(url: str, to: Path) -> str:
    """Write the snapshot; the kind of database."""
    file = make_url(url).database
    if make_url(url).get_backend_name() == "sqlite":
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=30)) as connection:
            connection.execute("VACUUM INTO ?", [str(to)])
        return "sqlite"
    _run(url, "pg_dump", "--format=custom", "--no-owner", "--no-privileges", "--compress=1", f"--file={to}")
    return "postgresql"


def put_back(url: str, snapshot: Path) -> None:
    """Fill an empty database, whole or not at all."""
    if make_url(url).get_backend_name() == "sqlite":
        place = Path(make_url(url).database or "")
        part = place.with_name(f"{place.name}.part")
        shutil.copyfile(snapshot, part)
        part.chmod(0o600)
        part.rename(place)
        return
    _run(url, "pg_restore", "--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction", str(snapshot))


def is_empty(url: str) -> bool:
    """Whether there is nothing in the database, or no database file at all."""
    made = make_url(url)
    if made.get_backend_name() == "sqlite" and not Path(made.database or "").exists():
        return True
    engine = create_engine(url)
    try:
        return not inspect(engine).get_table_names()
    finally:
        engine.dispose()


def _run(url: str, program: str, *words: str) -> None:
    """A program of PostgreSQL's; the password goes by the environment, where no other user reads it."""
    found = shutil.which(program)
    if not found:
        raise CannotDump(f"这台机器上没有 {program}。{CLIENT}")
    made = make_url(url)
    bare = made.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    secret = {"PGPASSWORD": str(made.password)} if made.password else {}
    done = subprocess.run(  # noqa: S603 (our own words)
        [found, *words, f"--dbname={bare}"], env=os.environ | secret, capture_output=True, text=True, check=False
    )
    if done.returncode:
        hint = f"。{CLIENT}" if "version mismatch" in done.stderr or "unsupported version" in done.stderr else ""
        raise CannotDump(f"{program} 没有做成：{done.stderr.strip()[-400:]}{hint}")
