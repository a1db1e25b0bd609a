"""谁的话: a reply cut into clauses, and whether each is about the sender or about somebody else."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from field.messaging.understanding.numerals import simplified
from field.messaging.understanding.places import Mention, mentions

NEAR = 40
STOPS = re.compile(r"[。;；!！?？\n]|[,，](?!\d{3})|(?<!\d)[,，]|(?<=了)(?=现)")
KIN = (
    "老公|老婆|媳妇|丈夫|妻子|爱人|儿子|女儿|闺女|孙子|孙女|孩子他?(?:爸|妈)|娃他?(?:爸|妈)|孩子(?=在|说|现在|还|又)|"
    "老人(?=在|[^ ,]{0,3}(?:病|瘫|住院|摔|没人))|"
    "爸爸|妈妈|父亲|母亲|爷爷|奶奶|外公|外婆|公公|婆婆|岳父|岳母|丈母娘|哥哥|姐姐|弟弟|妹妹|大哥|二哥|嫂子|叔叔|大伯|舅舅|"
    "兄弟(?!们|厂)|堂客|婆娘|老头子|老婆子|娃儿?(?=[^ ,]{0,6}(?:在|找到|上班))|屋里人|屋里的(?=在|去|生|住|病|说)|"
    "侄子|老[大二三四幺](?=在|读|上学)|家属|老乡|同事|朋友|邻居|工友|亲戚|(?<![大他你])妈(?!的)|(?<!大)爸|爹|(?<!姑)(?<!新)娘"
)
KIN_OF_MINE = (
    "[我俺]的?(?:爸|妈|哥|姐|弟|妹|叔|伯|舅|姑|姨|爷|奶|公|婆|孙|儿|女|父母|侄|家(?:那位|那口子|男人|女人|老头))"
)
OTHER = rf"{KIN_OF_MINE}|[我俺]?的?(?:{KIN})|(?<!其)[他她](?!妈的)们?"
WHO = re.compile(
    rf"(?P<beside>(?:[给和跟同带陪帮替养为]|照顾)(?:{OTHER}|[我俺])|[借欠骗]了?[我俺]|带.?个?(?:孩子|娃))"
    rf"|(?P<other>{OTHER})|(?P<mine>[我俺]|本人)"
)


@dataclass(frozen=True)
class Clause:
    """一句: as it is read and as it was written, the same length; whose it is."""

    text: str
    written: str
    mine: bool

    @cached_property
    def places(self) -> list[Mention]:
        """The places named in it."""
        return mentions(self.text)

    @cached_property
    def bare(self) -> str:
        """Its text without the names of places, each letter in its place."""
        letters = list(self.text)
        for named in self.places:
            letters[named.start : named.end] = " " * (named.end - named.start)
        return "".join(letters)

    def before(self, start: int, since: int = 0) -> str:
        """What stands before a word of it, as far back as it can matter."""
        return self.text[max(since, start - NEAR) : start]

    def after(self, end: int, until: int | None = None) -> str:
        """What stands behind it, as far as it can matter."""
        return self.text[end : min(end + NEAR, len(self.text) if until is None else until)]

    def words(self, start: int, end: int) -> str:
        """What was written there."""
        return self.written[start:end]


def clauses(written: str) -> list[Clause]:
    """The clauses of a reply; after others were named, it goes on about them until 我."""
    text = simplified(written)
    found: list[Clause] = []
    others = False
    for start, end in _stretches(text):
        for cut, until, theirs in _turns(text, start, end, others):
            others = theirs
            if text[cut:until].strip():
                found.append(Clause(text[cut:until], written[cut:until], not theirs))
    return found


def _stretches(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for stop in STOPS.finditer(text):
        yield start, stop.start()
        start = stop.end()
    yield start, len(text)


def _turns(text: str, start: int, end: int, others: bool) -> Iterator[tuple[int, int, bool]]:
    """Where a stretch turns from the sender to others and back."""
    cut = start
    for who in WHO.finditer(text, start, end):
        if who["beside"] or (who["other"] is not None) == others:
            continue
        yield cut, who.start(), others
        cut, others = who.start(), not others
    yield cut, end, others
