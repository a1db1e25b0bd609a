"""政策包: what is accepted, what is refused and with which words, and which pack is in force."""

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from field.monitoring.policy import shelf as shelf_room
from field.monitoring.policy.compare import differences
from field.monitoring.policy.lines import line_of
from field.monitoring.policy.reading import FaultyPack, read_pack
from field.monitoring.policy.shapes import LADDER
from field.monitoring.policy.shelf import OURS, Shelf
from tests.county import County

TEXT = (OURS / "2026.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("day", "name"),
    [("2019-05-01", "2022.4"), ("2022-01-01", "2022.4"), ("2025-12-31", "2022.4"), ("2026-01-01", "2026.4")],
)
def test_the_day_decides_which_pack_is_in_force(day: str, name: str) -> None:
    assert Shelf().on(date.fromisoformat(day)).name == name


@pytest.mark.parametrize(
    ("right", "wrong", "field", "words"),
    [
        ("days = 1\n", 'days = "1"\n', "grade.red.days", "要写整数"),
        ("year = 2026\nyuan = 9000", "year = 2026\nyuan = 0", "line[2].yuan", "要大于 0"),
        ("year = 2026\nyuan = 9000", "year = 2026\nyuann = 9000", "line[2].yuann", "没有这一项"),
        ("cap_yuan = 80000", "cap_yuan = 8e4", "relief.layer[1].cap_yuan", "要写整数"),
        ('figure = "rigid_share"', 'figure = "share"', "risk.rule[5].figure", "没有“share”这个指标"),
        ('for = ["water"]', 'for = ["wather"]', "measure[9]", "没有这样的风险点：wather"),
        ("red = 50, orange = 75", "red = 90, orange = 75", "risk.rule[1].below", "数字的大小反了"),
        ("{medical_borne} 元", "{medicine} 元", "risk.rule[2].say", "没有这样的数：medicine"),
        ("from = 2026-01-01", 'from = "2026-01-01"', "from", "要写日期"),
        (
            'code = "at_risk"',
            'code = "poor"',
            "kind[1].code",
            "没有这样的监测类别，只能是 unstable、marginal、sudden、at_risk",
        ),
        ('formerly_poor = "either"', 'formerly_poor = "yes"', "", "脱贫户和非脱贫户都要有能用的监测类别"),
        ('counting = "calendar"', 'counting = "natural"', "grade.red.counting", "只能是"),
        ("[risk]", "[risk", "", "这一行的写法不对"),
        ('source = "突发严重困难"', 'source = " "', "risk.rule[8].source", "不能空着"),
        ("deduct_source = ", "# deduct_source = ", "income.deduct", "也要写 deduct_source"),
        ("red = 50, orange = 75", "red = 75, orange = 75", "risk.rule[1].below", "两级写了同一个数"),
        ('majority = "1/2"', 'majority = "100%"', "assessment.majority", "谁也过不了"),
        ('quorum = "2/3"', 'quorum = "3/2"', "assessment.quorum", "要写几分之几或百分之几"),
        ('quorum = "2/3"', "quorum = 0.67", "assessment.quorum", "要写几分之几或百分之几"),
        ("months = [1, 3, 6, 12]", "months = [12, 3, 6, 1]", "revisit.months", "要从小到大"),
        ("months = [1, 3, 6, 12]", "months = [1, 3, 3, 12]", "revisit.months", "一个月只写一次"),
        ("school_from = 6", "school_from = 16", "quality.school_from", "不能比 school_to 大"),
        ("oldest = 110", "oldest = 17", "quality.spouse_from", "不能比 oldest 大"),
        ("low = 10\nhigh = 19", "low = 19\nhigh = 10", "quality.pupil[3].low", "不能比 high 大"),
        ('province = "42"\nyear = 2026', 'province = "42"\nyear = 2025', "line[2]", "同一省同一年写了两次"),
        ('code = "data_check"', 'code = "onsite_check"', "step[2]", "code 有重复：onsite_check"),
        ('code = "notice"', 'code = "notise"', "step[4].code", "只能是 'onsite_check'"),
        (
            'escalate_at = [50, 80, 100]\nsource = "县级公告：5 天',
            'escalate_at = [80, 50, 100]\nsource = "县级公告：5 天',
            "step[2].escalate_at",
            "要从小到大",
        ),
        (
            '"head", "village", "group", "phone", "schooling',
            '"head", "income_tax", "schooling',
            "sharing[2].shows[2]",
            "没有“income_tax”这一项，可以写：number（户编号）",
        ),
        ('people = ["ill"]\nsource', 'people = ["sick"]\nsource', "sharing[3].people[1]", "没有“sick”这一项"),
        (
            'risk_factors = ["schooling"]\n',
            'risk_factors = ["school"]\n',
            "sharing[2].when[3].risk_factors[1]",
            "没有“school”",
        ),
        ('guarantees = ["medical"]', 'guarantee = ["medical"]', "sharing[3].when[3].guarantee", "没有这一项"),
        ('guarantees = ["medical"]', "guarantees = []", "sharing[3].when[3]", "一条 when 至少写一个条件"),
        ('people = ["everyone"]', "people = []", "sharing[1]", "要写 people：看哪些人的"),
        ('source = "示例；低保', 'reason = "示例；低保', "sharing[1].source", "没有写"),
    ],
)
def test_a_fault_is_told_with_file_line_and_field(right: str, wrong: str, field: str, words: str) -> None:
    assert right in TEXT
    text = TEXT.replace(right, wrong, 1)
    with pytest.raises(FaultyPack) as told:
        read_pack(text.encode(), "ours.toml")
    [fault] = [one for one in told.value.faults if words in one.message]
    assert (fault.file, fault.field) == ("ours.toml", field)
    changed = next(n for n, (a, b) in enumerate(zip(TEXT.splitlines(), text.splitlines(), strict=True), 1) if a != b)
    assert (changed - 8 if field or "[risk" in wrong else 1) <= fault.line <= changed, "at the line or its table"


def test_what_is_written_twice_and_a_risk_that_nothing_is_for_are_refused() -> None:
    with pytest.raises(FaultyPack, match=r"ours.toml:10: 这一项前面已经写过了"):
        read_pack(TEXT.replace("version = 4", "version = 4\nversion = 5").encode(), "ours.toml")
    with pytest.raises(FaultyPack, match=r"measure 没有一项是给饮水（water）的，这样的户安排不了措施，风险消除不了"):
        read_pack(TEXT.replace('for = ["water"]', 'for = ["housing"]').encode(), "ours.toml")


def test_a_slip_in_a_pack_that_was_in_force_before_leaves_it_in_force() -> None:
    blank = TEXT.replace('source = "突发严重困难"', 'source = " "').encode()
    assert read_pack(blank, "kept.toml", former=True).name == "2026.4"


def test_a_pack_of_old_says_its_shares_in_whole_per_cents() -> None:
    old = TEXT.replace('quorum = "2/3"', "quorum_percent = 67").replace('majority = "1/2"', "pass_percent = 50")
    rule = read_pack(old.encode(), "ours.toml").assessment
    assert (rule.quorum, rule.majority) == (Fraction(67, 100), Fraction(1, 2))
    changes = differences(read_pack(old.encode(), "old.toml"), read_pack(TEXT.encode(), "ours.toml"))
    assert ("assessment.quorum", "67%", "2/3") in changes


def _without(step: str) -> str:
    """Our newest pack without a step of the ladder."""
    begin = TEXT.index(f'[[step]]\ncode = "{step}"')
    end = TEXT.find("\n[", begin + 1) + 1
    return TEXT[:begin] + TEXT[end:]


@pytest.mark.parametrize("step", list(LADDER))
def test_a_pack_without_a_step_of_the_ladder_or_without_its_days_is_refused(step: str, tmp_path: Path) -> None:
    own, day = tmp_path / "2026.toml", date(2026, 5, 1)
    shelf = Shelf(tmp_path)
    own.write_text(TEXT.replace("version = 4", "version = 5"), encoding="utf-8")
    assert shelf.on(day).name == "2026.5"
    text = _without(step).replace("version = 4", "version = 6")
    own.write_text(text, encoding="utf-8")
    assert shelf.on(day).name == "2026.5"
    line = text.splitlines().index("[[step]]") + 1
    words = f"{own}:{line}: step 少了 {step}（{LADDER[step]}），六步都要写，每一步写明几天"
    assert list(map(str, shelf.faults)) == [words]
    at = TEXT.index("days = ", TEXT.index(f'[[step]]\ncode = "{step}"'))
    own.write_text(TEXT[:at] + "# " + TEXT[at:], encoding="utf-8")
    assert shelf.on(day).name == "2026.5"
    [fault] = shelf.faults
    number = list(LADDER).index(step) + 1
    assert (fault.field, fault.message) == (f"step[{number}].days", "没有写")
    assert own.read_text(encoding="utf-8").splitlines()[fault.line - 1 : fault.line + 1][1] == f'code = "{step}"'


def test_a_pack_of_before_that_lacks_a_step_stays_until_the_county_mends_it(tmp_path: Path) -> None:
    lacking, day = _without("town_review").replace("yuan = 9000", "yuan = 9500"), date(2026, 5, 1)
    (tmp_path / ".in-force" / "versions").mkdir(parents=True)
    lacking = lacking.replace("version = 4", "version = 5")
    for place in (tmp_path, tmp_path / ".in-force"):
        (place / "2026.toml").write_text(lacking, encoding="utf-8")
    (tmp_path / ".in-force" / "versions" / "2026.5.toml").write_text(lacking, encoding="utf-8")
    shelf = Shelf(tmp_path)
    assert (shelf.on(day).name, shelf.on(day).line_in(2026).yuan) == ("2026.5", 9500)
    assert ["step 少了 town_review（乡镇审核）" in str(fault) for fault in shelf.faults] == [True]
    (tmp_path / "2026.toml").write_text(TEXT.replace("version = 4", "version = 6"), encoding="utf-8")
    assert (shelf.on(day).name, shelf.faults) == ("2026.6", ())
    kept = shelf.called("2026.5")
    assert kept is not None
    assert "town_review" not in {one.code for one in kept.step}


def test_every_fault_of_a_file_is_named_at_once() -> None:
    text = TEXT.replace("percent = 60", "percent = 160").replace("months = 12 ", "months = 0 ")
    with pytest.raises(FaultyPack) as told:
        read_pack(text.encode(), "ours.toml")
    assert {fault.field for fault in told.value.faults} >= {"income.months", "relief.layer[1].percent"}


def test_what_is_no_text_is_refused() -> None:
    with pytest.raises(FaultyPack, match="不是 UTF-8"):
        read_pack(TEXT.encode("gb18030"), "ours.toml")


@pytest.mark.parametrize("number", ["9" * 5000, "[" * 5000 + "]" * 5000])
def test_what_no_reader_of_toml_takes_is_told_with_its_line(number: str) -> None:
    text = TEXT.replace("yuan = 9000", f"yuan = {number}")
    with pytest.raises(FaultyPack) as told:
        read_pack(text.encode(), "ours.toml")
    line = TEXT.splitlines().index("yuan = 9000") + 1
    assert [str(one) for one in told.value.faults] == [f"ours.toml:{line}: 这一行太长了，请看是不是写错了"]


def test_a_file_that_cannot_be_read_is_a_fault_and_leaves_the_former(tmp_path: Path) -> None:
    own, day = tmp_path / "2026.toml", date(2026, 5, 1)
    shelf = Shelf(tmp_path)
    own.write_text(TEXT.replace("version = 4", "version = 5"), encoding="utf-8")
    assert shelf.on(day).name == "2026.5"
    own.unlink()
    own.symlink_to(tmp_path / "nowhere")
    (tmp_path / "more.toml").mkdir()
    for one in (shelf, Shelf(tmp_path)):
        assert one.on(day).name == "2026.5"
        assert {str(fault) for fault in one.faults} == {
            f"{path}:1: 读不了这个文件，请看它的权限" for path in (own, tmp_path / "more.toml")
        }
    own.unlink()
    own.write_text(TEXT.replace("version = 4", "version = 6"), encoding="utf-8")
    assert shelf.on(day).name == "2026.6"


def test_the_countys_own_pack_stands_over_ours_and_a_faulty_one_leaves_the_former(tmp_path: Path) -> None:
    own = tmp_path / "2026.toml"
    shelf = Shelf(tmp_path)
    own.write_text(TEXT.replace("version = 4", "version = 5"), encoding="utf-8")
    assert shelf.on(date(2026, 5, 1)).name == "2026.5"
    own.write_text(TEXT.replace("version = 4", "version = 'three'"), encoding="utf-8")
    assert shelf.on(date(2026, 5, 1)).name == "2026.5"
    assert [fault.line for fault in shelf.faults] == [9]
    again = Shelf(tmp_path)
    assert again.on(date(2026, 5, 1)).name == "2026.5", "also after a new start"
    own.write_text(TEXT.replace("version = 4", "version = 6"), encoding="utf-8")
    assert (again.on(date(2026, 5, 1)).name, again.faults) == ("2026.6", ())


def test_a_pack_that_an_older_software_took_and_this_one_does_not_is_a_fault_and_ours_stands(tmp_path: Path) -> None:
    no_longer, day = TEXT.replace('code = "at_risk"', 'code = "poor"'), date(2026, 5, 1)
    (tmp_path / ".in-force").mkdir()
    for place in (tmp_path, tmp_path / ".in-force"):
        (place / "2026.toml").write_text(no_longer, encoding="utf-8")
    shelf = Shelf(tmp_path)
    assert (shelf.on(day).name, shelf.on(day).kind[0].code) == ("2026.4", "at_risk")
    assert [fault.field for fault in shelf.faults] == ["kind[1].code"]


def test_a_version_stays_with_what_was_judged_by_it_and_is_not_used_twice(tmp_path: Path) -> None:
    own, day = tmp_path / "2026.toml", date(2026, 5, 1)
    shelf = Shelf(tmp_path)
    for version, yuan in ((5, 9500), (6, 9800)):
        text = TEXT.replace("version = 4", f"version = {version}").replace("yuan = 9000", f"yuan = {yuan}")
        own.write_text(text, encoding="utf-8")
        assert shelf.on(day).name == f"2026.{version}"
    for one in (shelf, Shelf(tmp_path)):
        lines = {name: pack.line_in(2026).yuan for name in ("2026.4", "2026.5", "2026.6") if (pack := one.called(name))}
        assert lines == {"2026.4": 9000, "2026.5": 9500, "2026.6": 9800}
    own.write_text(text.replace("yuan = 9800", "yuan = 9900"), encoding="utf-8")
    assert shelf.on(day).line_in(2026).yuan == 9800
    assert [str(fault) for fault in shelf.faults] == [
        f"{own}:9: version 2026.6 这一版已经用过，改了内容要把 version 加 1"
    ]


def test_an_upgrade_that_changes_our_pack_loses_no_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home, newer = tmp_path / "policy", tmp_path / "ours"
    Shelf(home).refresh()
    newer.mkdir()
    (newer / "2026.toml").write_text(TEXT.replace("version = 4", "version = 5").replace("yuan = 9000", "yuan = 9500"))
    monkeypatch.setattr(shelf_room, "OURS", newer)
    monkeypatch.setattr(shelf_room, "_ours", shelf_room._ours.__wrapped__)
    upgraded = Shelf(home)
    assert upgraded.on(date(2026, 11, 26)).name == "2026.5"
    lines = [one.line_in(2026).yuan for name in ("2026.4", "2026.5") if (one := upgraded.called(name))]
    assert lines == [9000, 9500]


def test_two_files_of_one_id_are_a_fault(tmp_path: Path) -> None:
    for name in ("a.toml", "b.toml"):
        (tmp_path / name).write_text(TEXT, encoding="utf-8")
    shelf = Shelf(tmp_path)
    assert shelf.on(date(2026, 5, 1)).name == "2026.4"
    assert "和 a.toml 是同一个 id" in shelf.faults[0].message


def called(pack_id: str, day: str, version: int = 3) -> str:
    """A county's own pack of that id, from a day on."""
    several = ('id = "2026"', f'id = "{pack_id}"'), ("from = 2026-01-01", f"from = {day}")
    text = TEXT.replace("version = 4", f"version = {version}")
    for before, after in several:
        text = text.replace(before, after)
    return text


def test_of_two_files_from_the_same_day_the_one_that_was_in_force_stays(tmp_path: Path) -> None:
    def written(name: str, pack_id: str, day: str, version: int = 3) -> Path:
        own = tmp_path / name
        own.write_text(called(pack_id, day, version), encoding="utf-8")
        return own

    written("m.toml", "first", "2027-01-01")
    shelf, day = Shelf(tmp_path), date(2028, 2, 1)
    assert shelf.on(day).id == "first"
    for name in ("z.toml", "a.toml"):
        new = written(name, "second", "2027-01-01")
        for one in (shelf, Shelf(tmp_path)):
            assert one.on(day).id == "first"
            line = line_of(new.read_text(encoding="utf-8"), ("from",))
            words = "from 和 m.toml 从同一天 2027-01-01 起用，那一天只能有一个"
            assert [str(fault) for fault in one.faults] == [f"{new}:{line}: {words}"]
        new.unlink()
    moved = written("z.toml", "second", "2027-06-01")
    assert (shelf.on(day).id, shelf.faults) == ("second", ())
    written("m.toml", "first", "2027-06-01", 4)
    for one in (shelf, Shelf(tmp_path)):
        assert (one.on(date(2027, 3, 1)).id, one.on(day).id) == ("first", "second"), "each as it was"
        assert [fault.file for fault in one.faults] == [str(tmp_path / "m.toml")]
    moved.unlink()
    assert (shelf.on(day).id, shelf.faults) == ("first", ())


def test_the_line_is_that_of_the_year_or_of_the_last_one_known() -> None:
    pack = Shelf().on(date(2026, 1, 1))
    assert [pack.line_in(year).year for year in (2020, 2025, 2026, 2031)] == [2025, 2025, 2026, 2026]


def test_every_number_of_ours_has_its_source_and_the_examples_say_so() -> None:
    for pack in (Shelf().on(date(2022, 1, 1)), Shelf().on(date(2026, 1, 1))):
        assert all("示例" in line.source for line in pack.line if line.example)
        assert all(rule.source for rule in pack.risk.rule)


def test_two_packs_are_compared_number_by_number() -> None:
    shelf = Shelf()
    told = differences(shelf.on(date(2025, 1, 1)), shelf.on(date(2026, 1, 1)))
    assert ("income.monitored.ends", "september", "month_before") in told
    assert ("line[2026].yuan", None, 9000) in told
    assert differences(shelf.on(date(2026, 1, 1)), shelf.on(date(2026, 9, 1))) == []


def test_the_commands_check_and_compare(small_county: County, tmp_path: Path) -> None:
    run = small_county.app.test_cli_runner().invoke
    assert "没有错误" in run(args=["policy", "check"]).output
    assert "监测范围" not in run(args=["policy", "diff", "2026", "2026-05-01"]).output
    told = run(args=["policy", "diff", "2022", "2026"]).output
    assert "income.deduct: " in told
    assert "line[2022].example: 是 → 没有" in told
    faulty = tmp_path / "x.toml"
    faulty.write_text(TEXT.replace("days = 1\n", "days = '1'\n"), encoding="utf-8")
    answer = run(args=["policy", "check", str(faulty)])
    assert (answer.exit_code, f"{faulty}:58: grade.red.days 要写整数" in answer.output) == (1, True)
    assert run(args=["policy", "diff", "2026", "1999"]).exit_code == 1
    own = small_county.app.config["FIELD"].policy
    own.mkdir(exist_ok=True)
    (own / "2026.toml").write_bytes(faulty.read_bytes())
    (own / "later.toml").write_text(called("later", "2027-01-01"), encoding="utf-8")
    assert "later.3" in run(args=["policy", "check"]).output
    faulty.write_text(called("same", "2027-01-01"), encoding="utf-8")
    answer = run(args=["policy", "check", str(faulty)])
    assert (answer.exit_code, f"{faulty}:10: from 和 later.toml 从同一天" in answer.output) == (1, True)
    (own / "a.toml").write_bytes(faulty.read_bytes())
    for command in (["policy", "check"], ["doctor"]):
        answer = run(args=command)
        assert (answer.exit_code, f"{own / 'a.toml'}:10: from 和 later.toml 从同一天" in answer.output) == (1, True)
    (own / "holidays.toml").write_text("[[day]]\nname = '元旦'\n", encoding="utf-8")
    answer = run(args=["policy", "check"])
    assert (answer.exit_code, "仍用原来的" in answer.output, "holidays.toml:1" in answer.output) == (1, True, True)
