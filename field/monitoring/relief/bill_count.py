"""票据计数: which tellings are one bill, told twice and counted once, and which cannot be counted yet; pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol

from field.codes import EntryKind
from field.labels import Labelled


class Unclear(Labelled):
    """还不能算: why a bill is not counted."""

    PERSON = "person", "没有写是谁的"
    DATE = "date", "没有写开票日期"
    AMOUNT = "amount", "没有写总金额"
    SELF_PAID = "self_paid", "名单没有写报销以后自己付多少"
    COMPLIANT = "compliant", "还不知道合规费用"
    TOO_MUCH = "too_much", "合规费用比总金额还大"
    LATER = "later", "开票日期比记下来的日子还晚"


class Told(Protocol):
    """一次说法: what is read of a row of `bill`."""

    chain_id: str
    seq: int
    place: int
    known_as: str
    source: str
    person_id: str | None
    issued_on: date | None
    amount: int | None
    compliant_amount: int | None
    told_on: date
    void: bool


@dataclass(frozen=True)
class Paid:
    """一张票据: what the newest telling says, in 分, the entries that tell of it, and how many times it came."""

    chain_id: str
    known_as: str
    person_id: str | None
    issued_on: date | None
    amount: int | None
    compliant_amount: int | None
    source: str
    told_on: date
    seqs: tuple[int, ...]
    times: int = 1
    corrected: bool = False

    @property
    def day(self) -> date:
        """When it was issued; where that is not known, when it was told of."""
        return self.issued_on or self.told_on

    @property
    def unclear(self) -> list[Unclear]:
        """Why it cannot be counted; empty when it can."""
        amount = Unclear.SELF_PAID if self.source == EntryKind.SCREENING else Unclear.AMOUNT
        lacking = [(self.person_id, Unclear.PERSON), (self.issued_on, Unclear.DATE), (self.amount, amount),
                   (self.compliant_amount, Unclear.COMPLIANT)]  # fmt: skip
        found = [why for value, why in lacking if value is None]
        if self.amount is not None and self.compliant_amount is not None and self.compliant_amount > self.amount:
            found.append(Unclear.TOO_MUCH)
        if self.issued_on is not None and self.issued_on > self.told_on:
            found.append(Unclear.LATER)
        return found

    @property
    def non_compliant(self) -> int:
        """不合规费用, borne whole; only of a bill that is clear."""
        return (self.amount or 0) - (self.compliant_amount or 0)


def distinct(told: Iterable[Told]) -> list[Paid]:
    """Each bill of a household once, by day: the newest telling of a photograph; of one person, day and amount one."""
    tellings: dict[tuple[str, str], list[Told]] = {}
    for one in sorted(told, key=lambda one: (one.seq, one.place, one.chain_id)):
        where = "" if _photographed(one.known_as) else one.chain_id
        tellings.setdefault((where, one.known_as), []).append(one)
    bills = [_newest(several) for several in tellings.values() if not several[-1].void]
    kept: dict[object, Paid] = {}
    for bill in sorted(bills, key=lambda bill: (bill.day, bill.seqs, bill.known_as)):
        whole = None not in (bill.person_id, bill.issued_on, bill.amount)
        key = (bill.person_id, bill.issued_on, bill.amount) if whole else bill.known_as
        kept[key] = _one(kept[key], bill) if key in kept else bill
    return list(kept.values())


def _newest(several: list[Told]) -> Paid:
    last = several[-1]
    seqs = tuple(dict.fromkeys(one.seq for one in several))
    times = sum(one.source != EntryKind.BILL_CORRECTED for one in several)
    return Paid(last.chain_id, last.known_as, last.person_id, last.issued_on, last.amount, last.compliant_amount,
                several[0].source, last.told_on, seqs, times, times < len(several))  # fmt: skip


def _one(first: Paid, other: Paid) -> Paid:
    """Two papers of one bill: what the later one knows, and both traces."""
    newer, older = (other, first) if max(other.seqs) >= max(first.seqs) else (first, other)
    compliant = newer.compliant_amount if newer.compliant_amount is not None else older.compliant_amount
    seqs = tuple(sorted({*first.seqs, *other.seqs}))
    times, corrected = first.times + other.times, first.corrected or other.corrected
    return replace(newer, compliant_amount=compliant, source=first.source, seqs=seqs, times=times, corrected=corrected)


def _photographed(known_as: str) -> bool:
    return ":" not in known_as
