"""单元格: what a cell means, and in which words one is refused."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from field.registry.numbers import e164
from field.registry.roster import COLUMNS
from field.registry.roster_cells import reader

BY_KEY = {column.key: column for column in COLUMNS}
CELLS = st.one_of(
    st.text(), st.floats(), st.integers(), st.booleans(), st.dates(), st.datetimes(), st.timedeltas(), st.times()
)


@pytest.mark.parametrize(
    ("key", "cell", "value"),
    [
        ("number", "  H 001 ", "H 001"),
        ("number", 20260001.0, "20260001"),
        ("region", 420626107204.0, "420626107204"),
        ("name", "欧阳　大山", "欧阳 大山"),
        ("sex", "男", "male"),
        ("kind", "边缘易致贫户", "marginal"),
        ("risk_1", "务工就业不稳", "unstable_work"),
        ("formerly_poor", "是", True),
        ("formerly_poor", 0.0, False),
        ("formerly_poor", True, True),
        ("identified_on", datetime(2022, 4, 30, tzinfo=UTC), "2022-04-30"),
        ("identified_on", date(2022, 4, 30), "2022-04-30"),
        ("identified_on", "2022年4月30日", "2022-04-30"),
        ("identified_on", "2022/4/30", "2022-04-30"),
        ("identified_on", 20220430.0, "2022-04-30"),
        ("latitude", "31.7405", 31.7405),
        ("months_away", 7.0, 7),
        ("monthly_income", "3,500.5", 350050),
        ("monthly_income", 0.0, 0),
        ("phone", "138 0000 0156", "+8613800000156"),
        ("phone", 13800000156.0, "+8613800000156"),
        ("phone", "+86-138-0000-0156", "+8613800000156"),
        ("phone", "0710-5812345", "+867105812345"),
        ("bank_account", "6200 0000 0000 0000 011", "6200000000000000011"),
        ("address", " ", None),
    ],
)  # fmt: skip
def test_a_cell_is_read_as_what_it_means(key: str, cell: Any, value: Any) -> None:
    assert reader(BY_KEY[key])(cell) == value


@pytest.mark.parametrize(
    ("key", "cell", "words"),
    [
        ("kind", "脱贫户", "只能填：脱贫不稳定户"),
        ("sex", "male", "只能填：男、女"),
        ("formerly_poor", "不知道", "只能填"),
        ("identified_on", "去年春天", "日期看不懂"),
        ("identified_on", "2022-02-30", "日期看不懂"),
        ("identified_on", 44681.0, "日期看不懂"),
        ("latitude", "91", "应在3到54之间"),
        ("latitude", "NaN", "应在"),
        ("months_away", 7.5, "整数"),
        ("months_away", 13, "应在0到12之间"),
        ("monthly_income", "很多", "填数字"),
        ("monthly_income", "-1", "应在0到"),
        ("monthly_income", 1e17, "应在0到"),
        ("monthly_income", float("nan"), "应在0到"),
        ("latitude", 10**17, "应在3到54之间"),
        ("phone", "1234", "电话不对"),
        ("phone", "23800000156", "电话不对"),
        ("bank_account", 6.2e18, "表格软件"),
        ("bank_account", "6.2E+18", "表格软件"),
        ("bank_account", "六二〇〇", "8至30位"),
        ("number", 1e17, "表格软件"),
        ("address", "一" * 201, "最多200个字"),
        ("name", "大\x00山", "不能保存的符号"),
        ("id_number", 420699198001010000, "表格软件"),
    ],
)
def test_a_cell_that_cannot_be_read_says_why(key: str, cell: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        reader(BY_KEY[key])(cell)


@given(st.sampled_from(COLUMNS), CELLS)
def test_whatever_stands_in_a_cell_is_read_or_refused_in_chinese(column: Any, cell: Any) -> None:
    words = "可以"
    try:
        reader(column)(cell)
    except ValueError as error:
        words = str(error)
    assert any("一" <= letter <= "鿿" for letter in words)


@given(st.from_regex(r"1[3-9][0-9]{9}|0710-?5[0-9]{6}", fullmatch=True))
def test_telephones_are_kept_as_everywhere_else(number: str) -> None:
    assert reader(BY_KEY["phone"])(number) == e164(number)
