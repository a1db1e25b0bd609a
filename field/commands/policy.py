"""政策包命令: flask policy check | diff | simulate."""

from datetime import date
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup

from field import clock
from field.codes import Grade
from field.db import db
from field.monitoring.policy.compare import differences
from field.monitoring.policy.reading import FaultyPack, contents, read_pack
from field.monitoring.policy.shapes import Pack
from field.monitoring.policy.shelf import HOLIDAYS, apart, shelf, unlike
from field.monitoring.risk.simulate import simulate
from field.monitoring.workdays import china_day, own_days
from field.registry import regions

policy = AppGroup("policy", help="政策包：检查、比较、试算。")


@policy.command("check")
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
def policy_check(files: tuple[Path, ...]) -> None:
    """Check files, or all packs in use; exit 1 naming file, line and field of every fault."""
    packs = shelf()
    packs.refresh()
    others = dict(packs.countys)
    faults = [fault for file in files for fault in _faults(file, others)]
    if not files:
        faults = [*packs.faults]
        for pack in packs.packs:
            click.echo(f"{pack.name:10} {pack.begins} 起  {pack.title}（{_examples(pack)}）")
    for fault in faults:
        click.echo(str(fault), err=True)
    if faults:
        click.echo("有错的文件没有采用，仍用原来的", err=True)
        raise SystemExit(1)
    click.echo("没有错误")


@policy.command("diff")
@click.argument("before")
@click.argument("after")
def policy_diff(before: str, after: str) -> None:
    """Print every number that differs; BEFORE and AFTER are ids (2026), days (2024-01-01) or files."""
    for path, was, becomes in differences(pack_called(before), pack_called(after)):
        click.echo(f"{path}: {_told(was)} → {_told(becomes)}")


@policy.command("simulate")
@click.argument("name", metavar="FILE")
def policy_simulate(name: str) -> None:
    """What a pack (a file or an id) would do to the grades of today's households; nothing is kept."""
    day = china_day(clock.now())
    before, after, moves = simulate(db.session(), shelf().on(day), pack_called(name), day)
    for grade in Grade:
        click.echo(f"{grade.label}：{before[grade.value]} 户 → {after[grade.value]} 户")
    click.echo(f"等级会变的：{len(moves)} 户")
    places = regions.names(db.session(), {code for one in moves for code in (one.region[:9], one.region)})
    for one in moves:
        where = f"{places.get(one.region[:9], '')} {places.get(one.region, one.region)}"
        click.echo(f"  {where} {one.head}  {Grade.label_of(one.before)} → {Grade.label_of(one.after)}")


def pack_called(name: str) -> Pack:
    """The pack of an id, a day, or a file."""
    if Path(name).is_file():
        try:
            return read_pack(contents(Path(name)), name)
        except FaultyPack as error:
            raise click.ClickException("\n".join(map(str, error.faults))) from error
    try:
        found: Pack | None = shelf().on(date.fromisoformat(name))
    except ValueError:
        found = shelf().called(name)
    if found is None:
        raise click.ClickException(f"没有叫 {name} 的政策包，也没有这个文件")
    return found


def _faults(file: Path, others: dict[str, Pack]) -> list[Any]:
    """Faults of one file beside those in use and those checked before it, among which it takes its own name's place."""
    try:
        if file.name == HOLIDAYS:
            own_days(file)
        else:
            content = contents(file)
            pack = read_pack(content, str(file))
            unlike(pack, shelf().called(pack.name), content, str(file))
            apart(pack, {name: one for name, one in others.items() if name != file.name}, content, str(file))
            others[file.name] = pack
    except FaultyPack as error:
        return [*error.faults]
    return []


def _examples(pack: Pack) -> str:
    lines = [line.year for line in pack.line if line.example]
    return f"监测范围 {'、'.join(map(str, lines))} 年是示例" if lines else "监测范围都有出处"


def _told(value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    return "没有" if value is None else "、".join(map(str, value)) if isinstance(value, list) else str(value)
