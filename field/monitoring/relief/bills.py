"""票据: medical bills as entries tell of them, one row a telling; which are one and the same is for `bill_count.py`."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, Index, String, insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from field.codes import EntryKind, EvidenceKind
from field.ledger.entries import Entry
from field.monitoring.workdays import china_day
from field.orm import Base, Code, Id
from field.prepared import Prepared
from field.registry.screening import ScreeningReason

VALUES = ("person_id", "amount", "compliant_amount")


class ToldBill(Base):
    """票据 as one entry tells of it; `known_as` is its photograph, or its first place in the chain where it has none.

    Money is what the family paid after insurance. What was not told is null and not nothing. `void` is what a
    correction says of a paper that is no bill.
    """

    __tablename__ = "bill"

    chain_id: Mapped[Id] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    place: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    known_as: Mapped[str] = mapped_column(String(64))
    source: Mapped[Code]
    person_id: Mapped[Id | None]
    issued_on: Mapped[date | None]
    amount: Mapped[int | None] = mapped_column(BigInteger)
    compliant_amount: Mapped[int | None] = mapped_column(BigInteger)
    told_on: Mapped[date]
    void: Mapped[bool]

    __table_args__ = (Index(None, "person_id"), {"sqlite_with_rowid": False})


_new_bills = Prepared(insert(ToldBill))


def _receipts(said: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for one in said.get("evidence", ()) if one["kind"] == EvidenceKind.RECEIPT]


def _left(said: dict[str, Any]) -> dict[str, Any]:
    """报销以后: what insurance left of a bill that a department reports whole; None where it does not say enough."""
    paid: int | None = said.get("self_paid")
    whole = None not in (paid, said.get("amount"), said.get("compliant_amount"))
    within = max(said["self_paid"] - (said["amount"] - said["compliant_amount"]), 0) if whole else None
    return said | {"amount": paid, "compliant_amount": within}


SOURCES: dict[str, Callable[[dict[str, Any]], list[dict[str, Any]]]] = {
    EntryKind.VISIT: _receipts,
    EntryKind.HELD_VISIT: _receipts,
    EntryKind.BILL_CORRECTED: lambda said: [said],
    EntryKind.SCREENING: lambda said: [_left(said)] if said["reason"] == ScreeningReason.MEDICAL_COST else [],
}


def keep_told(session: Session, several: Sequence[tuple[Entry, dict[str, Any]]]) -> dict[str, bool]:
    """Keep what entries tell of bills; the chains in which any did, and whether one said whose, when and how much."""
    rows = [_row(entry, place, one) for entry, said in several for place, one in enumerate(SOURCES[entry.kind](said))]
    _new_bills.run(session, *rows)
    told: dict[str, bool] = {}
    for row in rows:
        whole = None not in (row["person_id"], row["issued_on"], row["amount"])
        told[row["chain_id"]] = whole or told.get(row["chain_id"], False)
    return told


def _row(entry: Entry, place: int, said: dict[str, Any]) -> dict[str, Any]:
    issued_on = said.get("issued_on")
    known_as = said.get("known_as") or said.get("sha256") or f"{entry.seq}:{place}"
    return {
        "chain_id": entry.chain_id, "seq": entry.seq, "place": place, "known_as": known_as, "source": entry.kind,
        "issued_on": date.fromisoformat(issued_on) if issued_on else None, "void": said.get("void", False),
        "told_on": china_day(entry.occurred_at), **{name: said.get(name) for name in VALUES},
    }  # fmt: skip
