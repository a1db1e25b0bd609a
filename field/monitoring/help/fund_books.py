"""救助基金账: what each act debited and credited, derived from the entries, and the balances of a village."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from sqlalchemy import BigInteger, Index, cast, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from field.ledger.entries import Entry
from field.monitoring.help.fund_codes import FundAccount
from field.monitoring.help.fund_rules import Postings
from field.monitoring.workdays import china_day
from field.orm import Base, Code, Id, RegionCode, insert_many
from field.registry.regions import in_region


class FundPosting(Base):
    """分录: one account of one act, a debit positive and a credit negative; those of an entry sum to zero.

    `day` is the day on which it came into the books, so that a month that was made public never changes.
    """

    __tablename__ = "fund_posting"

    chain_id: Mapped[Id] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    place: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    village: Mapped[RegionCode]
    day: Mapped[date]
    account: Mapped[Code]
    amount: Mapped[int] = mapped_column(BigInteger)
    household_id: Mapped[Id | None]

    __table_args__ = (Index(None, "village", "day"),)


class Balances(NamedTuple):
    """余额 in 分, each as people read it: all positive when all is well."""

    cash: int = 0
    payable: int = 0
    donations: int = 0
    relief_paid: int = 0


def post(session: Session, entry: Entry, village: str, several: Postings, household_id: str | None = None) -> None:
    """记账 for an entry."""
    common = {"chain_id": entry.chain_id, "seq": entry.seq, "village": village, "household_id": household_id}
    day = china_day(entry.recorded_at)
    insert_many(session, FundPosting, [
        {**common, "place": place, "day": day, "account": account.value, "amount": amount}
        for place, (account, amount) in enumerate(several)
    ])  # fmt: skip


def balances(session: Session, region: str) -> Balances:
    """余额 of a village's fund, or of all funds of a region."""
    return balances_by(session, region, len(region)).get(region, Balances())


def balances_by(session: Session, region: str, digits: int) -> dict[str, Balances]:
    """The same for each region of so many digits inside, in one statement; where nothing was posted there is none."""
    part = func.substr(FundPosting.village, 1, digits).label("part")
    total = cast(func.sum(FundPosting.amount), BigInteger)
    rows = select(part, FundPosting.account, total).where(in_region(FundPosting.village, region))
    found: dict[str, dict[str, int]] = {}
    for code, account, amount in session.execute(rows.group_by("part", FundPosting.account)):
        found.setdefault(code, {})[account] = amount
    return {code: _read(sums) for code, sums in found.items()}


def summed(several: Iterable[Balances]) -> Balances:
    """All together."""
    return Balances(*(sum(amounts) for amounts in zip(Balances(), *several, strict=True)))


def _read(sums: dict[str, int]) -> Balances:
    def of(account: FundAccount) -> int:
        return sums.get(account.value, 0)

    return Balances(
        of(FundAccount.CASH), -of(FundAccount.PAYABLE), -of(FundAccount.DONATIONS), of(FundAccount.RELIEF_PAID)
    )
