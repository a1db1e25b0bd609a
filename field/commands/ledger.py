"""台账命令: flask ledger verify | checkpoint | rebuild | show."""

import json
from pathlib import Path

import click
from flask.cli import AppGroup
from sqlalchemy import or_, select

from field import clock
from field.at_hand import settings
from field.codes import Channel, EntryKind
from field.commands.machine import must_be_there
from field.db import alone, db, transact
from field.ledger import checkpoints
from field.ledger.entries import Entry
from field.ledger.faults import Report
from field.ledger.package import PackageReport, check
from field.ledger.receipts import number
from field.ledger.verify import verify
from field.monitoring.rebuild import rebuild
from field.registry.households import Household
from field.worker import signer

ledger = AppGroup("ledger", help="台账：核验、封存、重建、查看。")


@ledger.command("verify")
@click.option("--json", "as_json", is_flag=True, help="结果写成 JSON.")
@click.option("--checkpoint", "kept", type=click.Path(exists=True, path_type=Path), help="另处保存的封存单。")
@click.option(
    "--package", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="核验一个数据包，不用数据库。"
)
@click.option("--key", help="县里公布的公钥（flask ledger key）；只用于数据包。")
def ledger_verify(as_json: bool, kept: Path | None, package: Path | None, key: str | None) -> None:
    """Recompute every hash; exit 0, 1 naming the first broken entry, or 3 where no database is."""
    if package:
        checked = check(package, key)
        click.echo(json.dumps(checked.as_json(), ensure_ascii=False) if as_json else _of_package(checked, key))
        raise SystemExit(0 if checked.broken is None else 1)
    must_be_there(db.session())
    note = kept.read_text(encoding="utf-8", errors="replace") if kept else None
    report = verify(db.session(), signer(settings()).verifier, note)
    click.echo(json.dumps(report.as_json(), ensure_ascii=False) if as_json else _told(report))
    raise SystemExit(0 if report.broken is None else 1)


@ledger.command("checkpoint")
def ledger_checkpoint() -> None:
    """Log every new entry, sign, and print the checkpoint to keep elsewhere."""
    checkpoint = transact(lambda session: checkpoints.take(session, signer(settings()), clock.now()))
    click.echo(checkpoint.note if checkpoint else "台账里还没有条目", nl=not checkpoint)


@ledger.command("key")
def ledger_key() -> None:
    """Print the public key by which anyone may check checkpoints and receipts."""
    click.echo(str(signer(settings()).verifier))


@ledger.command("rebuild")
@click.option("--apply", "applies", is_flag=True, help="有不同的也换成重建的（升级以后用）。")
def ledger_rebuild(applies: bool) -> None:
    """Derive everything again from the entries; exit 1 when something differs, which is changed only with --apply."""
    must_be_there(session := db.session())
    with alone(session):
        rebuilt = rebuild(session)
        if rebuilt.differing and not applies:
            session.rollback()
            click.echo(f"{rebuilt.entries} 条，重建后不同的表：{', '.join(rebuilt.differing)}；没有改动")
            raise SystemExit(1)
        session.commit()
    differing = ", ".join(rebuilt.differing)
    click.echo(f"{rebuilt.entries} 条，重建后" + (f"换过的表：{differing}" if differing else "完全相同"))


@ledger.command("show")
@click.argument("household")
def ledger_show(household: str) -> None:
    """Print a household's entries (by id or household number), without what they say."""
    found = db.session.scalar(select(Household.id).where(or_(Household.id == household, Household.number == household)))
    entries = db.session.scalars(select(Entry).where(Entry.chain_id == (found or household)).order_by(Entry.seq)).all()
    for entry in entries:
        words = EntryKind.label_of(entry.kind), Channel.label_of(entry.channel), entry.actor
        click.echo(f"{entry.seq:4}  {entry.recorded_at:%Y-%m-%d %H:%M:%S}Z  {'  '.join(words)}  {number(entry.hash)}")
    if not entries:
        raise click.ClickException("没有这一户，或者还没有条目")


def _of_package(report: PackageReport, key: str | None) -> str:
    if report.broken:
        return f"数据包有问题：{report.broken.told}"
    absent = f"，条目提到而包里没有的 {report.absent} 张" if report.absent else ""
    sealed = f"数据包完好：{report.chains} 户 {report.entries} 条，其中 {report.sealed} 条已封存"
    told = f"{sealed}；照片 {report.photographs} 张{absent}"
    own = "" if key else f"\n用的是包里自带的公钥，请与县里公布的核对：{report.key}"
    return told + own


def _told(report: Report) -> str:
    broken = report.broken
    if broken is None:
        emptied = f"，其中 {report.emptied} 条的个人信息已删去（应与依法删除的对得上）" if report.emptied else ""
        return f"台账完好：{report.entries} 条，{report.chains} 条链，已封存 {report.logged} 条{emptied}"
    return f"台账有问题：{broken.told}"
