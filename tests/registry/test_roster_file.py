"""名册文件: files as counties send them, whole, mixed up, broken or hostile."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from field.registry.roster import COLUMNS
from field.registry.roster_excel import SheetFault, write_faults, write_template
from field.registry.roster_household import OTHERS_WRONG
from field.registry.roster_sheet import LARGEST_UNPACKED, Refused
from tests.registry.rosters import Row, excel, faults, household, lines, read, text

ID = "证件号码"


def test_household_columns_may_stand_on_every_row_or_on_the_heads_alone(tmp_path: Path) -> None:
    once = household(1)
    repeated = [{**row, "行政村": "中坪村", "村民小组": "3组"} for row in once]
    numbered_once = [once[0], *({key: row[key] for key in row if key != "户编号"} for row in once[1:])]
    found = [read(excel(tmp_path / "a.xlsx", rows))[0].household for rows in (once, repeated, numbered_once)]
    assert found[0] == found[1] == found[2]
    assert found[0] is not None
    assert found[0]["region"] == "420626107204"
    assert [member["relation"] for member in found[0]["members"]] == ["户主", "配偶", "之子"]


def test_what_the_id_number_says_fills_sex_birth_and_card(tmp_path: Path) -> None:
    rows = household(1, 1)
    rows[0][ID] += "43"
    [one] = read(excel(tmp_path / "a.xlsx", rows))
    assert one.household is not None
    [head] = one.household["members"]
    assert (head["birth_date"], len(head["id_number"]), len(head["disability_card"])) == ("1960-03-02", 18, 20)
    assert head["sex"] in ("male", "female")


def test_the_head_comes_first_wherever_the_sheet_names_him(tmp_path: Path) -> None:
    head, spouse = household(1, 2)
    [one] = read(excel(tmp_path / "a.xlsx", [spouse, head]))
    assert one.household is not None
    assert [member["relation"] for member in one.household["members"]] == ["户主", "配偶"]


@pytest.mark.parametrize(
    ("row", "change", "column", "words"),
    [
        (1, {ID: 420699196703020000.0}, ID, "表格软件"),
        (1, {ID: "420699196703020001"}, ID, "校验位"),
        (1, {ID: None}, ID, "没有填"),
        (1, {"姓名": " "}, "姓名", "没有填"),
        (1, {"性别": "男", "出生日期": "1967-03-03"}, "出生日期", "不一致"),
        (1, {"与户主关系": "户主"}, "与户主关系", "已经有一位户主"),
        (0, {"与户主关系": "配偶"}, "与户主关系", "没有户主"),
        (1, {"村民小组": "4组"}, "村民小组", "不一致"),
        (0, {"行政村": "不存在村"}, "行政村", "没有这个村"),
        (0, {"行政村": "堰塘村"}, "行政村", "带上乡镇名"),
        (0, {"行政村": None}, "行政村", "没有填"),
        (0, {"监测对象类别": "突发严重困难户", "风险点1": "因病"}, "识别时间", "必须填"),
        (0, {"监测对象类别": "突发严重困难户", "识别时间": "2022-04-30"}, "风险点1", "必须填"),
        (0, {"识别时间": "2026-11-25"}, "识别时间", "今天之后"),
        (0, {"纬度": 31.7}, "纬度", "一起填"),
        (1, {"残疾证号": "42069919800101001X43"}, "残疾证号", "校验位"),
        (1, {"务工月数": 14}, "务工月数", "应在0到12之间"),
    ],
)  # fmt: skip
def test_a_bad_row_is_named_and_holds_its_whole_household_back(
    tmp_path: Path, row: int, change: Row, column: str, words: str
) -> None:
    bad = household(1)
    bad[row] |= change
    first, second = read(excel(tmp_path / "a.xlsx", [*bad, *household(2)]))
    assert first.household is None
    assert second.household is not None
    named = [fault for fault in first.faults if fault.column == column and words in fault.reason]
    assert named, first.faults
    assert named[0].number == "H00001"
    others = {2, 3, 4} - {fault.row for fault in first.faults if fault.column}
    assert {fault.row for fault in first.faults if fault.reason == OTHERS_WRONG} == others


def test_every_fault_of_a_row_is_named_at_once(tmp_path: Path) -> None:
    bad = household(1, 1, 联系电话="12", 性别="公", 月收入="许多")
    named = {fault.column for fault in faults(excel(tmp_path / "a.xlsx", bad))}
    assert named == {"联系电话", "性别"}
    headers = [column.header for column in COLUMNS]
    bad[0]["月收入（元）"] = "许多"
    assert "月收入（元）" in {fault.column for fault in faults(excel(tmp_path / "a.xlsx", bad, headers))}


def test_a_household_whose_rows_are_scattered_is_held_back(tmp_path: Path) -> None:
    head, spouse = household(1, 2)
    found = read(excel(tmp_path / "a.xlsx", [head, *household(2), spouse]))
    assert [one.household is None for one in found] == [True, False, True]
    assert "第2行、第6行" in found[0].faults[0].reason


def test_a_household_number_that_lost_digits_does_not_harm_the_household_before(tmp_path: Path) -> None:
    damaged = [row | {"户编号": 4206261072040001.0} for row in household(2, 2)]
    found = read(excel(tmp_path / "a.xlsx", [*household(1), *damaged]))
    assert [one.household is None for one in found] == [False, True]
    assert {(fault.row, fault.column) for fault in found[1].faults} == {(5, "户编号"), (6, "户编号")}


def test_an_id_number_that_stands_twice_holds_both_households_back(tmp_path: Path) -> None:
    one, other = household(1), household(2)
    other[1][ID] = one[1][ID]
    found = read(excel(tmp_path / "a.xlsx", [*one, *other, *household(3)]))
    assert [each.household is None for each in found] == [True, True, False]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", "\t"])
def test_text_files_of_county_offices_read_as_excel_does(tmp_path: Path, encoding: str, delimiter: str) -> None:
    rows = [row for number in range(1, 6) for row in household(number)]
    path = tmp_path / "a.csv"
    path.write_text(text(rows).replace(",", delimiter), encoding=encoding, newline="")
    assert [one.household for one in read(path)] == [one.household for one in read(excel(tmp_path / "a.xlsx", rows))]


def test_a_number_with_a_titled_sheet_other_columns_and_stars_is_understood(tmp_path: Path) -> None:
    headers = ["序号", "＊户编号", " 行政村 ", "姓名*", "证 件 号 码", "与户主关系（必填）"]
    [head] = household(1, 1)
    row = {"＊户编号": "H1", " 行政村 ": "420626107204", "姓名*": "演示", "证 件 号 码": head[ID], headers[5]: "户主"}
    [one] = read(excel(tmp_path / "a.xlsx", [row], headers))
    assert one.household is not None


def corner_bomb(path: Path) -> None:
    """A small file whose one cell in the far corner makes the sheet huge."""
    excel(path, [])
    with zipfile.ZipFile(path) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    parts["xl/worksheets/sheet1.xml"] = parts["xl/worksheets/sheet1.xml"].replace(b"</sheetData>", far)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, part in parts.items():
            packed.writestr(name, part)


def _zip_bomb(path: Path) -> None:
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed,
        packed.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part,
    ):
        for _ in range(LARGEST_UNPACKED // 2**24 + 1):
            part.write(bytes(2**24))


def _half_excel(path: Path) -> None:
    whole = excel(path, household(1)).read_bytes()
    path.write_bytes(whole[: len(whole) // 2])


BROKEN: dict[str, tuple[Callable[[Path], Any], str]] = {
    "empty": (lambda path: path.write_bytes(b""), "没有一行内容"),
    "blank lines": (lambda path: path.write_text("\n, ,\n\n"), "没有一行内容"),
    "an empty sheet": (lambda path: excel(path, [], []), "没有一行内容"),
    "a header alone": (lambda path: excel(path, []), "没有一行内容"),
    "a header as text": (lambda path: path.write_text(text([])), "没有一行内容"),
    "a picture": (lambda path: path.write_bytes(b"\xff\xd8\xff\xe0" + bytes(range(256)) * 9), "打不开"),
    "no archive": (lambda path: path.write_bytes(b"PK\x03\x04 and nothing more"), "打不开"),
    "half an Excel file": (_half_excel, "打不开"),
    "half a text": (lambda path: path.write_text(text(household(1))[:-30], encoding="gb18030"), "没有传完"),
    "an open quote": (lambda path: path.write_text(text(household(1)) + '"'), "打不开"),
    "zero bytes in text": (lambda path: path.write_text(text(household(1)) + "\0"), "打不开"),
    "another table": (lambda path: excel(path, [], ["户编号", "姓名", "电话"]), "缺少“行政村”、“证件号码”"),
    "a column twice": (lambda path: excel(path, [], [c.header for c in COLUMNS] + ["姓名"]), "重复的列"),
    "a far corner": (corner_bomb, "打不开"),
    "a bomb": (_zip_bomb, "展开后超过 1 GB，不像一份表"),
}


@pytest.mark.parametrize("broken", BROKEN)
def test_a_file_that_cannot_be_used_is_refused_in_plain_words(tmp_path: Path, broken: str) -> None:
    make, words = BROKEN[broken]
    make(tmp_path / "file")
    with pytest.raises(Refused, match=words) as refused:
        read(tmp_path / "file")
    assert "什么也没有收进来" in str(refused.value)


def test_the_template_is_itself_a_roster_without_people(tmp_path: Path) -> None:
    with (tmp_path / "template.xlsx").open("wb") as file:
        write_template(file)
    with pytest.raises(Refused, match="请填好再传"):
        read(tmp_path / "template.xlsx")
    data = (tmp_path / "template.xlsx").read_bytes()
    assert lines(data)[0] == [column.header for column in COLUMNS]
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        sheet = packed.read("xl/worksheets/sheet1.xml").decode()
    assert sheet.count("<dataValidation ") == sum(bool(column.choices) for column in COLUMNS)
    assert "脱贫不稳定户,边缘易致贫户,突发严重困难户" in sheet


def test_words_in_the_fault_file_are_never_formulas() -> None:
    file = io.BytesIO()
    write_faults(
        file, [SheetFault("=1+1", 7, "@姓名", "=HYPERLINK(0)", "+1"), SheetFault("=1+1", 8, "-列", "http://a", "原因")]
    )
    assert lines(file.getvalue())[1:] == [
        ["=1+1", 7, "@姓名", "=HYPERLINK(0)", "+1"],
        ["=1+1", 8, "-列", "http://a", "原因"],
    ]
    with zipfile.ZipFile(file) as packed:
        assert b"<f>" not in packed.read("xl/worksheets/sheet1.xml")
