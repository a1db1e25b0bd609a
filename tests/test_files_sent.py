"""Files that were sent in: who may no longer send them has sent nothing, and what is of no use is not kept."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from field import clock, worker
from field.codes import JobState, Role
from field.db import db, transact
from field.jobs.filling import FILLING
from field.jobs.ordered import NO_LONGER
from field.jobs.roster_import import ROSTER
from field.jobs.uploaded import Upload, ask_for
from field.ledger.entries import Entry
from field.work import Job
from tests.county import County
from tests.web.office import browser

PAGES = [(ROSTER, "/imports"), (FILLING, "/filling")]


def sent(county: County, what: Upload, content: bytes = b"\xff\xd8\xff\xe0") -> Job:
    """Ask as the county's account for a file to be read."""
    vault, by = county.app.extensions["field_vault"], county.actor("county")
    with county.app.app_context():
        job_id = transact(lambda session: ask_for(what, session, vault, content, by, clock.now()))
    job = read(county, job_id)
    assert is_kept(county, what, job)
    return job


def read(county: County, job_id: str) -> Job:
    with county.app.app_context():
        return db.session.get_one(Job, job_id)


def is_kept(county: County, what: Upload, job: Job) -> bool:
    kept: bool = county.app.extensions["field_vault"].has(job.payload["file"], what.version)
    return kept


def is_moved(county: County) -> None:
    county.move("county", Role.VILLAGE, "420626107204")


def is_ended(county: County) -> None:
    assert county.app.test_cli_runner().invoke(args=["staff", "end", "county"]).exit_code == 0


@pytest.mark.parametrize("what", [ROSTER, FILLING])
@pytest.mark.parametrize("gone", [is_moved, is_ended])
def test_who_may_no_longer_send_it_has_sent_nothing(
    small_county: County, what: Upload, gone: Callable[[County], None]
) -> None:
    job = sent(small_county, what)
    gone(small_county)
    with small_county.app.app_context():
        before = list(db.session.scalars(select(Entry.hash)))
    assert worker.worker(small_county.app).step()
    job = read(small_county, job.id)
    assert (job.state, job.trouble) == (JobState.FAILED, NO_LONGER)
    assert not is_kept(small_county, what, job)
    with small_county.app.app_context():
        assert list(db.session.scalars(select(Entry.hash))) == before


@pytest.mark.parametrize("what", [ROSTER, FILLING])
def test_a_file_that_is_of_no_use_is_not_kept(small_county: County, what: Upload) -> None:
    job = sent(small_county, what)
    assert worker.worker(small_county.app).step()
    assert "打不开" in (read(small_county, job.id).trouble or "")
    assert not is_kept(small_county, what, job)


@pytest.mark.parametrize(("what", "page"), PAGES)
def test_a_file_that_is_not_wanted_any_more_is_not_kept(small_county: County, what: Upload, page: str) -> None:
    job = sent(small_county, what)
    assert browser(small_county, "county").send(f"{page}/{job.id}/cancel").status_code == 303
    assert read(small_county, job.id).state == JobState.CANCELLED
    assert not is_kept(small_county, what, job)
