"""短信的故事: a farmer declares from an old phone, the village sees it, somebody comes; all signed as Twilio signs."""

import http.client
from dataclasses import replace
from io import BytesIO
from typing import Any
from xml.etree import ElementTree

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from twilio.request_validator import RequestValidator
from werkzeug.test import TestResponse

from field import clock
from field.codes import Channel
from field.db import db, transact
from field.ledger.entries import Entry
from field.messaging.connected import Connected
from field.messaging.inbox import InboundMessage
from field.messaging.providers.aliyun import Aliyun
from field.messaging.providers.twilio import Twilio
from field.messaging.providers.wechat import WeChat
from field.monitoring.rebuild import rebuild
from field.registry import contacts
from field.registry.contact_rules import Proof
from field.registry.households import Person
from tests.county import County
from tests.running import serving

HOME, FARMER, STRANGER = "420626107204", "+8613800000150", "+8613800000999"
URL = "http://127.0.0.1:8000/hooks/twilio"


@pytest.fixture
def sms(county: County) -> "Sms":
    county.app.extensions["field_connected"] = Connected("http://127.0.0.1:8000", twilio=Twilio("token"))
    return Sms(county)


class Sms:
    """短信: what people send, and what comes back."""

    def __init__(self, county: County) -> None:
        self.county, self.count = county, 0

    def send(self, text: str, sender: str = FARMER, again: bool = False, **more: Any) -> TestResponse:
        self.count += not again
        form = {"MessageSid": f"SM{self.count}", "From": sender, "To": "+8613800000000", "Body": text, **more}
        signature = RequestValidator("token").compute_signature(URL, form)
        return self.county.client().post("/hooks/twilio", data=form, headers={"X-Twilio-Signature": signature})

    def say(self, text: str, sender: str = FARMER, again: bool = False) -> str:
        answer = self.send(text, sender, again)
        assert answer.status_code == 200, answer.text
        return "".join(ElementTree.fromstring(answer.text).itertext())

    def bind(self) -> None:
        """The farmer's number is confirmed by a cadre's visit."""

        def work(session: Session) -> None:
            here = Person.household_id == self.county.households[HOME]
            person = session.scalars(select(Person).where(here).order_by(Person.position)).all()[0]
            contact = contacts.claim(session, person, Channel.SMS, FARMER, clock.now())
            contacts.confirm(session, contact, Proof.VISIT, "cadre", clock.now())

        with self.county.app.app_context():
            transact(work)

    def declare(self, *answers: str) -> str:
        return [self.say(text) for text in answers][-1]

    def entries(self, kind: str) -> int:
        with self.county.app.app_context():
            return db.session.scalar(select(func.count()).where(Entry.kind == kind)) or 0


DECLARED = ("困难", "1", "上个月 3万", "1")


def test_a_bound_farmer_declares_in_four_messages_and_the_village_comes(sms: Sms) -> None:
    sms.bind()
    said = sms.declare(*DECLARED)
    cadre = sms.county.client("cadre")
    [lead] = cadre.get("/api/leads").get_json()["items"]
    assert (lead["source"], lead["channel"], lead["risk_factors"]) == ("declaration", "sms", ["illness"])
    assert lead["household_id"] == sms.county.households[HOME]
    assert lead["receipt"] in said
    assert [one["kind"] for one in cadre.get("/api/tasks?kind=check").get_json()["items"]] == ["check"]
    before = sms.say("进度")
    visit = sms.county.visit() | {"visited_at": clock.now().isoformat()}
    assert cadre.post("/api/visits", json=visit).status_code == 201
    assert cadre.get("/api/leads").get_json()["items"] == []
    assert sms.say("进度") != before
    with sms.county.app.app_context():
        assert transact(rebuild).differing == ()


def test_a_provider_that_tries_again_gets_the_same_answer_and_no_second_effect(sms: Sms) -> None:
    sms.bind()
    for text in DECLARED:
        first = sms.say(text)
        assert sms.say(text, again=True) == first
    assert sms.entries("declaration") == 1


def test_a_stranger_is_helped_and_learns_nothing(sms: Sms) -> None:
    told = sms.say("进度", STRANGER)
    assert "陈" not in told
    assert told
    for text in ("困难", "陈大一 堰垭村 3515", "1", "上个月 3万", "1"):
        said = sms.say(text, STRANGER)
    [lead] = sms.county.client("cadre").get("/api/leads").get_json()["items"]
    assert (lead["household_id"], lead["village"]) == (None, "堰垭村")
    assert lead["receipt"] in said


def test_what_people_write_is_kept_without_identity_and_bank_numbers(sms: Sms) -> None:
    sms.say("我的身份证420626196805043515，卡号6222020000001234567")
    with sms.county.app.app_context():
        [message] = db.session.scalars(select(InboundMessage)).all()
        assert "19680504" not in message.text_masked
        assert "0000001234" not in message.text_masked


@pytest.mark.parametrize(
    "text",
    ["", "]]>", "困" * 10_000, "😀" * 10_000, "\x01\x02", "困难\x00", "<Response/>", "返回", "帮助", "0"],
)
def test_anything_at_any_step_is_answered(sms: Sms, text: str) -> None:
    for before in ((), ("困难",), ("困难", "1"), ("困难", "1", "上个月 3万")):
        for said in (*before, text):
            sms.say(said)


def test_wrong_signatures_sizes_and_forms_are_refused(sms: Sms) -> None:
    client = sms.county.client()
    form = {"MessageSid": "SM1", "From": FARMER, "Body": "困难"}
    assert client.post("/hooks/twilio", data=form).status_code == 403
    assert client.post("/hooks/twilio", data=form, headers={"X-Twilio-Signature": "x"}).status_code == 403
    assert client.post("/hooks/twilio", data={"Body": "x" * 5_000_000}).status_code == 413
    assert sms.send("困难", sender="").status_code == 400
    sms.county.app.extensions["field_connected"] = Connected("http://127.0.0.1:8000")
    assert sms.send("困难").status_code == 404
    assert sms.entries("declaration") == 0


@pytest.mark.parametrize("path", ["/hooks/twilio", "/hooks/twilio/status", "/hooks/wechat", "/hooks/aliyun/x/inbound"])
def test_too_much_is_refused_for_its_size_also_where_no_length_is_told(small_county: County, path: str) -> None:
    every = Connected(URL, twilio=Twilio("token"), wechat=WeChat("token", "k" * 43, "wx1"), aliyun=Aliyun("x"))
    small_county.app.extensions["field_connected"] = every
    form = "application/x-www-form-urlencoded"
    piecemeal = {"wsgi.input": BytesIO(b"Body=" + b"x" * 5_000_000), "wsgi.input_terminated": True}
    answer = small_county.client().post(path, content_type=form, environ_overrides=piecemeal)
    assert answer.status_code == 413


def test_who_sends_too_much_hears_why_and_his_next_word_on_the_same_line_is_heard(small_county: County) -> None:
    with serving(small_county, TWILIO_AUTH_TOKEN="token") as server:
        line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        for size, status in ((1_000_000, 413), (5_000_000, 413), (100, 403)):
            line.request("POST", "/hooks/twilio", body=b"x" * size)
            answer = line.getresponse()
            assert (answer.status, len(answer.read()) > 0) == (status, True)
        line.close()


def test_the_public_address_counts_and_not_the_host(sms: Sms) -> None:
    app = sms.county.app
    app.config["FIELD"] = replace(app.config["FIELD"], public_url="https://field.example")
    assert sms.send("困难").status_code == 403


def test_who_stopped_gets_no_answer_sent_later_and_may_come_back(sms: Sms) -> None:
    sms.bind()
    assert "退订" in sms.say("退订")
    assert sms.say("恢复")
