"""一拥而上: many requests at once against the product's own processes, on both databases."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests
from sqlalchemy import func, select

from field.db import db
from field.ledger.entries import Entry
from field.ledger.verify import verify
from field.monitoring.visiting.evidence import Evidence
from field.worker import signer
from tests.county import County
from tests.media.pictures import saved, scene
from tests.running import Server, serving, settings_of

VILLAGE = "420626107204"
CROWD = 12


@pytest.fixture
def server(county: County) -> Iterator[Server]:
    with serving(county) as server:
        yield server


def at_once(server: Server, county: County, method: str, path: str, each: list[dict[str, Any]]) -> list[Any]:
    """Send all of them at the same moment, each over a connection of its own."""
    headers = {"Authorization": f"Bearer {county.client('cadre').token}"}

    def send(what: dict[str, Any]) -> Any:
        return requests.request(method, server.url + path, headers=headers, timeout=60, **what)

    with ThreadPoolExecutor(len(each)) as pool:
        return list(pool.map(send, each))


def test_twelve_at_once_are_one_visit_and_twelve_others_are_twelve(server: Server, county: County) -> None:
    visit = county.visit()
    answers = at_once(server, county, "POST", "/api/visits", [{"json": visit}] * CROWD)
    assert Counter(answer.status_code for answer in answers) == {201: 1, 200: CROWD - 1}
    assert len({answer.json()["receipt"]["entry_hash"] for answer in answers}) == 1
    others = [{"json": county.visit()} for _ in range(CROWD)]
    answers = at_once(server, county, "POST", "/api/visits", others)
    assert Counter(answer.status_code for answer in answers) == {201: CROWD}
    with county.app.app_context():
        here = Entry.chain_id == county.households[VILLAGE]
        assert db.session.scalars(select(Entry.seq).where(here).order_by(Entry.seq)).all() == list(range(1, CROWD + 3))
        assert verify(db.session(), signer(settings_of(county)).verifier).sound


def test_two_versions_of_one_visit_at_once_leave_one_and_name_both(server: Server, county: County) -> None:
    visit = county.visit()
    both = [{"json": visit | {"note": note}} for note in ("甲说", "乙说")] * (CROWD // 2)
    answers = at_once(server, county, "POST", "/api/visits", both)
    assert Counter(answer.status_code for answer in answers) == {201: 1, 200: CROWD // 2 - 1, 409: CROWD // 2}
    for answer in answers:
        if answer.status_code == 409:
            assert {answer.json()[side]["note"] for side in ("kept", "sent")} == {"甲说", "乙说"}


def test_one_photograph_sent_by_many_at_once_is_kept_once(server: Server, county: County) -> None:
    photo = saved(scene(7), "JPEG")
    digest = hashlib.sha256(photo).hexdigest()
    answers = at_once(server, county, "PUT", f"/api/evidence/{digest}", [{"data": photo}] * CROWD)
    assert Counter(answer.status_code for answer in answers) == {201: 1, 200: CROWD - 1}
    with county.app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Evidence)) == 1
    assert len([path for path in settings_of(county).photos.rglob("*") if path.is_file()]) == 1
    looks = at_once(server, county, "GET", f"/api/evidence/{digest}", [{}] * CROWD)
    assert {(look.status_code, hashlib.sha256(look.content).hexdigest()) for look in looks} == {
        (200, hashlib.sha256(looks[0].content).hexdigest())
    }
