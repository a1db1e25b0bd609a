"""联结规则: what must be written down of a tie, and what an enterprise should have paid by a day; pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated

from pydantic import Field

from field.help_codes import PartnerKind, TieAction, TieKind
from field.monitoring.cases.case_contents import Note, Nothing, Part, fault
from field.monitoring.workdays import months_after
from field.sentences import Sentence

FIRST, LONGEST = date(2000, 1, 1), timedelta(days=5 * 366)
YEARS = 60
Fen = Annotated[int, Field(strict=True, gt=0, le=10**12)]
Named = Annotated[str, Field(min_length=2, max_length=60)]


class Registered(Nothing):
    """经营主体: what it is called, what it is, and the village, town or county where it is."""

    kind: PartnerKind
    title: Named
    region: Annotated[str, Field(pattern="^([0-9]{6}|[0-9]{9}|[0-9]{12})$")]


class Tied(Nothing):
    """联结: with whom, by what, from when until when, and what is promised a year, in 分."""

    partner_id: Annotated[str, Field(min_length=36, max_length=36)]
    kind: TieKind
    begins: Annotated[date, Field(alias="from")]
    ends: Annotated[date | None, Field(alias="to")] = None
    promised: Fen


class Paid(Nothing):
    """兑现: when and how much, in 分."""

    paid_on: date
    amount: Fen


class Ended(Part):
    """结束联结: the last day, and why."""

    ends: Annotated[date, Field(alias="to")]
    note: Note


NEEDS: Mapping[TieAction, type[Part]] = {
    TieAction.ADD: Registered, TieAction.TIE: Tied, TieAction.PAY: Paid, TieAction.END: Ended,
}  # fmt: skip


@dataclass(frozen=True)
class Terms:
    """约定: from when until when, and how much a year, in 分."""

    begins_on: date
    ends_on: date | None
    promised: int


def instalments(terms: Terms, day: date) -> Iterator[tuple[date, int]]:
    """应兑现的: what fell due by a day: the promise at the end of each year, the last part of a year by days."""
    start = terms.begins_on
    for year in range(1, YEARS + 1):
        end = months_after(terms.begins_on, 12 * year)
        if terms.ends_on is not None and terms.ends_on < end:
            if start < terms.ends_on <= day:
                yield terms.ends_on, (2 * terms.promised * (terms.ends_on - start).days + 365) // 730
            return
        if end > day:
            return
        yield end, terms.promised
        start = end


def owed(terms: Terms, day: date) -> int:
    """应兑现 by a day, in 分."""
    return sum(amount for _, amount in instalments(terms, day))


def late_since(terms: Terms, paid: int, day: date) -> date | None:
    """The first day on which something fell due that is not paid yet; None where all is."""
    so_far = 0
    for fell_due, amount in instalments(terms, day):
        so_far += amount
        if so_far > paid and fell_due < day:
            return fell_due
    return None


def against(part: Part, terms: Terms | None, day: date) -> Iterator[dict[str, str]]:
    """What stands against a content."""
    match part:
        case Tied():
            if part.ends and part.ends < part.begins:
                yield fault("to", "不能早于开始的那一天")
            if not FIRST <= part.begins <= day + LONGEST:
                yield fault("from", "日期不对")
        case Paid():
            if part.paid_on > day:
                yield fault("paid_on", "还没有到那一天")
            if terms and part.paid_on < terms.begins_on:
                yield fault("paid_on", Sentence("不能早于联结开始的 {since}", since=terms.begins_on))
        case Ended():
            if terms and part.ends < terms.begins_on:
                yield fault("to", Sentence("不能早于联结开始的 {since}", since=terms.begins_on))
