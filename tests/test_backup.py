"""备份: what somebody who can write to the backups' disk, or a technician in a hurry, could do to them."""

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict, replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from field import clock, create_app
from field.commands.machine import machine
from field.db import db
from field.keeping.backup import CHAINED, DATABASE, NOTED, Manifest, Shelf
from field.ledger.chain import canonical
from field.ledger.note import Signer
from field.monitoring.policy.shelf import Shelf as Packs
from field.registry.sealing import load_keyring
from tests.county import County
from tests.running import settings_of
from tests.test_drill import PASSPHRASE, run

Said = dict[str, Any]


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    file = tmp_path / "passphrase"
    file.write_text(PASSPHRASE)
    return file


@pytest.fixture
def shelf(small_county: County, secret: Path, tmp_path: Path) -> Shelf:
    """The backups of a county with one photograph and a policy of its own, after the first."""
    small_county.app.extensions["field_vault"].put("a" * 64, b"a photograph")
    (settings_of(small_county).home / "retention.toml").write_text("traces = 1825\n")
    made = Shelf(tmp_path / "backups")
    backed_up(small_county, made, secret)
    return made


def backed_up(county: County, shelf: Shelf, secret: Path, *words: str) -> str:
    return run(county.app, 0, "backup", str(shelf.folder), "--passphrase-file", str(secret), *words)


def elsewhere(county: County, tmp_path: Path) -> Flask:
    """Another machine, with nothing on it."""
    home = tmp_path / "elsewhere"
    return create_app(replace(settings_of(county), home=home, database_url=f"sqlite:///{home / 'field.db'}"))


def restored(app: Flask, code: int, shelf: Shelf, secret: Path) -> str:
    return run(app, code, "restore", str(shelf.folder), "--passphrase-file", str(secret))


def untouched(app: Flask) -> bool:
    """Whether nothing but the first start's own key is there."""
    files = {path.name for path in app.config["FIELD"].home.rglob("*") if path.is_file()}
    return not {name for name in files if name != "keys.json" and not name.startswith("field.db")}


def rewritten(shelf: Shelf, change: Callable[[Said], object]) -> None:
    """The newest manifest as somebody would have it."""
    file = shelf.folder / f"{shelf.moments()[-1]}.json"
    said = json.loads(file.read_text())
    change(said)
    file.write_text(json.dumps(said))


def laid(shelf: Shelf, content: bytes) -> Said:
    kept = shelf.put(content)
    return {"sha256": kept.sha256, "size": kept.size, "changed": 0}


def test_a_sound_backup_restores_and_a_wrong_passphrase_opens_nothing(
    small_county: County, shelf: Shelf, secret: Path, tmp_path: Path
) -> None:
    app = elsewhere(small_county, tmp_path)
    secret.write_text("another passphrase")
    assert "口令不对" in restored(app, 1, shelf, secret)
    assert "请给 --passphrase-file" in run(app, 1, "restore", str(shelf.folder))
    assert untouched(app)
    secret.write_text(PASSPHRASE)
    assert "台账完好" in restored(app, 0, shelf, secret)


@pytest.mark.parametrize("part", ["database", "photos", "keys.locked", "retention.toml"])
def test_a_changed_file_is_named_before_anything_is_written(
    small_county: County, shelf: Shelf, secret: Path, tmp_path: Path, part: str
) -> None:
    files = shelf.read(shelf.moments()[-1]).files
    place = shelf.place(next(kept for name, kept in files.items() if name.startswith(part)))
    content = bytearray(place.read_bytes())
    content[len(content) // 2] ^= 1
    place.write_bytes(content)
    assert "被改动" in run(small_county.app, 1, "backup", str(shelf.folder), "--check")
    app = elsewhere(small_county, tmp_path)
    told = restored(app, 1, shelf, secret)
    assert ("口令不对" if part == "keys.locked" else "被改动") in told
    assert untouched(app)
    place.unlink()
    assert "不见了" in run(small_county.app, 1, "backup", str(shelf.folder), "--check")


def with_an_account_more(shelf: Shelf, said: Said) -> None:
    """Somebody gives the county's password to the cadre in the copy, and corrects the digest."""
    copy = shelf.folder / "copy"
    copy.write_bytes(
        (shelf.files / said["files"][DATABASE]["sha256"][:2] / said["files"][DATABASE]["sha256"]).read_bytes()
    )
    with closing(sqlite3.connect(copy)) as connection:
        connection.execute("UPDATE post SET role = 'county', region = '420626' WHERE role = 'village'")
        connection.commit()
    said["files"][DATABASE] = laid(shelf, copy.read_bytes())
    copy.unlink()


FORGERIES: dict[str, Callable[[Shelf, Said], object]] = {
    "an account with more rights": with_an_account_more,
    "a file outside the home": lambda shelf, said: said["files"].update({"../planted": laid(shelf, b"x")}),
    "a key in the clear": lambda shelf, said: said["files"].update({"keys.json": laid(shelf, b"{}")}),
    "a photograph left out": lambda _, said: [said["files"].pop(n) for n in list(said["files"]) if "photos" in n],
    "no checkpoint to verify by": lambda _, said: said.update(checkpoint=""),
    "another time": lambda _, said: said.update(taken_at="2026-01-01T00:00:00+00:00"),
    "no signature": lambda _, said: said.pop("seal"),
    "no key": lambda _, said: said["files"].pop("keys.locked"),
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_what_the_county_has_not_signed_is_not_restored(
    small_county: County, shelf: Shelf, secret: Path, tmp_path: Path, forgery: str
) -> None:
    rewritten(shelf, lambda said: FORGERIES[forgery](shelf, said))
    app = elsewhere(small_county, tmp_path)
    assert "没有本县的签名" in restored(app, 1, shelf, secret)
    assert untouched(app)
    assert not (tmp_path / "planted").exists()


def test_a_manifest_that_is_none_is_told(small_county: County, shelf: Shelf, secret: Path, tmp_path: Path) -> None:
    (shelf.folder / f"{shelf.moments()[-1]}.json").write_text("[1, 2")
    assert "读不出" in restored(elsewhere(small_county, tmp_path), 1, shelf, secret)


@pytest.mark.parametrize("there", ["retention.toml", "policy/own.toml", "dialogs/own.toml", "photos/ab/cd"])
def test_nothing_that_is_there_is_written_over(
    small_county: County, shelf: Shelf, secret: Path, tmp_path: Path, there: str
) -> None:
    app = elsewhere(small_county, tmp_path)
    file = app.config["FIELD"].home / there
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("traces = 200\n")
    assert f"{there.partition('/')[0]} 已经有了" in restored(app, 1, shelf, secret)
    assert file.read_text() == "traces = 200\n"


def test_a_home_in_which_only_a_start_was_made_is_filled(
    small_county: County, shelf: Shelf, secret: Path, tmp_path: Path
) -> None:
    app = elsewhere(small_county, tmp_path)
    Packs(app.config["FIELD"].policy).refresh()
    restored(app, 0, shelf, secret)


def test_as_many_backups_are_kept_as_were_asked_for_and_each_of_them_restores(
    small_county: County, shelf: Shelf, secret: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault, first = small_county.app.extensions["field_vault"], shelf.moments()
    for night in (1, 2, 3):
        vault.put(sha256(bytes([night])).hexdigest(), b"of this night")
        later = clock.now() + timedelta(days=night)
        monkeypatch.setattr("field.commands.backup.clock.now", lambda later=later: later)
        told = backed_up(small_county, shelf, secret, "--keep", "2")
        monkeypatch.undo()
    assert "删去旧的 1 份" in told
    assert len(shelf.moments()) == 2
    assert first[0] not in shelf.moments()
    wanted = {kept.sha256 for moment in shelf.moments() for kept in shelf.read(moment).files.values()}
    assert {path.name for path in shelf.files.rglob("*") if path.is_file()} == wanted
    assert [shelf.faults(shelf.read(moment)) for moment in shelf.moments()] == [[], []]
    app = elsewhere(small_county, tmp_path)
    older = ("restore", str(shelf.folder), "--passphrase-file", str(secret), "--moment", shelf.moments()[0])
    assert "台账完好" in run(app, 0, *older)
    assert "不小于 1" in run(small_county.app, 2, "backup", str(shelf.folder), "--keep", "0")


def test_two_backups_within_one_second_are_two(
    small_county: County, shelf: Shelf, secret: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = clock.now() + timedelta(days=1)
    monkeypatch.setattr("field.commands.backup.clock.now", lambda: moment)
    for _time in range(2):
        backed_up(small_county, shelf, secret)
    monkeypatch.undo()
    assert [shelf.read(one).number for one in shelf.moments()] == [1, 2, 3]
    assert "完好" in run(small_county.app, 0, "backup", str(shelf.folder), "--check")


def nights(
    county: County, shelf: Shelf, secret: Path, monkeypatch: pytest.MonkeyPatch, *which: int, keep: int = 14
) -> None:
    """One backup more on each of these nights."""
    for night in which:
        later = clock.now() + timedelta(days=night)
        monkeypatch.setattr("field.commands.backup.clock.now", lambda later=later: later)
        backed_up(county, shelf, secret, "--keep", str(keep))
        monkeypatch.undo()


def listed(county: County, shelf: Shelf, code: int = 0) -> str:
    return run(county.app, code, "backup", str(shelf.folder), "--list")


def doctor(county: County) -> str:
    settings = replace(settings_of(county), secure_cookies=True)
    with county.app.app_context():
        [told] = [one.text for one in machine(settings, db.session()) if one.area == "备份"]
        db.session.remove()
    return told


@pytest.mark.parametrize("gone", [1, 2, 3, 4])
def test_a_backup_that_was_taken_away_is_named_wherever_it_stood(
    small_county: County, shelf: Shelf, secret: Path, monkeypatch: pytest.MonkeyPatch, gone: int
) -> None:
    nights(small_county, shelf, secret, monkeypatch, 1, 2, 3)
    told = listed(small_county, shelf)
    assert [f"第 {nth} 份" in told for nth in (1, 2, 3, 4, 5)] == [True, True, True, True, False]
    assert "缺第" not in doctor(small_county)
    (shelf.folder / f"{shelf.moments()[gone - 1]}.json").unlink()
    assert f"缺第 {gone} 份" in listed(small_county, shelf, 1)
    assert f"缺第 {gone} 份" in doctor(small_county)
    nights(small_county, shelf, secret, monkeypatch, 4)
    assert f"缺第 {gone} 份" in listed(small_county, shelf, 1), "the next one does not close the gap"


def test_the_oldest_that_was_taken_away_is_named_until_it_would_have_been_pruned(
    small_county: County, shelf: Shelf, secret: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nights(small_county, shelf, secret, monkeypatch, 1, 2)
    (shelf.folder / f"{shelf.moments()[0]}.json").unlink()
    for name in ("--list", "--check"):
        assert "缺第 1 份" in run(small_county.app, 1, "backup", str(shelf.folder), name)
    nights(small_county, shelf, secret, monkeypatch, 3, keep=3)
    assert "缺第 1 份" in listed(small_county, shelf, 1), "three are here, so none was pruned"
    nights(small_county, shelf, secret, monkeypatch, 4, 5, keep=3)
    assert [shelf.read(moment).number for moment in shelf.moments()] == [4, 5, 6]
    assert "缺第" not in listed(small_county, shelf)
    (shelf.folder / f"{shelf.moments()[0]}.json").unlink()
    assert "缺第 4 份" in listed(small_county, shelf, 1), "what is pruned is signed, so what is taken away shows"
    (shelf.folder / f"{shelf.moments()[-1]}.json").unlink()
    assert "缺第 4、6 份" in doctor(small_county)


def test_nobody_fills_a_gap_with_a_backup_of_ones_own_nor_lays_files_under_the_next(
    small_county: County, shelf: Shelf, secret: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nights(small_county, shelf, secret, monkeypatch, 1, 2)
    middle = shelf.folder / f"{shelf.moments()[1]}.json"
    middle.write_text(json.dumps(json.loads(middle.read_text()) | {"seal": "", "database": "postgresql"}))
    assert "缺第 2 份" in listed(small_county, shelf, 1)
    [name] = [name for name in shelf.read(shelf.moments()[-1]).files if name.startswith("photos")]
    seen = (settings_of(small_county).home / name).stat()
    evil = laid(shelf, b"e" * seen.st_size) | {"changed": seen.st_mtime_ns}
    rewritten(shelf, lambda said: said["files"].update({name: evil}))
    nights(small_county, shelf, secret, monkeypatch, 3)
    assert shelf.read(shelf.moments()[-1]).files[name].sha256 != evil["sha256"]


def test_one_that_was_exchanged_for_another_of_its_number_is_named(
    small_county: County, shelf: Shelf, secret: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nights(small_county, shelf, secret, monkeypatch, 1)
    kept = shelf.folder / f"{shelf.moments()[1]}.json"
    other = kept.read_bytes()
    kept.unlink()
    (settings_of(small_county).home / NOTED).unlink()
    nights(small_county, shelf, secret, monkeypatch, 2, 3)
    assert "被换过" not in listed(small_county, shelf)
    kept.write_bytes(other)
    assert "第 2 份被换过，或者有两份" in listed(small_county, shelf, 1)
    (shelf.folder / f"{shelf.moments()[2]}.json").unlink()
    assert "第 2 份被换过" in listed(small_county, shelf, 1)


def test_the_oldest_go_unmissed_and_each_shelf_counts_for_itself(
    small_county: County, shelf: Shelf, secret: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Shelf(tmp_path / "a disk for the safe")
    nights(small_county, other, secret, monkeypatch, 1)
    nights(small_county, shelf, secret, monkeypatch, 2, 3, keep=2)
    assert [shelf.read(moment).number for moment in shelf.moments()] == [2, 3]
    assert "缺第" not in listed(small_county, shelf)
    assert "第 1 份" in listed(small_county, other)
    for moment in shelf.moments():
        (shelf.folder / f"{moment}.json").unlink()
    assert "缺第" in doctor(small_county)
    shutil.rmtree(shelf.folder)
    assert "缺第" not in doctor(small_county), "a disk that is away is not a disk that was emptied"


def test_a_manifest_without_a_number_is_signed_as_it_was_before_there_were_any(small_county: County) -> None:
    settings = settings_of(small_county)
    signer = Signer(settings.ledger_name, load_keyring(settings.keys).signing_key)
    old = Manifest("2026-01-01T00:00:00+00:00", "sqlite", "", {})
    said = {name: what for name, what in asdict(old).items() if name not in CHAINED}
    text = f"{signer.name} backup\n{sha256(canonical(said).encode()).hexdigest()}\n"
    assert replace(old, seal=signer.sign(text)).is_signed_by(signer.verifier)


def test_what_was_damaged_is_copied_anew_once_it_is_thrown_away(
    small_county: County, shelf: Shelf, secret: Path
) -> None:
    place = next(shelf.place(kept) for name, kept in shelf.read(shelf.moments()[-1]).files.items() if "photos" in name)
    place.write_bytes(b"rotten")
    assert "被改动" in run(small_county.app, 1, "backup", str(shelf.folder), "--check")
    place.unlink()
    backed_up(small_county, shelf, secret)
    assert "完好" in run(small_county.app, 0, "backup", str(shelf.folder), "--check")


def test_a_backup_from_before_the_signature_is_kept_and_gone_on_from(
    small_county: County, shelf: Shelf, secret: Path
) -> None:
    rewritten(shelf, lambda said: said.pop("seal"))
    backed_up(small_county, shelf, secret)
    assert shelf.read(shelf.moments()[-1]).seal
