"""名册命令: import a roster and write its template."""

import sys
from pathlib import Path

import click
from flask.cli import AppGroup

from field import clock, worker
from field.at_hand import application, settings
from field.jobs.roster_import import faults_file, import_roster
from field.registry.roster_excel import write_template
from field.registry.roster_sheet import Refused

roster = AppGroup("roster", help="名册。")


@roster.command("template")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def template(file: Path) -> None:
    """Write the template to fill in."""
    with file.open("wb") as out:
        write_template(out)
    click.echo(f"模板在 {file}")


@roster.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--region", default="", help="只收这个地区（代码）的村；不填为全部。")
@click.option("--faults", type=click.Path(dir_okay=False, path_type=Path), help="错误清单写到哪里。")
def roster_import(file: Path, region: str, faults: Path | None) -> None:
    """Import a roster from Excel or CSV; exit 1 when the file cannot be used or households are held back."""
    begin = worker.sessions(application())
    try:
        found = import_roster(file, region, "terminal", begin, clock.now, _show)
    except Refused as refused:
        click.echo(str(refused), err=True)
        sys.exit(1)
    new, changed, same = found.counts.new, found.counts.changed, found.counts.same
    click.echo(f"\r共 {found.people} 人；新登记 {new} 户，有变化 {changed} 户，没有变化 {same} 户")
    if found.faults or found.doubts:
        list_at = faults or file.with_name(f"{file.stem}-错误清单.xlsx")
        list_at.write_bytes(faults_file(found, settings().public_url))
        click.echo(f"{found.held_back} 户没有导入，{found.told['doubtful']} 户有要核对的，见 {list_at}")
    sys.exit(1 if found.faults else 0)


def _show(done: int, total: int) -> None:
    click.echo(f"\r{done}/{total} 人", nl=False, err=True)
