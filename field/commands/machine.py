"""体检之机器: disk, type, clock, database, worker and backup, each told as a fault in words or as well."""

import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

import click
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from field import clock, pulse
from field.config import MIGRATIONS, Settings
from field.keeping.backup import Shelf, Spoilt, last_backup, noted
from field.keeping.backup_chain import missing
from field.ledger.entries import Entry
from field.worker import signer

LOOPBACK = ("127.0.0.1", "localhost", "::1")
BACKUP_OLD = timedelta(hours=30)
SKEW = timedelta(minutes=2)
NAMED = "数据在别处的，请在 FIELD_HOME 里写明目录，或在 FIELD_DATABASE_URL 里写明数据库，再运行一次"


class Finding(NamedTuple):
    """发现: where, what, and whether something is to be done about it."""

    area: str
    text: str
    wrong: bool = False
    way: bool = False


def machine(settings: Settings, session: Session) -> Iterator[Finding]:
    """Everything but settings and providers; worker and backup only of a county that is open to its people."""
    yield _disk(settings.home)
    yield _type(settings.secure_cookies)
    yield _paper(settings.secure_cookies)
    yield from database(session)
    if settings.secure_cookies:
        yield _worker(settings.home)
        yield _backup(settings)


class NoDatabase(click.ClickException):
    """没有数据库: with an exit code of its own, for 1 is a ledger that is broken."""

    exit_code = 3


def must_be_there(session: Session) -> None:
    """NoDatabase where none was made or none answers; one that is damaged is there."""
    url = session.get_bind().engine.url
    where = url.database if url.get_backend_name() == "sqlite" else url.render_as_string()
    try:
        if MigrationContext.configure(session.connection()).get_current_revision() is None:
            raise NoDatabase(f"{where} 里没有数据库。{NAMED}；新的县请先运行 flask migrate")
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) is None and _code(error) in (None, sqlite3.SQLITE_CANTOPEN):
            raise NoDatabase(f"{where} 连不上或打不开。{NAMED}") from None
    finally:
        session.rollback()


def _code(error: DBAPIError) -> int | None:
    """SQLite's own code of a fault; None of another database."""
    return getattr(error.orig, "sqlite_errorcode", None)


def database(session: Session) -> Iterator[Finding]:
    """Whether it answers, is of this release, and agrees on the time."""
    try:
        yield _migrations(session)
        yield _clock(session)
    except DBAPIError as error:
        yield Finding("数据库", f"连不上或读不出：{type(error.orig).__name__}", wrong=True)


def _disk(home: Path) -> Finding:
    usage = shutil.disk_usage(home)
    told = f"还有 {usage.free / 1e9:.1f} GB，{pulse.free(home):.0%}"
    return Finding("磁盘", told, wrong=pulse.free(home) < pulse.LEAST_FREE)


def _type(needed: bool) -> Finding:
    found = shutil.which("fc-list")
    if not found:
        return Finding("字体", "没有 fc-list，看不了（Debian: apt install fontconfig fonts-noto-cjk）", needed)
    listed = subprocess.run([found, ":lang=zh", "family"], capture_output=True, text=True, check=False)  # noqa: S603 (our own words)
    if not listed.stdout.strip():
        return Finding("字体", "没有中文字体，打印出来是方框（Debian: apt install fonts-noto-cjk）", needed)
    return Finding("字体", f"有 {len(listed.stdout.splitlines())} 种中文字体")


def _paper(needed: bool) -> Finding:
    try:
        import_module("weasyprint")
    except OSError:
        wanted = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
        return Finding("打印", f"没有 Pango，做不了 PDF（Debian: apt install {wanted}）", needed)
    return Finding("打印", "可以做 PDF")


def _migrations(session: Session) -> Finding:
    here = MigrationContext.configure(session.connection()).get_current_revision()
    newest = ScriptDirectory(str(MIGRATIONS)).get_current_head()
    if here != newest:
        return Finding("数据库", f"版本是 {here or '空的'}，程序要 {newest}：请运行 flask migrate", wrong=True)
    return Finding("数据库", f"版本 {here}")


def _clock(session: Session) -> Finding:
    """Against the database's own clock where it has one, and against what was recorded last."""
    now = clock.now()
    if session.get_bind().dialect.name == "postgresql":
        apart = abs(session.execute(text("SELECT clock_timestamp()")).scalar_one() - now)
        if apart > SKEW:
            return Finding("时钟", f"和数据库的时钟差 {apart.total_seconds():.0f} 秒", wrong=True)
    last = session.scalar(select(func.max(Entry.recorded_at)))
    if last is not None and last > now + SKEW:
        return Finding("时钟", f"最新的条目记在 {last:%Y-%m-%d %H:%M}Z，比现在还晚：时钟走慢了或被拨回", wrong=True)
    return Finding("时钟", f"现在 {now:%Y-%m-%d %H:%M}Z")


def _worker(home: Path) -> Finding:
    beaten = pulse.last_beat(home)
    if beaten is None:
        return Finding("后台进程", "没有运行过：flask worker", wrong=True)
    silent = clock.now().timestamp() - beaten
    return Finding("后台进程", f"{silent:.0f} 秒前报到", wrong=silent > pulse.SILENT.total_seconds())


def _backup(settings: Settings) -> Finding:
    at = last_backup(settings.home)
    if at is None:
        return Finding("备份", "从来没有备份：flask backup", wrong=True)
    old = clock.now() - at
    gone = _gone(settings)
    told = f"上次 {at:%Y-%m-%d %H:%M}Z，{old.total_seconds() / 3600:.0f} 小时以前{gone}"
    return Finding("备份", told, wrong=old > BACKUP_OLD or bool(gone))


def _gone(settings: Settings) -> str:
    """What is not on the shelf any more that was laid there; of a disk that is away nothing is known."""
    known = noted(settings.home)
    shelf = Shelf(Path(known.folder if known else ""))
    if known is None or not known.folder or not shelf.files.is_dir():
        return ""
    try:
        gone = missing(shelf, known, signer(settings).verifier)
    except Spoilt as error:
        return f"；{error}"
    return f"；{gone}，见 flask backup --list" if gone else ""
