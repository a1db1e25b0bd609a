"""令牌命令: flask token make | list | revoke, for departments' own systems."""

from collections.abc import Callable
from datetime import timedelta

import click
from flask.cli import AppGroup
from sqlalchemy.orm import Session

from field import clock
from field.commands.accounts import account
from field.db import db, transact
from field.registry.staff import NoDepartment, Staff
from field.system_tokens import PER_MINUTE, make_token, revoke_token, tokens

token = AppGroup("token", help="部门系统的令牌：发、看、收回。")
SHOWN = 12


@token.command("make")
@click.argument("username")
@click.option("--note", required=True, help="给哪个系统用。")
@click.option("--region", help="只许这个地区（代码）；不填为账号的地区。")
@click.option("--days", type=click.IntRange(1, 730), default=365, show_default=True, help="多少天后失效。")
@click.option(
    "--per-minute", type=click.IntRange(1, 6000), default=PER_MINUTE, show_default=True, help="一分钟最多几次。"
)
def make(username: str, note: str, region: str | None, days: int, per_minute: int) -> None:
    """Make a token with which a department's system may send lists and read their answers; printed once."""
    now = clock.now()
    ends = now + timedelta(days=days)
    issue(
        username,
        lambda session, staff: make_token(session, staff, region, note, ends, now, per_minute),
        "令牌",
        "有令牌",
    )


def issue(username: str, make: Callable[[Session, Staff], str], what: str, may: str) -> None:
    """Make a secret for a department's account and print it once; its errors in words."""

    def work(session: Session) -> str:
        staff = account(session, username)
        try:
            return make(session, staff)
        except NoDepartment:
            raise click.ClickException(f"只有行业部门的账号可以{may}，地区要在它的地区之内") from None

    click.echo(transact(work))
    click.echo(f"{what}只显示这一次，请交给部门的系统保管", err=True)


@token.command("list")
def listed() -> None:
    """Print every token by the beginning of its number; the tokens themselves are kept nowhere."""
    for one, username in tokens(db.session()):
        state = "已收回" if one.revoked_at else "已失效" if one.ends_at <= clock.now() else "有效"
        used = f"{one.used_at:%Y-%m-%d}" if one.used_at else "没有用过"
        click.echo(
            f"{one.id[:SHOWN]}\t{username}\t{one.region}\t{one.note}\t{state}\t到 {one.ends_at:%Y-%m-%d}\t{used}"
            f"\t每分钟 {one.per_minute} 次"
        )


@token.command("revoke")
@click.argument("number")
def revoke(number: str) -> None:
    """Take a token back, by the beginning of its number as the list shows it."""
    now = clock.now()
    if len(number) < SHOWN:
        raise click.ClickException(f"编号要写{SHOWN}位，见 flask token list")
    count = transact(lambda session: revoke_token(session, number, now))
    if not count:
        raise click.ClickException("没有这个编号的有效令牌")
    click.echo("令牌已收回，马上不能用了")
