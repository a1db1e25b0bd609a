"""遮盖: identity and bank numbers in what people write, before anything of it is kept."""

import re
import unicodedata

from field.messaging.understanding.numerals import DASHES
from field.registry.idnumber import fault

ALOUD = dict(zip("零〇一二三四五六七八九幺", "00123456789" + "1", strict=True))
DIGIT = f"[0-9{''.join(ALOUD)}]"
DIGIT_GAP = rf"[\s\-{DASHES}－_·.．\x00-\x1f\u200b-\u200f\u2060\ufeff]{{0,3}}"
LONG = re.compile(rf"{DIGIT}(?:{DIGIT_GAP}{DIGIT}){{14,}}{DIGIT_GAP}[Xx]?")
APART = re.compile(rf"{DIGIT}(?:[\W_]{{0,4}}{DIGIT}){{16}}[\W_]{{0,4}}(?:{DIGIT}|[Xx])")


def masked(text: str) -> str:
    """The text with every run of 15 or more digits shown by its first and last four, and any identity number in it.

    Full width is read as half, and figures may be spoken: 四二零六…; signs between them do not hide an identity number.
    """
    plain = "".join(_plain(letter) if letter > "~" else letter for letter in text)
    return APART.sub(_mask_identity, LONG.sub(_mask, plain))


def _plain(letter: str) -> str:
    """A sign that stands for digits as these digits: full width, in a circle, in brackets."""
    plain = unicodedata.normalize("NFKC", letter)
    return plain if any(sign.isdigit() for sign in plain) else letter


def _mask(found: re.Match[str]) -> str:
    digits = _digits(found[0])
    return "".join(digits[:4]) + "*" * 6 + "".join(digits[-4:])


def _mask_identity(found: re.Match[str]) -> str:
    number = "".join(ALOUD.get(sign, sign) for sign in _digits(found[0]))
    return _mask(found) if fault(number.upper()) is None else found[0]


def _digits(words: str) -> list[str]:
    return [sign for sign in words if sign in ALOUD or sign in "0123456789Xx"]
