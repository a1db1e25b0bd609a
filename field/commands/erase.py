"""依法删除命令: flask erase household."""

import click
from flask.cli import AppGroup
from sqlalchemy import select
from sqlalchemy.orm import Session

from field import clock
from field.at_hand import settings
from field.commands.accounts import acting
from field.db import transact
from field.keeping import retention
from field.keeping.erasing import MustStay, Why, counted, erase, whole
from field.ledger.receipts import number as receipt
from field.monitoring.kept import must_stay
from field.registry.households import Household
from field.registry.rights import Actor, Right

erasing = AppGroup("erase", help="依法删除：一户的个人信息。")
SHORTEST, LONGEST = 4, 200


@erasing.command("household")
@click.argument("number")
@click.option("--reason", required=True, help="为什么删（写进台账，不要写姓名和号码）。")
@click.option("--by", "username", required=True, help="谁决定的（县级账号）。")
@click.option("--agreed", "second", required=True, help="谁同意的（另一个县级账号）。")
@click.option("--apply", "applies", is_flag=True, help="真的删；不加只列出来。")
def erase_household(number: str, reason: str, username: str, second: str, *, applies: bool) -> None:
    """List what would go and what must stay; with --apply erase it for good. Exit 1 when it must not be."""
    reason = " ".join(reason.split())
    transact(lambda session: _judged(session, number, reason, acting(session, username), acting(session, second)))
    if not applies:
        click.echo("以上只是列出，没有删除。确定要删，请加 --apply")
        return

    def work(session: Session) -> str:
        home, by, agreed = _home(session, number), acting(session, username), acting(session, second)
        days = retention.kept(settings().retention)
        return receipt(erase(session, home, Why(reason, agreed, days), by, clock.now()).hash)

    try:
        click.echo(f"已依法删除，台账回执 {transact(work)}。照片和导出由后台进程接着清除")
    except MustStay as error:  # something began just now
        raise _refused(error.args[0]) from None


def _judged(session: Session, number: str, reason: str, by: Actor, agreed: Actor) -> None:
    """Say what is found; ClickException with every reason against it."""
    home = _home(session, number)
    if not all(one.may(Right.ERASE, home.region) for one in (by, agreed)):
        raise click.ClickException("要两个县级账号，都管着这一户所在的地区")
    if by.staff_id == agreed.staff_id:
        raise click.ClickException("决定的人和同意的人不能是同一个人")
    against = must_stay(session, home, retention.kept(settings().retention), clock.now())
    everything = whole(session, home)
    if not SHORTEST <= len(reason) <= LONGEST:
        against.append(f"请写明原因，{SHORTEST} 到 {LONGEST} 个字")
    if any(value in reason for value in everything.names | everything.numbers):
        against.append("原因会一直留在台账里，请不要写姓名和号码")
    for what, count in counted(session, everything).items():
        click.echo(f"{what}：{count}")
    if against:
        raise _refused(against)


def _refused(against: list[str]) -> click.ClickException:
    return click.ClickException("不能删除：\n" + "\n".join(f"  - {one}" for one in against))


def _home(session: Session, number: str) -> Household:
    home = session.scalar(select(Household).where(Household.number == number))
    if home is None:
        raise click.ClickException("没有这个户编号")
    return home
