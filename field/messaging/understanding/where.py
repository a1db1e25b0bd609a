"""在哪里: where the sender is now; not where he is not, comes from, was, or means to go."""

import re

from field.messaging.understanding import towns
from field.messaging.understanding.facts import RECKONED, SAID_PLAINLY, SEVERAL, SPOKEN, Fact
from field.messaging.understanding.places import SUFFIX, Mention, follows, outermost, widest
from field.messaging.understanding.whose import Clause

NOT_BEFORE = tuple(re.compile(words) for words in (
    "(?:不在|没在|不是在|离开了?|从|由|没去|不去|刚离|路过|经过|途经|去过|去了?一?趟)[^ ]{0,3}$",  # 不在广州了
    "(?:(?<![在回])老家|户口|户籍|籍贯)[^现]{0,4}$|"  # 老家湖北
    "(?<!地方)(?<!地点)(?<!在的)(?<!不是[ ,])(?<!不对[ ,])(?<!还)是$",
    "(?:以前|原来|之前|从前|原先|本来|去年(?!就在)|前年)(?!.*(?:一样|现在|今年|的[号厂卡]|嫁|[来到搬过]的))"
    ".{0,8}$",  # 以前在厦门
    "(?:想|准备|打算|计划|要|下个?[月周]|下个?(?:星期|礼拜)|明年|年[后底]|月底|明天|后天|过几天|等)"
    "(?!.*(?:现在|还在)).{0,4}$",  # 准备去深圳
    "(?:电话|号码?|卡)(?:已经|还)?[换改是]?[成为]?了?$",  # 电话换成广东的
    "寄[到回往]?$|打给?$|(?<!搬)往$",
))  # fmt: skip
THEN = re.compile("(?:[就再才][到回]|(?<![又月今])(?<!后来)去|明天)$")  # 收完谷就去广东, but 后来就去广东了
OF_THERE, WORKPLACE = re.compile("的(?= |$)"), re.compile("在[^ ]{2,} $")  # 河南的, but 在比亚迪上班 深圳坪山的
NOT_AFTER = re.compile(
    "(?:老家)?人(?!民|在|还|工|多)|过?来的|回[来家]|[^,]{0,8}(?:刚|已经)回来|待不下去|呆不下去|不干了|户口|"
    "的?(?:手机|电话)?[号卡](?!码?(?:还?没|未|不变|还是))|那个[号卡]|监狱|看守所|"
    "小吃|拉面|火锅|小面|米粉|热干面|烤鸭|话|大学(?!城)|银行"
)
NOW = re.compile("现在|如今|今年|下半年|这个月|[到来]了?$|去了|还在")
LESS = re.compile("(?:住|家)在?[^ ,]{0,2}$|(?:上半年|年初|上个月|先)[^ ]{0,4}$")  # counts where no other is said
CORRECTS = re.compile("不对|[说打写]错(?!电话)|错了")  # 在惠山，哦不对，是滨湖区
CITY, TOWN = 4, 9  # digits of a code
HERE = re.compile("[在到去回来]$")


def place(mine: list[Clause], known: str | None = None) -> Fact | None:
    """The place of the sender; a city and its county are one, two places without a word of which are none.

    Of several that a name may mean it is the one at the place where he was `known` to be last.
    """
    found: Fact | None = None
    codes: tuple[str, ...] = ()
    weight, corrects = 0, False
    for clause in mine:
        since = 0
        corrects = corrects or CORRECTS.search(clause.text) is not None
        for named in _named(clause, codes):
            before, after, since = clause.before(named.start, since), clause.after(named.end), named.end
            before = re.sub("是$", "现在", before) if corrects else before
            if _is_not_here(before, after):
                continue
            if (of_there := OF_THERE.match(after)) and not codes and not WORKPLACE.search(before):
                continue
            now = NOW.search(before) and not (before == "到" and codes)  # 宜昌到上海 is a way
            more = -1 if of_there else 2 if now else 0 if LESS.search(before) else 1
            together = _with(codes, named.codes, more - weight if more != 2 else 1)
            if together != codes or found is None:
                codes, found = together, _fact(together, clause, named, before)
            weight = max(weight, more)
    return _as_known(found, known) if found and found.value is None and known else found


def _named(clause: Clause, codes: tuple[str, ...]) -> list[Mention]:
    """The places of a clause, the first perhaps inside what was said before it."""
    if codes and (first := follows(clause.text, codes)):
        return [first, *(one for one in clause.places if one.start >= first.end)]
    return clause.places


def _as_known(said: Fact, known: str) -> Fact:
    """The one that is, holds or lies in the known place, or the only one of the same city; else all of them."""
    for near in (known, known[:CITY]):
        fitting = [code for code in said.candidates if code.startswith(near) or known.startswith(code)]
        if len(fitting) == 1:
            return Fact(fitting[0], said.words, RECKONED)
    return said


def _is_not_here(before: str, after: str) -> bool:
    if THEN.search(before) and not after.startswith(("了", "打工", "上班", "干")):
        return True
    return any(one.search(before) for one in NOT_BEFORE) or NOT_AFTER.match(after) is not None


def _with(codes: tuple[str, ...], more: tuple[str, ...], weightier: int) -> tuple[str, ...]:
    """What two names mean together: the narrower of them, the weightier, or either."""
    if not codes:
        return more
    narrower = tuple(code for code in more if any(code.startswith(one) for one in codes))
    kept = tuple(code for code in codes if any(code.startswith(one) for one in more))
    elsewhere = () if all(len(one) == TOWN for one in more) else more  # a town that the county said has no more
    return narrower or kept or (more if weightier > 0 else codes if weightier < 0 else (*codes, *elsewhere))


def _fact(codes: tuple[str, ...], clause: Clause, named: Mention, before: str) -> Fact:
    words = clause.words(named.start, named.end)
    one_name = set(codes) <= set(named.codes)
    meant = widest(codes, SUFFIX.sub("", clause.text[named.start : named.end])) if one_name else outermost(codes)
    if len(meant) > 1:
        return Fact(None, words, SEVERAL, tuple(sorted(meant)))
    if len(codes) > 1 or named.by_sound or towns.only().get(words) == meant[0]:
        return Fact(meant[0], words, RECKONED)
    return Fact(meant[0], words, SAID_PLAINLY if HERE.search(before) or SUFFIX.search(words) else SPOKEN)
