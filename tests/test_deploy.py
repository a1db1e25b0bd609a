"""部署: what the files of deploy/ name is there in the product."""

import configparser
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from field import create_app
from field.config import Settings
from tests.running import ROOT

DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())


def test_every_setting_that_is_named_is_one_of_ours() -> None:
    known = (ROOT / "field" / "config.py").read_text(encoding="utf-8")
    files = [path for path in DEPLOY.rglob("*") if path.is_file()]
    named = {name for path in files for name in re.findall(r"FIELD_[A-Z_]+", path.read_text(encoding="utf-8"))}
    assert "FIELD_HOME" in named
    assert not {name for name in named if f'"{name}"' not in known}


def test_compose_serves_works_and_backs_up_under_tls(tmp_path: Path) -> None:
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))["services"]
    assert set(services) == {"database", "migrate", "web", "worker", "backup", "nginx"}
    commands = create_app(Settings(tmp_path, f"sqlite:///{tmp_path / 'field.db'}")).cli.commands
    for name in ("migrate", "worker", "backup"):
        program, word = services[name]["command"][:2]
        assert (program, word in commands) == ("flask", True)
    for source in (volume.split(":")[0] for volume in services["nginx"]["volumes"] if "conf" in volume):
        assert (DEPLOY / source).is_file()


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_is_well_formed_and_runs_what_there_is(unit: Path, tmp_path: Path) -> None:
    read = configparser.ConfigParser(strict=False, interpolation=None)
    read.optionxform = str  # type: ignore[assignment, method-assign]
    read.read_string(unit.read_text(encoding="utf-8"))
    assert read["Unit"]["Description"]
    if unit.suffix == ".timer":
        assert (unit.with_suffix(".service")).is_file()
        return
    assert read["Service"]["User"] == "field"
    commands = create_app(Settings(tmp_path, f"sqlite:///{tmp_path / 'field.db'}")).cli.commands
    for word in re.findall(r"/bin/flask (\S+)", unit.read_text(encoding="utf-8")):
        assert word in commands


def test_a_command_of_the_technician_runs_with_the_countys_settings_wherever_it_is_typed(tmp_path: Path) -> None:
    program, home = tmp_path / "opt/.venv/bin/flask", tmp_path / "home"
    program.parent.mkdir(parents=True)
    home.mkdir()
    program.write_text('#!/bin/sh\necho "$FIELD_PUBLIC_URL|$FIELD_METRICS_TOKEN|$PWD|$*"\n', encoding="utf-8")
    program.chmod(0o755)
    example = (DEPLOY / "field.env.example").read_text(encoding="utf-8")
    settings = example.replace("FIELD_METRICS_TOKEN=", "FIELD_METRICS_TOKEN='a $b c'")
    (tmp_path / "field.env").write_text(settings, encoding="utf-8")
    script = (DEPLOY / "field").read_text(encoding="utf-8").replace("runuser -u field -- ", "")
    for there, here in (("/opt/field", "opt"), ("/etc/field/field.env", "field.env"), ("/var/lib/field", "home")):
        assert there in script
        script = script.replace(there, f"{tmp_path / here}")
    given = ["sh", "-c", script, "field", "staff", "add", "zhou", "--name", "周 主任"]
    told = subprocess.run(given, capture_output=True, text=True, check=True, cwd="/")
    called = f"--app {tmp_path / 'opt'}/wsgi.py staff add zhou --name 周 主任"
    assert told.stdout == f"https://field.example.gov.cn|a $b c|{home}|{called}\n"
