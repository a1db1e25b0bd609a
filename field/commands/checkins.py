"""回访命令: flask checkins due | start."""

import json

import click
from flask.cli import AppGroup
from uuid6 import uuid7

from field import clock
from field.db import db, transact
from field.messaging import checkin_waves
from field.messaging.hooks import connected
from field.messaging.wave_figures import estimate
from field.monitoring.workers.due_checkins import Count, count_by_place, due
from field.registry.regions import VILLAGE, Region, county, names

checkins = AppGroup("checkins", help="务工回访。")
REGION = click.option("--region", default="", help="区划代码，不写就是全县。")
LIMIT = click.option("--limit", type=click.IntRange(min=1), help="这一批最多问多少人。")


@checkins.command("due")
@REGION
@click.option("--json", "as_json", is_flag=True, help="输出 JSON.")
def show(region: str, as_json: bool) -> None:
    """看看哪些村有多少务工人员该回访."""
    now, session, open_ways = clock.now(), db.session(), connected().ways
    found = due(session, _region(region), now, open_ways)
    counts = count_by_place(found, VILLAGE)
    cost = estimate([one for one in found if one.contact_id], open_ways, now)
    whole = sum(counts.values(), Count())
    if as_json:
        villages = {code: count._asdict() for code, count in sorted(counts.items())}
        told = {**whole._asdict(), "sms_units": cost.units, "sms_cost": cost.cost, "villages": villages}
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    called = names(session, counts)
    for code, count in sorted(counts.items()):
        click.echo(f"{called.get(code, code)}\t{_words(count)}")
    click.echo(f"合计\t{_words(whole)}\n短信 {cost.units} 条，约 {cost.cost / 100:.2f} 元")


@checkins.command("start")
@REGION
@LIMIT
def begin(region: str, limit: int | None) -> None:
    """开始一批回访; 由 flask worker 按时间逐个发出."""
    now, open_ways, wave_id, place = clock.now(), connected().ways, str(uuid7()), _region(region)
    if not open_ways:
        raise click.ClickException("还没有接通短信或微信，发不了")
    transact(lambda session: checkin_waves.start(session, wave_id, place, "field", open_ways, now, limit=limit))
    click.echo(f"已安排，批号 {wave_id}")


def _region(code: str) -> str:
    """The region that was named, or the county."""
    found = db.session().get(Region, code) if code else county(db.session())
    if found is None:
        raise click.ClickException("没有这个区划代码")
    return found.code


def _words(count: Count) -> str:
    return f"该回访 {count.due}，能发信息 {count.reachable}，只能打电话 {count.out_of_reach}，已退订 {count.stopped}"
