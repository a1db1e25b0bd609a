"""断电: kill -9 at random moments of a busy day; what was acknowledged is there, once and whole."""

import hashlib
import random
import signal
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest
import requests
from sqlalchemy import func, select

from field.codes import JobKind, JobState
from field.db import db
from field.ledger.entries import Entry
from field.ledger.verify import verify
from field.work import ATTEMPTS, Job
from field.worker import signer
from tests.county import County
from tests.media.pictures import saved, scene
from tests.running import Server, begin, kill, serving, settings_of

ROUNDS = 4
SENDERS = {"cadre": "420626107204", "town": "420626107205", "cadre2": "420626102201", "town2": "420626102202"}
AGAIN = (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError)
numbers = count(1000)


@dataclass
class Phone:
    """A phone that sends visits, each with a photograph, and tries again until it has the receipt."""

    county: County
    server: Server
    username: str
    stop: threading.Event
    receipts: dict[str, str] = field(default_factory=dict)
    photos: dict[str, bytes] = field(default_factory=dict)
    tries: int = 0

    def work(self) -> None:
        while not self.stop.is_set():
            photo = saved(scene(next(numbers), (640, 480)), "JPEG", quality=90)
            digest = hashlib.sha256(photo).hexdigest()
            evidence = [{"sha256": digest, "kind": "house"}]
            visit = self.county.visit(SENDERS[self.username], evidence=evidence)
            answer = self.send("POST", "/api/visits", json=visit)
            self.receipts[visit["id"]] = answer["receipt"]["entry_hash"]
            self.send("PUT", f"/api/evidence/{digest}", data=photo)
            self.photos[digest] = photo

    def send(self, method: str, path: str, **what: Any) -> Any:
        """The answer, however often it takes; anything else than done or not reached is a failure."""
        headers = {"Authorization": f"Bearer {self.county.tokens[self.username]}"}
        while True:
            self.tries += 1
            try:
                answer = requests.request(method, self.server.url + path, headers=headers, timeout=20, **what)
            except AGAIN:
                time.sleep(0.05)
                continue
            if answer.status_code == 503:
                time.sleep(0.2)
                continue
            assert answer.status_code in (200, 201), answer.text
            return answer.json()


def test_what_was_acknowledged_survives_every_kill_once_and_whole(county: County) -> None:
    chance, stop = random.Random(20261120), threading.Event()
    for username in SENDERS:
        county.client(username)
    with serving(county) as server, ThreadPoolExecutor(len(SENDERS)) as pool:
        phones = [Phone(county, server, username, stop) for username in SENDERS]
        days = [pool.submit(phone.work) for phone in phones]
        try:
            for _ in range(ROUNDS):
                _acknowledged(phones, 10)
                time.sleep(chance.uniform(0, 0.5))
                server.kill()
                time.sleep(chance.uniform(0, 0.3))
                server.start()
            _acknowledged(phones, 10)
        finally:
            stop.set()
        for day in days:
            day.result(timeout=60)
        receipts = {visit: receipt for phone in phones for visit, receipt in phone.receipts.items()}
        photos = {digest: photo for phone in phones for digest, photo in phone.photos.items()}
        assert sum(phone.tries for phone in phones) > len(receipts) + len(photos), "some had to be sent again"
        _all_there(county, receipts, photos)
        _readable(county, server, photos)


def _acknowledged(phones: list[Phone], more: int) -> None:
    """Wait until the phones hold so many receipts more, however slow the machine is."""
    enough, until = sum(len(phone.receipts) for phone in phones) + more, time.monotonic() + 60
    while sum(len(phone.receipts) for phone in phones) < enough:
        assert time.monotonic() < until, "the server acknowledges no more"
        time.sleep(0.01)


def _all_there(county: County, receipts: dict[str, str], photos: dict[str, bytes]) -> None:
    with county.app.app_context():
        entries = db.session.scalars(select(Entry).where(Entry.kind == "visit")).all()
        assert {entry.idempotency_key: entry.hash for entry in entries} == {
            f"visit:{visit}": receipt for visit, receipt in receipts.items()
        }
        assert len(entries) == len(receipts)
        vault = county.app.extensions["field_vault"]
        assert all(vault.get(digest) == photo for digest, photo in photos.items())
        report = verify(db.session(), signer(settings_of(county)).verifier)
        assert report.sound, report.broken
        placed = select(func.count()).select_from(Job).where(Job.kind == JobKind.PHOTO_VERSIONS.value)
        assert db.session.scalar(placed) == len(photos), "one job for each photograph, none lost and none twice"


def _readable(county: County, server: Server, photos: dict[str, bytes]) -> None:
    """Every tenth photograph as people see it, through the server that was killed so often."""
    headers = {"Authorization": f"Bearer {county.client('county').token}"}
    for digest in sorted(photos)[::10]:
        answer = requests.get(f"{server.url}/api/evidence/{digest}?size=small", headers=headers, timeout=20)
        assert (answer.status_code, answer.content[:2]) == (200, b"\xff\xd8")


def test_a_worker_that_is_killed_amid_photographs_leaves_none_of_them_undone(county: County) -> None:
    photos = [saved(scene(number, (3000, 2200)), "JPEG", quality=80) for number in range(6)]
    digests = [hashlib.sha256(photo).hexdigest() for photo in photos]
    cadre = county.client("cadre")
    for digest, photo in zip(digests, photos, strict=True):
        assert cadre.put(f"/api/evidence/{digest}", data=photo).status_code == 201
    for _ in range(3):
        worker = _worker(county)
        _until(county, worker, JobState.RUNNING, lambda running: running > 0)
        kill(worker)
    worker = _worker(county)
    _until(county, worker, JobState.DONE, lambda done: done == len(digests))
    kill(worker, signal.SIGINT)
    assert worker.returncode == 0, "told to stop, it stops"
    vault = county.app.extensions["field_vault"]
    assert all(vault.has(digest, size) for digest in digests for size in ("original", "large", "small"))
    with county.app.app_context():
        attempts = db.session.scalars(select(Job.attempts).where(Job.kind == JobKind.PHOTO_VERSIONS.value)).all()
    assert max(attempts) > 1, "a job was taken over from a dead worker"
    assert max(attempts) <= ATTEMPTS


@pytest.mark.parametrize("told", [signal.SIGINT, signal.SIGTERM])
def test_a_worker_that_is_told_to_stop_ends_what_it_is_doing_first(county: County, told: signal.Signals) -> None:
    cadre = county.client("cadre")
    for number in range(3):
        photo = saved(scene(number, (3000, 2200)), "JPEG", quality=80)
        assert cadre.put(f"/api/evidence/{hashlib.sha256(photo).hexdigest()}", data=photo).status_code == 201
    worker = _worker(county)
    _until(county, worker, JobState.RUNNING, lambda running: running > 0)
    worker.send_signal(told)
    assert worker.wait(90) == 0
    with county.app.app_context():
        jobs = select(Job.state, Job.attempts).where(Job.kind == JobKind.PHOTO_VERSIONS.value, Job.attempts > 0)
        found = db.session.execute(jobs).all()
    assert {tuple(job) for job in found} == {(JobState.DONE.value, 1)}


def _worker(county: County) -> subprocess.Popen[bytes]:
    log = settings_of(county).home / "worker.log"
    with log.open("ab") as output:
        return begin(county, "flask", "worker", output=output, FIELD_LEASE_SECONDS="1.5")


def _until(county: County, worker: subprocess.Popen[bytes], state: JobState, enough: Any) -> None:
    """Wait until enough of the photographs' jobs are in a state."""
    jobs = (
        select(func.count()).select_from(Job).where(Job.kind == JobKind.PHOTO_VERSIONS.value, Job.state == state.value)
    )
    until = time.monotonic() + 60
    with county.app.app_context():
        while not enough(db.session.scalar(jobs)):
            db.session.rollback()
            assert time.monotonic() < until
            assert worker.poll() is None, (settings_of(county).home / "worker.log").read_text()
            time.sleep(0.01)
        db.session.rollback()
