"""保留期限: what is over its time goes and is counted; what is not stays; a wrong file changes nothing."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from uuid6 import uuid7

from field import clock
from field.codes import JobKind, JobState
from field.db import db, transact
from field.jobs import night
from field.keeping import clearing
from field.keeping.retention import BadRetention, rules
from field.monitoring.traces import Trace
from field.work import Handler, Job, Worker
from field.worker import sessions
from tests.county import County


def test_old_traces_and_jobs_go_and_the_night_tells_how_many(county: County, tmp_path: Path) -> None:
    now, file = clock.now(), tmp_path / "retention.toml"
    file.write_text("traces = 200\n")
    with county.app.app_context():
        for days in (201, 199):
            at = now - timedelta(days=days)
            db.session.add(Trace(id=str(uuid7()), at=at, staff_id=str(uuid7()), actor="x", what="numbers", subject="x"))
        for kind in (JobKind.SWEEP, JobKind.LEFTOVERS):
            old = now - timedelta(days=91)
            more = {
                "payload": {},
                "state": JobState.DONE.value,
                "run_after": old,
                "created_at": old,
                "finished_at": old,
            }
            db.session.add(Job(id=str(uuid7()), kind=kind.value, **more))
        db.session.commit()
        transact(lambda session: night.plan(session, JobKind.LEFTOVERS, now))
        db.session.remove()
    vault = county.app.extensions["field_vault"]
    handlers: dict[str, Handler] = {
        JobKind.LEFTOVERS.value: lambda task: clearing.clear(task, vault, timedelta(days=30), file)
    }
    assert Worker(sessions(county.app), handlers, clock.now).step()
    with county.app.app_context():
        kinds = db.session.execute(select(Job.kind, Job.result).order_by(Job.created_at)).all()
        assert len(db.session.scalars(select(Trace)).all()) == 1
        db.session.remove()
    assert [kind for kind, _ in kinds] == [JobKind.LEFTOVERS.value] * 2, "the trace of deletions is not deleted"
    assert (kinds[-1].result["traces"], kinds[-1].result["jobs"], kinds[-1].result["login_failures"]) == (1, 1, 0)


def test_the_least_itself_is_allowed(tmp_path: Path) -> None:
    (tmp_path / "retention.toml").write_text("jobs = 7\ntraces = 183\n")
    found = rules(tmp_path / "retention.toml")
    assert (found["jobs"].days, found["traces"].days) == (7, 183)


@pytest.mark.parametrize("text", ["traces = 10", "traces = true", "entries = 1", 'jobs = "7"'])
def test_a_wrong_file_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "retention.toml").write_text(text)
    with pytest.raises(BadRetention):
        rules(tmp_path / "retention.toml")
