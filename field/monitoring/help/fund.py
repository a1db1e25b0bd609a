"""村级救助基金: the one call by which anything is done to an application, and how it stands by the entries."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Index, String, func, insert, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column
from uuid6 import uuid7

from field.codes import Channel
from field.ledger.entries import Draft, Entry, append, lock_heads, opened, recorded, region_chain
from field.monitoring.cases.case_around import pack_of, photos
from field.monitoring.cases.case_contents import plain
from field.monitoring.cases.case_list import gone
from field.monitoring.cases.cases import OtherContent, Stale
from field.monitoring.help.fund_books import balances, post
from field.monitoring.help.fund_codes import KINDS, FundAction, FundState
from field.monitoring.help.fund_contents import read
from field.monitoring.help.fund_rules import GIVEN, OPEN, Act, Around, Standing, after, decide, kept, postings
from field.monitoring.policy.shapes import Pack
from field.monitoring.policy.shelf import pack_on
from field.monitoring.workdays import china_day
from field.orm import Base, Code, Id, RegionCode
from field.registry import reach
from field.registry.rights import Actor, NotAllowed, Right

COLUMNS = tuple(Standing.__dataclass_fields__)


class FundApplication(Base):
    """救助申请 of a household to its village's fund; derived, `seq` is its newest entry."""

    __tablename__ = "fund_application"

    id: Mapped[Id] = mapped_column(primary_key=True)
    household_id: Mapped[Id]
    village: Mapped[RegionCode]
    seq: Mapped[int]
    pack: Mapped[Code]
    applied_on: Mapped[date]
    state: Mapped[Code]
    amount: Mapped[int] = mapped_column(BigInteger)
    needs: Mapped[list[str]] = mapped_column(JSON)
    signed: Mapped[list[list[str]]] = mapped_column(JSON)
    approved_on: Mapped[date | None]
    refunded: Mapped[int] = mapped_column(BigInteger)
    paid_by: Mapped[str | None] = mapped_column(String(80))
    urgent: Mapped[bool]

    __table_args__ = (Index(None, "household_id"), Index(None, "village", "state"))

    @property
    def standing(self) -> Standing:
        """As the rules see it."""
        row = {name: getattr(self, name) for name in COLUMNS}
        row |= {"state": FundState(self.state), "needs": tuple(self.needs)}
        return Standing(**row | {"signed": tuple((role, who) for role, who in self.signed)})


@dataclass(frozen=True)
class Asked:
    """要办的事: `key` makes a second sending harmless, `expected` is the entry that the page showed as the newest."""

    action: FundAction
    content: Mapping[str, Any]
    key: str
    expected: int = 0


def apply(session: Session, household_id: str, asked: Asked, by: Actor, now: datetime) -> Entry:
    """申请救助 for a household."""
    household = reach.household(session, by, household_id, Right.WORK_FUND)
    lock_heads(session, [household.id, region_chain(household.region)])
    if entry := repeated(session, asked, household.id, by):
        return entry
    payload = {"application_id": str(uuid7()), "village": household.region, "pack": pack_on(china_day(now)).name}
    return _do(session, household.id, Standing(), asked, payload, by, now)


def act(session: Session, application_id: str, asked: Asked, by: Actor, now: datetime) -> Entry:
    """Do the next thing to an application; Refused with every fault, Stale from an old page."""
    found = session.get(FundApplication, application_id)
    if found is None or not by.may(Right.WORK_FUND, found.village):
        raise NotAllowed
    lock_heads(session, [found.household_id, region_chain(found.village)])
    if entry := repeated(session, asked, found.household_id, by, application_id):
        return entry
    session.refresh(found)
    if found.seq != asked.expected:
        raise Stale
    payload = {"application_id": found.id, "village": found.village, "pack": found.pack}
    return _do(session, found.household_id, found.standing, asked, payload, by, now)


def repeated(session: Session, asked: Asked, chain_id: str, by: Actor, about: str | None = None) -> Entry | None:
    """The entry of the same sending, if it came before; OtherContent where the key was used for something else."""
    entry = recorded(session, f"fund:{asked.key}")
    if entry is None:
        return None
    [said] = opened(session, [entry])
    part, _faults = read(asked.action, asked.content)
    same = (entry.chain_id, entry.actor, said["action"]) == (chain_id, by.username, asked.action.value)
    if not same or part is None or said["content"] != plain(part) or (about and said["application_id"] != about):
        raise OtherContent
    return entry


def _do(
    session: Session, household_id: str, at: Standing, asked: Asked, payload: dict[str, Any], by: Actor, now: datetime
) -> Entry:
    pack = pack_of(payload["pack"], now)
    there = _around(session, household_id, payload["village"], pack, china_day(now))
    content = decide(at, asked.action, dict(asked.content), by.username, by.role, there)
    payload |= {"action": asked.action.value, "role": by.role.value, "content": content}
    if asked.action is FundAction.APPLY and pack.fund:
        payload["needs"] = list(pack.fund.signatures(content["amount"]))
    draft = Draft(household_id, KINDS[asked.action], Channel.WEB, by.username, now, f"fund:{asked.key}", payload,
                  content.get("photos", ()))  # fmt: skip
    entry = append(session, draft, now)
    derive_fund(session, entry, payload)
    return entry


def derive_fund(session: Session, entry: Entry, said: dict[str, Any]) -> None:
    """申请的一步, as it arrives and in every rebuild: the new standing, and the postings."""
    found = session.get(FundApplication, said["application_id"], populate_existing=True)
    at, day = found.standing if found else Standing(), china_day(entry.recorded_at)
    done = Act(
        FundAction(said["action"]), entry.actor, said["role"], day, said["content"], tuple(said.get("needs", ()))
    )
    row = kept(after(at, done)) | {"seq": entry.seq, "pack": said["pack"]}
    if found is None:
        row |= {"household_id": entry.chain_id, "village": said["village"], "applied_on": day}
        session.execute(insert(FundApplication).values(id=said["application_id"], **row))
    else:
        session.execute(update(FundApplication).where(FundApplication.id == found.id).values(**row))
        session.expire(found)
    post(session, entry, said["village"], postings(at, done), entry.chain_id)


def _around(session: Session, household_id: str, village: str, pack: Pack, day: date) -> Around:
    books, its = balances(session, village), FundApplication.household_id == household_id
    this_year = FundApplication.approved_on.between(date(day.year, 1, 1), date(day.year, 12, 31))
    given = select(func.coalesce(func.sum(FundApplication.amount - FundApplication.refunded), 0))
    still_open = select(FundApplication.id).where(its, FundApplication.state.in_([one.value for one in OPEN]))
    return Around(
        day=day, fund=pack.fund, cash=books.cash, payable=books.payable,
        given=int(session.scalar(given.where(its, this_year, FundApplication.state.in_(GIVEN))) or 0),
        another_open=session.scalar(still_open.limit(1)) is not None, photos=photos(session, household_id),
        gone=session.scalar(select(gone(household_id))) or False,
    )  # fmt: skip
