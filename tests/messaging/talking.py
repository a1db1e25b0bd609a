"""A county in which anybody writes anything, and what must hold whatever they write; rolled back after each run."""

import json
import re
import tomllib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any, TypeVar

from PIL import Image
from sqlalchemy import Connection, func, select
from sqlalchemy.orm import Session

from field.codes import Channel, JobKind, RiskFactor
from field.ledger.entries import Entry, opened
from field.media.vault import Vault
from field.messaging import checkin_waves, inbox, pictures, talk
from field.messaging.conversations import Dialog
from field.messaging.dialogs import loading
from field.messaging.dialogs.loading import Library
from field.messaging.dialogs.saying import text_units
from field.messaging.dialogs.shapes import Dialog as Wording
from field.messaging.dialogs.shapes import bare
from field.messaging.inbox import InboundMessage
from field.messaging.messages import Inbound
from field.messaging.outbox import OutboundMessage
from field.messaging.scene import place_name
from field.monitoring.leads.bindings import Deed, confirm, end, register
from field.monitoring.workers.checkins import CheckedIn, record_checkin
from field.registry import contacts
from field.registry.contact_rules import Decision, Proof
from field.registry.contacts import Contact
from field.registry.holders import Holder
from field.registry.households import Person
from field.registry.masking import mask_phone
from field.registry.sealing import keyring
from field.work import Assignment, Job

START = datetime(2031, 11, 20, 2, 0, tzinfo=UTC)  # 10:00 in the county, and after it was founded
COUNTY = "420626"
SMS, WECHAT = Channel.SMS, Channel.WECHAT
WAYS: dict[str, str] = {SMS: "played", WECHAT: "played"}
Address = tuple[Channel, str]
FARMER, FARMER_TOO, WORKER = (SMS, "+8613800000150"), (WECHAT, "openid-farmer"), (SMS, "+8613900000001")
SHARED, NEW, STRANGER = (SMS, "+8613900000005"), (SMS, "+8613900000009"), (SMS, "+8613800000999")
STRANGER_TOO = (WECHAT, "openid-stranger")
ADDRESSES: tuple[Address, ...] = (FARMER, FARMER_TOO, WORKER, SHARED, NEW, STRANGER, STRANGER_TOO)
BOUND = {FARMER: ["陈大一"], FARMER_TOO: ["陈大一"], WORKER: ["李小一"], SHARED: ["陈大二", "李小二"]}
KNOWN_PLACE, KNOWN_INCOME = "330782", 473100
SECRETS = ("义乌", "4731")  # what is known of the worker
NAMES = tuple(f"{first}{number}" for first in ("陈大", "李小") for number in "一二三四")
CONFIRMS = {
    "declaration": re.compile("对回1，要改回2|请核对："), "checkin": re.compile("您说：(?s:.*)对请回1"),
}  # fmt: skip
AGAIN = {
    "declaration": "请回数字：1 没错，报上去", "checkin": "请回 1 表示对；不对就把正确的再说一遍",
}  # fmt: skip
UNCHANGED = re.compile("没变化?.?回 ?1|都没变请回 1")
Result = TypeVar("Result")


class World:
    """世界: one run; every turn is a savepoint of one transaction that is never committed."""

    def __init__(self, connection: Connection, folder: Path) -> None:
        self.connection, self.vault = connection, Vault(folder, keyring())
        self.session = self.begin()
        self.now, self.count, self.code = START, 0, ""
        self.sent: list[tuple[Inbound, str]] = []
        self.shown: dict[Address, list[str]] = {address: [] for address in ADDRESSES}
        self.typed: dict[Address, str] = dict.fromkeys(ADDRESSES, "")
        self.known: set[Address] = set()
        self.seen: set[tuple[str, int]] = set()
        self.posted: set[str] = set()
        for address, names in BOUND.items():
            for name in names:
                self.bind(name, address)
        self.turn(self._know)
        self.entries()

    def begin(self) -> Session:
        """A session within the one transaction."""
        return Session(self.connection, join_transaction_mode="create_savepoint", expire_on_commit=False)

    def turn(self, work: Callable[[Session], Result]) -> Result:
        """One transaction of the product."""
        result = work(self.session)
        self.session.commit()
        self.session.expire_all()
        return result

    def person(self, name: str) -> Person:
        return self.session.scalars(select(Person).where(Person.name == name)).one()

    def _know(self, session: Session) -> None:
        person, at = self.person("李小一"), self.now - timedelta(days=200)
        facts = {"work_place": KNOWN_PLACE, "monthly_income": KNOWN_INCOME, "months_away": 10}
        record_checkin(
            session, CheckedIn("known", Channel.CALL, person.id, person.household_id, facts, recorder="cadre"), at, at
        )

    # what happens

    def say(self, address: Address, inbound: Inbound) -> str:
        """Somebody writes; the answer, and what had to hold of it."""
        holders = inbox.take_in(self.session, inbound, "", self.now).holders
        self.known |= {address} if holders else set()
        before = {where: list(self.shown[where]) for where in self.addresses(address, holders)}
        answer = self.turn(lambda session: talk.answer(session, inbound, self.now, WAYS))
        self.sent.append((inbound, answer))
        self.typed[address] += inbound.text
        if answer:
            self.shown[address].append(answer)
        self.deliver()
        for entry, payload in self.entries():
            self.is_confirmed(entry, payload, inbound.text, before)
        if address not in self.known:
            self.tells_nothing(address, answer)
        return answer

    def addresses(self, address: Address, holders: Sequence[Holder]) -> set[Address]:
        """The address, and the others of who is there: a question asked at one may be answered at another."""
        people = [contact.person_id for contact in holders]
        mine = self.session.scalars(select(Contact).where(Contact.person_id.in_(people)))
        return {address} | ({(Channel(one.channel), one.address) for one in mine} & set(ADDRESSES))

    def again(self, inbound: Inbound, answer: str) -> None:
        """The provider sends a message once more."""
        before = self.counts()
        assert self.turn(lambda session: talk.answer(session, inbound, self.now, WAYS)) == answer
        assert self.counts() == before

    def counts(self) -> list[int]:
        tables = (Entry, OutboundMessage, InboundMessage, Dialog, Job)
        return [self.session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]

    def deliver(self) -> None:
        """What was posted arrives."""
        for row in self.session.scalars(select(OutboundMessage).order_by(OutboundMessage.created_at)):
            address = Channel(row.channel), row.recipient
            if row.id not in self.posted and row.state == "queued" and address in self.shown:
                self.shown[address].append(row.text)
                self.code = json.loads(row.variables).get("code") or self.code
                assert row.channel != SMS or text_units(f"【田野】{row.text}") <= 70, row.text
            self.posted.add(row.id)

    def bind(self, name: str, address: Address) -> None:
        """A cadre confirms who is at an address."""

        def work(session: Session) -> None:
            deed, person = Deed("cadre"), self.person(name)
            try:
                contact = register(session, person, *address, deed, self.now)
                if contact.state != "verified":
                    confirm(session, contact, Proof.VISIT, deed, self.now, Decision.SHARE)
            except contacts.TooMany:
                pass

        self.turn(work)

    def revoke(self, address: Address) -> None:
        """A cadre ends whatever is bound at an address."""

        def work(session: Session) -> None:
            index = contacts.address_index(*address)
            rows = select(Contact).where(Contact.address_index == index, Contact.revoked_at.is_(None))
            for contact in session.scalars(rows).all():
                end(session, contact, Deed("cadre", note="不是他的"), self.now)

        self.turn(work)

    def photographs_arrive(self) -> None:
        """The worker fetches what was sent."""
        jobs = select(Job).where(Job.kind == JobKind.PHOTO_FETCH.value, Job.state == "queued")
        for job in self.session.scalars(jobs).all():
            task = Assignment(job.id, job.kind, job.payload, "w", None, self.begin, lambda: self.now)
            job.state = "done"
            self.session.commit()
            pictures.fetch(task, self.vault, {"played": lambda photo: picture(photo.reference)})
        self.session.expire_all()

    def round(self, *, start: bool) -> None:
        """The waves of check-ins go on."""
        if start:
            name = f"wave-{self.now.isoformat()}"
            self.turn(lambda session: checkin_waves.start(session, name, COUNTY, "county", WAYS, self.now))
        checkin_waves.step(self.turn, self.now, WAYS)
        self.deliver()

    # what must hold

    def entries(self) -> list[tuple[Entry, dict[str, Any]]]:
        """The entries that are new."""
        rows = self.session.scalars(select(Entry).order_by(Entry.recorded_at, Entry.chain_id, Entry.seq)).all()
        new = [row for row in rows if (row.chain_id, row.seq) not in self.seen]
        self.seen |= {(row.chain_id, row.seq) for row in new}
        return list(zip(new, opened(self.session, new), strict=True))

    def is_confirmed(self, entry: Entry, said: dict[str, Any], text: str, before: dict[Address, list[str]]) -> None:
        """Never a fact without confirmation: what counts was shown last, and the answer to it was yes."""
        if entry.kind not in CONFIRMS or said.get("declined"):
            return
        words = loading.library().current[0].words.replies
        asked = [texts[-1] for texts in before.values() if texts]
        if said.get("unchanged"):
            assert bare(text) not in ("1", "一") or any(UNCHANGED.search(one) for one in asked), (asked, text)
            return
        assert bare(text) in words.yes, (said, text)
        question, hint = CONFIRMS[entry.kind], AGAIN[entry.kind]
        assert any(question.search(one) or hint in one for one in asked), (asked, text)
        shown = [one for texts in before.values() for one in [each for each in texts if question.search(each)][-1:]]
        assert any(all(part in one for part in self.facts(said)) for one in shown), (said, shown)

    def facts(self, said: dict[str, Any]) -> Iterator[str]:
        """What of an entry must have been shown."""
        if "risk_factors" in said:
            codes = said["risk_factors"]
            yield from (RiskFactor.label_of(code) for code in codes[:2] if codes != ["other"])
            if said.get("amount"):
                yield f"{said['amount'] // 100 // 10_000 or said['amount'] // 100}"
            if said.get("since"):
                yield said["since"][:4] + "年"
            return
        facts: dict[str, Any] = said.get("facts", {})
        for name, value in facts.items():
            if name == "work_place":
                yield place_name(self.session, value)
            elif name == "phone":
                yield mask_phone(value) or ""
            elif name.startswith("monthly_income"):
                yield f"{round(value / 100)}" if value else "没有收入"
            else:
                yield str(value)[:10]

    def tells_nothing(self, address: Address, answer: str) -> None:
        """A stranger learns no name, place or income of the roster that he did not write himself."""
        told = [secret for secret in (*NAMES, *SECRETS) if secret in answer and secret not in self.typed[address]]
        assert told == [], answer

    def dialogs_hold(self) -> None:
        """At most one open dialog for each purpose, none without end, no long number in the clear."""
        rows = self.session.scalars(select(Dialog).where(Dialog.closed_at.is_(None))).all()
        senders = [(row.channel, row.sender_index, row.purpose) for row in rows]
        people = [(row.person_id, row.purpose) for row in rows if row.person_id]
        assert len(set(senders)) == len(senders)
        assert len(set(people)) == len(people)
        for row in rows:
            assert row.state["exchanges"] < 20
            assert not LONG.search(json.dumps(row.state["answers"], ensure_ascii=False))

    def nothing_long_is_kept(self) -> None:
        """No identity or bank number in the clear in what was written or recorded."""
        for text, place in self.session.execute(select(InboundMessage.text_masked, InboundMessage.place)):
            assert not LONG.search(text), text
            assert not LONG.search((place or {}).get("label", "")), place
        entries = list(self.session.scalars(select(Entry).where(Entry.kind.in_(["declaration", "checkin"]))))
        for payload in opened(self.session, entries):
            kept = {name: value for name, value in payload.items() if name not in ("person_id", "contact_id", "helper")}
            assert not LONG.search(json.dumps(kept, ensure_ascii=False)), kept


LONG = re.compile(r"(?<![0-9a-f-])\d(?:[ \-]{0,3}\d){14,}(?![0-9a-f-])")


def picture(name: str) -> bytes:
    """A photograph of its own for each name."""
    data, tone = BytesIO(), sha256(name.encode()).digest()
    Image.new("RGB", (16, 16), tuple(tone[:3])).save(data, "JPEG")
    return data.getvalue()


def deploys() -> list[Library]:
    """What may run after a deploy: as it is; steps under other names; a step gone; none of them with the old version."""
    files = [tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(loading.OURS.glob("*.toml"))]
    raw = {data["name"]: data for data in files}
    words = loading.library().current[0].words
    plain = {name: data for name, data in raw.items() if name != "words"}
    renamed = {name: _renamed(data, "confirm", "confirmed") for name, data in plain.items()}
    gone = plain | {"declare": _without(plain["declare"], "since_amount", "since")}
    return [_library(one, words, version) for version, one in enumerate((plain, renamed, gone), 1)]


def _library(raw: dict[str, dict[str, Any]], words: Any, version: int) -> Library:
    made = {name: Wording.model_validate({**data, "words": words, "version": version}) for name, data in raw.items()}
    return Library({name: {version: one} for name, one in made.items()}, dict.fromkeys(made, version))


def _renamed(data: dict[str, Any], old: str, new: str) -> dict[str, Any]:
    text = json.dumps(data, ensure_ascii=False).replace(f'"{old}"', f'"{new}"')
    return json.loads(text.replace(f'"answer": "{new}"', f'"answer": "{old}"'))  # type: ignore[no-any-return]


def _without(data: dict[str, Any], step: str, then: str) -> dict[str, Any]:
    text = json.dumps({**data, "steps": {name: one for name, one in data["steps"].items() if name != step}})
    return json.loads(text.replace(f'"{step}"', f'"{then}"'))  # type: ignore[no-any-return]


@contextmanager
def deployed(library: Library) -> Iterator[None]:
    """This library counts for a while."""
    before = loading.load
    loading.load = lambda _folder: library  # type: ignore[assignment]
    try:
        yield
    finally:
        loading.load = before
