"""利益联结: enterprises, their ties to households and what they paid; the one call by which it is recorded."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Index, insert, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column
from uuid6 import uuid7

from field.codes import Channel, EntryKind
from field.help_codes import TieAction
from field.ledger.chain import canonical
from field.ledger.entries import Draft, Entry, append, lock_head, opened, recorded, region_chain
from field.monitoring.cases.case_contents import Part, fault, plain, read_as
from field.monitoring.cases.cases import OtherContent, Stale
from field.monitoring.help.tie_rules import NEEDS, Terms, against
from field.monitoring.refusals import OutOfOrder, Refused
from field.monitoring.workdays import china_day
from field.orm import Base, Code, Id, Name, RegionCode
from field.registry import reach
from field.registry.regions import Region, within
from field.registry.rights import Actor, NotAllowed, Right

LAST = date.max.isoformat()
KINDS = {TieAction.ADD: EntryKind.PARTNER, TieAction.PAY: EntryKind.TIE_PAID}


class Partner(Base):
    """经营主体: an enterprise, a co-operative or a family farm of a village, a town or the county."""

    __tablename__ = "partner"

    id: Mapped[Id] = mapped_column(primary_key=True)
    region: Mapped[RegionCode]
    seq: Mapped[int]
    kind: Mapped[Code]
    title: Mapped[Name]

    __table_args__ = (Index(None, "region"),)


class Tie(Base):
    """利益联结 of a household with a partner: what is promised a year, in 分; `seq` is its newest entry."""

    __tablename__ = "tie"

    id: Mapped[Id] = mapped_column(primary_key=True)
    household_id: Mapped[Id]
    seq: Mapped[int]
    partner_id: Mapped[Id]
    kind: Mapped[Code]
    begins_on: Mapped[date]
    ends_on: Mapped[date | None]
    promised: Mapped[int] = mapped_column(BigInteger)

    __table_args__ = (Index(None, "household_id"), Index(None, "partner_id"))

    @property
    def terms(self) -> Terms:
        """As the rules see it."""
        return Terms(self.begins_on, self.ends_on, self.promised)


class TiePayment(Base):
    """兑现: one payment to a household, in 分."""

    __tablename__ = "tie_payment"

    household_id: Mapped[Id] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    tie_id: Mapped[Id]
    paid_on: Mapped[date]
    amount: Mapped[int] = mapped_column(BigInteger)

    __table_args__ = (Index(None, "tie_id"),)


@dataclass(frozen=True)
class Asked:
    """要记的事: `of` is the household that is tied, or the tie; `expected` the newest entry that the page showed."""

    action: TieAction
    content: Mapping[str, Any]
    key: str
    expected: int = 0
    of: str = ""


def act(session: Session, asked: Asked, by: Actor, now: datetime) -> Entry:
    """Record it; Refused with every fault, Stale from an old page, NotAllowed outside the region."""
    part, faults = read_as(NEEDS[asked.action], dict(asked.content))
    tie = session.get(Tie, asked.of) if asked.action in (TieAction.PAY, TieAction.END) else None
    chain = _chain(session, asked, tie, part, by)
    if chain is None or part is None:
        raise Refused(faults)
    lock_head(session, chain)
    if entry := _repeated(session, asked, chain, part, by):
        return entry
    if tie:
        session.refresh(tie)
        if tie.seq != asked.expected:
            raise Stale
    faults += against(part, tie.terms if tie else None, china_day(now))
    if faults:
        raise Refused(faults)
    content = plain(part)
    _unique(session, asked.action, chain, content)
    subject = "partner_id" if asked.action is TieAction.ADD else "tie_id"
    payload = {subject: tie.id if tie else str(uuid7()), "action": asked.action.value, "content": content}
    kind = KINDS.get(asked.action, EntryKind.TIE)
    draft = Draft(chain, kind, Channel.WEB, by.username, now, f"tie:{asked.key}", payload)
    entry = append(session, draft, now)
    derive_partnership(session, entry, payload)
    return entry


def reachable(by: Actor, region: str) -> bool:
    """Whether a partner may be tied to households of an actor: within the own region, or of a place above it."""
    return within(region, by.region) or within(by.region, region)


def derive_partnership(session: Session, entry: Entry, said: dict[str, Any]) -> None:
    """经营主体、联结、兑现, as they arrive and in every rebuild."""
    content, action = said["content"], TieAction(said["action"])
    if action is TieAction.ADD:
        row = {name: content[name] for name in ("region", "kind", "title")} | {"seq": entry.seq}
        session.execute(insert(Partner).values(id=said["partner_id"], **row))
    elif action is TieAction.TIE:
        row = {name: content[name] for name in ("partner_id", "kind", "promised")}
        row |= {"household_id": entry.chain_id, "seq": entry.seq, "begins_on": date.fromisoformat(content["from"])}
        ends = date.fromisoformat(content["to"]) if "to" in content else None
        session.execute(insert(Tie).values(id=said["tie_id"], ends_on=ends, **row))
    else:
        _derive_later(session, entry, said["tie_id"], content, action)


def _derive_later(session: Session, entry: Entry, tie_id: str, content: dict[str, Any], action: TieAction) -> None:
    ends = {"ends_on": date.fromisoformat(content["to"])} if action is TieAction.END else {}
    session.execute(update(Tie).where(Tie.id == tie_id).values(seq=entry.seq, **ends))
    if action is TieAction.PAY:
        row = {"paid_on": date.fromisoformat(content["paid_on"]), "amount": content["amount"], "tie_id": tie_id}
        session.execute(insert(TiePayment).values(household_id=entry.chain_id, seq=entry.seq, **row))


def _chain(session: Session, asked: Asked, tie: Tie | None, part: Part | None, by: Actor) -> str | None:
    """Whose chain it goes into; NotAllowed outside the region; None where that cannot be said for want of a form."""
    if not by.has(Right.WORK_PARTNERS):
        raise NotAllowed
    if asked.action is TieAction.ADD:
        region = str(asked.content.get("region", ""))
        there = by.may(Right.WORK_PARTNERS, region) and session.get(Region, region) is not None
        if part is not None and not there:
            raise NotAllowed
        return region_chain(region) if part else None
    household = reach.household(session, by, tie.household_id if tie else asked.of, Right.WORK_PARTNERS)
    if asked.action is TieAction.TIE and part is not None:
        partner = session.get(Partner, asked.content["partner_id"])
        if partner is None or not reachable(by, partner.region):
            raise NotAllowed
    return household.id


def _unique(session: Session, action: TieAction, chain: str, content: dict[str, Any]) -> None:
    """The same is not recorded twice by two people."""
    if action is TieAction.ADD:
        here = Partner.region == content["region"], Partner.title == content["title"]
        if session.scalar(select(Partner.id).where(*here).limit(1)):
            raise OutOfOrder([fault("title", "这里已经登记过同名的经营主体")])
    if action is TieAction.TIE:
        same = Tie.household_id == chain, Tie.partner_id == content["partner_id"], Tie.kind == content["kind"]
        first, last = date.fromisoformat(content["from"]), date.fromisoformat(content.get("to", LAST))
        overlap = Tie.begins_on <= last, or_(Tie.ends_on.is_(None), Tie.ends_on >= first)
        if session.scalar(select(Tie.id).where(*same, *overlap).limit(1)):
            raise OutOfOrder([fault("kind", "这一户和它在这段时间里已有同样的联结")])


def _repeated(session: Session, asked: Asked, chain: str, part: Part, by: Actor) -> Entry | None:
    entry = recorded(session, f"tie:{asked.key}")
    if entry is None:
        return None
    [said] = opened(session, [entry])
    same = entry.chain_id == chain and entry.actor == by.username and said["action"] == asked.action.value
    if not same or canonical(plain(part)) != canonical(said["content"]):
        raise OtherContent
    return entry
