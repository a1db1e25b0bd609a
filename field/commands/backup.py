"""备份命令: flask backup DIR | flask restore DIR."""

from datetime import datetime
from pathlib import Path

import click
from flask.cli import with_appcontext

from field import clock
from field.at_hand import settings
from field.db import db, transact
from field.keeping import backup
from field.keeping.backup import Shelf, Spoilt
from field.keeping.backup_chain import missing
from field.keeping.dumping import CannotDump
from field.keeping.restore import Restored
from field.keeping.restore import restore as fill
from field.ledger import checkpoints
from field.worker import signer

FOLDER = click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
SECRET = click.option(
    "--passphrase-file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="锁密钥的口令，写在文件里。"
)


@click.command("backup")
@FOLDER
@SECRET
@click.option("--without-keys", is_flag=True, help="不带密钥；密钥文件要另外保管，没有它备份打不开。")
@click.option("--keep", type=click.IntRange(min=1), default=14, show_default=True, help="留几份。")
@click.option("--check", is_flag=True, help="不备份，只查最新一份是否完好。")
@click.option("--list", "lists", is_flag=True, help="不备份，只列出有哪几份，缺哪一份。")
@with_appcontext
def take(folder: Path, passphrase_file: Path | None, without_keys: bool, keep: int, check: bool, lists: bool) -> None:
    """备份数据库、照片和密钥,不用停下来."""
    shelf = Shelf(folder)
    if check or lists:
        (_check if check else _list)(shelf)
        return
    if (passphrase_file is None) is not without_keys:
        raise click.UsageError(
            "请给 --passphrase-file（密钥锁上一起备份），或 --without-keys（密钥另外保管），只能选一样"
        )
    try:
        with shelf.locked():
            moment = _taken(shelf, _words(passphrase_file), keep)
            gone = shelf.prune(keep)
    except BlockingIOError as error:
        raise click.ClickException("另一个备份正在进行") from error
    except (CannotDump, Spoilt) as error:
        raise click.ClickException(str(error)) from error
    older = f"；删去旧的 {gone} 份" if gone else ""
    click.echo(f"备份好了 {_told(shelf, moment)}{older}")
    if without_keys:
        click.echo("没有带密钥：密钥文件请另外保管，没有它谁也打不开这份备份")


@click.command("restore")
@FOLDER
@SECRET
@click.option("--moment", help="哪一份；不写就是最新的。")
@with_appcontext
def restore(folder: Path, passphrase_file: Path | None, moment: str | None) -> None:
    """从备份恢复到一个空的 FIELD_HOME 和空的数据库,然后核验台账."""
    shelf = Shelf(folder)
    db.engine.dispose()
    try:
        done = fill(settings(), shelf, moment := moment or _newest(shelf), _words(passphrase_file))
    except (CannotDump, Spoilt) as error:
        raise click.ClickException(f"没有恢复：{error}") from error
    click.echo(f"用的是 {_told(shelf, moment)}。{_outcome(done)}")
    if not done.sound:
        raise SystemExit(1)


def _taken(shelf: Shelf, passphrase: bytes | None, keep: int) -> str:
    own = signer(settings())
    sealed = transact(lambda session: checkpoints.take(session, own, clock.now()))
    note = sealed.note if sealed else ""
    db.session.remove()
    return backup.take(settings(), shelf, own, note, passphrase, clock.now(), keep)


def _check(shelf: Shelf) -> None:
    try:
        moment = _newest(shelf)
        faults = shelf.faults(shelf.read(moment))
    except Spoilt as error:
        raise click.ClickException(str(error)) from error
    for fault in faults:
        click.echo(f"✗ {fault}")
    if faults:
        raise click.ClickException(f"备份 {moment} 有 {len(faults)} 个文件不对")
    click.echo(f"备份完好 {_told(shelf, moment)}")
    _whole(shelf)


def _list(shelf: Shelf) -> None:
    """Every backup, the newest last, and what is missing; exit 1 where something is."""
    own, newest = signer(settings()).verifier, _newest(shelf)
    try:
        for moment in shelf.moments():
            click.echo(f"{_told(shelf, moment)}{'' if shelf.read(moment).is_signed_by(own) else '；没有本县的签名'}")
        hours = (clock.now() - datetime.fromisoformat(shelf.read(newest).taken_at)).total_seconds() / 3600
    except Spoilt as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"最新一份是 {hours:.0f} 小时以前的")
    _whole(shelf)


def _whole(shelf: Shelf) -> None:
    """Exit 1 where a backup was taken away or exchanged."""
    try:
        if gone := missing(shelf, backup.noted(settings().home), signer(settings()).verifier):
            raise click.ClickException(gone)
    except Spoilt as error:
        raise click.ClickException(str(error)) from error


def _newest(shelf: Shelf) -> str:
    if not shelf.moments():
        raise click.ClickException("这里没有备份")
    return shelf.moments()[-1]


def _words(file: Path | None) -> bytes | None:
    """The passphrase, which must not be empty."""
    said = file.read_bytes().strip() if file else None
    if said is not None and len(said) < 12:
        raise click.ClickException("口令太短，至少 12 个字符")
    return said


def _told(shelf: Shelf, moment: str) -> str:
    one = shelf.read(moment)
    size = sum(kept.size for kept in one.files.values())
    return (
        f"{moment}，{f'第 {one.number} 份' if one.number else '没有编号'}：{len(one.files)} 个文件，{size / 1e6:.1f} MB"
    )


def _outcome(done: Restored) -> str:
    found = done.report.broken
    ledger = f"台账有问题：{found.words}" if found else f"台账完好：{done.report.entries} 条"
    photos = f"照片 {done.photos} 张" + (f"，其中 {len(done.lost)} 张打不开" if done.lost else "都打得开")
    return f"{'恢复好了' if done.sound else '恢复了，但有问题'}。{ledger}；{photos}"
