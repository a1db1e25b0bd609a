"""体检: what of the settings, the machine, the providers and their templates is as it should be, and what is not."""

import json
import os
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import click
from flask import current_app
from flask.cli import with_appcontext

from field import clock
from field.at_hand import settings
from field.commands.machine import LOOPBACK, Finding, machine
from field.config import Settings, beside_demo
from field.db import db
from field.demo.secrets import completed
from field.keeping import retention
from field.media import receipt_reading
from field.messaging.connected import Connected, connect
from field.messaging.dialogs.lengths import MOST_UNITS, lengths
from field.messaging.dialogs.loading import Faulty, library
from field.messaging.domestic_senders import installed
from field.messaging.providers import aliyun, tencent, wechat
from field.messaging.providers.pushed import LONG, Door
from field.messaging.template_gaps import gaps
from field.messaging.templates import read
from field.monitoring.policy.shelf import pack_on, shelf
from field.monitoring.workdays import china_day, workday
from field.registry.sealing import keyring

LABELS = {"twilio": "Twilio", "aliyun": "阿里云短信", "tencent": "腾讯云短信", "wechat": "微信公众号"}
SENDS = {
    "aliyun": "ALIYUN_ACCESS_KEY_ID、ALIYUN_ACCESS_KEY_SECRET、ALIYUN_SMS_SIGN",
    "tencent": "TENCENT_SECRET_ID、TENCENT_SECRET_KEY、TENCENT_SMS_APP_ID、TENCENT_SMS_SIGN",
}
SDKS = {aliyun.NAME: aliyun.SDK, tencent.NAME: tencent.SDK}


@dataclass(frozen=True)
class Seen:
    """看到的: the settings and what they connect."""

    settings: Settings
    connected: Connected


Check = Callable[[Seen], Iterator[Finding]]


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="给程序看。")
@with_appcontext
def doctor(as_json: bool) -> None:
    """看看设置、机器、备份、短信通道、模板有没有问题;没有问题退出码是 0."""
    seen = _seen(settings(), current_app.extensions["field_connected"])
    found = [finding for check in CHECKS for finding in check(seen)]
    wrong = sum(finding.wrong for finding in found)
    if as_json:
        told = {"ok": not wrong, "findings": [finding._asdict() for finding in found]}
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        for finding in found:
            click.echo(f"{'✗' if finding.wrong else '→' if finding.way else '✓'} {finding.area}：{finding.text}")
        click.echo(f"有 {wrong} 处要处理" if wrong else "没有问题")
    if wrong:
        raise SystemExit(1)


def _seen(settings: Settings, connected: Connected) -> Seen:
    """As this process is set up, or as the demo is that runs on the same home."""
    demo = beside_demo(settings)
    if demo is settings:
        return Seen(settings, connected)
    environ = completed(os.environ, demo.public_url, keyring().session_key)
    return Seen(demo, connect(environ, demo.public_url, demo.templates, demo=True))


def _settings(seen: Seen) -> Iterator[Finding]:
    """设置."""
    settings = seen.settings
    yield Finding("设置", f"FIELD_HOME={settings.home}{'，按演示的设置看' if settings.demo else ''}")
    if not settings.keys.is_file():
        yield Finding("设置", "没有密钥文件", wrong=True)
    elif settings.keys.stat().st_mode & 0o077:
        yield Finding("设置", "密钥文件别人也能读，请改成 600", wrong=True)
    if settings.secure_cookies:
        yield Finding("设置", f"对外地址 {settings.public_url}")
    else:
        here = urlsplit(settings.public_url).hostname in LOOPBACK
        yield Finding("设置", f"对外地址 {settings.public_url} 不是 https，只能在本机试用", wrong=not here)


def _providers(seen: Seen) -> Iterator[Finding]:
    """短信通道."""
    for name, label in LABELS.items():
        if getattr(seen.connected, name) is None:
            yield Finding(label, "没有接")
        elif name in SDKS:
            yield from _domestic(seen, name, label)
        elif name == wechat.NAME:
            yield _wechat(seen, label)
        else:
            yield Finding(label, "接上了")


def _wechat(seen: Seen, label: str) -> Finding:
    assert seen.connected.wechat is not None
    if seen.connected.wechat.app_secret:
        return Finding(label, "接上了")
    return Finding(label, "收得到，发不出去：没有写 WECHAT_APP_SECRET", wrong=True)


def _domestic(seen: Seen, name: str, label: str) -> Iterator[Finding]:
    settings: Any = getattr(seen.connected, name)
    yield from (Finding(label, fault, wrong=True) for fault in _door(settings.door, name.upper()))
    if not settings.sends:
        yield Finding(label, f"发不出去：{SENDS[name]} 没有配全", wrong=True)
    elif not installed(SDKS[name]):
        yield Finding(label, f"发不出去：没有装 field[{name}]", wrong=True)
    else:
        yield Finding(label, "发送接上了")


def _door(door: Door, prefix: str) -> Iterator[str]:
    """回调."""
    if not door.secret:
        yield f"收不到：没有写 {prefix}_HOOK_SECRET"
        return
    if len(door.secret) < LONG:
        yield f"{prefix}_HOOK_SECRET 太短，至少{LONG}个字符"
    if door.unreadable:
        yield f"{prefix}_HOOK_FROM 有看不懂的地址：{'、'.join(door.unreadable)}"
    if not door.anywhere and not door.networks:
        yield f"收不到：没有写 {prefix}_HOOK_FROM（推送来的地址；不限地址写 any）"


def _templates(seen: Seen) -> Iterator[Finding]:
    """短信模板 of the providers that send."""
    try:
        approved = read(seen.settings.templates)
    except Faulty as faulty:
        yield from (Finding("短信模板", fault, wrong=True) for fault in faulty.faults)
        return
    for name in SDKS:
        connected: Any = getattr(seen.connected, name)
        if connected is None or not connected.sends:
            continue
        found = list(gaps(approved[name], library().current))
        yield from (Finding(f"{LABELS[name]}模板", gap, wrong=True) for gap in found)
        if found:
            how = f"报批的办法：flask templates export --provider {name} > 报批.csv，交给服务商报批；批下来的模板号填进"
            more = f"{seen.settings.templates}（加 --toml 就是它的样子），没有批准的一句发不出去"
            yield Finding(f"{LABELS[name]}模板", f"{how} {more}", way=True)
        else:
            yield Finding(f"{LABELS[name]}模板", f"{len(approved[name].steps)} 个都批准了")


def _lengths(seen: Seen) -> Iterator[Finding]:
    """短信长度 with the county's own signature."""
    signed = seen.connected.signed
    for size in lengths(library().current, signed):
        if size.units > MOST_UNITS:
            told = f"{size.template} 连签名{signed}最多{size.units}个字，超过{MOST_UNITS}个字，按两条收费"
            yield Finding("短信长度", told, wrong=True)


def _reading(seen: Seen) -> Iterator[Finding]:
    """识读票据."""
    if not receipt_reading.installed():
        yield Finding("识读票据", "没有装 field[ocr]，票据上的数由人填写")
    else:
        yield Finding(
            "识读票据", "装好了，在本机识读" if seen.settings.read_receipts else "装了，FIELD_READ_RECEIPTS=0 不用"
        )


def _retention(seen: Seen) -> Iterator[Finding]:
    """保留期限."""
    try:
        retention.rules(seen.settings.retention)
    except (retention.BadRetention, tomllib.TOMLDecodeError, UnicodeDecodeError) as wrong:
        yield Finding("保留期限", f"retention.toml 写错了，每夜的清理做不了：{wrong}", wrong=True)


def _policy(_seen: Seen) -> Iterator[Finding]:
    """政策包 in force, what is not used for its faults, and numbers of another year than this."""
    today = china_day(clock.now())
    pack = pack_on(today)
    line = pack.line_in(today.year)
    yield from (Finding("政策包", f"{fault}。没有采用，照旧按原来的办", wrong=True) for fault in shelf().faults)
    if line.year != today.year:
        words = f"{pack.name} 里没有 {today.year} 年的监测范围，现在按 {line.year} 年的 {line.yuan} 元算，请补上"
        yield Finding("政策包", words, wrong=True)
    else:
        yield Finding("政策包", f"{pack.name}，监测范围 {line.yuan} 元")
    if not workday(today, shelf().holidays)[1]:
        yield Finding(
            "政策包", f"不知道 {today.year} 年的放假安排，工作日的期限都是暂定的，请写 holidays.toml", wrong=True
        )


def _machine(seen: Seen) -> Iterator[Finding]:
    """机器."""
    return machine(seen.settings, db.session())


CHECKS: tuple[Check, ...] = (_settings, _machine, _providers, _templates, _lengths, _reading, _retention, _policy)
