"""区划文件: a county's regions come in whole from a CSV of either encoding, or not at all, and it is said why."""

from pathlib import Path

import pytest
from sqlalchemy import func, select

from field.db import db
from field.registry.regions import Region
from tests.county import County

GOOD = "code,name\n420627,南漳县\n420627001,城关镇\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_regions_are_read_as_either_program_writes_them(small_county: County, tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "regions.csv"
    file.write_bytes(GOOD.encode(encoding))
    told = small_county.app.test_cli_runner().invoke(args=["regions", "load", str(file)])
    assert (told.exit_code, told.output) == (0, "2 个地区\n")
    with small_county.app.app_context():
        assert db.session.get_one(Region, "420627").name == "南漳县"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "缺少 code、name"),
        (b"code,name\n", "没有一个地区"),
        ("代码,名称\n420627,南漳县\n".encode(), "缺少 code、name"),
        (b"code,name\n420627\n", "第 2 行没有写"),
        (b"code,name\n420627,A\n4206270010,B\n", "4206270010 不是 2、4、6、9 或 12 位数字"),
        (b"PK\x03\x04\xff\xff\x81", "不是 CSV 文本"),
    ],
)
def test_a_wrong_file_is_refused_in_words_and_nothing_of_it_is_in(
    small_county: County, tmp_path: Path, content: bytes, why: str
) -> None:
    def count() -> int:
        with small_county.app.app_context():
            return db.session.scalar(select(func.count()).select_from(Region)) or 0

    file, before = tmp_path / "regions.csv", count()
    file.write_bytes(content)
    told = small_county.app.test_cli_runner().invoke(args=["regions", "load", str(file)])
    assert told.exit_code == 1
    assert why in told.output
    assert count() == before
