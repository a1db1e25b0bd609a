"""Files that were sent in: who may no longer send them has sent nothing, and what is of no use is not kept."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from field import clock, worker
from field.codes import JobKind, JobState, Role
from field.db import db, transact
from field.jobs import night
from field.jobs.filling import FILLING
from field.jobs.ordered import NO_LONGER
from field.jobs.roster_import import ROSTER
from field.jobs.screening_import import ROWS
from field.jobs.uploaded import Upload, ask_for, go_again, unsealed
from field.keeping import clearing
from field.ledger.entries import Entry
from field.work import ATTEMPTS, LEASE, Assignment, Handler, Job, Worker, enqueue
from field.worker import sessions
from tests.county import County
from tests.web.office import browser, words

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


class Killed(BaseException):
    """What `kill -9` looks like from inside: nothing after it is run."""


def hand(county: County, what: Upload, then: Callable[[Assignment], None], later: timedelta = timedelta()) -> Worker:
    """A worker who reads a file, and what befalls him then."""

    def handler(task: Assignment) -> None:
        with unsealed(what, task, county.app.extensions["field_vault"], county.app.config["FIELD"].home / "imports"):
            pass
        then(task)

    return Worker(sessions(county.app), {what.job: handler}, lambda: clock.now() + later)


def dies(_task: Assignment) -> None:
    raise Killed


def breaks(_task: Assignment) -> None:
    raise OSError


def goes_well(_task: Assignment) -> None:
    return None


def in_vain(county: County, what: Upload) -> Job:
    """A file that was tried to be read as often as it is tried."""
    job = sent(county, what)
    for hours in range(ATTEMPTS):
        assert hand(county, what, breaks, timedelta(hours=hours)).step()
    return read(county, job.id)


@pytest.mark.parametrize("what", [ROSTER, FILLING])
def test_a_worker_who_is_killed_before_he_notes_that_a_file_is_read_leaves_it_to_the_next(
    county: County, what: Upload
) -> None:
    job = sent(county, what)
    with pytest.raises(Killed):
        hand(county, what, dies).step()
    assert is_kept(county, what, job)
    assert hand(county, what, goes_well, LEASE + timedelta(seconds=1)).step()
    assert read(county, job.id).state == JobState.DONE
    assert not is_kept(county, what, job)


@pytest.mark.parametrize(("what", "page"), PAGES)
def test_what_was_tried_in_vain_can_be_tried_again_as_long_as_its_file_is_here(
    small_county: County, what: Upload, page: str
) -> None:
    office = browser(small_county, "county")
    job = in_vain(small_county, what)
    assert (job.state, is_kept(small_county, what, job)) == (JobState.FAILED, True)
    assert "试了几次没有做成，文件还留着" in words(office.page(page))
    assert office.send(f"{page}/{job.id}/again").status_code == 303
    assert office.send(f"{page}/{job.id}/again").status_code == 409, "it is under way"
    assert hand(small_county, what, goes_well).step()
    assert read(small_county, job.id).state == JobState.DONE
    assert office.send(f"{page}/{job.id}/again").status_code == 409, "it is done"
    assert "再做一次" not in office.page(page)


def test_what_was_refused_is_not_tried_again(small_county: County) -> None:
    job = sent(small_county, ROSTER)
    assert worker.worker(small_county.app).step()
    office = browser(small_county, "county")
    assert "再做一次" not in office.page("/imports")
    assert office.send(f"/imports/{job.id}/again").status_code == 409
    assert read(small_county, job.id).state == JobState.FAILED


def lies(county: County, kind: JobKind, version: str, state: JobState, days: int) -> Callable[[], bool]:
    """A file of a job that came to this so many days ago; whether it is still here."""
    vault, at = county.app.extensions["field_vault"], clock.now() - timedelta(days=days)
    key = f"{kind}-{state}-{days}"
    vault.put(key, b"file", version)

    def work(session: Session) -> None:
        job = session.get_one(Job, enqueue(session, kind, {"file": key}, at))
        job.state, job.finished_at = state.value, at

    with county.app.app_context():
        transact(work)
    return lambda: vault.has(key, version)


def clear(county: County) -> dict[str, int]:
    """Tonight's clearing; what it says that it took."""
    vault, begin = county.app.extensions["field_vault"], sessions(county.app)
    with begin() as session:
        session.execute(delete(Job).where(Job.kind == JobKind.LEFTOVERS.value))
        job_id = night.plan(session, JobKind.LEFTOVERS, clock.now())
        session.commit()
    handlers: dict[str, Handler] = {JobKind.LEFTOVERS: lambda task: clearing.clear(task, vault, timedelta(days=30))}
    assert Worker(begin, handlers, clock.now).step()
    found: dict[str, int] = read(county, job_id or "").result or {}
    return found


@pytest.mark.parametrize(
    ("kind", "version"),
    [(ROSTER.job, ROSTER.version), (FILLING.job, FILLING.version), (JobKind.SCREENING, ROWS)],
)
def test_the_night_takes_the_files_that_nobody_needs_any_more(county: County, kind: JobKind, version: str) -> None:
    stays = [
        lies(county, kind, version, state, days)
        for state, days in [(JobState.QUEUED, 100), (JobState.RUNNING, 100), (JobState.FAILED, 89)]
    ]
    goes = [
        lies(county, kind, version, state, days)
        for state, days in [(JobState.DONE, 0), (JobState.CANCELLED, 0), (JobState.FAILED, 91)]
    ]
    assert clear(county)["files"] == len(goes)
    assert [one() for one in stays] == [True] * len(stays)
    assert [one() for one in goes] == [False] * len(goes)
    assert clear(county)["files"] == 0


def test_whose_file_the_night_took_is_not_tried_again(county: County) -> None:
    lies(county, ROSTER.job, ROSTER.version, JobState.FAILED, 91)
    clear(county)
    vault, mine = county.app.extensions["field_vault"], select(Job).where(Job.kind == ROSTER.job.value)
    with county.app.app_context():
        assert not transact(lambda session: go_again(ROSTER, session, vault, session.scalars(mine).one(), clock.now()))
        assert db.session.scalars(mine).one().state == JobState.FAILED
