"""号码: mobile numbers in figures or spoken, 138 0000 0199, 一三八零零…; two of them are none."""

import re

from field.messaging.understanding.facts import SAID_PLAINLY, SPOKEN, Fact
from field.messaging.understanding.whose import Clause
from field.registry.numbers import e164

DIGITS = {**dict(zip("零一二三四五六七八九", "0123456789", strict=True)), "〇": "0", "幺": "1", "洞": "0"}
ONE = f"[0-9{''.join(DIGITS)}]"
GAP = r"[ \-.·()]{0,2}"
FIGURES = rf"(?<![\d*])(?:(?:\+|00)?86{GAP})?1{GAP}[3-9](?:{GAP}\d){{9}}(?!\d)"
LONGER = rf"{ONE}(?![个天年])|{GAP}{ONE}{{2,}}(?![0-9十百千万个天年块元])"  # a sign more, and it is no number
ALOUD = rf"(?<!{ONE})[1一幺]{GAP}{ONE}(?:{GAP}{ONE}){{9}}(?!{LONGER})"
NUMBER = re.compile(rf"{FIGURES}|{ALOUD}")
OLD = "旧|老(?![人年]机)|原[来先号]|以前|之前"
GONE_BEFORE = re.compile(
    f"(?:{OLD}|不是)[^新现]{{0,8}}$|(?<!电话)(?<!手机)微信号?[是为:： ]{{0,2}}$|"
    "(?:不要|别|不用|莫)再?[打发拨给][^新现 ,]{0,4}$|"
    "打不通[^ ]{0,4}$|(?:工头|老板|包工|组长|主管|房东|中介|村长|书记|支书|干部|联系人|紧急联系)[^我新现]{0,8}$"
)
GONE_AFTER = re.compile(
    "^ ?就?是$|"  # …是 and then somebody else: 138…是我老公的
    f"^(?:这个)?(?:是|就是|为)?(?:我的?)?(?:{OLD})|^(?:已经|要)?[换改变](?:[成为到]|了号)|"
    "^[^旧老原 ,]{0,6}(?:不用了|停[了机用]|没用|注销|丢了|打不通|空号|欠费|不是我|打错|别打|不要打|"
    "用[的得]少|很少用|不常用)"
)
NEW_BEFORE = re.compile("(?:新|[换改]成|改为|主要|常用|现[在用号]|这个)[^ ,]{0,6}[ ,:]?$")
NEW_AFTER = re.compile("^(?:这个)?(?:是|才是|为)?(?:我的?)?(?:新|现在|主要|常用)")
# a number that is told by its beginning, 还是15171…
BEGUN, STILL = re.compile(r"1[3-9]\d{1,8}"), re.compile("(?:还|就|仍)是$")
BEGUN_BEFORE = re.compile("(?:电话|手机|号码?)(?:没[有换变改]了?|不变|照旧|[还就仍]?是| )*$")
BROKEN_OFF = re.compile(r"…|\.{2}|\*|[xX]{2}|[那这]个号|的?号码?[没还]")
LAST_FOUR, VILLAGE_BEFORE = re.compile(r"\d{3}[1-9]"), re.compile("[村组] *$")
NONE_OF_MY_OWN = re.compile("没(?:有|得)?(?:自己的)?(?:手机|电话)(?= |$|用|打1)")


def phone(mine: list[Clause]) -> Fact | None:
    """The one number that the sender says is his; of several the one that he calls new, or uses most."""
    if any(NONE_OF_MY_OWN.search(clause.text) for clause in mine):
        return None
    found = [told for clause in mine for told in _numbers(clause)]
    meant = [fact for fact, new in found if new] or [fact for fact, _ in found]
    return meant[0] if len({fact.value for fact in meant}) == 1 else None


def spans(text: str) -> list[tuple[int, int]]:
    """Where numbers stand, so that they are not read as pay."""
    return [found.span() for found in NUMBER.finditer(text)]


def is_begun(figure: re.Match[str], clause: Clause) -> bool:
    """Whether a figure is the beginning of a number: by what stands around it, or because nobody is paid so exactly.

    So are the last four of an identity number behind a village.
    """
    if LAST_FOUR.fullmatch(figure[0]) and VILLAGE_BEFORE.search(clause.before(figure.start())):
        return True
    if not BEGUN.fullmatch(figure[0]):
        return False
    before, after = clause.before(figure.start()), clause.after(figure.end())
    exact = int(figure[0]) % 10 > 0 and STILL.search(before)
    return bool(exact or BEGUN_BEFORE.search(before) or BROKEN_OFF.match(after))


def _numbers(clause: Clause) -> list[tuple[Fact, bool]]:
    found, since = [], 0
    for match in NUMBER.finditer(clause.text):
        before, after, since = clause.before(match.start(), since), clause.after(match.end()), match.end()
        digits = "".join(DIGITS.get(letter, letter) for letter in match[0] if letter not in " -.·+()")[-11:]
        if GONE_BEFORE.search(before) or GONE_AFTER.search(after) or not re.match("1[3-9]", digits):
            continue
        if number := e164(digits):
            sure = SAID_PLAINLY if re.fullmatch(r"[\d .+·()\-]+", match[0]) else SPOKEN
            new = NEW_BEFORE.search(before) or NEW_AFTER.search(after)
            found.append((Fact(number, clause.words(*match.span()), sure), new is not None))
    return found
