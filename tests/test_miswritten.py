"""命令写错了: what a person types wrong is told in Chinese, with exit code 2, and nothing is done."""

import re

import pytest

from tests.county import County


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("relief 38000 --on nope", "--on：日期看不懂，写成 2026-11-27 这样"),
        ("relief 38000 --on 2026-02-30", "--on：日期看不懂，写成 2026-11-27 这样"),
        ("relief 38000 --on 2026-11", "--on：日期看不懂，写成 2026-11-27 这样"),
        ("relief 38000 --on", "--on 后面要写上内容"),
        ("relief 38千", "COST_YUAN：费用写成元，最多两位小数，如 38000 或 6000.50"),
        ("relief", "没有写 COST_YUAN"),
        ("relief 1 2", "多写了，或者次序不对"),
        ("relief 1 --day 2", "没有 --day 这个选项"),
        ("policy chek", "没有 chek 这个命令"),
        ("policy check /nowhere.toml", "FILES：没有这个文件，或者它是文件夹"),
        ("dialogs check /nowhere", "FOLDER：没有这个文件夹"),
        ("backup /tmp/x --keep 0", "--keep：要写整数，不小于 1"),
        ("token make medical --note 医保 --days 731", "--days：要写整数，不小于 1，不大于 730"),
        ("staff add who --name 某 --role boss --region 42", "--role：只能是 village、town、county、department、unit"),
        ("play nothing", "NAME：只能是 declare、checkin、bind"),
    ],
)
def test_what_is_typed_wrong_is_told_in_chinese(small_county: County, typed: str, told: str) -> None:
    answer = small_county.app.test_cli_runner().invoke(args=typed.split())
    assert answer.exit_code == 2
    assert answer.output.splitlines()[-1] == f"Error: {told}"


def test_no_command_of_ours_tells_a_bad_day_or_number_in_english(small_county: County) -> None:
    run = small_county.app.test_cli_runner().invoke
    for typed in (
        "checkins start --limit x",
        "backup /tmp/x --keep x",
        "print files --region 1 --as x --out /tmp/x --limit 0",
    ):
        answer = run(args=typed.split())
        assert (answer.exit_code, re.search("要写整数", answer.output) is None) == (2, False), typed


def test_a_group_alone_still_tells_its_commands(small_county: County) -> None:
    answer = small_county.app.test_cli_runner().invoke(args=["policy"])
    assert "simulate" in answer.output
    assert "多写了" not in answer.output
