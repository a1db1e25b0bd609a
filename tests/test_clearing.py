"""清理: what visitors sent and nothing came of goes; what anybody speaks of stays, also where that comes just then."""

import threading
from datetime import timedelta
from hashlib import sha256

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session
from uuid6 import uuid7

from field import clock
from field.codes import Channel, JobKind
from field.db import db, transact
from field.jobs import night
from field.keeping import clearing
from field.media.photo import inspect
from field.media.vault import Vault
from field.messaging import declare_draft
from field.messaging.conversations import Dialog
from field.messaging.inbox import InboundMessage
from field.monitoring.leads.declarations import Declared, record_declaration
from field.monitoring.leftovers import forget
from field.monitoring.visiting import evidence
from field.monitoring.visiting.evidence import Evidence
from field.work import Handler, Job, Worker
from field.worker import sessions
from tests.county import County
from tests.media.pictures import saved, scene

HOME, KEPT = "420626107204", timedelta(days=30)
LONG_AGO = clock.now() - timedelta(days=31)


def vault(county: County) -> Vault:
    found: Vault = county.app.extensions["field_vault"]
    return found


def sent(county: County, number: int, by: str = "stranger", days: int = 31) -> str:
    """A photograph that came so many days ago."""
    data = saved(scene(number), "jpeg")
    digest = sha256(data).hexdigest()
    vault(county).put(digest, data)
    at = clock.now() - timedelta(days=days)
    with county.app.app_context():
        transact(lambda session: evidence.take_in(session, inspect(data), by, at))
    return digest


def cleared(county: County) -> set[str]:
    """Tonight's clearing is planned and done; the digests that are still here."""
    begin = sessions(county.app)
    with begin() as session:
        night.plan(session, JobKind.LEFTOVERS, clock.now())
        session.commit()
    handlers: dict[str, Handler] = {JobKind.LEFTOVERS: lambda task: clearing.clear(task, vault(county), KEPT)}
    hand = Worker(begin, handlers, clock.now, timedelta(seconds=60))
    with begin() as session:  # what photographs ask for else is not of the night
        session.execute(delete(Job).where(Job.kind != JobKind.LEFTOVERS.value))
        session.commit()
    while hand.step():
        pass
    return here(county)


def here(county: County) -> set[str]:
    with county.app.app_context():
        rows = set(db.session.scalars(select(Evidence.sha256)))
        assert all(vault(county).has(digest) for digest in rows), "whose row is here, its bytes are"
        db.session.remove()
    return rows


def declare(county: County, digest: str) -> None:
    said = Declared("d1", Channel.WEB, ["illness"], "", "2026-1", HOME, county.households[HOME], evidence=[digest])
    with county.app.app_context():
        transact(lambda session: record_declaration(session, said, clock.now()))


def test_what_nothing_came_of_goes_with_its_bytes_and_the_rest_stays(county: County) -> None:
    gone, named, young, cadres, drafted, talked, over = (
        sent(county, number, by, days)
        for number, (by, days) in enumerate(
            [("stranger", 31), ("stranger", 31), ("stranger", 29), ("cadre", 31), *[("stranger", 31)] * 3]
        )
    )
    declare(county, named)
    now = clock.now()
    with county.app.app_context():
        state = {"answers": {"photos": [drafted]}}
        transact(lambda session: declare_draft.begin(session, "token", "192.0.2.1", state, now))
        transact(lambda session: talk(session, talked, now + timedelta(hours=1)))
        transact(lambda session: talk(session, over, now - timedelta(hours=1)))
    assert cleared(county) == {named, young, cadres, drafted, talked}
    assert not any(vault(county).has(one) for one in (gone, over))
    assert sent(county, 0) == gone, "sent anew it is here as if for the first time"
    assert gone in here(county)


def talk(session: Session, digest: str, until: object) -> None:
    """A conversation in which a photograph came; it waits for an answer until then."""
    ids = str(uuid7()), str(uuid7())
    sender = sha256(digest.encode()).hexdigest()
    common = {"channel": "wechat", "sender_index": sender}
    session.add(Dialog(
        id=ids[0], purpose="declare", sealed="{}", step="what", opened_at=LONG_AGO, changed_at=LONG_AGO,
        expires_at=until, **common,
    ))  # fmt: skip
    session.add(InboundMessage(
        id=ids[1], provider="wechat", provider_message_id=ids[1], sender="o", said="photo", text_masked="",
        photos=[digest], dialog_id=ids[0], sent_at=LONG_AGO, received_at=LONG_AGO, **common,
    ))  # fmt: skip


def test_one_night_clears_once(county: County) -> None:
    begin, now = sessions(county.app), night.last_night(clock.now())
    with begin() as session:
        assert night.plan(session, JobKind.LEFTOVERS, now)
        assert night.plan(session, JobKind.LEFTOVERS, now + timedelta(minutes=10)) is None
        session.commit()


def test_a_worker_that_was_killed_between_rows_and_bytes_leaves_the_bytes_to_the_next(county: County) -> None:
    digest = sent(county, 1)
    begin = sessions(county.app)
    with begin() as session:
        job = session.get_one(Job, night.plan(session, JobKind.LEFTOVERS, clock.now()))
        job.payload = {"last": digest, "gone": forget(session, [digest], clock.now() - KEPT)}
        session.commit()
    assert vault(county).has(digest)
    assert cleared(county) == set()
    assert not vault(county).has(digest)


@pytest.mark.parametrize("how", ["declared", "sent_again"])
def test_an_entry_or_a_sender_that_comes_at_the_same_moment_keeps_its_photograph(county: County, how: str) -> None:
    digest = sent(county, 1)
    data, begin = vault(county).get(digest), sessions(county.app)
    done: list[set[str]] = []
    with begin() as session:
        evidence.take_in(session, inspect(data), "stranger", clock.now())  # its transaction is still open
        clears = threading.Thread(target=lambda: done.append(cleared(county)))
        clears.start()
        clears.join(1)
        if how == "declared":
            said = Declared("d1", Channel.WEB, ["illness"], "", "1", HOME, county.households[HOME], evidence=[digest])
            record_declaration(session, said, clock.now())
        session.commit()
    clears.join(30)
    assert done == [{digest}]
    assert digest in here(county)


def test_the_bytes_of_a_photograph_that_came_back_meanwhile_are_put_back(county: County) -> None:
    digest = sent(county, 1)
    data = vault(county).get(digest)
    moved = vault(county).set_aside(digest)
    assert not vault(county).has(digest)
    vault(county).put_back(moved)
    assert vault(county).get(digest) == data
