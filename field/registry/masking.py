"""脱敏: how numbers and names are shown to who need not know them whole."""

import re

# An identity or account number, or a mobile number with or without breaks, that stands by itself in what people wrote.
WRITTEN = re.compile(
    r"(?<![\dA-Za-z])(?:\d{17}[\dXx]|\d{15,19}|(?:\+?86[- ]?)?[1１][3-9３-９]\d[- ]?\d{4}[- ]?\d{4})(?![\dA-Za-z])"
)


def mask_id_number(number: str | None) -> str | None:
    """身份证号: first 6 and last 4 digits, `420626********3515`."""
    if number is None:
        return None
    return f"{number[:6]}{'*' * (len(number) - 10)}{number[-4:]}" if len(number) > 14 else f"****{number[-2:]}"


def mask_phone(number: str | None) -> str | None:
    """电话: first 3 and last 4 digits without the country code, `138****0156`."""
    if number is None:
        return None
    local = number.removeprefix("+86")
    return f"{local[:3]}****{local[-4:]}" if len(local) > 9 else f"****{local[-2:]}"


def mask_account(number: str | None) -> str | None:
    """银行账号: the last 4 digits."""
    return None if number is None else f"****{number[-4:]}"


def mask_name(name: str | None) -> str | None:
    """姓名: the family name, `陈某某`."""
    return None if name is None else f"{name[:1]}某某"


def mask_words(text: str) -> str:
    """自己写的话: with every identity, account and mobile number in it masked."""
    return WRITTEN.sub(_mask_written, text)


def _mask_written(found: re.Match[str]) -> str:
    number = re.sub(r"[- +]", "", found[0])
    if len(number) in (15, 18):
        return str(mask_id_number(number))
    return str(mask_account(number) if len(number) > 15 else mask_phone(number[-11:]))
