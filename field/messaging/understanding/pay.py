"""收入: what the sender has in a month, in 分; costs, debts, days' wages and what was before are none of it."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from field.messaging.understanding import phones
from field.messaging.understanding.facts import RECKONED, SAID_PLAINLY, SPOKEN, Fact
from field.messaging.understanding.numerals import AMOUNT, DIGITS, UNITS, Range, amount, over, under
from field.messaging.understanding.whose import OTHER, PARTNER, Clause
from field.messaging.understanding.words import patterns

WORDS = patterns("pay")
EARNED, SPENT, PART = WORDS["earned"], WORDS["spent"], WORDS["part"]
FEN = 100
LEAST, MOST = 50, 1_000_000  # yuan a month; what is far from usual is flagged elsewhere
LEAST_UNSAID, MOST_UNSAID = 500, 20_000  # where no word says that it is a month's pay: 六十多了 is an age
NUMERAL = "[一两俩二三四五六七八九十]"
DAYS = rf"(?:\d\d?|{NUMERAL}{{1,3}}|十几)"
FIGURE = re.compile(rf"{AMOUNT.pattern}|(?<![\d.])\d\d(?=[块元])")

# before the figure
BASE = re.compile("底薪|保底")
TOGETHER = rf"(?: |{WORDS['together']})*$"
JOINT = re.compile(f"[和跟同与](?!{WORDS['companions']}){OTHER}{TOGETHER}")  # 我和老婆一个月一万二
OF_TWO = re.compile(f"[和跟同与]{PARTNER}{TOGETHER}")
SHARED = re.compile(rf"{WORDS['shared']}(?!.*(?: [我俺](?![们俩和跟])|[一每]人))")
NOT_IT = re.compile(
    rf"(?:{SPENT}|{WORDS['wished']})(?!.*{EARNED})|{PART}(?!.*(?:{EARNED}|平均|合计|总共|一共|算下来))|{WORDS['owed']}"
)
UNSPENT = re.compile(  # 没交社保, 不用了, 无底薪; and what was owed and is paid
    f"[没不无未](?:有|得|用|要|再)?(?:{SPENT}|{PART})+|[欠拖压]的?工资[^ ]{{0,4}}(?:发|结|给|补)了"
)
SAYS_NOTHING = re.compile(
    f"(?:大概|大约|差不多|左右|也就|现在|目前|一般|平均|{EARNED}|[一每]个?月|[的是有吧嘛呢啊个在能会可以得我就月呃嗯])*"
)
HOURS = re.compile(  # of work, no unit of pay
    rf"(?:[一每]天|一个?班)[^ ]{{0,3}}?{DAYS}个?[多半]?(?:小时|钟头)|"
    rf"[一每]个?月(?:只|就|能|要)?(?:休息?|放假?|上|做|干)个?{DAYS}来?天|(?:(?:上班?|[做干]){DAYS}天?)?休息?{DAYS}天"
)
NET = re.compile(  # 去了油钱和贷款剩四千: what is left of it is the pay
    "[除去扣刨][了去掉完开除]"
    "(?:[^ ]{0,12}?(?:剩下?|落|还有|净|到手)|[^ ]{1,4}[和跟、][^ ]{1,4}|[^ ]{1,5}(?=[一每]个?月))"
    "(?:[一每]个?月)?(?:也?就|还)?[个得有]?$"
)
PARTS = "(?:底薪|基本工资|加班费?|提成|奖金|补贴)"
SUMMED = re.compile(rf"{PARTS}(?:加|\+|和){PARTS}|加上?(?:全勤|{PARTS})(?=[^ ]{{0,4}}$)")  # the whole of it is pay
KINDS = (
    ("swing", re.compile(  # one alone says no pay
        rf"{WORDS['swings']}(?:都|也|就|[一每]个?月|能|可以|有|是|只|才|到|拿|挣|得|大概|[^ ]{{0,2}}$){{0,4}}$"
    )),
    ("bound", re.compile("做得?[多少]$|最[多少高低][^ ]{0,2}$")),
    ("last month", re.compile("上个?月(?!.*(?:现在|这个月))")),
    ("final", re.compile(WORDS["final"])),
    ("promised", re.compile(WORDS["promised"])),
)  # fmt: skip
SWINGS = KINDS[0][1]
DENIED = re.compile("(?:不是|没有?|没得|哪有)$")
NOW = re.compile("(?<!到)现在")
BEFORE = re.compile(rf"(?<![比有跟和]){WORDS['not_now']}(?!.*(?:现在|今年|这个月))")
EARNING = re.compile(EARNED)
AT_LEAST = re.compile("(?:至少|起码|最少|少说|怎么)(?:也|都)?(?:有|是)?$|不[低少]于$")
NEARLY = re.compile("(?:不到|不足|不满|(?<![手赶尽])快(?:要|有|到)?|将近|接近)$")
AT_MOST = re.compile("(?:最多|顶多|撑死)(?:也|就|只){0,2}(?:有|是|能?拿)?$")
A_DAY = re.compile("(?:正|腊|冬|[一二三四五六七八九十]|\\d)月$|初$")  # 正月十五
DAYS_OF_A_MONTH = 31
PASSED = re.compile("[过上]$")  # 月入过万
NO_FIGURE_BEFORE = re.compile(
    r"(?:[A-Za-z*#/第+\-]|(?<![资入薪]):|(?:尾号|[后末]四位)[^ \d]{0,2}|身份证|卡号?|[Qq]{2}|微信|(?<!吃)(?<!包)住|打|"
    "拨|号码?|电话)$"
)

ASKED = re.compile(
    "[^ ]*?(?:什么|啥子?|么)时[候间][^ ]{0,2}(?:到账?|发|批|领|拿|给)(?:得?到|下来?)*[了吗呢啊呀]*|[^ ]*几时[^ ]*"
)

# behind it
SHORT_OF_IT = re.compile("[块元]?钱?(?:没(?:有|得|到|给|发|结|拿到?|挣到?)?(?= |,|$)|[都也]没(?!(?:得|有)?(?: |,|$)))")
NOT_IT_AFTER = re.compile(f"[块元]?钱?{WORDS['not_it_after']}")
ADDED = re.compile("[块元]?钱?(?:再|外|另)?加上?(?:全勤奖?|奖金|提成|补贴|加班费?|饭补|房补)?")  # 四千五加三百
DEDUCTED = re.compile("[块元]?钱?(?:扣|减|[涨升加提降掉跌]到)")  # 四千八扣了社保到手四千三, 从四千五涨到五千
COUNTERS = re.compile(rf"(?!{WORDS['no_counters']}){WORDS['counters']}")
OPEN_ENDED = re.compile(r"[块元]?钱?(?:往上|以上|不止|打不住|\+(?= |,|$))")  # 五千往上, 至少五千: no most was said
AT_MOST_AFTER = re.compile("[块元]?钱?(?:都|也|就)?(?:[拿挣]?不到|顶天|封顶|到顶|撑死|没(?:得|有)?(?= |,|$))")
BEHIND = re.compile(r"[块元多]*钱?.?")

# how long it is for
MONTH, MONTH_AFTER = re.compile("[个每一上]月|月[薪入]"), re.compile("[块元多]*钱?(?:/|一个?|每)月")
PERIODS = (  # the words, how many months; none where a month's pay cannot be told from it
    (re.compile(rf"{WORDS['by_time']}|(?<![结发])[一每]{WORDS['pieces']}"), None),
    (re.compile("(?<![上下])半年(?!多?了)"), 6), (re.compile("一年(?!多?了|没)|年薪|全年|年收入|每年|/年"), 12),
    (re.compile("(?<![忙旺淡])季度?(?=[^节])|/季"), 3), (re.compile("(?<!半)(?<!半个)一?个?月|/月|月[薪入]|每月"), 1),
)  # fmt: skip
MONTHS = re.compile(rf"({NUMERAL}|\d\d?)个月(?!多?了)")
STAYED, GOT = re.compile("(?:来|干|做|待|呆|上|去|出来|打工)(?:了|有|才|快){0,2}$"), re.compile("[挣赚拿]|到手|发了")
GOT_OR_WAGE = re.compile(f"{EARNED}|(?<=月)$")
NO_WORK = re.compile(WORDS["no_work"])


class Told(NamedTuple):
    """一笔: what a month brings, in 分, from which words, how surely."""

    least: int
    most: int | None
    words: str
    sure: float
    months: int = 0  # for how many it was said to be
    kind: str = ""  # "last month", "net" of what it costs to earn it, "swing" between good months and bad, or a "bound"


def income(mine: list[Clause], sold_by_the_year: bool = False) -> tuple[Fact | None, Fact | None]:
    """What a month brings at least and at most; two figures that do not agree are none.

    Last month's counts where nothing is said of this one, of gross and net the net; good and bad months are a range.
    """
    told = [one for last, clause in zip((None, *mine), mine, strict=False) for one in _told(clause)
            if not (last and _of_two(last, clause, one))]  # fmt: skip
    period = max((one.months for one in told), default=0)
    told = [_for(period, one) if one.kind == "net" and not one.months else one for one in told]
    if sold_by_the_year:
        told = [one for one in told if one.months]
    if len(swings := [one for one in told if one.kind in ("swing", "bound")]) > 1:
        return _range(swings)
    plain = [one for one in told if one.kind not in ("swing", "bound")]
    if len(swings) == 1 and len({(one.least, one.most) for one in plain}) == 1:
        return _range(told)
    told = [one for one in told if one.kind != "swing"]
    told = [one for one in told if one.kind != "promised"] or told
    told = [one for one in told if one.kind == "final"] or told
    if net := [one for one in told if one.kind == "net"]:
        gross = [one.most or MOST * FEN for one in told if one.kind != "net"]
        told = [one for one in net if one.least <= max(gross, default=one.least)]
    now = [one for one in told if one.kind != "last month"] or [one for clause in mine for one in _idle(clause)]
    told = now or told
    return _range(told) if len({(one.least, one.most) for one in told}) == 1 else (None, None)


def _of_two(last: Clause, clause: Clause, one: Told) -> bool:
    """我和老婆在义乌，一个月一万二: what follows two without a word of whose it is, is not the sender's alone."""
    before = clause.written[: clause.written.find(one.words)]
    return bool(OF_TWO.search(last.bare) and "我" not in before and SAYS_NOTHING.fullmatch(before.strip()))


def _for(months: int, one: Told) -> Told:
    """一年五万, 除了成本落两万: what is left of a year's pay is a year's."""
    if months < 2 or one.most is None:
        return one
    return one._replace(least=round(one.least / months), most=round(one.most / months), months=months)


def _range(told: list[Told]) -> tuple[Fact, Fact | None]:
    """From the least of them to the most, open where that is."""
    least, most = min(told, key=lambda one: one.least), max(told, key=lambda one: one.most or one.least)
    at_most = None if most.most is None else Fact(most.most, most.words, most.sure)
    return Fact(least.least, least.words, least.sure), at_most


def _idle(clause: Clause) -> Iterator[Told]:
    if (found := NO_WORK.search(clause.text)) and not SWINGS.search(clause.before(found.start())):
        yield Told(0, 0, clause.words(*found.span()), SPOKEN)


def _told(clause: Clause) -> Iterator[Told]:
    bare = _without_places_and_numbers(clause)
    figures = [found for found in FIGURE.finditer(bare.text) if not _counts_something_else(found, bare)]
    since, begun, last = 0, 0, None
    for found, until in zip(figures, [*(one.start() for one in figures[1:]), len(bare.text)], strict=False):
        if (
            last
            and last.most is not None
            and ADDED.fullmatch(bare.text[since : found.start()])
            and (more := amount(found[0]))
        ):
            least, most = (round(one * FEN) for one in more)
            last = Told(last.least + least, last.most + most, clause.words(begun, found.end()), RECKONED)
            since = found.end()
            continue
        if last:
            yield last
        before, after = bare.before(found.start(), since), bare.after(found.end(), until)
        if until < len(bare.text) and ADDED.fullmatch(after):  # 底薪四千五加三百, but 保底三千加提成
            before = BASE.sub("", before)
        if since and DEDUCTED.match(before) and _is_most_of(found[0], bare.text[begun:since]):
            before = "到手"
        since, begun = found.end(), found.start()
        last = _one(found[0], before, after, until == len(bare.text), clause.words(*found.span()))
    if last:
        yield last


def _is_most_of(left: str, whole: str) -> bool:
    """两千八扣了保险两千四: what is left after it is most of what was said first, and not what was taken."""
    least, most = amount(left), amount(whole)
    return bool(least and most and most[1] / 2 <= least[0] <= most[1])


def _one(figure: str, before: str, after: str, is_last: bool, words: str) -> Told | None:
    """What one figure says of a month's pay, if anything."""
    before, net = NET.subn("到手", SUMMED.sub("工资一共", ASKED.sub("", before) if "时" in before else before))
    near = _near(before)
    if DEDUCTED.match(after) or _is_no_pay(before, near, after if is_last else _own(after)):
        return None
    if (read := _read(figure, before, after)) and (months := _months(near, after)):
        least, most = (round(one * FEN / months) for one in read)
        by_month = MONTH.search(near) or MONTH_AFTER.match(after)
        marked = by_month or EARNING.search(near)
        unsaid = not marked and months == 1
        if (LEAST_UNSAID if unsaid else LEAST) * FEN <= most <= (MOST_UNSAID if unsaid else MOST) * FEN:
            sure = RECKONED if months > 1 else SAID_PLAINLY if marked else SPOKEN
            open_ended = OPEN_ENDED.match(after) or AT_LEAST.search(before) or _passed(figure, before)
            said = months if months > 1 or by_month else 0
            return Told(least, None if open_ended else most, words, sure, said, "net" if net else _kind(before))
    return None


def _kind(before: str) -> str:
    return next((kind for kind, shape in KINDS if shape.search(before)), "")


def _without_places_and_numbers(clause: Clause) -> Clause:
    """六安 is a city and no 6: names and telephone numbers are blanked, each in its place."""
    letters = list(HOURS.sub(lambda hours: " " * len(hours[0]), clause.bare))
    for start, end in phones.spans(clause.text):
        letters[start:end] = " " * (end - start)
    return Clause("".join(letters), clause.written, clause.mine)


def _counts_something_else(found: re.Match[str], clause: Clause) -> bool:
    bare = found[0][0].isdecimal() and NO_FIGURE_BEFORE.search(clause.before(found.start()))
    day = A_DAY.search(clause.before(found.start())) and (read := amount(found[0])) and read[1] <= DAYS_OF_A_MONTH
    return bool(COUNTERS.match(clause.after(found.end())) or bare or day or phones.is_begun(found, clause))


def _is_no_pay(before: str, near: str, after: str) -> bool:
    paid = EARNING.search(before)
    denied = DENIED.search(before) or SHORT_OF_IT.match(after)
    something_else = NOT_IT.search(UNSPENT.sub("", near)) or (NOT_IT_AFTER.match(after) and not paid)
    return bool(denied or something_else or BEFORE.search(before) or SHARED.search(before) or JOINT.search(before))


def _read(words: str, before: str, after: str) -> Range | None:
    if NEARLY.search(before) or AT_MOST.search(before) or AT_MOST_AFTER.match(after):
        return under(words)
    if _passed(words, before):
        return amount(f"一{words}")
    if re.search("(?:不止|超过)$", before):
        return over(words)
    return amount(words)


def _passed(words: str, before: str) -> bool:
    return words[0] in UNITS and PASSED.search(before) is not None


def _months(before: str, after: str) -> int | None:
    """How many months a figure is for: the nearest word before it, or one right behind it."""
    before = NOW.split(before)[-1]
    own = before.rpartition(" ")[2]
    if (found := MONTHS.search(own)) and (count := _count(found[1])) > 1:
        got = GOT if STAYED.search(own, 0, found.start()) else GOT_OR_WAGE
        if got.search(own, found.end()):
            return count
    elif named := [(hit.start(), months) for words, months in PERIODS for hit in words.finditer(before)]:
        return max(named, key=lambda hit: hit[0])[1]
    near = BEHIND.match(after)
    if near and ((found := MONTHS.search(after, 0, near.end() + 4)) is None or _count(found[1]) == 1):
        named = [(hit.start(), months) for words, months in PERIODS for hit in words.finditer(after)]
        return min((hit for hit in named if hit[0] <= near.end() + 2), key=lambda hit: hit[0], default=(0, 1))[1]
    return 1


def _count(words: str) -> int:
    return DIGITS.get(words) or (int(words) if words.isdigit() else 10)


def _near(before: str) -> str:
    """The words that govern a figure: its own stretch between spaces, and back to the first that says anything."""
    near = ""
    for stretch in reversed(before.split(" ")):
        near = f"{stretch} {near}" if near or not stretch else stretch
        if not SAYS_NOTHING.fullmatch(stretch):
            break
    return near


def _own(after: str) -> str:
    """What stands right behind a figure before the next one, up to a space; nothing where none parts the two."""
    own, space, _ = after.partition(" ")
    return own if space else ""
