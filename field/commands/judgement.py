"""判断命令: flask relief and flask sweep."""

import json
import re
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import click
from flask.cli import with_appcontext

from field import clock
from field.at_hand import application
from field.codes import Grade
from field.db import db, transact
from field.monitoring.policy.shelf import pack_on, shelf
from field.monitoring.relief.relief import relief as relieve
from field.monitoring.risk.judgement import Basis, basis
from field.monitoring.risk.sweep import Swept, lanes, record_sweep, sweep_slice
from field.monitoring.workdays import china_day

LANES = 2  # PostgreSQL works for each by a process of its own; SQLite has one writer
YUAN = re.compile(r"[0-9]{1,10}(\.[0-9]{1,2})?", re.ASCII)


class Yuan(click.ParamType[int]):
    """元, kept as 分."""

    name = "yuan"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """分, or what is wrong."""
        if not YUAN.fullmatch(value):
            self.fail("费用写成元，最多两位小数，如 38000 或 6000.50", param, ctx)
        whole, _, rest = value.partition(".")
        return int(whole) * 100 + int(rest.ljust(2, "0") or 0)


@click.command("relief")
@click.argument("cost_yuan", type=Yuan())
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="按哪一天的政策包；不写就是今天。")
def relief(cost_yuan: int, on: datetime | None) -> None:
    """一个人一年的合规自付费用，各层救助多少，家里自己付多少（分）."""
    day = on.date() if on else china_day(clock.now())
    if day < (first := shelf().on(day).begins):
        raise click.ClickException(f"{day} 还没有政策包，最早的从 {first} 起")
    layers = relieve(cost_yuan, pack_on(day).relief)
    click.echo(json.dumps({"basic": layers.basic, "tilted": layers.tilted, "borne": layers.borne}))


@click.command("sweep")
@click.option("--json", "as_json", is_flag=True, help="结果写成 JSON.")
@with_appcontext
def sweep(as_json: bool) -> None:
    """Judge every household of the roster by the pack in force, and open or raise leads."""
    begin, now = time.perf_counter(), clock.now()
    swept = sweep_county(now)
    told = swept.as_json() | {"seconds": round(time.perf_counter() - begin, 3)}
    if as_json:
        click.echo(json.dumps(told))
        return
    click.echo(f"{swept.households} 户 {swept.persons} 人，用时 {told['seconds']} 秒")
    click.echo("，".join(f"{grade.label} {swept.grades[grade.value]} 户" for grade in Grade))
    click.echo(f"新的和升级的线索 {swept.warnings} 条")


def sweep_county(now: datetime) -> Swept:
    """筛查 all households in short transactions, and record that it was done; on PostgreSQL on two ways at once."""
    app, by = application(), basis(now)
    several = LANES if db.engine.dialect.name == "postgresql" else 1

    def lane(ends: tuple[str, str | None]) -> Swept:
        with app.app_context():
            return sweep_lane(by, *ends, now)

    with ThreadPoolExecutor(several) as pool:
        total = sum(pool.map(lane, lanes(db.session(), several)), Swept())
    transact(lambda session: record_sweep(session, by, total, now))
    return total


def sweep_lane(by: Basis, after: str, upto: str | None, now: datetime) -> Swept:
    """One slice of a part of the county after the other."""
    total = Swept()
    while True:
        part = transact(lambda session: sweep_slice(session, by, after, now, upto=upto))  # noqa: B023 (called at once)
        total += part
        if part.last is None:
            return total
        after = part.last
