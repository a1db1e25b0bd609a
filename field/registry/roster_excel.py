"""名册的Excel: the template to fill in and the file of faults; texts are never taken for formulas."""

from collections.abc import Iterable, Sequence
from typing import IO, Any, NamedTuple

import xlsxwriter

from field.registry.roster import COLUMNS, TEXT_KINDS, YES, Column

SAFE = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
LAST_ROW = 50_000
KIND_WORDS = {
    "choice": "从下拉框里选", "yes": "填是或否", "date": "日期，如2022-04-30", "whole": "整数",
    "decimal": "小数", "money": "元", "id": "文本", "card": "文本", "phone": "文本", "account": "文本",
    "text": "文字",
}  # fmt: skip
NOTES = (
    "每人一行；同一户的人连着填，户编号相同。",
    "户的各列（户编号到经度）可以每行都填，也可以只填在户主那一行。",
    "证件号码、电话、银行账号、残疾证号必须是文本，不能是数字，否则末尾几位会丢。",
    "一户里只要有一行有错，这一户整户不导入；改好后把文件再传一次，已导入且没有变化的户不会重复。",
)
DOUBT_HEADERS = (("户编号", 22), ("要核对的", 30), ("怎么改", 70), ("去改", 60))
FAULT_HEADERS = (("工作表", 16), ("行号", 8), ("列", 18), ("户编号", 22), ("原因", 70))


class SheetFault(NamedTuple):
    """一处错: which sheet, row, column and household, and the reason in Chinese."""

    sheet: str
    row: int
    column: str
    number: str
    reason: str


def write_template(file: IO[bytes]) -> None:
    """名册模板."""
    template(file, "名册", COLUMNS, NOTES)


def template(file: IO[bytes], name: str, columns: Sequence[Column], notes: Iterable[str]) -> None:
    """A sheet to fill in, its headers with drop-downs, and a second sheet that explains each column."""
    with xlsxwriter.Workbook(file, SAFE) as book:
        sheet = book.add_worksheet(name)
        bold = book.add_format({"bold": True, "bg_color": "#E8EEF7", "border": 1, "text_wrap": True})
        must = book.add_format({"bold": True, "bg_color": "#FBE9D0", "border": 1, "text_wrap": True})
        text = book.add_format({"num_format": "@"})
        for place, column in enumerate(columns):
            sheet.write_string(0, place, column.header, must if column.required else bold)
            width = 22 if column.kind in TEXT_KINDS else max(10, 2 * len(column.header) + 2)
            sheet.set_column(place, place, width, text if column.kind in TEXT_KINDS else None)
            if column.choices:
                choices = {"validate": "list", "source": told_choices(column), "ignore_blank": True}
                sheet.data_validation(1, place, LAST_ROW, place, choices)
        sheet.freeze_panes(1, 1)
        _explain(book, bold, columns, list(notes))


def write_faults(
    file: IO[bytes], faults: Iterable[SheetFault], doubts: Iterable[tuple[str, str, str, str]] = ()
) -> None:
    """错误清单: each fault with sheet, row, column, household number and reason; no value of the sheet.

    On a second sheet the `doubts`: number, what is to be looked at, what to do, and the address of the page for it.
    """
    with xlsxwriter.Workbook(file, {**SAFE, "constant_memory": True}) as book:
        sheet = headed(book, "错误清单", FAULT_HEADERS)
        for row, (name, place, *words) in enumerate(faults, 1):
            sheet.write_string(row, 0, name)
            sheet.write_number(row, 1, place)
            for at, text in enumerate(words, 2):
                sheet.write_string(row, at, text)
        sheet = headed(book, "要核对的", DOUBT_HEADERS)
        for row, several in enumerate(doubts, 1):
            for at, text in enumerate(several):
                sheet.write_string(row, at, text)


def headed(book: Any, name: str, headers: Iterable[tuple[str, int]]) -> Any:
    """A sheet of a book with its bold headers, each as wide as told, and frozen."""
    sheet = book.add_worksheet(name)
    bold = book.add_format({"bold": True, "bg_color": "#E8EEF7", "border": 1})
    for place, (header, width) in enumerate(headers):
        sheet.set_column(place, place, width)
        sheet.write_string(0, place, header, bold)
    sheet.freeze_panes(1, 0)
    return sheet


def _explain(book: Any, bold: Any, columns: Iterable[Column], notes: Sequence[str]) -> None:
    sheet = book.add_worksheet("填表说明")
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 2, 16)
    sheet.set_column(3, 3, 90, book.add_format({"text_wrap": True}))
    for row, words in enumerate(notes):
        sheet.write_string(row, 0, words)
    first = len(notes) + 1
    for place, header in enumerate(("列", "是否必填", "填什么", "说明")):
        sheet.write_string(first, place, header, bold)
    for row, column in enumerate(columns, first + 1):
        told = column.note or "、".join(told_choices(column))
        must = "必填" if column.required else "选填"
        for place, words in enumerate((column.header, must, KIND_WORDS[column.kind], told)):
            sheet.write_string(row, place, words)


def told_choices(column: Column) -> list[str]:
    """The words that may stand in a column."""
    return ["是", "否"] if column.choices is YES else [word for word in column.choices if word]
