"""收入: what the sender has in a month, in 分; costs, debts, days' wages and what was before are none of it."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from field.messaging.understanding import phones
from field.messaging.understanding.facts import RECKONED, SAID_PLAINLY, SPOKEN, Fact
from field.messaging.understanding.numerals import AMOUNT, DIGITS, UNITS, Range, amount, over, under
from field.messaging.understanding.whose import Clause

FEN = 100
LEAST, MOST = 10, 1_000_000  # yuan a month; what is far from usual is flagged elsewhere
LEAST_UNSAID = 200  # where no word says that it is pay: 六十多了 is an age
NUMERAL = "[一两俩二三四五六七八九十]"
FIGURE = re.compile(rf"{AMOUNT.pattern}|(?<![\d.])\d\d(?=[块元])")
EARN = "挣|赚|工资|收入|月薪|年薪|到手|扣完|拿到?|开了?"
SPENT = (
    "花(?:[了掉去费]|$)|欠|借|还债|还贷|还$|吃饭|伙食|饭钱|报(?:了|掉)|自己出|[付垫掏](?:了|的)|"
    "(?:[上读]大?学|高中|初中|读书)[^ ]{0,6}$|卖[了得]?$|贷|药费|学费|生活费|话费|电费|水费|路费|房租|"
    "租金|寄|彩礼|转(?:了|账|给)|[给往][^ ]{1,3}[打转]|(?<!到头)(?<!一年)剩|"
    "罚|扣(?!完)|赔|买|车票|首付|红包|捐|亏|输|骗|存|交了?|用了?|吃药|看病|"
    "治病|抓药|打针|透析|化疗|住院|报销|利息|开[销支]|支出"
)
PART = (
    "底薪|保底|(?<![社医])保$|税前|应发|奖金|加班费?|提成|补贴|补助|季度奖|年终奖|低保|养老金|退休金?|分红|返费|押金|"
    "(?<![没不])(?:涨(?!到)|加了|少了|多了)[^ ]{0,3}$|(?:再|外|另)?加上?$|比[^ ]{1,6}[多少高低]$"
)
BASE = re.compile("底薪|保底")
ADDED = re.compile("[块元]?钱?(?:再|外|另)?加上?(?:全勤奖?|奖金|提成|补贴|加班费?|饭补|房补)?")  # 四千五加三百
SHARED = re.compile(
    "(?:两(?:个人|口子)|夫妻|夫妇|我们俩|俩人|全家|一家[人子]?|加起来|合起来)(?!.* [我俺](?![们俩和跟]))"
)
WISHED = "听说|据说|想要?|希望|要是|能有|找个|最好|至少要"
NOT_IT = re.compile(rf"(?:{SPENT}|{WISHED})(?!.*(?:{EARN}))|(?:{PART})(?!.*(?:{EARN}|平均|合计|总共|一共|算下来))")
NET = re.compile(  # 去了油钱和贷款剩四千: what is left of it is the pay
    "[除去扣刨](?:[了去掉完开除])(?:[^ ]{0,12}?(?:剩下?|落|还有|净|到手)|[^ ]{1,4}[和跟、][^ ]{1,4})[个得有]?$"
)
SWINGS = re.compile("(?:[多少好高低差孬坏忙闲]的(?:时候|月份?|话)|[忙旺淡]季)[^ ]{0,2}$")  # one alone says no pay
BOUNDS = re.compile("做得?[多少]$|最[多少高低][^ ]{0,2}$")
SHORT_OF_IT = re.compile("^[块元]?钱?(?:没|[都也]没(?!(?:得|有)?(?: |,|$)))")
NOT_IT_AFTER = re.compile(
    "^[块元]?钱?(?:的?(?:房租|药费|学费|生活费(?!都?不够)|路费|车票|补贴|补助|救济)|寄|给|还债|还贷|的债)"
)
DEDUCTED = re.compile("^[块元]?钱?(?:扣|减|[涨升加提降掉跌]到)")  # 四千八扣了社保到手四千三, 从四千五涨到五千
PARTS = "(?:底薪|基本工资|加班费?|提成|奖金|补贴)"
SUMMED = re.compile(rf"{PARTS}(?:加|\+|和){PARTS}")  # the whole of it is pay
OWED = re.compile("(?:压|拖|欠)[^ ]{0,6}(?:工资|薪)")
DENIED = re.compile("(?:不是|没有?|没得|哪有)$")
BEFORE = re.compile(
    "(?<![比有跟和])(?:以前|原来|之前|从前|去年|原先|前[几两二三]个月|下个?月|明年)(?!.*(?:现在|今年|这个月))"
)
EARNING = re.compile(EARN)
COUNTERS = re.compile(
    r"\*|亿|多?个|[一二三四五六七八九]个(?!月)|[二三四五六七八九]?多?[日岁号天]|多?[年月楼栋房室度级路线页度%‰]|"
    r"多?(?:人|口|斤|里|公里|米|平|亩|件|次|分钟?|小时|只|头|双|元人民|年|名|位|班|厂|强|趟|单(?!休)|桌|吨|袋|顿|箱|晚|夜)"
)
NO_FIGURE_BEFORE = re.compile(
    r"(?:[A-Za-z*#/第+\-]|(?<![资入薪]):|尾号|身份证|卡号?|[Qq]{2}|微信|(?<!吃)(?<!包)住|打|拨|号码?|电话)$"
)
PERIODS = (  # the words, how many months; none where a month's pay cannot be told from it
    (re.compile(
        rf"一[天日]|每天|日[薪结]|(?<!\d)天(?=[0-9一两二三])|/天|一个?(?:小时|钟头|钟)|[每/]小时|时薪|周薪|[每/]周|"
        rf"(?:每个?|一个?)(?:星期|礼拜)|一[周件个]星?期?$|[一每](?:周|件|趟|单|班|个?工(?![资厂地友]))|点工|计件一|"
        rf"(?<![满干上做\d一两二三四五六七八九十])(?:\d\d?|{NUMERAL}{{1,3}}|半)个?天|半个?月"
    ), None),
    (re.compile("今年[^ ]{0,5}?(?:挣|赚|收入|卖)"), None),
    (re.compile("半年(?!多?了)"), 6), (re.compile("一年(?!多?了|没)|年薪|全年|年收入|每年|/年"), 12),
    (re.compile("(?<![忙旺淡])季度?(?=[^节])|/季"), 3), (re.compile("(?<!半)(?<!半个)一?个?月|/月|月[薪入]|每月"), 1),
)  # fmt: skip
MONTHS = re.compile(rf"({NUMERAL}|\d\d?)个月(?!多?了)")
LAST_MONTH = re.compile("上个?月(?!.*(?:现在|这个月))")
OPEN_ENDED = re.compile(r"[块元]?钱?(?:往上|以上|不止|打不住|\+(?= |,|$))")  # 五千往上, 至少五千: no most was said
AT_LEAST = re.compile("(?:至少|起码|最少|少说|怎么)(?:也|都)?(?:有|是)?$|不[低少]于$")
AT_MOST = re.compile("(?:最多|顶多|撑死)(?:也|就|只){0,2}(?:有|是|能?拿)?$")
AT_MOST_AFTER = re.compile("[块元]?钱?(?:都|也|就)?(?:[拿挣]?不到|顶天|封顶|到顶|撑死|没(?:得|有)?(?= |,|$))")
A_DAY = re.compile("(?:正|腊|冬|[一二三四五六七八九十]|\\d)月$|初$")  # 正月十五
DAYS_OF_A_MONTH = 31
PASSED = re.compile("[过上]$")  # 月入过万
TOO_MUCH = 30_000  # for a month, where none is named
NO_WORK = re.compile(
    "没(?:有|得|啥|什么)*(?:活干|活做|活路|活(?=了|$|[ ,])|工作|事做|事干|上[班工]|班上|收入|工资|做[事活]|干活|开工)|"
    "(?:找不到|没找到)(?:活|工作|事)|失业|停工|"
    "(?<!还)没发(?:过)?工资|拖欠工资|一分钱?(?:都|也)?没|没(?:有|得)?(?:一分钱|进账)|(?:在|正)找(?:活|工|事|厂)"
)


class Told(NamedTuple):
    """一笔: what a month brings, in 分, from which words, how surely."""

    least: int
    most: int | None
    words: str
    sure: float
    kind: str = ""  # "last month", "net" of what it costs to earn it, "swing" between good months and bad, or a "bound"


def income(mine: list[Clause]) -> tuple[Fact | None, Fact | None]:
    """What a month brings at least and at most; two figures that do not agree are none.

    Last month's counts where nothing is said of this one, of gross and net the net; good and bad months are a range.
    """
    told = [one for clause in mine for one in _told(clause)]
    if len(swings := [one for one in told if one.kind in ("swing", "bound")]) > 1:
        return _range(swings)
    told = [one for one in told if one.kind != "swing"]
    if net := [one for one in told if one.kind == "net"]:
        gross = [one.most or MOST * FEN for one in told if one.kind != "net"]
        told = [one for one in net if one.least <= max(gross, default=one.least)]
    now = [one for one in told if one.kind != "last month"] or [one for clause in mine for one in _idle(clause)]
    told = now or told
    return _range(told) if len({(one.least, one.most) for one in told}) == 1 else (None, None)


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
        if ADDED.fullmatch(after):
            before = BASE.sub("", before)
        since, begun = found.end(), found.start()
        last = _one(found[0], before, after, until == len(bare.text), clause.words(*found.span()))
    if last:
        yield last


def _one(figure: str, before: str, after: str, is_last: bool, words: str) -> Told | None:
    """What one figure says of a month's pay, if anything."""
    before, net = NET.subn("到手", SUMMED.sub("工资", before))
    if DEDUCTED.match(after) or _is_no_pay(before, after if is_last else ""):
        return None
    if (read := _read(figure, before, after)) and (months := _months(before, after)):
        least, most = (round(one * FEN / months) for one in read)
        marked = _is_marked(before, after)
        unsaid = not marked and months == 1
        if (LEAST_UNSAID if unsaid else LEAST) * FEN <= most <= (TOO_MUCH if unsaid else MOST) * FEN:
            sure = RECKONED if months > 1 else SAID_PLAINLY if marked else SPOKEN
            open_ended = OPEN_ENDED.match(after) or AT_LEAST.search(before) or _passed(figure, before)
            return Told(least, None if open_ended else most, words, sure, "net" if net else _kind(before))
    return None


def _kind(before: str) -> str:
    kinds = (("swing", SWINGS), ("bound", BOUNDS), ("last month", LAST_MONTH))
    return next((kind for kind, shape in kinds if shape.search(before)), "")


def _without_places_and_numbers(clause: Clause) -> Clause:
    """六安 is a city and no 6: names and telephone numbers are blanked, each in its place."""
    letters = list(clause.bare)
    for start, end in phones.spans(clause.text):
        letters[start:end] = " " * (end - start)
    return Clause("".join(letters), clause.written, clause.mine)


def _counts_something_else(found: re.Match[str], clause: Clause) -> bool:
    bare = found[0][0].isdecimal() and NO_FIGURE_BEFORE.search(clause.before(found.start()))
    day = A_DAY.search(clause.before(found.start())) and (read := amount(found[0])) and read[1] <= DAYS_OF_A_MONTH
    return bool(COUNTERS.match(clause.after(found.end())) or bare or day)


def _is_no_pay(before: str, after: str) -> bool:
    paid = EARNING.search(before)
    denied = DENIED.search(before) or SHORT_OF_IT.search(after)
    something_else = NOT_IT.search(before) or OWED.search(before) or (NOT_IT_AFTER.search(after) and not paid)
    return bool(denied or something_else or BEFORE.search(before) or SHARED.search(before))


def _read(words: str, before: str, after: str) -> Range | None:
    if re.search("(?:不到|不足|不满)$", before) or AT_MOST.search(before) or AT_MOST_AFTER.match(after):
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
    before = before.rpartition("现在")[2]
    behind = re.match(r"[块元多]*钱?(?:.{0,1})", after)
    near = after[: (behind.end() if behind else 0) + 4]
    for words, last in ((before, True), (near, False)):
        if found := MONTHS.search(words):
            count = DIGITS.get(found[1]) or (int(found[1]) if found[1].isdigit() else 10)
            if count > 1 and (last and (EARNING.search(words[found.end() :]) or found.end() == len(words))):
                return count
            if count > 1:
                continue
        hits = [(hit.start(), months) for words_, months in PERIODS for hit in words_.finditer(words)]
        if hits:
            return (max if last else min)(hits, key=lambda hit: hit[0])[1]
    return 1


def _is_marked(before: str, after: str) -> bool:
    return bool(re.search(f"月|{EARN}", before) or re.match(r"[块元多]*钱?(?:/|一个?|每)月", after))
