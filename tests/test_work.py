"""后台工作: the lease table, with workers that are slow, dead, or always die."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, delete, select
from sqlalchemy.orm import Session

from field.codes import JobKind, JobState
from field.work import (
    ATTEMPTS,
    LEASE,
    Assignment,
    Cancelled,
    GiveUp,
    Handler,
    Job,
    LeaseLost,
    Worker,
    cancel,
    enqueue,
    resume,
)

START = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
KIND = JobKind.PLACE_JUDGEMENT


class Killed(BaseException):
    """What `kill -9` looks like from inside: nothing after it is run."""


class Yard:
    """The table, a clock that the test moves, and workers that stand at it."""

    def __init__(self, engine: Engine) -> None:
        self.now = START
        self.begin: Callable[[], Session] = lambda: Session(engine, expire_on_commit=False)

    def worker(self, handler: Handler) -> Worker:
        return Worker(self.begin, {KIND: handler}, lambda: self.now)

    def put(self, **payload: Any) -> str:
        with self.begin() as session:
            job_id = enqueue(session, KIND, payload, self.now)
            session.commit()
            return job_id

    def job(self, job_id: str) -> Job:
        with self.begin() as session:
            return session.get_one(Job, job_id)

    def cancel(self, job_id: str) -> bool:
        with self.begin() as session:
            done = cancel(session, session.get_one(Job, job_id), self.now)
            session.commit()
            return done

    def resume(self, job_id: str) -> None:
        with self.begin() as session:
            resume(session, session.get_one(Job, job_id), self.now)
            session.commit()

    def wait(self, time: timedelta) -> None:
        self.now += time


@pytest.fixture
def yard(engine: Engine) -> Yard:
    return Yard(engine)


def die(_: Assignment) -> None:
    raise Killed


def nothing(_: Assignment) -> None:
    return None


def die_at(worker: Worker) -> None:
    """Let a worker take a job and die with it."""
    with pytest.raises(Killed):
        worker.step()


def test_four_workers_do_every_job_once_and_none_twice(yard: Yard) -> None:
    jobs = [yard.put(number=number) for number in range(40)]
    done: list[str] = []

    def work() -> None:
        worker = yard.worker(lambda task: done.append(task.id))
        while worker.step():
            pass

    hands = [threading.Thread(target=work) for _ in range(4)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join(60)
    assert Counter(done) == Counter(jobs)
    assert {yard.job(job).state for job in jobs} == {JobState.DONE}


def test_jobs_are_taken_in_the_order_in_which_they_came(yard: Yard) -> None:
    seen: list[int] = []
    for number in range(3):
        yard.put(number=number)
        yard.wait(timedelta(milliseconds=1))
    worker = yard.worker(lambda task: seen.append(task.payload["number"]))
    assert [worker.step() for _ in range(4)] == [True, True, True, False]
    assert seen == [0, 1, 2]


def test_the_job_of_a_dead_worker_is_taken_over_when_its_lease_ends(yard: Yard) -> None:
    job = yard.put()
    die_at(yard.worker(die))
    heir = yard.worker(lambda task: {"by": task.worker})
    yard.wait(LEASE)
    assert not heir.step(), "until then the first may still be at it"
    yard.wait(timedelta(milliseconds=1))
    assert heir.step()
    assert (yard.job(job).state, yard.job(job).result) == (JobState.DONE, {"by": heir.id})


def test_a_worker_that_was_thought_dead_cannot_report_on_the_job_of_its_heir(yard: Yard) -> None:
    job = yard.put()
    heir = yard.worker(lambda _: {"by": "heir"})
    lost: list[bool] = []

    def sleep(task: Assignment) -> dict[str, Any]:
        yard.wait(LEASE + timedelta(seconds=1))
        assert heir.step()
        with pytest.raises(LeaseLost):
            task.advance(1)
        lost.append(True)
        return {"by": "sleeper"}

    assert yard.worker(sleep).step()
    assert lost == [True]
    assert yard.job(job).result == {"by": "heir"}


def test_a_job_that_kills_every_worker_is_given_up_and_holds_nothing_else_up(yard: Yard) -> None:
    poison, other = yard.put(poison=True), yard.put(poison=False)
    for _ in range(ATTEMPTS):
        die_at(yard.worker(lambda task: die(task) if task.payload["poison"] else None))
        yard.wait(LEASE + timedelta(seconds=1))
    worker = yard.worker(nothing)
    assert worker.step(), "the one behind it"
    assert not worker.step()
    given_up = yard.job(poison)
    assert (given_up.state, given_up.attempts, given_up.finished_at) == (JobState.FAILED, ATTEMPTS, yard.now)
    assert given_up.trouble
    assert yard.job(other).state == JobState.DONE


def test_a_failing_job_is_tried_again_after_ever_longer_pauses_and_then_given_up(yard: Yard) -> None:
    job = yard.put()

    def fail(_: Assignment) -> None:
        raise OSError

    worker, pauses = yard.worker(fail), []
    for _ in range(ATTEMPTS - 1):
        assert worker.step()
        assert not worker.step(), "not before its pause is over"
        pauses.append((yard.job(job).run_after - yard.now).total_seconds())
        yard.now = yard.job(job).run_after
    assert pauses == [2, 4, 8, 16, 32, 64, 128]
    assert worker.step()
    yard.wait(timedelta(days=1))
    assert not worker.step()
    assert (yard.job(job).state, yard.job(job).trouble) == (JobState.FAILED, "OSError")


def test_a_job_that_cannot_be_done_tells_why_and_is_not_tried_again(yard: Yard) -> None:
    job = yard.put()

    def give_up(_: Assignment) -> None:
        raise GiveUp("文件打不开")

    assert yard.worker(give_up).step()
    assert (yard.job(job).state, yard.job(job).trouble) == (JobState.FAILED, "文件打不开")


def test_what_was_cancelled_before_its_turn_is_never_done(yard: Yard) -> None:
    job = yard.put()
    assert yard.cancel(job)
    assert not yard.worker(nothing).step()
    assert yard.job(job).state == JobState.CANCELLED


def test_a_job_at_work_hears_of_its_cancelling_when_it_reports_progress(yard: Yard) -> None:
    job = yard.put()
    steps: list[int] = []

    def count(task: Assignment) -> None:
        for number in range(5):
            task.advance(number)
            steps.append(number)
            if number == 2:
                assert yard.cancel(job)

    worker = yard.worker(count)
    assert worker.step()
    assert steps == [0, 1, 2]
    assert (yard.job(job).state, yard.job(job).done) == (JobState.CANCELLED, 3), "what was done before it was heard"
    yard.wait(timedelta(days=1))
    assert not worker.step()


def test_what_is_over_cannot_be_cancelled(yard: Yard) -> None:
    job = yard.put()
    yard.worker(nothing).step()
    assert not yard.cancel(job)
    assert yard.job(job).state == JobState.DONE


def test_what_was_given_up_goes_on_as_if_it_had_never_been_tried(yard: Yard) -> None:
    job = yard.put()

    def fail(_: Assignment) -> None:
        raise OSError

    for _ in range(ATTEMPTS):
        assert yard.worker(fail).step()
        yard.wait(timedelta(hours=1))
    yard.resume(job)
    assert yard.worker(fail).step()
    assert yard.job(job).state == JobState.QUEUED, "the first of eight tries"


def test_what_is_done_does_not_go_on(yard: Yard) -> None:
    job = yard.put()
    assert yard.worker(nothing).step()
    yard.resume(job)
    assert yard.job(job).state == JobState.DONE


def test_progress_is_seen_from_outside_and_keeps_the_lease(yard: Yard) -> None:
    job = yard.put()
    rival = yard.worker(nothing)

    def slow(task: Assignment) -> dict[str, int]:
        for number in range(1, 4):
            yard.wait(LEASE - timedelta(seconds=1))
            task.advance(number, 3)
            assert not rival.step()
            assert (yard.job(job).done, yard.job(job).total) == (number, 3)
        return {"rows": 3}

    assert yard.worker(slow).step()
    assert (yard.job(job).state, yard.job(job).result) == (JobState.DONE, {"rows": 3})


def test_a_job_is_on_the_table_only_when_the_business_with_it_is(yard: Yard) -> None:
    with yard.begin() as session:
        enqueue(session, KIND, {}, yard.now)
        session.rollback()
        assert session.scalar(select(Job.id)) is None
    assert not yard.worker(nothing).step()


def test_a_cancelled_report_names_itself(yard: Yard) -> None:
    job = yard.put()
    heard: list[str] = []

    def listen(task: Assignment) -> None:
        yard.cancel(job)
        try:
            task.advance(1)
        except Cancelled:
            heard.append("cancelled")
            raise

    assert yard.worker(listen).step()
    assert heard == ["cancelled"]


def test_what_is_left_for_afterwards_is_done_once_the_end_is_noted_and_never_while_it_may_be_tried_again(
    yard: Yard,
) -> None:
    found: list[tuple[str, str]] = []

    def work(task: Assignment) -> None:
        task.afterwards = lambda: found.append((task.payload["how"], yard.job(task.id).state))
        if task.payload["how"] == "refused":
            raise GiveUp("文件打不开")
        if task.payload["how"] == "broken":
            raise OSError
        if task.payload["how"] == "taken over":
            yard.wait(LEASE + timedelta(seconds=1))
            assert yard.worker(nothing).step()
        if task.payload["how"] == "cancelled":
            yard.cancel(task.id)

    for how in ("good", "refused", "broken", "taken over", "cancelled"):
        yard.put(how=how)
        assert yard.worker(work).step()
        with yard.begin() as session:
            session.execute(delete(Job))
            session.commit()
    assert found == [("good", JobState.DONE), ("refused", JobState.FAILED)]
