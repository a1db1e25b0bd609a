"""号码: mobile numbers in figures or spoken, 138 0000 0199, 一三八零零…; two of them are none."""

import re

from field.messaging.understanding.facts import SAID_PLAINLY, SPOKEN, Fact
from field.messaging.understanding.whose import Clause
from field.registry.numbers import e164

DIGITS = {**dict(zip("零一二三四五六七八九", "0123456789", strict=True)), "〇": "0", "幺": "1", "洞": "0"}
ONE = f"[0-9{''.join(DIGITS)}]"
GAP = r"[ \-.·]{0,2}"
FIGURES = rf"(?<![\d*])(?:(?:\+|00)?86{GAP})?1{GAP}[3-9](?:{GAP}\d){{9}}(?!\d)"
LONGER = rf"{ONE}(?![个天年])|{GAP}{ONE}{{2,}}(?![0-9十百千万个天年块元])"  # a sign more, and it is no number
ALOUD = rf"(?<!{ONE})[1一幺]{GAP}{ONE}(?:{GAP}{ONE}){{9}}(?!{LONGER})"
NUMBER = re.compile(rf"{FIGURES}|{ALOUD}")
GONE_BEFORE = re.compile(
    "(?:旧|老|原来|以前|之前|原先|不是)[^新现]{0,8}$|(?<!电话)(?<!手机)微信号?[是为:： ]{0,2}$|"
    "(?:不要|别|不用|莫)再?[打发拨给][^新现 ,]{0,4}$|"
    "(?:工头|老板|包工|组长|主管|房东|中介|村长|书记|联系人|紧急联系)[^我新现]{0,8}$"
)
GONE_AFTER = re.compile(
    "^ ?就?是$|"  # …是 and then somebody else: 138…是我老公的
    "^[^旧老原 ,]{0,6}(?:不用了|停[了机用]|没用|注销|丢了|打不通|空号|欠费|不是我|打错|别打|不要打)"
)


def phone(mine: list[Clause]) -> Fact | None:
    """The one number that the sender says is his."""
    found = [fact for clause in mine for fact in _numbers(clause)]
    return found[0] if len({fact.value for fact in found}) == 1 else None


def spans(text: str) -> list[tuple[int, int]]:
    """Where numbers stand, so that they are not read as pay."""
    return [found.span() for found in NUMBER.finditer(text)]


def _numbers(clause: Clause) -> list[Fact]:
    found = []
    for match in NUMBER.finditer(clause.text):
        before, after = clause.before(match.start()), clause.after(match.end())
        digits = "".join(DIGITS.get(letter, letter) for letter in match[0] if letter not in " -.·+")[-11:]
        if GONE_BEFORE.search(before) or GONE_AFTER.search(after) or not re.match("1[3-9]", digits):
            continue
        if number := e164(digits):
            sure = SAID_PLAINLY if re.fullmatch(r"[\d .+·\-]+", match[0]) else SPOKEN
            found.append(Fact(number, clause.words(*match.span()), sure))
    return found
