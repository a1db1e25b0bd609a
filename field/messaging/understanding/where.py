"""在哪里: where the sender is now; not where he is not, comes from, was, or means to go."""

import re

from field.messaging.understanding import towns
from field.messaging.understanding.facts import RECKONED, SAID_PLAINLY, SEVERAL, SPOKEN, Fact
from field.messaging.understanding.places import SUFFIX, Mention, outermost, widest
from field.messaging.understanding.whose import Clause

NOT_BEFORE = tuple(re.compile(words) for words in (
    "(?:不在|没在|不是在|离开了?|从|由|没去|不去|刚离|路过|经过|途经|去过|去了?一?趟)[^ ]{0,3}$",  # 不在广州了
    "(?:老家|户口|户籍|籍贯)[^现]{0,4}$|(?<!地方)(?<!地点)(?<!在的)(?<!不是[ ,])(?<!不对[ ,])(?<!还)是$",  # 老家湖北
    "(?:以前|原来|之前|从前|原先|本来|去年(?!就在)|前年)(?!.*(?:现在|今年)).{0,8}$",  # 以前在厦门
    "(?:想|准备|打算|计划|要|下个?月|明年|年后|明天|后天|过几天)(?!.*现在).{0,4}$",  # 准备去深圳
    "寄[到回往]?$|打给?$|(?<!搬)往$",
))  # fmt: skip
NOT_AFTER = re.compile(
    "(?:老家)?人(?!民|在|还|工|多)|的(?= |$)|过?来的|回[来家]|[^,]{0,8}(?:刚|已经)回来|待不下去|呆不下去|不干了|户口|"
    "(?:[东南西北中]|[一二三])?(?:路|街|大道|巷|弄)|监狱|看守所|"
    "小吃|拉面|火锅|小面|米粉|热干面|烤鸭|话|大学|银行"
)
NOW = re.compile("现在|如今|今年|搬到|转到|换到|又到|去了|还在|[到来]$")
CITY, TOWN = 4, 9  # digits of a code
HERE = re.compile("[在到去回来]$")


def place(mine: list[Clause], known: str | None = None) -> Fact | None:
    """The place of the sender; a city and its county are one, two places without a word of which are none.

    Of several that a name may mean it is the one at the place where he was `known` to be last.
    """
    found: Fact | None = None
    codes: tuple[str, ...] = ()
    for clause in mine:
        since = 0
        for named in clause.places:
            before, since = clause.before(named.start, since), named.end
            if _is_not_here(before, clause.after(named.end)):
                continue
            codes = _with(codes, named.codes, NOW.search(before) is not None)
            found = _fact(codes, clause, named, before)
    return _as_known(found, known) if found and found.value is None and known else found


def _as_known(said: Fact, known: str) -> Fact:
    """The one that is, holds or lies in the known place, or the only one of the same city; else all of them."""
    for near in (known, known[:CITY]):
        fitting = [code for code in said.candidates if code.startswith(near) or known.startswith(code)]
        if len(fitting) == 1:
            return Fact(fitting[0], said.words, RECKONED)
    return said


def _is_not_here(before: str, after: str) -> bool:
    return any(one.search(before) for one in NOT_BEFORE) or NOT_AFTER.match(after) is not None


def _with(codes: tuple[str, ...], more: tuple[str, ...], now: bool) -> tuple[str, ...]:
    """What two names mean together: the narrower of them, the later, or either."""
    if not codes:
        return more
    narrower = tuple(code for code in more if any(code.startswith(one) for one in codes))
    kept = tuple(code for code in codes if any(code.startswith(one) for one in more))
    elsewhere = () if all(len(one) == TOWN for one in more) else more  # a town that the county said has no more
    return narrower or kept or (more if now else (*codes, *elsewhere))


def _fact(codes: tuple[str, ...], clause: Clause, named: Mention, before: str) -> Fact:
    words = clause.words(named.start, named.end)
    one_name = set(codes) <= set(named.codes)
    meant = widest(codes, SUFFIX.sub("", clause.text[named.start : named.end])) if one_name else outermost(codes)
    if len(meant) > 1:
        return Fact(None, words, SEVERAL, tuple(sorted(meant)))
    if len(codes) > 1 or named.by_sound or towns.only().get(words) == meant[0]:
        return Fact(meant[0], words, RECKONED)
    return Fact(meant[0], words, SAID_PLAINLY if HERE.search(before) or SUFFIX.search(words) else SPOKEN)
