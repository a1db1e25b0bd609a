"""Twilio: only what was signed for our own address is read, and every answer of its API means one thing."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict

from field.messaging.messages import Delivery, NotGenuine, Outbound, Said, SendError, Unreadable
from field.messaging.providers import twilio
from field.messaging.providers.twilio import Twilio, TwilioSender

NOW = datetime(2026, 11, 24, 2, 30, tzinfo=UTC)
URL = "https://field.example/hooks/twilio"
FORM = {"MessageSid": "SM1", "From": "+85251234567", "To": "+85298765432", "Body": "困难", "NumMedia": "0"}
SETTINGS = Twilio("token")


def signed(form: dict[str, str], url: str = URL, token: str = "token") -> str:
    return str(RequestValidator(token).compute_signature(url, form))


def test_what_was_signed_for_our_address_is_genuine() -> None:
    twilio.verify(SETTINGS, URL, MultiDict(FORM), signed(FORM))


@pytest.mark.parametrize(
    ("form", "url", "signature"),
    [
        (FORM, URL, None),
        (FORM, URL, ""),
        (FORM, URL, "x"),
        (FORM, URL, signed(FORM, token="other")),
        (FORM, URL, signed(FORM, url="https://evil.example/hooks/twilio")),
        (FORM | {"Body": "别的"}, URL, signed(FORM)),
        (FORM | {"More": "1"}, URL, signed(FORM)),
        ({}, URL, signed(FORM)),
    ],
)
def test_all_else_is_not(form: dict[str, str], url: str, signature: str | None) -> None:
    with pytest.raises(NotGenuine):
        twilio.verify(SETTINGS, url, MultiDict(form), signature)


def test_a_message_is_read_with_its_photographs() -> None:
    media = {"NumMedia": "2", "MediaUrl0": "https://api.twilio.com/a", "MediaContentType0": "image/jpeg"}
    inbound = twilio.parse(MultiDict(FORM | media), NOW)
    assert (inbound.id, inbound.sender, inbound.text, inbound.said) == ("SM1", "+85251234567", "困难", Said.PHOTO)
    assert [photo.reference for photo in inbound.photos] == ["https://api.twilio.com/a"]


@pytest.mark.parametrize(("kind", "said"), [("STOP", Said.LEFT), ("START", Said.FOLLOWED), ("HELP", Said.TEXT)])
def test_what_twilio_handles_itself_is_told(kind: str, said: Said) -> None:
    assert twilio.parse(MultiDict(FORM | {"OptOutType": kind}), NOW).said is said


@pytest.mark.parametrize("missing", ["MessageSid", "From"])
def test_a_message_of_nobody_is_unreadable(missing: str) -> None:
    with pytest.raises(Unreadable):
        twilio.parse(MultiDict(FORM | {missing: ""}), NOW)


@pytest.mark.parametrize(
    ("status", "delivery"),
    [("queued", Delivery.QUEUED), ("sent", Delivery.SENT), ("delivered", Delivery.DELIVERED),
     ("undelivered", Delivery.FAILED), ("something new", Delivery.QUEUED)],
)  # fmt: skip
def test_a_status_callback_moves_the_message(status: str, delivery: Delivery) -> None:
    told = twilio.receipt(MultiDict({"MessageSid": "SM1", "MessageStatus": status, "ErrorCode": "30003"}), NOW)
    assert (told.provider_id, told.delivery, told.reason) == ("SM1", delivery, "30003")


@given(st.dictionaries(st.sampled_from([*FORM, "MediaUrl0", "OptOutType", "x"]), st.text()))
def test_any_form_is_read_or_unreadable(form: dict[str, str]) -> None:
    for read in (twilio.parse, twilio.receipt):
        try:
            read(MultiDict(form), NOW)
        except Unreadable:
            continue


@given(st.text(max_size=3000))
def test_any_answer_is_sound_xml_and_says_what_it_should(text: str) -> None:
    root = ElementTree.fromstring(twilio.reply(text))
    shown = "".join(letter for letter in text if letter.isprintable() or letter == "\n")[:1600]
    assert root.tag == "Response"
    assert "".join(root.itertext()) == shown


def test_no_answer_is_an_empty_response() -> None:
    assert len(ElementTree.fromstring(twilio.reply(""))) == 0


class FakeTwilio(ThreadingHTTPServer):
    """Twilio's API on loopback: answers as it is told, and remembers what it was asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.status, self.body = 201, {"sid": "SM9"}
        self.asked: list[dict[str, list[str]]] = []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    """One call."""

    def do_POST(self) -> None:
        server: Any = self.server
        length = int(self.headers["Content-Length"])
        server.asked.append(parse_qs(self.rfile.read(length).decode()))
        if server.status == 0:
            self.connection.close()
            return
        body = json.dumps(server.body).encode()
        self.send_response(server.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Silence."""


@pytest.fixture
def api() -> Iterator[FakeTwilio]:
    server = FakeTwilio()
    yield server
    server.shutdown()
    server.server_close()


def send(api: FakeTwilio) -> str:
    settings = Twilio("token", "AC1", "+85298765432", api.url)
    return TwilioSender(settings, "https://field.example/hooks/twilio/status").send(
        Outbound("k1", "+85251234567", "您好", "ask")
    )


def test_a_message_goes_out_with_its_callback(api: FakeTwilio) -> None:
    assert send(api) == "SM9"
    [asked] = api.asked
    assert (asked["To"], asked["Body"]) == (["+85251234567"], ["您好"])
    assert asked["StatusCallback"] == ["https://field.example/hooks/twilio/status"]


@pytest.mark.parametrize(
    ("status", "code", "retryable", "stopped"),
    [(400, 21610, False, True), (400, 21211, False, False), (429, 20429, True, False), (429, None, True, False),
     (500, None, True, False), (503, 20503, True, False), (401, 20003, True, False)],
)  # fmt: skip
def test_a_refusal_says_whether_to_try_again(
    api: FakeTwilio, status: int, code: int | None, retryable: bool, stopped: bool
) -> None:
    api.status, api.body = status, {"code": code, "message": "to +85251234567", "status": status}  # type: ignore[dict-item]
    with pytest.raises(SendError) as caught:
        send(api)
    assert (caught.value.retryable, caught.value.stopped) == (retryable, stopped)
    assert "+852" not in caught.value.reason, "nobody's number in a reason"
    assert len(api.asked) == 1, "trying again is the outbox's business"


def test_a_line_that_breaks_leaves_it_in_doubt_whether_the_message_went(api: FakeTwilio) -> None:
    api.status = 0
    with pytest.raises(OSError, match="onnection"):
        send(api)
