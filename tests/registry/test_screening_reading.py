"""读名单: files as departments send them, good and bad, and rows from a system, each with every fault."""

import csv
import io
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from field.registry.idnumber import DAMAGED
from field.registry.roster_cells import FORMULA
from field.registry.roster_sheet import UNREADABLE, Refused
from field.registry.screening import MOST
from field.registry.screening_reading import (
    EMPTY,
    STRANGE,
    TOO_LONG,
    Row,
    packed,
    read_file,
    read_json,
    unpacked,
)
from tests.screenings import HEADERS, HOME, excel, head

TODAY = date(2026, 11, 26)
VILLAGES = {"堰垭村": HOME, HOME: HOME, "堰塘村": "有几个村叫这个名字，请带上乡镇名，如马桥镇中坪村"}
GOOD = {"姓名": "陈大一", "证件号码": head(0)["id_number"], "事由": "大额医疗费", "日期": "2026-10-08",
        "金额（元）": 60000, "自付费用（元）": 38000.55}  # fmt: skip
SAID = head(0) | {"reason": "medical_cost", "issued_on": "2026-10-08", "amount": 6_000_000, "self_paid": 3_800_055}


def read(folder: Path, content: bytes) -> list[Row]:
    path = folder / "list"
    path.write_bytes(content)
    return read_file(path, VILLAGES, TODAY).rows


def text(*rows: dict[str, Any]) -> str:
    file = io.StringIO()
    lines = csv.DictWriter(file, HEADERS)
    lines.writeheader()
    lines.writerows(rows)
    return file.getvalue()


def test_a_good_row_says_what_it_says_in_fen_and_codes(tmp_path: Path) -> None:
    assert read(tmp_path, excel([GOOD])) == [Row(2, SAID, [])]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030"])
def test_text_is_read_in_every_encoding_that_a_sheet_program_writes(tmp_path: Path, encoding: str) -> None:
    assert read(tmp_path, text(GOOD).encode(encoding)) == [Row(2, SAID, [])]


@pytest.mark.parametrize(
    ("change", "key", "reason"),
    [
        ({"证件号码": 420626196805041018.0}, "id_number", DAMAGED),
        ({"证件号码": "4.20626E+17"}, "id_number", DAMAGED),
        ({"证件号码": None}, "id_number", "证件号码没有填的，要填出生日期和村"),
        ({"证件号码": None, "出生日期": "1968-05-04"}, "id_number", "证件号码没有填的，要填出生日期和村"),
        ({"出生日期": "1968-05-05"}, "birth_date", "与证件号码里的出生日期不一致"),
        ({"村": "没有村"}, "village", "您的地区里没有这个村，请核对村名或12位村代码"),
        ({"村": "堰塘村"}, "village", VILLAGES["堰塘村"]),
        ({"日期": "2026-11-27"}, "issued_on", "日期在今天之后"),
        ({"日期": "1900-01-01"}, "issued_on", "日期比本人出生还早"),
        (
            {"日期": "1968-05-03", "证件号码": None, "出生日期": "1968-05-04", "村": "420626107204"},
            "issued_on",
            "日期比本人出生还早",
        ),
        ({"日期": "去年"}, "issued_on", "日期看不懂，请写成2022-04-30的样子"),
        ({"金额（元）": "许多"}, "amount", "这里要填数字"),
        ({"金额（元）": "-1"}, "amount", "应在0到10000000之间"),
        ({"金额（元）": 100}, "self_paid", "比金额还大"),
        ({"金额（元）": None, "自付费用（元）": None}, "amount", "大额医疗费要填金额，知道自付费用的一起填"),
        ({"事由": "上学费用高", "金额（元）": None}, "amount", "上学费用要填一年的金额"),
        ({"姓名": None}, "name", "没有填"),
        ({"备注": "字" * 201}, "note", "太长，最多200个字"),
    ],
)
def test_a_bad_row_names_its_fault(tmp_path: Path, change: dict[str, Any], key: str, reason: str) -> None:
    [row] = read(tmp_path, excel([GOOD | change]))
    assert row.faults == [(key, reason)]


def test_a_formula_in_text_is_refused_in_its_row(tmp_path: Path) -> None:
    [row] = read(tmp_path, text(GOOD | {"备注": "=HYPERLINK(1)"}).encode())
    assert row.faults == [("note", FORMULA)]


def test_a_formula_in_a_sheet_is_never_calculated(tmp_path: Path) -> None:
    [row] = read(tmp_path, excel([GOOD | {"证件号码": '="420626"&"196805041018"'}]))
    assert [key for key, _ in row.faults] == ["id_number"], "only its last value is in the file, and it has none"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\x00\x01\x02", UNREADABLE),
        (text(GOOD).encode() + b"\x00", UNREADABLE),
        (b"PK\x03\x04 no workbook", UNREADABLE),
        (text(GOOD).encode("utf-16"), UNREADABLE),
        ("甲,乙\n1,2\n".encode(), "没有找到名单的表头"),
        (excel([GOOD], [*HEADERS, "姓名"]), "表头有重复的列"),
        (text().encode(), EMPTY),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_used_is_refused_whole(tmp_path: Path, content: bytes, words: str) -> None:
    with pytest.raises(Refused, match=words.replace("，", ".")):
        read(tmp_path, content)


def test_a_hundred_thousand_rows_are_too_many_for_one_list(tmp_path: Path) -> None:
    lines = text(GOOD).splitlines()
    content = "\n".join([lines[0], *[lines[1]] * 100_000])
    with pytest.raises(Refused, match=TOO_LONG[:6]):
        read(tmp_path, content.encode())
    assert MOST < 100_000


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"id_number": 420626196805041018}, ("id_number", DAMAGED)),
        ({"amount": 12.5, "self_paid": None}, ("amount", "这里要填整数")),
        ({"amount": True, "self_paid": None}, ("amount", "填得不对")),
        ({"name": ["陈"]}, ("name", "填得不对")),
        ({"name": "陈\u202e一"}, ("name", "里面有不能保存的符号")),
        ({"reason": "大额医疗费"}, None),
        ({"unknown": 1}, ("", STRANGE)),
    ],
)
def test_a_row_of_a_system_names_its_fault(change: dict[str, Any], fault: tuple[str, str] | None) -> None:
    [row] = read_json([SAID | change], VILLAGES, TODAY)
    assert fault is None or fault in row.faults
    assert row.faults


def test_rows_that_wait_for_the_worker_come_back_as_they_were(tmp_path: Path) -> None:
    rows = read(tmp_path, excel([GOOD, GOOD | {"姓名": None}]))
    assert unpacked(packed(rows)) == rows
