"""部门回调: a department's system hears once of each household that begins or ceases to be monitored, signed, until it answers."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from click.testing import Result
from sqlalchemy import delete, select

from field import clock, worker
from field.codes import JobKind, JobState
from field.db import db, transact
from field.jobs import delivering
from field.jobs.delivering import signature
from field.monitoring.rebuild import rebuild
from field.monitoring.webhooks import Webhook
from field.registry.staff import find_staff
from field.work import Job, enqueue
from tests.county import County
from tests.dripping import dripping
from tests.monitoring.casework import HOME, NEXT, do, listed, opened, to_eliminated, to_monitored, visited

BEFORE = clock.now() - timedelta(days=30)
RICH: Any = {"income": {"wages": 6_000_000}, "expenses": {"medical_self_paid": 0}}


@dataclass
class Receiver:
    """A department's system on loopback: keeps what comes, and answers as it is told."""

    url: str = ""
    status: int = 204
    came: list[tuple[dict[str, str], bytes]] = field(default_factory=list)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    kept = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            kept.came.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(kept.status)
            self.send_header("Location", kept.url)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Silent."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    kept.url = f"http://127.0.0.1:{server.server_port}/hook"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield kept
    server.shutdown()
    thread.join()
    server.server_close()


def run(county: County, *words: str) -> Result:
    return county.app.test_cli_runner().invoke(args=["webhook", *words])


def told(county: County, receiver: Receiver, *more: str) -> str:
    """Register the receiver; its secret."""
    made = run(county, "make", "medical", receiver.url, *more)
    assert made.exit_code == 0, made.output
    return made.output.splitlines()[0]


def work_off(county: County) -> None:
    while worker.worker(county.app).step():
        pass


def deliveries(county: County) -> list[Job]:
    with county.app.app_context():
        return list(db.session.scalars(select(Job).where(Job.kind == JobKind.WEBHOOK.value).order_by(Job.id)))


def identified(county: County) -> str:
    """A household that was not monitored, and is from now on; its case."""
    case = opened(county, HOME, "cadre", BEFORE)
    visited(county, HOME, "cadre", BEFORE)
    to_monitored(county, case, BEFORE)
    return case


@pytest.mark.unlisted(HOME)
def test_a_household_that_is_monitored_is_told_once_and_signed(county: County, receiver: Receiver) -> None:
    secret = told(county, receiver)
    identified(county)
    work_off(county)
    [(headers, body)] = receiver.came
    [job] = deliveries(county)
    assert (job.state, job.result) == (JobState.DONE.value, {"status": 204})
    said = signature(secret, headers["webhook-id"], int(headers["webhook-timestamp"]), body)
    assert headers["webhook-signature"] == said
    assert headers["webhook-id"] == job.id
    news = json.loads(body)
    assert news["type"] == "household.monitored"
    assert (news["data"]["number"], news["data"]["head"], news["data"]["region"]) == ("H0000", "陈大一", HOME)
    assert set(news["data"]) == {
        "number", "head", "region", "village", "town", "kind", "risk_factors", "identified_on", "receipt",
    }  # fmt: skip
    with county.app.app_context():
        transact(rebuild)
    assert len(deliveries(county)) == 1, "a rebuild tells nobody"


@pytest.mark.unlisted(HOME)
def test_a_receiver_that_is_down_is_tried_again_under_the_same_id_until_three_days_are_over(
    small_county: County, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    told(small_county, receiver)
    identified(small_county)
    receiver.status, now, waits = 503, BEFORE + timedelta(days=7, minutes=1), []
    monkeypatch.setattr(clock, "now", lambda: now)
    for _ in range(200):
        work_off(small_county)
        [job] = deliveries(small_county)
        if job.state != JobState.QUEUED:
            break
        waits.append(job.run_after - now)
        now = job.run_after + timedelta(seconds=1)
    assert (job.state, job.trouble) == (JobState.FAILED.value, "三天都没有送到")
    assert 70 < len(receiver.came) < 100
    assert max(waits) <= timedelta(hours=1)
    assert len({headers["webhook-id"] for headers, _ in receiver.came}) == 1
    assert "对方答复 503" in run(small_county, "list").output


@pytest.mark.unlisted(HOME)
def test_a_receiver_that_never_ends_its_answer_holds_nobody_else_up(
    small_county: County, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivering, "SECONDS", 0.5)
    with dripping("headers") as drip:
        run(small_county, "make", "medical", drip.url)
        told(small_county, receiver)
        identified(small_county)
        moment = BEFORE + timedelta(days=7, minutes=1)
        monkeypatch.setattr(clock, "now", lambda: moment)
        slow = deliveries(small_county)[0]
        with small_county.app.app_context():
            transact(lambda session: [enqueue(session, JobKind.WEBHOOK, slow.payload, BEFORE) for _ in range(5)])
        work_off(small_county)
        assert drip.calls == 1, "who cannot be reached is left alone for a while, however much waits for it"
        waiting = [job for job in deliveries(small_county) if job.state == JobState.QUEUED]
        assert len(waiting) == 6, "nothing is lost"
        assert len(receiver.came) == 1
        moment = max(job.run_after for job in waiting)
        work_off(small_county)
        assert drip.calls == 2, "and asked again once"


def test_what_waits_for_others_stands_before_nothing_else(small_county: County) -> None:
    own, slow = worker.hands(small_county.app)
    assert set(slow.handlers) == {JobKind.WEBHOOK}
    assert set(own.handlers) | set(slow.handlers) == set(JobKind)
    assert not set(own.handlers) & set(slow.handlers)
    with small_county.app.app_context():
        transact(lambda session: session.execute(delete(Job)))
        transact(lambda session: enqueue(session, JobKind.WEBHOOK, {}, BEFORE))
    assert not own.step(), "each takes only what it can do"


@pytest.mark.parametrize(("status", "tries"), [(410, 1), (302, 2), (204, 1)])
@pytest.mark.unlisted(HOME)
def test_gone_ends_the_address_and_a_redirection_is_not_followed(
    small_county: County, receiver: Receiver, status: int, tries: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    told(small_county, receiver)
    identified(small_county)
    receiver.status = status
    for minutes in (1, 5):
        later = BEFORE + timedelta(days=7, minutes=minutes)
        monkeypatch.setattr(clock, "now", lambda later=later: later)
        work_off(small_county)
    assert len(receiver.came) == tries
    with small_county.app.app_context():
        assert (db.session.scalars(select(Webhook)).one().revoked_at is not None) is (status == 410)


@pytest.mark.unlisted(HOME)
def test_only_what_concerns_a_department_is_told(small_county: County, receiver: Receiver) -> None:
    told(small_county, receiver, "--risk", "disaster")
    told(small_county, receiver, "--region", "420626102")
    identified(small_county)
    listed(small_county, NEXT, "county", BEFORE)
    work_off(small_county)
    assert deliveries(small_county) == []


def test_elimination_and_its_roll_back_are_news_and_the_way_there_is_none(
    small_county: County, receiver: Receiver
) -> None:
    told(small_county, receiver)
    case = listed(small_county, HOME, "county", BEFORE)
    visited(small_county, HOME, "cadre", BEFORE + timedelta(minutes=1), **RICH)
    to_eliminated(small_county, case, BEFORE + timedelta(minutes=2))
    do(small_county, case, "roll_back", "county", BEFORE + timedelta(days=8))
    work_off(small_county)
    assert [json.loads(body)["type"] for _, body in receiver.came] == ["household.eliminated", "household.monitored"]


@pytest.mark.unlisted(HOME)
def test_who_is_no_department_any_more_hears_nothing(small_county: County, receiver: Receiver) -> None:
    told(small_county, receiver)
    identified(small_county)
    with small_county.app.app_context():
        transact(_end)
    work_off(small_county)
    assert receiver.came == []
    assert [job.trouble for job in deliveries(small_county)] == ["这个回调已经停用"]


def _end(session: Any) -> None:
    staff = find_staff(session, "medical")
    assert staff is not None
    staff.ended_at = clock.now()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("medical", "http://example.cn/hook"), "https://"),
        (("medical", "https://me:pw@example.cn/hook"), "https://"),
        (("medical", "ftp://example.cn"), "https://"),
        (("medical", "https://"), "https://"),
        (("nobody", "https://example.cn"), "没有这个用户名"),
        (("county", "https://example.cn"), "只有行业部门的账号"),
        (("medical", "https://example.cn", "--region", "420606"), "只有行业部门的账号"),
        (("medical", "https://example.cn", "--risk", "poverty"), "只能是 illness"),
    ],
)
def test_what_cannot_be_registered_is_refused_in_words(small_county: County, words: tuple[str, ...], told: str) -> None:
    refused = run(small_county, "make", *words)
    assert refused.exit_code != 0
    assert told in refused.output
