"""单元格: from what a sheet gives to the value that is kept; ValueError carries the reason in Chinese."""

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, TypeGuard

from field.labels import Word
from field.registry import idnumber
from field.registry.roster import Column
from field.sentences import Sentence, Series

Reader = Callable[[Any], Any]
EXACT = 10**15  # a sheet keeps 15 digits of a number
DAY = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?|([0-9]{4})([0-9]{2})([0-9]{2})")
MOBILE = re.compile(r"(?:\+?86)?(1[3-9][0-9]{9})")
LANDLINE = re.compile(r"(?:\+?86)?0?([1-9][0-9]{8,10})")
REMEMBERED, REPEATED = 20_000, (str, float)
FORMULA = "这里是公式，不是内容；请复制后“粘贴为数值”再交"


def reader(column: Column) -> Reader:
    """The function that reads one column's cells; None for a cell without anything in it."""
    read = READERS[column.kind]
    known: dict[Any, Any] = {}

    def remembered(cell: Any) -> Any:
        if type(cell) not in REPEATED:
            return read(cell, column)
        value = known.get(cell, known)
        if value is known:
            value = read(cell, column)
            if len(known) < REMEMBERED:
                known[cell] = value
        return value

    return remembered


def plain(cell: Any) -> str:
    """A cell as text: half-width, no blanks around; a number that lost digits is refused."""
    if _is_number(cell):
        if not abs(cell) < EXACT:  # nan is no number either
            raise ValueError(idnumber.DAMAGED)
        return str(int(cell)) if cell == int(cell) else repr(cell)
    if isinstance(cell, datetime | date):
        return cell.isoformat()[:10]
    text = str(cell)
    if text.isascii() and text.isalnum():  # most
        return text
    text = " ".join(unicodedata.normalize("NFC", text).split())
    if not text.isprintable():
        raise ValueError(Word("里面有不能保存的符号"))
    return text


def is_formula(cell: Any) -> bool:
    """Whether a cell holds a formula, and not what comes of it."""
    return isinstance(cell, str) and cell.lstrip().startswith("=")


def _is_number(cell: Any) -> TypeGuard[float]:
    return isinstance(cell, float | int) and not isinstance(cell, bool)


def _text(cell: Any, column: Column) -> str | None:
    text = plain(cell)
    if len(text) > column.limit:
        raise ValueError(Sentence("太长，最多{most}个字", most=column.limit))
    return text or None


def _choice(cell: Any, column: Column) -> Any:
    text = unicodedata.normalize("NFKC", plain(cell))
    if not text:
        return None
    if text not in column.choices:
        raise ValueError(Sentence("只能填：{choices}", choices=Series(column.choices)))
    return column.choices[text]


def _yes(cell: Any, column: Column) -> bool | None:
    return cell if isinstance(cell, bool) else _choice(cell, column)


def _date(cell: Any, _column: Column) -> str | None:
    text = unicodedata.normalize("NFKC", plain(cell)).replace(" ", "")
    if not text:
        return None
    found = DAY.fullmatch(text)
    try:
        day = date(*(int(part) for part in found.groups() if part)) if found else None
    except ValueError:
        day = None
    if day is None or not 1900 <= day.year <= 2200:
        raise ValueError(Word("日期看不懂，请写成2022-04-30的样子"))
    return day.isoformat()


def _number(cell: Any, column: Column) -> Decimal | None:
    text = unicodedata.normalize("NFKC", repr(cell) if _is_number(cell) else plain(cell)).replace(",", "")
    if not text:
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise ValueError(Word("这里要填数字")) from None
    if not number.is_finite() or not column.low <= number <= column.limit:
        raise ValueError(Sentence("应在{low}到{high}之间", low=f"{column.low:g}", high=column.limit))
    return number


def _whole(cell: Any, column: Column) -> int | None:
    number = _number(cell, column)
    if number is not None and number != int(number):
        raise ValueError(Word("这里要填整数"))
    return None if number is None else int(number)


def _decimal(cell: Any, column: Column) -> float | None:
    number = _number(cell, column)
    return None if number is None else float(round(number, 6))


def _money(cell: Any, column: Column) -> int | None:
    yuan = _number(cell, column)
    return None if yuan is None else int((yuan * 100).quantize(Decimal(1)))


def _id(cell: Any, _column: Column) -> str | None:
    text = idnumber.clean(cell)
    if not text:
        return None
    fault = idnumber.card_fault(cell) if len(text) == 20 else idnumber.fault(cell)
    if fault:
        raise ValueError(fault)
    return text


def _card(cell: Any, _column: Column) -> str | None:
    text = idnumber.clean(cell)
    if text and (fault := idnumber.card_fault(cell)):
        raise ValueError(fault)
    return text or None


def _phone(cell: Any, _column: Column) -> str | None:
    text = re.sub(r"[\s()\-]", "", unicodedata.normalize("NFKC", plain(cell)))
    if not text:
        return None
    found = MOBILE.fullmatch(text) or (LANDLINE.fullmatch(text) if text[0] in "0+" else None)
    if found is None:
        raise ValueError(Word("电话不对：手机应是11位，座机要带区号"))
    return f"+86{found[1]}"


def _account(cell: Any, _column: Column) -> str | None:
    text = re.sub(r"[\s\-']", "", unicodedata.normalize("NFKC", plain(cell)))
    if text and not re.fullmatch(r"[0-9]{8,30}", text):
        raise ValueError(
            idnumber.DAMAGED if idnumber.NUMERIC.fullmatch(text.upper()) else Word("银行账号应是8至30位数字")
        )
    return text or None


READERS: dict[str, Callable[[Any, Column], Any]] = {
    "text": _text, "choice": _choice, "yes": _yes, "date": _date, "whole": _whole, "decimal": _decimal,
    "money": _money, "id": _id, "card": _card, "phone": _phone, "account": _account,
}  # fmt: skip
