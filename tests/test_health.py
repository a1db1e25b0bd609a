"""健康与日志: figures for who watches, nothing for strangers, and no person in any line."""

import json
import logging
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text, update
from sqlalchemy.exc import DBAPIError

from field import clock, create_app, logs, pulse
from field.codes import JobKind, JobState
from field.config import Settings
from field.db import db
from field.latency import NAME, UP_TO, Latency
from field.logs import Lines
from field.work import ATTEMPTS, Job, enqueue
from tests.county import County
from tests.running import settings_of

FAR = {"REMOTE_ADDR": "192.0.2.7"}
PROXIED = {"X-Forwarded-For": "127.0.0.1"}


def test_the_figures_are_there_and_name_nobody(county: County) -> None:
    cadre = county.client("cadre")
    assert cadre.post("/api/visits", json=county.visit()).status_code == 201
    assert cadre.post("/api/visits/held", json={"visit": county.visit(), "reason": "编号变了"}).status_code == 202
    told = county.client().get("/metrics")
    assert told.content_type.startswith("text/plain; version=0.0.4")
    text = told.get_data(as_text=True)
    figures = dict(line.split(" ") for line in text.splitlines() if not line.startswith("#"))
    assert float(figures["field_entries"]) >= 5
    assert float(figures["field_jobs_waiting"]) >= 1
    assert float(figures["field_sessions"]) == 1
    assert float(figures["field_held_visits"]) == 1
    assert "field_backup_age_seconds" not in figures, "there is no backup, and none is made up"
    assert "陈" not in text
    assert not any(household in text for household in county.households.values())


def test_what_people_sent_wrongly_is_no_failure_of_ours(county: County) -> None:
    with county.app.app_context():
        for attempts in (1, ATTEMPTS, ATTEMPTS):
            job_id = enqueue(db.session(), JobKind.SWEEP, {}, clock.now())
            db.session.execute(update(Job).where(Job.id == job_id).values(state=JobState.FAILED, attempts=attempts))
        db.session.commit()
    text = county.client().get("/metrics").get_data(as_text=True)
    assert ("\nfield_jobs_failed 2\n" in text, "\nfield_jobs_refused 1\n" in text) == (True, True)


def timed(told: str) -> dict[str, float]:
    """How many requests of each route were counted."""
    counted = (line.rsplit(" ", 1) for line in told.splitlines() if line.startswith(f"{NAME}_count"))
    return {labels.partition("{")[2].rstrip("}"): float(number) for labels, number in counted}


def test_how_long_requests_take_is_told_by_route_and_names_nobody(county: County) -> None:
    cadre, home = county.client("cadre"), county.households["420626107204"]
    for path in (f"/api/households/{home}", "/api/households?q=陈大一", "/no/such/陈大一"):
        cadre.get(path)
    cadre.head("/api/households")
    told = county.client().get("/metrics").get_data(as_text=True)
    found = timed(told)
    assert found['route="/api/households/<id:household_id>",method="GET"'] == 1
    assert found['route="/api/households",method="GET"'] == 2
    assert found['route="other",method="any"'] == 1
    assert not any(words in told for words in (home, "陈大一", "%E9%99%88"))
    ends = [float(line.rsplit(" ", 1)[1]) for line in told.splitlines() if '_bucket{route="/api/households",' in line]
    assert ends == sorted(ends)
    assert (len(ends), ends[-1]) == (len(UP_TO) + 1, 2)


def test_every_process_is_counted_and_a_new_one_goes_on_where_a_dead_one_stopped(tmp_path: Path) -> None:
    code = "from tests.test_health import counted; counted({!r}, {})"
    for many in (1, 2):
        words = [sys.executable, "-c", code.format(str(tmp_path), many)]
        subprocess.run(words, check=True)
    assert timed(counted(str(tmp_path), 4)) == {'route="/a",method="GET"': 7}
    assert len(list(tmp_path.iterdir())) == 1, "no more files than processes at once"
    first, second = Latency(tmp_path, [("/a", "GET")]), Latency(tmp_path, [("/a", "GET")])
    for one in (first, second):
        one.count(("/a", "GET"), 0.2)
    assert timed("".join(second.lines())) == {'route="/a",method="GET"': 9}
    assert len(list(tmp_path.iterdir())) == 2
    other = Latency(tmp_path, [("/b", "GET")])
    other.count(("/b", "GET"), 20)
    assert timed("".join(other.lines())) == {'route="/b",method="GET"': 1}


def test_who_cannot_write_its_file_still_answers(tmp_path: Path) -> None:
    (tmp_path / "latency").write_text("no folder")
    one = Latency(tmp_path / "latency", [("/a", "GET")])
    one.count(("/a", "GET"), 0.2)
    assert timed("".join(one.lines())) == {}


def counted(folder: str, many: int) -> str:
    """What a process tells that counts so many requests and ends."""
    one = Latency(Path(folder), [("/a", "GET")])
    for _ in range(many):
        one.count(("/a", "GET"), 0.2)
    return "".join(one.lines())


def test_ready_only_while_the_worker_lives(small_county: County) -> None:
    client = small_county.client()
    assert client.get("/health/ready").get_json()["missing"] == ["worker"]
    pulse.beat(settings_of(small_county).home)
    assert client.get("/health/ready").get_json() == {"ok": True, "missing": []}


@pytest.mark.parametrize("path", ["/metrics", "/health/ready"])
def test_nothing_is_there_for_strangers(small_county: County, path: str) -> None:
    client = small_county.client()
    assert client.get(path, environ_base=FAR).status_code == 404
    assert client.get(path, headers=PROXIED).status_code == 404, "a proxy on this machine brings strangers"
    assert client.get(path, environ_base=FAR, headers={"Authorization": "Bearer "}).status_code == 404
    assert client.get("/health", environ_base=FAR).status_code == 200


def test_the_token_opens_from_elsewhere(small_county: County) -> None:
    app = create_app(replace(settings_of(small_county), metrics_token="a-long-token-of-the-county"))
    given = {"Authorization": "Bearer a-long-token-of-the-county"}
    assert app.test_client().get("/metrics", environ_base=FAR, headers=given).status_code == 200
    assert app.test_client().get("/metrics", environ_base=FAR, headers={"Authorization": "Bearer x"}).status_code == 404
    with app.app_context():
        app.extensions["sqlalchemy"].engine.dispose()


def test_a_request_has_a_number_and_a_strangers_number_is_not_taken(small_county: County) -> None:
    mine = small_county.client().get("/health", headers={"X-Request-ID": "from-a-stranger"})
    assert len(mine.headers["X-Request-ID"]) == 32
    app = create_app(replace(settings_of(small_county), proxies=1))
    client = app.test_client()
    assert client.get("/health", headers={"X-Request-ID": "abcd-1234"}).headers["X-Request-ID"] == "abcd-1234"
    assert client.get("/health", headers={"X-Request-ID": "<script>"}).headers["X-Request-ID"] != "<script>"
    with app.app_context():
        app.extensions["sqlalchemy"].engine.dispose()


def test_a_line_tells_the_kind_of_a_fault_and_not_its_words() -> None:
    try:
        raise ValueError("陈大一 420626196805041013")
    except ValueError as error:
        record = logging.LogRecord(
            "field", logging.ERROR, "x", 1, "job %s", ("sweep",), (ValueError, error, error.__traceback__)
        )
    line = json.loads(Lines().format(record))
    assert line["fault"] == "ValueError"
    assert line["message"] == "job sweep"
    assert "陈大一" not in json.dumps(line, ensure_ascii=False)
    assert "4206" not in json.dumps(line, ensure_ascii=False)


def test_lines_for_people_quote_nobody_either(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    logs.set_up(Flask("another"), as_json=False, trusts_proxy=False)
    words = "陈大一"
    try:
        int(words)
    except ValueError:
        logging.getLogger("field.work").exception("job %s failed", "sweep")
    told = capsys.readouterr().err
    assert "job sweep failed" in told
    assert told.rstrip().endswith("ValueError")
    assert "int(words)" in told
    assert "'陈大一'" not in told


def test_a_fault_of_the_database_tells_no_value(county: County) -> None:
    with county.app.app_context(), pytest.raises(DBAPIError) as told:
        db.session.execute(text("SELECT :name FROM nowhere"), {"name": "陈大一"})
    assert "陈大一" not in str(told.value)


def test_every_request_is_one_line_without_its_query(small_county: County, caplog: pytest.LogCaptureFixture) -> None:
    settings: Settings = replace(settings_of(small_county), json_log=True)
    root = logging.getLogger()
    kept = list(root.handlers), root.level
    try:
        app = create_app(settings)
        root.addHandler(caplog.handler)
        app.test_client().get(f"/households/{small_county.households['420626107204']}?q=陈大一")
        app.test_client().get("/api/households?q=陈大一")
        lines = [Lines().format(record) for record in caplog.records if record.name == "field.requests"]
        assert len(lines) == 2
        assert '"/households/<id:household_id>"' in lines[0]
        assert '"/api/households"' in lines[1]
        assert not any("陈大一" in caplog_line or "%E9%99%88" in caplog_line for caplog_line in (*lines, caplog.text))
    finally:
        root.handlers[:], root.level = kept[0], kept[1]
    with app.app_context():
        app.extensions["sqlalchemy"].engine.dispose()
