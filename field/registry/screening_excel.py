"""名单的Excel: the template to fill in, and the answers to every row; texts are never taken for formulas."""

from collections.abc import Iterable, Mapping
from typing import IO, Any

import xlsxwriter

from field.registry.roster_excel import SAFE, headed, template
from field.registry.screening import COLUMNS, MOST

NOTES = (
    f"每人每件事一行，一份最多{MOST}行；金额写元。",
    "证件号码这一列必须是文本，不能是数字，否则末尾几位会丢；内容要粘贴为数值，不要公式。",
    "没有证件号码的，出生日期和村都要填；同一份名单交两次不会重复。",
)
ANSWERS = (
    ("sheet", "工作表", 16), ("row", "行号", 8), ("name", "姓名", 14), ("id_number", "证件号码", 22),
    ("reason_name", "事由", 16), ("answer_name", "结果", 20), ("words", "说明", 70), ("doubts", "要核对的", 70),
    ("links", "去改", 60),
)  # fmt: skip


def write_list_template(file: IO[bytes]) -> None:
    """名单模板."""
    template(file, "名单", COLUMNS, NOTES)


def write_answers(file: IO[bytes], answers: Iterable[Mapping[str, Any]], address: str) -> None:
    """答复清单: each row with its answer, nothing that was not sent; for the county also what is to be mended where.

    `address` is where the house is found, for the links.
    """
    with xlsxwriter.Workbook(file, {**SAFE, "constant_memory": True}) as book:
        sheet = headed(book, "答复", [column[1:] for column in ANSWERS])
        for line, answer in enumerate(answers, 1):
            told = {**answer, **_doubts(answer["warnings"], address)}
            for place, (key, _, _) in enumerate(ANSWERS):
                sheet.write(line, place, told[key] or "")


def _doubts(warnings: Iterable[Mapping[str, str]], address: str) -> dict[str, str]:
    links = dict.fromkeys(address + one["link"] for one in warnings)
    return {"doubts": "\n".join(one["message"] for one in warnings), "links": "\n".join(links)}
