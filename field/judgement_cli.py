"""判断命令: flask relief and flask sweep."""

import json
import re
from datetime import datetime

import click

from field import clock
from field.monitoring.policy.shelf import pack_on
from field.monitoring.relief import relief as relieve
from field.monitoring.workdays import china_day

YUAN = re.compile(r"[0-9]{1,10}(\.[0-9]{1,2})?", re.ASCII)


class Yuan(click.ParamType[int]):
    """元, kept as 分."""

    name = "yuan"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """分, or what is wrong."""
        if not YUAN.fullmatch(value):
            self.fail("费用写成元，最多两位小数，如 38000 或 6000.50", param, ctx)
        whole, _, rest = value.partition(".")
        return int(whole) * 100 + int(rest.ljust(2, "0") or 0)


@click.command("relief")
@click.argument("cost_yuan", type=Yuan())
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="按哪一天的政策包；不写就是今天.")
def relief(cost_yuan: int, on: datetime | None) -> None:
    """一个人一年的合规自付费用，各层救助多少，家里自己付多少（分）."""
    day = on.date() if on else china_day(clock.now())
    layers = relieve(cost_yuan, pack_on(day).relief)
    click.echo(json.dumps({"basic": layers.basic, "tilted": layers.tilted, "borne": layers.borne}))
