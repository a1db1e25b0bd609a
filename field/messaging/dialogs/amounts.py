"""金额: reads how much was spent or lost, from 三万多, 5000元, 两千块."""

import re

from field.messaging.understanding.numerals import AMOUNT, amount, half_width

PLAIN = re.compile(r"(?<![\d.])(\d{1,9}(?:\.\d{1,2})?)(?=\s?[元块圆])")
NO_MONEY = re.compile(r"\s?个?[年月日号天岁人口组周头只亩斤亿]")
LONGEST_FIGURE = 9  # a longer run of digits is a telephone, an ID or a bank number
MOST = 100_000_000


Spent = tuple[int, int]


def spent(text: str) -> Spent | None:
    """The first amount of money in the text in 分, the least and the most it can mean; None where there is none."""
    text = half_width(text)
    if plain := PLAIN.search(text):
        return _fen(float(plain[1]), float(plain[1]))
    for found in AMOUNT.finditer(text):
        digits = re.fullmatch(r"\d+", found[0])
        if NO_MONEY.match(text, found.end()) or (digits and len(found[0]) > LONGEST_FIGURE):
            continue
        if read := amount(found[0]):
            return _fen(float(read[0]), float(read[1]))
    return None


def _fen(least: float, most: float) -> Spent | None:
    return (round(least * 100), round(most * 100)) if 0 < least <= most <= MOST else None
