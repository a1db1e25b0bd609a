"""遮盖: identity and bank numbers in what people write, before anything of it is kept."""

import re
import unicodedata

DIGIT_GAP = r"[\s\-·.]?"
LONG = re.compile(rf"\d(?:{DIGIT_GAP}\d){{14,}}{DIGIT_GAP}[Xx]?")


def masked(text: str) -> str:
    """The text with every run of 15 or more digits shown by its first and last four; full width is read as half."""
    plain = "".join(unicodedata.normalize("NFKC", letter) if letter.isdigit() else letter for letter in text)
    return LONG.sub(_mask, plain)


def _mask(found: re.Match[str]) -> str:
    digits = [letter for letter in found[0] if letter.isdigit() or letter in "Xx"]
    return "".join(digits[:4]) + "*" * 6 + "".join(digits[-4:])
