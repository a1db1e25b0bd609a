"""理解一句话: phone, place, pay and a wish for help, each with the words it came from; doubtful is nothing."""

import re
from dataclasses import asdict, dataclass
from typing import Any

import phonenumbers

from field.messaging.understanding.masking import masked
from field.messaging.understanding.numerals import AMOUNT, BETWEEN, amount, half_width
from field.messaging.understanding.places import places
from field.registry.numbers import e164

OTHERS = re.compile("我?(?:妈|爸|爹|娘|儿子|女儿|闺女|老公|老婆|媳妇|丈夫|妻子|哥|姐|弟|妹|孙子|他|她|家属)")
SELF = re.compile("我(?!妈|爸|爹|娘|儿|女|闺|老公|老婆|媳|丈|妻|哥|姐|弟|妹|孙|家)|本人|自己")
HELP = re.compile("帮帮|求助|救助|有困难|很困难|没钱看病|过不下去|揭不开锅")
NO_WORK = re.compile("没活干|没工作|失业|没事做|没上班")
NOT_HERE = re.compile("从$|不在|没在|离开|走了|老家|户口|是.{0,2}人$")
YEAR, MONTH, DAY = (
    re.compile("一年|年薪|全年|年收入"),
    re.compile("一个?月|每月|月薪|月工资|工资"),
    re.compile("一天|每天|日薪"),
)
SPENT = re.compile("花|欠|借|还债|贷款|药费|学费|房租|寄")
CLAUSE = re.compile(r"[,，。;；!！?？\n]|(?<=了)(?=现)")
FEN = 100


@dataclass(frozen=True)
class Fact:
    """一条: what was understood, from which words, how surely; several candidates where a name fits several places."""

    value: Any
    words: str
    confidence: float
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True)
class Understood:
    """理解结果: nothing where nothing was said, or where it concerns somebody else."""

    phone: Fact | None = None
    place: Fact | None = None
    income_min: Fact | None = None
    income_max: Fact | None = None
    work: Fact | None = None
    months_away: Fact | None = None
    well: Fact | None = None
    asks_help: Fact | None = None
    about_someone_else: Fact | None = None

    def as_json(self) -> dict[str, Any]:
        """The same for machines."""
        return {name: asdict(fact) if fact else None for name, fact in vars(self).items()}


def understand(text: str) -> Understood:
    """What a reply proposes; ID and bank numbers are masked before anything is looked at."""
    text = half_width(masked(text))[:2000]
    clauses = [clause for clause in CLAUSE.split(text) if clause.strip()]
    mine, theirs = _whose(clauses)
    least, most = _income(mine)
    return Understood(
        phone=_phone(mine), place=_place(mine), income_min=least, income_max=most,
        well=_found(mine, "都好|挺好|还好|平安|身体好"), asks_help=_help(clauses),
        about_someone_else=Fact(True, theirs[0].strip(), 0.8) if theirs else None,
    )  # fmt: skip


def _whose(clauses: list[str]) -> tuple[list[str], list[str]]:
    """The sender's own clauses and those about others; after others were named, it goes on about them until 我."""
    mine: list[str] = []
    theirs: list[str] = []
    others = False
    for clause in clauses:
        others = (others or OTHERS.search(clause) is not None) and SELF.search(clause) is None
        (theirs if others else mine).append(clause)
    return mine, theirs


def _phone(clauses: list[str]) -> Fact | None:
    found = []
    for clause in clauses:
        for match in phonenumbers.PhoneNumberMatcher(clause, "CN"):
            if number := e164(match.raw_string):
                found.append(Fact(number, match.raw_string, 0.95))
    return found[0] if len({fact.value for fact in found}) == 1 else None


def _place(clauses: list[str]) -> Fact | None:
    """Where somebody is now: not where he is not, nor where he comes from; a city and its county are one place."""
    named = []
    for clause in clauses:
        for words, at, codes in places(clause):
            if not NOT_HERE.search(clause[max(0, at - 4) : at]):
                named.append((words, codes))
    if not named:
        return None
    last_words, last = named[-1]
    if len(named) > 1:
        wider = named[-2][1]
        within = [code for code in last if any(code.startswith(one) for one in wider)]
        if within:
            last, last_words = within, named[-2][0] + last_words
        elif len(named) > 2 or set(wider) != set(last):
            return Fact(None, last_words, 0.4, tuple(last))
    widest = [code for code in last if not any(code != one and code.startswith(one) for one in last)]
    cities = [code for code in widest if len(code) == 4]
    if len(cities) == 1 and len(named) == 1:
        return Fact(cities[0], last_words, 0.8)  # who says 中山 means the city before a district elsewhere
    if len(widest) == 1:
        return Fact(widest[0], last_words, 0.9)
    return Fact(None, last_words, 0.4, tuple(last))


def _income(clauses: list[str]) -> tuple[Fact | None, Fact | None]:
    """分 a month; a year's pay by twelve; a day's pay is not a month's; two figures are none."""
    found = []
    for clause in clauses:
        bare = re.sub(r"1\d{10}", "", clause)
        if DAY.search(bare) or SPENT.search(bare):
            continue
        if idle := NO_WORK.search(bare):
            found.append((0, 0, idle[0]))
            continue
        for match in [*re.finditer(BETWEEN.pattern.strip("^$"), bare)] or [*AMOUNT.finditer(bare)]:
            read = amount(match[0])
            if read is None or re.match("个?[月年岁人口组号点]", bare[match.end() :]):
                continue
            by = 12 if YEAR.search(bare) and not MONTH.search(bare) else 1
            least, most = (round(one * FEN / by) for one in read)
            if 10_000 <= most <= 10_000_000:
                found.append((least, most, match[0]))
    if len(found) != 1:
        return None, None
    least, most, words = found[0]
    return Fact(least, words, 0.85), Fact(most, words, 0.85)


def _help(clauses: list[str]) -> Fact | None:
    return next((Fact(True, found[0], 0.9) for clause in clauses if (found := HELP.search(clause))), None)


def _found(clauses: list[str], words: str) -> Fact | None:
    return next((Fact(True, found[0], 0.8) for clause in clauses if (found := re.search(words, clause))), None)
