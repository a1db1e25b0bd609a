"""模板命令: every wording that goes out by SMS, as the providers want it filed for approval."""

import csv
import json
import sys
from collections.abc import Iterable
from textwrap import indent

import click
from flask.cli import AppGroup

from field.at_hand import settings
from field.messaging.dialogs.loading import Faulty, library
from field.messaging.template_gaps import Filing, filings
from field.messaging.templates import LONGEST, Approved, read

templates = AppGroup("templates", help="短信模板。")
COLUMNS = ("服务商", "步骤", "模板文字", "变量（最多字数）", "状态", "wording")


@templates.command("export")
@click.option("--provider", type=click.Choice(sorted(LONGEST)), help="只要这一家的。")
@click.option("--longest", type=click.IntRange(1, 60), help="这个账号一个变量最多几个字。")
@click.option("--toml", is_flag=True, help="写成 templates.toml 的样子，批准后填上 id。")
def export(provider: str | None, longest: int | None, toml: bool) -> None:
    """每一步的短信文字,照服务商的变量写法,可以拿去报批."""
    try:
        approved = read(settings().templates)
    except Faulty as faulty:
        raise click.ClickException(str(faulty)) from None
    dialogs = library().current
    table = csv.writer(sys.stdout)
    if not toml:
        table.writerow(COLUMNS)
    for name in [provider] if provider else sorted(LONGEST):
        own = approved[name].model_copy(update={"longest": longest}) if longest else approved[name]
        filed = filings(name, own, dialogs)
        if toml:
            click.echo(_toml(name, own, filed))
        else:
            table.writerows(_row(name, filing) for filing in filed)


def _row(provider: str, filing: Filing) -> list[str]:
    rooms = " ".join(f"{slot}({room})" for slot, room in filing.variables.items())
    return [provider, filing.step, filing.text, rooms, filing.state, filing.wording]


def _toml(provider: str, own: Approved, filed: Iterable[Filing]) -> str:
    """What is not approved as it stands, to be added to the county's file; a JSON text is a TOML text too.

    What stands in the file already is a comment: no table may stand there twice.
    """
    parts = [] if own.steps else [f"[{provider}]\nlongest = {own.longest}\n"]
    for filing in filed:
        if not filing.approved:
            wording = json.dumps(filing.wording, ensure_ascii=False)
            part = f'[{provider}.steps."{filing.step}"]  # {filing.text}\nid = ""\nwording = {wording}\n'
            parts.append(indent(part, "# ") if filing.step in own.steps else part)
    return "\n".join(parts)
