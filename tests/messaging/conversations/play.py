"""Plays a written conversation: its lines go through the one way of every message, what comes back is written beside them.

# a title begins a case
设 农户 短信              the farmer's number is bound (短信 or 微信); 设 妻子 短信 别家号码 shares a number
解 妻子                  what is bound at her number ends
知 妻子 440309 500000    what was last known of her: place, 分 a month
村 420626102299 堰垭村    another village of that name
过 3天                   time passes (天, 小时)
农户: 困难               somebody writes; 农户@微信 by WeChat; (照片) (位置) with its address, (语音) (关注) (取消关注) (别的) say what kind
← 遇到什么难处?…         what came back within the call
→ 农户 验证码******…      what was posted to somebody since; {验证码} in a later line is the code that came,
                             {后四位 农户} the end of his identity number
= declaration sms …      what the ledger holds that it did not hold before, and the facts that follow
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from field.codes import Channel
from field.ledger.entries import Entry, opened
from field.ledger.facts import Fact
from field.ledger.receipts import number
from field.messaging import talk
from field.messaging.conversations import Dialog
from field.messaging.messages import Inbound, Photo, Place, Said
from field.messaging.outbox import OutboundMessage
from field.messaging.sending_rules import Fate
from field.monitoring.duties.tasks import Task
from field.monitoring.leads.leads import Lead
from field.monitoring.workers.checkins import CheckedIn, record_checkin
from field.registry import contacts
from field.registry.contact_rules import Decision, Proof
from field.registry.contacts import Contact
from field.registry.households import Person
from field.registry.regions import load_regions

START = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)  # 10:00 in the county
CAST = {  # a role, the person's name in the small county, and the number it writes from
    "农户": ("陈大一", "+8613800000150"), "妻子": ("李小一", "+8613900000001"), "新号": ("李小一", "+8613900000009"),
    "邻居": ("陈大二", "+8613800000151"), "外人": ("", "+8613800000999"), "对面": ("陈大三", "+8613800000152"),
}  # fmt: skip
KINDS = {
    "照片": Said.PHOTO, "位置": Said.PLACE, "语音": Said.VOICE, "关注": Said.FOLLOWED, "取消关注": Said.LEFT,
    "菜单": Said.CLICKED, "别的": Said.UNKNOWN,
}  # fmt: skip
LEFT_OUT = {"person_id", "contact_id", "notice", "evidence", "level", "place"}
SPOKEN = re.compile(r"(\w+?)(@微信)?(?:\((\w+)\))?: ?(.*)")


@dataclass
class Stage:
    """舞台: one county, its clock, and what has been seen of it so far."""

    session: Session
    now: datetime = START
    count: int = 0
    code: str = ""
    shown: set[str] = field(default_factory=set)
    entries: set[tuple[str, int]] = field(default_factory=set)
    facts: set[tuple[str, int, int]] = field(default_factory=set)

    def __post_init__(self) -> None:
        list(self.happened())
        for _ in self.posted():
            pass

    def play(self, line: str) -> Iterator[str]:
        """What follows from one line of the script."""
        if line.startswith("设 "):
            self._bind(*line.split()[1:])
        elif line.startswith("解 "):
            self._unbind(line.split()[1])
        elif line.startswith("知 "):
            self._know(*line.split()[1:])
        elif line.startswith("村 "):
            _, code, name = line.split()
            load_regions(self.session, [(code, name)])
            self.session.commit()
        elif found := re.fullmatch(r"过 (\d+)(天|小时)", line):
            self.now += timedelta(**{"days" if found[2] == "天" else "hours": int(found[1])})
        elif found := SPOKEN.fullmatch(line):
            yield from self._say(found[1], bool(found[2]), found[3] or "", found[4])
        else:
            raise ValueError(line)
        yield from self.posted()

    def _say(self, role: str, wechat: bool, kind: str, text: str) -> Iterator[str]:
        self.count += 1
        self.now += timedelta(seconds=20)
        again = kind == "重发"
        sender = f"openid-{role}" if wechat else CAST[role][1]
        inbound = Inbound(
            Channel.WECHAT if wechat else Channel.SMS, "played", f"M{self.count - again}", sender, "us",
            KINDS.get(kind, Said.TEXT), self.now, text="" if kind == "位置" else self._filled(text),
            photos=(Photo(f"photo-{self.count}"),) if kind == "照片" else (),
            place=Place(31.74, 111.31, "gcj02", text or "堰垭村") if kind == "位置" else None,
        )  # fmt: skip
        self.count -= again
        ways: dict[str, str] = {Channel.SMS: "played", Channel.WECHAT: "played"}
        answer = talk.answer(self.session, inbound, self.now, ways)
        self.session.commit()
        yield from (f"← {said}" for said in self.plain(answer).split("\n") if said)

    def _filled(self, text: str) -> str:
        """The line with its code, and with the last four of somebody's identity number."""
        text = text.replace("{验证码}", self.code)
        return re.sub(r"\{后四位 (\w+)\}", lambda who: (self.person(who[1]).id_number or "")[-4:], text)

    def _bind(self, role: str, channel: str, at: str = "") -> None:
        on = Channel.WECHAT if channel == "微信" else Channel.SMS
        address = f"openid-{at or role}" if channel == "微信" else CAST[at or role][1]
        contact = contacts.claim(self.session, self.person(role), on, address, self.now)
        contacts.confirm(self.session, contact, Proof.VISIT, "cadre", self.now, Decision.SHARE)
        self.session.commit()

    def _unbind(self, role: str) -> None:
        index = contacts.address_index(Channel.SMS, CAST[role][1])
        for contact in self.session.scalars(select(Contact).where(Contact.address_index == index)):
            contacts.revoke(self.session, contact, "号码不归他了", self.now)
        self.session.commit()

    def _know(self, role: str, place: str, income: str) -> None:
        person = self.person(role)
        facts = {"work_place": place, "monthly_income": int(income)}
        said = CheckedIn(f"known:{role}", Channel.CALL, person.id, person.household_id, facts, recorder="cadre")
        at = self.now - timedelta(days=60)
        record_checkin(self.session, said, at, at)
        self.session.commit()
        list(self.happened())

    def person(self, role: str) -> Person:
        return self.session.scalars(select(Person).where(Person.name == CAST[role][0])).one()

    def posted(self) -> Iterator[str]:
        """What lies in the outbox that did not lie there before."""
        roles = {address: role for role, (_, address) in CAST.items()}
        rows = select(OutboundMessage).where(OutboundMessage.state == Fate.QUEUED.value)
        for row in self.session.scalars(rows.order_by(OutboundMessage.created_at, OutboundMessage.id)):
            if row.id not in self.shown:
                self.shown.add(row.id)
                if code := json.loads(row.variables).get("code"):
                    self.code = code
                whom = roles.get(row.recipient, row.recipient.replace("openid-", "") + "@微信")
                yield f"→ {whom} {self.plain(row.text)}"

    def happened(self) -> Iterator[str]:
        """What the ledger holds that it did not hold before, with the facts and the work that follow."""
        entries = list(self.session.scalars(select(Entry).order_by(Entry.recorded_at, Entry.chain_id, Entry.seq)))
        new = [entry for entry in entries if (entry.chain_id, entry.seq) not in self.entries]
        self.entries |= {(entry.chain_id, entry.seq) for entry in new}
        for entry, payload in zip(new, opened(self.session, new), strict=True):
            where = "无户" if entry.chain_id.startswith("region:") else "入户"
            yield f"= {entry.kind} {entry.channel} {where} {_short(payload)}"
            here = {"chain_id": entry.chain_id, "seq": entry.seq}
            for fact in self.session.scalars(select(Fact).filter_by(**here).order_by(Fact.place)):
                if entry.kind.startswith(("checkin", "binding")):
                    yield f"=   {fact.attribute} {fact.value} 可信{fact.level}"
            for lead in self.session.scalars(select(Lead).filter_by(**here)):
                yield f"=   线索 {lead.kind} {lead.source} {lead.region}"
            for task in self.session.scalars(select(Task).filter_by(**here)):
                yield f"=   待办 {task.kind} {(task.due_at - entry.occurred_at).days}天"

    def open_dialogs(self) -> Iterator[str]:
        """The dialogs that still wait."""
        waiting = select(Dialog).where(Dialog.closed_at.is_(None)).order_by(Dialog.purpose, Dialog.channel)
        yield from (f"= 还在问 {dialog.purpose}.{dialog.step}" for dialog in self.session.scalars(waiting))

    def plain(self, text: str) -> str:
        """The text without what is another one each time."""
        for digest in self.session.scalars(select(Entry.hash)):
            text = text.replace(number(digest), "〈受理号〉")
        return (
            text.replace(self.code or "\0", "〈验证码〉")
            if self.code
            else re.sub(r"(?<=验证码)\d{6}", "〈验证码〉", text)
        )


def written(session: Session, script: list[str]) -> list[str]:
    """A case as it is played: its own lines, each with what follows from it, and the ledger at the end."""
    stage, lines = Stage(session), []
    for line in script:
        lines += [line, *stage.play(line)]
    return [*lines, *stage.happened(), *stage.open_dialogs()]


def _short(payload: dict[str, Any]) -> str:
    told = {
        key: value for key, value in payload.items() if key not in LEFT_OUT and value not in (None, "", [], {}, False)
    }
    if "place" in payload:
        told["place"] = payload["place"]["datum"]
    return " ".join(f"{key}={_plain(value)}" for key, value in sorted(told.items()))


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return (
            "{" + " ".join(f"{key}={_plain(item)}" for key, item in sorted(value.items()) if key != "person_id") + "}"
        )
    return "+".join(map(str, value)) if isinstance(value, list) else str(value)
