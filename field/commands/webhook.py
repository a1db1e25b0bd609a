"""回调命令: flask webhook make | list | revoke, for what departments' systems are told."""

from urllib.parse import urlsplit

import click
from flask.cli import AppGroup

from field import clock
from field.codes import RiskFactor
from field.commands.machine import LOOPBACK
from field.commands.tokens import issue
from field.db import db, transact
from field.monitoring.webhooks import add_webhook, revoke_webhook, webhooks

webhook = AppGroup("webhook", help="部门系统的回调：登记、看、停用。")


@webhook.command("make")
@click.argument("username")
@click.argument("url")
@click.option("--region", help="只说这个地区（代码）的农户；不填为账号的地区。")
@click.option(
    "--risk",
    "risks",
    multiple=True,
    type=click.Choice(list(RiskFactor.labels())),
    help="只说有这种风险点的，可写几次。",
)
def make(username: str, url: str, region: str | None, risks: tuple[str, ...]) -> None:
    """Tell a department's system at URL (https) of households that are monitored, eliminated or gone."""
    place = urlsplit(url)
    plain = place.scheme == "http" and place.hostname in LOOPBACK
    if not (place.scheme == "https" or plain) or not place.hostname or place.username:
        raise click.ClickException("地址要以 https:// 开头，里面不带账号")
    now = clock.now()
    issue(username, lambda session, staff: add_webhook(session, staff, region, url, risks, now), "密钥", "登记")


@webhook.command("list")
def listed() -> None:
    """Print every address, and how the last delivery went."""
    for one, username in webhooks(db.session()):
        state = "已停用" if one.revoked_at else one.trouble or "正常"
        told = f"{one.told_at:%Y-%m-%d %H:%M}Z" if one.told_at else "没有送过"
        risks = "、".join(RiskFactor.label_of(risk) for risk in one.risks) or "全部风险点"
        click.echo(f"{one.id}\t{username}\t{one.region}\t{one.url}\t{risks}\t{state}\t{told}")


@webhook.command("revoke")
@click.argument("webhook_id")
def revoke(webhook_id: str) -> None:
    """Tell this address nothing more; what waits is not sent."""
    now = clock.now()
    if not transact(lambda session: revoke_webhook(session, webhook_id, now)):
        raise click.ClickException("没有这个编号的有效回调，见 flask webhook list")
    click.echo("已停用")
