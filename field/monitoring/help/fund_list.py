"""基金账页: a month of a village's books with what was done, and its applications."""

from collections.abc import Iterable
from datetime import date
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, and_, cast, func, select
from sqlalchemy.orm import Session

from field.codes import EntryKind
from field.ledger.entries import Entry, opened, region_chain
from field.monitoring.help.fund import FundApplication
from field.monitoring.help.fund_books import FundPosting
from field.monitoring.help.fund_codes import KINDS, FundAccount, FundAction
from field.monitoring.help.fund_donations import given_back_key
from field.monitoring.help.fund_rules import OPEN
from field.registry.households import Household
from field.registry.regions import in_region
from field.registry.rights import Actor, NotAllowed, Right

OF_HOUSEHOLDS = tuple(
    kind.value for action, kind in KINDS.items() if action not in (FundAction.DONATE, FundAction.GIVE_BACK)
)


class Line(NamedTuple):
    """一笔账: the entry, what it says, and its postings."""

    entry: Entry
    said: dict[str, Any]
    postings: list[FundPosting]


class Month(NamedTuple):
    """一个月的账: what was there before, what came and went, line by line."""

    before: int
    income: int
    spent: int
    lines: list[Line]


def month(session: Session, village: str, first: date, after: date) -> Month:
    """The books of a village from a day up to another, oldest first."""
    here = and_(FundPosting.chain_id == Entry.chain_id, FundPosting.seq == Entry.seq)
    rows = select(Entry, FundPosting).join(FundPosting, here).where(FundPosting.village == village)
    rows = rows.where(FundPosting.day >= first, FundPosting.day < after)
    order = Entry.recorded_at, Entry.chain_id, Entry.seq, FundPosting.place
    by_entry = groupby(session.execute(rows.order_by(*order)).all(), key=lambda row: row[0])
    found = [(entry, [posting for _entry, posting in several]) for entry, several in by_entry]
    payloads = opened(session, [entry for entry, _several in found])
    lines = [Line(entry, said, several) for (entry, several), said in zip(found, payloads, strict=True)]
    moved = [one.amount for line in lines for one in line.postings if one.account == FundAccount.CASH]
    of_cash = FundPosting.village == village, FundPosting.account == FundAccount.CASH, FundPosting.day < first
    before = session.scalar(select(cast(func.coalesce(func.sum(FundPosting.amount), 0), BigInteger)).where(*of_cash))
    return Month(before or 0, sum(one for one in moved if one > 0), -sum(one for one in moved if one < 0), lines)


def first_day(session: Session, village: str) -> date | None:
    """The day of a fund's first posting."""
    return session.scalar(select(func.min(FundPosting.day)).where(FundPosting.village == village))


def heads(session: Session, ids: Iterable[str | None], by: Actor) -> dict[str, str]:
    """户主 by household, of those that are the reader's own."""
    mine = Household.id.in_({one for one in ids if one}), in_region(Household.region, by.region)
    return dict(session.execute(select(Household.id, Household.head).where(*mine)).all())


def waiting(session: Session, region: str) -> list[FundApplication]:
    """没有办完的申请 of a region, those that cannot wait first, then the oldest."""
    still_open = FundApplication.state.in_([one.value for one in OPEN])
    rows = select(FundApplication).where(in_region(FundApplication.village, region), still_open)
    rows = rows.order_by(FundApplication.urgent.desc(), FundApplication.applied_on, FundApplication.id)
    return list(session.scalars(rows.limit(200)))


def reasons(session: Session, several: Iterable[FundApplication]) -> dict[str, str]:
    """急用的原因 of those that cannot wait, by application, as written down; one that was erased is empty."""
    homes = {one.household_id for one in several if one.urgent}
    rows = select(Entry).where(Entry.chain_id.in_(homes), Entry.kind == EntryKind.FUND_APPLICATION.value)
    said = opened(session, list(session.scalars(rows))) if homes else []
    return {one["application_id"]: one["content"]["urgent"]["note"] or "" for one in said if "urgent" in one["content"]}


def of_household(session: Session, household_id: str) -> list[FundApplication]:
    """申请 of a household, the newest first."""
    rows = select(FundApplication).where(FundApplication.household_id == household_id)
    return list(session.scalars(rows.order_by(FundApplication.id.desc()).limit(20)))


def application(session: Session, by: Actor, application_id: str) -> FundApplication:
    """An application; NotAllowed outside the region, or where there is none."""
    found = session.get(FundApplication, application_id)
    if found is None or not by.may(Right.READ_FUND, found.village):
        raise NotAllowed
    return found


def steps(session: Session, found: FundApplication) -> list[tuple[Entry, dict[str, Any]]]:
    """办过的步骤 of an application with their opened payloads, oldest first."""
    rows = select(Entry).where(Entry.chain_id == found.household_id, Entry.kind.in_(OF_HOUSEHOLDS))
    entries = list(session.scalars(rows.order_by(Entry.seq)))
    both = zip(entries, opened(session, entries), strict=True)
    return [(entry, said) for entry, said in both if said["application_id"] == found.id]


def given_back(session: Session, village: str, seqs: Iterable[int]) -> set[int]:
    """Which donations were given back."""
    keys = {f"fund:{given_back_key(village, seq)}": seq for seq in seqs}
    kind = EntryKind.FUND_GIVEN_BACK.value
    rows = select(Entry.idempotency_key).where(Entry.idempotency_key.in_(keys), Entry.kind == kind)
    return {keys[key] for key in session.scalars(rows.where(Entry.chain_id == region_chain(village)))}
