"""填报表: out by the filter, filled in, in again; nothing lost, nothing overwritten, nothing half in."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from field import clock
from field.codes import EntryKind, JobState
from field.db import db, transact
from field.jobs import filling
from field.jobs.filling_matching import EMPTIED, GONE, HELD_BACK, MIXED, NOT_SENT, OLD, OURS, OUTSIDE, STARS, TWICE
from field.ledger.entries import opened
from field.ledger.facts import VERIFIED_ADDRESS, Fact
from field.monitoring.duties.todo import todo
from field.monitoring.duties.todo_rows import Wanted
from field.monitoring.sheets.filling_decisions import (
    AlreadyDecided,
    Moved,
    Undecided,
    conflicts,
    decide,
    shown_now,
    waiting,
)
from field.monitoring.traces import Trace
from field.registry.households import Household, Person
from field.registry.rights import NotAllowed
from field.work import Job
from tests.county import County
from tests.fillings import asked, content_of, entries, faults, fetched, fill, rows_of, saved, sent_in, worked
from tests.registry.test_roster_file import corner_bomb
from tests.web.office import Browser, browser, links

HERE = "420626107204"


@pytest.fixture
def office(county: County) -> Browser:
    return browser(county, "town")


def people(county: County, village: str = HERE) -> list[Person]:
    with county.app.app_context():
        rows = select(Person).where(Person.household_id == county.households[village]).order_by(Person.position)
        return list(db.session.scalars(rows))


def said(county: County, kind: EntryKind) -> list[dict[str, Any]]:
    with county.app.app_context():
        several = [one for one in entries(county) if one.kind == kind]
        return opened(db.session(), several)


def visit(county: County, **member: Any) -> None:
    """The village's cadre sees the head of the household."""
    head = people(county)[0].id
    changes: dict[str, Any] = {"members": [{"person_id": head, **member}]}
    assert county.client("cadre").post("/api/visits", json=county.visit(**changes)).status_code == 201


def asked_of(county: County, username: str, days: float = 0, **more: Any) -> list[dict[str, Any]]:
    """What is on the list of an office after so many days."""
    now = clock.now() + timedelta(days=days)
    with county.app.app_context():
        return todo(db.session(), Wanted(county.actor(username), now, kind="filling", **more))[0]


def test_a_conflict_is_on_the_towns_list_until_it_is_decided_and_rises_to_the_county(
    county: County, office: Browser
) -> None:
    rows = fetched(county, office)
    visit(county, months_away=6)
    fill(rows, "人", 1, "务工月数", 9)
    sent_in(county, saved(rows))
    [task] = asked_of(county, "town")
    assert (task["kind_name"], task["source_name"], task["head"]) == ("认定填报冲突", "填报表", "陈大一")
    assert not task["late"]
    shown = office.page("/tasks")
    [link] = [link for link in links(shown) if link.startswith("/filling/conflicts")]
    assert f'id="{link.partition("#")[2]}"' in office.page(link)
    assert [asked_of(county, who) for who in ("town2", "cadre", "county")] == [[], [], []]
    [risen] = asked_of(county, "county", days=60)
    assert (risen["late"], risen["level"]) == (True, "county")
    assert asked_of(county, "town", late=True) == []
    with county.app.app_context():
        [held] = waiting(db.session(), county.actor("town"))
        seen = shown_now(conflicts(db.session(), held, opened(db.session(), [held])[0]))
        by = county.actor("town")
        transact(lambda s: decide(s, held.chain_id, held.seq, {0: True}, seen, by, clock.now()))
    assert asked_of(county, "town") == asked_of(county, "county", days=60) == []


def test_out_and_in_again_changes_nothing(county: County, office: Browser) -> None:
    content = content_of(county, office)
    before = [entry.hash for entry in entries(county)]
    for again in (content, saved(rows_of(content))):
        job = sent_in(county, again)
        assert job.state == JobState.DONE, job.trouble
        assert job.result is not None
        assert (job.result["same"], job.result["changed"], job.result["faults"]) == (2, 0, 0)
    assert [entry.hash for entry in entries(county)] == before


def test_a_sheet_shows_no_number_whole_and_leaves_its_trace(county: County, office: Browser) -> None:
    rows = fetched(county, office)
    assert [line[3] for line in rows["户"]] == ["户主", "陈大一", "陈大二"], "of the town alone"
    seen = str([[line[:-1] for line in lines] for lines in rows.values()])
    head = people(county)[0]
    assert head.phone
    assert head.id_number
    assert head.phone[3:] not in seen
    assert head.id_number not in seen
    assert "138****0150" in seen
    with county.app.app_context():
        assert sorted(db.session.scalars(select(Trace.what))) == ["export", "export_download"]


def test_what_the_office_filled_in_is_one_entry_a_household(county: County, office: Browser) -> None:
    rows = fetched(county, office)
    fill(rows, "户", 1, "家庭住址", "堰垭村3组12号")
    for header, content in (("联系电话", "13900000001"), ("务工地点", "广东东莞"), ("务工月数", 8),
                            ("月收入（元）", 3500.5), ("健康状况", "长期慢性病"), ("公益性岗位", "是")):  # fmt: skip
        fill(rows, "人", 1, header, content)
    job = sent_in(county, saved(rows))
    assert job.result is not None, job.trouble
    assert (job.result["changed"], job.result["cells"], job.result["same"]) == (1, 7, 1)
    [told] = said(county, EntryKind.FILLED_IN)
    head = people(county)[0]
    assert told["household"] == {"address": "堰垭村3组12号"}
    assert told["members"][0]["person_id"] == head.id
    assert (head.phone, head.months_away, head.monthly_income, head.health) == (
        "+8613900000001",
        8,
        350050,
        "长期慢性病",
    )
    assert head.details == {"work_place_name": "广东东莞", "public_job": True}
    with county.app.app_context():
        facts = list(db.session.scalars(select(Fact).where(Fact.channel == "sheet")))
        assert {(fact.recorder, fact.level) for fact in facts} == {("town", VERIFIED_ADDRESS)}
        assert {fact.attribute for fact in facts} >= {"address", "phone", "work_place", "health", "public_job"}
        assert db.session.get_one(Household, county.households[HERE]).address == "堰垭村3组12号"
    assert county.rebuilt() == ()
    office.page(f"/households/{county.households[HERE]}")


def test_the_same_file_twice_is_in_once_whoever_sends_it(county: County, office: Browser) -> None:
    rows = fetched(county, office)
    fill(rows, "人", 1, "务工月数", 9)
    sent_in(county, saved(rows))
    before = [entry.hash for entry in entries(county)]
    for username in ("town", "county"):
        job = sent_in(county, saved(rows), username)
        assert job.result is not None
        assert (job.result["changed"], job.result["already"], job.result["conflicts"]) == (0, 1, 0)
    assert [entry.hash for entry in entries(county)] == before


def test_a_sheet_with_a_conflict_alone_has_changed_no_household(county: County, office: Browser) -> None:
    rows = fetched(county, office)
    visit(county, months_away=6)
    fill(rows, "人", 1, "务工月数", 9)
    job = sent_in(county, saved(rows))
    assert job.result is not None
    assert [job.result[name] for name in ("changed", "cells", "conflicts", "already")] == [0, 0, 1, 0]
    assert "登记 0 户" in office.page("/filling")


def test_what_was_seen_meanwhile_is_held_beside_it_and_the_rest_goes_in(county: County, office: Browser) -> None:
    rows = fetched(county, office)
    visit(county, months_away=6, work="电子厂")
    fill(rows, "人", 1, "务工月数", 9)
    fill(rows, "人", 1, "月收入（元）", 4000)
    fill(rows, "人", 1, "务工内容", "电子厂")
    job = sent_in(county, saved(rows))
    assert job.result is not None
    assert (job.result["cells"], job.result["conflicts"]) == (1, 1), "the same as seen is no news"
    head = people(county)[0]
    assert (head.months_away, head.monthly_income) == (6, 400000)
    by = county.actor("town")
    with county.app.app_context():
        [entry] = waiting(db.session(), by)
        [cell] = conflicts(db.session(), entry, opened(db.session(), [entry])[0])
        assert (cell.key, cell.sent, cell.written, cell.now) == ("months_away", None, 9, 6)
        assert isinstance(cell.source, Fact)
        assert cell.source.recorder == "cadre"
        assert waiting(db.session(), county.actor("town2")) == []
    assert county.rebuilt() == ()


@pytest.mark.parametrize(("ours", "stands", "conflicting"), [({0: True}, 9, True), ({0: False}, 6, False)])
def test_a_person_decides_each_cell_once(
    county: County, office: Browser, ours: dict[int, bool], stands: int, conflicting: bool
) -> None:
    rows = fetched(county, office)
    visit(county, months_away=6)
    fill(rows, "人", 1, "务工月数", 9)
    sent_in(county, saved(rows))
    by = county.actor("town")

    def decided(seen: str | None = None, who: Any = by, ours: dict[int, bool] = ours) -> None:
        with county.app.app_context():
            [entry] = [one for one in entries(county) if one.kind == EntryKind.FILLED_HELD]
            shown = shown_now(conflicts(db.session(), entry, opened(db.session(), [entry])[0]))
            chain, seq = entry.chain_id, entry.seq
            transact(lambda session: decide(session, chain, seq, ours, seen or shown, who, clock.now()))

    with pytest.raises(NotAllowed):
        decided(who=county.actor("town2"))
    with pytest.raises(Moved):
        decided(seen="what stood there before")
    with pytest.raises(Undecided):
        decided(ours={})
    decided()
    with pytest.raises(AlreadyDecided):
        decided()
    assert people(county)[0].months_away == stands
    assert bool(said(county, EntryKind.FILLED_DECIDED)[0].get("members")) is conflicting
    with county.app.app_context():
        assert waiting(db.session(), by) == []
    sent_in(county, saved(rows))
    with county.app.app_context():
        assert waiting(db.session(), by) == [], "decided is decided, even if the file comes again"
    assert county.rebuilt() == ()


def test_two_sheets_of_the_same_rows_meet_and_none_overwrites_the_other(county: County, office: Browser) -> None:
    first, second = fetched(county, office), fetched(county, browser(county, "county"))
    fill(first, "人", 1, "务工月数", 3)
    fill(first, "人", 1, "文化程度", "初中")
    fill(second, "人", 1, "务工月数", 4)
    fill(second, "人", 1, "文化程度", "初中")
    sent_in(county, saved(first))
    job = sent_in(county, saved(second), "county")
    assert job.result is not None
    assert (job.result["cells"], job.result["conflicts"]) == (0, 1)
    assert people(county)[0].months_away == 3
    assert county.rebuilt() == ()


BAD: list[tuple[str, Any, str]] = [
    ("联系电话", "138****9999", STARS), ("联系电话", "12", "电话不对"), ("联系电话", "", EMPTIED),
    ("务工月数", "许多", "这里要填数字"), ("务工月数", 13, "应在0到12之间"), ("健康状况", "还行", "只能填"),
    ("务工内容", "=1+1", "这里是公式"), ("核对码", "改过", NOT_SENT), ("核对码", "", NOT_SENT),
    ("姓名", "别人", MIXED), ("户编号", "H0001", MIXED),
]  # fmt: skip


@pytest.mark.parametrize(("header", "content", "reason"), BAD)
def test_a_bad_cell_is_named_and_its_household_is_not_half_in(
    county: County, office: Browser, header: str, content: Any, reason: str
) -> None:
    rows = fetched(county, office)
    fill(rows, "人", 1, header, content)
    fill(rows, "人", 2, "文化程度", "小学")
    fill(rows, "人", 3, "文化程度", "初中")
    job = sent_in(county, saved(rows))
    assert job.result is not None, job.trouble
    sheet, row, column, number, words = faults(county, job)[0]
    assert (sheet, row, column) == ("人", 2, header)
    assert reason in words
    assert number in ("H0000", "H0001")
    if reason != NOT_SENT:
        assert job.result["changed"] == 1, "the other household is in"
        assert people(county)[1].schooling is None
        assert HELD_BACK in str(faults(county, job))


def test_rows_of_others_twice_or_gone_are_named(county: County, office: Browser) -> None:
    rows = fetched(county, browser(county, "county"), "420626")
    rows["人"].append(rows["人"][1])
    visit(county, left="moved")
    fill(rows, "户", 3, "家庭住址", "别的乡镇")
    fill(rows, "人", 1, "务工月数", 3)
    found = faults(county, sent_in(county, saved(rows)))
    assert {one[4] for one in found} == {GONE, OUTSIDE, TWICE}
    assert said(county, EntryKind.FILLED_IN) == []


def test_files_that_are_none_of_ours_are_refused_in_plain_words(county: County, office: Browser) -> None:
    content = content_of(county, office)
    rows = rows_of(content)
    foreign, old = rows_of(content), rows_of(content)
    for lines in foreign.values():
        for line in lines[1:]:
            line[-1] = line[-1][:40] + ("A" if line[-1][40] != "A" else "B") + line[-1][41:]
    for lines in old.values():
        for line in lines[1:]:
            line[-1] = "T0." + line[-1][3:]
    half = {"户": rows["户"]}
    wrong = {
        saved(foreign): OURS, saved(old): OLD, content[: len(content) // 2]: "打不开", saved(half): "没有找到",
        b"no sheet": "没有找到", saved({"户": rows["户"][:1], "人": rows["人"][:1]}): "没有一行内容",
    }  # fmt: skip
    before = [entry.hash for entry in entries(county)]
    for sent, words in wrong.items():
        job = sent_in(county, sent)
        assert job.state == JobState.FAILED
        assert words in str(job.trouble)
        assert "没有" in str(job.trouble)
    assert [entry.hash for entry in entries(county)] == before


@pytest.mark.parametrize("same", [True, False])
def test_two_people_at_once_lose_nothing_and_leave_nothing_half_in(
    county: County, office: Browser, *, same: bool
) -> None:
    rows = rows_of(content_of(county, office))
    files = []
    for months in (3, 3 if same else 4):
        fill(rows, "人", 1, "务工月数", months)
        fill(rows, "人", 3, "务工月数", months)
        files.append(saved(rows))
    jobs = [asked(county, content, who) for content, who in zip(files, ("town", "county"), strict=True)]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: worked(county), jobs))
    with county.app.app_context():
        told = [db.session.get_one(Job, job).result or {} for job in jobs]
    assert sum(one["changed"] for one in told) == 2, "who only contradicts has changed nothing"
    assert sum(one["already"] for one in told) == (2 if same else 0)
    assert sum(one["conflicts"] for one in told) == (0 if same else 2)
    assert len(said(county, EntryKind.FILLED_IN)) == 2
    assert len(said(county, EntryKind.FILLED_HELD)) == (0 if same else 2)
    assert county.rebuilt() == ()


def test_a_worker_that_dies_half_way_leaves_the_rest_to_the_next(
    county: County, office: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = fetched(county, office)
    fill(rows, "人", 1, "务工月数", 3)
    fill(rows, "人", 3, "务工月数", 4)
    job_id = asked(county, saved(rows), "town")
    monkeypatch.setattr(filling, "BATCH", 1)
    with monkeypatch.context() as died:
        died.setattr(filling, "_add", dead)
        with pytest.raises(KeyboardInterrupt):
            worked(county)
    assert len(said(county, EntryKind.FILLED_IN)) == 1
    with county.app.app_context():
        transact(lambda session: session.execute(update(Job).values(leased_until=clock.now() - timedelta(seconds=1))))
    worked(county)
    with county.app.app_context():
        job = db.session.get_one(Job, job_id)
        assert job.state == JobState.DONE
        assert job.result is not None
        assert (job.result["changed"], job.result["already"]) == (1, 1)
    assert len(said(county, EntryKind.FILLED_IN)) == 2


def dead(*_: Any) -> None:
    """What a worker does that is killed."""
    raise KeyboardInterrupt


def test_a_bomb_is_refused(county: County, office: Browser, tmp_path: Path) -> None:
    corner_bomb(tmp_path / "bomb.xlsx")
    job = sent_in(county, (tmp_path / "bomb.xlsx").read_bytes())
    assert job.state == JobState.FAILED
    assert "打不开" in str(job.trouble)


def test_a_formula_on_file_goes_out_as_words(county: County, office: Browser) -> None:
    rows = fetched(county, office)
    fill(rows, "户", 1, "家庭住址", "+86 巷子")
    sent_in(county, saved(rows))
    again = fetched(county, office)
    assert again["户"][1][again["户"][0].index("家庭住址")] == "+86 巷子"
    job = sent_in(county, saved(again))
    assert job.result is not None
    assert job.result["same"] == 2
