"""国内短信的故事: a declaration by SMS through Tencent or Aliyun, whose answers leave the outbox as templates."""

import json
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from field import clock
from field.codes import Channel
from field.db import db, transact
from field.ledger.entries import Entry
from field.messaging import talk
from field.messaging.connected import Connected
from field.messaging.dialogs.loading import library
from field.messaging.inbox import InboundMessage
from field.messaging.messages import Sender
from field.messaging.outbox import OutboundMessage
from field.messaging.providers.aliyun import Aliyun, AliyunSender
from field.messaging.providers.pushed import door
from field.messaging.providers.tencent import Tencent, TencentSender
from field.messaging.sending import send_some
from field.messaging.template_gaps import filings
from field.messaging.templates import Approved, Template
from field.messaging.understanding.masking import masked
from field.monitoring.rebuild import rebuild
from field.registry import contacts
from field.registry.contact_rules import Proof
from field.registry.households import Person
from tests.county import County
from tests.messaging.people import Turns
from tests.messaging.providers.gateways import Gateway, gateway

HOME, FARMER, SECRET = "420626107204", "13800000150", "a-secret-that-nobody-guesses"
FROM = "203.0.113.0/24"
ANSWERS = {"aliyun": {"code": 0, "msg": "接收成功"}, "tencent": {"result": 0, "errmsg": "OK"}}
DECLARED = ("困难", "1", "上个月 3万", "1")
SHANGHAI = ZoneInfo("Asia/Shanghai")


class Gate:
    """网关: what a domestic gateway pushes, from one of its addresses."""

    def __init__(self, county: County, name: str) -> None:
        self.county, self.name, self.count = county, name, 0
        settings: dict[str, Any] = {
            "aliyun": Aliyun("id", "key", "田野", door(SECRET, FROM)),
            "tencent": Tencent("id", "key", "1400", "田野", door(SECRET, FROM)),
        }
        county.app.extensions["field_connected"] = Connected("http://127.0.0.1:8000", **{name: settings[name]})

    def push(self, what: str, body: Any, secret: str = SECRET, address: str = "203.0.113.7") -> TestResponse:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        path = f"/hooks/{self.name}/{secret}/{what}"
        return self.county.client().post(
            path, data=raw, content_type="application/json", environ_base={"REMOTE_ADDR": address}
        )

    def item(self, text: str, place: int, sender: str = FARMER) -> dict[str, Any]:
        sent = datetime(2026, 11, 24, 10, 0, tzinfo=SHANGHAI) + timedelta(seconds=place)
        if self.name == "aliyun":
            return {"phone_number": sender, "content": text, "send_time": f"{sent:%Y-%m-%d %H:%M:%S}",
                    "dest_code": "1234", "sequence_id": str(place)}  # fmt: skip
        return {"extend": "", "mobile": sender, "nationcode": "86", "sign": "田野", "text": text,
                "time": int(sent.timestamp())}  # fmt: skip

    def say(self, text: str, sender: str = FARMER, again: bool = False) -> list[str]:
        """Push one message; the steps of what is posted for it."""
        self.count += not again
        before = len(self.posted())
        item = self.item(text, self.count, sender)
        answer = self.push("inbound", [item] if self.name == "aliyun" else item)
        assert answer.status_code == 200, answer.text
        assert answer.get_json() == ANSWERS[self.name]
        return [message.step for message in self.posted()[before:]]

    def report(self, provider_id: str, *, arrived: bool = True) -> dict[str, Any]:
        if self.name == "aliyun":
            return {"phone_number": FARMER, "report_time": "2026-11-24 10:00:05", "success": arrived,
                    "err_code": "MK:0001", "err_msg": f"空号{FARMER}", "biz_id": provider_id}  # fmt: skip
        return {"user_receive_time": "2026-11-24 10:00:05", "mobile": FARMER, "nationcode": "86", "sid": provider_id,
                "report_status": "SUCCESS" if arrived else "FAIL", "errmsg": "MK:0001",
                "description": f"空号{FARMER}"}  # fmt: skip

    def posted(self) -> list[OutboundMessage]:
        with self.county.app.app_context():
            return list(db.session.scalars(select(OutboundMessage).order_by(OutboundMessage.id)))

    def states(self) -> list[str]:
        return [message.state for message in self.posted()]

    def bind(self) -> None:
        """The farmer's number is confirmed by a cadre's visit."""

        def work(session: Session) -> None:
            here = Person.household_id == self.county.households[HOME]
            person = session.scalars(select(Person).where(here).order_by(Person.position)).all()[0]
            contact = contacts.claim(session, person, Channel.SMS, f"+86{FARMER}", clock.now())
            contacts.confirm(session, contact, Proof.VISIT, "cadre", clock.now())

        with self.county.app.app_context():
            transact(work)

    def count_of(self, kind: Any) -> int:
        with self.county.app.app_context():
            return db.session.scalar(select(func.count()).select_from(kind)) or 0

    def send(self, api: Gateway) -> None:
        """One round of the county's sending worker; the API counts what it takes."""
        approved = all_approved(self.name)
        senders: dict[str, Callable[[], Sender]] = {
            "aliyun": lambda: AliyunSender(Aliyun("id", "key", "田野", url=api.url), approved),
            "tencent": lambda: TencentSender(Tencent("id", "key", "1400", "田野", url=api.url), approved),
        }
        with self.county.app.app_context():
            turns = Turns(db.engine.execution_options(field_writes=True))
            later = clock.now() + timedelta(seconds=10)
            send_some(turns, {self.name: senders[self.name]()}, lambda: later, "w1")


def all_approved(name: str) -> Approved:
    filed = filings(name, Approved(longest=20), library().current)
    return Approved(longest=20, steps={one.step: Template(id=one.step, wording=one.wording) for one in filed})


@pytest.fixture(params=["aliyun", "tencent"])
def gate(request: pytest.FixtureRequest, county: County) -> Gate:
    return Gate(county, request.param)


@pytest.fixture
def small_gate(small_county: County) -> Gate:
    return Gate(small_county, "tencent")


def test_a_bound_farmer_declares_and_each_answer_is_posted_as_a_template_of_its_own(gate: Gate) -> None:
    gate.bind()
    assert gate.say("困难") == ["declare.what"]
    assert gate.say("1") == ["declare.since_amount"]
    assert gate.say("上个月 3万") == ["declare.notice", "declare.confirm"]
    assert gate.say("1") == ["declare.received"]
    [lead] = gate.county.client("cadre").get("/api/leads").get_json()["items"]
    assert (lead["source"], lead["channel"], lead["risk_factors"]) == ("declaration", "sms", ["illness"])
    assert lead["household_id"] == gate.county.households[HOME]
    last = gate.posted()[-1]
    assert json.loads(last.variables) == {"number": lead["receipt"]}
    assert (last.provider, last.recipient, last.purpose, last.state) == (gate.name, f"+86{FARMER}", "reply", "queued")
    assert last.household_id == lead["household_id"]
    with gate.county.app.app_context():
        assert transact(rebuild).differing == ()


def test_what_was_posted_leaves_as_templates_and_the_reports_come_as_they_like(gate: Gate) -> None:
    gate.bind()
    for text in DECLARED:
        gate.say(text)
    steps = [message.step for message in gate.posted()]
    with gateway() as api:
        api.answer = {"Code": "OK", "BizId": "B", "Response": {
            "SendStatusSet": [{"Code": "Ok", "SerialNo": "B"}], "RequestId": "r",
        }}  # fmt: skip
        api.each = lambda answer, place: json.loads(json.dumps(answer).replace('"B"', f'"B{place}"'))
        early = gate.push("receipts", [gate.report("B1")])
        assert early.status_code == 200
        gate.send(api)
    taken = [query["TemplateCode"] for query in api.queries] if gate.name == "aliyun" else [
        body["TemplateId"] for body in api.bodies
    ]  # fmt: skip
    assert taken == steps
    assert set(gate.states()) == {"sent"}
    doubled = [gate.report("B2"), gate.report("B2"), gate.report("B2", arrived=False), gate.report("unknown")]
    for _ in range(2):
        assert gate.push("receipts", doubled).get_json() == ANSWERS[gate.name]
    assert gate.push("receipts", [gate.report("B3", arrived=False)]).status_code == 200
    with gateway() as api:
        gate.send(api)
        assert api.bodies == []
    assert gate.states() == ["delivered", "delivered", "failed", "sent", "sent"]
    assert gate.posted()[2].reason == "MK:0001 空号****"


def test_what_is_pushed_again_has_no_second_effect(gate: Gate) -> None:
    gate.bind()
    for text in DECLARED:
        assert gate.say(text)
        assert gate.say(text, again=True) == []
    assert gate.count_of(select(Entry).where(Entry.kind == "declaration").subquery()) == 1
    assert gate.count_of(InboundMessage) == len(DECLARED)


def test_a_whole_declaration_in_one_push_and_again_in_another_order(county: County) -> None:
    gate = Gate(county, "aliyun")
    gate.bind()
    items = [gate.item(text, place) for place, text in enumerate(DECLARED)]
    for push in (list(reversed(items)), items):
        assert gate.push("inbound", push).status_code == 200
    assert gate.posted()[-1].step == "declare.received"
    assert len(gate.posted()) == 5


def test_a_stranger_is_helped_and_learns_nothing(gate: Gate) -> None:
    assert gate.say("进度", "13800000999") == ["words.progress_unbound"]
    assert "陈" not in gate.posted()[-1].text
    for text in ("困难", "陈大一 堰垭村 3515", "1", "上个月 3万", "1"):
        last = gate.say(text, "13800000999")
    assert last == ["declare.received"]


def test_who_stops_is_told_so_once(gate: Gate) -> None:
    assert gate.say("退订") == ["words.stopped"]
    assert gate.say("退订", again=True) == []


@pytest.mark.parametrize("text", ["", "]]>", "x" * 10_000, "😀" * 500, "\x01\x02", "困难\x00", "\ud800", "返回", "0"])
def test_anything_at_any_step_is_taken(small_gate: Gate, text: str) -> None:
    for before in ((), ("困难",), ("困难", "1")):
        for said in (*before, text):
            small_gate.say(said)


REFUSED = {"wrong secret": {"secret": SECRET[:-1]}, "wrong address": {"address": "198.51.100.7"},
           "both": {"secret": "x", "address": "198.51.100.7"}}  # fmt: skip


@pytest.mark.parametrize("what", ["inbound", "receipts"])
def test_bad_pushes_are_refused_and_change_nothing(gate: Gate, what: str, caplog: pytest.LogCaptureFixture) -> None:
    good = [gate.item("困难", 1)] if what == "inbound" else [gate.report("B1")]
    with caplog.at_level(logging.DEBUG):
        told = {gate.push(what, good, **how).text for how in REFUSED.values()}
        assert len(told) == 1, "nobody learns which of the two was wrong"
        assert [gate.push(what, good, **how).status_code for how in REFUSED.values()] == [403, 403, 403]
        for raw in (b"", b"{", b"[{}]", b'"x"', b"\xff", b"[" * 100_000):
            answer = gate.push(what, raw)
            assert (answer.status_code, answer.content_type) == (400, "application/problem+json")
        assert gate.push(what, b"[" + b" " * 5_000_000 + b"]").status_code == 413
        assert gate.push(what, b" " * 5_000_000, secret="x").status_code == 413
        assert gate.county.client().get(f"/hooks/{gate.name}/{SECRET}/{what}").status_code == 405
        gate.county.app.extensions["field_connected"] = Connected("http://127.0.0.1:8000")
        assert gate.push(what, good).status_code == 404
    assert gate.count_of(InboundMessage) == 0
    assert SECRET not in caplog.text
    assert SECRET not in "".join(told)


def test_of_a_half_bad_push_the_good_messages_are_taken(county: County) -> None:
    gate = Gate(county, "aliyun")
    answer = gate.push("inbound", [{"phone_number": FARMER}, gate.item("困难", 1), 7])
    assert answer.get_json() == ANSWERS["aliyun"]
    assert gate.count_of(InboundMessage) == 1


def test_a_message_that_cannot_be_taken_holds_up_no_other_and_is_pushed_again(
    county: County, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    gate = Gate(county, "aliyun")

    def breaks(text: str) -> str:
        if text == "坏了":
            raise LookupError(f"{FARMER} {text}")
        return masked(text)

    items = [gate.item("坏了", 1), gate.item("困难", 2)]
    with monkeypatch.context() as patched:
        patched.setattr(talk, "masked", breaks)
        assert gate.push("inbound", items).status_code == 500
    assert gate.count_of(InboundMessage) == 1
    assert gate.push("inbound", items).status_code == 200
    assert gate.count_of(InboundMessage) == 2
    assert "a message of aliyun could not be taken: LookupError" in caplog.text
