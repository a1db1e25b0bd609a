"""夜间筛查: once a night, slice by slice; killed, cancelled or asked for twice, nothing is lost or done twice."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, select

from field import clock
from field.codes import JobKind, JobState
from field.db import db, transact
from field.jobs import night
from field.ledger.entries import Entry
from field.monitoring.rebuild import rebuild
from field.work import Assignment, Job, Worker, cancel
from field.worker import sessions
from tests.county import County
from tests.monitoring.test_sweep import UNMONITORED, leads, poor, released, swept
from tests.web.office import browser, words

NIGHT = datetime(2026, 11, 25, 18, 0, tzinfo=UTC)  # 02:00 of the 26th in China


class Killed(BaseException):
    """What `kill -9` looks like from inside."""


@pytest.fixture
def home(county: County) -> Iterator[County]:
    """The county, on both databases, with a household that is news."""
    released(county)
    poor(county, UNMONITORED)
    with county.app.app_context():
        transact(lambda session: session.execute(delete(Job)))  # what the visit asked for is not of the night
        yield county


def planned(county: County, now: datetime) -> str | None:
    with sessions(county.app)() as session:
        job_id = night.plan(session, JobKind.SWEEP, now)
        session.commit()
        return job_id


def worker(county: County, stop_after: int = 99, raising: type[BaseException] = Killed) -> Worker:
    """A worker whose slices are one household, and that ends after so many of them."""

    def handler(task: Assignment) -> dict[str, object]:
        left = iter(range(stop_after))
        advance = task.advance

        def told(done: int, total: int | None = None) -> None:
            advance(done, total)
            if next(left, None) is None:
                raise raising

        task.advance = told  # type: ignore[method-assign]
        return night.sweep(task, size=1)

    return Worker(sessions(county.app), {JobKind.SWEEP: handler}, clock.now, timedelta(seconds=-1))


def job(county: County, job_id: str) -> Job:
    with sessions(county.app)() as session:
        return session.get_one(Job, job_id)


def entries() -> list[dict[str, object]]:
    rows = db.session.scalars(select(Entry).where(Entry.kind == "sweep").order_by(Entry.seq)).all()
    return [json.loads(row.payload) for row in rows]


@pytest.mark.parametrize(
    ("now", "begins"),
    [
        (NIGHT, NIGHT),
        (NIGHT - timedelta(seconds=1), NIGHT - timedelta(days=1)),
        (NIGHT + timedelta(hours=21, minutes=59), NIGHT),
        (NIGHT + timedelta(days=1), NIGHT + timedelta(days=1)),
    ],
)
def test_a_night_begins_at_two_in_china(now: datetime, begins: datetime) -> None:
    assert night.last_night(now) == begins


def test_a_sweep_is_planned_once_a_night(home: County) -> None:
    now = clock.now()
    first = planned(home, now)
    assert first is not None
    assert planned(home, now) is None
    assert planned(home, now + timedelta(days=1)) not in (None, first)


def test_nothing_is_planned_when_the_county_was_swept_by_hand_since(home: County) -> None:
    swept(home)
    assert planned(home, clock.now()) is None
    assert planned(home, clock.now() + timedelta(days=1)) is not None


def test_the_job_does_what_the_command_does(home: County) -> None:
    job_id = planned(home, clock.now())
    assert job_id is not None
    assert worker(home).step() is True
    done = job(home, job_id)
    assert (done.state, done.done, done.total) == (JobState.DONE, 4, 4)
    assert done.result is not None
    assert (done.result["households"], done.result["grades"]["orange"], done.result["warnings"]) == (4, 1, 1)
    assert [one["households"] for one in entries()] == [4]
    assert [lead["kind"] for lead in leads(home)] == ["warning"]
    assert transact(rebuild).differing == ()


@pytest.mark.parametrize("slices", [1, 2, 3, 4])
def test_a_killed_sweep_goes_on_where_it_was(home: County, slices: int) -> None:
    job_id = planned(home, clock.now())
    assert job_id is not None
    with pytest.raises(Killed):
        worker(home, slices).step()
    assert job(home, job_id).payload["swept"]["households"] == slices
    assert worker(home).step() is True
    done = job(home, job_id)
    assert (done.state, done.attempts) == (JobState.DONE, 2)
    assert done.result is not None
    assert (done.result["households"], done.result["warnings"]) == (4, 1), "each household and warning once"
    assert len(entries()) == len(leads(home)) == 1


def test_a_sweep_killed_after_its_entry_records_no_second_one(home: County) -> None:
    job_id = planned(home, clock.now())
    assert job_id is not None
    worker(home).step()
    with sessions(home.app)() as session:
        session.get_one(Job, job_id).state = JobState.QUEUED.value
        session.commit()
    assert worker(home).step() is True
    assert job(home, job_id).state == JobState.DONE
    assert len(entries()) == 1


def test_a_cancelled_sweep_ends_and_is_not_begun_again_tonight(home: County) -> None:
    job_id = planned(home, clock.now())
    assert job_id is not None
    office, town = home.client("county"), home.client("town")
    assert town.post(f"/api/jobs/{job_id}/cancel").status_code == 404
    assert "全县筛查分析正在进行" in words(browser(home, "county").page("/"))
    assert office.get(f"/api/jobs/{job_id}").get_json()["kind_name"] == "全县筛查分析"

    def handler(task: Assignment) -> dict[str, object]:
        with sessions(home.app)() as session:
            assert cancel(session, session.get_one(Job, task.id), clock.now())
            session.commit()
        return night.sweep(task, size=1)

    assert Worker(sessions(home.app), {JobKind.SWEEP: handler}, clock.now).step() is True
    assert job(home, job_id).state == JobState.CANCELLED
    assert entries() == []
    assert planned(home, clock.now()) is None
