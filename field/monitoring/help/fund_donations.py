"""基金捐款: one received and one given back, each an entry of the village's own chain."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from field.codes import Channel, EntryKind
from field.ledger.entries import Draft, Entry, append, lock_heads, opened, region_chain
from field.monitoring.cases.case_contents import fault
from field.monitoring.cases.cases import OtherContent
from field.monitoring.help.fund import Asked, repeated
from field.monitoring.help.fund_books import balances, post
from field.monitoring.help.fund_codes import KINDS, FundAction
from field.monitoring.help.fund_rules import Around, Standing, decide, donation_postings
from field.monitoring.policy.shelf import pack_on
from field.monitoring.refusals import OutOfOrder
from field.monitoring.workdays import china_day
from field.registry.regions import VILLAGE, Region
from field.registry.rights import Actor, NotAllowed, Right


def village_of(session: Session, code: str, by: Actor, right: Right) -> Region:
    """The village whose fund it is; NotAllowed outside the region, or where there is none."""
    found = session.get(Region, code) if len(code) == VILLAGE and by.may(right, code) else None
    if found is None:
        raise NotAllowed
    return found


def donate(session: Session, village: str, asked: Asked, by: Actor, now: datetime) -> Entry:
    """收到捐款."""
    village_of(session, village, by, Right.WORK_FUND)
    lock_heads(session, [region_chain(village)])
    if entry := repeated(session, asked, region_chain(village), by):
        return entry
    return _do(session, village, Standing(), asked, {}, by, now)


def give_back(session: Session, village: str, seq: int, asked: Asked, by: Actor, now: datetime) -> Entry:
    """退还捐款, whole and once, by another person than the one who recorded it."""
    entry, said = donation(session, village, seq, by, Right.WORK_FUND)
    lock_heads(session, [entry.chain_id])
    asked = replace(asked, key=given_back_key(village, seq))
    try:
        if once := repeated(session, asked, entry.chain_id, by):
            return once
    except OtherContent:
        raise OutOfOrder([fault("action", "这笔捐款已经退还了")]) from None
    at = Standing(amount=said["content"]["amount"], signed=(("", entry.actor),))
    return _do(session, village, at, asked, {"seq": seq, "amount": at.amount}, by, now)


def donation(session: Session, village: str, seq: int, by: Actor, right: Right) -> tuple[Entry, dict[str, Any]]:
    """A donation with its opened payload; NotAllowed outside the region, or where there is none."""
    village_of(session, village, by, right)
    entry = session.get(Entry, (region_chain(village), seq))
    if entry is None or entry.kind != EntryKind.FUND_DONATION:
        raise NotAllowed
    [said] = opened(session, [entry])
    return entry, said


def given_back_key(village: str, seq: int) -> str:
    """退还 is done once: its key names the donation."""
    return f"back:{village}:{seq}"


def derive_donation(session: Session, entry: Entry, said: dict[str, Any]) -> None:
    """捐款 or 退还, as it arrives and in every rebuild."""
    back = said["action"] == FundAction.GIVE_BACK
    amount = said["amount"] if back else said["content"]["amount"]
    post(session, entry, said["village"], donation_postings(amount, back=back))


def _do(
    session: Session, village: str, at: Standing, asked: Asked, more: dict[str, Any], by: Actor, now: datetime
) -> Entry:
    day, books = china_day(now), balances(session, village)
    there = Around(day, pack_on(day).fund, books.cash, books.payable)
    content = decide(at, asked.action, dict(asked.content), by.username, by.role, there)
    payload = {"action": asked.action.value, "village": village, "role": by.role.value, "content": content, **more}
    kind, key = KINDS[asked.action], f"fund:{asked.key}"
    entry = append(session, Draft(region_chain(village), kind, Channel.WEB, by.username, now, key, payload), now)
    derive_donation(session, entry, payload)
    return entry
