"""证件号码: the 18-digit citizen number (GB 11643-1999) and the 20-digit disability card number."""

import re
import unicodedata
from datetime import date
from operator import mul

from field.sentences import Sentence

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECKS = "10X98765432"
AREAS = ((11, 15), (21, 23), (31, 37), (41, 46), (50, 54), (61, 65), (71, 71), (81, 83))
PROVINCES = frozenset(str(code) for first, last in AREAS for code in range(first, last + 1))
DISABILITIES = {"1": "视力", "2": "听力", "3": "言语", "4": "肢体", "5": "智力", "6": "精神", "7": "多重"}
DAMAGED = "号码被表格软件变成了数字，末尾几位已经丢失；请把这一列设为“文本”后重新填写"
SHAPE = re.compile(r"[0-9]{17}[0-9X]")
NUMERIC = re.compile(r"[0-9]+(\.[0-9]+)?E\+?[0-9]+|[0-9]+\.[0-9]*")


def clean(value: object) -> str:
    """The number as it is kept: half-width, upper case, no blanks; a number from a sheet stays damaged."""
    if isinstance(value, str) and value.isascii() and value.isalnum():
        return value.upper()
    text = unicodedata.normalize("NFKC", str(value)).upper()
    return re.sub(r"[\s']", "", text)


def fault(value: object) -> str | None:
    """证件号码的毛病: why this is no citizen number, in Chinese, or None when it is one."""
    text = clean(value)
    if not isinstance(value, str) or NUMERIC.fullmatch(text):
        return DAMAGED
    if len(text) != 18:
        return Sentence("证件号码应是18位数字（末位可以是X），这里有{n}位", n=len(text))
    if not SHAPE.fullmatch(text):
        return "证件号码里有不该有的字"
    return _digits_fault(text)


def _digits_fault(text: str) -> str | None:
    if text[:2] not in PROVINCES:
        return "证件号码开头不是省级代码"
    if birth_date(text) is None:
        return "证件号码里的出生日期不存在"
    if text[17] != check(text):
        return DAMAGED if text.endswith("000") else "证件号码的校验位不对，请逐位核对"
    return None


def mismatch(number: str | None, birth: date | None, own_sex: str | None) -> str | None:
    """对不上: `number` where it is no citizen number, `birth` or `sex` where those say otherwise, or None."""
    if number is None:
        return None
    if fault(number):
        return "number"
    if birth is not None and birth != birth_date(number):
        return "birth"
    return "sex" if own_sex is not None and own_sex != sex(number) else None


def card_fault(value: object) -> str | None:
    """残疾证号的毛病: why this is no disability card number (citizen number, category, grade), or None."""
    text = clean(value)
    if not isinstance(value, str) or NUMERIC.fullmatch(text):
        return DAMAGED
    if len(text) != 20:
        return Sentence("残疾证号应是20位（证件号码加类别和等级），这里有{n}位", n=len(text))
    if text[18] not in DISABILITIES or text[19] not in "1234":
        return "残疾证号的末两位应是类别1至7和等级1至4"
    return fault(text[:18])


def check(number: str) -> str:
    """校验位: the check character of a number's first 17 digits."""
    return CHECKS[sum(map(mul, WEIGHTS, map(int, number[:17]))) % 11]


def birth_date(number: str) -> date | None:
    """出生日期 in the number, or None where there is no such day since 1900."""
    try:
        day = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None
    return day if day.year >= 1900 else None


def sex(number: str) -> str:
    """性别 in the number: `male` for an odd 17th digit, else `female`."""
    return "male" if int(number[16]) % 2 else "female"


def make(division: str, birth: date, sequence: int) -> str:
    """A number with the right check character from a 6-digit division, a birth date and a sequence 0-999."""
    first = f"{division:0>6}{birth:%Y%m%d}{sequence:03d}"
    return first + check(first)
