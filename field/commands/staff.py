"""账号命令: flask staff add | post | password | end | list."""

from datetime import datetime

import click
from flask.cli import AppGroup
from sqlalchemy import select
from sqlalchemy.orm import Session
from uuid6 import uuid7

from field import clock
from field.codes import Role
from field.commands.accounts import account
from field.db import db, transact
from field.login import hash_password, revoke_sessions
from field.monitoring.policy.shelf import pack_on
from field.monitoring.posts.sharing_rules import NotShared, rule_of
from field.monitoring.workdays import china_day
from field.registry.regions import Region
from field.registry.staff import Staff, find_staff, take_post

staff = AppGroup("staff", help="账号：开通、换岗、改密码、停用。")
ROLE = click.Choice([role.value for role in Role])
SHORTEST = 8
UNIT = "单位。乡镇单位必填，和政策包里的写法一样，如 民政办。"


@staff.command("add")
@click.argument("username")
@click.option("--name", required=True, help="姓名。")
@click.option("--role", type=ROLE, required=True, help="角色。")
@click.option("--region", required=True, help="区划代码。")
@click.option("--unit", help=UNIT)
@click.password_option(help="密码，至少8位。")
def add(username: str, name: str, role: str, region: str, unit: str | None, password: str) -> None:
    """Open an account with its first post."""
    now, hashed = clock.now(), _hashed(password)

    def work(session: Session) -> None:
        if find_staff(session, username):
            raise click.ClickException("这个用户名已经有了")
        row = Staff(id=str(uuid7()), username=username, name=name, unit=unit, password_hash=hashed, posts=[])
        session.add(row)
        session.flush()
        _post(session, row, role, region, now)

    transact(work)
    click.echo(f"{name} 的账号开好了")


@staff.command("post")
@click.argument("username")
@click.option("--role", type=ROLE, required=True, help="角色。")
@click.option("--region", required=True, help="区划代码。")
@click.option("--unit", help=UNIT)
def post(username: str, role: str, region: str, unit: str | None) -> None:
    """Give an account another post from now on; the former one is kept in its history."""
    now = clock.now()

    def work(session: Session) -> None:
        row = account(session, username)
        row.unit = unit or row.unit
        _post(session, row, role, region, now)

    transact(work)
    click.echo("换岗已记下")


@staff.command("password")
@click.argument("username")
@click.password_option(help="新密码，至少8位。")
def password(username: str, password: str) -> None:
    """Set another password and end every session of the account."""
    now, hashed = clock.now(), _hashed(password)

    def work(session: Session) -> None:
        row = account(session, username)
        row.password_hash = hashed
        revoke_sessions(session, row.id, now)

    transact(work)
    click.echo("密码已改，各处都要重新登录")


@staff.command("end")
@click.argument("username")
def end(username: str) -> None:
    """End an account and every session of it; its phone wipes itself at the next contact."""
    now = clock.now()

    def work(session: Session) -> None:
        row = account(session, username)
        row.ended_at = row.ended_at or now

    transact(work)
    click.echo("账号已停用")


@staff.command("list")
def everybody() -> None:
    """Print every account with the post held now."""
    now = clock.now()
    for row in db.session.scalars(select(Staff).order_by(Staff.username)):
        held = row.post_at(now)
        where = f"{Role.label_of(held.role)} {held.region} {row.unit or ''}".rstrip() if held else "没有岗位"
        click.echo(f"{row.username}\t{row.name}\t{where}{'  已停用' if row.ended_at else ''}")


def _post(session: Session, row: Staff, role: str, region: str, now: datetime) -> None:
    if session.get(Region, region) is None:
        raise click.ClickException("没有这个区划代码")
    if role == Role.UNIT:
        _shared_with(row.unit, region, now)
    take_post(session, row, Role(role), region, now, str(uuid7()))


def _shared_with(unit: str | None, region: str, now: datetime) -> None:
    """Whether the pack of today says what a unit of a town sees; what is wrong in words."""
    pack = pack_on(china_day(now))
    try:
        rule_of(unit, region, pack)
    except NotShared:
        there = "、".join(one.unit for one in pack.sharing) or "没有写任何单位"
        words = f"乡镇单位要定在一个乡镇（9位代码），--unit 要和政策包 {pack.name} 里的写法一样（现在有：{there}）"
        raise click.ClickException(words) from None


def _hashed(password: str) -> str:
    if len(password) < SHORTEST:
        raise click.ClickException(f"密码至少{SHORTEST}位")
    return hash_password(password)
