"""名册导入: a whole file with all sorts of faults, twice, interrupted, by the worker and from the terminal."""

import pickle
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from random import Random
from subprocess import PIPE, Popen
from typing import Any

import pytest
from sqlalchemy import Engine, func, select, text
from sqlalchemy.orm import Session
from uuid6 import uuid7

from field import clock
from field.codes import JobState
from field.db import db, engine_for, transact
from field.jobs import roster_beside, roster_import
from field.jobs.doubts import doubts
from field.jobs.roster_beside import WORTH
from field.jobs.roster_import import FAULTS, ROSTER, Imported, faults_file, import_roster
from field.jobs.uploaded import ask_for
from field.ledger.entries import Entry
from field.ledger.note import Signer
from field.ledger.verify import verify
from field.monitoring.rebuild import rebuild
from field.monitoring.roster.enrol import BATCH, Counts
from field.registry.apart import alone
from field.registry.households import Household, Person
from field.registry.regions import load_regions
from field.registry.rights import NotAllowed
from field.registry.roster_household import ANOTHER_FAMILY
from field.registry.sealing import Keyring
from field.work import Cancelled, Job, cancel
from field.worker import worker
from tests.county import County
from tests.registry.rosters import Row, excel, household, lines
from tests.registry.rosters import read as read_all

VILLAGES = [("420626107", "马桥镇"), ("420626107204", "中坪村"), ("420626100", "城关镇"), ("420626100202", "堰塘村"),
            ("420626102", "后坪镇"), ("420626102209", "堰塘村")]  # fmt: skip
SPOILT: list[Row] = [
    {"证件号码": 420699196703020000.0},
    {"证件号码": "420699196703020001"},
    {"姓名": None},
    {"与户主关系": "户主"},
    {"联系电话": "12"},
    {"性别": "女士"},
    {"务工月数": "许多"},
    {"银行账号": 6.2e18},
    {"残疾证号": "1"},
    {"行政村": "堰塘村"},
    {"低保": "大概"},
    {"出生日期": "1800-01-01"},
]


def big_roster(rng: Random) -> tuple[list[Row], dict[str, int]]:
    """2,000 rows; every eighth household has a fault in one of its rows, named by number with its row."""
    rows: list[Row] = []
    spoilt: dict[str, int] = {}
    while len(rows) < 2000:
        number = len(spoilt) * 8 + len(rows)
        several = household(number, rng.randint(1, 5), 备注="不认识的列")
        if number % 8 == 0:
            place = rng.randrange(len(several))
            change = SPOILT[len(spoilt) % len(SPOILT)]
            if "与户主关系" in change and place == 0:
                place = 0 if len(several) == 1 else 1
                change = change if len(several) > 1 else {"姓名": None}
            several[place] |= change
            spoilt[several[0]["户编号"]] = len(rows) + place + 2
        rows += several
    return rows, spoilt


@pytest.fixture
def begin(engine: Engine) -> Callable[[], Session]:
    """Sessions on an empty county with its villages."""
    with Session(engine) as session:
        transact(lambda session: load_regions(session, VILLAGES), session)
    return lambda: Session(engine, expire_on_commit=False)


def imported(
    path: Path, begin: Callable[[], Session], advance: Callable[[int, int], None] = lambda *_: None
) -> Imported:
    """Import a file for the whole county."""
    return import_roster(path, "420626", "county", begin, clock.now, advance)


def count(begin: Callable[[], Session], table: type[Any]) -> int:
    """How many rows a table has."""
    with begin() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_good_households_of_a_bad_file_are_loaded_and_every_bad_one_is_named(
    begin: Callable[[], Session], tmp_path: Path
) -> None:
    rows, spoilt = big_roster(Random(5))
    numbers = {row["户编号"] for row in rows}
    found = imported(excel(tmp_path / "roster.xlsx", rows), begin)
    assert {fault.number for fault in found.faults} == set(spoilt)
    rows_named = {(fault.number, fault.row) for fault in found.faults if fault.column}
    assert rows_named == set(spoilt.items())
    assert (found.people, found.held_back, found.counts.new) == (len(rows), len(spoilt), len(numbers) - len(spoilt))
    with begin() as session:
        assert set(session.scalars(select(Household.number))) == numbers - set(spoilt)
    assert count(begin, Person) == sum(row["户编号"] not in spoilt for row in rows) == found.counts.persons
    assert count(begin, Entry) == found.counts.new


@pytest.mark.postgres
def test_postgresql_knows_after_an_import_how_many_there_are(postgres_url: str, tmp_path: Path) -> None:
    engine = engine_for(postgres_url)
    with Session(engine) as session:
        transact(lambda session: load_regions(session, VILLAGES), session)
    imported(excel(tmp_path / "roster.xlsx", big_roster(Random(5))[0]), lambda: Session(engine))
    with Session(engine) as session:
        planned = text("SELECT reltuples FROM pg_class WHERE relname = 'person'")
        assert session.scalar(planned) == session.scalar(select(func.count()).select_from(Person))
    engine.dispose()


def test_what_is_doubtful_in_a_large_file_is_found_as_in_a_small_one(
    begin: Callable[[], Session], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows, _ = big_roster(Random(5))
    found = imported(excel(tmp_path / "roster.xlsx", rows), begin)
    listed, now = sorted({row["户编号"] for row in rows})[::2], clock.now()
    with begin() as session:
        few = doubts(session, listed, now, "420626")
        monkeypatch.setattr(roster_import, "BATCH", 0)
        assert doubts(session, listed, now, "420626") == few
    assert {doubt.number for doubt in few} == {doubt.number for doubt in found.doubts} & set(listed) != set()


def test_importing_twice_adds_nothing_and_a_mended_file_adds_the_rest(
    begin: Callable[[], Session], tmp_path: Path
) -> None:
    rows, spoilt = big_roster(Random(6))
    first = imported(excel(tmp_path / "roster.xlsx", rows), begin)
    again = imported(excel(tmp_path / "roster.xlsx", rows), begin)
    assert (again.counts.new, again.counts.changed, again.counts.same) == (0, 0, first.counts.new)
    mended = [row for number in range(8000, 8003) for row in household(number)]
    mended += [row for row in rows if row["户编号"] not in spoilt]
    assert imported(excel(tmp_path / "mended.xlsx", mended), begin).counts.new == 3


def test_a_family_under_another_familys_number_is_a_bad_row_and_the_rest_is_loaded(
    begin: Callable[[], Session], tmp_path: Path
) -> None:
    imported(excel(tmp_path / "a.xlsx", [*household(1), *household(2)]), begin)
    with begin() as session:
        before = session.execute(select(Person.name, Person.left).order_by(Person.name)).all()
    mistaken = [row | {"户编号": "H00001"} for row in household(3, 2, 姓名="演示1户主", 联系电话="", 银行账号="")]
    rows = [*household(4, 2, 性别="公"), *mistaken, *household(2, 3, 村民小组="4组"), *household(5, 1)]
    found = imported(excel(tmp_path / "b.xlsx", rows), begin)
    assert [tuple(fault)[:3] for fault in found.faults if fault.reason == ANOTHER_FAMILY] == [
        (4, "户编号", "H00001"), (5, "户编号", "H00001"),
    ]  # fmt: skip
    assert [fault.row for fault in found.faults] == [2, 3, 4, 5]
    assert {key: found.told[key] for key in ("new", "changed", "same", "held_back", "faults", "persons")} == {
        "new": 1, "changed": 1, "same": 0, "held_back": 2, "faults": 4, "persons": 4,
    }  # fmt: skip
    assert "H00001" not in {doubt.number for doubt in found.doubts}
    assert lines(faults_file(found, ""))[3] == ["名册", 4, "户编号", "H00001", ANOTHER_FAMILY]
    with begin() as session:
        after = session.execute(select(Person.name, Person.left).order_by(Person.name)).all()
    assert set(after) - set(before) == {("演示5户主", None)}
    assert set(before) <= set(after)


def test_an_interrupted_import_keeps_what_is_in_and_is_finished_by_the_next(
    begin: Callable[[], Session], tmp_path: Path
) -> None:
    path = excel(tmp_path / "roster.xlsx", (row for number in range(BATCH + 200) for row in household(number, 1)))

    def stop(done: int, total: int) -> None:
        assert total == BATCH + 200
        if done >= BATCH:
            raise Cancelled

    with pytest.raises(Cancelled):
        imported(path, begin, stop)
    assert count(begin, Household) == BATCH
    assert imported(path, begin).counts == Counts(new=200, same=BATCH, persons=200)


def test_what_a_second_process_made_is_whole_and_in_its_chain(
    begin: Callable[[], Session], tmp_path: Path, ring: Keyring
) -> None:
    path = excel(tmp_path / "roster.xlsx", (row for number in range(WORTH) for row in household(number, 1)))
    assert imported(path, begin).counts == Counts(new=WORTH, persons=WORTH)
    with begin() as session:
        assert verify(session, Signer("test/ledger", ring.signing_key).verifier).sound
        assert transact(rebuild, session).differing == ()
        numbers = [read.household["members"][0]["id_number"] for read in read_all(path) if read.household]
        assert set(session.scalars(select(Person.id_number))) == set(numbers)


def test_the_second_process_ends_with_the_first(ring: Keyring) -> None:
    with Popen(alone(roster_beside.__name__), stdin=PIPE, stdout=PIPE) as child:
        assert child.stdin
        pickle.dump(ring, child.stdin)
        child.stdin.close()
        assert child.wait(30) == 0


def test_without_the_second_process_an_import_stops_and_keeps_what_is_in(
    begin: Callable[[], Session], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(roster_beside, "alone", lambda _: [sys.executable, "-c", "pass"])
    path = excel(tmp_path / "roster.xlsx", (row for number in range(WORTH) for row in household(number, 1)))
    with pytest.raises((EOFError, BrokenPipeError)):
        imported(path, begin)
    assert count(begin, Household) == 0
    monkeypatch.undo()
    assert imported(path, begin).counts.new == WORTH


def test_only_villages_of_the_own_region_are_taken(begin: Callable[[], Session], tmp_path: Path) -> None:
    rows = [*household(1, 1), *household(2, 1, 行政村="420626102209"), *household(3, 1, 行政村="堰塘村")]
    found = import_roster(excel(tmp_path / "a.xlsx", rows), "420626102", "county", begin, clock.now, lambda *_: None)
    assert found.counts.new == 2
    assert [fault.column for fault in found.faults] == ["行政村"]


@pytest.fixture
def asked(small_county: County) -> Iterator[Callable[[Path, str], str]]:
    """Ask for an import as an account would; the job's id."""
    with small_county.app.app_context():
        vault = small_county.app.extensions["field_vault"]

        def ask(path: Path, username: str = "county") -> str:
            by = small_county.actor(username)
            return transact(lambda session: ask_for(ROSTER, session, vault, path.read_bytes(), by, clock.now()))

        yield ask


def job_of(job_id: str) -> Job:
    """The job as it stands in the database."""
    db.session.expire_all()
    return db.session.get_one(Job, job_id)


def test_the_worker_imports_a_file_and_keeps_the_list_of_faults(
    small_county: County, asked: Callable[..., str], tmp_path: Path
) -> None:
    rows = [*household(1), *household(2, 1, 性别="公"), *household(3)]
    for row in rows:
        row.update({"行政村": "420626107204"} if "行政村" in row else {})
    job_id = asked(excel(tmp_path / "a.xlsx", rows))
    assert worker(small_county.app).step()
    job = job_of(job_id)
    assert (job.state, job.done, job.total) == (JobState.DONE, 7, 7)
    assert job.result is not None
    assert {key: job.result[key] for key in ("new", "held_back", "faults", "people")} == {
        "new": 2, "held_back": 1, "faults": 1, "people": 7,
    }  # fmt: skip
    vault = small_county.app.extensions["field_vault"]
    assert lines(vault.get(job.payload["file"], FAULTS))[1][:4] == ["名册", 5, "性别", "H00002"]
    assert not vault.has(job.payload["file"], ROSTER.version)
    assert not list((small_county.app.config["FIELD"].home / "imports").iterdir())


def test_a_file_that_is_no_roster_fails_once_and_says_why(
    small_county: County, asked: Callable[..., str], tmp_path: Path
) -> None:
    (tmp_path / "photo.xlsx").write_bytes(b"\xff\xd8\xff\xe0" * 99)
    job_id = asked(tmp_path / "photo.xlsx")
    assert worker(small_county.app).step()
    assert job_of(job_id).state == JobState.FAILED
    assert "打不开" in (job_of(job_id).trouble or "")


def test_a_roster_without_people_fails_and_says_what_to_do(
    small_county: County, asked: Callable[..., str], tmp_path: Path
) -> None:
    job_id = asked(excel(tmp_path / "a.xlsx", []))
    assert worker(small_county.app).step()
    job = job_of(job_id)
    assert (job.state, job.trouble) == (JobState.FAILED, "表里没有一行内容；什么也没有收进来，请填好再传")


def test_a_worker_that_died_leaves_the_import_to_the_next(
    small_county: County, asked: Callable[..., str], tmp_path: Path
) -> None:
    job_id = asked(excel(tmp_path / "a.xlsx", household(1, 2, 行政村="420626107204")))
    job = job_of(job_id)
    job.state, job.worker = JobState.RUNNING.value, str(uuid7())
    job.leased_until = clock.now() - timedelta(seconds=1)
    db.session.commit()
    assert worker(small_county.app).step()
    assert job_of(job_id).state == JobState.DONE


def test_a_cancelled_import_is_not_begun(small_county: County, asked: Callable[..., str], tmp_path: Path) -> None:
    job_id = asked(excel(tmp_path / "a.xlsx", household(1, 2, 行政村="420626107204")))
    assert transact(lambda session: cancel(session, job_of(job_id), clock.now()))
    assert not worker(small_county.app).step()
    assert db.session.scalar(select(Household.id).where(Household.number == "H00001")) is None


def test_only_the_county_may_import(asked: Callable[..., str], tmp_path: Path) -> None:
    path = excel(tmp_path / "a.xlsx", household(1))
    for username in ("cadre", "town", "medical"):
        with pytest.raises(NotAllowed):
            asked(path, username)


def test_the_terminal_imports_and_writes_a_template(small_county: County, tmp_path: Path) -> None:
    run = small_county.app.test_cli_runner()
    rows = [*household(1, 1, 行政村="420626107204"), *household(2, 1, 行政村="天边村")]
    path = excel(tmp_path / "roster.xlsx", rows)
    told = run.invoke(args=["roster", "import", str(path)])
    assert told.exit_code == 1
    assert "新登记 1 户" in told.output
    assert lines((tmp_path / "roster-错误清单.xlsx").read_bytes())[1][1:4] == [3, "行政村", "H00002"]
    assert run.invoke(args=["roster", "template", str(tmp_path / "t.xlsx")]).exit_code == 0
    told = run.invoke(args=["roster", "import", str(tmp_path / "t.xlsx")])
    assert (told.exit_code, "没有一行内容" in told.output) == (1, True)
    (tmp_path / "no.csv").write_text("这不是名册")
    told = run.invoke(args=["roster", "import", str(tmp_path / "no.csv")])
    assert told.exit_code == 1
    assert "没有找到名册的表头" in told.output
