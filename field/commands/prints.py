"""打印命令: flask print files, every household's file of a region as a PDF, on all processors."""

import gc
import os
import re
import time
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

import click
from flask import Flask, current_app, g
from flask.cli import AppGroup

from field import clock
from field.at_hand import settings
from field.commands.accounts import acting
from field.config import Settings
from field.db import db, transact
from field.monitoring.household_file import Sought, households
from field.monitoring.traces import Look, leave_trace
from field.registry.rights import Actor, NotAllowed

prints = AppGroup("print", help="打印。")
ALL = 1_000_000
_apps: list[Flask] = []


class Wanted(NamedTuple):
    """一份: which household, by whom, into which file."""

    household_id: str
    by: Actor
    file: Path


@prints.command("files")
@click.option("--region", required=True, help="地区代码。")
@click.option("--as", "username", required=True, help="谁来打印（账号）：只印这个人能看的，并且留痕。")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="放到哪个文件夹。")
@click.option("--limit", type=click.IntRange(min=1), default=ALL, help="最多印多少户。")
@click.option("--everybody", is_flag=True, help="没有纳入监测的农户也印。")
def print_files(region: str, username: str, out: Path, limit: int, everybody: bool) -> None:
    """Print the files of the monitored households of a region, numbers masked, one PDF each."""
    began, by = time.monotonic(), acting(db.session(), username)
    sought = Sought(region=region, kind=None if everybody else "any", per_page=limit)
    try:
        found, _total = households(db.session(), by, sought)
    except NotAllowed:
        raise click.ClickException("这个账号看不到这个地区，没有打印") from None
    if not found:
        raise click.ClickException("这个地区没有这样的农户，没有打印")
    out.mkdir(mode=0o700, parents=True, exist_ok=True)
    wanted = [Wanted(one.id, by, out / _name(place, one.number)) for place, one in enumerate(found, 1)]
    transact(lambda session: leave_trace(session, by, Look.PRINT_FILES, region, clock.now(), f"{len(wanted)} 户"))
    size = _printed(wanted)
    click.echo(f"已打印 {len(wanted)} 户，{size / 1024 / 1024:.1f} MB，{time.monotonic() - began:.0f} 秒：{out}")


def _name(place: int, number: str) -> str:
    return f"{place:04d}-{re.sub(r'[^0-9A-Za-z-]', '-', number)}.pdf"


def _printed(wanted: list[Wanted]) -> int:
    """Print in as many processes as there are processors, for a layout takes a whole one; how many bytes."""
    hands = min(os.cpu_count() or 1, len(wanted))
    try:
        with ProcessPoolExecutor(hands, get_context("spawn"), _begin, (settings(),)) as pool:
            return sum(pool.map(_print, wanted, chunksize=2))
    except BrokenProcessPool:
        raise click.ClickException("打印的进程停了（内存不够？），没有印完，可以再来一次") from None


def _begin(settings: Settings) -> None:
    """An application of each process's own."""
    from field import create_app  # noqa: PLC0415 - the application holds this command

    _apps.append(create_app(settings))
    gc.freeze()
    gc.set_threshold(100_000, 50, 50)  # a layout makes and drops so much that tidying up took a fifth of its time


def _print(one: Wanted) -> int:
    """One household's file, as its page gives it to this person."""
    with _apps[0].test_request_context(f"/households/{one.household_id}?as=pdf"):
        g.actor = one.by
        page: Any = current_app.view_functions["file.one"]
        content: bytes = page(household_id=one.household_id).data
    one.file.write_bytes(content)
    return len(content)
