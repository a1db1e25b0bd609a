"""对话命令: check a county's own dialogs, and play one in the terminal before anybody gets it on the telephone."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup

from field import clock
from field.at_hand import settings
from field.messaging.dialogs import engine, lengths
from field.messaging.dialogs.engine import Heard, Senses, Turn
from field.messaging.dialogs.loading import OURS, Faulty, library, load
from field.messaging.dialogs.shapes import Dialog
from field.messaging.understanding.places import name_of
from field.messaging.understanding.understand import understand

dialogs = AppGroup("dialogs", help="对话：措辞和步骤。")
EXAMPLE = "EXAMPLE0001"  # stands where a receipt's number would


@dialogs.command("check")
@click.argument("folder", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
def check(folder: Path | None) -> None:
    """Name every fault in a folder of dialogs (FIELD_HOME/dialogs), and how long each SMS becomes."""
    own = folder or settings().home / "dialogs"
    try:
        found = load(own if own.is_dir() and own != OURS else None)
    except Faulty as error:
        click.echo(error)
        raise SystemExit(1) from None
    signed = current_app.extensions["field_connected"].signed
    for size in lengths.lengths(found.current, signed):
        click.echo(f"{size.units:3} {size.template}  {size.text}")


@click.command("play")
@click.argument("name", type=click.Choice(["declare", "checkin", "bind"]))
@click.option("--channel", type=click.Choice(["sms", "wechat"]), default="sms", show_default=True)
@click.option("--stranger", is_flag=True, help="像没有绑定的人那样。")
def play(name: str, channel: str, stranger: bool) -> None:
    """Play a dialog: type what somebody would send; nothing is kept."""
    dialog, now = library().dialog(name), clock.now()
    context = {"channel": channel, "county": "保康县", "bound": not stranger, "name": "" if stranger else "陈先生"}
    context |= {} if stranger else {"place": "深圳市龙华区", "income": "5000", "known": True}
    turn = engine.begin(dialog, context, now)
    _show(dialog, turn, channel)
    while turn.state is not None:
        text = click.prompt("", prompt_suffix="> ", default="", show_default=False)
        turn = _next(dialog, turn, text, context, now)
        _show(dialog, turn, channel)


def _next(dialog: Dialog, turn: Turn, text: str, context: dict[str, Any], now: datetime) -> Turn:
    return engine.go_on(dialog, turn.state or {}, Heard(text), context, now, Senses(understand, place_name=name_of))


def _show(dialog: Dialog, turn: Turn, channel: str) -> None:
    last = [engine.final(dialog, turn.closing, {"number": EXAMPLE}, channel)] if turn.closing else []
    for say in (*turn.says, *last):
        click.echo(f"< {say.text}")
    for event in turn.events:
        click.secho(f"  [{event.kind}] {json.dumps(dict(event.data), ensure_ascii=False)}", dim=True)
