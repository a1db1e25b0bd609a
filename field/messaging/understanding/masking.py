"""遮盖: identity and bank numbers in what people write, before anything of it is kept."""

import re
import unicodedata

DIGIT_GAP = r"[\s\-·.\x00-\x1f\u200b-\u200f\u2060\ufeff]{0,3}"
LONG = re.compile(rf"\d(?:{DIGIT_GAP}\d){{14,}}{DIGIT_GAP}[Xx]?")


def masked(text: str) -> str:
    """The text with every run of 15 or more digits shown by its first and last four; full width is read as half."""
    plain = "".join(_plain(letter) if letter > "~" else letter for letter in text)
    return LONG.sub(_mask, plain)


def _plain(letter: str) -> str:
    """A sign that stands for digits as these digits: full width, in a circle, in brackets."""
    plain = unicodedata.normalize("NFKC", letter)
    return plain if any(sign.isdigit() for sign in plain) else letter


def _mask(found: re.Match[str]) -> str:
    digits = [letter for letter in found[0] if letter.isdigit() or letter in "Xx"]
    return "".join(digits[:4]) + "*" * 6 + "".join(digits[-4:])
