"""救助基金公开账: by the month, merged where so few were helped that somebody could be recognised."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from field.monitoring.help.fund_books import FundPosting
from field.monitoring.help.fund_codes import FundAccount


@dataclass(frozen=True)
class Period:
    """一段时间 of whole months: what came in, what was paid, to which households, and what was left; money in 分."""

    first: date
    last: date
    income: int = 0
    relief: int = 0
    balance: int = 0
    helped: frozenset[str] = frozenset()
    touched: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Published:
    """公开的账: periods that may be told, and one that waits until more are helped: only its gifts are told."""

    periods: tuple[Period, ...]
    waiting: Period | None


def published(months: Iterable[Period], least: int) -> Published:
    """Months in order, merged until nobody was helped in a period, or at least so many households were."""
    closed: list[Period] = []
    waiting: Period | None = None
    for month in months:
        waiting = _merged(waiting, month) if waiting else month
        if not waiting.touched or len(waiting.helped) >= least:
            closed.append(waiting)
            waiting = None
    return Published(tuple(closed), waiting)


def months(session: Session, village: str, today: date) -> list[Period]:
    """Every whole month of a village's fund, from its first posting on; the month that is running tells nothing yet."""
    of_cash = FundPosting.village == village, FundPosting.account == FundAccount.CASH
    rows = select(FundPosting.day, FundPosting.amount, FundPosting.household_id).where(*of_cash)
    found = session.execute(rows.order_by(FundPosting.day))
    return by_month([(day, amount, household) for day, amount, household in found], today)


def by_month(moved: Sequence[tuple[date, int, str | None]], today: date) -> list[Period]:
    """The months of what went in (+) and out (−) of the cash, those without anything too."""
    running = today.replace(day=1)
    moved = [one for one in moved if one[0] < running]
    first = moved[0][0].replace(day=1) if moved else running
    every: dict[date, Period] = {}
    while first < running:
        every[first] = Period(first, first)
        first = (first + timedelta(days=32)).replace(day=1)
    for day, amount, household in moved:
        every[day.replace(day=1)] = _with(every[day.replace(day=1)], amount, household)
    balance = 0
    for month, one in every.items():
        balance += one.income - one.relief
        every[month] = replace(one, balance=balance)
    return list(every.values())


def _with(month: Period, amount: int, household: str | None) -> Period:
    if household is None:
        return replace(month, income=month.income + amount)
    touched, helped = month.touched | {household}, month.helped | ({household} if amount < 0 else set())
    return replace(month, relief=month.relief - amount, touched=touched, helped=helped)


def _merged(one: Period, other: Period) -> Period:
    return Period(
        one.first, other.last, one.income + other.income, one.relief + other.relief, other.balance,
        one.helped | other.helped, one.touched | other.touched,
    )  # fmt: skip
