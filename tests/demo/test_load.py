"""演示县装载: a real ledger of invented visits, with accounts to look at it."""

import io
import json
import shutil
import signal
import socket
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import func, select

from field import clock, create_app
from field.case_codes import CaseState
from field.codes import Role
from field.commands import demo as demo_cli
from field.config import Settings
from field.db import db, transact
from field.demo.accounts import ACCOUNTS, CADRE, set_passwords
from field.demo.county import split
from field.demo.load import Founding, Loaded
from field.demo.pictures import DRAWN, picture
from field.ledger.entries import Entry, opened
from field.ledger.facts import Fact
from field.ledger.verify import verify
from field.login import hash_password
from field.media import alike, photo
from field.messaging.wave_figures import progress
from field.monitoring.board.statistics import statistics
from field.monitoring.cases.case_rules import WAY_OUT
from field.monitoring.cases.cases import MonitoringCase
from field.monitoring.cases.revisit_schedule import RevisitDue
from field.monitoring.help.fund import FundApplication
from field.monitoring.help.fund_books import FundPosting
from field.monitoring.help.measures import counted
from field.monitoring.help.partners import Tie, TiePayment
from field.monitoring.help.tie_rules import late_since
from field.monitoring.posts.caseload import waiting
from field.monitoring.posts.deputies import current
from field.monitoring.rebuild import rebuild
from field.monitoring.relief.long_term import LongTerm
from field.monitoring.risk.judgement import Judgement
from field.monitoring.screening.screening_lists import ScreeningRow
from field.monitoring.visiting.evidence import Evidence, EvidenceLink
from field.monitoring.visiting.visit_rules import faults
from field.monitoring.workdays import china_day
from field.monitoring.workers.checkin_requests import Outcome
from field.monitoring.workers.due_checkins import due
from field.registry.households import Household, Person
from field.registry.rights import Actor
from field.registry.sealing import Keyring, save_keyring
from field.worker import sessions, signer
from tests.conftest import Template

PASSWORD = "山里的春天来得晚"


@pytest.fixture(scope="module")
def demo(sqlite_template: Template, ring: Keyring, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """A loaded county of 600 households and at least 2,000 entries."""
    home = tmp_path_factory.mktemp("demo")
    save_keyring(ring, home / "keys.json")
    shutil.copy(sqlite_template(None), home / "field.db")
    app = create_app(Settings(home, f"sqlite:///{home / 'field.db'}"))
    with app.app_context():
        founding = Founding(sessions(app), app.extensions["field_vault"], clock.now())
        app.config["LOADED"] = founding.load(600, 6500)
        transact(lambda session: set_passwords(session, hash_password(PASSWORD)))
        yield app
        db.session.remove()
        db.engine.dispose()


def test_the_counts_told_are_the_counts_there(demo: Flask) -> None:
    loaded: Loaded = demo.config["LOADED"]
    session = db.session()
    assert loaded.households == len(session.scalars(select(Household.id)).all()) == 600
    assert loaded.persons == len(session.scalars(select(Person.id)).all())
    assert loaded.entries == len(session.scalars(select(Entry.hash)).all()) >= 2000


def test_the_ledger_of_the_demo_is_sound_and_explains_all_that_is_shown(demo: Flask) -> None:
    assert verify(db.session(), signer(demo.config["FIELD"]).verifier).sound
    assert transact(rebuild).differing == ()


def test_the_statistics_page_shows_the_same_shares(demo: Flask) -> None:
    shown = statistics(db.session(), "420626")
    assert shown["households"] == round(600 * 734 / 8074)
    assert [share["households"] for share in shown["by_kind"].values()] == split(shown["households"], [339, 260, 135])
    assert shown["at_risk"] > 10, "who was identified by a case of this year is told as one of the three"
    assert shown["households"] == sum(shown["by_risk_factor"].values())
    assert shown["by_risk_factor"]["illness"] == max(shown["by_risk_factor"].values())


def test_most_households_are_helped_some_late_and_a_few_without_any_measure(demo: Flask) -> None:
    office, day = Actor("s", "county", "周主任", Role.COUNTY, "420626"), china_day(clock.now())
    late, bare = counted(db.session(), office, day)
    monitored = statistics(db.session(), "420626")["households"]
    assert 0 < late < monitored / 5
    assert 0 < bare < monitored / 5


def test_every_earlier_visit_keeps_the_rules_of_a_visit(demo: Flask) -> None:
    visits = db.session().scalars(select(Entry).where(Entry.kind == "visit")).all()
    payloads = opened(db.session(), visits)
    assert [fault for payload in payloads for fault in faults(payload)] == []
    for entry in visits:
        assert entry.occurred_at < entry.recorded_at < clock.now()
        assert 0 <= entry.occurred_at.hour < 10 or entry.actor == "county", "by daylight in China"


def test_some_villages_were_visited_and_some_were_not(demo: Flask) -> None:
    rows = db.session().execute(select(Household.region, Entry.actor).join(Entry, Entry.chain_id == Household.id).where(
        Entry.kind == "visit", Entry.actor != "county"
    ))  # fmt: skip
    seen = {region for region, _ in rows}
    assert CADRE in seen
    assert 0 < len(seen) < len(set(db.session().scalars(select(Household.region))))


def test_two_cadres_say_different_incomes_of_one_household(demo: Flask) -> None:
    facts = db.session().scalars(select(Fact).where(Fact.attribute == "income", Fact.recorder != "county"))
    said: dict[str, dict[str, str]] = {}
    for fact in facts:
        said.setdefault(fact.subject, {})[fact.recorder] = json.dumps(fact.value)
    assert any(len(set(voices.values())) > 1 for voices in said.values())


def test_pictures_are_real_photographs_named_by_visits_and_no_two_alike(demo: Flask) -> None:
    session = db.session()
    kept = session.scalars(select(Evidence)).all()
    assert len(kept) >= 20
    assert {one.sha256 for one in kept} == set(session.scalars(select(EvidenceLink.sha256)))
    vault = demo.extensions["field_vault"]
    hashes = [alike.dhash(vault.get(one.sha256)) for one in kept]
    pairs = [(one, other) for place, one in enumerate(hashes) for other in hashes[:place]]
    assert all(alike.distance(one, other) > 3 for one, other in pairs)


def test_a_wave_of_last_month_is_over_and_somebody_is_to_be_asked_now(demo: Flask) -> None:
    [wave] = progress(db.session(), "420626")
    assert wave.open == 0
    assert wave.planned >= wave.asked > 10
    for outcome in (Outcome.ANSWERED, Outcome.DECLINED, Outcome.SILENT):
        assert wave.ended(outcome) > 0, outcome
    assert wave.cost.cost > 0
    found = due(db.session(), "420626", clock.now())
    assert sum(one.contact_id is not None for one in found) > 200, "a wave reaches several hundred"
    assert any(one.out_of_reach for one in found)


def test_cases_stand_at_many_steps_and_the_village_funds_balance(demo: Flask) -> None:
    session = db.session()
    states = Counter(session.scalars(select(MonitoringCase.state)))
    assert sum(states.values()) > 30
    assert len(states) >= 12, states
    assert {"monitored", "eliminated", "public_notice", "data_check"} <= set(states)
    late = select(MonitoringCase.id).where(MonitoringCase.due_on < china_day(clock.now()))
    assert len(session.scalars(late).all()) >= 5
    assert session.scalar(select(MonitoringCase.id).where(MonitoringCase.stopped_on.is_not(None))), "an objection"
    assert session.scalar(select(func.sum(FundPosting.amount))) == 0
    assert len(set(session.scalars(select(FundApplication.state)))) >= 2
    still_due = select(RevisitDue.due_on).where(RevisitDue.done_seq.is_(None), RevisitDue.cancelled_seq.is_(None))
    assert min(session.scalars(still_due)) < china_day(clock.now())


def test_what_a_case_made_of_its_household_is_what_the_table_counts(demo: Flask) -> None:
    rows = db.session().execute(
        select(MonitoringCase, Household).join(Household, Household.id == MonitoringCase.household_id)
    )
    for case, home in rows:
        monitored = CaseState(case.state) in (CaseState.MONITORED, *WAY_OUT)
        assert (home.kind is not None) is monitored, case.state
        assert not monitored or (home.kind, home.risk_factors) == (case.kind, case.risk_factors)


def test_who_has_a_case_is_in_need_and_who_was_eliminated_is_not(demo: Flask) -> None:
    judged = select(MonitoringCase, Judgement).join(Judgement, Judgement.household_id == MonitoringCase.household_id)
    rows = db.session().execute(judged).all()
    climbing = {case.id: judgement.grade for case, judgement in rows if case.lead_chain}
    assert len(climbing) > 15
    assert "none" not in climbing.values(), "nobody is identified who earns well above the line"
    assert {judgement.grade for case, judgement in rows if case.state == "eliminated"} == {"none"}


def test_a_list_a_tie_and_a_handover_wait_for_somebody(demo: Flask) -> None:
    session, office = db.session(), Actor("s", "county", "周主任", Role.COUNTY, "420626")
    answers = set(session.scalars(select(ScreeningRow.answer)))
    assert {"new_lead", "not_ours", "repeated", "not_listed", "waiting", "bad"} <= answers
    ties = session.scalars(select(Tie)).all()
    paid = {one.tie_id for one in session.scalars(select(TiePayment))}
    assert any(one.id not in paid and late_since(one.terms, 0, china_day(clock.now())) for one in ties)
    assert [one.said["taker"] for one in waiting(session, office)] == ["cadre3"]
    assert [one.deputy.username for one in current(session, office, clock.now())] == ["cadre3"]
    assert session.scalar(select(LongTerm.household_id)) is not None


def test_each_account_signs_in_with_its_role(demo: Flask) -> None:
    for username, (role, region, _) in ACCOUNTS.items():
        client = demo.test_client()
        answer = client.post("/api/login", json={"username": username, "password": PASSWORD})
        assert answer.status_code == 200
        me = client.get("/api/me", headers={"Authorization": f"Bearer {answer.get_json()['token']}"}).get_json()
        assert (me["role"], me["region"]["code"]) == (role.value, region)
    teams = demo.test_client().post("/api/login", json={"username": "team-420626107", "password": PASSWORD})
    assert teams.status_code == 401


def test_the_command_loads_an_empty_county_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIELD_DEMO_PASSWORD", PASSWORD)
    app = create_app(Settings(tmp_path, f"sqlite:///{tmp_path / 'field.db'}"))
    run = app.test_cli_runner()
    with app.app_context():
        first = run.invoke(args=["demo", "load", "--households", "60"])
        assert first.exit_code == 0, first.output
        assert "演示数据：60 户" in first.output
        assert all(username in first.output for username in ACCOUNTS)
        again = run.invoke(args=["demo", "load"])
        assert "没有再装载" in again.output
        assert PASSWORD in again.output
        assert len(db.session().scalars(select(Household.id)).all()) == 60
        db.session.remove()
        db.engine.dispose()


@pytest.mark.parametrize("named", ["taken", "0", "99999", "abc", ""])
def test_a_second_start_at_a_port_that_is_taken_or_none_changes_nothing(
    demo: Flask, named: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    noted = demo.config["FIELD"].demo_file
    noted.write_text('{"public_url": "http://127.0.0.1:1"}')
    monkeypatch.setenv("FIELD_DEMO_PASSWORD", "another")
    with socket.create_server(("127.0.0.1", 0)) as other:
        monkeypatch.setenv("PORT", str(other.getsockname()[1]) if named == "taken" else named)
        ended = demo.test_cli_runner().invoke(args=["demo", "run"])
    assert ended.exit_code == 1
    assert ("已被占用" if named == "taken" else "PORT 要写 1 到 65535 的整数") in ended.output
    assert noted.exists()
    noted.unlink()
    assert demo.test_client().post("/api/login", json={"username": "cadre", "password": PASSWORD}).status_code == 200


def test_a_server_that_ends_by_itself_ends_the_demo_with_its_code(demo: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        monkeypatch.setenv("PORT", str(free.getsockname()[1]))
    monkeypatch.setenv("FIELD_PUBLIC_URL", "")  # put back afterwards
    monkeypatch.setenv("FIELD_DEMO_PASSWORD", PASSWORD)
    monkeypatch.setattr(demo_cli, "SERVER", ("-c", "raise SystemExit(3)"))
    monkeypatch.setattr(demo_cli, "WORKER", ("-c", "import time; time.sleep(60)"))
    before = signal.getsignal(signal.SIGTERM)
    try:
        ended = demo.test_cli_runner().invoke(args=["demo", "run"])
    finally:
        signal.signal(signal.SIGTERM, before)
    assert ended.exit_code == 3, ended.output


@pytest.mark.parametrize("kind", DRAWN)
def test_a_drawn_picture_is_a_sound_photograph_of_its_time(kind: str) -> None:
    now = clock.now().replace(microsecond=0)
    drawn = picture(kind, now, Random(3))
    assert photo.inspect(drawn).taken_at == now
    assert Image.open(io.BytesIO(drawn)).size == (1200, 1600)
    assert drawn == picture(kind, now, Random(3))
    assert Counter([drawn, picture(kind, now, Random(4))]).most_common(1)[0][1] == 1
