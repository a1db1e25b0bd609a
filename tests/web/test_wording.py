"""措辞: days, ages, money and shares as people in China read them."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import g

import field
from field.extracting import chinese, titles
from field.web.visit_words import sections
from field.web.wording import FILTERS
from tests.county import CASES, County

ROOM = Path(field.__file__).parent
HALF = re.compile(
    "[\u4e00-\u9fff” ][,;:?!] ?[\u4e00-\u9fff“]|[\u4e00-\u9fff][,;?!](?: |$)|[\u4e00-\u9fff]\\(|\\)[\u4e00-\u9fff]"
)
APART = re.compile("messaging/(dialogs|understanding)/|media/receipt|web/catalogue|registry/roster_cells")
NOW = datetime(2026, 11, 23, 2, 32, tzinfo=UTC)


@pytest.fixture
def at_that_moment(small_county: County) -> Iterator[None]:
    with small_county.app.test_request_context():
        g.now = NOW
        yield


@pytest.mark.usefixtures("at_that_moment")
@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("day", date(2026, 11, 23), "11月23日 周一"), ("day", "2025-11-23", "2025年11月23日"),
        ("day", datetime(2026, 11, 22, 16, 0, tzinfo=UTC), "11月23日 周一"),
        ("day", "2026-11-22T15:59:00Z", "11月22日 周日"),
        ("at", NOW, "11月23日 周一 10:32"), ("at", "2025-12-31T16:00:00Z", "1月1日 周四 00:00"),
        ("ago", NOW, "今天"), ("ago", datetime(2026, 11, 22, 15, 59, tzinfo=UTC), "昨天"),
        ("ago", datetime(2026, 8, 15, 1, tzinfo=UTC), "100 天前"), ("ago", "2026-12-01T00:00:00Z", "12月1日 周二"),
        ("years", date(1968, 11, 23), "58 岁"), ("years", date(1968, 11, 24), "57 岁"), ("years", None, ""),
        ("yuan", 123450, "1,234.50 元"), ("yuan", 0, "0.00 元"), ("yuan", 7, "0.07 元"), ("count", 2172, "2,172"),
    ],
)  # fmt: skip
def test_a_value_is_shown_in_the_readers_own_words(name: str, value: Any, shown: str) -> None:
    assert FILTERS[name](value) == shown


@pytest.mark.parametrize(
    ("part", "shown"), [(339, "46.2%"), (260, "35.4%"), (135, "18.4%"), (524, "71.4%"), (71, "9.7%")]
)
def test_the_shares_are_those_of_the_countys_report(part: int, shown: str) -> None:
    assert FILTERS["share"](part, 734) == shown


@pytest.mark.usefixtures("at_that_moment")
def test_every_section_of_a_visit_is_told_under_its_title() -> None:
    told = {section.title: section.lines for section in sections(CASES["base"], {})}
    for title in ("谁介绍的情况", "位置", "收入", "支出", "两不愁三保障和饮水", "风险点"):
        assert told[title], title
    assert ("工资性收入", "18,600.00 元", False) in told["收入"]
    assert ("基本医疗", "有问题：自费药未报销", True) in told["两不愁三保障和饮水"]


@pytest.mark.parametrize(("kind", "read"), [("py", chinese), ("schema.json", titles)])
def test_chinese_has_full_width_signs_but_in_approved_messages_and_patterns(kind: str, read: Any) -> None:
    found = []
    for path in ROOM.rglob(f"*.{kind}"):
        if not APART.search(path.as_posix()):
            with path.open("rb") as file:
                found += [(path.name, text) for _, _, text, _ in read(file) if HALF.search(text)]
    assert found == []
