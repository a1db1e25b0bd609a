"""依法删除: nothing of a household's values is left anywhere, the chain and past figures stay, and no page breaks."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from field import clock, worker
from field.case_codes import CaseAction
from field.codes import EntryKind, JobKind, JobState, Role
from field.db import db, transact
from field.keeping.retention import BadRetention, kept
from field.ledger.entries import Entry, Secret, opened
from field.ledger.package import check
from field.ledger.verify import verify
from field.monitoring.board.standings import statistics_on
from field.monitoring.cases.cases import Asked, take_over
from field.monitoring.rebuild import DERIVED, fingerprint, rebuild
from field.monitoring.roster.enrol import enrol
from field.monitoring.traces import Trace
from field.monitoring.visiting.evidence import Evidence
from field.orm import Base
from field.registry.households import Household, Person
from field.registry.roster import RosterHousehold
from field.work import Job
from tests.county import County, household
from tests.running import settings_of
from tests.web.office import browser, photograph, visited, words
from tests.web.test_package import closed, key_of, made
from tests.web.test_package import opened as unpacked

HERE, THERE = "420626107204", "420626102201"
OFFICE = ("--by", "county", "--agreed", "town2")
WHY = "名册登记有误，本人申请删除"


@pytest.fixture
def lived(county: County) -> County:
    """A household with a history, and a second account of the county office."""
    county.move("town2", Role.COUNTY, "420626")
    housed: RosterHousehold = {**household(HERE, 0), "address": "陈家沟十二号"}
    with county.app.app_context():
        transact(lambda session: enrol(session, [housed], "county", clock.now()))
    shared = photograph(county, 2)
    evidence = [{"sha256": photograph(county, 1), "kind": "receipt"}, {"sha256": shared, "kind": "house"}]
    head = person(county)
    members = [
        {"new": {"name": "陈小宝宝", "sex": "male", "phone": "13900001234"}},
        {"person_id": head, "phone": "13900005678"},
    ]
    visited(county, note="户主陈大一上月住院", informant="邻居王老五", evidence=evidence, members=members)
    photograph(county, 2, "town")
    other = county.visit(evidence=[{"sha256": shared, "kind": "house"}])
    other["household_id"] = county.households["420626107205"]
    assert county.client("town").post("/api/visits", json=other).status_code == 201
    cadre = browser(county, "cadre")
    cadre.send(f"/people/{head}/numbers", reason="核对陈大一的报销")
    cadre.send(f"/households/{county.households[HERE]}/entries/2/words", reason="核对陈大一的原话")
    return county


def person(county: County) -> str:
    with county.app.app_context():
        rows = select(Person.id).where(Person.household_id == county.households[HERE]).order_by(Person.position)
        return str(db.session.scalars(rows).first())


def values(county: County) -> list[str]:
    """What nobody may find any more: names and numbers of the household, and what was said of it."""
    with county.app.app_context():
        people = db.session.scalars(select(Person).where(Person.household_id == county.households[HERE])).all()
        named = [value for one in people for value in (one.name, one.id_number, one.phone) if value]
        return [*named, *[value.removeprefix("+86") for value in named], "上月住院", "王老五", "陈家沟"]


def erased(county: County, *more: str, reason: str = WHY) -> Result:
    said = ["erase", "household", "H0000", "--reason", reason, *OFFICE, *more]
    return county.app.test_cli_runner().invoke(args=said)


def work_off(county: County) -> None:
    hand = worker.worker(county.app)
    while hand.step():
        pass


def rows_of(session: Session) -> Iterator[str]:
    """Every row of every table with sealed values opened, and what lies sealed beside entries."""
    for table in Base.metadata.sorted_tables:
        for row in session.execute(select(table)):
            yield f"{table.name} {row}"
    entries = list(session.scalars(select(Entry)))
    for entry, payload in zip(entries, opened(session, entries), strict=True):
        yield f"opened {entry.chain_id} {json.dumps(payload, ensure_ascii=False)}"


def left_in_rows(county: County, sought: list[str]) -> list[str]:
    with county.app.app_context():
        return [row[:300] for row in rows_of(db.session()) if any(value in row for value in sought)]


def left_in_files(county: County, sought: list[str]) -> list[tuple[str, str]]:
    """Values in the raw files of database and home, as far as there are any; policy packs speak of nobody."""
    home = settings_of(county).home
    with county.app.app_context():
        file = db.engine.url.database if db.engine.dialect.name == "sqlite" else None
        db.session.remove()
    files = [path for path in home.rglob("*") if path.is_file() and path.suffix != ".toml"]
    files += [path for path in Path(file).parent.glob(f"{Path(file).name}*") if path.is_file()] if file else []
    return [(path.name, value) for path in set(files) for value in sought if value.encode() in path.read_bytes()]


def sound(county: County) -> None:
    with county.app.app_context():
        assert verify(db.session(), worker.signer(settings_of(county)).verifier).sound
        rebuilt = transact(rebuild)
        assert rebuilt.differing == ()


def test_without_apply_it_only_tells_what_would_go(lived: County) -> None:
    with lived.app.app_context():
        before = {table: fingerprint(db.session(), table) for table in DERIVED}
    found = erased(lived)
    assert found.exit_code == 0, found.output
    for told in ("家庭成员：3", "照片：1", "别户也用、要保留的照片：1", "没有删除"):
        assert told in found.output
    with lived.app.app_context():
        assert {table: fingerprint(db.session(), table) for table in DERIVED} == before


def test_no_value_is_left_in_rows_files_or_vault_and_the_ledger_is_sound(lived: County) -> None:
    sought, digest = values(lived), photograph(lived, 1)
    vault = lived.app.extensions["field_vault"]
    assert left_in_rows(lived, sought), "the search finds what there is"
    work_off(lived)
    assert vault.has(digest, "small")
    found = erased(lived, "--apply")
    assert found.exit_code == 0, found.output
    work_off(lived)
    assert left_in_rows(lived, sought) == []
    assert left_in_files(lived, sought) == []
    assert not any(vault.has(digest, version) for version in ("original", "large", "small"))
    assert vault.has(photograph(lived, 2), "small"), "another household's stays"
    sound(lived)
    with lived.app.app_context():
        looks = db.session.scalars(select(Trace).where(Trace.what.in_(("numbers", "words")))).all()
        assert [(one.subject, one.reason) for one in looks] == [(lived.households[HERE], None)] * 2


def test_past_days_are_counted_as_before_and_the_file_says_that_it_was_erased(lived: County) -> None:
    now = clock.now()
    with lived.app.app_context():
        before = statistics_on(db.session(), "420626", 6, now)
    assert erased(lived, "--apply").exit_code == 0
    with lived.app.app_context():
        same = {"by_grade": before["420626"]["by_grade"]}  # a grade is that of its day's end
        assert statistics_on(db.session(), "420626", 6, now)["420626"] | same == before["420626"]
        after = statistics_on(db.session(), "420626", 6, clock.now() + timedelta(days=1))
        assert after["420626"]["households"] == before["420626"]["households"] - 1
    said = words(browser(lived, "county").page(f"/households/{lived.households[HERE]}"))
    for told in ("已依法删除", WHY, "谁决定的 周主任", "谁同意的 赵镇长", "恢复不了"):
        assert told in said
    assert "H0000" not in browser(lived, "county").page("/households")
    looked = browser(lived, "county").page(f"/traces?household={lived.households[HERE]}")
    assert "谁看过 已依法删除" in words(looked)
    assert "陈干部 完整号码 已依法删除" in words(looked)
    assert "依法删除" in browser(lived, "county").page("/ledger")


def test_a_package_made_before_still_checks(lived: County, tmp_path: Path) -> None:
    content = made(lived, browser(lived, "county"), household=lived.households[HERE], personal="yes", reason="审计")
    with lived.app.app_context():
        [export] = db.session.scalars(select(Job).where(Job.kind == JobKind.EXPORT.value))
    assert erased(lived, "--apply").exit_code == 0
    work_off(lived)
    assert check(closed(unpacked(content), tmp_path), key_of(lived)).broken is None
    assert not lived.app.extensions["field_vault"].has(export.id, "export-0"), "what we kept of it is gone"
    with lived.app.app_context():
        assert db.session.get_one(Job, export.id).state == JobState.EXPIRED


def test_nothing_comes_back_by_visit_or_roster_and_a_second_time_is_refused(lived: County) -> None:
    assert erased(lived, "--apply").exit_code == 0
    answer = lived.client("cadre").post("/api/visits", json=lived.visit())
    assert (answer.status_code, answer.get_json()["code"]) == (409, "erased")
    with lived.app.app_context():
        again: RosterHousehold = {**household(HERE, 0), "group": "四组"}
        counts = transact(lambda session: enrol(session, [again], "county", clock.now()))
        assert (counts.new, counts.changed, counts.same) == (0, 0, 1)
    assert "已经依法删除过了" in erased(lived, "--apply").output


def test_a_killed_workers_successor_finishes_and_a_second_round_is_harmless(lived: County) -> None:
    digest = photograph(lived, 1)
    assert erased(lived, "--apply").exit_code == 0
    with lived.app.app_context():
        job = db.session.scalars(select(Job).where(Job.kind == JobKind.ERASURE.value)).one()
        assert job.payload["photos"] == [digest]
        job.state, job.worker, job.leased_until = JobState.RUNNING.value, "killed", clock.now() - timedelta(hours=1)
        db.session.commit()
    work_off(lived)
    for _ in range(2):
        with lived.app.app_context():
            job = db.session.scalars(select(Job).where(Job.kind == JobKind.ERASURE.value)).one()
            assert job.state == JobState.DONE
            job.state = JobState.QUEUED.value
            db.session.commit()
        work_off(lived)
    assert not lived.app.extensions["field_vault"].has(digest)


def test_a_photograph_sent_again_by_another_household_meanwhile_stays(lived: County) -> None:
    digest = photograph(lived, 1)
    assert erased(lived, "--apply").exit_code == 0
    with lived.app.app_context():
        assert db.session.get(Evidence, digest) is None
    photograph(lived, 1, "town")
    work_off(lived)
    assert lived.app.extensions["field_vault"].has(digest)


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("--reason", WHY, "--by", "county", "--agreed", "county"), "不能是同一个人"),
        (("--reason", WHY, "--by", "county", "--agreed", "town"), "两个县级账号"),
        (("--reason", WHY, "--by", "nobody", "--agreed", "county"), "没有账号 nobody"),
        (("--reason", "删", *OFFICE), "请写明原因"),
        (("--reason", "陈大一申请删除", *OFFICE), "不要写姓名和号码"),
    ],
)
def test_who_may_not_and_what_may_not_be_written_is_said(lived: County, args: tuple[str, ...], told: str) -> None:
    found = lived.app.test_cli_runner().invoke(args=["erase", "household", "H0000", "--apply", *args])
    assert found.exit_code == 1
    assert told in found.output
    with lived.app.app_context():
        assert db.session.scalar(select(func.count()).where(Entry.kind == EntryKind.ERASED.value)) == 0


def test_what_must_stay_is_said_and_nothing_goes(lived: County) -> None:
    with lived.app.app_context():
        by = lived.actor("county")
        asked = Asked(CaseAction.TAKE_OVER, {"note": "在册"}, "erasing")
        transact(lambda session: take_over(session, lived.households[HERE], asked, by, clock.now()))
    found = erased(lived, "--apply")
    assert found.exit_code == 1
    for told in ("案子还在办，现在是“已纳入监测”", "案卷要保存到", "保留期限 cases"):
        assert told in found.output
    with lived.app.app_context():
        assert db.session.scalar(select(Secret.seq).limit(1)) is not None
        assert db.session.get_one(Household, lived.households[HERE]).erased_at is None


def test_while_a_visit_waits_for_the_town_nothing_goes(lived: County) -> None:
    late = lived.visit()
    lived.move("cadre", Role.VILLAGE, "420626107205")
    assert lived.client("cadre").post("/api/visits", json=late).status_code in (201, 202)
    found = erased(lived, "--apply")
    assert (found.exit_code, "有走访等乡镇核收" in found.output) == (1, True)
    with lived.app.app_context():
        seq = db.session.scalars(select(Entry.seq).where(Entry.kind == EntryKind.HELD_VISIT.value)).one()
    path = f"/held/{lived.households[HERE]}/{seq}"
    assert browser(lived, "town").send(path, verdict="return", reason="重复了").status_code == 303
    assert erased(lived, "--apply").exit_code == 0


def test_periods_are_the_countys_but_never_less_than_the_law_asks(tmp_path: Path) -> None:
    file = tmp_path / "retention.toml"
    file.write_text("cases = 3660\n")
    assert kept(file)["cases"] == 3660
    file.write_text("relief = 365\n")
    with pytest.raises(BadRetention, match="relief"):
        kept(file)


def test_the_entries_are_all_there_and_the_last_says_who_and_why(lived: County) -> None:
    def many(session: Session) -> Any:
        return session.scalar(select(func.count()).where(Entry.chain_id == lived.households[HERE]))

    with lived.app.app_context():
        before = many(db.session())
    assert erased(lived, "--apply").exit_code == 0
    with lived.app.app_context():
        assert many(db.session()) == before + 1
        newest = select(Entry).where(Entry.chain_id == lived.households[HERE]).order_by(Entry.seq.desc()).limit(1)
        entry = db.session.scalars(newest).one()
        said = json.loads(entry.payload)
        assert (entry.kind, entry.actor, said["agreed_by"], said["reason"]) == ("erased", "county", "town2", WHY)
        assert db.session.scalar(text("SELECT count(*) FROM entry_secret WHERE chain_id = :c"), {"c": lived.households[HERE]}) == 0  # fmt: skip
