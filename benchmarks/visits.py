"""Visits with a unique photograph of 200 KB each, by 1 and by 8 phones, on both databases."""

import hashlib
import io
import json
import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

import psycopg
from PIL import Image
from uuid6 import uuid7

from benchmarks import ground

EACH = 480
WARM = 16  # by 8 phones, so that each worker has written its statements once
SIZE = 200_000
VILLAGE, DOORS = "420626107204", 400


class Measured(NamedTuple):
    """Visits per second, and the 95th percentile of one visit with its photograph in milliseconds."""

    rate: float
    p95: float


def rows() -> Iterator[tuple[str, str, str, str]]:
    """The table's rows; each phone sends its record first, then its photograph."""
    photo = _photograph()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with ground.postgres(folder) as address:
            for database, url in (("SQLite", None), ("PostgreSQL", address)):
                yield from _on(database, folder / database, url, photo)


def _on(database: str, home: Path, url: str | None, photo: bytes) -> Iterator[tuple[str, str, str, str]]:
    home.mkdir()
    url = url or f"sqlite:///{home / 'field.db'}"
    county = ground.settle(home, url)
    token, visit = county.client("cadre").token or "", county.visit()
    doors = ground.households(county, VILLAGE, DOORS)
    county.close()
    bare_table(url)
    for phones in (1, 8):
        ours, floor = [], []
        for _ in range(2):  # by turns, so that a slow moment of the machine meets both
            with ground.gunicorn("wsgi:app", home, url) as port:
                ours.append(_send(port, phones, visit, doors, photo, token))
            with ground.gunicorn("benchmarks.bare:app", home, url) as port:
                floor.append(_send(port, phones, visit, doors, photo, token))
        best, bare = max(ours), max(floor)
        words = f"visit + 200 KB photo, {database}, {phones} phone{'s' if phones > 1 else ''}"
        yield words, _words(best), _words(bare), f"{best.rate / bare.rate:.2f}"


def _words(measured: Measured) -> str:
    return f"{measured.rate:.0f}/s, p95 {measured.p95:.0f} ms"


def _send(port: int, phones: int, visit: dict[str, Any], doors: list[str], photo: bytes, token: str) -> Measured:
    def knock(phones: int, each: int) -> list[float]:
        with ThreadPoolExecutor(phones) as pool:
            times = [pool.submit(_phone, port, each, visit, doors, photo, token) for _ in range(phones)]
            return [spent for one in times for spent in one.result()]

    knock(8, WARM)
    begin = time.perf_counter()
    times = knock(phones, EACH // phones)
    rate = len(times) / (time.perf_counter() - begin)
    return Measured(rate, statistics.quantiles(times, n=20)[-1] * 1000)


def _phone(port: int, count: int, visit: dict[str, Any], doors: list[str], photo: bytes, token: str) -> list[float]:
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    times = []
    for _ in range(count):
        own = photo[:-2] + b"\xff\xfe\x00\x22" + uuid4().hex.encode() + photo[-2:]  # a comment makes it unique
        digest = hashlib.sha256(own).hexdigest()
        body = visit | {
            "id": str(uuid7()),
            "household_id": random.choice(doors),
            "evidence": [{"sha256": digest, "kind": "receipt"}],
        }
        record = json.dumps(body).encode()
        begin = time.perf_counter()
        _request(connection, "POST", "/api/visits", record, headers)
        _request(connection, "PUT", f"/api/evidence/{digest}", own, headers)
        times.append(time.perf_counter() - begin)
    connection.close()
    return times


def _request(connection: HTTPConnection, method: str, path: str, body: bytes, headers: dict[str, str]) -> None:
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    answer.read()
    if answer.status != 201:
        raise RuntimeError(f"{method} {path.split('/')[2]} answered {answer.status}")


def bare_table(url: str) -> None:
    """The one table of the bare application."""
    create = "CREATE TABLE bare (id text primary key, body text)"
    if url.startswith("sqlite"):
        import sqlite3  # noqa: PLC0415 (only where it is wanted)

        with sqlite3.connect(url.removeprefix("sqlite:///")) as file:
            file.execute(create)
        return
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(create)


def _photograph() -> bytes:
    """A JPEG of 1600 × 1200 with enough in it to weigh about 200 KB."""
    noise = Image.frombytes("L", (400, 300), random.Random(1).randbytes(400 * 300))
    picture = noise.resize((1600, 1200)).convert("RGB")
    for quality in range(85, 10, -5):
        out = io.BytesIO()
        picture.save(out, "JPEG", quality=quality)
        if out.tell() <= SIZE:
            break
    return out.getvalue()
