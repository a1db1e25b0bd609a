"""我的提醒: by which way, at which number and when a member of staff wants to be told; derived from entries.

What holds is the newest choice, whichever post it was made in, so that it goes with the person.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from field.codes import Channel, EntryKind, ReminderWay
from field.labels import Labelled
from field.ledger.entries import Draft, Entry, append, lock_heads, opened, recorded, region_chain
from field.monitoring.cases.cases import OtherContent
from field.orm import Base, Code, Id, Utc
from field.registry.numbers import e164
from field.registry.rights import Actor
from field.registry.sealing import Sealed

USUAL, MOST_CODES, DAY = "08:00", 5, timedelta(days=1)
MOBILE = re.compile(r"\+861[3-9]\d{9}", re.ASCII)
HALF_HOUR = re.compile(r"(?:[01]\d|2[0-3]):(?:00|30)", re.ASCII)
Faults = list[tuple[str, str]]


class Standing(Labelled):
    """确认情况: whether the number is the person's own."""

    CONFIRMED = "confirmed", "已确认"
    WAITING = "waiting", "等验证码"
    WRONG = "wrong", "验证码不对"


class Reminder(Base):
    """提醒: the newest choice of one member of staff, and the entry that it was made by."""

    __tablename__ = "reminder"

    staff_id: Mapped[Id] = mapped_column(primary_key=True)
    way: Mapped[Code]
    at: Mapped[str] = mapped_column(String(5))
    address: Mapped[str | None] = mapped_column(Sealed("reminder"))
    state: Mapped[Code]
    chain_id: Mapped[Id]
    seq: Mapped[int]
    chosen_at: Mapped[Utc]


@dataclass(frozen=True)
class Choice:
    """选择: a way, a time of day, the number typed; an openid only where WeChat itself has just said it."""

    way: ReminderWay
    at: str = USUAL
    phone: str = ""
    openid: str = ""


class TooManyCodes(Exception):
    """验证码发得太多: no more of them today."""


class NotProven(Exception):
    """没有微信: nobody's WeChat is known yet; it is opened from within WeChat."""


def faults(way: str, at: str, phone: str, held: Reminder | None) -> Faults:
    """Every fault of what was filled in, by field; where a number is held already, none need be written."""
    found: Faults = []
    if way not in ReminderWay.labels():
        found.append(("way", "请选一种提醒方式"))
    if not HALF_HOUR.fullmatch(at):
        found.append(("at", "请从列出的时间里选一个"))
    kept = not phone and held is not None and held.way == ReminderWay.SMS
    if way == ReminderWay.SMS and not kept and not MOBILE.fullmatch(e164(phone) or ""):
        found.append(("phone", "请填本人的 11 位手机号"))
    return found


def chosen(session: Session, staff_id: str) -> Reminder | None:
    """What a member of staff has chosen, as it stands now."""
    return session.get(Reminder, staff_id, populate_existing=True)


def choose(session: Session, asked: Choice, key: str, by: Actor, now: datetime) -> Entry:
    """设置提醒; a new telephone number waits for the code that is sent to it, until then nothing goes there."""
    chain, key = region_chain(by.region), f"reminder:{key}"
    lock_heads(session, [chain])
    held = chosen(session, by.staff_id)
    content = {"staff_id": by.staff_id, "way": asked.way.value, "at": asked.at, **_address(asked, held)}
    if known := recorded(session, key):
        return _same(session, known, content, by)
    content["state"] = _state(asked, content, held).value
    if content["state"] == Standing.WAITING and _codes(session, by, now) >= MOST_CODES:
        raise TooManyCodes
    return _append(session, Draft(chain, EntryKind.REMINDER, Channel.WEB, by.username, now, key, content), now)


def answer(session: Session, right: bool, by: Actor, now: datetime) -> bool:
    """验证码: whether the number is confirmed now; one answer for each code that was sent."""
    chain = region_chain(by.region)
    lock_heads(session, [chain])
    held = chosen(session, by.staff_id)
    if held is None or held.state != Standing.WAITING:
        return held is not None and held.state == Standing.CONFIRMED
    state = Standing.CONFIRMED if right else Standing.WRONG
    content = {"staff_id": by.staff_id, "way": held.way, "at": held.at, "phone": held.address, "state": state.value}
    key = f"reminder_code:{held.chain_id}:{held.seq}"
    _append(session, Draft(chain, EntryKind.REMINDER, Channel.WEB, by.username, now, key, content), now)
    return right


def derive_reminder(session: Session, entry: Entry, said: dict[str, Any]) -> None:
    """The newest choice counts, in whichever order the chains are read."""
    held = session.get(Reminder, said["staff_id"])
    if held and (held.chosen_at, held.chain_id, held.seq) > (entry.recorded_at, entry.chain_id, entry.seq):
        return
    row = held or Reminder(staff_id=said["staff_id"])
    row.way, row.at, row.state = said["way"], said["at"], said["state"]
    row.address = said.get("phone") or said.get("openid")
    row.chain_id, row.seq, row.chosen_at = entry.chain_id, entry.seq, entry.recorded_at
    session.add(row)
    session.flush()


def _append(session: Session, draft: Draft, now: datetime) -> Entry:
    entry = append(session, draft, now)
    derive_reminder(session, entry, draft.payload)
    return entry


def _address(asked: Choice, held: Reminder | None) -> dict[str, Any]:
    """Where to, under the key that is veiled; the openid that WeChat said once is kept as long as it is chosen."""
    if asked.way is ReminderWay.SMS:
        return {"phone": e164(asked.phone) if asked.phone else held and held.address}
    if asked.way is ReminderWay.NONE:
        return {}
    openid = asked.openid or (held.address if held and held.way == ReminderWay.WECHAT else None)
    if not openid:
        raise NotProven
    return {"openid": openid}


def _state(asked: Choice, content: dict[str, Any], held: Reminder | None) -> Standing:
    if asked.way is not ReminderWay.SMS:
        return Standing.CONFIRMED
    same = held is not None and (held.way, held.address) == (ReminderWay.SMS, content["phone"])
    return Standing.CONFIRMED if same and held and held.state == Standing.CONFIRMED else Standing.WAITING


def _same(session: Session, known: Entry, content: dict[str, Any], by: Actor) -> Entry:
    [before] = opened(session, [known])
    if known.actor != by.username or any(before.get(name) != value for name, value in content.items()):
        raise OtherContent
    return known


def _codes(session: Session, by: Actor, now: datetime) -> int:
    """How many codes were sent for a member of staff within a day."""
    mine = Entry.actor == by.username, Entry.occurred_at > now - DAY, Entry.kind == EntryKind.REMINDER.value
    several = opened(session, list(session.scalars(select(Entry).where(*mine))))
    return sum(said["state"] == Standing.WAITING for said in several)
