"""命令: what is done from the terminal."""

import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial, wraps
from pathlib import Path
from typing import Any

import click
from flask import Flask
from flask.cli import AppGroup
from flask_migrate import upgrade
from sqlalchemy.exc import DBAPIError

from field import worker
from field.at_hand import application, settings, vault
from field.commands import (
    backup,
    checkins,
    demo,
    dialogs,
    doctor,
    erase,
    judgement,
    ledger,
    policy,
    prints,
    quality,
    roster,
    staff,
    templates,
    tokens,
    understand,
    webhook,
    wechat,
)
from field.commands.machine import database, must_be_there
from field.commands.miswritten import in_chinese
from field.db import Unavailable, db, transact
from field.monitoring import reseal
from field.registry.region_file import read_regions
from field.registry.regions import load_regions
from field.registry.sealing import keyring, save_keyring

keys = AppGroup("keys", help="密钥。")
regions = AppGroup("regions", help="行政区划。")
STOPS = (signal.SIGINT, signal.SIGTERM)


def register(app: Flask) -> None:
    """Put every command on the application."""
    for command in (migrate, *COMMANDS):
        app.cli.add_command(command)


@click.command("migrate")
def migrate() -> None:
    """Bring the database to the newest version."""
    upgrade()


@click.command("worker")
def work() -> None:
    """Do the work that can wait, until told to stop: once, and the job at hand is ended first; twice, and at once."""
    stop = threading.Event()

    def told(*_: object) -> None:
        stop.set()
        for again in STOPS:
            signal.signal(again, signal.SIG_DFL)

    for sign in STOPS:
        signal.signal(sign, told)
    with ThreadPoolExecutor(1) as hand:  # the signal's own thread must not hold the event's lock when it comes
        hand.submit(worker.run, application(), stop).result()


@regions.command("load")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def regions_load(file: Path) -> None:
    """Load regions from a CSV file with the columns code,name."""
    try:
        rows = read_regions(file.read_bytes())
        click.echo(f"{transact(lambda session: load_regions(session, rows))} 个地区")
    except ValueError as error:
        raise click.ClickException(str(error)) from None


@keys.command("rotate")
def keys_rotate() -> None:
    """Seal everything new with a new key, then what is there; running servers take the key up by themselves."""
    save_keyring(keyring().rotated(), settings().keys)
    keyring().reread()
    click.echo(f"现在用第 {keyring().active} 号密钥")
    _reseal()


@keys.command("reseal")
def keys_reseal() -> None:
    """Go on sealing old values with the newest key, after a rotation that was broken off."""
    _reseal()


def _reseal() -> None:
    """Batch by batch; exit 1 when a value could not be opened, which is then left as it is."""
    anew = broken = 0
    for shelf in reseal.shelves():
        last: reseal.Key | None = ()
        while last is not None:
            batch = transact(partial(reseal.reseal_rows, shelf=shelf, after=last or None))
            anew, broken, last = anew + batch.anew, broken + batch.broken, batch.last
    files = reseal.reseal_photos(db.session(), vault())
    click.echo(f"重新加密 {anew} 个值、{files} 个照片文件" + (f"；{broken} 个值打不开，没有动" if broken else ""))
    if broken:
        raise SystemExit(1)


def _in_plain_words(command: click.Command) -> None:
    """Have a command, or each of a group, say in Chinese what was typed wrong, and what is wrong with its database."""
    begin: Any = command.make_context
    command.make_context = _heard(begin)  # type: ignore[method-assign]
    if isinstance(command, click.Group):
        choose: Any = command.resolve_command
        command.resolve_command = _heard(choose)  # type: ignore[method-assign]
        for one in command.commands.values():
            _in_plain_words(one)
        return
    work: Any = command.callback

    @wraps(work)
    def told(*given: Any, **named: Any) -> Any:
        try:
            return work(*given, **named)
        except (DBAPIError, Unavailable) as error:
            raise _why(error) from None

    command.callback = told


def _heard(reading: Any) -> Any:
    """The reading of what was typed, whose faults are told in Chinese."""

    @wraps(reading)
    def told(*given: Any, **named: Any) -> Any:
        try:
            return reading(*given, **named)
        except click.UsageError as fault:
            raise in_chinese(fault) from None

    return told


def _why(fault: Exception) -> Exception:
    """What doctor says of the database, if there is one; the fault itself where all is well with it."""
    db.session.rollback()
    must_be_there(db.session())
    told = (click.ClickException(f"{one.area}{one.text}") for one in database(db.session()) if one.wrong)
    return next(told, fault)


COMMANDS: tuple[click.Command, ...] = (
    keys, regions, ledger.ledger, staff.staff, roster.roster, demo.demo, checkins.checkins,
    policy.policy, tokens.token, webhook.webhook, prints.prints, erase.erasing, work,
    understand.understand, dialogs.dialogs, dialogs.play, templates.templates, doctor.doctor,
    wechat.wechat, judgement.relief, judgement.sweep, quality.quality, backup.take,
    backup.restore,
)  # fmt: skip
for command in COMMANDS:
    _in_plain_words(command)
