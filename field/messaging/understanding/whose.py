"""谁的话: a reply cut into clauses, and whether each is about the sender or about somebody else."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from field.messaging.understanding.numerals import simplified
from field.messaging.understanding.places import Mention, mentions
from field.messaging.understanding.words import patterns

NEAR = 40
STOPS = re.compile(r"[。;；!！?？\n]|[,，](?!\d{3})|(?<!\d)[,，]|(?<=了)(?=现)")
WORDS = patterns("whose")
PARTNER = rf"(?:[我俺]的?)?{WORDS['partner']}"
OTHER = rf"(?:[我俺]的?{WORDS['kin_of_mine']}|[我俺]?的?{WORDS['kin']}|(?<!其)[他她](?!妈的)们?)"
GREETED = "们?(?:[你您]们?好|好(?=[ ,啊呀]|$))"  # 姐姐你好 speaks to her and not of her
WHO = re.compile(
    rf"(?P<beside>(?:[给和跟同带陪帮替养为]着?|照顾)(?:{OTHER}|[我俺])|[借欠骗]了?[我俺]|带.?个?(?:孩子|娃)|"
    rf"在{OTHER}的?[^ 在]{{0,3}}{WORDS['workplaces']})"
    rf"|(?P<other>{OTHER}(?!{GREETED})(?!.?[替帮代给][我俺](?:回|发|打字|写|说)))|(?P<mine>[我俺]|本人)"
)
EARNS_NOTHING = re.compile(f"(?<![没不]){WORDS['earns_nothing']}了?")
EARNS = re.compile(rf"[^\d花要交治药费医没不]*?{WORDS['earns']}(?!.*(?:医院|治疗|学费))")


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


def _back(text: str, start: int, end: int) -> int | None:
    """Where it goes on about the sender without 我: behind somebody who earns nothing, before work or pay."""
    nothing = EARNS_NOTHING.search(text, start, end)
    return nothing.end() if nothing and EARNS.match(text, nothing.end(), end) else None


def _turns(text: str, start: int, end: int, others: bool) -> Iterator[tuple[int, int, bool]]:
    """Where a stretch turns from the sender to others and back."""
    cut = since = start
    for who in (*WHO.finditer(text, start, end), None):
        until = who.start() if who else end
        if others and (back := _back(text, since, until)):
            yield cut, back, others
            cut, others = back, False
        if who and not who["beside"] and (who["other"] is not None) != others:
            yield cut, until, others
            cut, others = until, not others
        since = until
    yield cut, end, others
