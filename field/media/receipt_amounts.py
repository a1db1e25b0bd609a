"""票据金额: amounts under their labels, and whether they agree with each other; in 分."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from math import prod

from field.media.receipt_lines import Line, Told, beside, only

BEFORE = r"(?:\(元\)|\(小写\))?[:;.]?(?:人民币)?[¥Y£羊]?"
AMOUNT = re.compile(BEFORE + r"(\d{1,3}(?:,\d{3})+|\d{1,9})\.(\d\d)(?![\d.,])")
NOTHING = re.compile(r"(?:\(元\)|\(小写\))?[:;.]?[¥Y£羊]?$")
SLIP = re.compile(r"(?<=[\d.,¥])[OoQD〇]|[OoQD〇](?=[\d.,])")
ALONE = "(?<![\u4e00-\u9fff])"  # not the end of another word
LABELS = {
    "total": "(?:金额|费用)合计|合计金额|(?:医疗)?费用?总额|总费用|总金额",
    "insurer": "(?:医保|医疗保险)?(?:统筹)?基金支付",
    "other": "其[他它]支付",
    "account": "个人[账帐]户支付",
    "cash": "个人现金支付",
    "own_share": "个人自付",
    "own_cost": "个人自费",
    "paid": "个人(?:支付|负担|承担)(?:金额|合计|总额)?",
}
SMALL = r"|\(小写\)"  # which stands behind any word
WANTED = {name: re.compile(ALONE + f"(?:{label})" + SMALL * (name == "total")) for name, label in LABELS.items()}
FIGURES = {figure: value for value, figure in enumerate("零壹贰叁肆伍陆柒捌玖")}
PLACES = {"万": 1_000_000, "仟": 100_000, "佰": 10_000, "拾": 1_000, "圆": 100, "元": 100, "角": 10, "分": 1}
WRITTEN = re.compile(
    "[零壹贰叁肆伍陆柒捌玖拾佰仟万]+[圆元](?:[壹贰叁肆伍陆柒捌玖]角)?(?:零?[壹贰叁肆伍陆柒捌玖]分)?"
    "(?=[整正]|[^\u4e00-\u9fff]|$)"
)

Amount = Told[int] | None
Amounts = Mapping[str, Told[int]]


def amounts(lines: Sequence[Line]) -> dict[str, Told[int]]:
    """By label: the amount behind it or to its right, where it is the same wherever the label stands."""
    every = {name: only(_labelled(label, lines)) for name, label in WANTED.items()}
    return {name: found for name, found in every.items() if found}


def written_out(lines: Sequence[Line]) -> set[int]:
    """大写金额: amounts in capital figures."""
    return {_capital(found[0]) for one in lines for found in WRITTEN.finditer(one.text)}


def agreeing(found: Amounts, written: set[int]) -> dict[str, Amount]:
    """总额、统筹、自付, or nothing of them where they contradict each other; each says whether another bears it out."""
    ways, total, share = list(_ways(found)), found.get("total"), found.get("own_share")
    paid = ways[0] if ways else None
    insurer = found.get("insurer")
    if (
        len({one.value for one in ways}) > 1
        or (total and written and written != {total.value})
        or _above(insurer, total)
        or _above(paid, total)
        or _above(share, paid or total)
        or (paid and paid.value < 0)
    ):
        return {}
    twice = len(ways) > 1
    balanced = twice and {"total", "insurer", "other"} <= found.keys()
    return {
        "total": total and replace(total, checked=balanced or written == {total.value}),
        "insurer": insurer and replace(insurer, checked=balanced),
        "self_paid": paid and replace(paid, checked=twice),
        "own_share": share and replace(share, checked=twice and "own_cost" in found),
    }


def _above(one: Amount, other: Amount) -> bool:
    return bool(one and other and one.value > other.value)


def _ways(found: Amounts) -> Iterator[Told[int]]:
    """Every way to what the family pays: told as such, by coverage, by purse, and by what is left of the total."""
    if "paid" in found:
        yield found["paid"]
    for names in (("own_share", "own_cost"), ("account", "cash")):
        if found.keys() >= set(names):
            yield _sum([found[name] for name in names])
    if found.keys() >= {"total", "insurer", "other"}:
        total, insurer, other = (found[name] for name in ("total", "insurer", "other"))
        yield replace(_sum([total, insurer, other]), value=total.value - insurer.value - other.value)


def _sum(several: Sequence[Told[int]]) -> Told[int]:
    words = " ".join(dict.fromkeys(one.words for one in several))
    lefts, tops, rights, bottoms = zip(*(one.box for one in several), strict=True)
    box = min(lefts), min(tops), max(rights), max(bottoms)
    return Told(sum(one.value for one in several), words, box, prod(one.confidence for one in several))


def _labelled(label: re.Pattern[str], lines: Sequence[Line]) -> Iterator[Told[int]]:
    for line in lines:
        for found in label.finditer(line.text):
            rest = line.text[found.end() :]
            right = beside(line, lines) if NOTHING.match(rest) else None
            value = _amount(right.text if right else rest)
            if value is not None:
                told = [Told(0, one.text, one.box, one.confidence) for one in (line, right) if one]
                yield replace(_sum(told), value=value)


def _amount(text: str) -> int | None:
    """An amount at the start of a text, to the 分; without its point it is none."""
    found = AMOUNT.match(SLIP.sub("0", text))
    return int(found[1].replace(",", "")) * 100 + int(found[2]) if found else None


def _capital(text: str) -> int:
    """大写: 叁仟零肆拾元伍角 is 304050."""
    whole = section = figure = 0
    for letter in text:
        if letter in FIGURES:
            figure = FIGURES[letter]
        elif letter == "万":
            whole, section, figure = (section + figure * 100) * 10_000, 0, 0
        else:
            section += (figure or (letter == "拾" and not section)) * PLACES[letter]
            figure = 0
    return whole + section
