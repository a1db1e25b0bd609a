"""The product as it runs: gunicorn and flask commands in processes of their own, on loopback, over a test's county."""

import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import IO

import requests
from gunicorn.app import wsgiapp

from field.config import Settings
from tests.county import County

ROOT = Path(__file__).parent.parent
SERVE = ("gunicorn", "wsgi:app", "--no-control-socket", "-w", "2", "-k", "gthread", "--threads", "8")
READY_WITHIN = 60.0
FORKS = multiprocessing.get_context("forkserver")  # a process that has the product loaded already begets each server
FORKS.set_forkserver_preload(["field", "gunicorn.app.wsgiapp", "gunicorn.workers.gthread"])


def settings_of(county: County) -> Settings:
    """The settings under which the county was founded."""
    settings = county.app.config["FIELD"]
    assert isinstance(settings, Settings)
    return settings


def environment(county: County, **more: str) -> dict[str, str]:
    """What a process needs to work on the same county."""
    settings = settings_of(county)
    own = {"FIELD_HOME": str(settings.home), "FIELD_DATABASE_URL": settings.database_url, "FLASK_APP": "wsgi"}
    return {**os.environ, **own, **more}


def flask(county: County, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run `flask WORDS` to its end; what it printed and how it ended."""
    command = [sys.executable, "-m", "flask", *words]
    return subprocess.run(
        command, cwd=ROOT, env=environment(county, **more), capture_output=True, text=True, timeout=120, check=False
    )


def begin(county: County, *words: str, output: IO[bytes] | int, **more: str) -> subprocess.Popen[bytes]:
    """Begin `python -m WORDS` at the head of a process group of its own."""
    command = [sys.executable, "-m", *words]
    return subprocess.Popen(
        command, cwd=ROOT, env=environment(county, **more), stdout=output, stderr=output, start_new_session=True
    )


def kill(process: subprocess.Popen[bytes], how: signal.Signals = signal.SIGKILL) -> None:
    """End the process and all that it started, by its group, and wait until it is gone."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, how)
    process.wait(30)


def free_port() -> int:
    """A port of loopback on which nothing listens."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Server:
    """A gunicorn that can be killed and started again at the same address."""

    county: County
    port: int
    log: Path
    environ: dict[str, str] = field(default_factory=dict)
    process: BaseProcess | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start, and wait until it answers."""
        words = (*SERVE, "--bind", f"127.0.0.1:{self.port}")
        self.process = FORKS.Process(
            target=_serve, args=(words, environment(self.county, **self.environ), self.log), daemon=True
        )
        self.process.start()
        until = time.monotonic() + READY_WITHIN
        while time.monotonic() < until:
            assert self.process.is_alive(), self.log.read_text()
            try:
                if requests.get(f"{self.url}/health", timeout=5).status_code == 200:
                    return
            except requests.RequestException:
                time.sleep(0.05)
        raise TimeoutError(self.log.read_text())

    def kill(self, how: signal.Signals = signal.SIGKILL) -> None:
        """Kill every process of it at once."""
        if self.process is not None and self.process.pid is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, how)
            self.process.join(30)


def _serve(words: tuple[str, ...], environ: dict[str, str], log: Path) -> None:
    """In a new process: gunicorn at the head of a group of its own."""
    os.setsid()
    with log.open("ab") as out:
        os.dup2(out.fileno(), 1)
        os.dup2(out.fileno(), 2)
    os.environ.clear()
    os.environ.update(environ)
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT))
    sys.argv = list(words)
    wsgiapp.run()


@contextmanager
def serving(county: County, **environ: str) -> Iterator[Server]:
    """A county served by gunicorn as the product runs it, gone at the end."""
    server = Server(county, free_port(), settings_of(county).home / "gunicorn.log", environ)
    try:
        server.start()
        yield server
    finally:
        server.kill()


@contextmanager
def demonstrating(county: County) -> Iterator[Server]:
    """The demo on a free port, which it knows as its own public address."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    server = Server(
        county, port, settings_of(county).home / "gunicorn.log", {"FIELD_DEMO": "1", "FIELD_PUBLIC_URL": url}
    )
    try:
        server.start()
        yield server
    finally:
        server.kill()
