"""理解命令: what a reply would propose, as JSON."""

import json

import click

from field import clock
from field.messaging.understanding.understand import understand as read
from field.monitoring.workdays import SHANGHAI


@click.command("understand")
@click.argument("text")
def understand(text: str) -> None:
    """看看一句回复会被理解成什么."""
    click.echo(json.dumps(read(text, clock.now().astimezone(SHANGHAI).date()).as_json(), ensure_ascii=False, indent=2))
