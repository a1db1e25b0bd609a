"""数据质量命令: flask quality."""

import json
import time

import click
from flask.cli import with_appcontext

from field import clock
from field.db import db
from field.monitoring.checks.quality import count, terms
from field.monitoring.checks.quality_checks import CHECKS
from field.registry.regions import county


@click.command("quality")
@click.option("--json", "as_json", is_flag=True, help="结果写成 JSON.")
@with_appcontext
def quality(as_json: bool) -> None:
    """Run every live check over the county, and tell how many households each finds."""
    session, by, begin = db.session(), terms(clock.now()), time.perf_counter()
    here = county(session)
    counted, took = {}, {}
    for check in CHECKS:
        began = time.perf_counter()
        counted[check.code] = count(session, check, by, here.code) if here else 0
        took[check.code] = round(time.perf_counter() - began, 3)
    seconds = round(time.perf_counter() - begin, 3)
    if as_json:
        told = {"as_of": by.day.isoformat(), "pack": by.pack.name, "counts": counted, "took": took, "seconds": seconds}
        click.echo(json.dumps(told))
        return
    for check in CHECKS:
        click.echo(f"{counted[check.code]:>7} 户  {check.title}")
    click.echo(f"用时 {seconds} 秒")
