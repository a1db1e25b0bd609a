"""数字: amounts as people write them, 五千二, 四五千, 3千多, 1.2万, 5k; exact where exact, a range where not."""

import re
import unicodedata
from fractions import Fraction

DIGITS = {
    **dict(zip("零一二三四五六七八九", range(10), strict=True)), "〇": 0, "两": 2, "俩": 2, "幺": 1,
    **dict(zip("壹贰叁肆伍陆柒捌玖", range(1, 10), strict=True)),
    **{str(n): n for n in range(10)},
}  # fmt: skip
UNITS = {"十": 10, "百": 100, "千": 1000, "k": 1000, "K": 1000, "万": 10000, "w": 10000, "W": 10000}
ONE = r"(?:\d+(?:\.\d+)?|[零〇一二两俩三四五六七八九壹贰叁肆伍陆柒捌玖])"
AMOUNT = re.compile(
    rf"(?:{ONE}[、,]?)*{ONE}?[十百千万kKwW](?:{ONE}|[十百千万kKwW])*(?:[多来几](?:块)?)?|\d{{3,}}(?:\.\d+)?多?"
)
SEVERAL = re.compile(r"^([一二两三四五六七八九])([二两三四五六七八九])([十百千万])")
BETWEEN = re.compile(rf"^({ONE})(?:到|至|-|~|—)({ONE})([百千万kKwW])$")


def half_width(text: str) -> str:
    """Full-width letters and figures as half-width ones, each in its place."""
    return "".join(
        unicodedata.normalize("NFKC", letter) if 0xFF01 <= ord(letter) <= 0xFF5E else letter for letter in text
    )


def amount(words: str) -> tuple[Fraction, Fraction] | None:
    """The least and the most that an amount can mean, in yuan; None where it is no amount."""
    words = words.replace(",", "")
    if found := SEVERAL.match(words):
        least, most, unit = DIGITS[found[1]], DIGITS[found[2]], UNITS[found[3]]
        rest = words[3:]
        if most == least + 1 and rest in ("", "块", "多"):
            return Fraction(least * unit), Fraction(most * unit)
        return None
    if found := BETWEEN.match(words):
        least_one, most_one = _one(found[1]), _one(found[2])
        return (least_one * UNITS[found[3]], most_one * UNITS[found[3]]) if least_one <= most_one else None
    if not re.search(ONE, words) and not words.startswith("十"):
        return None
    more = bool(re.search("[多来几]", words))
    value, last = _value(re.sub("[多来几块]", "", words))
    if value is None:
        return None
    return (value, value + last) if more else (value, value)


def _one(word: str) -> Fraction:
    return Fraction(DIGITS[word]) if word in DIGITS else Fraction(word)


def _value(words: str) -> tuple[Fraction | None, Fraction]:
    """五千二 is 5,200, 一万二 12,000, 5千2 5,200; and the size of the last unit that was named."""
    total, current, last, seen = Fraction(0), None, Fraction(1), False
    for mark in re.findall(r"\d+(?:\.\d+)?|[零〇一二两俩三四五六七八九壹贰叁肆伍陆柒捌玖]|[十百千万kKwW]", words):
        if mark in UNITS:
            unit = UNITS[mark]
            if unit == 10000:
                total = (total + (current if current is not None else 0)) * unit
                if not total:
                    return None, last
            else:
                total += (current if current is not None else Fraction(1)) * unit
            current, last, seen = None, Fraction(unit), True
        elif mark in "零〇":
            last = Fraction(10)
        elif current is not None:
            return None, last
        else:
            current = _one(mark)
    if current is not None:
        short = seen and current < 10 and last > 10 and "零" not in words and "〇" not in words
        total += current * last / 10 if short else current
    return (total if total else None), last
