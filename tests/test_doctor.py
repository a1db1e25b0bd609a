"""体检之机器: what a technician should see to is told as wrong, and only that."""

import json
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from field import clock, create_app, pulse
from field.commands import machine as doctor_machine
from field.commands.machine import machine
from field.config import Settings
from field.db import db
from field.keeping.backup import NOTED
from field.monitoring.policy.shelf import shelf, use_shelf
from tests.county import County
from tests.running import settings_of

PAPER = ("字体", "打印")  # not every machine can print


def wrong(county: County) -> list[str]:
    settings = replace(settings_of(county), secure_cookies=True)
    with county.app.app_context():
        found = [one.area for one in machine(settings, db.session()) if one.wrong and one.area not in PAPER]
        db.session.remove()
    return found


def test_a_public_county_without_worker_and_backup_is_told_so(county: County) -> None:
    assert wrong(county) == ["后台进程", "备份"]
    home = settings_of(county).home
    pulse.beat(home)
    (home / NOTED).write_text(json.dumps({"taken_at": clock.now().isoformat()}))
    assert wrong(county) == []
    old = clock.now() - timedelta(hours=31)
    (home / NOTED).write_text(json.dumps({"taken_at": old.isoformat()}))
    os.utime(home / pulse.BEAT, (old.timestamp(), old.timestamp()))
    assert wrong(county) == ["后台进程", "备份"]


@pytest.mark.parametrize(
    "words", ["token list", "staff list", "sweep", "quality", "ledger verify", "ledger rebuild", "ledger show x"]
)
@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("sqlite:///{}/field.db", "field.db 里没有数据库"),
        ("sqlite:///{}/nowhere/field.db", "field.db 连不上或打不开"),
        ("postgresql+psycopg://field:secret@127.0.0.1:1/county", "field:***@127.0.0.1:1/county 连不上"),
    ],
)
def test_a_command_where_no_database_is_says_so_and_how_to_name_it(
    tmp_path: Path, words: str, url: str, told: str
) -> None:
    app = create_app(Settings(tmp_path, url.format(tmp_path)))
    found = app.test_cli_runner().invoke(args=words.split())
    assert found.exit_code == 3, "1 is a ledger that is broken"
    assert told in found.output
    assert "FIELD_HOME" in found.output
    with app.app_context():
        db.engine.dispose()


def test_a_database_file_that_is_damaged_is_a_broken_ledger_and_not_absent(tmp_path: Path) -> None:
    (tmp_path / "field.db").write_bytes(b"SQLite format 3\x00" + b"\xff" * 8192)
    app = create_app(Settings(tmp_path, f"sqlite:///{tmp_path / 'field.db'}"))
    found = app.test_cli_runner().invoke(args=["ledger", "verify"])
    assert (found.exit_code, "台账有问题" in found.output) == (1, True)
    with app.app_context():
        db.engine.dispose()


def test_a_machine_that_cannot_print_is_told_what_to_install(county: County, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_name: str) -> None:
        raise OSError("cannot load library 'libpango-1.0-0'")

    monkeypatch.setattr(doctor_machine, "import_module", missing)
    settings = replace(settings_of(county), secure_cookies=True)
    with county.app.app_context():
        told = {one.area: one for one in machine(settings, db.session())}
    assert told["打印"].wrong
    assert "apt install libpango-1.0-0" in told["打印"].text


def test_an_old_database_is_told_so(small_county: County) -> None:
    with small_county.app.app_context():
        db.session.execute(text("UPDATE alembic_version SET version_num = '0001'"))
        db.session.commit()
    assert "数据库" in wrong(small_county)


@pytest.mark.parametrize("words", ["traces = 10", "tracez = 1000", "traces = ", "[[["])
def test_days_that_are_written_wrong_are_told_before_the_night_stands_still(small_county: County, words: str) -> None:
    settings_of(small_county).retention.write_text(words, encoding="utf-8")
    told = small_county.app.test_cli_runner().invoke(args=["doctor"])
    assert "retention.toml 写错了" in told.output
    settings_of(small_county).retention.write_text("traces = 2000", encoding="utf-8")
    assert "retention.toml" not in small_county.app.test_cli_runner().invoke(args=["doctor"]).output


def test_numbers_of_another_year_and_a_faulty_pack_are_told(
    small_county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    def told() -> str:
        return small_county.app.test_cli_runner().invoke(args=["doctor"]).output

    assert "✓ 政策包：2026" in told()
    monkeypatch.setattr(clock, "now", lambda: datetime(2028, 1, 5, tzinfo=UTC))
    assert "没有 2028 年的监测范围，现在按 2026 年的 9000 元算" in told()
    assert "不知道 2028 年的放假安排" in told()
    own, former = settings_of(small_county).policy, shelf().own
    own.mkdir(exist_ok=True)
    (own / "ours.toml").write_text("id = [", encoding="utf-8")
    use_shelf(own)
    try:
        assert "ours.toml:1" in told()
    finally:
        use_shelf(former)
