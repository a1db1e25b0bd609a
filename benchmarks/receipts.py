"""识读票据: made receipts, clean to bad, and how much of them is proposed rightly, not at all, or wrongly."""

import time
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from benchmarks.made_receipts import GRADES, Receipt, photographed, receipt
from field.media.receipt import Proposal, propose
from field.media.receipt_lines import Line
from field.media.receipt_reading import Unread, read

HEAD = ("receipts", "hospital", "date", "total", "self-paid", "of it compliant", "wrong", "wrong, borne out", "seconds")
SEVERAL = 6
TODAY = date(2026, 12, 31)


class Figure(NamedTuple):
    """一项: whether it was proposed as it is, as it is not, and as borne out by others though it is not."""

    right: bool
    wrong: bool
    borne_out: bool


def rows() -> Iterator[tuple[str, ...]]:
    """A row a grade: shares that were right, figures that were wrong, the seconds of one reading."""
    for grade in GRADES:
        began = time.monotonic()
        read_ones = [judged(one, _read(photographed(one, grade, seed))) for seed, one in _made()]
        seconds = (time.monotonic() - began) / SEVERAL
        shares = (f"{sum(one.right for one in each) * 100 // SEVERAL} %" for each in zip(*read_ones, strict=True))
        every = [one for several in read_ones for one in several]
        wrong, borne_out = sum(one.wrong for one in every), sum(one.borne_out for one in every)
        yield grade, *shares, f"{wrong} of {len(every)}", str(borne_out), f"{seconds:.1f}"


def _read(data: bytes) -> list[Line]:
    """What takes too long is not read."""
    try:
        return read(data)
    except Unread:
        return []


def _made() -> Iterator[tuple[int, Receipt]]:
    return ((seed, receipt(seed)) for seed in range(SEVERAL))


def judged(one: Receipt, lines: list[Line]) -> list[Figure]:
    """Each figure of a receipt against what is printed on it."""
    found: Proposal = propose(lines, TODAY)
    pairs = (
        (found.hospital, one.hospital), (found.issued_on, one.issued_on), (found.total, one.total),
        (found.self_paid, one.self_paid), (found.own_share, one.own_share),
    )  # fmt: skip
    return [_figure(told.value == true if told else None, bool(told and told.checked)) for told, true in pairs]


def _figure(right: bool | None, checked: bool) -> Figure:
    return Figure(bool(right), right is False, right is False and checked)
