"""演示命令: load the demo county and print its accounts."""

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence

import click
from flask.cli import AppGroup
from flask_migrate import upgrade
from sqlalchemy import select

from field import clock, worker
from field.at_hand import application, settings, vault
from field.db import db, transact
from field.demo.accounts import ACCOUNTS, set_passwords
from field.demo.county import ROSTER
from field.demo.load import Founding
from field.demo.owners import owners
from field.demo.secrets import SHOWN, completed
from field.login import hash_password
from field.registry.households import Household
from field.registry.sealing import keyring

demo = AppGroup("demo", help="演示县。")


SERVER = ("-m", "gunicorn", "wsgi:app", "--no-control-socket", "-w", "2", "-k", "gthread", "--threads", "32")
WORKER = ("-m", "flask", "--app", "wsgi", "worker")


@demo.command("load")
@click.option("--households", type=click.IntRange(min=1), default=ROSTER, show_default=True, help="名册上的户数。")
@click.option("--entries", type=click.IntRange(min=0), default=0, help="台账至少有多少条。")
def load(households: int, entries: int) -> None:
    """Migrate, fill an empty county with invented people, and print the accounts."""
    upgrade()
    loaded_before = db.session().scalar(select(Household.id).limit(1)) is not None
    db.session.remove()  # an open look at the database would keep SQLite's log growing
    if loaded_before:
        click.echo("已有数据，没有再装载")
    else:
        click.echo("正在装载演示县，要一两分钟，请等账号列出来")
        sys.stdout.flush()
        begin = worker.sessions(application())
        loaded = Founding(begin, vault(), clock.now()).load(households, entries)
        click.echo(f"演示数据：{loaded.households} 户 {loaded.persons} 人，台账 {loaded.entries} 条")
    show_accounts()


@demo.command("run")
def run() -> None:
    """Load the demo county if there is none, and serve it with one worker until told to stop."""
    port = _free_port()
    os.environ.setdefault("FIELD_PUBLIC_URL", f"http://127.0.0.1:{port}")
    click.get_current_context().invoke(load)
    show_telephones()
    click.echo(f"  办公网页  http://127.0.0.1:{port}/\n  手机走访  http://127.0.0.1:{port}/m/")
    click.echo(f"  演示手机  http://127.0.0.1:{port}/demo/phone")
    click.echo(f"  接口文档  http://127.0.0.1:{port}/api/docs\n  按 Ctrl+C 停止", nl=True)
    sys.stdout.flush()
    noted = settings().demo_file
    noted.write_text(json.dumps({"public_url": os.environ["FIELD_PUBLIC_URL"]}), encoding="utf-8")
    both = [_begun(words) for words in ((*SERVER, "-b", f"127.0.0.1:{port}"), WORKER)]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        while both[0].poll() is None:
            time.sleep(0.5)
            if both[1].poll() is not None:  # a worker that was killed loses nothing, and another goes on
                both[1] = _begun(WORKER)
        sys.exit(both[0].returncode)
    except KeyboardInterrupt:
        pass
    finally:
        noted.unlink(missing_ok=True)
        for process in both:
            process.terminate()
        for process in both:
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()  # a job that takes so long is taken up again at the next start


def _free_port() -> int:
    """The port to serve at; asked before anything is done, so that a second start leaves the first as it is."""
    named = os.environ.get("PORT", "8000")
    try:
        if 0 < (port := int(named)) < 2**16:
            socket.create_server(("127.0.0.1", port)).close()
            return port
    except ValueError:
        pass
    except OSError:
        said = f"端口 {named} 已被占用或不让用，也许演示已经在运行。请换一个，如 PORT=8001 make demo"
        raise click.ClickException(said) from None
    raise click.ClickException(f"PORT 要写 1 到 65535 的整数，现在是 {named}")


def _begun(words: Sequence[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, *words])  # noqa: S603 (our own words)


def show_telephones() -> None:
    """Print whose telephones the demo has, and the secrets with which providers sign."""
    for owner in owners(db.session()):
        click.echo(f"  {owner.what}  电话 {owner.number}  微信 {owner.openid}")
    db.session.remove()
    url = os.environ["FIELD_PUBLIC_URL"]
    told = completed(os.environ, url, keyring().session_key)
    for name in SHOWN:
        click.echo(f"  {name} {told[name]}")
    click.echo(f"  FIELD_PUBLIC_URL {url}")


def show_accounts() -> None:
    """Set the password of all demo accounts, from FIELD_DEMO_PASSWORD or a random one, and print them."""
    password = os.environ.get("FIELD_DEMO_PASSWORD") or secrets.token_urlsafe(9)
    hashed = hash_password(password)
    transact(lambda session: set_passwords(session, hashed))
    for username, (role, region, name) in ACCOUNTS.items():
        click.echo(f"  {username:8} {name}（{role.label}，{region}）")
    click.echo(f"  密码 {password}")
