"""微信命令: whether the county's official account can be reached with the settings as they are."""

import click
from flask.cli import AppGroup

from field import clock
from field.db import transact
from field.messaging.hooks import connected
from field.messaging.messages import SendError
from field.messaging.providers.wechat_token import Tokens

wechat = AppGroup("wechat", help="微信公众号。")


@wechat.command("check")
def check() -> None:
    """看看 AppID、AppSecret 和 IP 白名单对不对."""
    settings = connected().wechat
    if settings is None:
        raise click.ClickException("没有配置公众号：请先设置 WECHAT_TOKEN 等")
    try:
        Tokens(settings, transact, clock.now).current()
    except SendError as error:
        raise click.ClickException(
            f"微信没有给令牌（{error.reason}）；40164 是 IP 白名单，40125 是 AppSecret"
        ) from None
    click.echo("公众号接通了")
