"""Verifying the ledger beside hashing the same bytes plainly."""

import hashlib
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import select
from uuid6 import uuid7

from benchmarks import ground
from field import clock
from field.codes import Channel, EntryKind
from field.db import db, transact
from field.ledger.checkpoints import take
from field.ledger.entries import Draft, Entry, append_many
from field.ledger.verify import verify
from field.worker import signer

CHAINS, ROUNDS = 1000, 40


def rows() -> Iterator[tuple[str, str, str, str]]:
    """Entries per second of `flask ledger verify` on SQLite, and of SHA-256 over the same payloads."""
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        county = ground.settle(home, f"sqlite:///{home / 'field.db'}")
        with county.app.app_context():
            _fill(county.visit())
            transact(lambda session: take(session, signer(county.app.config["FIELD"]), clock.now()))
            begin = time.perf_counter()
            report = verify(db.session(), signer(county.app.config["FIELD"]).verifier)
            ours = report.entries / (time.perf_counter() - begin)
            assert report.sound
            payloads = [payload.encode() for payload in db.session.scalars(select(Entry.payload))]
            begin = time.perf_counter()
            for payload in payloads:
                hashlib.sha256(payload).digest()
            floor = len(payloads) / (time.perf_counter() - begin)
        county.close()
        yield f"ledger verify, {report.entries:,} entries", f"{ours:,.0f}/s", f"{floor:,.0f}/s", f"{ours / floor:.3f}"


def _fill(visit: dict[str, object]) -> None:
    chains = [str(uuid7()) for _ in range(CHAINS)]
    now = clock.now()
    for turn in range(ROUNDS):
        drafts = [
            Draft(chain, EntryKind.VISIT, Channel.PHONE, "cadre", now, f"{chain}:{turn}", visit) for chain in chains
        ]
        transact(lambda session, drafts=drafts: append_many(session, drafts, now))  # type: ignore[misc]
