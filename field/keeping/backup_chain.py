"""备份链: each backup names the one before it and the first that is kept with it, so that what was taken away shows."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from field.keeping.backup import Noted, Shelf
from field.ledger.note import Verifier


class Link(NamedTuple):
    """一环: what a signed manifest says of its place."""

    number: int
    since: int
    shelf: str
    before: str
    digest: str


def missing(shelf: Shelf, noted: Noted | None, own: Verifier) -> str:
    """What was taken away from a shelf or exchanged on it, in words; empty where all is there."""
    here = sorted(_links(shelf, own))
    gone = _gaps(here, noted) if here else list(noted.numbers.values()) if noted else []
    told = {"缺第 {} 份：备份好以后被拿走或删掉了": gone, "第 {} 份被换过，或者有两份": _exchanged(here)}
    return ";".join(words.format("、".join(map(str, several))) for words, several in told.items() if several)


def _links(shelf: Shelf, own: Verifier) -> Iterator[Link]:
    """Of every backup that stands as the county signed it and has a number; the first ones had none."""
    for one in map(shelf.read, shelf.moments()):
        if one.number and one.is_signed_by(own):
            yield Link(one.number, one.since, one.shelf, one.before, one.digest)


def _gaps(here: Sequence[Link], noted: Noted | None) -> list[int]:
    """The numbers that are not here and were not pruned either, by what is here and what the home noted."""
    numbers, since = (noted.numbers, noted.since) if noted else ({}, {})
    last = max(max(one.number, numbers.get(one.shelf, 0)) for one in here)
    first = max(max(one.since, since.get(one.shelf, 0)) for one in here) or here[0].number
    return sorted(set(range(first, last + 1)) - {one.number for one in here})


def _exchanged(here: Sequence[Link]) -> list[int]:
    """The numbers that stand here twice, or that the one after them does not name."""
    return sorted({one.number for one, after in pairwise(here) if not _follows(one, after)})


def _follows(one: Link, after: Link) -> bool:
    if after.number == one.number + 1:
        return after.before in ("", one.digest)
    return after.number > one.number
